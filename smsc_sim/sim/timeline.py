"""The timeline: everything that is still to happen, as data ordered by instant."""

from __future__ import annotations

from collections.abc import Iterator
from heapq import heappop, heappush
from operator import itemgetter
from typing import Protocol

TICK = 0.02
"""Width of a slot in seconds: what falls due within one tick is fired together, so it leaves in one write."""


class Event(Protocol):
    """Something that waits on the timeline."""

    def fire(self, now: float) -> None:
        """Happen, at the instant ``now`` (seconds since the epoch), which is never before it was due."""


_due = itemgetter(0)


class Timeline:
    """Events by due instant; adding and taking one is O(1), whatever the number that waits.

    Events are kept in slots of :data:`TICK` seconds.  Only the slots are ordered by a heap, of which there are few,
    so that a million waiting receipts cost a million list entries and nothing more.
    """

    __slots__ = ("_order", "_size", "_slots")

    def __init__(self) -> None:
        self._slots: dict[int, list[tuple[float, Event]]] = {}
        self._order: list[int] = []
        self._size = 0

    def __len__(self) -> int:
        return self._size

    def __iter__(self) -> Iterator[tuple[float, Event]]:
        """All that waits, earliest first, without taking it."""
        for index in sorted(self._slots):
            yield from sorted(self._slots[index], key=_due)

    def add(self, due: float, event: Event) -> None:
        """Let ``event`` happen at ``due`` (seconds since the epoch); events of one instant keep their order."""
        index = int(due / TICK)
        slot = self._slots.get(index)
        if slot is None:
            self._slots[index] = [(due, event)]
            heappush(self._order, index)
        else:
            slot.append((due, event))
        self._size += 1

    def next_due(self) -> float | None:
        """The instant at which :meth:`take_due` next has something to give, or None when nothing waits.

        It is the end of the earliest slot, so it is up to one :data:`TICK` after the earliest event.
        """
        return (self._order[0] + 1) * TICK if self._order else None

    def take_due(self, now: float) -> list[tuple[float, Event]]:
        """Take everything due at or before ``now``, earliest first."""
        taken: list[tuple[float, Event]] = []
        current = int(now / TICK)
        while self._order and self._order[0] <= current:
            index = heappop(self._order)
            slot = self._slots.pop(index)
            if index == current:
                later = [entry for entry in slot if entry[0] > now]
                if later:
                    slot = [entry for entry in slot if entry[0] <= now]
                    self._slots[index] = later
                    heappush(self._order, index)
                    slot.sort(key=_due)
                    taken += slot
                    break
            slot.sort(key=_due)
            taken += slot
        self._size -= len(taken)
        return taken
