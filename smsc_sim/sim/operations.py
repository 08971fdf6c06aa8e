"""Operations: what each PDU from an ESME does to its session, with the full decoder.

The order is the one in which an SMSC can know: is it a response, is the command known, may it be sent in this state,
are its octets right, and only then what it asks for.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from smsc_sim.sim.account import BIND_STATES, password_matches
from smsc_sim.sim.session import Session
from smsc_sim.sim.submission import Submissions
from smsc_sim.sim.throughput import SlidingWindow
from smsc_sim.sim.visible import visible
from smsc_sim.smpp.commands import RESPONSE_BIT, Command, CommandId
from smsc_sim.smpp.errors import WireError
from smsc_sim.smpp.framing import HEADER_LENGTH
from smsc_sim.smpp.legality import Side, State, may_send
from smsc_sim.smpp.pdu import Pdu
from smsc_sim.smpp.status import CommandStatus, name_of

if TYPE_CHECKING:
    from smsc_sim.sim.smsc import Smsc

VERSIONS = {"3.3": 0x33, "3.4": 0x34, "5.0": 0x50}
"""interface_version by the name that settings use (SMPP 3.4 section 5.2.4)."""

VERSION_NAMES = {number: name for name, number in VERSIONS.items()}

UNBIND_LINGER = 1.0
"""Seconds that an ESME has to close after our unbind_resp before we do: closing at once could lose the response."""

_BINDS = frozenset({CommandId.BIND_TRANSMITTER, CommandId.BIND_RECEIVER, CommandId.BIND_TRANSCEIVER})

_NOT_KEPT = {
    CommandId.QUERY_SM: CommandStatus.ESME_RQUERYFAIL,
    CommandId.CANCEL_SM: CommandStatus.ESME_RCANCELFAIL,
    CommandId.REPLACE_SM: CommandStatus.ESME_RREPLACEFAIL,
    CommandId.BROADCAST_SM: CommandStatus.ESME_RBCASTFAIL,
    CommandId.QUERY_BROADCAST_SM: CommandStatus.ESME_RBCASTQUERYFAIL,
    CommandId.CANCEL_BROADCAST_SM: CommandStatus.ESME_RBCASTCANCELFAIL,
}
"""Operations on messages that this SMSC does not keep, each with the status of its failure."""

_ANSWERS_A_RECEIPT = frozenset({CommandId.DELIVER_SM_RESP, CommandId.GENERIC_NACK})

Handler = Callable[[Session, Pdu, float], None]


def settled_version(offered: int, wanted: int) -> int:
    """The version of a session: what the ESME wants, at most what the SMSC offers (SMPP 3.4 section 5.2.4).

    0x00 to 0x33 stand for 3.3 or older.
    """
    version = 0x33 if wanted < 0x34 else 0x34 if wanted < 0x50 else 0x50
    return min(version, offered)


class Operations:
    """Handles one PDU at a time, whatever it is."""

    def __init__(self, smsc: Smsc) -> None:
        self._smsc = smsc
        self._offered = VERSIONS[smsc.settings.interface_version]
        self._accepted = frozenset(VERSIONS[version] for version in smsc.settings.versions)
        submissions = Submissions(smsc)
        self._handlers: dict[int, Handler] = {
            CommandId.BIND_TRANSMITTER: self._bind,
            CommandId.BIND_RECEIVER: self._bind,
            CommandId.BIND_TRANSCEIVER: self._bind,
            CommandId.UNBIND: self._unbind,
            CommandId.ENQUIRE_LINK: self._enquire_link,
            CommandId.SUBMIT_SM: submissions.submit_sm,
            CommandId.DATA_SM: submissions.data_sm,
            CommandId.SUBMIT_MULTI: submissions.submit_multi,
            **dict.fromkeys(_NOT_KEPT, self._not_kept),
        }

    def handle(self, session: Session, pdu: Pdu, now: float) -> None:
        """Do what ``pdu`` asks for; a WireError becomes the answer that it names."""
        session.received += 1
        if pdu.command_id & RESPONSE_BIT:
            self._response(session, pdu, now)
            return
        command = pdu.command
        try:
            if command is None:
                raise WireError(CommandStatus.ESME_RINVCMDID, "command_id", 4, f"{pdu.name} is not known")
            allowed = self._legal(session, command)
            if not allowed and may_be_sent(command):
                status = CommandStatus.ESME_RINVBNDSTS
                if command.command_id in _BINDS and session.bound:
                    status = CommandStatus.ESME_RALYBND
                raise WireError(status, "command_id", 4, f"not allowed while {session.state.name}")
            pdu.check(session.interface_version)
            if not allowed:
                raise WireError(
                    CommandStatus.ESME_RINVBNDSTS,
                    "command_id",
                    4,
                    f"not for an ESME to send while {session.state.name}",
                )
            self._handlers[command.command_id](session, pdu, now)
        except WireError as error:
            self._smsc.protocol_error(session, f"{pdu.name} refused: {error}")
            self._smsc.refuse(session, pdu, error.status, now)

    def _legal(self, session: Session, command: Command) -> bool:
        if command.command_id == CommandId.ENQUIRE_LINK:
            # SMPP 5.0 allows it in every state; answering is what keeps an early checker alive.
            return True
        if session.unbinding:
            return command.command_id == CommandId.UNBIND
        return may_send(Side.ESME, command.command_id, session.state, session.interface_version)

    def _bind(self, session: Session, pdu: Pdu, now: float) -> None:
        smsc = self._smsc
        fields = pdu.fields
        system_id = str(fields["system_id"])
        wanted = fields["interface_version"]
        assert isinstance(wanted, int)
        bind_type = pdu.name.removeprefix("bind_")
        account = smsc.accounts.find(system_id)
        known = password_matches(account, str(fields["password"]))
        reason = ""
        status = CommandStatus.ESME_RBINDFAIL
        if settled_version(0x50, wanted) not in self._accepted:
            reason = f"interface_version 0x{wanted:02x} is not accepted here"
        elif account is None:
            status, reason = CommandStatus.ESME_RINVSYSID, "no such account"
        elif not known:
            status, reason = CommandStatus.ESME_RINVPASWD, "wrong password"
        elif not account.allows(session.host):
            reason = f"{session.host} is not on the account's allow list"
        elif bind_type not in account.definition.binds:
            reason = f"the account may not bind as {bind_type}"
        elif account.definition.sessions is not None and len(account.sessions) >= account.definition.sessions:
            reason = f"the account has its {account.definition.sessions} sessions already"
        if reason or account is None:
            smsc.counters.binds_refused += 1
            smsc.complain("warn", session, f"{pdu.name} as '{visible(system_id)}' refused, {name_of(status)}: {reason}")
            smsc.refuse(session, pdu, status, now)
            return

        session.state = BIND_STATES[bind_type]
        session.account = account
        session.interface_version = settled_version(self._offered, wanted)
        session.bound_at = session.last_received_at = now
        session.receipt_window = smsc.settings.receipts.window
        rate = account.definition.throughput
        if rate is not None and rate.scope == "session":
            session.throughput = SlidingWindow(rate)
        account.sessions.append(session)
        smsc.timers.start(session, now)
        smsc.counters.binds_accepted += 1
        smsc.note("info", session, f"bound as {bind_type}, SMPP {VERSION_NAMES[session.interface_version]}")
        tlvs = [("sc_interface_version", self._offered)] if session.interface_version >= 0x34 else []
        smsc.send(session, smsc.response(pdu, {"system_id": smsc.settings.system_id}, tlvs))
        smsc.delivery.drain(account, now)

    def _unbind(self, session: Session, pdu: Pdu, now: float) -> None:
        smsc = self._smsc
        smsc.note("info", session, "unbound by the ESME")
        smsc.send(session, smsc.response(pdu))
        smsc.leave(session, State.UNBOUND, now)
        smsc.close_by(session, now + UNBIND_LINGER)

    def _enquire_link(self, session: Session, pdu: Pdu, now: float) -> None:
        self._smsc.send(session, self._smsc.response(pdu))

    def _not_kept(self, session: Session, pdu: Pdu, now: float) -> None:
        self._smsc.refuse(session, pdu, _NOT_KEPT[CommandId(pdu.command_id)], now)

    def _response(self, session: Session, pdu: Pdu, now: float) -> None:
        """A response or a generic_nack; neither is ever answered, so that two peers cannot nack each other for ever."""
        smsc = self._smsc
        command_id = pdu.command_id
        record = None
        if command_id in _ANSWERS_A_RECEIPT:
            record = session.outstanding.pop(pdu.octets[12:16], None)
        if record is not None:
            smsc.delivery.answered(session, record, pdu.command_status or _nack_status(pdu), now)
        elif command_id == CommandId.ENQUIRE_LINK_RESP and session.enquire_link_sent_at:
            smsc.timers.heard(session, now)
        elif command_id == CommandId.UNBIND_RESP and session.unbinding:
            smsc.end(session, now, "unbound", "info")
        else:
            smsc.counters.responses_unmatched += 1
            smsc.protocol_error(
                session, f"{pdu.name} answers no request of ours (sequence_number {pdu.sequence_number})"
            )
        if pdu.command_length == HEADER_LENGTH or pdu.command is None:
            # Some ESMEs leave the body out of a deliver_sm_resp; all that counts stands in the header.
            return
        try:
            pdu.check()
        except WireError as error:
            smsc.protocol_error(session, f"{pdu.name} taken although {error}")


def may_be_sent(command: Command) -> bool:
    """Whether an ESME may ever send this command, in whatever state."""
    return any(may_send(Side.ESME, command.command_id, state) for state in State)


def _nack_status(pdu: Pdu) -> int:
    """A generic_nack refuses even when its status says ESME_ROK."""
    return CommandStatus.ESME_RUNKNOWNERR if pdu.command_id == CommandId.GENERIC_NACK else CommandStatus.ESME_ROK
