"""What pages and reports show of an account's queue: plain values of bounded number, taken at one instant."""

from __future__ import annotations

from dataclasses import dataclass
from heapq import nsmallest

from smsc_sim.sim.sessions.account import Account


@dataclass(frozen=True, slots=True)
class WaitingView:
    """What waits under one routing policy."""

    policy: str
    count: int
    oldest: float
    """Seconds since the message of the first one to leave was accepted."""


@dataclass(frozen=True, slots=True)
class InFlightView:
    """What one session has not answered."""

    session: str
    """Its name, such as ``s7``."""
    count: int
    window: int
    """The most that it may be."""


@dataclass(frozen=True, slots=True)
class AttemptView:
    """A receipt or message that was not taken, and is tried again."""

    key: str
    """Of its record: the message_id of a usual receipt."""
    attempts: int
    """Made so far, 1 or more."""
    command_status: int | None
    """Of the last answer; None: there was none in time."""
    next_at: float
    """When it is tried again at the earliest, seconds since the epoch; past: it waits its turn or is on its way."""


@dataclass(frozen=True, slots=True)
class QueueView:
    """The queue of receipts and messages of one account."""

    account: str
    pending: int
    """Not yet acknowledged or given up: scheduled, waiting, or sent and unanswered."""
    waiting: tuple[WaitingView, ...]
    """By policy, in the order of their names."""
    oldest: float
    """Seconds since the message of the oldest one that waits was accepted; 0: nothing waits."""
    in_flight: tuple[InFlightView, ...]
    """For each session that receives, the longest bound first."""
    held_until: float
    """Until when nothing is sent because the ESME said that it cannot take anything; 0: it has not said so."""
    flushing: int
    """How many of those that waited while nobody was bound are still to leave at ``receipts.flush``."""
    dropped: int
    """Given up so far because ``receipts.queue`` had no room."""
    retried: int
    """How many are tried again, of which ``attempts`` has the next ones."""
    attempts: tuple[AttemptView, ...]
    """The one that is due first first."""


def queue_view(account: Account, now: float, *, attempts: int = 50) -> QueueView:
    """The queue of an account at ``now``, with so many ``attempts`` at most."""
    counts: dict[str, int] = {}
    accepted: dict[str, float] = {}
    for (policy, _), queue in account.waiting.items():
        counts[policy] = counts.get(policy, 0) + len(queue)
        accepted[policy] = min(accepted.get(policy, now), queue.first[4])
    held_until = account.held_until if account.held_until > now else 0.0
    due_first = nsmallest(attempts, account.attempts.items(), key=lambda item: item[1].due)
    return QueueView(
        account=account.system_id,
        pending=account.pending,
        waiting=tuple(WaitingView(policy, counts[policy], now - accepted[policy]) for policy in sorted(counts)),
        oldest=now - min(accepted.values(), default=now),
        in_flight=tuple(
            InFlightView(session.name, len(session.outstanding), session.receipt_window)
            for session in account.receivers()
        ),
        held_until=held_until,
        flushing=account.flush.left if account.flush is not None else 0,
        dropped=account.dropped,
        retried=len(account.attempts),
        attempts=tuple(
            AttemptView(
                key.decode("latin-1"), attempt.count, attempt.command_status, max(attempt.due, account.held_until)
            )
            for key, attempt in due_first
        ),
    )
