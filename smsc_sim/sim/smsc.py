"""The SMSC: takes octets and instants in, leaves octets, endings, notes and timeline events out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Literal, TypeAlias

from smsc_sim.scenario.account import AccountDefinition
from smsc_sim.scenario.settings import SmscSettings
from smsc_sim.sim.account import Accounts
from smsc_sim.sim.counters import Counters
from smsc_sim.sim.decision import Decide
from smsc_sim.sim.delivery import Delivery
from smsc_sim.sim.fast_lane import FastLane
from smsc_sim.sim.foreign import looks_like
from smsc_sim.sim.journal import Direction, Journal
from smsc_sim.sim.message_ids import MessageIds
from smsc_sim.sim.operations import Operations
from smsc_sim.sim.receipt import ReceiptForm
from smsc_sim.sim.secrets import WITH_PASSWORD, without_passwords
from smsc_sim.sim.session import Ending, Session
from smsc_sim.sim.session_timers import SessionTimers
from smsc_sim.sim.timeline import Timeline
from smsc_sim.smpp.commands import COMMANDS_BY_NAME, CommandId
from smsc_sim.smpp.errors import FramingError, WireError
from smsc_sim.smpp.fields import CString, Integer
from smsc_sim.smpp.framing import Partial, next_stop
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
        decide: Decide | None = None,
        fast: bool = True,
    ) -> None:
        """``decide``: the rules; None accepts everything.  ``fast``: False sends all PDUs through the full decoder."""
        self.settings = settings
        self.accounts = Accounts(accounts)
        self.decide = decide
        self.counters = Counters()
        self.timeline = Timeline()
        self.journal = Journal(settings.journal_octets)
        self.message_ids = MessageIds()
        self.sessions: dict[int, Session] = {}
        self.timers = SessionTimers(self)
        self.delivery = Delivery(settings, self.timeline, self.counters, self.touch, self.timers.check_by)
        self.default_form = self.delivery.writer.number_of(ReceiptForm())
        self._operations = Operations(self)
        self._lane = FastLane(self) if fast else None
        self._touched: list[Session] = []
        self._notes: list[Note] = []
        self._last_session = 0

    # What the driver tells

    def connected(self, peer: str, host: str, now: float, *, tls: str = "") -> Session:
        """An ESME has connected; ``peer`` as in 127.0.0.1:51234, ``host`` its address alone."""
        self._last_session += 1
        session = Session(self._last_session, peer, host, now, tls=tls)
        self.sessions[session.number] = session
        self.counters.sessions_opened += 1
        self.timers.start(session, now)
        if len(self.sessions) > self.settings.max_sessions:
            self.counters.sessions_refused += 1
            self.end(session, now, f"refused: there are {self.settings.max_sessions} sessions already", "warn")
        return session

    def receive(self, session: Session, data: bytes, now: float) -> None:
        """Octets came on this session; handle every PDU that they complete, hold the rest."""
        if session.ending:
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
        account = session.account
        if account is not None and account.waiting:
            self.delivery.drain(account, now)
        if session.outbox:
            self.touch(session)

    def _consume(self, session: Session, data: bytes, now: float) -> int:
        """Handle the whole PDUs at the beginning of ``data`` and journal them; returns where they end."""
        offset = 0
        secret = False
        lane = self._lane
        try:
            while not session.ending:
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
        outbox = session.outbox
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

    def refusal(self, session: Session, request: Pdu, command_status: int) -> bytes:
        """The PDU that refuses ``request``: its own response, or a generic_nack where it has none.

        Without a body, unless ``error_bodies`` is set (SMPP 3.4 section 4.1.2: "not returned if the command_status
        field contains a non-zero value").
        """
        command = request.command
        if command is None or command.response is None:
            return encode_header_only(CommandId.GENERIC_NACK, command_status, request.sequence_number)
        response = COMMANDS_BY_NAME[command.response]
        if not self.settings.error_bodies:
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
        )

    def refuse(self, session: Session, request: Pdu, command_status: int, now: float) -> None:
        """Answer ``request`` with an error."""
        if request.name in ("submit_sm", "submit_multi", "data_sm"):
            self.counters.messages_refused += 1
        self.send(session, self.refusal(session, request, command_status))

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
