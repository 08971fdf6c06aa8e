"""Hostile characters become visible; everything else stays what it is."""

import re
import unicodedata
from html import unescape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smsc_sim.web.visible import visible

ANY = st.text(st.characters(codec=None, exclude_categories=()))


def plain(markup: str) -> str:
    return unescape(re.sub("<[^>]*>", "", markup))


@pytest.mark.parametrize(
    ("character", "escape"),
    [
        ("\n", "\\n"),
        ("\r", "\\r"),
        ("\t", "\\t"),
        ("\0", "\\x00"),
        ("\x1b", "\\x1b"),
        ("\x85", "\\x85"),
        ("\xad", "\\xad"),
        ("\u200b", "\\u200b"),
        ("\u202e", "\\u202e"),
        ("\u2066", "\\u2066"),
        ("\u2028", "\\u2028"),
        ("\ufeff", "\\ufeff"),
        ("\ud83d", "\\ud83d"),
        ("\U000e0041", "\\U000e0041"),
    ],
)
def test_hidden_characters_become_escapes(character: str, escape: str) -> None:
    assert plain(visible(f"a{character}b")) == f"a{escape}b"


@pytest.mark.parametrize("text", ["Hello", "سلام\u200cدنیا", "你好", "👨\u200d👩\u200d👧", "Ünïcödé £€{}[]~", " a  b "])
def test_what_can_be_seen_stays(text: str) -> None:
    assert visible(text) == text


def test_markup_is_escaped() -> None:
    assert visible("<b>&\"'") == "&lt;b&gt;&amp;&#34;&#39;"


def test_the_escape_names_its_character() -> None:
    assert 'title="U+202E RIGHT-TO-LEFT OVERRIDE"' in visible("\u202e")
    assert 'title="U+0007"' in visible("\a")


def test_long_text_is_cut_and_counted() -> None:
    assert plain(visible("x" * 1505, 5)) == "xxxxx… 1,500 more characters"
    assert visible("x" * 5, 5) == "xxxxx"


@given(ANY)
def test_nothing_hidden_comes_through(text: str) -> None:
    shown = visible(text)
    categories = {unicodedata.category(character) for character in shown if character not in "\u200c\u200d"}
    assert not categories & {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}
    assert "<" not in re.sub(r"</?span[^<>]*>", "", shown)
    shown.encode()


@given(ANY)
def test_what_is_visible_comes_through_in_order(text: str) -> None:
    kept = [character for character in text if unicodedata.category(character)[0] in "LNMPS"]
    remaining = iter(plain(visible(text, len(text))))
    assert all(character in remaining for character in kept)
