import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smsc_sim.smpp import gsm7
from smsc_sim.smpp.errors import EncodeError

# 3GPP TS 23.038 section 6.2.1 by Unicode name, for the characters that have look-alikes or are easily confused.
NAMED = {
    0x00: "COMMERCIAL AT",
    0x01: "POUND SIGN",
    0x02: "DOLLAR SIGN",
    0x03: "YEN SIGN",
    0x04: "LATIN SMALL LETTER E WITH GRAVE",
    0x05: "LATIN SMALL LETTER E WITH ACUTE",
    0x06: "LATIN SMALL LETTER U WITH GRAVE",
    0x07: "LATIN SMALL LETTER I WITH GRAVE",
    0x08: "LATIN SMALL LETTER O WITH GRAVE",
    0x09: "LATIN CAPITAL LETTER C WITH CEDILLA",
    0x0B: "LATIN CAPITAL LETTER O WITH STROKE",
    0x0C: "LATIN SMALL LETTER O WITH STROKE",
    0x0E: "LATIN CAPITAL LETTER A WITH RING ABOVE",
    0x0F: "LATIN SMALL LETTER A WITH RING ABOVE",
    0x10: "GREEK CAPITAL LETTER DELTA",
    0x11: "LOW LINE",
    0x12: "GREEK CAPITAL LETTER PHI",
    0x13: "GREEK CAPITAL LETTER GAMMA",
    0x14: "GREEK CAPITAL LETTER LAMDA",
    0x15: "GREEK CAPITAL LETTER OMEGA",
    0x16: "GREEK CAPITAL LETTER PI",
    0x17: "GREEK CAPITAL LETTER PSI",
    0x18: "GREEK CAPITAL LETTER SIGMA",
    0x19: "GREEK CAPITAL LETTER THETA",
    0x1A: "GREEK CAPITAL LETTER XI",
    0x1C: "LATIN CAPITAL LETTER AE",
    0x1D: "LATIN SMALL LETTER AE",
    0x1E: "LATIN SMALL LETTER SHARP S",
    0x1F: "LATIN CAPITAL LETTER E WITH ACUTE",
    0x24: "CURRENCY SIGN",
    0x40: "INVERTED EXCLAMATION MARK",
    0x5B: "LATIN CAPITAL LETTER A WITH DIAERESIS",
    0x5C: "LATIN CAPITAL LETTER O WITH DIAERESIS",
    0x5D: "LATIN CAPITAL LETTER N WITH TILDE",
    0x5E: "LATIN CAPITAL LETTER U WITH DIAERESIS",
    0x5F: "SECTION SIGN",
    0x60: "INVERTED QUESTION MARK",
    0x7B: "LATIN SMALL LETTER A WITH DIAERESIS",
    0x7C: "LATIN SMALL LETTER O WITH DIAERESIS",
    0x7D: "LATIN SMALL LETTER N WITH TILDE",
    0x7E: "LATIN SMALL LETTER U WITH DIAERESIS",
    0x7F: "LATIN SMALL LETTER A WITH GRAVE",
}

BASIC = bytes(septet for septet in range(128) if septet != gsm7.ESCAPE)
ALPHABET = gsm7.decode(BASIC) + "".join(gsm7.EXTENSION.values())

texts = st.text(alphabet=ALPHABET)
septet_strings = st.binary().map(lambda octets: bytes(octet & 0x7F for octet in octets))


@pytest.mark.parametrize(("septet", "name"), NAMED.items())
def test_characters_with_look_alikes(septet: int, name: str) -> None:
    assert unicodedata.name(gsm7.decode(bytes((septet,)))) == name


def test_the_rest_of_the_basic_table_is_ascii() -> None:
    for septet in BASIC:
        if septet not in NAMED:
            assert gsm7.decode(bytes((septet,))) == chr(septet)


def test_the_basic_table_has_127_characters() -> None:
    assert len(set(gsm7.decode(BASIC))) == 127


# What aiosmpplib 0.7.4 makes of these texts; for all but the third, smpplib 2.2.4 makes the same (it lacks "§").
@pytest.mark.parametrize(
    ("text", "septets"),
    [
        ("@£$¥èéùìòÇ\nØø\rÅå", "000102030405060708090a0b0c0d0e0f"),
        ("ΔΦΓΛΩΠΨΣΘΞ_ÆæßÉ", "1012131415161718191a111c1d1e1f"),
        ("¡ÄÖÑÜ§¿äöñüà¤", "405b5c5d5e5f607b7c7d7e7f24"),
        ("[]{}\\^~|€", "1b3c1b3e1b281b291b2f1b141b3d1b401b65"),
        ("Price: 10€ [net]", "50726963653a2031301b65201b3c6e65741b3e"),
        ("\f", "1b0a"),
        ("", ""),
    ],
)
def test_encode_and_decode(text: str, septets: str) -> None:
    assert gsm7.encode(text).hex() == septets
    assert gsm7.decode(bytes.fromhex(septets)) == text
    assert gsm7.is_encodable(text)


@pytest.mark.parametrize("character", ["ç", "Α", "\u2126", "\x1b", "\x00", "`", "’", "日", "😀", "\ud83d"])
def test_characters_outside_the_alphabet(character: str) -> None:
    assert not gsm7.is_encodable(f"abc{character}")
    with pytest.raises(EncodeError, match=rf"U\+{ord(character):04X}.* at position 3 ") as raised:
        gsm7.encode(f"abc{character}{character}")
    assert raised.value.field == "short_message"
    assert gsm7.encode(f"a{character}€", replace=True) == b"a?\x1be"


@pytest.mark.parametrize(
    ("octets", "text"),
    [
        (b"\x1b", " "),
        (b"abc\x1b", "abc "),
        (b"\x1b\x1b", " "),
        (b"\x1b\x1be", " e"),
        (b"\x1b\x1b\x1be", " €"),
        (b"\x1ba", "a"),
        (b"\x1b\x00\x00", "@@"),
        (b"\x1b\x0d", "\r"),
        (b"a\x80\xff", "a\ufffd\ufffd"),
        (b"\x1b\x80e", "\ufffde"),
    ],
)
def test_what_no_encoder_makes_is_shown_as_the_specification_says(octets: bytes, text: str) -> None:
    assert gsm7.decode(octets) == text


@given(texts)
def test_decode_reverses_encode(text: str) -> None:
    assert gsm7.decode(gsm7.encode(text)) == text


@given(st.binary())
def test_decode_never_raises_and_invents_nothing(octets: bytes) -> None:
    assert len(gsm7.decode(octets)) <= len(octets)


@given(st.text())
def test_is_encodable_agrees_with_encode(text: str) -> None:
    try:
        gsm7.encode(text)
    except EncodeError:
        assert not gsm7.is_encodable(text)
    else:
        assert gsm7.is_encodable(text)


# By hand from 3GPP TS 23.038 section 6.1.2.1.1: "1" is 0110001, "2" 0110010; the low bit of the second septet fills up
# the first octet, 0 0110001 = 31, its rest 011001 is the low end of the next, and so on. "A" after the header of
# a concatenation (one fill bit) is 1000001 0 = 82.
@pytest.mark.parametrize(
    ("text", "fill_bits", "packed"),
    [
        ("", 0, ""),
        ("", 3, ""),
        ("1", 0, "31"),
        ("12", 0, "3119"),
        ("1234567", 0, "31d98c56b3dd00"),
        ("12345678", 0, "31d98c56b3dd70"),
        ("hellohello", 0, "e8329bfd4697d9ec37"),
        ("A", 1, "82"),
        ("A", 6, "4010"),
        ("AB", 1, "8242"),
        ("@", 1, "00"),
    ],
)
def test_pack_and_unpack(text: str, fill_bits: int, packed: str) -> None:
    septets = gsm7.encode(text)
    assert gsm7.pack(septets, fill_bits).hex() == packed
    assert gsm7.unpack(bytes.fromhex(packed), len(septets), fill_bits) == septets


@given(septet_strings, st.integers(0, 6))
def test_unpack_reverses_pack(septets: bytes, fill_bits: int) -> None:
    packed = gsm7.pack(septets, fill_bits)
    if septets:
        assert len(packed) == -(-(7 * len(septets) + fill_bits) // 8)
    assert gsm7.unpack(packed, len(septets), fill_bits) == septets


@given(septet_strings, st.integers(0, 6))
def test_without_a_count_only_an_at_sign_in_the_last_place_can_get_lost(septets: bytes, fill_bits: int) -> None:
    unpacked = gsm7.unpack(gsm7.pack(septets, fill_bits), fill_bits=fill_bits)
    assert unpacked == septets or unpacked + b"\x00" == septets


def test_seven_spare_bits_are_padding() -> None:
    assert gsm7.unpack(gsm7.pack(b"1234567")) == b"1234567"
    assert gsm7.unpack(gsm7.pack(b"1234567\x00")) == b"1234567"
    assert gsm7.unpack(gsm7.pack(b"1234567\x00"), 8) == b"1234567\x00"
    assert gsm7.unpack(b"\x00") == b"\x00"


@given(st.binary(), st.integers(0, 6), st.none() | st.integers(0, 1000))
def test_unpack_takes_any_octets(octets: bytes, fill_bits: int, count: int | None) -> None:
    septets = gsm7.unpack(octets, count, fill_bits)
    assert len(septets) * 7 <= len(octets) * 8
    assert all(septet < 0x80 for septet in septets)


def test_pack_refuses_what_is_no_septet() -> None:
    with pytest.raises(EncodeError, match="octet 0x80 at position 1"):
        gsm7.pack(b"a\x80")


@pytest.mark.parametrize("fill_bits", [-1, 7])
def test_fill_bits_are_less_than_a_septet(fill_bits: int) -> None:
    with pytest.raises(ValueError, match=f"fill_bits {fill_bits}"):
        gsm7.pack(b"a", fill_bits)
    with pytest.raises(ValueError, match=f"fill_bits {fill_bits}"):
        gsm7.unpack(b"a", None, fill_bits)
