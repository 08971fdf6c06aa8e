import fnmatch
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smsc_sim.scenario.glob import Glob, has_wildcard


@pytest.mark.parametrize(
    ("pattern", "text", "matches"),
    [
        ("abc", "abc", True),
        ("abc", "abcd", False),
        ("abc", "Abc", False),
        ("", "", True),
        ("", "a", False),
        ("*", "", True),
        ("*", "anything\nat all", True),
        ("?", "", False),
        ("?", "\n", True),
        ("4477*", "447700900123", True),
        ("4477*", "4477", True),
        ("4477*", "447", False),
        ("*9999", "449999", True),
        ("*9999", "9999", True),
        ("*9999", "99990", False),
        ("a*a", "a", False),
        ("a*a", "aa", True),
        ("*ab*ab*", "ab", False),
        ("*ab*ab*", "xabxabx", True),
        ("a?c*", "abcd", True),
        ("a?c*", "abd", False),
        ("*?9", "9", False),
        ("a*b?d*e", "axxbcdxe", True),
        ("a.c", "abc", False),
        ("[ab]", "a", False),
    ],
)
def test_the_pattern_stands_for_the_whole_text(pattern: str, text: str, matches: bool) -> None:
    assert Glob(pattern).matches(text) is matches


@given(st.text("ab*?", max_size=8), st.text("ab\n", max_size=10))
def test_it_agrees_with_a_regular_expression(pattern: str, text: str) -> None:
    assert Glob(pattern).matches(text) is bool(re.fullmatch(fnmatch.translate(pattern), text))


@pytest.mark.parametrize(
    ("pattern", "prefix"),
    [("4477*", "4477"), ("4477**", "4477"), ("*", None), ("44*7", None), ("44?*", None), ("4477", None), ("*44", None)],
)
def test_a_prefix_is_all_that_some_patterns_say(pattern: str, prefix: str | None) -> None:
    assert Glob(pattern).prefix == prefix


def test_equal_patterns_are_equal() -> None:
    assert Glob("a*") == Glob("a*")
    assert len({Glob("a*"), Glob("a*"), Glob("b*")}) == 2
    assert repr(Glob("a*")) == "Glob('a*')"
    assert [has_wildcard(text) for text in ("a", "a*", "?", "[a]")] == [False, True, True, False]


def test_many_stars_in_a_long_text_are_no_effort() -> None:
    assert not Glob("*a" * 100 + "b").matches("a" * 60_000)
    assert not Glob("*?a" * 60 + "b").matches("a" * 60_000)
