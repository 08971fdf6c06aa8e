"""Throughput limits: so many messages in a sliding window of time."""

from __future__ import annotations

from collections import deque

from smsc_sim.scenario.values import Rate


class SlidingWindow:
    """At most ``rate.count`` messages within any ``rate.seconds``; refused messages do not fill it.

    So an ESME that sends 8 a second against a limit of 5/s gets 5 a second through.
    """

    __slots__ = ("_count", "_instants", "_seconds")

    def __init__(self, rate: Rate) -> None:
        self._count = rate.count
        self._seconds = rate.seconds
        self._instants: deque[float] = deque()

    def admit(self, now: float) -> bool:
        """Whether one more message fits at ``now`` (seconds); if so it is counted."""
        instants = self._instants
        horizon = now - self._seconds
        while instants and instants[0] <= horizon:
            instants.popleft()
        if len(instants) >= self._count:
            return False
        instants.append(now)
        return True
