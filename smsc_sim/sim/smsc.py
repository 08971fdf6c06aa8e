"""The SMSC: takes octets and instants in, leaves octets, endings, notes and timeline events out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
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
from smsc_sim.sim.decision import Decide, Decision
from smsc_sim.sim.delivery import Delivery
from smsc_sim.sim.facts import ConnectionFacts
from smsc_sim.sim.fast_lane import FastLane
from smsc_sim.sim.foreign import looks_like
from smsc_sim.sim.journal import Direction, Journal
from smsc_sim.sim.ledger import Ledger
from smsc_sim.sim.manual_receipts import ManualReceipts
from smsc_sim.sim.message_ids import MessageIds
from smsc_sim.sim.operations import Operations
from smsc_sim.sim.receipt import ReceiptForm
from smsc_sim.sim.rulebook import RuleBook
from smsc_sim.sim.secrets import WITH_PASSWORD, without_passwords
from smsc_sim.sim.session import Ending, Link, Session
from smsc_sim.sim.session_timers import SessionTimers
from smsc_sim.sim.switches import Switch, Switches
from smsc_sim.sim.timeline import Timeline
from smsc_sim.smpp.commands import COMMANDS_BY_NAME, CommandId
from smsc_sim.smpp.errors import FramingError, WireError
from smsc_sim.smpp.fields import CString, Integer
from smsc_sim.smpp.framing import HEADER, Partial, next_stop
from smsc_sim.smpp.legality import State
from smsc_sim.smpp.pdu import Pdu, encode, encode_header_only
from smsc_sim.smpp.receipt_text import MessageState
from smsc_sim.smpp.status import CommandStatus

Level: TypeAlias = Literal["debug", "info", "warn", "error"]

_NO_FIELDS: Mapping[str, object] = {}

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
        given, settings = settings, under_profile(settings, scenario.profile)
        self.settings = settings
        self.profile = scenario.profile
        """The provider, before a bind says for whom."""
        self.accounts = Accounts(accounts, scenario)
        for account in self.accounts:
            own = under_profile(given, account.profile)
            account.timers = own.timers
            account.receipts = account.definition.delivery.applied_to(own.receipts)
        self.rules: RuleBook | None = None
        self.counters = Counters()
        self.timeline = Timeline()
        self.journal = Journal(settings.journal_octets)
        self.message_ids = MessageIds()
        self.ledger = Ledger()
        self.sessions: dict[int, Session] = {}
        self.timers = SessionTimers(self)
        self.switches = Switches(self.timeline, self._switched)
        self.delivery = Delivery(
            self.timeline, self.counters, self.accounts, self.ledger, self.touch, self.timers.check_by
        )
        self.manual = ManualReceipts(self)
        self.default_form = self.delivery.writer.number_of(ReceiptForm())
        self.decide = decide
        if decide is None:
            self.obey(scenario, seed, now)
        self._operations = Operations(self)
        self._lane = FastLane(self) if fast else None
        self._touched: list[Session] = []
        self._notes: list[Note] = []
        self._last_session = 0
        self._last_reference = 0

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
        defaults = scenario.defaults
        default = None
        if defaults.reply is not None or defaults.receipts is not None:
            default = Rule("", reply=defaults.reply, receipts=defaults.receipts)
        rules = RuleBook(scenario.rules, seed=seed, is_on=self.switches.is_on, default=default)
        if self.rules is not None:
            rules.keep_counters_of(self.rules)
        self.rules = rules if scenario.rules or default is not None else None
        self.decide = self.rules.decide if self.rules is not None else None

    # What the driver tells

    def connected(self, peer: str, host: str, now: float, *, tls: str = "", link: Link | None = None) -> Session:
        """An ESME has connected through ``link``; ``peer`` as in 127.0.0.1:51234, ``host`` its address alone."""
        self._last_session += 1
        session = Session(self._last_session, peer, host, now, tls=tls)
        session.link = link
        self.sessions[session.number] = session
        self.counters.sessions_opened += 1
        self.timers.start(session, now)
        if len(self.sessions) > self.settings.max_sessions:
            self.counters.sessions_refused += 1
            self.end(session, now, f"refused: there are {self.settings.max_sessions} sessions already", "warn")
        elif self.rules is not None and self.rules.has("connect"):
            decision = self.rules.decide_event("connect", ConnectionFacts(session), now)
            if decision is not None:
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
        secret = False
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
                self._handle(session, pdu, now)
        except FramingError as error:
            self.protocol_error(session, f"framing lost: {error}{looks_like(data[offset:])}")
            nack = encode_header_only(CommandId.GENERIC_NACK, CommandStatus.ESME_RINVCMDLEN, error.sequence_number)
            self.send(session, nack)
            self.end(session, now, "closed: where the next PDU begins cannot be known", "info")
        if offset:
            session.last_received_at = now
            octets = data if offset == len(data) else data[:offset]
            self.journal.record(now, session.number, Direction.IN, without_passwords(octets) if secret else octets)
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

    def writable(self, session: Session, writable: bool, now: float) -> None:
        """The connection's buffer has filled up because the ESME does not read (False), or is empty again (True)."""
        session.writable = writable
        session.stalled_since = 0.0 if writable else now
        self.timers.start(session, now)
        if writable and session.account is not None and session.account.waiting:
            self.delivery.drain(session.account, now)

    def run_until(self, now: float) -> None:
        """Let everything happen that is due at or before ``now``, in order."""
        while due := self.timeline.take_due(now):
            for _, event in due:
                try:
                    event.fire(now)
                except Exception as error:
                    self.counters.internal_errors += 1
                    text = f"internal error {error!r} in {type(event).__name__}"
                    self._notes.append(Note("error", "timeline", "event", "", text))

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
        self.journal.record(now, session.number, Direction.OUT, octets)
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

    def response(
        self,
        request: Pdu,
        fields: Mapping[str, object] = _NO_FIELDS,
        tlvs: Iterable[tuple[str | int, object]] = (),
        command_status: int = CommandStatus.ESME_ROK,
    ) -> bytes:
        """The response PDU to ``request``, which must be one that has a response."""
        command = request.command
        assert command is not None, "the caller knows the command"
        assert command.response is not None, "the caller knows that there is a response"
        return encode(
            command.response,
            sequence_number=request.sequence_number,
            command_status=command_status,
            fields=fields,
            tlvs=tlvs,
        )

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
        """The PDU that refuses ``request``: its own response, or a generic_nack where it has none.

        Without a body, unless ``error_bodies`` or ``body`` asks for one (SMPP 3.4 section 4.1.2: "not returned if the
        command_status field contains a non-zero value").  ``by_name``: the number is the one that the provider
        has for this status of the specification.
        """
        profile = self.profile_for(session, request)
        command_status = profile.status(command_status) if by_name else command_status
        bodies = self.settings.error_bodies if profile.error_bodies is None else profile.error_bodies
        command = request.command
        if command is None or command.response is None:
            return encode_header_only(CommandId.GENERIC_NACK, command_status, request.sequence_number)
        response = COMMANDS_BY_NAME[command.response]
        if not (bodies if body is None else body) and not tlvs:
            return encode_header_only(response.command_id, command_status, request.sequence_number)
        values: dict[str, int | str] = {
            "system_id": self.settings.system_id,
            "message_state": MessageState.UNKNOWN.value,
        }
        if request.name == "query_sm":
            with suppress(WireError):
                values["message_id"] = str(request.fields["message_id"])
        fields = {
            field.name: values.get(field.name, 0 if isinstance(field, Integer) else "")
            for field in response.fields
            if isinstance(field, Integer | CString)
        }
        return encode(
            response.name,
            sequence_number=request.sequence_number,
            command_status=command_status,
            fields=fields,
            tlvs=tlvs,
        )

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

    def unbind(self, session: Session, now: float, grace: float) -> None:
        """Ask a bound ESME to go: send unbind, and close when it answers or after ``grace`` seconds."""
        if not session.unbinding:
            session.unbinding = True
            sequence_number = session.next_sequence_number()
            self.send(session, encode_header_only(CommandId.UNBIND, CommandStatus.ESME_ROK, sequence_number))
        self.close_by(session, now + grace)

    def leave(self, session: Session, state: State, now: float) -> None:
        """Take the session out of its account; what it had not answered goes to the account's other binds."""
        session.state = state
        account = session.account
        if account is not None and session in account.sessions:
            account.sessions.remove(session)
            self.delivery.session_lost(session, now)

    def freeze(self, session: Session, reason: str) -> None:
        """Read and write nothing on this session any more but what has been said, and keep its socket."""
        if not session.frozen:
            self.note("info", session, reason)
            session.mute()
            session.frozen = True
            if session.link is not None:
                session.link.freeze()

    def next_reference(self) -> int:
        """A reference number for the segments of a message of ours, 0 to 65535."""
        self._last_reference = (self._last_reference + 1) & 0xFFFF
        return self._last_reference

    def switch_as(self, decision: Decision, now: float) -> None:
        """Put the switches on and off that a decision says."""
        for name, active in decision.set:
            self.switches.put(name, active, now)

    def _switched(self, name: str, active: bool) -> None:
        self._notes.append(Note("info", "switch", name, "", "on" if active else "off"))

    def end(self, session: Session, now: float, reason: str, level: Level, ending: Ending = Ending.CLOSE) -> None:
        """Close the connection after what is in the outbox has been written."""
        if not session.ending:
            self.note(level, session, reason)
            session.ending = ending
            self.leave(session, State.CLOSED, now)
            self.touch(session)

    def close_by(self, session: Session, instant: float) -> None:
        """Close the connection at ``instant`` if it is still there then, or earlier if that was said before."""
        if not session.deadline or instant < session.deadline:
            session.deadline = instant
            self.timers.check_by(session, instant)

    def note(self, level: Level, session: Session, text: str) -> None:
        """Say something about this session in the log."""
        account = session.account.system_id if session.account is not None else ""
        self._notes.append(Note(level, session.name, session.peer, account, text))

    def protocol_error(self, session: Session, text: str) -> None:
        """The ESME sent something wrong; count it and say so."""
        self.counters.protocol_errors += 1
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
            octets = without_passwords(pdu.octets)[:1024]
            self.complain("error", session, f"internal error {error!r} at {octets.hex()}")
            if not pdu.command_id & 0x80000000:
                self.refuse(session, pdu, CommandStatus.ESME_RSYSERR, now)


def under_profile(settings: SmscSettings, profile: Profile) -> SmscSettings:
    """The settings with the provider's timers and delivery where they have been left at their defaults."""
    if profile.timers is not None and settings.timers == Timers():
        settings = structs.replace(settings, timers=profile.timers)
    return structs.replace(settings, receipts=profile.delivery.below(settings.receipts))
