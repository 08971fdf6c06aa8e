"""The backlog of an account: what waits under each routing policy, and what of it is given up."""

from __future__ import annotations

from collections.abc import Sequence

from smsc_sim.sim.delivery.flush import Flush
from smsc_sim.sim.delivery.routing import BY_ORIGIN, ONLY, policy_of, receiver, suits
from smsc_sim.sim.delivery.waiting_queue import WaitingQueue
from smsc_sim.sim.receipts.receipt import ReceiptRecord
from smsc_sim.sim.sessions.account import Account
from smsc_sim.sim.sessions.session import LAST_SEQUENCE_NUMBER, Session


def queue_for(account: Account, record: ReceiptRecord) -> WaitingQueue:
    """The queue in which a record waits."""
    key = _key(account, record)
    queue = account.waiting.get(key)
    if queue is None:
        queue = account.waiting[key] = WaitingQueue()
    return queue


def put_back(account: Account, record: ReceiptRecord, session: Session, sequence_number: int) -> None:
    """Let a record that was sent so leave again, before what was not sent and in its place among what was."""
    wrapped = sequence_number > session.sequence_number
    place = sequence_number - LAST_SEQUENCE_NUMBER if wrapped else sequence_number
    queue_for(account, record).put_back(record, session.number, place)
    if account.flush is not None:
        account.flush.left += 1


def waiting_for(account: Account, session: Session) -> int:
    """How many wait that of all the account's sessions only this one may get."""
    others = [other for other in account.sessions if other is not session]
    return sum(
        len(queue)
        for (policy, origin), queue in account.waiting.items()
        if suits(policy, session, origin) and not any(suits(policy, other, origin) for other in others)
    )


def begin_flush(account: Account, session: Session, now: float) -> None:
    """A session has been bound: what no other session could take leaves at ``receipts.flush``."""
    rate = account.receipts.flush
    waited = waiting_for(account, session) if rate is not None else 0
    if rate is not None and waited:
        if account.flush is None:
            account.flush = Flush(rate, 0, now)
        account.flush.left = min(account.flush.left + waited, account.waiting_count)


def take_unbound(account: Account) -> list[ReceiptRecord]:
    """Take what is for one session only, which can no longer receive."""
    gone = [key for key in account.waiting if key[0] == ONLY and receiver(account, key[1]) is None]
    return [record for key in gone for record in account.waiting.pop(key)]


def take_older(account: Account, oldest: float) -> list[ReceiptRecord]:
    """Take what stands at the head of a queue and was accepted at ``oldest`` (seconds since the epoch) or before."""
    taken: list[ReceiptRecord] = []
    for key, queue in list(account.waiting.items()):
        while queue and queue.first[4] <= oldest:
            taken += queue.take(1)
        if not queue:
            del account.waiting[key]
    return taken


def take_excess(account: Account, latest: Sequence[ReceiptRecord]) -> list[ReceiptRecord]:
    """Take what ``receipts.queue`` has no room for: the oldest, or of the ``latest`` the newest, if they still wait."""
    excess = account.waiting_count - account.receipts.queue
    taken: list[ReceiptRecord] = []
    if account.receipts.queue_full == "oldest":
        while len(taken) < excess:
            key, queue = min(account.waiting.items(), key=lambda item: item[1].first[4])
            taken += queue.take(1)
            if not queue:
                del account.waiting[key]
        return taken
    for record in reversed(latest):
        key = _key(account, record)
        newest = account.waiting.get(key)
        if len(taken) < excess and newest is not None and newest.last is record:
            taken.append(newest.take_last())
            if not newest:
                del account.waiting[key]
    return taken


def _key(account: Account, record: ReceiptRecord) -> tuple[str, int]:
    """The policy, and the number of the session that submitted where the policy looks at it."""
    policy = policy_of(account, record)
    return policy, record[6] if policy in BY_ORIGIN else 0
