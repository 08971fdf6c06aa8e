"""What is in every text in which a regular expression is found."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smsc_sim.scenario.regex import Regex
from smsc_sim.scenario.value_kind import BadValue


@pytest.mark.parametrize(
    ("pattern", "literal"),
    [
        ("^code [0-9]{6}$", "code "),
        ("code", "code"),
        ("(?i)Stop", "stop"),
        ("(?i)a[bB]c1", "abc1"),
        ("(?i)a[bc]d1", "d1"),
        ("(?i)[x-z]q", "q"),
        ("[aA]bc", "bc"),
        ("abc?d", "ab"),
        ("ab+cd", "ab"),
        ("x(?:ab)+yz", "xab"),
        ("x(?P<n>ab){2,3}y", "xab"),
        ("(ab)*c", "c"),
        ("(ab|abc)d", "d"),
        ("ab|cd", ""),
        ("a.b", "a"),
        (r"\bpin\b: \d+", "pin: "),
        (r"a\.b\x41", "a.bA"),
        ("caf\u00e9 au", "caf"),
        (".*late", "late"),
        ("[^a]b", "b"),
        ("a{0}b", "b"),
        ("", ""),
    ],
)
def test_the_longest_run_of_characters_that_must_be_there(pattern: str, literal: str) -> None:
    assert Regex(pattern).literal == literal


def test_whether_case_matters() -> None:
    assert [Regex(pattern).ignores_case for pattern in ("(?i)a", "a", r"\(?i\)a")] == [True, False, False]


parts = st.sampled_from(
    ["a", "b", "ab", "K", "\u00e9", "[ab]", "[^a]", "[kK]", ".", "(a|b)", "(ab)", "(aK)?", "^", "$", r"\b", r"\w", " "]
)
patterns = st.builds(
    lambda case, items: case + "".join(items),
    st.sampled_from(["", "(?i)"]),
    st.lists(st.builds(str.__add__, parts, st.sampled_from(["", "", "", "?", "*", "+", "{2}", "{0,1}"])), max_size=5),
)


@given(patterns, st.lists(st.text("aAbBkK\u212a\u00e9 ", max_size=8), max_size=8))
def test_no_text_is_found_without_it(pattern: str, texts: list[str]) -> None:
    try:
        regex = Regex(pattern)
    except BadValue:
        return
    for text in texts:
        # U+212A is a K of another case, and the one such character that these texts have.
        seen = text.replace("\u212a", "k").lower() if regex.ignores_case else text
        assert regex.literal in seen or not regex.found_in(text)
