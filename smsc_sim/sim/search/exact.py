"""A search for one value of one property."""

from __future__ import annotations

from smsc_sim.scenario.matching import OneOf
from smsc_sim.sim.search.keys import KEYS
from smsc_sim.sim.search.query import FieldFilter, Query, Term


def having(key: str, value: str) -> Query:
    """The search for messages of which the property ``key`` of :data:`KEYS` is exactly this text."""
    return Query(((Term(key, value, filter=FieldFilter(KEYS[key], OneOf(frozenset({value})))),),))
