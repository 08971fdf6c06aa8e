"""Hostile text made harmless."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smsc_sim.sim.visible import visible


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain text, Grüße, 中文 and \N{PILE OF POO}", "plain text, Grüße, 中文 and \N{PILE OF POO}"),
        ("line\r\nforged", r"line\r\nforged"),
        ("\x1b[2Jcleared", r"\x1b[2Jcleared"),
        ("tab\tnul\0", r"tab\tnul\x00"),
        ("\N{RIGHT-TO-LEFT OVERRIDE}drawkcab", r"\u202edrawkcab"),
        ("soft\N{SOFT HYPHEN}hyphen", r"soft\xadhyphen"),
        ("\N{LINE SEPARATOR}\N{PARAGRAPH SEPARATOR}", r"\u2028\u2029"),
        ("lone \ud800 surrogate", r"lone \ud800 surrogate"),
        ("\x85\x9b", r"\x85\x9b"),
        ("private \ue000", r"private \ue000"),
        ("", ""),
    ],
)
def test_what_is_not_seen_is_escaped(text: str, shown: str) -> None:
    assert visible(text) == shown


@given(st.text(st.characters(exclude_categories=())))
def test_nothing_hidden_is_left(text: str) -> None:
    assert not {unicodedata.category(character) for character in visible(text)} & {"Cc", "Cf", "Cs", "Zl", "Zp"}
