import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smsc_sim.scenario.regex import CHARACTERS_SEARCHED, LONGEST_REGEX, Regex
from smsc_sim.scenario.value_kind import BadValue

TOO_LONG = "could take very long on some texts"

CATASTROPHIC = [
    r"(a+)+$",
    r"^(a|aa)+$",
    r"(a|a)*b",
    r"(x+x+)+y",
    r"(.*)*x",
    r"(\w+\s?)*$",
    r"(?:a?){30}b",
    "a?" * 30 + "a" * 30,
    r"(a{1,1000}){1000}",
    r"((a{1000}){1000}){1000}",
    r"\d+\d+\d+x",
    r"a.*b.*c",
    r"(a*)*b",
    r"(|a)+b",
    r"(?:(?:a|b)+c?)+d",
]


@pytest.mark.parametrize("pattern", CATASTROPHIC)
def test_what_could_take_for_ever_is_refused_with_the_reason(pattern: str) -> None:
    with pytest.raises(BadValue, match=TOO_LONG) as raised:
        Regex(pattern)
    assert raised.value.code == "E031"


@pytest.mark.parametrize(
    ("pattern", "text", "found"),
    [
        (r"\d{4,}", "your code is 12345", True),
        (r"^\d+$", "12a", False),
        (r"\+?44\d{10}", "call +447700900123 now", True),
        (r"(?i)stop|unsub", "please STOP", True),
        ("stop", "STOP", False),
        (r".*foo.*bar.*", "--foo--bar--", True),
        (r"^.*foo", "a\nfoo", True),
        ("foo.bar", "foo\nbar", True),
        (r"(\d{3} ?)+", "123 456", True),
        (r"([a-z]+\.)+", "a.b.", True),
        (r"\bPIN\b", "PIN: 1", True),
        (r"[^\d]+\d", "abc1", True),
        (r"(?P<word>x)y", "xy", True),
        (r"[]a]", "]", True),
        (r"[a\-z]", "-", True),
        (r"[a-]", "-", True),
        (r"\u20ac|\x41", "€", True),
        (r"a{2}|b{,2}c|{}|x{", "x{", True),
        (r"\.\*\(\)", ".*()", True),
        ("", "", True),
        ("é", "café", True),
    ],
)
def test_the_usual_ones_are_searched_for(pattern: str, text: str, found: bool) -> None:
    assert Regex(pattern).found_in(text) is found


@pytest.mark.parametrize(
    ("pattern", "reason"),
    [
        (r"(a)\1", "back-references"),
        ("(?=a)", "groups that begin with"),
        ("(?<!a)b", "groups that begin with"),
        ("a(?i)b", "groups that begin with"),
        ("(a", "a '(' without its ')'"),
        ("a)", "a ')' without its '('"),
        ("*a", "a '*' with nothing before it"),
        ("a**", "two repetitions of the same thing"),
        ("a*+", "two repetitions of the same thing"),
        ("a{3,2}", "3 to 2 repetitions"),
        ("a{1001}", "more than 1000 repetitions"),
        ("^*", "a repetition of a place"),
        ("[a", "it ends too early"),
        ("[z-a]", "a range in a set that does not go upwards"),
        (r"[a-\d]", "a range in a set that does not go upwards"),
        ("[[a]", "write a backslash before"),
        ("[a&&b]", "write a backslash before"),
        ("a\\", "it ends too early"),
        (r"\q", r"\\q is unknown"),
    ],
)
def test_what_is_not_taken_is_refused_with_the_reason(pattern: str, reason: str) -> None:
    with pytest.raises(BadValue, match=reason.replace("(", r"\(").replace(")", r"\)").replace("*", r"\*")):
        Regex(pattern)


def test_length_has_a_limit() -> None:
    assert Regex("a" * LONGEST_REGEX).found_in("a" * LONGEST_REGEX)
    with pytest.raises(BadValue, match="longer than 200 characters"):
        Regex("a" * (LONGEST_REGEX + 1))


def test_only_the_beginning_of_a_long_text_is_searched() -> None:
    assert Regex("b").found_in("a" * (CHARACTERS_SEARCHED - 1) + "b")
    assert not Regex("b").found_in("a" * CHARACTERS_SEARCHED + "b")


def test_equal_expressions_are_equal() -> None:
    assert Regex("a") == Regex("a")
    assert len({Regex("a"), Regex("a"), Regex("b")}) == 2
    assert repr(Regex("a")) == "Regex('a')"


PIECES = st.sampled_from(
    ["a", "b", ".", ".*", r"\d", "[ab]", "[^a]", "(", ")", "(?:", "|", "*", "+", "?", "{2}", "{1,3}", "^", "$"]
)


@given(st.lists(PIECES, max_size=8).map("".join), st.text("ab1", max_size=12))
def test_whatever_is_taken_means_what_python_says(pattern: str, text: str) -> None:
    try:
        regex = Regex(pattern)
    except BadValue:
        return
    assert regex.found_in(text) is bool(re.search(pattern, text, re.DOTALL))
