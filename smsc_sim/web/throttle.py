"""Slowing down those who guess: one bucket for everybody, so that memory does not grow with guessers."""

from __future__ import annotations

BURST = 10
"""Wrong credentials that are answered at once."""
PER_SECOND = 0.5
"""How fast the bucket fills again."""


class Throttle:
    """Counts failed attempts; when there have been too many, further ones are not looked at for a while."""

    __slots__ = ("_at", "_left")

    def __init__(self) -> None:
        self._left = float(BURST)
        self._at = 0.0

    def wait(self, now: float) -> float:
        """Seconds until another attempt is looked at; 0 when it is at once.  ``now``: seconds on any steady clock."""
        self._fill(now)
        return 0.0 if self._left >= 1 else (1 - self._left) / PER_SECOND

    def failed(self, now: float) -> None:
        """Count one failure."""
        self._fill(now)
        self._left = max(0.0, self._left - 1)

    def _fill(self, now: float) -> None:
        self._left = min(float(BURST), self._left + max(0.0, now - self._at) * PER_SECOND)
        self._at = now
