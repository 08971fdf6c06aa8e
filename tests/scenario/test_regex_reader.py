import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smsc_sim.scenario.regex_reader import EVERY, Characters, Choice, Repetition, Sequence, bits_of, read_regex


def characters(pattern: str) -> int:
    expression = read_regex(pattern)
    assert isinstance(expression, Characters)
    return expression.bits


@pytest.mark.parametrize(
    "pattern", [".", "a", r"\d", r"\D", r"\w", r"\W", r"\s", r"\S", "[a-f]", "[^a-f]", r"[\w.]", "é"]
)
def test_a_set_has_at_least_the_characters_that_match(pattern: str) -> None:
    bits = characters(pattern)
    for character in [*map(chr, range(128)), "é", "٣", "\u3000", "€"]:
        if re.fullmatch(pattern, character, re.DOTALL):
            assert bits & bits_of(character)
        elif character.isascii():
            assert not bits & bits_of(character)


@given(st.characters())
def test_every_character_is_in_exactly_one_bit(character: str) -> None:
    assert bits_of(character).bit_count() == 1
    assert bits_of(character) & EVERY


def test_the_other_case_counts_when_it_is_ignored() -> None:
    assert characters("(?i)a") & bits_of("A")
    assert characters("(?i)A") & bits_of("a")
    assert characters("(?i)[a-c]") & bits_of("B")
    assert not characters("a") & bits_of("A")
    assert characters("(?i)k") & bits_of("\u212a")


def test_the_tree_is_the_expression() -> None:
    a, b = (Characters(bits_of(character)) for character in "ab")
    assert read_regex("a|b") == Choice((a, b))
    assert read_regex("(ab)*") == Repetition(Sequence((a, b)), 0, None)
    assert read_regex("a{2,3}?") == Repetition(a, 2, 3)
    assert read_regex("a{2,}") == Repetition(a, 2, None)
    assert read_regex("") == Sequence(())
