"""What is said of several messages together: which came one after the other, and how far apart in time."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence

from smsc_sim.scenario.expectation import Spacing
from smsc_sim.sim.verify.facts import StoredFacts
from smsc_sim.sim.verify.wanted import Wanted


def in_order(steps: Sequence[Wanted], messages: Iterable[StoredFacts], now: float) -> list[StoredFacts]:
    """The first messages, given in the order of their ids, that are the steps one after the other.

    Others may have come between; as many are returned as were found.
    """
    found: list[StoredFacts] = []
    for facts in messages:
        if len(found) < len(steps) and steps[len(found)].holds(facts, now):
            found.append(facts)
    return found


def gaps(scope_of: Spacing, messages: Iterable[StoredFacts]) -> list[tuple[float, StoredFacts, StoredFacts]]:
    """The seconds between each two neighbours of the same scope, with both, of messages in the order of their ids."""
    last: dict[Hashable, StoredFacts] = {}
    found = []
    for facts in messages:
        key = facts.scope(scope_of.scope)
        before = last.get(key)
        if before is not None:
            found.append((facts.message.at - before.message.at, before, facts))
        last[key] = facts
    return found
