"""How traffic went over the last hour: a look each second at counters that are counted anyway.

The message path does nothing for it.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from itertools import islice
from typing import Final

from smsc_sim.sim.counters import Counters
from smsc_sim.sim.smsc import Smsc

EVERY: Final = 1.0
"""Seconds from one look to the next."""
KEPT: Final = 3600
"""Looks that are remembered, one before them not counted."""

BUSY: Final = 5_000
"""Messages a second, in either direction."""
_TWO: Final = 2
_COUNTERS: Final = tuple(field.name for field in fields(Counters))

_MESSAGES: Final = tuple(_COUNTERS.index(name) for name in ("messages_accepted", "messages_refused", "receipts_sent"))

ERRORS: Final = (
    "messages_refused", "binds_refused", "sessions_refused", "protocol_errors", "responses_unmatched",
    "receipts_refused", "receipts_expired", "receipts_discarded", "internal_errors",
)  # fmt: skip
"""The counters of what went wrong."""

RECEIPTS: Final = ("sent", "acknowledged", "refused", "expired", "discarded")
"""What can come of a receipt."""


@dataclass(frozen=True, slots=True)
class _Look:
    at: float
    received: int
    sent: int
    counters: tuple[int, ...]
    bound: int
    replies_pending: int
    outstanding: int
    room: int
    answers: Mapping[int, int]
    """How many messages were answered so far, by command_status."""


@dataclass(frozen=True, slots=True)
class Lately:
    """What happened in a span of time."""

    seconds: int
    answers: Mapping[int, int]
    """Messages by the command_status of their answer, ESME_ROK first, then the most frequent."""
    receipts: Mapping[str, int]
    """Receipts and messages to ESMEs by what came of them."""


@dataclass(frozen=True, slots=True)
class Point:
    """What happened between two looks, or between several: rates are per second."""

    at: float
    """The end of it, seconds since the epoch."""
    received: float
    """PDUs from ESMEs; of a session that came and went between two looks, none."""
    sent: float
    accepted: float
    """Messages."""
    refused: float
    receipts: float
    """Receipts sent."""
    bound: int
    """Sessions, at the end."""
    replies_pending: int
    """Requests whose answer is delayed, at most."""
    outstanding: int
    """deliver_sm without a response, at most."""
    room: int
    """The most that ``outstanding`` could be, at the end."""


class Traffic:
    """The looks of the last hour; whoever drives it calls :meth:`look` each second."""

    __slots__ = ("_looks", "_rates", "_received", "_seen", "_sent", "_smsc", "count")

    def __init__(self, smsc: Smsc, kept: int = KEPT) -> None:
        self._smsc = smsc
        self._looks: deque[_Look] = deque(maxlen=kept + 1)
        self._seen: dict[int, tuple[int, int]] = {}
        """What each session had received and sent at the last look."""
        self._rates: dict[int, tuple[float, float]] = {}
        """PDUs a second of each session, in and out, between the last two looks."""
        self._received = 0
        self._sent = 0
        self.count = 0
        """How often it has looked."""

    def look(self, now: float) -> None:
        """Remember how things stand at ``now``, seconds since the epoch."""
        smsc = self._smsc
        seen: dict[int, tuple[int, int]] = {}
        rates: dict[int, tuple[float, float]] = {}
        span = now - self._looks[-1].at if self._looks else 0.0
        bound = replies_pending = outstanding = room = 0
        for number, session in smsc.sessions.items():
            received, sent = self._seen.get(number, (0, 0))
            seen[number] = (session.received, session.sent)
            self._received += session.received - received
            self._sent += session.sent - sent
            if span > 0:
                rates[number] = ((session.received - received) / span, (session.sent - sent) / span)
            bound += session.bound
            replies_pending += session.replies_pending
            outstanding += len(session.outstanding)
            room += session.receipt_window if session.receives else 0
        self._seen, self._rates = seen, rates
        counters = tuple(getattr(smsc.counters, name) for name in _COUNTERS)
        answers: Mapping[int, int] = smsc.breakdown.answers()
        if self._looks and self._looks[-1].answers == answers:
            answers = self._looks[-1].answers
        self._looks.append(
            _Look(now, self._received, self._sent, counters, bound, replies_pending, outstanding, room, answers)
        )
        self.count += 1

    @property
    def busy(self) -> bool:
        """Whether there are so many messages that whoever only looks on has to wait a little."""
        if len(self._looks) < _TWO:
            return False
        before, last = self._looks[-2], self._looks[-1]
        came = sum(last.counters[index] - before.counters[index] for index in _MESSAGES)
        return came > BUSY * max(last.at - before.at, EVERY)

    def points(self, seconds: int, most: int = 120) -> list[Point]:
        """The last so many seconds, the oldest first, in ``most`` points at most; none before the second look."""
        looks = self._last(seconds)
        every = max(1, -(-(len(looks) - 1) // most))
        # Counted from the end, so that the latest point is always a whole one.
        ends = range(len(looks) - 1, 0, -every)
        return [_between(looks[max(0, end - every) : end + 1]) for end in reversed(ends)]

    def rates(self, number: int) -> tuple[float, float]:
        """PDUs a second from and to this session at the last look."""
        return self._rates.get(number, (0.0, 0.0))

    def errors(self, seconds: int) -> dict[str, tuple[int, int]]:
        """For each of :data:`ERRORS` how many there were in the last so many seconds, and in all."""
        looks = self._last(seconds)
        found = {}
        for name in ERRORS:
            index = _COUNTERS.index(name)
            lately = looks[-1].counters[index] - looks[0].counters[index] if looks else 0
            found[name] = (max(0, lately), getattr(self._smsc.counters, name))
        return found

    def lately(self, seconds: int) -> Lately:
        """What happened in the last so many seconds, as far as there were looks."""
        looks = self._last(seconds)
        if not looks:
            return Lately(seconds, {}, {})
        first, last = looks[0], looks[-1]
        answers = {status: count - first.answers.get(status, 0) for status, count in last.answers.items()}
        found = sorted(((count, status) for status, count in answers.items() if count > 0), reverse=True)
        found.sort(key=lambda one: one[1] != 0)
        receipts = {}
        for name in RECEIPTS:
            index = _COUNTERS.index(f"receipts_{name}")
            receipts[name] = max(0, last.counters[index] - first.counters[index])
        return Lately(seconds, {status: count for count, status in found}, receipts)

    def _last(self, seconds: int) -> Sequence[_Look]:
        newest_first = list(islice(reversed(self._looks), seconds + 1))
        return newest_first[::-1]


def _between(looks: Sequence[_Look]) -> Point:
    """What happened from the first of these looks to the last."""
    first, last = looks[0], looks[-1]
    span = last.at - first.at

    def rate(before: int, after: int) -> float:
        # Counters may have been put back to 0, and clocks, too.
        return round(max(0, after - before) / span, 2) if span > 0 else 0.0

    def counted(name: str) -> float:
        index = _COUNTERS.index(name)
        return rate(first.counters[index], last.counters[index])

    return Point(
        at=last.at,
        received=rate(first.received, last.received),
        sent=rate(first.sent, last.sent),
        accepted=counted("messages_accepted"),
        refused=counted("messages_refused"),
        receipts=counted("receipts_sent"),
        bound=last.bound,
        replies_pending=max(look.replies_pending for look in looks[1:]),
        outstanding=max(look.outstanding for look in looks[1:]),
        room=last.room,
    )
