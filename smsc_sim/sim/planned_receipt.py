"""Receipts that a rule has made unusual: their own text, ids, TLVs, PDU, bind, or number of times."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from smsc_sim.scenario.receipt_action import ReceiptAction
from smsc_sim.sim.quoting import quoted_text
from smsc_sim.sim.submitted import Submitted, address_text
from smsc_sim.smpp.coding import encode_text
from smsc_sim.smpp.commands import CommandId
from smsc_sim.smpp.framing import HEADER_LENGTH
from smsc_sim.smpp.pdu import encode
from smsc_sim.smpp.receipt_text import MessageState, format_receipt
from smsc_sim.smpp.tlv import TLVS_BY_NAME, encode_tlv

if TYPE_CHECKING:
    from smsc_sim.sim.receipt import ReceiptRecord
    from smsc_sim.sim.smsc import Smsc

_LONGEST_SHORT_MESSAGE = 254
_ID, _TEXT = "id", "text"
_GSM = 3
"""network_error_code of a GSM network (SMPP 3.4 section 5.3.2.31)."""

_COMMANDS = {"deliver_sm": CommandId.DELIVER_SM, "data_sm": CommandId.DATA_SM}


class PlannedReceipt:
    """One such receipt: an event of the timeline, which comes again for each further time."""

    __slots__ = ("action", "error_code", "left", "message", "smsc", "state")

    def __init__(
        self, smsc: Smsc, message: Submitted, action: ReceiptAction, state: MessageState, error_code: str
    ) -> None:
        self.smsc = smsc
        self.message = message
        self.action = action
        self.state = state
        self.error_code = error_code
        self.left = action.times

    def fire(self, now: float) -> None:
        """Send it, or let it wait for a bind; plan the next time."""
        self.left -= 1
        if self.left > 0:
            self.smsc.timeline.add(now + self.action.every, self)
        record = receipt_record(self.message, self.action, self.state, self.error_code, now)
        account = self.smsc.delivery.account_for(self.message.account, self.action.via)
        account.pending += 1
        self.smsc.delivery.deliver(account, (record,), now, self.action.via)


def receipt_record(
    message: Submitted, action: ReceiptAction, state: MessageState, error_code: str, now: float
) -> ReceiptRecord:
    """The receipt as a record that delivery sends as it is."""
    layout = message.account.profile.receipt
    command = _COMMANDS[action.pdu or layout.pdu]
    text = _text(message, action, state, error_code, now)
    sender, receiver = message.destination, message.source
    if not layout.swap_addresses:
        sender, receiver = receiver, sender
    fields: dict[str, object] = {
        "source_addr_ton": sender[0],
        "source_addr_npi": sender[1],
        "source_addr": address_text(sender),
        "dest_addr_ton": receiver[0],
        "dest_addr_npi": receiver[1],
        "destination_addr": address_text(receiver),
        "esm_class": layout.esm_class,
        "data_coding": layout.data_coding,
    }
    payload: list[tuple[str, object]] = []
    if layout.payload or command is CommandId.DATA_SM or len(text) > _LONGEST_SHORT_MESSAGE:
        payload.append(("message_payload", text))
    else:
        fields["short_message"] = text
    pdu = encode(command, sequence_number=1, fields=fields, tlvs=payload)
    tlvs = b"".join(_tlvs(message, action, state, error_code))
    return message.key, tlvs, b"", pdu[HEADER_LENGTH:], message.accepted_at, -command, message.session


def _text(message: Submitted, action: ReceiptAction, state: MessageState, error_code: str, now: float) -> bytes:
    """The text of the receipt in the data_coding that the provider sends it in."""
    layout = message.account.profile.receipt
    if action.text is not None:
        written, quoted = action.text.fill({**message.values(now), "id": message.receipt_id or ""}), b""
    else:
        form = layout.format
        if message.receipt_id is None:
            form = replace(form, parts=tuple(part for part in form.parts if part != _ID))
        ends_in_text = form.parts[-1:] == (_TEXT,) and layout.data_coding == 0
        alphabet = message.account.profile.alphabet
        quoted = quoted_text(message.text, form.text_length, alphabet) if ends_in_text else b""
        written = format_receipt(
            message_id=message.receipt_id or "",
            state=state,
            submitted=message.accepted_at,
            done=now,
            err=error_code,
            text="" if ends_in_text else message.text,
            receipt_format=form,
        )
    if layout.data_coding:
        return encode_text(written, layout.data_coding, replace=True)
    # Labels and ids are what parsers compare as ASCII, so they are not recoded; what is quoted is in the alphabet.
    return written.encode("ascii", "replace") + quoted


def _tlvs(message: Submitted, action: ReceiptAction, state: MessageState, error_code: str) -> list[bytes]:
    """The provider's TLVs, unless the rule replaces or removes them, then the rule's own."""
    layout = message.account.profile.receipt
    changed = {_canonical(name) for name, _ in action.tlvs}
    values: dict[str, object] = {
        "receipted_message_id": message.tlv_id,
        "message_state": state.value,
        "network_error_code": bytes([_GSM]) + (int(error_code) if error_code.isdecimal() else 0).to_bytes(2, "big"),
    }
    usual = [(name, values[name]) for name in layout.tlvs if values[name] is not None]
    kept = [(name, value) for name, value in (*usual, *layout.more_tlvs) if _canonical(name) not in changed]
    own = [(name, value) for name, value in action.tlvs if value is not None]
    return [encode_tlv(name, value) for name, value in (*kept, *own)]


def _canonical(name: str | int) -> str | int:
    definition = TLVS_BY_NAME.get(name) if isinstance(name, str) else None
    return definition.name if definition is not None else name
