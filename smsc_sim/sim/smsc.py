"""The SMSC: takes octets and instants in, leaves octets, endings, notes and timeline events out."""

from __future__ import annotations

from collections.abc import Iterable

from smsc_sim.scenario.account import AccountDefinition
from smsc_sim.scenario.loaded import NO_SCENARIO, Scenario
from smsc_sim.scenario.settings import SmscSettings
from smsc_sim.sim import course, log_lines, refusals
from smsc_sim.sim.breakdown import Breakdown
from smsc_sim.sim.counters import Counters
from smsc_sim.sim.delivery.delivery import Delivery
from smsc_sim.sim.fast_lane import FastLane
from smsc_sim.sim.journal import Direction, Journal
from smsc_sim.sim.journal.notes import SwitchNote
from smsc_sim.sim.log_lines import OFFENDING, Note
from smsc_sim.sim.messages.ledger import Ledger
from smsc_sim.sim.messages.message_ids import MessageIds
from smsc_sim.sim.mo.injector import Injector
from smsc_sim.sim.operations import Operations
from smsc_sim.sim.receipts.manual_receipts import ManualReceipts
from smsc_sim.sim.receipts.receipt import ReceiptForm
from smsc_sim.sim.responses import response_to
from smsc_sim.sim.rules import definitions
from smsc_sim.sim.rules.decision import ACCEPT, Decide, Decision
from smsc_sim.sim.rules.decision_note import decision_note
from smsc_sim.sim.rules.facts import ConnectionFacts
from smsc_sim.sim.rules.rulebook import RuleBook
from smsc_sim.sim.rules.switches import Switches
from smsc_sim.sim.sessions import endings
from smsc_sim.sim.sessions.account import Account, Accounts
from smsc_sim.sim.sessions.foreign import looks_like
from smsc_sim.sim.sessions.outbind import Outbind
from smsc_sim.sim.sessions.secrets import WITH_PASSWORD, without_passwords
from smsc_sim.sim.sessions.session import Link, Session
from smsc_sim.sim.sessions.session_timers import SessionTimers
from smsc_sim.sim.store.counted import Counted
from smsc_sim.sim.store.lookup import Lookup
from smsc_sim.sim.timeline import Timeline
from smsc_sim.smpp.commands import CommandId
from smsc_sim.smpp.errors import FramingError
from smsc_sim.smpp.framing import Partial, next_stop
from smsc_sim.smpp.legality import State
from smsc_sim.smpp.pdu import Pdu, encode_header_only
from smsc_sim.smpp.receipt_text import MessageState
from smsc_sim.smpp.status import CommandStatus


class Smsc:
    """One SMSC without its sockets.

    The driver calls :meth:`connected`, :meth:`receive`, :meth:`disconnected` and :meth:`run_until`, each with the
    instant, and afterwards carries out what :meth:`take_touched` and :meth:`take_notes` give.

    Methods that are assigned from a module are functions of that module: each of these has one subject.
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
        self.given = settings
        """As it was started with, before a provider says otherwise."""
        self.settings = definitions.under_profile(settings, scenario.profile)
        self.profile = scenario.profile
        """The provider, before a bind says for whom."""
        self.accounts = Accounts(())
        self.rules: RuleBook | None = None
        self.counters = Counters()
        self.breakdown = Breakdown()
        self.timeline = Timeline()
        """What concerns messages; what concerns connections stands on the timeline of ``timers``."""
        self.reached = now
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
            self.breakdown,
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
        self.notes: list[Note] = []
        """Lines for the log that nobody has taken yet."""
        self._last_session = 0
        self._last_reference = 0
        self.define(accounts, scenario, now)

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

    define = definitions.define
    obey = definitions.obey

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
        session.octets_in += len(data)
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
            self.protocol_error(session, "framing", f"framing lost: {error}{looks_like(broken)}", now, broken)
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

    disconnected = endings.disconnected

    def writable(self, session: Session, writable: bool, now: float) -> None:
        """The connection's buffer has filled up because the ESME does not read (False), or is empty again (True)."""
        session.writable = writable
        session.stalled_since = 0.0 if writable else self.timers.instant(now)
        self.timers.start(session, now)
        if writable and session.account is not None and session.account.waiting:
            self.delivery.drain(session.account, now)

    run_until = course.run_until
    fire = course.fire
    next_due = course.next_due
    begin_shutdown = endings.begin_shutdown

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
        session.octets_out += len(octets)
        kept = without_passwords(octets) if session.state is State.OUTBOUND else octets
        self.journal.record(now, session.number, Direction.OUT, kept)
        return octets

    def take_notes(self) -> list[Note]:
        """Lines for the log since the last call."""
        notes, self.notes = self.notes, []
        return notes

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
        self.breakdown.left(octets)
        self.touch(session)

    note = log_lines.note
    complain = log_lines.complain
    protocol_error = log_lines.protocol_error

    response = staticmethod(response_to)
    refusal = refusals.refusal
    refuse = refusals.refuse
    profile_for = refusals.profile_for

    unbind = endings.unbind
    end = endings.end
    close_within = endings.close_within
    freeze = endings.freeze
    leave = endings.leave

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
        self.notes.append(Note("info", "switch", name, "", "on" if active else "off"))

    def _handle(self, session: Session, pdu: Pdu, now: float) -> None:
        """One PDU through the full decoder; an error of ours costs its sender an ESME_RSYSERR, and nobody else."""
        try:
            self._operations.handle(session, pdu, now)
        except Exception as error:
            self.counters.internal_errors += 1
            session.decision = None
            octets = without_passwords(pdu.octets)[:OFFENDING]
            self.complain("error", session, f"internal error {error!r} at {octets.hex()}")
            if not pdu.command_id & 0x80000000:
                self.refuse(session, pdu, CommandStatus.ESME_RSYSERR, now)
