"""What is in every text in which a regular expression is found: a quick look for it saves most searches."""

from typing import Final

from smsc_sim.scenario.regex_reader import (
    OTHER_WORD,
    Anchor,
    Characters,
    Choice,
    Expression,
    Repetition,
    Sequence,
)

_ASCII: Final = (1 << 128) - 1


def literal_of(expression: Expression) -> str:
    """Return the longest run of ASCII characters that is in every match; empty when none is known.

    Where case does not matter it is in lower case, and in the match in any case.
    """
    longest, run = "", ""
    for character in [*_characters(expression), ""]:
        if character:
            run += character
        else:
            longest, run = max(longest, run, key=len), ""
    return longest


def _characters(expression: Expression) -> list[str]:
    """Return the characters of every match in their order; an empty one stands for whatever may come between."""
    if isinstance(expression, Characters):
        return [_only_character(expression.bits)]
    if isinstance(expression, Anchor):
        return []
    if isinstance(expression, Choice):
        return [""]
    if isinstance(expression, Repetition):
        # Once is enough: what is repeated may be long.
        return [*_characters(expression.item), ""] if expression.least else [""]
    assert isinstance(expression, Sequence), "there is no other kind"
    return [character for item in expression.items for character in _characters(item)]


def _only_character(bits: int) -> str:
    """Return the one ASCII character of a set, of a letter in both cases the lower one, or nothing."""
    members = bits & _ASCII
    if bits == members and members.bit_count() == 1:
        return chr(members.bit_length() - 1)
    # A letter of which the case does not matter stands in its set with its other case, even beyond ASCII.
    if bits == members | OTHER_WORD and members.bit_count() == 2:
        lower = chr(members.bit_length() - 1)
        if members == 1 << ord(lower) | 1 << ord(lower.upper()):
            return lower
    return ""
