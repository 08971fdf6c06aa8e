"""Why a search finds nothing: what each term finds alone, and which one took the last message away."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import accumulate

from smsc_sim.sim.search.query import Query, Term


@dataclass(frozen=True, slots=True)
class TermCount:
    """One term of a search that finds nothing."""

    term: str
    """As it can be read again."""
    column: int
    """Where it was written, from 1."""
    alternative: int
    """Which of the alternatives between ``OR`` it belongs to, from 0."""
    alone: int
    """Messages that the term by itself finds."""
    so_far: int
    """Messages that it and the terms before it find together."""
    took_the_last: bool
    """Whether the terms before it find some, and with it there are none."""


def explain_empty(query: Query, count: Callable[[Query], int]) -> tuple[TermCount, ...]:
    """Return what each term of the search does to the messages; ``count`` says how many a search finds."""
    explained: list[TermCount] = []
    everything = count(Query()) if query.groups else 0
    for number, group in enumerate(query.groups):
        before = everything
        for terms in accumulate(((term,) for term in group), _and):
            term = terms[-1]
            alone = count(Query(((term,),)))
            # Without any before it, or when nothing is left, there is nothing to count.
            so_far = alone if len(terms) == 1 else count(Query((terms,))) if before and alone else 0
            explained.append(TermCount(str(term), term.column, number, alone, so_far, before > 0 and so_far == 0))
            before = so_far
    return tuple(explained)


def _and(terms: tuple[Term, ...], more: tuple[Term, ...]) -> tuple[Term, ...]:
    return (*terms, *more)
