"""Delivery of receipts: which bind gets them, what waits, what is sent again."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from math import inf
from typing import Literal

from smsc_sim.scenario.settings import SmscSettings
from smsc_sim.sim.account import Account, Accounts
from smsc_sim.sim.counters import Counters
from smsc_sim.sim.delivery_watcher import DeliveryWatcher
from smsc_sim.sim.journal import Journal
from smsc_sim.sim.journal.notes import ReceiptNote
from smsc_sim.sim.ledger import Ledger, message_of
from smsc_sim.sim.receipt import MO_KEY, ReceiptRecord, ReceiptWriter
from smsc_sim.sim.session import LAST_SEQUENCE_NUMBER, Session
from smsc_sim.sim.timeline import Pending, Timeline
from smsc_sim.smpp.status import CommandStatus, name_of

RETRY_LATER = frozenset(
    {
        CommandStatus.ESME_RMSGQFUL,
        CommandStatus.ESME_RX_T_APPN,
        CommandStatus.ESME_RTHROTTLED,
        CommandStatus.ESME_RSYSERR,
    }
)
"""Statuses of a deliver_sm_resp after which the receipt is sent again (SMPP 3.4 section 5.1.3: temporary)."""

ONLY = "only"
"""The policy of what is meant for one session and no other: when that session is gone, it is given up."""

_BY_ORIGIN = frozenset({"same", "other", ONLY})
"""Policies that look at the session which submitted the message."""

_ONE_BY_ONE = frozenset({"least_loaded", "round_robin"})
"""Policies that choose anew for each receipt."""

_OTHER_ACCOUNT = "account:"

_GRAIN = 1.0
"""Seconds by which the deadline of an unanswered receipt may be late: they are kept in groups, not one by one."""


class DueReceipts:
    """Receipts that fall due together: an event of the timeline."""

    __slots__ = ("account", "delivery", "records")

    def __init__(self, delivery: Delivery, account: Account, records: Sequence[ReceiptRecord]) -> None:
        self.delivery = delivery
        self.account = account
        self.records = records

    def fire(self, now: float) -> None:
        """Send them, or let them wait for a bind."""
        records, delivery = self.records, self.delivery
        if delivery.withdrawn:
            records = delivery.standing(self.account, records, now)
        if records:
            delivery.deliver(self.account, records, now)

    def describe(self, due: float) -> Iterator[Pending]:
        """Each of them."""
        for record in self.records:
            yield self.delivery.pending(self.account, record, due)


class Sweep:
    """A look for receipts of one account that have waited too long: an event of the timeline."""

    __slots__ = ("account", "delivery")

    def __init__(self, delivery: Delivery, account: Account) -> None:
        self.delivery = delivery
        self.account = account

    def fire(self, now: float) -> None:
        """Give them up."""
        self.delivery.sweep(self.account, now)

    def describe(self, due: float) -> Iterator[Pending]:
        """The look itself: what is given up is known when it comes."""
        yield Pending(due, "discard", self.account.system_id, text="what has waited too long")


class Delivery:
    """Gets receipts to the ESMEs: at least once, in the order they fell due, within each session's window."""

    def __init__(
        self,
        settings: SmscSettings,
        timeline: Timeline,
        counters: Counters,
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
        self.watchers: dict[bytes, DeliveryWatcher] = {}
        """By the key of a record with a negative form; each until its record is given up."""
        self._settings = settings.receipts
        self._timeline = timeline
        self._counters = counters
        self._accounts = accounts
        self._ledger = ledger
        self._touch = touch
        self._check_by = check_by
        self._by_sockets = by_sockets

    def schedule(self, account: Account, records: Sequence[ReceiptRecord], due: float) -> None:
        """Let these receipts be sent at ``due`` (seconds since the epoch)."""
        account.pending += len(records)
        self._timeline.add(due, DueReceipts(self, account, records))

    def pending(self, account: Account, record: ReceiptRecord, due: float) -> Pending:
        """What a record is that waits on the timeline."""
        message_id, form = record[0], record[5]
        is_mo = message_id.startswith(MO_KEY)
        text = self.writer.form(form).state.name if form >= 0 else ""
        key = "" if is_mo else message_id.decode("latin-1")
        return Pending(due, "mo" if is_mo else "receipt", account.system_id, record[6], key, text)

    def standing(self, account: Account, records: Sequence[ReceiptRecord], now: float) -> list[ReceiptRecord]:
        """Those of these records, whose turn has come, that were not withdrawn; the others are forgotten."""
        kept = []
        for record in records:
            if record[0] in self.withdrawn:
                self._forget(account, record, now)
            else:
                kept.append(record)
        return kept

    def has_room(self, account: Account, messages: int = 1) -> bool:
        """Whether the account may have the receipts of so many more messages pending (``receipts.queue``)."""
        return account.pending + messages <= self._settings.queue

    def account_for(self, account: Account, via: str | None) -> Account:
        """The account whose binds get what goes ``via`` (a routing policy, ``account:NAME``, None: the usual way).

        An account that is not there leaves it with its own.
        """
        if via is not None and via.startswith(_OTHER_ACCOUNT):
            return self._accounts.find(via.removeprefix(_OTHER_ACCOUNT)) or account
        return account

    def deliver(self, account: Account, records: Sequence[ReceiptRecord], now: float) -> None:
        """Send what is due, as far as there are binds with room; keep the rest in order."""
        if not account.waiting and self._policy(account, records[0]) == "same":
            origin = self._bound(account, records[0][6])
            if origin is not None and origin.room() >= len(records):
                self._send(origin, records, now)
                return
        if not account.waiting and not any(session.receives for session in account.sessions):
            self._note("waiting", account, now, len(records))
        self._wait(account, records)
        self.drain(account, now)

    def drain(self, account: Account, now: float) -> None:
        """Send as much of what waits as the account's binds have room for."""
        room = {session: session.room() for session in account.sessions if session.receives}
        available = sum(room.values())
        oldest = now - self._settings.keep
        for (policy, origin), queue in list(account.waiting.items()):
            if policy == ONLY and self._bound(account, origin) is None:
                self._discard_unbound(account, queue, now)
            while available > 0 and queue:
                target = self._choose(policy, account, room, origin)
                if target is None:
                    break
                share = 1 if policy in _ONE_BY_ONE else min(room[target], len(queue))
                records = [queue.popleft() for _ in range(share)]
                if self.withdrawn:
                    records = self.standing(account, records, now)
                    if not records:
                        continue
                if records[0][4] < oldest:
                    records = self._discard_older(account, records, oldest, now)
                room[target] -= len(records)
                available -= len(records)
                if records:
                    self._send(target, records, now)
            if not queue:
                del account.waiting[policy, origin]

    def _policy(self, account: Account, record: ReceiptRecord) -> str:
        if record[5] < 0 and record[2]:
            return record[2].decode()
        return account.definition.receipts_via or self._settings.via

    @staticmethod
    def _bound(account: Account, number: int) -> Session | None:
        """The account's session of this number, if it can still receive."""
        for session in account.sessions:
            if session.number == number:
                return session if session.receives else None
        return None

    def _choose(self, policy: str, account: Account, room: dict[Session, int], origin: int) -> Session | None:
        """The session that gets the next receipt of a message submitted on session ``origin``; None: wait.

        ``same``: that session itself as long as it is bound and receives, any other afterwards; ``only``: that session
        and no other; ``other``: never that one; ``least_loaded``: fewest unanswered, then least traffic so far;
        ``any``: the longest bound.
        """
        if policy in {"same", ONLY}:
            session = self._bound(account, origin)
            if session is not None:
                return session if room[session] > 0 else None
        able = [
            session for session, free in room.items() if free > 0 and (policy != "other" or session.number != origin)
        ]
        if not able:
            return None
        if policy == "least_loaded":
            return min(able, key=lambda session: (len(session.outstanding), session.sent + session.received))
        if policy == "round_robin":
            last = account.last_receiver
            chosen = min(able, key=lambda session: (session.number <= last, session.number))
            account.last_receiver = chosen.number
            return chosen
        return able[0]

    def _discard_unbound(self, account: Account, queue: deque[ReceiptRecord], now: float) -> None:
        """Give up all that waits for a session which is gone."""
        self._note("discarded", account, now, len(queue))
        while queue:
            record = queue.popleft()
            if (watcher := self._watcher(record)) is not None:
                watcher.session_gone()
            self._discard(account, record, now)

    def _discard_older(
        self, account: Account, records: list[ReceiptRecord], oldest: float, now: float
    ) -> list[ReceiptRecord]:
        """The records accepted since ``oldest``; the others have waited too long and are given up."""
        kept = []
        for record in records:
            if record[4] < oldest:
                self._discard(account, record, now)
            else:
                kept.append(record)
        self._note("discarded", account, now, len(records) - len(kept))
        return kept

    def _wait(self, account: Account, records: Sequence[ReceiptRecord], *, first: bool = False) -> None:
        """Put records into their queues, at the end or (in their order) at the beginning."""
        waiting = account.waiting
        for record in reversed(records) if first else records:
            policy = self._policy(account, record)
            key = (policy, record[6] if policy in _BY_ORIGIN else 0)
            queue = waiting.get(key)
            if queue is None:
                queue = waiting[key] = deque()
            if first:
                queue.appendleft(record)
            else:
                queue.append(record)
        if not account.sweep_planned:
            self._plan_sweep(account, 0.0)

    def _send(self, session: Session, records: Sequence[ReceiptRecord], now: float) -> None:
        self.writer.write(session, records, now)
        self._ledger.sent(session.number, records, now)
        if self.watchers:
            self._tell_sent(session, records, now)
        self._counters.receipts_sent += len(records)
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
        record: ReceiptRecord,
        command_status: int,
        now: float,
        retry: tuple[float, ...] | None = None,
        *,
        nacked: bool = False,
    ) -> None:
        """The ESME answered a receipt with this command_status (a generic_nack, ``nacked``, counts as its status).

        ``retry``: seconds before each further attempt if it was not taken; empty: none; None: RETRY_LATER and the
        server's own decide.
        """
        account = session.account
        assert account is not None, "only a bound session has receipts outstanding"
        if (watcher := self._watcher(record)) is not None:
            watcher.answered(command_status, nacked, now)
        if command_status in RETRY_LATER if retry is None else retry and command_status != CommandStatus.ESME_ROK:
            due = self._again(account, record, now, retry, command_status)
            self._note("refused", account, now, record=record, command_status=command_status, again_at=due)
            return
        if command_status == CommandStatus.ESME_ROK:
            self._counters.receipts_acknowledged += 1
            self._ledger.ended((record[0],), now)
            self._forget(account, record, now)
        else:
            self._counters.receipts_refused += 1
            self._note("refused", account, now, record=record, command_status=command_status)
            self._give_up(account, record, "refused", now, command_status)

    def expire(self, session: Session, now: float, instant: float) -> int:
        """Take back receipts that were not answered within the response timer; returns how many.

        ``instant``: what it is by the clock of the sockets.

        They are sent again later, maybe on another bind of the account.
        """
        expired = 0
        account = session.account
        while session.expiries and session.expiries[0][0] <= instant and account is not None:
            covered = int(session.expiries.pop(0)[1])
            for sequence in list(session.outstanding):
                if (int.from_bytes(sequence, "big") - covered - 1) & LAST_SEQUENCE_NUMBER < LAST_SEQUENCE_NUMBER // 2:
                    break
                record = session.outstanding.pop(sequence)
                if (watcher := self._watcher(record)) is not None:
                    watcher.unanswered("timed_out", now)
                self._again(account, record, now)
                expired += 1
        self._counters.receipts_expired += expired
        if expired and account is not None:
            self._note("expired", account, now, expired)
            if account.waiting:
                self.drain(account, now)
        return expired

    def sweep(self, account: Account, now: float) -> None:
        """Give up what has waited at the head of a queue for longer than ``receipts.keep``."""
        oldest = now - self._settings.keep
        discarded = 0
        for key, queue in list(account.waiting.items()):
            while queue and queue[0][4] <= oldest:
                discarded += 1
                self._discard(account, queue.popleft(), now)
            if not queue:
                del account.waiting[key]
        self._note("discarded", account, now, discarded)
        account.sweep_planned = False
        if account.waiting:
            self._plan_sweep(account, now + _GRAIN)

    def _plan_sweep(self, account: Account, earliest: float) -> None:
        """Look again when the first of what waits now will have waited long enough, but not before ``earliest``."""
        account.sweep_planned = True
        accepted_at = min(queue[0][4] for queue in account.waiting.values())
        self._timeline.add(max(accepted_at + self._settings.keep, earliest), Sweep(self, account))

    def session_lost(self, session: Session, now: float) -> None:
        """The session has ended: what it had not answered goes back to the head of the queue."""
        account = session.account
        if account is None:
            return
        if session.outstanding:
            records = list(session.outstanding.values())
            for record in records:
                if (watcher := self._watcher(record)) is not None:
                    watcher.unanswered("session_lost", now)
            self._wait(account, records, first=True)
            session.outstanding = {}
            session.expiries = None
        if account.waiting:
            self.drain(account, now)

    def _again(
        self,
        account: Account,
        record: ReceiptRecord,
        now: float,
        retry: tuple[float, ...] | None = None,
        command_status: int | None = None,
    ) -> float:
        """Another attempt, as the retry ladder says, unless the receipt is too old or there is no ladder.

        Returns when it is due, seconds since the epoch; 0 when it is given up.
        """
        attempts = account.attempts.get(record[0], 0)
        ladder = account.retry if retry is None else retry
        due = now + ladder[min(attempts, len(ladder) - 1)] if ladder else inf
        if due - record[4] > self._settings.keep:
            self._discard(account, record, now, command_status)
            return 0.0
        account.attempts[record[0]] = attempts + 1
        self._ledger.retry(record[0], command_status, attempts + 1, due, now)
        if (watcher := self._watcher(record)) is not None:
            watcher.again(due)
        self._timeline.add(due, DueReceipts(self, account, (record,)))
        return due

    def _note(
        self,
        what: Literal["refused", "waiting", "expired", "discarded"],
        account: Account,
        now: float,
        count: int = 1,
        *,
        record: ReceiptRecord | None = None,
        command_status: int = 0,
        again_at: float = 0.0,
    ) -> None:
        if count:
            key = record[0] if record is not None else b""
            inbound = message_of(key)
            note = ReceiptNote(
                at=now,
                account=account.system_id,
                what=what,
                message=f"m-{inbound}" if inbound else "",
                message_id="" if inbound else key.decode("latin-1"),
                status=name_of(command_status) if command_status else "",
                again_at=again_at,
                count=count,
            )
            self._journal.note(note)

    def _discard(self, account: Account, record: ReceiptRecord, now: float, command_status: int | None = None) -> None:
        """Give it up: it has waited too long, or there is no further attempt."""
        self._counters.receipts_discarded += 1
        self._give_up(account, record, "discarded", now, command_status)

    def _give_up(
        self, account: Account, record: ReceiptRecord, outcome: str, now: float, command_status: int | None = None
    ) -> None:
        self._ledger.failed(record[0], command_status, outcome, now)
        self._forget(account, record, now)

    def _forget(self, account: Account, record: ReceiptRecord, now: float) -> None:
        account.pending -= 1
        if self.withdrawn:
            self.withdrawn.discard(record[0])
        if account.attempts:
            account.attempts.pop(record[0], None)
        if (watcher := self._watcher(record)) is not None:
            del self.watchers[record[0]]
            watcher.given_up(now)

    def _watcher(self, record: ReceiptRecord) -> DeliveryWatcher | None:
        return self.watchers.get(record[0]) if self.watchers and record[5] < 0 else None

    def _tell_sent(self, session: Session, records: Sequence[ReceiptRecord], now: float) -> None:
        """Tell who wants to know; the records have been written with the session's last sequence_numbers."""
        first = session.sequence_number - len(records)
        for place, record in enumerate(records):
            if (watcher := self._watcher(record)) is not None:
                watcher.sent(session.number, (first + place) % LAST_SEQUENCE_NUMBER + 1, now)
