"""Counting by key in bounded memory."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable

from smsc_sim.scenario.values import Rate
from smsc_sim.sim.sessions.throughput import SlidingWindow

KEYS_KEPT = 100_000
"""Keys that one tally remembers; the least recently counted are forgotten first."""


class Tally:
    """How often each key has been counted, for the keys counted latest."""

    __slots__ = ("_counts", "_limit", "forgotten", "told")

    def __init__(self, limit: int = KEYS_KEPT) -> None:
        self._counts: OrderedDict[Hashable, int] = OrderedDict()
        self._limit = limit
        self.forgotten = 0
        """Keys forgotten so far; they start at 0 again when they come back."""
        self.told: Callable[[Hashable, int], None] | None = None
        """Called with a key and its new count, where somebody remembers them."""

    def __len__(self) -> int:
        return len(self._counts)

    def count(self, key: Hashable) -> int:
        """Count ``key`` once more; returns how often it had been counted before."""
        counts = self._counts
        before = counts.pop(key, 0)
        counts[key] = before + 1
        if len(counts) > self._limit:
            counts.popitem(last=False)
            self.forgotten += 1
        if self.told is not None:
            self.told(key, before + 1)
        return before

    def recall(self, key: Hashable, count: int) -> None:
        """The key had been counted so often before."""
        self._counts[key] = count

    def seen(self, key: Hashable) -> int:
        """How often ``key`` has been counted, without counting it."""
        return self._counts.get(key, 0)

    def clear(self) -> None:
        """Begin anew."""
        self._counts.clear()
        self.forgotten = 0


class RateTally:
    """A sliding window for each key, for the keys seen latest."""

    __slots__ = ("_limit", "_rate", "_windows", "forgotten")

    def __init__(self, rate: Rate, limit: int = KEYS_KEPT) -> None:
        self._rate = rate
        self._windows: OrderedDict[Hashable, SlidingWindow] = OrderedDict()
        self._limit = limit
        self.forgotten = 0
        """Keys forgotten so far."""

    def __len__(self) -> int:
        return len(self._windows)

    def above(self, key: Hashable, now: float) -> bool:
        """Whether one more for ``key`` at ``now`` would be above the rate; if not, it is counted as let through."""
        window = self._windows.pop(key, None) or SlidingWindow(self._rate)
        self._windows[key] = window
        if len(self._windows) > self._limit:
            self._windows.popitem(last=False)
            self.forgotten += 1
        return not window.admit(now)

    def clear(self) -> None:
        """Begin anew."""
        self._windows.clear()
        self.forgotten = 0
