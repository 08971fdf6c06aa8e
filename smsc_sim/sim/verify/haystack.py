"""Haystacks: what several messages have under one property as one text, in which many needles are sought quickly.

Two hundred verifications that each wait for another text would ask two hundred questions about every message.  To seek
a text in those of a thousand messages at once takes little longer than to ask one of them.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import accumulate
from typing import Final, Literal, TypeAlias

from smsc_sim.scenario.matching import Test
from smsc_sim.scenario.needle import needles_of
from smsc_sim.scenario.when import Condition, FieldCondition
from smsc_sim.sim.search.query import FieldFilter, Query, Term, WordsFilter
from smsc_sim.sim.search.words import indexed
from smsc_sim.sim.verify.facts import StoredFacts
from smsc_sim.sim.verify.wanted import Wanted

Property: TypeAlias = Literal["text", "words", "to", "from"]

PROPERTIES: Final[Mapping[Property, Callable[[StoredFacts], str]]] = {
    "text": lambda facts: facts.message.text,
    "words": lambda facts: indexed(facts.message.text).lower(),
    "to": lambda facts: facts.message.destination,
    "from": lambda facts: facts.message.source,
}
"""The one that parts messages best first."""

Needle: TypeAlias = "tuple[Property, str]"
"""A property, and a text that is in it."""


class Haystack:
    """One property of several messages."""

    __slots__ = ("_begins", "_text")

    def __init__(self, texts: Sequence[str]) -> None:
        self._text = "\n".join(texts)
        self._begins = list(accumulate((len(text) + 1 for text in texts), initial=0))

    def holders(self, needle: str) -> Iterator[int]:
        """The places, in order, of the messages that have the needle; one that crosses their border may add one."""
        found = self._text.find(needle)
        while found >= 0:
            place = bisect_right(self._begins, found) - 1
            yield place
            found = self._text.find(needle, self._begins[place + 1])


def needles_for(wanted: Wanted) -> frozenset[Needle] | None:
    """Needles of which every message that is wanted has one; None when a message may be wanted without."""
    choices = list(_of_conditions(wanted.conditions))
    if wanted.query is not None:
        choices += _of_query(wanted.query)
    order = list(PROPERTIES)
    return min(choices, key=lambda needles: min(order.index(name) for name, _ in needles), default=None)


def _of_conditions(conditions: Sequence[Condition]) -> Iterator[frozenset[Needle]]:
    for condition in conditions:
        if isinstance(condition, FieldCondition):
            for name in PROPERTIES:
                needles = needles_of(condition.test) if condition.key == name else None
                if needles is not None:
                    yield frozenset((name, needle) for needle in needles)


def _of_query(query: Query) -> Iterator[frozenset[Needle]]:
    """Every alternative must have a needle, of whatever property."""
    found: set[Needle] = set()
    for group in query.groups:
        needles = [needle for term in group for needle in _of_term(term)]
        if not needles:
            return
        found.add(max(needles, key=lambda needle: len(needle[1])))
    if found:
        yield frozenset(found)


def _of_term(term: Term) -> Iterator[Needle]:
    asked = term.filter
    if term.negated:
        return
    if isinstance(asked, WordsFilter):
        yield "words", max(asked.phrase.words, key=len)
    elif isinstance(asked, FieldFilter):
        needles = needles_of(Test((asked.clause,)))
        for name in PROPERTIES:
            if asked.key.name == name and needles is not None and len(needles) == 1:
                yield name, next(iter(needles))
