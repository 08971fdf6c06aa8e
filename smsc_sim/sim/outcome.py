"""Outcomes: a decision about a message carried out, from its answer to its last receipt."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from smsc_sim.scenario.ids import LONGEST_ID, IdForm, IdForms
from smsc_sim.scenario.receipt_action import ReceiptAction
from smsc_sim.sim.answer import Answers
from smsc_sim.sim.decision import Decision, receipt_wanted
from smsc_sim.sim.mo import plan_mo
from smsc_sim.sim.planned_receipt import PlannedReceipt, error_code
from smsc_sim.sim.quoting import quoted_text
from smsc_sim.sim.receipt import ReceiptForm
from smsc_sim.sim.session import Session
from smsc_sim.sim.submitted import Submitted, address_octets
from smsc_sim.smpp.coding import alphabet
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
            for place, message in enumerate(messages):
                self._plan_receipts(message, place, decision, now, delay)
            plan_mo(smsc, account, session.number, decision, messages[0].values(now), now + delay)
        else:
            smsc.counters.messages_refused += 1
            response = smsc.refusal(session, pdu, reply.status, by_name=reply.by_name, body=reply.body, tlvs=reply.tlvs)
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
        alone = len(destinations) == 1
        text = user_text(fields, pdu.tlvs, account.profile.alphabet)
        expires_at = parse_time(str(fields.get("validity_period", "")), now)
        registered_delivery = fields["registered_delivery"]
        assert isinstance(registered_delivery, int), "a decoded field"
        return [
            Submitted(
                account=account,
                session=session.number,
                key=b"%d" % number if alone else b"%d-%d" % (number, place),
                message_id=forms.reply.format(number),
                receipt_id=None if forms.receipt.is_absent else forms.receipt.format(number),
                tlv_id=None if forms.tlv.is_absent else forms.tlv.format(number),
                serial=number,
                has_one_id=alone and forms.reply == forms.receipt == forms.tlv and forms.reply.is_unique(number),
                source=address_octets(fields["source_addr_ton"], fields["source_addr_npi"], fields["source_addr"]),
                destination=address_octets(
                    destination["dest_addr_ton"], destination["dest_addr_npi"], destination["destination_addr"]
                ),
                text=text,
                quoted=quoted_text(text),
                registered_delivery=registered_delivery,
                accepted_at=now,
                expires_at=now + DEFAULT_VALIDITY if expires_at is None else expires_at,
                number=decision.number,
            )
            for place, destination in enumerate(destinations)
        ]

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

    def _plan_receipts(self, message: Submitted, place: int, decision: Decision, now: float, delay: float) -> None:
        """Put the receipts of one message on the timeline, as far as registered_delivery asks for them.

        ``place``: which destination of the PDU it went to; 0 is the first.
        """
        smsc = self._smsc
        layout = message.account.profile.receipt
        of_place = f" {place}" if place else ""
        for index, action in enumerate(decision.receipts):
            if action.manual:
                smsc.manual.keep(message, action, now)
                continue
            state = action.pick(decision.draw(f"state {index}{of_place}"))
            if not (action.force or receipt_wanted(message.registered_delivery, state)):
                continue
            err = error_code(action, layout, state)
            if action.before_reply:
                due = now + delay
            elif action.after == "validity":
                due = max(message.expires_at, now + delay)
            elif action.after is None:
                due = now + delay + (smsc.settings.receipts.after if layout.after is None else layout.after)
            else:
                due = now + delay + action.after.draw(decision.draw(f"after {index}{of_place}"))
            soon = due - now <= min(_SOON, smsc.settings.receipts.keep / 2)
            if soon and message.has_one_id and message.account.usual_receipts and _is_usual(action):
                form = smsc.delivery.writer.number_of(ReceiptForm(state, err))
                record = message.record(form)
                if action.before_reply and not delay:
                    message.account.pending += 1
                    smsc.delivery.deliver(message.account, (record,), now)
                else:
                    smsc.delivery.schedule(message.account, (record,), due)
                continue
            planned = PlannedReceipt(smsc, message.with_receipt_id(action.id), action, state, err)
            if action.before_reply and not delay:
                planned.send(now)
            else:
                planned.plan(due)


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
