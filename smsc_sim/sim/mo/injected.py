"""What became of injected messages: each PDU with its attempts, and all of them in numbers."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, Literal, TypeAlias

from smsc_sim.sim.delivery.delivery_watcher import Unanswered

InjectedStatus: TypeAlias = Literal["waiting", "sent", "acknowledged", "refused", "discarded", "failed"]
"""``waiting``: for a bind, for room in its window, or for its next attempt; ``sent``: no response yet;
``acknowledged``: taken with ESME_ROK; ``refused``: answered otherwise; ``discarded``: given up after too long, for want
of room, or because its session is gone; ``failed``: never became a PDU."""

PDUS_KEPT: Final = 1_000
"""PDUs of one injection that its result remembers, the latest."""

ATTEMPTS_KEPT: Final = 32
"""Attempts of one PDU that are remembered, the latest."""


@dataclass(slots=True)
class Attempt:
    """One time that a PDU was sent; instants are seconds since the epoch."""

    session: int
    sequence_number: int
    sent_at: float
    result: Literal["", "response", "generic_nack", "timed_out", "session_lost"] = ""
    """What came of it; empty: nothing yet."""
    command_status: int | None = None
    """Of the response or the generic_nack; None: there is none."""
    answered_at: float | None = None
    """When that came, or when it was known that nothing comes."""


@dataclass(slots=True, eq=False)
class InjectedPdu:
    """One PDU of an injection; it goes on changing until ``done``."""

    message: int
    """Which message, from 1."""
    part: int
    parts: int
    account: str
    given_at: float
    """When it was given to delivery, seconds since the epoch."""
    changed: Callable[[InjectedPdu, float], None] = field(repr=False)
    """Is called after each change with something to tell, with its instant."""
    data_coding: int = 0
    id: int = 0
    """Of the stored message that it is; 0 for one that never became a PDU."""
    status: InjectedStatus = "waiting"
    reason: str = ""
    """Why it was discarded or has failed; empty for the age of ``receipts.keep``."""
    attempts: list[Attempt] = field(default_factory=list)
    tries: int = 0
    """All attempts, also those that are no longer remembered."""
    next_at: float | None = None
    """When it is sent again at the earliest; None when that does not wait for an instant."""
    done_at: float | None = None

    @property
    def done(self) -> bool:
        """Whether nothing more happens to it."""
        return self.done_at is not None

    @property
    def command_status(self) -> int | None:
        """Of the latest answer; None when the latest attempt has none."""
        return self.attempts[-1].command_status if self.attempts else None

    def sent(self, session: int, sequence_number: int, now: float) -> None:
        """It was written."""
        del self.attempts[: 1 - ATTEMPTS_KEPT]
        self.attempts.append(Attempt(session, sequence_number, now))
        self.tries += 1
        self.status = "sent"
        self.next_at = None

    def answered(self, command_status: int, nacked: bool, now: float) -> None:
        """Its response came; whether that was all is said next."""
        attempt = self.attempts[-1]
        attempt.result = "generic_nack" if nacked else "response"
        attempt.command_status = command_status
        attempt.answered_at = now
        self.status = "refused" if command_status or nacked else "acknowledged"
        self.changed(self, now)

    def unanswered(self, why: Unanswered, now: float) -> None:
        """No response comes."""
        attempt = self.attempts[-1]
        attempt.result = why
        attempt.answered_at = now
        self.status = "waiting"
        self.changed(self, now)

    def again(self, due: float) -> None:
        """Another attempt follows."""
        self.status = "waiting"
        self.next_at = due

    def session_gone(self) -> None:
        """That is why it will be given up."""
        self.reason = "its session is gone"

    def given_up(self, now: float) -> None:
        """That was all."""
        if self.status in {"waiting", "sent"}:
            self.status = "discarded"
        self.done_at = now
        self.changed(self, now)


OnAnswer: TypeAlias = Callable[[InjectedPdu], None]
"""Called when a PDU was answered, or its answer is out of the question, and when it is done; look at ``done``."""


class InjectionResult:
    """What an injection has come to so far."""

    def __init__(self, number: int, started_at: float, wanted: int | None) -> None:
        self.number = number
        """Which injection since the start, from 1."""
        self.started_at = started_at
        self.wanted = wanted
        """How many messages it is to be; None: as many as its source has."""
        self.messages = 0
        """Made so far."""
        self.pdus: deque[InjectedPdu] = deque(maxlen=PDUS_KEPT)
        """The latest."""
        self.counts: Counter[InjectedStatus] = Counter()
        """PDUs that are done, by what they came to."""
        self.statuses: Counter[int] = Counter()
        """PDUs that are done and were answered at last, by the command_status of that answer."""
        self.open = 0
        """PDUs that are not done."""
        self.made_at: float | None = None
        """When the last message had been made, or the rest was cancelled."""
        self.cancelled = False
        self.done_at: float | None = None
        """When nothing more was to come of it, seconds since the epoch."""

    @property
    def done(self) -> bool:
        """Whether all messages were made and all their PDUs are done."""
        return self.done_at is not None

    def cancel(self, now: float) -> None:
        """Make no more messages; what has been given to delivery stays there."""
        if self.made_at is None:
            self.cancelled = True
            self.made(now)

    def made(self, now: float) -> None:
        """There are no more messages."""
        self.made_at = now
        self._settle(now)

    def take(self, pdu: InjectedPdu) -> None:
        """One more PDU."""
        self.pdus.append(pdu)
        self.open += 1

    def count(self, pdu: InjectedPdu, now: float) -> None:
        """A PDU is done."""
        self.counts[pdu.status] += 1
        if (command_status := pdu.command_status) is not None:
            self.statuses[command_status] += 1
        self.open -= 1
        self._settle(now)

    def _settle(self, now: float) -> None:
        if self.made_at is not None and not self.open:
            self.done_at = now
