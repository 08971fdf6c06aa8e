"""Flushing: what waited while nobody was bound leaves at a rate once somebody is."""

from __future__ import annotations

from smsc_sim.scenario.values import Pace

_SLACK = 0.1
"""Seconds that may be made up for, so that the rate is kept though looks are late; after a longer pause there is no
burst."""


class Flush:
    """A number of records that leave one by one, evenly; those that come later wait behind them."""

    __slots__ = ("_interval", "left", "next_at")

    def __init__(self, rate: Pace, left: int, now: float) -> None:
        self._interval = rate.seconds / rate.count
        self.left = left
        """How many are to leave so."""
        self.next_at = now
        """When the next one may leave, seconds since the epoch."""

    def allowance(self, now: float) -> int:
        """How many may leave now."""
        if now < self.next_at:
            return 0
        if now - self.next_at > _SLACK:
            self.next_at = now
        return min(self.left, int((now - self.next_at) / self._interval) + 1)

    def sent(self, count: int) -> None:
        """So many left."""
        self.left -= count
        self.next_at += count * self._interval
