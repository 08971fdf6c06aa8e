"""The SMSC: takes octets and instants in, leaves octets, endings, notes and timeline events out."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from typing import Literal, TypeAlias

from msgspec import structs

from smsc_sim.scenario.account import AccountDefinition
from smsc_sim.scenario.loaded import NO_SCENARIO, Scenario
from smsc_sim.scenario.profile import Profile
from smsc_sim.scenario.rule import SUBMISSIONS, Rule
from smsc_sim.scenario.settings import SmscSettings, Timers
from smsc_sim.sim.account import BINDS, Account, Accounts
from smsc_sim.sim.counters import Counters
from smsc_sim.sim.decision import ACCEPT, Decide, Decision
from smsc_sim.sim.decision_note import decision_note
from smsc_sim.sim.delivery import Delivery
from smsc_sim.sim.facts import ConnectionFacts
from smsc_sim.sim.fast_lane import FastLane
from smsc_sim.sim.foreign import looks_like
from smsc_sim.sim.injector import Injector
from smsc_sim.sim.journal import Direction, Journal
from smsc_sim.sim.journal.notes import ProtocolErrorNote, ScenarioNote, SessionNote, SwitchNote, cut
from smsc_sim.sim.ledger import Ledger
from smsc_sim.sim.manual_receipts import ManualReceipts
from smsc_sim.sim.message_ids import MessageIds
from smsc_sim.sim.operations import Operations
from smsc_sim.sim.outbind import Outbind
from smsc_sim.sim.receipt import ReceiptForm
from smsc_sim.sim.responses import refusal_of, response_to
from smsc_sim.sim.rulebook import RuleBook
from smsc_sim.sim.secrets import WITH_PASSWORD, without_passwords
from smsc_sim.sim.session import Ending, Link, Session
from smsc_sim.sim.session_timers import SessionTimers
from smsc_sim.sim.store.counted import Counted
from smsc_sim.sim.store.lookup import Lookup
from smsc_sim.sim.switches import Switch, Switches
from smsc_sim.sim.timeline import Event, Pending, Timeline
from smsc_sim.smpp.commands import CommandId
from smsc_sim.smpp.errors import FramingError, WireError
from smsc_sim.smpp.framing import HEADER, Partial, next_stop
from smsc_sim.smpp.legality import State
from smsc_sim.smpp.pdu import Pdu, encode_header_only
from smsc_sim.smpp.receipt_text import MessageState
from smsc_sim.smpp.status import CommandStatus

Level: TypeAlias = Literal["debug", "info", "warn", "error"]

_OFFENDING = 1024
"""Octets that are kept beside an error that they caused."""

COMPLAINTS_TOLD = 20
"""Lines in the log for what goes wrong on one session; further ones are counted and told once, at its end."""


@dataclass(frozen=True, slots=True)
class Note:
    """A line for the log."""

    level: Level
    session: str
    peer: str
    account: str
    text: str


class Smsc:
    """One SMSC without its sockets.

    The driver calls :meth:`connected`, :meth:`receive`, :meth:`disconnected` and :meth:`run_until`, each with the
    instant, and afterwards carries out what :meth:`take_touched` and :meth:`take_notes` give.
    """

    def __init__(
        self,
        settings: SmscSettings,
        accounts: Iterable[AccountDefinition],
        *,
        scenario: Scenario = NO_SCENARIO,
        seed: int = 0,
        now: float = 0.0,
        decide: Decide | None = None,
        fast: bool = True,
    ) -> None:
        """``scenario``: rules, profiles and switches, begun at ``now`` with ``seed``.

        ``decide``: decides about messages in place of rules.

        ``fast``: False sends all PDUs through the full decoder.
        """
        self._given = settings
        self.settings = under_profile(settings, scenario.profile)
        self.profile = scenario.profile
        """The provider, before a bind says for whom."""
        self.accounts = Accounts(())
        self.rules: RuleBook | None = None
        self.counters = Counters()
        self.timeline = Timeline()
        """What concerns messages; what concerns connections stands on the timeline of ``timers``."""
        self._reached = now
        """The latest instant at which something has happened by itself."""
        self.journal = Journal(settings.journal_octets, settings.journal_entries)
        self.message_ids = MessageIds()
        self.ledger = Ledger()
        self.sessions: dict[int, Session] = {}
        self.timers = SessionTimers(self)
        self.switches = Switches(self.timeline, self._switched)
        self.delivery = Delivery(
            self.timeline,
            self.counters,
            self.accounts,
            self.ledger,
            self.touch,
            self.timers.check_by,
            self.timers.instant,
            self.journal,
        )
        self.injector = Injector(self)
        self.manual = ManualReceipts(self)
        self.default_form = self.delivery.writer.number_of(ReceiptForm())
        self.lookup: Lookup | None = None
        """Where messages are found again; None: none is kept."""
        self.refusing: CommandStatus | None = None
        """What all messages are refused with for now, as they could not be kept."""
        self.distribution_lists = scenario.distribution_lists
        """Numbers by the name that a submit_multi calls them by."""
        self.decide = decide
        if decide is None:
            self.obey(scenario, seed, now)
        self._operations = Operations(self)
        self._lane = FastLane(self) if fast else None
        self._touched: list[Session] = []
        self._notes: list[Note] = []
        self._last_session = 0
        self._last_reference = 0
        self.define(accounts, scenario, now)

    def define(self, accounts: Iterable[AccountDefinition], scenario: Scenario, now: float) -> None:
        """Have these accounts and the scenario's providers, with their timers and retries, from ``now`` on."""
        self.profile = scenario.profile
        self.settings = under_profile(self._given, scenario.profile)
        self.accounts.define(accounts, scenario)
        for account in self.accounts:
            own = under_profile(self._given, account.profile)
            account.timers = own.timers
            account.receipts = account.definition.delivery.applied_to(own.receipts)
        for session in self.sessions.values():
            self.timers.start(session, now)

    def obey(self, scenario: Scenario, seed: int, now: float) -> None:
        """Have these rules and switches from ``now`` on.

        Counters go on for rules that are written as they were, and switches stay as they stand.
        """
        self.switches.define(
            {
                name: Switch(definition.label, definition.active, definition.for_seconds)
                for name, definition in scenario.switches.items()
            },
            now,
        )
        self.distribution_lists = scenario.distribution_lists
        defaults = scenario.defaults
        default = None
        if defaults.reply is not None or defaults.receipts is not None:
            default = Rule("", reply=defaults.reply, receipts=defaults.receipts)
        rules = RuleBook(scenario.rules, seed=seed, is_on=self.switches.is_on, default=default)
        if self.rules is not None:
            rules.keep_counters_of(self.rules)
        rules.remember_in(self.ledger)
        self.rules = rules if scenario.rules or default is not None else None
        self.decide = self.rules.decide if self.rules is not None else None
        self.journal.note(ScenarioNote(at=now, what="in force", rules=len(rules.rules)))

    def begin_with(self, next_id: int, next_number: int, last_session: int) -> None:
        """Go on with the numbers of an earlier run; to be called before anything happens."""
        self.ledger.next_id = next_id
        self.message_ids = MessageIds(next_number)
        self._last_session = last_session

    def numbers(self) -> tuple[int, int, int]:
        """Where :meth:`begin_with` would have to go on."""
        return self.ledger.next_id, self.message_ids.number, self._last_session

    def recall(self, earlier: Counted) -> None:
        """Go on with what rules had counted and wallets held in an earlier run."""
        if self.rules is not None:
            self.rules.recall(earlier.counts)
        for system_id, balance in earlier.balances.items():
            account = self.accounts.find(system_id)
            if account is not None and account.definition.wallet is not None:
                account.balance = balance

    # What the driver tells

    def connected(
        self,
        peer: str,
        host: str,
        now: float,
        *,
        local: str = "",
        tls: str = "",
        link: Link | None = None,
        outbind: Outbind | None = None,
    ) -> Session:
        """An ESME has connected through ``link``.

        ``peer`` as in 127.0.0.1:51234, ``host`` its address alone, ``local`` our end of it as in 127.0.0.1:2775.
        ``outbind``: what we say first, because it was we who connected.
        """
        self._last_session += 1
        session = Session(self._last_session, peer, host, self.timers.instant(now), tls=tls)
        session.link = link
        self.sessions[session.number] = session
        self.journal.connected(now, session.number, peer, local=local, tls=tls)
        self.counters.sessions_opened += 1
        self.timers.start(session, now)
        if len(self.sessions) > self.settings.max_sessions:
            self.counters.sessions_refused += 1
            self.end(session, now, f"refused: there are {self.settings.max_sessions} sessions already", "warn")
        elif outbind is not None:
            session.state = State.OUTBOUND
            self.send(session, outbind.encode(session.next_sequence_number()))
            self.note("info", session, f"outbind sent as '{outbind.system_id}'")
        elif self.rules is not None and self.rules.has("connect"):
            facts = ConnectionFacts(session)
            decision = self.rules.decide_event("connect", facts, now)
            if decision is not None:
                self.journal.note(decision_note(self.rules, "connect", facts, decision, now))
                self.switch_as(decision, now)
                self._operations.afterwards(session, decision, now)
        return session

    def receive(self, session: Session, data: bytes, now: float) -> None:
        """Octets came on this session; handle every PDU that they complete, hold the rest."""
        if session.ending or session.frozen:
            return
        if session.held is not None:
            joined = session.held.join(data)
            if joined is None:
                return
            data = joined
            session.held = None
        session.answered_in_read = 0
        offset = self._consume(session, data, now)
        if offset < len(data) and not session.ending:
            session.held = Partial(data[offset:] if offset else data, self.settings.frame_limit)
        if session.outbox:
            self.touch(session)
        account = session.account
        if account is not None and account.waiting:
            self.delivery.drain(account, now)

    def _consume(self, session: Session, data: bytes, now: float) -> int:
        """Handle the whole PDUs at the beginning of ``data`` and journal them; returns where they end."""
        offset = 0
        secret = handled = False
        lane = self._lane
        try:
            while not session.ending and not session.frozen:
                if lane is not None and session.account is not None:
                    offset = lane(session, data, offset, now)
                stop = next_stop(data, offset, self.settings.frame_limit)
                if stop is None:
                    break
                pdu = Pdu(data[offset:stop])
                offset = stop
                secret = secret or pdu.command_id in WITH_PASSWORD
                if not handled:
                    handled = True
                    self.journal.hold_notes()
                self._handle(session, pdu, now)
        except FramingError as error:
            handled = secret = True
            self.journal.hold_notes()
            broken, offset = data[offset:], len(data)
            self.protocol_error(session, f"framing lost: {error}{looks_like(broken)}", now, broken)
            nack = encode_header_only(CommandId.GENERIC_NACK, CommandStatus.ESME_RINVCMDLEN, error.sequence_number)
            self.send(session, nack)
            self.end(session, now, "closed: where the next PDU begins cannot be known", "info")
        if offset:
            sockets_now = self.timers.sockets_now
            session.last_received_at = now if sockets_now is None else sockets_now
            octets = data if offset == len(data) else data[:offset]
            if secret and not self.settings.record_secrets:
                octets = without_passwords(octets)
            self.journal.record(now, session.number, Direction.IN, octets)
        if handled:
            self.journal.release_notes()
        return offset

    def disconnected(self, session: Session, now: float, reason: str = "") -> None:
        """The connection is gone, whoever ended it."""
        if session.number not in self.sessions:
            return
        if session.bound or reason:
            self.note("info", session, "connection closed" + (f": {reason}" if reason else ""))
        if session.complaints > COMPLAINTS_TOLD:
            self.note(
                "warn", session, f"{session.complaints} errors in all, of which the first {COMPLAINTS_TOLD} were told"
            )
        self.leave(session, State.CLOSED, now)
        session.link = None
        del self.sessions[session.number]
        self.counters.pdus_received += session.received
        self.counters.pdus_sent += session.sent
        if session.held is not None:
            held = session.held.octets
            if not self.settings.record_secrets:
                held = without_passwords(held)
            self.journal.record(now, session.number, Direction.IN, held)
        self.journal.closed(now, session.number, reason)

    def writable(self, session: Session, writable: bool, now: float) -> None:
        """The connection's buffer has filled up because the ESME does not read (False), or is empty again (True)."""
        session.writable = writable
        session.stalled_since = 0.0 if writable else self.timers.instant(now)
        self.timers.start(session, now)
        if writable and session.account is not None and session.account.waiting:
            self.delivery.drain(session.account, now)

    def run_until(self, now: float, limit: int = sys.maxsize) -> None:
        """Let everything happen that is due at or before ``now``, in order, each at the instant that it was due.

        So it does not matter how often this is called, and how late.  After ``limit`` events the rest waits for the
        next time.
        """
        messages, timers = self.timeline, self.timers
        checks = timers.timeline
        timers.sockets_now = now
        for _ in range(limit):
            due, check = messages.due_by(now), checks.due_by(now)
            if due is not None and (check is None or due <= check):
                self.fire(messages.take(), due)
            elif check is not None:
                self.fire(checks.take(), check)
            else:
                break
        timers.sockets_now = None

    def fire(self, event: Event, due: float, tell: Callable[[Iterable[Pending]], None] | None = None) -> None:
        """Let an event happen that was taken from a timeline.

        Its instant is ``due``, but never before what happened earlier: an event may be added too late.
        ``tell`` is told before what the event is.
        """
        self._reached = now = max(due, self._reached)
        try:
            if tell is not None:
                tell(event.describe(now))
            event.fire(now)
        except Exception as error:
            self.counters.internal_errors += 1
            text = f"internal error {error!r} in {type(event).__name__}"
            self._notes.append(Note("error", "timeline", "event", "", text))

    def next_due(self) -> float | None:
        """The instant at which :meth:`run_until` is to be called next, or None when nothing is to come."""
        due, check = self.timeline.next_due(), self.timers.timeline.next_due()
        return check if due is None or (check is not None and check < due) else due

    def touched(self) -> Iterable[Session]:
        """The sessions that :meth:`take_touched` is going to give."""
        return self._touched

    def take_touched(self) -> list[Session]:
        """Sessions that have something in their outbox or an ending, to be carried out now."""
        touched, self._touched = self._touched, []
        for session in touched:
            session.touched = False
        return touched

    def take_output(self, session: Session, now: float) -> bytes:
        """The octets to be written on this session, journalled as sent at ``now``."""
        if session.muted:
            session.outbox.clear()
        outbox = session.outbox if session.trickle is None else session.trickle
        if not outbox:
            return b""
        octets = outbox[0] if len(outbox) == 1 else b"".join(outbox)
        outbox.clear()
        kept = without_passwords(octets) if session.state is State.OUTBOUND else octets
        self.journal.record(now, session.number, Direction.OUT, kept)
        return octets

    def take_notes(self) -> list[Note]:
        """Lines for the log since the last call."""
        notes, self._notes = self._notes, []
        return notes

    def begin_shutdown(self, now: float, grace: float) -> None:
        """Unbind every bound session; close the others now, and all within ``grace`` seconds."""
        for session in list(self.sessions.values()):
            if session.bound:
                self.unbind(session, now, grace)
            else:
                self.end(session, now, "shutting down", "debug")

    def release(self, account: Account, message_id: str, now: float, state: MessageState | None = None) -> int:
        """Send the receipts that a rule leaves to somebody; see :meth:`ManualReceipts.release`."""
        return self.manual.release(account, message_id, now, state)

    # What operations, timers and delivery use

    def touch(self, session: Session) -> None:
        """Have the driver look at this session after the current event."""
        if not session.touched:
            session.touched = True
            self._touched.append(session)

    def send(self, session: Session, octets: bytes) -> None:
        """Put one PDU into the outbox."""
        session.outbox.append(octets)
        session.sent += 1
        self.touch(session)

    response = staticmethod(response_to)

    def refusal(
        self,
        session: Session,
        request: Pdu,
        command_status: int,
        *,
        by_name: bool = True,
        body: bool | None = None,
        tlvs: Iterable[tuple[str | int, object]] = (),
    ) -> bytes:
        """The PDU that refuses ``request``; see :func:`~.responses.refusal_of`.

        ``by_name``: the number is the one that the provider has for this status of the specification.
        """
        profile = self.profile_for(session, request)
        status = profile.status(command_status) if by_name else command_status
        return refusal_of(request, status, profile, self.settings, body=body, tlvs=tlvs)

    def refuse(self, session: Session, request: Pdu, command_status: int, now: float) -> None:
        """Answer ``request`` with an error; a CommandStatus is a status by name, another integer stays that number."""
        if request.name in SUBMISSIONS:
            self.counters.messages_refused += 1
        by_name = isinstance(command_status, CommandStatus)
        refusal = self.refusal(session, request, command_status, by_name=by_name)
        if request.name in SUBMISSIONS:
            status = HEADER.unpack_from(refusal)[2]
            self.ledger.submitted(session, request, self.ledger.take_ids(1), status, "", (), self.journal.next_seq, now)
        self.send(session, refusal)

    def profile_for(self, session: Session, request: Pdu) -> Profile:
        """The provider that answers a request: that of the account, also of the one that a bind asks for."""
        account = session.account
        if account is None and request.command_id in BINDS:
            with suppress(WireError):
                account = self.accounts.find(str(request.fields["system_id"]))
        return self.profile if account is None else account.profile

    def unbind(self, session: Session, now: float, grace: float, reason: str = "") -> None:
        """Ask a bound ESME to go: send unbind, and close when it answers or after ``grace`` seconds."""
        if not session.unbinding:
            session.unbinding = True
            sequence_number = session.next_sequence_number()
            self.send(session, encode_header_only(CommandId.UNBIND, CommandStatus.ESME_ROK, sequence_number))
            self.journal.note(SessionNote(at=now, session=session.number, what="unbinding", reason=cut(reason)))
        self.close_within(session, grace, now)

    def leave(self, session: Session, state: State, now: float) -> None:
        """Take the session out of its account; what it had not answered goes to the account's other binds."""
        session.state = state
        account = session.account
        if account is not None and session in account.sessions:
            account.sessions.remove(session)
            self.delivery.session_lost(session, now)

    def freeze(self, session: Session, reason: str, now: float) -> None:
        """Read and write nothing on this session any more but what has been said, and keep its socket."""
        if not session.frozen:
            self.note("info", session, reason)
            self.journal.note(SessionNote(at=now, session=session.number, what="frozen", reason=cut(reason)))
            session.mute()
            session.frozen = True
            if session.link is not None:
                session.link.freeze()

    def next_reference(self) -> int:
        """A reference number for the segments of a message of ours, 0 to 65535."""
        self._last_reference = (self._last_reference + 1) & 0xFFFF
        return self._last_reference

    def decision_again(self, rule: str, fingerprint: bytes, number: int) -> Decision:
        """What the rule of this name decided about a message that is handled anew; see :meth:`RuleBook.again`."""
        return ACCEPT if self.rules is None else self.rules.again(rule, fingerprint, number)

    def switch_as(self, decision: Decision, now: float) -> None:
        """Put the switches on and off that a decision says."""
        for name, active in decision.set:
            self.switches.put(name, active, now)

    def _switched(self, name: str, active: bool, now: float, until: float) -> None:
        self.journal.note(SwitchNote(at=now, name=name, active=active, until=until))
        self._notes.append(Note("info", "switch", name, "", "on" if active else "off"))

    def end(self, session: Session, now: float, reason: str, level: Level, ending: Ending = Ending.CLOSE) -> None:
        """Close the connection after what is in the outbox has been written."""
        if not session.ending:
            self.note(level, session, reason)
            reset = ending is Ending.ABORT
            self.journal.note(
                SessionNote(at=now, session=session.number, what="ending", reset=reset, reason=cut(reason))
            )
            session.ending = ending
            self.leave(session, State.CLOSED, now)
            self.touch(session)

    def close_within(self, session: Session, seconds: float, now: float) -> None:
        """Close the connection in so many seconds if it is still there then, or earlier if that was said before."""
        instant = self.timers.instant(now) + seconds
        if not session.deadline or instant < session.deadline:
            session.deadline = instant
            self.timers.check_by(session, instant)

    def note(self, level: Level, session: Session, text: str) -> None:
        """Say something about this session in the log."""
        account = session.account.system_id if session.account is not None else ""
        self._notes.append(Note(level, session.name, session.peer, account, text))

    def protocol_error(self, session: Session, text: str, now: float, octets: bytes = b"") -> None:
        """The ESME sent something wrong, ``octets``; count it and say so."""
        self.counters.protocol_errors += 1
        offending = without_passwords(octets)[:_OFFENDING].hex()
        self.journal.note(ProtocolErrorNote(at=now, session=session.number, text=cut(text), hex=offending))
        self.complain("warn", session, text)

    def complain(self, level: Level, session: Session, text: str) -> None:
        """Say what goes wrong on this session, a bounded number of times: an ESME must not be able to fill the log."""
        session.complaints += 1
        if session.complaints <= COMPLAINTS_TOLD:
            self.note(level, session, text)

    def _handle(self, session: Session, pdu: Pdu, now: float) -> None:
        """One PDU through the full decoder; an error of ours costs its sender an ESME_RSYSERR, and nobody else."""
        try:
            self._operations.handle(session, pdu, now)
        except Exception as error:
            self.counters.internal_errors += 1
            session.decision = None
            octets = without_passwords(pdu.octets)[:_OFFENDING]
            self.complain("error", session, f"internal error {error!r} at {octets.hex()}")
            if not pdu.command_id & 0x80000000:
                self.refuse(session, pdu, CommandStatus.ESME_RSYSERR, now)


def under_profile(settings: SmscSettings, profile: Profile) -> SmscSettings:
    """The settings with the provider's timers and delivery where they have been left at their defaults."""
    if profile.timers is not None and settings.timers == Timers():
        settings = structs.replace(settings, timers=profile.timers)
    return structs.replace(settings, receipts=profile.delivery.below(settings.receipts))
