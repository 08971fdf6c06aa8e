"""Operations: what each PDU from an ESME does to its session, with the full decoder.

The order is the one in which an SMSC can know: is it a response, is the command known, may it be sent in this state,
are its octets right, and only then what it asks for.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from smsc_sim.scenario.rule import SUBMISSIONS
from smsc_sim.sim.answer import UNBIND_WAIT, Answers, Then
from smsc_sim.sim.journal.notes import SessionNote
from smsc_sim.sim.messages.broadcast import Broadcasts
from smsc_sim.sim.messages.cancellation import cancel_sm
from smsc_sim.sim.messages.kept_message import Unable
from smsc_sim.sim.messages.query import query_sm
from smsc_sim.sim.messages.replacement import replace_sm
from smsc_sim.sim.messages.submission import Submissions
from smsc_sim.sim.mo.mo import plan_mo
from smsc_sim.sim.receipts.receipt import ReceiptRecord, response_to
from smsc_sim.sim.rules.decision import Decision
from smsc_sim.sim.rules.decision_note import decision_note
from smsc_sim.sim.rules.facts import PduFacts
from smsc_sim.sim.sessions.account import BINDS
from smsc_sim.sim.sessions.binding import Binding, count_bind
from smsc_sim.sim.sessions.session import Session
from smsc_sim.smpp.commands import RESPONSE_BIT, Command, CommandId
from smsc_sim.smpp.errors import WireError
from smsc_sim.smpp.framing import HEADER_LENGTH
from smsc_sim.smpp.legality import Side, State, may_send
from smsc_sim.smpp.pdu import Pdu, encode, encode_header_only
from smsc_sim.smpp.receipt_text import MessageState
from smsc_sim.smpp.status import CommandStatus
from smsc_sim.smpp.tlv import Tlv, TlvValue, tag_of

if TYPE_CHECKING:
    from smsc_sim.sim.smsc import Smsc

UNBIND_LINGER = 1.0
"""Seconds that an ESME has to close after our unbind_resp before we do: closing at once could lose the response."""

Handler = Callable[[Session, Pdu, float], None]
OnMessages = Callable[["Smsc", Session, Pdu, float], bytes]
"""An operation on messages that were submitted before: returns its response, or raises Unable."""


class Operations:
    """Handles one PDU at a time, whatever it is."""

    def __init__(self, smsc: Smsc) -> None:
        self._smsc = smsc
        self._binding = Binding(smsc)
        self._answers = Answers(smsc)
        self._decision: Decision | None = None
        submissions = Submissions(smsc)
        broadcasts = Broadcasts()
        self._on_messages: dict[int, OnMessages] = {
            CommandId.QUERY_SM: query_sm,
            CommandId.CANCEL_SM: cancel_sm,
            CommandId.REPLACE_SM: replace_sm,
            CommandId.BROADCAST_SM: broadcasts.broadcast_sm,
            CommandId.QUERY_BROADCAST_SM: broadcasts.query_broadcast_sm,
            CommandId.CANCEL_BROADCAST_SM: broadcasts.cancel_broadcast_sm,
        }
        self._handlers: dict[int, Handler] = {
            CommandId.BIND_TRANSMITTER: self._bind,
            CommandId.BIND_RECEIVER: self._bind,
            CommandId.BIND_TRANSCEIVER: self._bind,
            CommandId.UNBIND: self._unbind,
            CommandId.ENQUIRE_LINK: self._enquire_link,
            CommandId.SUBMIT_SM: submissions.submit_sm,
            CommandId.DATA_SM: submissions.data_sm,
            CommandId.SUBMIT_MULTI: submissions.submit_multi,
            **dict.fromkeys(self._on_messages, self._on_message),
        }

    def handle(self, session: Session, pdu: Pdu, now: float) -> None:
        """Do what ``pdu`` asks for; a WireError becomes the answer that it names."""
        session.received += 1
        self._smsc.breakdown.came(pdu.octets)
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
                if command.command_id in BINDS and session.bound:
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
            if self._offered(session, pdu, now):
                self._carry_out(session, pdu, now)
        except WireError as error:
            self._smsc.protocol_error(session, "refused", f"{pdu.name} refused: {error}", now, pdu.octets)
            self._smsc.refuse(session, pdu, error.status, now)

    def afterwards(self, session: Session, decision: Decision, now: float) -> None:
        """Do to a connection what a decision says."""
        self._answers.afterwards(session, decision, now)

    def _offered(self, session: Session, pdu: Pdu, now: float) -> bool:
        """Whether the provider offers this request; if not, it has been refused."""
        smsc = self._smsc
        profile = smsc.profile_for(session, pdu)
        if profile.pdus is None or pdu.name in profile.pdus:
            return True
        refused = profile.refused_pdu
        smsc.protocol_error(session, "not_offered", f"{pdu.name} is not offered by {profile.name}", now, pdu.octets)
        if refused.how == "nack":
            by_name = isinstance(refused.status, CommandStatus)
            status = profile.status(refused.status) if by_name else refused.status
            smsc.send(session, encode_header_only(CommandId.GENERIC_NACK, status, pdu.sequence_number))
        else:
            smsc.refuse(session, pdu, refused.status, now)
        if refused.close:
            smsc.end(session, now, f"closed: {pdu.name} is not offered", "info")
        return False

    def _carry_out(self, session: Session, pdu: Pdu, now: float) -> None:
        """Let the rules for this request decide, and do it unless they refuse.  Messages ask their rules later."""
        smsc = self._smsc
        event = "bind" if pdu.command_id in BINDS else pdu.name
        handler = self._handlers[pdu.command_id]
        decision = None
        facts = PduFacts(session, pdu)
        if smsc.rules is not None and event not in SUBMISSIONS and smsc.rules.has(event):
            decision = smsc.rules.decide_event(event, facts, now)
        if decision is None:
            handler(session, pdu, now)
            return
        if smsc.rules is not None:
            smsc.journal.note(decision_note(smsc.rules, event, facts, decision, now))
        smsc.switch_as(decision, now)
        self._decision = decision
        try:
            if decision.reply.is_accepted:
                handler(session, pdu, now)
            else:
                self._refuse(session, pdu, decision, now)
        finally:
            self._decision = None
        if decision.reply.is_accepted and session.account is not None:
            values = facts.values(decision.number)
            plan_mo(smsc, session.account, session.number, decision, values, now + decision.delay)

    def _refuse(self, session: Session, pdu: Pdu, decision: Decision, now: float) -> None:
        """Refuse ``pdu`` as a rule says."""
        smsc = self._smsc
        if pdu.command_id in BINDS:
            smsc.counters.binds_refused += 1
            smsc.complain("info", session, f"{pdu.name} refused by rule '{decision.rule}'")
        reply = decision.reply
        refusal = smsc.refusal(session, pdu, reply.status, by_name=reply.by_name, body=reply.body, tlvs=reply.tlvs)
        if pdu.command_id in BINDS:
            count_bind(smsc, smsc.accounts.find(str(pdu.fields["system_id"])), refusal)
        self._answer(session, pdu, refusal, now)

    def _answer(self, session: Session, pdu: Pdu, response: bytes, now: float, then: Then | None = None) -> None:
        """Answer ``pdu``, as the rule that decided about it says; ``then`` follows when the answer is on its way."""
        decision = self._decision
        if decision is None:
            self._smsc.send(session, response)
            if then is not None:
                then(now)
            return
        if decision.reply.is_accepted and decision.reply.tlvs:
            response = _with_tlvs(response, decision.reply.tlvs)
        self._answers.give(session, pdu, response, decision, decision.delay, now, then)

    def _legal(self, session: Session, command: Command) -> bool:
        if command.command_id == CommandId.ENQUIRE_LINK:
            # SMPP 5.0 allows it in every state; answering is what keeps an early checker alive.
            return True
        if session.unbinding:
            return command.command_id == CommandId.UNBIND
        if session.state is State.OUTBOUND and command.command_id == CommandId.BIND_TRANSMITTER:
            # An outbind is for an ESME that is to receive (SMPP 3.4 section 2.2.1).
            return False
        return may_send(Side.ESME, command.command_id, session.state, session.interface_version)

    def _bind(self, session: Session, pdu: Pdu, now: float) -> None:
        smsc = self._smsc
        response, refusal = self._binding.bind(session, pdu, now)
        account = session.account
        if refusal is not None or account is None:
            close = refusal is not None and refusal.close
            reason = f"closed: {refusal}"
            then = (lambda instant: smsc.end(session, instant, reason, "info")) if close else None
            self._answer(session, pdu, response, now, then)
            return
        # Nothing is delivered before the ESME can know that it is bound.
        window, session.receipt_window = session.receipt_window, 0

        def bound(instant: float) -> None:
            session.receipt_window = window
            smsc.delivery.drain(account, instant)

        self._answer(session, pdu, response, now, bound)

    def _unbind(self, session: Session, pdu: Pdu, now: float) -> None:
        smsc = self._smsc
        smsc.note("info", session, "unbound by the ESME")
        smsc.journal.note(SessionNote(at=now, session=session.number, what="unbound"))
        smsc.leave(session, State.UNBOUND, now)
        linger = UNBIND_LINGER
        if self._decision is not None and self._decision.reply.how == "none":
            # The ESME is to find out by itself that no response comes.
            linger = smsc.timers.of(session).response or UNBIND_WAIT
        self._answer(session, pdu, smsc.response(pdu), now, lambda instant: smsc.close_within(session, linger, instant))

    def _enquire_link(self, session: Session, pdu: Pdu, now: float) -> None:
        session.enquire_link_received_at = self._smsc.timers.instant(now)
        self._answer(session, pdu, self._smsc.response(pdu), now)

    def _on_message(self, session: Session, pdu: Pdu, now: float) -> None:
        """An operation on messages: it fails where there is none, unless a rule says that it is well."""
        smsc = self._smsc
        try:
            response = self._on_messages[pdu.command_id](smsc, session, pdu, now)
        except Unable as unable:
            if self._decision is None or not self._decision.says_reply:
                smsc.complain("info", session, f"{pdu.name} refused: {unable}")
                response = smsc.refusal(session, pdu, unable.status)
            else:
                fields = {"message_id": pdu.fields["message_id"], "message_state": MessageState.UNKNOWN.value}
                response = smsc.response(pdu, fields if pdu.name == "query_sm" else {})
        self._answer(session, pdu, response, now)

    def _response(self, session: Session, pdu: Pdu, now: float) -> None:
        """A response or a generic_nack; neither is ever answered, so that two peers cannot nack each other for ever."""
        smsc = self._smsc
        command_id = pdu.command_id
        record = session.outstanding.get(pdu.octets[12:16])
        if record is not None and command_id in (response_to(record), CommandId.GENERIC_NACK):
            del session.outstanding[pdu.octets[12:16]]
            smsc.delivery.heard(session, now)
            self._receipt_answered(session, pdu, record, now)
        elif command_id == CommandId.ENQUIRE_LINK_RESP and session.enquire_link_sent_at:
            smsc.timers.heard(session, now)
        elif command_id == CommandId.UNBIND_RESP and session.unbinding:
            smsc.end(session, now, "unbound", "info")
        else:
            smsc.counters.responses_unmatched += 1
            smsc.protocol_error(
                session,
                "unmatched_response",
                f"{pdu.name} answers no request of ours (sequence_number {pdu.sequence_number})",
                now,
                pdu.octets,
            )
        if pdu.command_length == HEADER_LENGTH or pdu.command is None:
            # Some ESMEs leave the body out of a deliver_sm_resp; all that counts stands in the header.
            return
        try:
            pdu.check()
        except WireError as error:
            smsc.protocol_error(session, "bad_response", f"{pdu.name} taken although {error}", now, pdu.octets)

    def _receipt_answered(self, session: Session, pdu: Pdu, record: ReceiptRecord, now: float) -> None:
        """Let the rules for deliver_sm_resp do what they do; nothing is ever sent in answer to it."""
        smsc = self._smsc
        decision = None
        facts = PduFacts(session, pdu)
        if smsc.rules is not None and smsc.rules.has("deliver_sm_resp"):
            decision = smsc.rules.decide_event("deliver_sm_resp", facts, now)
        retry = decision.retry if decision is not None else None
        nacked = pdu.command_id == CommandId.GENERIC_NACK
        status = pdu.command_status or _nack_status(pdu)
        smsc.delivery.answered(session, pdu.sequence_number, record, status, now, retry, nacked=nacked)
        if decision is None:
            return
        if smsc.rules is not None:
            smsc.journal.note(decision_note(smsc.rules, "deliver_sm_resp", facts, decision, now))
        smsc.switch_as(decision, now)
        if session.account is not None:
            values = facts.values(decision.number)
            plan_mo(smsc, session.account, session.number, decision, values, now)
        self._answers.afterwards(session, decision, now)


def may_be_sent(command: Command) -> bool:
    """Whether an ESME may ever send this command, in whatever state."""
    return any(may_send(Side.ESME, command.command_id, state) for state in State)


def _nack_status(pdu: Pdu) -> int:
    """A generic_nack refuses even when its status says ESME_ROK."""
    return CommandStatus.ESME_RUNKNOWNERR if pdu.command_id == CommandId.GENERIC_NACK else CommandStatus.ESME_ROK


def _with_tlvs(response: bytes, tlvs: Sequence[tuple[str | int, TlvValue]]) -> bytes:
    """The response with these TLVs beside its own, or instead of the ones of the same tag."""
    pdu = Pdu(response)
    replaced = {tag_of(name) for name, _ in tlvs}
    kept: list[Tlv | tuple[str | int, object]] = [tlv for tlv in pdu.tlvs if tlv.tag not in replaced]
    return encode(
        pdu.command_id,
        sequence_number=pdu.sequence_number,
        command_status=pdu.command_status,
        fields=pdu.fields,
        tlvs=[*kept, *tlvs],
    )
