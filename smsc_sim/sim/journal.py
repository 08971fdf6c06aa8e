"""The journal: what went over each session, kept as raw octets and decoded only when someone looks."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from enum import IntEnum
from typing import TypeAlias


class Direction(IntEnum):
    """Which way octets went."""

    IN = 0
    """From the ESME."""
    OUT = 1
    """To the ESME."""


Record: TypeAlias = "tuple[float, int, Direction, bytes]"
"""Instant (seconds since the epoch), session number, direction, and whole PDUs one after the other; where a rule cuts,
corrupts or dribbles an answer, whatever octets were sent.

A tuple of plain values: it is made once for each read and write on the message path, and the garbage collector stops
looking at such tuples.
"""


_OVERHEAD = 200
"""Octets of memory that a record takes beside its payload, roughly; so that tiny records are bounded too."""


class Journal:
    """A ring of the latest records, bounded in octets of memory; the oldest go first and are counted."""

    __slots__ = ("_held", "_limit", "_records", "evicted", "listener")

    def __init__(self, limit: int) -> None:
        """``limit``: the most octets to hold, 0 or more."""
        self._records: deque[Record] = deque()
        self._limit = limit
        self._held = 0
        self.evicted = 0
        self.listener: Callable[[Record], None] | None = None
        """Called with each new record, when set: a log of PDUs, a live page."""

    def record(self, now: float, session: int, direction: Direction, octets: bytes) -> None:
        """Keep ``octets``, whole PDUs that session number ``session`` received or sent at ``now``."""
        record = (now, session, direction, octets)
        self._records.append(record)
        self._held += len(octets) + _OVERHEAD
        while self._held > self._limit and self._records:
            self._held -= len(self._records.popleft()[3]) + _OVERHEAD
            self.evicted += 1
        if self.listener is not None:
            self.listener(record)

    def __len__(self) -> int:
        return len(self._records)

    @property
    def next_seq(self) -> int:
        """The number of the next record; the first of all is 1."""
        return self.evicted + len(self._records) + 1

    def newest_first(self) -> Iterator[Record]:
        """The records held, the latest first."""
        return reversed(self._records)
