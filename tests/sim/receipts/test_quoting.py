"""What a receipt quotes of its message."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smsc_sim.sim.receipts.quoting import QUOTED_CHARACTERS, quoted_octets, quoted_text


@pytest.mark.parametrize(
    ("text", "quoted"),
    [
        ("", b""),
        ("Hello", b"Hello"),
        ("x" * 30, b"x" * 20),
        ("a\nb\rc\0d\x7fe\x1bf", b"a b c d e f"),
        ("@\u00fc", b"\x00\x7e"),
        ("\u20ac" * 30, b"\x1be" * 20),
        ("\u65e5!", b"?!"),
    ],
)
def test_the_beginning_in_the_default_alphabet(text: str, quoted: bytes) -> None:
    assert quoted_text(text) == quoted


@pytest.mark.parametrize(
    ("default", "quoted"),
    [
        ("gsm7", b"\x00\x7e"),
        ("gsm7-packed", b"\x00\x7e"),
        ("latin-1", b"@\xfc"),
        ("utf-8", b"@\xc3\xbc"),
        ("ascii", b"@?"),
    ],
)
def test_the_default_alphabet_may_be_another_one(default: str, quoted: bytes) -> None:
    assert quoted_text("@\u00fc", 20, default) == quoted


def test_as_many_characters_as_wanted() -> None:
    assert quoted_text("abcdef", 3) == b"abc"
    assert quoted_text("abcdef", 0) == b""
    assert quoted_text("x" * 200, 100) == b"x" * 100


@pytest.mark.parametrize(
    ("octets", "esm_class", "data_coding", "quoted"),
    [
        (b"Hello\nWorld", 0, 0, b"Hello World"),
        (b"\x1be\x00", 0, 0, b"\x1be\x00"),
        (bytes.fromhex("050003070201") + b"part", 0x40, 0, b"part"),
        ("Gr\u00fc\u00df".encode("utf-16-be"), 0, 8, b"Gr~\x1e"),
        (b"\x00\xff", 0, 4, b"00ff"),
    ],
)
def test_octets_as_their_coding_has_them(octets: bytes, esm_class: int, data_coding: int, quoted: bytes) -> None:
    assert quoted_octets(octets, esm_class, data_coding) == quoted


@given(st.text(max_size=60), st.integers(0, 40))
def test_no_control_character_is_quoted(text: str, characters: int) -> None:
    quoted = quoted_text(text, characters, "utf-8")
    assert len(quoted.decode()) <= min(characters, len(text))
    assert not any(octet < 0x20 or octet == 0x7F for octet in quoted)
    assert len(quoted_text(text)) <= 2 * QUOTED_CHARACTERS
