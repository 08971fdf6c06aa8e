"""The timeline: everything that is still to happen, as data ordered by instant."""

from __future__ import annotations

from bisect import insort_left
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from heapq import heappop, heappush, nsmallest
from itertools import islice
from math import inf
from operator import itemgetter
from typing import Literal, Protocol, TypeAlias

TICK = 0.02
"""Width of a slot in seconds: what falls due within one tick leaves in one write."""

Kind: TypeAlias = Literal["receipt", "mo", "response", "switch", "discard", "deliver", "session", "rule", "account"]
"""What an event is about; ``discard``: receipts that have waited too long, ``deliver``: what waits for its time,
``session``: a timer of a connection."""


@dataclass(frozen=True, slots=True)
class Pending:
    """One thing that is to happen, for a page or a report."""

    due: float
    """Seconds since the epoch."""
    kind: Kind
    account: str = ""
    """The system_id; empty: of no account."""
    session: int = 0
    """The number of the session: that submitted, or that is to be answered; 0: none."""
    message_id: str = ""
    text: str = ""
    """What else is to be said: the state of a receipt, the name of a switch."""

    def __str__(self) -> str:
        words = [self.kind, self.text]
        if self.message_id:
            words.append(f"of message {self.message_id}")
        if self.session:
            words.append(f"on s{self.session}")
        if self.account:
            words.append(f"for {self.account}")
        return " ".join(filter(None, words))


class Event(Protocol):
    """Something that waits on the timeline."""

    def fire(self, now: float) -> None:
        """Happen, at the instant ``now`` (seconds since the epoch), which is never before it was due."""

    def describe(self, due: float) -> Iterable[Pending]:
        """What it is, one for each message that it concerns, before it is fired; it waits for ``due``."""


_due = itemgetter(0)


def _earlier_last(entry: tuple[float, Event]) -> float:
    return -entry[0]


class Timeline:
    """Events by due instant; adding and taking one is O(1), whatever the number that waits.

    Events are kept in slots of :data:`TICK` seconds.  Only the slots are ordered by a heap, of which there are few,
    so that a million waiting receipts cost a million list entries and nothing more.  The slot that is being taken is
    sorted; what is added to it, or before it, meanwhile finds its place there.
    """

    __slots__ = ("_front", "_front_index", "_order", "_size", "_slots", "wake")

    def __init__(self) -> None:
        self._slots: dict[int, list[tuple[float, Event]]] = {}
        self._order: list[int] = []
        self._front: list[tuple[float, Event]] = []
        """What is taken next, the earliest at the end."""
        self._front_index = -1
        """The slot that ``_front`` was; nothing of it or before it is anywhere else.  -1 when ``_front`` is empty."""
        self._size = 0
        self.wake = inf
        """What :meth:`next_due` gives; infinite when nothing waits."""

    def __len__(self) -> int:
        return self._size

    def __iter__(self) -> Iterator[tuple[float, Event]]:
        """All that waits, earliest first, without taking it."""
        yield from reversed(self._front)
        for index in sorted(self._slots):
            yield from sorted(self._slots[index], key=_due)

    def add(self, due: float, event: Event) -> None:
        """Let ``event`` happen at ``due`` (seconds since the epoch); events of one instant keep their order."""
        index = int(due / TICK)
        self._size += 1
        if index <= self._front_index:
            insort_left(self._front, (due, event), key=_earlier_last)
            self.wake = min(self.wake, (index + 1) * TICK)
            return
        slot = self._slots.get(index)
        if slot is None:
            self._slots[index] = [(due, event)]
            heappush(self._order, index)
            self.wake = min(self.wake, (index + 1) * TICK)
        else:
            slot.append((due, event))

    def next_due(self) -> float | None:
        """The instant at which a driver is to wake next, or None when nothing waits.

        It is the end of the earliest slot, so it is up to one :data:`TICK` after the earliest event.
        """
        return self.wake if self._size else None

    def first_due(self) -> float | None:
        """The instant of the earliest event, or None when nothing waits."""
        if self._front:
            return self._front[-1][0]
        return min(self._slots[self._order[0]], key=_due)[0] if self._order else None

    def due_by(self, now: float) -> float | None:
        """The instant of the earliest event when that is due at or before ``now``; it is what :meth:`take` gives."""
        front = self._front
        if not front:
            if not self._order or self._order[0] > int(now / TICK):
                return None
            index = self._front_index = heappop(self._order)
            front = self._front = sorted(self._slots.pop(index), key=_due)
            front.reverse()
        due = front[-1][0]
        return due if due <= now else None

    def take(self) -> Event:
        """Take the event that :meth:`due_by` has found."""
        self._size -= 1
        _, event = self._front.pop()
        if self._front:
            self.wake = (int(self._front[-1][0] / TICK) + 1) * TICK
        else:
            self._front_index = -1
            self.wake = (self._order[0] + 1) * TICK if self._order else inf
        return event

    def upcoming(self, limit: int) -> list[Pending]:
        """What comes next, earliest first, at most ``limit`` of it; looking costs little however much waits."""
        return list(islice(self._upcoming(limit), limit))

    def _upcoming(self, limit: int) -> Iterator[Pending]:
        for due, event in islice(reversed(self._front), limit):
            yield from event.describe(due)
        for index in nsmallest(limit, self._order):
            for due, event in nsmallest(limit, self._slots[index], key=_due):
                yield from event.describe(due)
