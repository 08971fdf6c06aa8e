"""Delivery of receipts: what is sent, what waits and for what, what is sent again, what is given up."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import inf

from smsc_sim.sim.breakdown import Breakdown
from smsc_sim.sim.counters import Counters
from smsc_sim.sim.delivery.backlog import put_back, queue_for, take_excess, take_older, take_unbound
from smsc_sim.sim.delivery.delivery_events import DueReceipts, Sweep, Wake
from smsc_sim.sim.delivery.delivery_notes import note_receipts
from smsc_sim.sim.delivery.delivery_watcher import Watchers
from smsc_sim.sim.delivery.flush import Flush
from smsc_sim.sim.delivery.routing import ONE_BY_ONE, choose, policy_of, receiver
from smsc_sim.sim.journal import Journal
from smsc_sim.sim.messages.ledger import Ledger
from smsc_sim.sim.receipts.receipt import ReceiptRecord, ReceiptWriter
from smsc_sim.sim.rules.retries import RETRY_LATER, Attempts, next_attempt
from smsc_sim.sim.sessions.account import Account, Accounts
from smsc_sim.sim.sessions.session import LAST_SEQUENCE_NUMBER, SEQUENCE_NUMBER, Session
from smsc_sim.sim.timeline import Timeline
from smsc_sim.smpp.status import CommandStatus

_OTHER_ACCOUNT = "account:"

_GRAIN = 1.0
"""Seconds by which the deadline of an unanswered receipt may be late: they are kept in groups, not one by one."""


class Delivery:
    """Gets receipts to the ESMEs: at least once, in the order they fell due, within each session's window."""

    def __init__(
        self,
        timeline: Timeline,
        counters: Counters,
        breakdown: Breakdown,
        accounts: Accounts,
        ledger: Ledger,
        touch: Callable[[Session], None],
        check_by: Callable[[Session, float], None],
        by_sockets: Callable[[float], float],
        journal: Journal,
    ) -> None:
        """``touch(session)``: there is something in its outbox; ``check_by(session, instant)``: look at its timers.

        ``by_sockets(now)``: the instant by the clock of the sockets, which ``check_by`` takes.
        """
        self._journal = journal
        self.writer = ReceiptWriter()
        self.withdrawn: set[bytes] = set()
        """Keys of pending records that are not to be sent any more; each is forgotten when its turn comes."""
        self.watchers = Watchers()
        self._timeline = timeline
        self._counters = counters
        self._breakdown = breakdown
        self._accounts = accounts
        self._ledger = ledger
        self._touch = touch
        self._check_by = check_by
        self._by_sockets = by_sockets

    def schedule(self, account: Account, records: Sequence[ReceiptRecord], due: float) -> None:
        """Let these receipts be sent at ``due`` (seconds since the epoch)."""
        account.pending += len(records)
        self._timeline.add(due, DueReceipts(self, account, records))

    def standing(self, account: Account, records: Sequence[ReceiptRecord], now: float) -> Sequence[ReceiptRecord]:
        """Those of these records, whose turn has come, that were not withdrawn; the others are forgotten."""
        if not self.withdrawn:
            return records
        kept = []
        for record in records:
            if record[0] in self.withdrawn:
                self._forget(account, record, now)
            else:
                kept.append(record)
        return kept

    def has_room(self, account: Account, messages: int = 1) -> bool:
        """Whether the receipts of so many more messages may be pending: ``receipts.queue`` and ``queue_full``."""
        limits = account.receipts
        if account.pending + messages <= limits.queue:
            return True
        # What waits makes room by itself, unless messages are refused for its sake.
        waiting = account.waiting_count if limits.queue_full != "refuse" else 0
        return account.pending - waiting + messages <= limits.queue

    def account_for(self, account: Account, via: str | None) -> Account:
        """The account whose binds get what goes ``via`` (a routing policy, ``account:NAME``, None: the usual way).

        An account that is not there leaves it with its own.
        """
        if via is not None and via.startswith(_OTHER_ACCOUNT):
            return self._accounts.find(via.removeprefix(_OTHER_ACCOUNT)) or account
        return account

    def deliver(self, account: Account, records: Sequence[ReceiptRecord], now: float) -> None:
        """Send what is due, as far as there are binds with room; keep the rest in order."""
        first = not account.waiting
        if first and now >= account.held_until and policy_of(account, records[0]) == "same":
            origin = receiver(account, records[0][6])
            if origin is not None and origin.room() >= len(records):
                self._send(origin, records, now)
                return
        if first and not any(session.receives for session in account.sessions):
            note_receipts(self._journal, "waiting", account, now, len(records))
        for record in records:
            queue_for(account, record).append(record)
        self._watch_age(account)
        self.drain(account, now, keep=inf if first else account.receipts.keep)
        if account.pending > account.receipts.queue:
            dropped = take_excess(account, records)
            account.dropped += len(dropped)
            self._counters.receipts_dropped += len(dropped)
            self._discard_all(account, dropped, now)

    def drain(self, account: Account, now: float, *, keep: float | None = None) -> None:
        """Send as much of what waits as the account's binds have room for, and as may leave now.

        ``keep``: in place of ``receipts.keep``, for what has not waited at all.
        """
        self._discard_unbound(account, now)
        if now < account.held_until:
            self._wake(account, account.held_until)
            return
        room = {session: session.room() for session in account.sessions if session.receives}
        available = sum(room.values())
        flush = account.flush
        if flush is not None and available > 0:
            flush.left = min(flush.left, account.waiting_count)
            available = min(available, flush.allowance(now))
        oldest = now - (account.receipts.keep if keep is None else keep)
        for (policy, origin), queue in list(account.waiting.items()):
            while available > 0 and queue:
                target = choose(policy, account, room, origin)
                if target is None:
                    break
                share = 1 if policy in ONE_BY_ONE else min(room[target], len(queue), available)
                records = self.standing(account, queue.take(share), now)
                if not records:
                    continue
                if records[0][4] < oldest:
                    records = self._discard_older(account, records, oldest, now)
                room[target] -= len(records)
                available -= len(records)
                if records:
                    if flush is not None:
                        flush.sent(len(records))
                    self._send(target, records, now)
            if not queue:
                del account.waiting[policy, origin]
        if flush is not None:
            self._go_on_flushing(account, flush, now)

    def _go_on_flushing(self, account: Account, flush: Flush, now: float) -> None:
        """Plan when the next one leaves; after the last one there is no rate any more."""
        if flush.left <= 0 or not account.waiting:
            account.flush = None
            if account.waiting:
                self.drain(account, now)
        elif flush.next_at > now:
            self._wake(account, flush.next_at)

    def _wake(self, account: Account, instant: float) -> None:
        """Look at what may leave at ``instant``."""
        if not account.wake_at or instant < account.wake_at:
            account.wake_at = instant
            self._timeline.add(instant, Wake(self, account, instant))

    def _discard_unbound(self, account: Account, now: float) -> None:
        """Give up all that waits for a session and no other, which is gone."""
        gone = take_unbound(account)
        for record in gone:
            if (watcher := self.watchers.of(record)) is not None:
                watcher.session_gone()
        self._discard_all(account, gone, now)

    def _discard_older(
        self, account: Account, records: Sequence[ReceiptRecord], oldest: float, now: float
    ) -> list[ReceiptRecord]:
        """The records accepted since ``oldest``; the others have waited too long and are given up."""
        self._discard_all(account, [record for record in records if record[4] < oldest], now)
        return [record for record in records if record[4] >= oldest]

    def _send(self, session: Session, records: Sequence[ReceiptRecord], now: float) -> None:
        self.writer.write(session, records, now)
        self._ledger.sent(session.number, records, now)
        if self.watchers:
            self.watchers.tell_sent(session, records, now)
        self._counters.receipts_sent += len(records)
        if session.watched is None:
            session.watched = (SEQUENCE_NUMBER.pack(session.sequence_number), self._by_sockets(now))
        response_timer = session.account.timers.response if session.account is not None else 0.0
        if response_timer:
            deadline = self._by_sockets(now) + response_timer
            expiries = session.expiries
            if expiries is None:
                expiries = session.expiries = []
            if expiries and deadline <= expiries[-1][0]:
                expiries[-1][1] = session.sequence_number
            else:
                expiries.append([deadline + _GRAIN, session.sequence_number])
                self._check_by(session, deadline + _GRAIN)
        self._touch(session)

    def answered(
        self,
        session: Session,
        sequence_number: int,
        record: ReceiptRecord,
        command_status: int,
        now: float,
        retry: tuple[float, ...] | None = None,
        *,
        nacked: bool = False,
    ) -> None:
        """The ESME answered a receipt, sent so, with this command_status (a generic_nack, ``nacked``, counts as it).

        ``retry``: seconds before each further attempt if it was not taken; empty: none; None: RETRY_LATER and the
        account's own decide.  A status of RETRY_LATER holds the account's whole queue until that attempt.
        """
        account = session.account
        assert account is not None, "only a bound session has receipts outstanding"
        if (watcher := self.watchers.of(record)) is not None:
            watcher.answered(command_status, nacked, now)
        if command_status in RETRY_LATER if retry is None else retry and command_status != CommandStatus.ESME_ROK:
            due = self._again(account, record, now, account.receipts.retry if retry is None else retry, command_status)
            note_receipts(
                self._journal, "refused", account, now, record=record, command_status=command_status, again_at=due
            )
            if due == inf:
                return
            if command_status in RETRY_LATER:
                put_back(account, record, session, sequence_number)
                self._watch_age(account)
                account.held_until = max(account.held_until, due)
                self._wake(account, account.held_until)
            else:
                self._timeline.add(due, DueReceipts(self, account, (record,)))
            return
        if command_status == CommandStatus.ESME_ROK:
            self._counters.receipts_acknowledged += 1
            self._ledger.ended((record[0],), now)
            self._forget(account, record, now)
        else:
            self._counters.receipts_refused += 1
            note_receipts(self._journal, "refused", account, now, record=record, command_status=command_status)
            self._give_up(account, record, "refused", now, command_status)

    def heard(self, session: Session, now: float) -> None:
        """Some deliver_sm have been answered; note how long the one took that is watched, if it is among them."""
        if session.watched is not None and session.watched[0] not in session.outstanding:
            self._breakdown.client_responses.add(self._by_sockets(now) - session.watched[1])
            session.watched = None

    def expire(self, session: Session, now: float, instant: float) -> int:
        """Take back receipts that were not answered within the response timer; returns how many.

        They are sent again later, maybe on another bind of the account.  ``instant``: by the clock of the sockets.
        """
        expired = 0
        account = session.account
        while session.expiries and session.expiries[0][0] <= instant and account is not None:
            covered = int(session.expiries.pop(0)[1])
            for sequence in list(session.outstanding):
                if (int.from_bytes(sequence, "big") - covered - 1) & LAST_SEQUENCE_NUMBER < LAST_SEQUENCE_NUMBER // 2:
                    break
                record = session.outstanding.pop(sequence)
                if (watcher := self.watchers.of(record)) is not None:
                    watcher.unanswered("timed_out", now)
                due = self._again(account, record, now, account.receipts.retry)
                if due != inf:
                    self._timeline.add(due, DueReceipts(self, account, (record,)))
                expired += 1
        if session.watched is not None and session.watched[0] not in session.outstanding:
            session.watched = None
        self._counters.receipts_expired += expired
        if expired and account is not None:
            note_receipts(self._journal, "expired", account, now, expired)
            if account.waiting:
                self.drain(account, now)
        return expired

    def sweep(self, account: Account, now: float) -> None:
        """Give up what has waited at the head of a queue for longer than ``receipts.keep``."""
        self._discard_all(account, take_older(account, now - account.receipts.keep), now)
        account.sweep_planned = False
        if account.waiting:
            self._watch_age(account, now + _GRAIN)

    def _watch_age(self, account: Account, earliest: float = 0.0) -> None:
        """Look again when the first of what waits now will have waited long enough, but not before ``earliest``."""
        if not account.sweep_planned:
            account.sweep_planned = True
            accepted_at = min(queue.first[4] for queue in account.waiting.values())
            self._timeline.add(max(accepted_at + account.receipts.keep, earliest), Sweep(self, account))

    def session_lost(self, session: Session, now: float) -> None:
        """The session has ended: what it had not answered goes back to the head of the queue."""
        account = session.account
        if account is None:
            return
        if session.outstanding:
            for sequence, record in session.outstanding.items():
                if (watcher := self.watchers.of(record)) is not None:
                    watcher.unanswered("session_lost", now)
                put_back(account, record, session, int.from_bytes(sequence, "big"))
            self._watch_age(account)
            session.outstanding = {}
            session.expiries = None
        if account.waiting:
            self.drain(account, now)

    def _again(
        self,
        account: Account,
        record: ReceiptRecord,
        now: float,
        ladder: Sequence[float],
        command_status: int | None = None,
    ) -> float:
        """Note that an attempt failed; returns when the next one is, infinite when the record is given up instead."""
        former = account.attempts.get(record[0])
        made = 1 if former is None else former.count + 1
        due = next_attempt(account.receipts, ladder, made, record[4], now)
        if due == inf:
            self._discard(account, record, now, command_status)
        else:
            account.attempts[record[0]] = Attempts(made, command_status, due)
            self._ledger.retry(record[0], command_status, made, due, now)
            if (watcher := self.watchers.of(record)) is not None:
                watcher.again(due)
        return due

    def _discard(self, account: Account, record: ReceiptRecord, now: float, command_status: int | None = None) -> None:
        """Give it up: it has waited too long, or there is no further attempt."""
        self._counters.receipts_discarded += 1
        self._give_up(account, record, "discarded", now, command_status)

    def _discard_all(self, account: Account, records: Sequence[ReceiptRecord], now: float) -> None:
        """Give up records that have waited, and say so."""
        note_receipts(self._journal, "discarded", account, now, len(records))
        for record in records:
            self._discard(account, record, now)

    def _give_up(
        self, account: Account, record: ReceiptRecord, outcome: str, now: float, command_status: int | None = None
    ) -> None:
        if record[0] not in self.withdrawn:
            self._ledger.failed(record[0], command_status, outcome, now)
        self._forget(account, record, now)

    def _forget(self, account: Account, record: ReceiptRecord, now: float) -> None:
        account.pending -= 1
        if self.withdrawn:
            self.withdrawn.discard(record[0])
        if account.attempts:
            account.attempts.pop(record[0], None)
        if (watcher := self.watchers.of(record)) is not None:
            del self.watchers[record[0]]
            watcher.given_up(now)
