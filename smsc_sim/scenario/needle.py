"""Needles: what every value that passes a test has in it, so that most values need no closer look."""

from __future__ import annotations

import re
from typing import Final

from smsc_sim.scenario.matching import AllOf, Clause, Contains, Like, Matches, OneOf, Test

_WILD: Final = re.compile("[*?]")


def needle_of(clause: Clause) -> str:
    """The longest text known to be in each value that passes, as it stands; empty when there is none."""
    if isinstance(clause, Contains):
        return clause.text
    if isinstance(clause, Matches):
        return "" if clause.regex.ignores_case else clause.regex.literal
    if isinstance(clause, Like) and not clause.lower:
        return max(_WILD.split(clause.glob.pattern), key=len)
    return ""


def needles_of(test: Test) -> frozenset[str] | None:
    """Texts of which each value that passes has one in it; None when a value may pass without.

    The plus of a number, which tests of addresses do not count, is in none of them.
    """
    found: set[str] = set()
    for clause in test.clauses:
        if isinstance(clause, OneOf) and not clause.lower:
            some = clause.texts
        elif isinstance(clause, AllOf):
            choices = [needles for needles in map(needles_of, clause.tests) if needles is not None]
            some = min(choices, key=len, default=frozenset())
        else:
            some = frozenset({needle_of(clause)})
        if not some or "" in some:
            return None
        found |= some
    return frozenset(found)
