"""Outcomes: a decision about a message carried out, from its answer to its last receipt."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from smsc_sim.scenario.ids import LONGEST_ID, IdForm, IdForms
from smsc_sim.sim.answer import Answers
from smsc_sim.sim.messages.destinations import Target
from smsc_sim.sim.messages.fate import Fate, fate_of
from smsc_sim.sim.messages.message_times import MessageTimes
from smsc_sim.sim.messages.replacement import replace_former
from smsc_sim.sim.messages.submitted import DEFAULT_VALIDITY, Submitted, address_octets
from smsc_sim.sim.mo.mo import plan_mo
from smsc_sim.sim.receipts.planning import plan_receipts
from smsc_sim.sim.receipts.quoting import quoted_text
from smsc_sim.sim.rules.decision import Decision
from smsc_sim.sim.sessions.session import Session
from smsc_sim.sim.sessions.wallet import pay
from smsc_sim.smpp.coding import alphabet
from smsc_sim.smpp.framing import HEADER
from smsc_sim.smpp.pdu import Pdu
from smsc_sim.smpp.segments import user_text

if TYPE_CHECKING:
    from smsc_sim.sim.sessions.account import Account
    from smsc_sim.sim.smsc import Smsc

_UNPRINTABLE = re.compile(r"[^\x20-\x7e]")

_USUAL_IDS = IdForms()
"""As the message path writes them."""

_IDS_3_3 = IdForms(*[IdForm("hex", width=8, digits=8)] * 3)
"""SMPP 3.3 has message_id as a hexadecimal number of at most 8 digits (SMPP 3.3 section 6.2.4.2)."""


_REFUSED: tuple[object, ...] = (0, "", None, None, 0, "", "", 0.0, 0.0, 0.0, ())
"""What the ledger keeps of a destination that is refused while others are accepted."""

_MOST_FAILURES = 255
"""no_unsuccess is one octet."""


class _Accepted(NamedTuple):
    """A message as it is accepted, and what was decided."""

    submitted: Submitted
    decision: Decision


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
        targets: Sequence[Target],
        times: MessageTimes,
        failed: Sequence[Mapping[str, object]],
        now: float,
    ) -> None:
        """Answer the message in ``pdu`` and put what follows on the timeline.

        ``targets``: its destinations, each with what was decided; it is accepted when one of them is.  ``failed``:
        what the response reports beside those that are refused.
        """
        smsc = self._smsc
        account = session.account
        assert account is not None, "only a bound session submits"
        accepted = [target for target in targets if target.decision.reply.is_accepted]
        decision = (accepted or targets)[0].decision
        reply, delay = decision.reply, decision.delay
        first = smsc.ledger.take_ids(len(targets))
        if accepted:
            messages = self._accept(session, pdu, targets, times, first, now)
            smsc.counters.messages_accepted += 1
            pay(smsc, account, parts_of(pdu, len(accepted)))
            failures = [*failed, *(_failure(account, one) for one in targets if not one.decision.reply.is_accepted)]
            message_id = self._message_id(messages[0], decision, now)
            response = self._response(pdu, message_id, failures, decision)
            self._keep(session, pdu, targets, messages, message_id, first, response, now)
            for message in messages:
                plan_mo(smsc, account, session.number, message.decision, message.submitted.values(now), now + delay)
        else:
            smsc.counters.messages_refused += 1
            response = smsc.refusal(session, pdu, reply.status, by_name=reply.by_name, body=reply.body, tlvs=reply.tlvs)
            self._remember(session, pdu, first, decision, response, (), now)
        for target in targets:
            smsc.switch_as(target.decision, now)
        self._answers.give(session, pdu, response, decision, delay, now)

    def _accept(
        self, session: Session, pdu: Pdu, targets: Sequence[Target], times: MessageTimes, first: int, now: float
    ) -> list[_Accepted]:
        """The message, with its id, once for each destination that is accepted."""
        account = session.account
        assert account is not None, "only a bound session submits"
        fields = pdu.fields
        number = self._smsc.message_ids.take()
        alone = len(targets) == 1
        text = user_text(fields, pdu.tlvs, account.profile.alphabet)
        registered_delivery = fields["registered_delivery"]
        assert isinstance(registered_delivery, int), "a decoded field"
        accepted: list[_Accepted] = []
        for place, (destination, decision) in enumerate(targets):
            if not decision.reply.is_accepted:
                continue
            forms = self._forms(session, decision)
            # All have the id of the one response.
            message_id = accepted[0].submitted.message_id if accepted else forms.reply.format(number)
            message = Submitted(
                account=account,
                session=session.number,
                id=first + place,
                place=place,
                message_id=message_id,
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
                scheduled_at=times.scheduled_at or 0.0,
                expires_at=now + DEFAULT_VALIDITY if times.expires_at is None else times.expires_at,
                has_validity=times.expires_at is not None,
                number=decision.number,
            )
            accepted.append(_Accepted(message, decision))
        return accepted

    def _keep(
        self,
        session: Session,
        pdu: Pdu,
        targets: Sequence[Target],
        messages: Sequence[_Accepted],
        message_id: str,
        first: int,
        response: bytes,
        now: float,
    ) -> None:
        """Plan what becomes of the messages, and enter them into the ledger, with the destinations refused."""
        smsc = self._smsc
        answered_at = now + messages[0].decision.delay
        if pdu.fields.get("replace_if_present_flag"):
            for message in messages:
                replace_former(smsc, session, pdu.fields, targets[message.submitted.place].destination, now)
        rows = [_REFUSED] * len(targets)
        at_once: list[Callable[[float], None]] = []
        for submitted, decision in messages:
            fate = fate_of(submitted, decision, answered_at, smsc.settings.receipts.after, now)
            plan = plan_receipts(smsc, submitted, fate, now)
            rows[submitted.place] = _row(submitted, message_id, fate, plan.kept)
            at_once += plan.at_once
        self._remember(session, pdu, first, messages[0].decision, response, rows, now)
        for place, (_, decision) in enumerate(targets):
            if decision.rule != messages[0].decision.rule:
                smsc.ledger.changed(first + place, {"rule": decision.rule}, now)
            if not decision.reply.is_accepted:
                status = messages[0].submitted.account.status(decision)
                smsc.ledger.changed(first + place, {"command_status": status}, now)
        for send in at_once:
            send(now)

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

    def _message_id(self, message: _Accepted, decision: Decision, now: float) -> str:
        """As the response has it."""
        template = decision.reply.message_id
        if template is None:
            return message.submitted.message_id
        return _UNPRINTABLE.sub("?", template.fill(message.submitted.values(now)))[:LONGEST_ID]

    def _response(
        self, pdu: Pdu, message_id: str, failures: Sequence[Mapping[str, object]], decision: Decision
    ) -> bytes:
        fields: dict[str, object] = {"message_id": message_id}
        if pdu.name == "submit_multi":
            fields["unsuccess_smes"] = failures[:_MOST_FAILURES]
        return self._smsc.response(pdu, fields, decision.reply.tlvs)


def parts_of(pdu: Pdu, destinations: int) -> int:
    """How many messages a PDU is paid as: one for each destination, more if its message_payload needs several."""
    payload = pdu.tlv("message_payload")
    data_coding = pdu.fields["data_coding"]
    if not isinstance(payload, bytes) or not isinstance(data_coding, int):
        return destinations
    alone, joined = (160, 153) if alphabet(data_coding).septets else (140, 134)
    return destinations * (1 if len(payload) <= alone else -(-len(payload) // joined))


def _row(message: Submitted, message_id: str, fate: Fate, receipts: Sequence[tuple[object, ...]]) -> tuple[object, ...]:
    """What the ledger keeps of one accepted destination."""
    return (
        message.serial,
        message_id,
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


def _failure(account: Account, target: Target) -> dict[str, object]:
    """A refused destination as the response of a submit_multi reports it."""
    return {
        **{name: target.destination[name] for name in ("dest_addr_ton", "dest_addr_npi", "destination_addr")},
        "error_status_code": account.status(target.decision),
    }
