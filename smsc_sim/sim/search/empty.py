"""Why a search finds nothing: what each term finds alone, and which one took the last message away."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import accumulate
from typing import Final

from smsc_sim.sim.search.query import Query, Term
from smsc_sim.sim.store.browsing import Count


@dataclass(frozen=True, slots=True)
class TermCount:
    """One term of a search that finds nothing."""

    term: str
    """As it can be read again."""
    column: int
    """Where it was written, from 1."""
    alternative: int
    """Which of the alternatives between ``OR`` it belongs to, from 0."""
    alone: Count
    """Messages that the term by itself finds."""
    so_far: Count
    """Messages that it and the terms before it find together."""
    took_the_last: bool
    """Whether the terms before it find some, and with it there are none."""


NOTHING: Final = Count(0, whole=True)


def explain_empty(query: Query, count: Callable[[Query], Count]) -> tuple[TermCount, ...]:
    """Return what each term does to the messages, of a search that finds none; ``count`` says how many one finds."""
    explained: list[TermCount] = []
    everything = count(Query()) if query.groups else NOTHING
    for number, group in enumerate(query.groups):
        before = everything
        for terms in accumulate(((term,) for term in group), _and):
            term, is_last = terms[-1], len(terms) == len(group)
            alone = NOTHING if len(group) == 1 else count(Query(((term,),)))
            # With the last one it is nothing, as it is once nothing is left: then there is nothing to count.
            if is_last or NOTHING in (before, alone):
                so_far = NOTHING
            else:
                so_far = alone if len(terms) == 1 else count(Query((terms,)))
            took = before.messages > 0 and so_far == NOTHING
            explained.append(TermCount(str(term), term.column, number, alone, so_far, took))
            before = so_far
    return tuple(explained)


def _and(terms: tuple[Term, ...], more: tuple[Term, ...]) -> tuple[Term, ...]:
    return (*terms, *more)
