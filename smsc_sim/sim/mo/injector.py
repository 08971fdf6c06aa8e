"""The one way in which messages of subscribers, and alerts, come to ESMEs: for rules, API, console and shell."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import repeat
from math import inf
from typing import TYPE_CHECKING, Final

from smsc_sim.sim.delivery.routing import ONLY
from smsc_sim.sim.journal.notes import MoNote
from smsc_sim.sim.messages.ledger import inbound_key, message_of
from smsc_sim.sim.mo.alert import Alert, AlertSent, alert_octets
from smsc_sim.sim.mo.injected import InjectedPdu, InjectedStatus, InjectionResult, OnAnswer
from smsc_sim.sim.mo.injection import BadInjection, Injection
from smsc_sim.sim.mo.mo_record import MoPdu, mo_record
from smsc_sim.sim.mo.prepared_injection import PreparedInjection, prepared, session_number
from smsc_sim.sim.timeline import TICK, Pending
from smsc_sim.smpp.commands import CommandId
from smsc_sim.smpp.framing import HEADER, HEADER_LENGTH

if TYPE_CHECKING:
    from smsc_sim.sim.receipts.receipt import ReceiptRecord
    from smsc_sim.sim.sessions.account import Account
    from smsc_sim.sim.sessions.session import Session
    from smsc_sim.sim.smsc import Smsc
    from smsc_sim.sim.store.stored import StoredMessage

SLICE: Final = 1_000
"""Messages made in one go, whatever the rate, before other events have their turn: about 25,000 a second at most."""

BACKLOG: Final = 1_000
"""PDUs of an injection without a rate that may be unanswered at one time: it goes as fast as the ESME takes it."""

OPEN_LIMIT: Final = 100_000
"""PDUs of an injection with a rate that may be unanswered at one time; further ones are discarded."""

RUNNING_LIMIT: Final = 100
"""Injections that may go on at one time."""

RESULTS_KEPT: Final = 200
"""Results that are remembered when somebody asks what was injected lately."""


class Injector:
    """Makes messages and gives them to delivery, which treats them as it treats receipts."""

    __slots__ = ("_last", "_smsc", "counts", "results")

    def __init__(self, smsc: Smsc) -> None:
        self._smsc = smsc
        self._last = 0
        self.counts: Counter[InjectedStatus] = Counter()
        """PDUs of all injections that are done, by what they came to."""
        self.results: dict[int, InjectionResult] = {}
        """Injections by number: those that go on, and the latest."""

    def give(self, account: Account, records: Sequence[ReceiptRecord], now: float) -> None:
        """Give PDUs of one message, whose keys :meth:`keys` has made, to delivery."""
        account.pending += len(records)
        journal = self._smsc.journal
        self._smsc.ledger.inbound(account.system_id, records, journal.next_seq, now)
        first = message_of(records[0][0])
        journal.note(MoNote(at=now, account=account.system_id, message=f"m-{first}", parts=len(records)))
        self._smsc.delivery.deliver(account, records, now)

    def keys(self, parts: int) -> list[bytes]:
        """Keys for the PDUs of the next message; no other record of any run has them."""
        return list(map(inbound_key, range(first := self._smsc.ledger.take_ids(parts), first + parts)))

    def inject(self, injection: Injection, now: float, on_answer: OnAnswer | None = None) -> InjectionResult:
        """Carry out an injection: its first message at once, the others from the timeline.

        Raises BadInjection, with the fields that are wrong, if its first message cannot be made.
        """
        found = self.check(injection, now)
        return self._run(repeat(found, found.count), now, on_answer, found.rate, found.count)

    def inject_each(
        self,
        injections: Iterable[Injection],
        now: float,
        on_answer: OnAnswer | None = None,
        *,
        rate: float | None = None,
    ) -> InjectionResult:
        """Carry out one injection after the other, taken from ``injections`` when its turn comes.

        ``rate``: messages per second; None: as fast as they are answered.  The rate of an injection by itself does not
        count.  One that cannot be carried out becomes a PDU that has failed.  Raises BadInjection if there are too many
        injections under way already.
        """
        return self._run(iter(injections), now, on_answer, rate, None)

    def check(self, injection: Injection, now: float) -> PreparedInjection:
        """The injection, looked through.  Raises BadInjection if its first message could not be sent now."""
        found = prepared(injection)
        account, _, _ = self.target(found)
        found.bodies(1, now, 0, account.profile.alphabet)
        return found

    def preview(self, injection: Injection, now: float) -> list[bytes]:
        """The PDUs of the first message as they would be sent, with sequence_number 0.  Raises BadInjection."""
        found = prepared(injection)
        command_id = CommandId[found.pdu.upper()]
        _, bodies = found.bodies(1, now, 0, self.target(found)[0].profile.alphabet)
        return [HEADER.pack(HEADER_LENGTH + len(body), command_id, 0, 0) + body for body in bodies]

    def alert(self, alert: Alert, now: float) -> AlertSent:
        """Send an alert_notification.  Raises BadInjection, also when nobody is there to get it."""
        number = session_number(alert.session)
        if number is not None:
            session = self._session(number)
        else:
            account = self._account(alert.account)
            receivers = account.receivers()
            if not receivers:
                raise BadInjection.because("account", f"{account.system_id} has no receiver or transceiver bound")
            session = receivers[0]
        if session.interface_version < 0x34:
            raise BadInjection.because("session", f"{session.name} is bound with SMPP 3.3, which has no alerts")
        alert_octets(alert, 0)
        sequence_number = session.next_sequence_number()
        self._smsc.send(session, alert_octets(alert, sequence_number))
        return AlertSent(session.number, sequence_number, now)

    def target(self, found: PreparedInjection) -> tuple[Account, str | None, int]:
        """The account that gets it, its policy, and the number of the session that policies look at.

        Raises BadInjection.
        """
        if found.session is None:
            return self._by_way(self._account(found.account), found.via), found.via, 0
        session = self._session(found.session)
        account = session.account
        assert account is not None, "a session that receives is bound"
        if found.account and found.account != account.system_id:
            raise BadInjection.because("session", f"{session.name} is bound as {account.system_id}")
        return self._by_way(account, found.via), found.via or ONLY, session.number

    def _by_way(self, account: Account, via: str | None) -> Account:
        if via is not None and ":" in via:
            return self._account(via.partition(":")[2], "via")
        return account

    def _account(self, system_id: str, field: str = "account") -> Account:
        accounts = self._smsc.accounts
        found = accounts.find(system_id)
        if found is not None:
            return found
        if not system_id and len(known := list(accounts)) == 1:
            return known[0]
        reason = f"there is no account '{system_id[:40]}'" if system_id else "is needed, or a session"
        raise BadInjection.because(field, reason)

    def _session(self, number: int) -> Session:
        session = self._smsc.sessions.get(number)
        if session is None:
            raise BadInjection.because("session", f"there is no session s{number}")
        if not session.receives:
            bound = f"bound as {session.bind_type}" if session.bound else "not bound"
            reason = f"s{number} is {'about to end' if session.unbinding else bound}, so it gets no messages"
            raise BadInjection.because("session", reason)
        return session

    def _run(
        self,
        source: Iterator[PreparedInjection | Injection],
        now: float,
        on_answer: OnAnswer | None,
        rate: float | None,
        wanted: int | None,
    ) -> InjectionResult:
        if sum(result.made_at is None for result in self.results.values()) >= RUNNING_LIMIT:
            raise BadInjection.because("rate", f"{RUNNING_LIMIT} injections are under way already")
        self._last += 1
        result = InjectionResult(self._last, now, wanted)
        self._remember(result)
        Run(self._smsc, self, result, source, on_answer, rate).fire(now)
        return result

    def _remember(self, result: InjectionResult) -> None:
        self.results[result.number] = result
        if len(self.results) > RESULTS_KEPT:
            del self.results[next(number for number, one in self.results.items() if one.made_at is not None)]


def deliver_again(smsc: Smsc, stored: StoredMessage, now: float) -> int:
    """Send one PDU with a subscriber's message to its account once more; returns the id of the message that this is.

    Raises BadInjection when that cannot be.
    """
    account = smsc.accounts.find(stored.account)
    if stored.direction != "mo":
        raise BadInjection.because("message", "it came from an ESME, which alone can send it again")
    if account is None:
        raise BadInjection.because("account", f"there is no account '{stored.account}' any more")
    if not smsc.delivery.has_room(account, 1):
        raise BadInjection.because("account", "its queue is full")
    injector = smsc.injector
    (key,) = injector.keys(1)
    pdu: MoPdu = "data_sm" if stored.command == "data_sm" else "deliver_sm"
    record = mo_record(key, stored.octets[HEADER_LENGTH:], now, stored.session, pdu=pdu)
    injector.give(account, [record], now)
    return message_of(key)


class Run:
    """An injection under way: an event of the timeline that comes again until all its messages have been made."""

    __slots__ = ("_injector", "_on_answer", "_planned", "_rate", "_result", "_smsc", "_source", "_telling")

    def __init__(
        self,
        smsc: Smsc,
        injector: Injector,
        result: InjectionResult,
        source: Iterator[PreparedInjection | Injection],
        on_answer: OnAnswer | None,
        rate: float | None,
    ) -> None:
        self._smsc = smsc
        self._injector = injector
        self._result = result
        self._source = source
        self._on_answer = on_answer
        self._rate = rate
        self._telling: Telling | None = None
        self._planned = False

    def fire(self, now: float) -> None:
        """Make the messages whose turn has come."""
        self._planned = True
        made = 0
        while made < SLICE and self._result.made_at is None and self._due() <= now:
            self._make(now)
            made += 1
        self._planned = False
        self._plan(now + TICK if made == SLICE else now)

    def describe(self, due: float) -> Iterator[Pending]:
        """The next message, whose account may not be known before it is made."""
        yield Pending(due, "mo", text=f"{self._result.messages + 1} of injection {self._result.number}")

    def _due(self) -> float:
        """When the next message is made; infinite when that waits for answers."""
        result = self._result
        if self._rate is not None:
            return result.started_at + result.messages / self._rate
        return inf if result.open >= BACKLOG else result.started_at

    def _plan(self, earliest: float) -> None:
        """Come again when the next message is due, but not before ``earliest``."""
        if not self._planned and self._result.made_at is None and (due := self._due()) < inf:
            self._planned = True
            self._smsc.timeline.add(max(due, earliest), self)

    def _make(self, now: float) -> None:
        """Make the next message; the last one says that there are no more."""
        result = self._result
        try:
            one = next(self._source, None)
        except (OSError, ValueError) as error:
            one = None
            self._never_sent("", 1, "failed", f"what follows cannot be read: {error}", now)
        if one is not None:
            result.messages += 1
            self._send(one, now)
        if one is None or result.messages == result.wanted:
            result.made(now)

    def _send(self, one: PreparedInjection | Injection, now: float) -> None:
        smsc, result = self._smsc, self._result
        try:
            found = prepared(one) if isinstance(one, Injection) else one
            # In a series each is a first message; only those of one injection have numbers of their own.
            number = result.messages if found is one else 1
            account, via, origin = self._injector.target(found)
            data_coding, bodies = found.bodies(number, now, smsc.next_reference(), account.profile.alphabet)
        except BadInjection as bad:
            self._never_sent("", 1, "failed", str(bad), now)
            return
        if not smsc.delivery.has_room(account, len(bodies)):
            self._never_sent(account.system_id, len(bodies), "discarded", "the queue of the account is full", now)
            return
        if result.open + len(bodies) > OPEN_LIMIT:
            self._never_sent(account.system_id, len(bodies), "discarded", "too many are unanswered already", now)
            return
        records: list[ReceiptRecord] = []
        keys = self._injector.keys(len(bodies))
        for part, (key, body) in enumerate(zip(keys, bodies, strict=True), 1):
            pdu = InjectedPdu(
                result.messages,
                part,
                len(bodies),
                account.system_id,
                now,
                self._changed,
                data_coding,
                message_of(key),
            )
            result.take(pdu)
            smsc.delivery.watchers[key] = pdu
            records.append(mo_record(key, body, now, origin, via, found.pdu))
        self._injector.give(account, records, now)

    def _never_sent(self, account: str, parts: int, status: InjectedStatus, reason: str, now: float) -> None:
        for part in range(1, parts + 1):
            pdu = InjectedPdu(self._result.messages, part, parts, account, now, self._changed)
            pdu.status, pdu.reason, pdu.done_at = status, reason, now
            self._result.take(pdu)
            self._changed(pdu, now)

    def _changed(self, pdu: InjectedPdu, now: float) -> None:
        if pdu.done:
            self._result.count(pdu, now)
            self._injector.counts[pdu.status] += 1
            self._plan(now)
        if self._on_answer is None:
            return
        # Not at once: who is told may inject again, and delivery is in the middle of something.
        if self._telling is None or self._telling.told:
            self._telling = Telling(self._on_answer)
            self._smsc.timeline.add(now, self._telling)
        self._telling.pdus[pdu] = None


class Telling:
    """News of PDUs for the one who injected them: an event of the timeline."""

    __slots__ = ("_on_answer", "pdus", "told")

    def __init__(self, on_answer: OnAnswer) -> None:
        self._on_answer = on_answer
        self.pdus: dict[InjectedPdu, None] = {}
        """In the order in which they changed, each once."""
        self.told = False

    def fire(self, now: float) -> None:
        """Tell."""
        del now
        self.told = True
        for pdu in self.pdus:
            self._on_answer(pdu)

    def describe(self, due: float) -> Iterator[Pending]:
        """Nothing that anybody but the one who injected them would see."""
        return iter(())
