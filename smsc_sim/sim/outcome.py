"""Outcomes: a decision about a message carried out, from its answer to its last receipt."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from smsc_sim.scenario.ids import LONGEST_ID, IdForm, IdForms
from smsc_sim.scenario.receipt_action import ReceiptAction
from smsc_sim.sim.answer import Answers
from smsc_sim.sim.decision import Decision
from smsc_sim.sim.fate import Fate, fate_of
from smsc_sim.sim.manual_receipts import ManualReceipt
from smsc_sim.sim.mo import plan_mo
from smsc_sim.sim.planned_receipt import PlannedReceipt
from smsc_sim.sim.quoting import quoted_text
from smsc_sim.sim.receipt import ReceiptForm
from smsc_sim.sim.session import Session
from smsc_sim.sim.submitted import Submitted, address_octets
from smsc_sim.smpp.coding import alphabet
from smsc_sim.smpp.framing import HEADER
from smsc_sim.smpp.pdu import Pdu
from smsc_sim.smpp.segments import user_text
from smsc_sim.smpp.status import CommandStatus
from smsc_sim.smpp.times import parse_time

if TYPE_CHECKING:
    from smsc_sim.sim.smsc import Smsc

DEFAULT_VALIDITY = 86_400.0
"""Seconds that a message without a validity_period is valid."""


_SOON = 60.0
"""Seconds: a receipt that is due later is made when it is due, and how long it may wait is counted from then."""

_UNPRINTABLE = re.compile(r"[^\x20-\x7e]")

_USUAL_IDS = IdForms()
"""As the message path writes them."""

_IDS_3_3 = IdForms(*[IdForm("hex", width=8, digits=8)] * 3)
"""SMPP 3.3 has message_id as a hexadecimal number of at most 8 digits (SMPP 3.3 section 6.2.4.2)."""


class Outcomes:
    """Carries out decisions about messages."""

    __slots__ = ("_answers", "_smsc")

    def __init__(self, smsc: Smsc) -> None:
        self._smsc = smsc
        self._answers = Answers(smsc)

    def carry_out(
        self,
        session: Session,
        pdu: Pdu,
        destinations: Sequence[Mapping[str, object]],
        decision: Decision,
        now: float,
    ) -> None:
        """Answer the message in ``pdu`` and put what follows on the timeline."""
        smsc = self._smsc
        account = session.account
        assert account is not None, "only a bound session submits"
        reply = decision.reply
        delay = decision.delay
        if reply.is_accepted:
            messages = self._accept(session, pdu, destinations, decision, now)
            smsc.counters.messages_accepted += 1
            account.pay(parts_of(pdu, len(destinations)))
            response = self._response(pdu, messages[0], decision, now)
            after = smsc.settings.receipts.after
            kept = [
                self._plan(message, fate_of(message, decision, now + delay, after, now), now) for message in messages
            ]
            self._remember(session, pdu, messages[0].id, decision, response, kept, now)
            plan_mo(smsc, account, session.number, decision, messages[0].values(now), now + delay)
        else:
            smsc.counters.messages_refused += 1
            response = smsc.refusal(session, pdu, reply.status, by_name=reply.by_name, body=reply.body, tlvs=reply.tlvs)
            first = smsc.ledger.take_ids(len(destinations))
            self._remember(session, pdu, first, decision, response, (), now)
        smsc.switch_as(decision, now)
        self._answers.give(session, pdu, response, decision, delay, now)

    def _accept(
        self,
        session: Session,
        pdu: Pdu,
        destinations: Sequence[Mapping[str, object]],
        decision: Decision,
        now: float,
    ) -> list[Submitted]:
        """The message, with its id, once for each destination."""
        account = session.account
        assert account is not None, "only a bound session submits"
        fields = pdu.fields
        forms = self._forms(session, decision)
        number = self._smsc.message_ids.take()
        first = self._smsc.ledger.take_ids(len(destinations))
        alone = len(destinations) == 1
        text = user_text(fields, pdu.tlvs, account.profile.alphabet)
        expires_at = parse_time(str(fields.get("validity_period", "")), now)
        scheduled_at = parse_time(str(fields.get("schedule_delivery_time", "")), now)
        registered_delivery = fields["registered_delivery"]
        assert isinstance(registered_delivery, int), "a decoded field"
        return [
            Submitted(
                account=account,
                session=session.number,
                id=first + place,
                place=place,
                message_id=forms.reply.format(number),
                receipt_id=None if forms.receipt.is_absent else forms.receipt.format(number),
                tlv_id=None if forms.tlv.is_absent else forms.tlv.format(number),
                serial=number,
                has_usual_id=alone and forms == _USUAL_IDS,
                source=address_octets(fields["source_addr_ton"], fields["source_addr_npi"], fields["source_addr"]),
                destination=address_octets(
                    destination["dest_addr_ton"], destination["dest_addr_npi"], destination["destination_addr"]
                ),
                text=text,
                quoted=quoted_text(text),
                registered_delivery=registered_delivery,
                accepted_at=now,
                scheduled_at=scheduled_at or 0.0,
                expires_at=now + DEFAULT_VALIDITY if expires_at is None else expires_at,
                has_validity=expires_at is not None,
                number=decision.number,
            )
            for place, destination in enumerate(destinations)
        ]

    def _remember(
        self,
        session: Session,
        pdu: Pdu,
        first: int,
        decision: Decision,
        response: bytes,
        kept: Sequence[tuple[object, ...]],
        now: float,
    ) -> None:
        """Enter the message into the ledger."""
        reply = decision.reply
        status: int | None = None
        if reply.how == "nack":
            status = reply.status
        elif reply.how != "none":
            status = HEADER.unpack_from(response)[2]
        self._smsc.ledger.submitted(session, pdu, first, status, decision.rule, kept, self._smsc.journal.next_seq, now)

    def _forms(self, session: Session, decision: Decision) -> IdForms:
        account = session.account
        assert account is not None, "only a bound session submits"
        forms = account.ids
        if session.interface_version < 0x34:
            forms = account.profile.ids_3_3 or (_IDS_3_3 if account.ids == IdForms() else account.ids)
        return decision.ids.applied_to(forms) if decision.ids is not None else forms

    def _response(self, pdu: Pdu, message: Submitted, decision: Decision, now: float) -> bytes:
        reply = decision.reply
        message_id = message.message_id
        if reply.message_id is not None:
            filled = reply.message_id.fill(message.values(now))
            message_id = _UNPRINTABLE.sub("?", filled)[:LONGEST_ID]
        fields: dict[str, object] = {"message_id": message_id}
        if pdu.name == "submit_multi":
            fields["unsuccess_smes"] = _unknown_lists(pdu)
        return self._smsc.response(pdu, fields, reply.tlvs)

    def _plan(self, message: Submitted, fate: Fate, now: float) -> tuple[object, ...]:
        """Put the receipts of one message on the timeline; returns what the ledger keeps of it."""
        smsc = self._smsc
        receipts: list[tuple[object, ...]] = []
        soonest = min(_SOON, message.account.receipts.keep / 2)
        usual = message.has_usual_id and message.account.usual_receipts and len(fate.receipts) == 1
        for due in fate.receipts:
            action = due.action
            if usual and due.at - now <= soonest and _is_usual(action):
                form = smsc.delivery.writer.number_of(ReceiptForm(due.state, due.error_code))
                record = message.record(form)
                receipts.append((record[0], due.index, 0, due.state.name, due.error_code, due.at))
                if due.at_once:
                    message.account.pending += 1
                    smsc.delivery.deliver(message.account, (record,), now)
                else:
                    smsc.delivery.schedule(message.account, (record,), due.at)
                continue
            planned = PlannedReceipt(
                smsc, message.with_receipt_id(action.id), action, due.index, due.state, due.error_code
            )
            receipts += planned.stored(due.at)
            if due.at_once:
                planned.send(now)
            else:
                planned.plan(due.at)
        for index, action in fate.manual:
            waiting = ManualReceipt(message, index, action)
            if smsc.manual.keep(waiting, now):
                receipts.append((waiting.key, index, -1, "", "", 0.0))
        return (
            message.serial,
            message.message_id,
            message.receipt_id,
            message.tlv_id,
            message.number,
            fate.state.name if fate.state is not None else "ENROUTE",
            fate.error_code,
            fate.at,
            message.scheduled_at,
            message.expires_at if message.has_validity else 0.0,
            receipts,
        )


def parts_of(pdu: Pdu, destinations: int) -> int:
    """How many messages a PDU is paid as: one for each destination, more if its message_payload needs several."""
    payload = pdu.tlv("message_payload")
    data_coding = pdu.fields["data_coding"]
    if not isinstance(payload, bytes) or not isinstance(data_coding, int):
        return destinations
    alone, joined = (160, 153) if alphabet(data_coding).septets else (140, 134)
    return destinations * (1 if len(payload) <= alone else -(-len(payload) // joined))


def _is_usual(action: ReceiptAction) -> bool:
    """Whether the receipt differs from others in its state, its err and its instant only."""
    return (
        action.times == 1
        and action.via is None
        and action.id is None
        and action.text is None
        and action.pdu is None
        and not action.tlvs
    )


def _unknown_lists(pdu: Pdu) -> list[dict[str, object]]:
    """The destinations of a submit_multi that are distribution lists, as its response reports failures."""
    destinations = pdu.fields["dest_addresses"]
    assert isinstance(destinations, list), "a decoded field"
    return [
        {
            "dest_addr_ton": 0,
            "dest_addr_npi": 0,
            "destination_addr": destination["dl_name"],
            "error_status_code": int(CommandStatus.ESME_RINVDLNAME),
        }
        for destination in destinations
        if destination["dest_flag"] == 2
    ]
