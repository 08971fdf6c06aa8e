"""Receipts that a rule has made unusual: their own text, ids, TLVs, PDU, bind, or number of times."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from smsc_sim.scenario.receipt_action import ReceiptAction
from smsc_sim.scenario.receipt_layout import ReceiptLayout
from smsc_sim.sim.messages.submitted import Submitted, address_text
from smsc_sim.sim.receipts.quoting import quoted_text
from smsc_sim.sim.receipts.receipt import routed
from smsc_sim.sim.timeline import Pending
from smsc_sim.smpp.coding import alphabet
from smsc_sim.smpp.commands import CommandId
from smsc_sim.smpp.framing import HEADER_LENGTH
from smsc_sim.smpp.pdu import encode
from smsc_sim.smpp.receipt_text import MessageState, format_receipt
from smsc_sim.smpp.segments import LONGEST_PAYLOAD
from smsc_sim.smpp.tlv import encode_tlv, tag_of

if TYPE_CHECKING:
    from smsc_sim.sim.receipts.receipt import ReceiptRecord
    from smsc_sim.sim.smsc import Smsc

_LONGEST_SHORT_MESSAGE = 254
_ID, _TEXT = "id", "text"

_UNLIKE_ASCII = frozenset({"gsm7", "gsm7-packed"})
"""Alphabets in which digits and letters are what they are in ASCII, but not all that stands between them."""
_GSM = 3
"""network_error_code of a GSM network (SMPP 3.4 section 5.3.2.31)."""

_COMMANDS = {"deliver_sm": CommandId.DELIVER_SM, "data_sm": CommandId.DATA_SM}


class PlannedReceipt:
    """One such receipt: an event of the timeline, which comes again for each further time."""

    __slots__ = ("action", "error_code", "index", "last", "message", "repeat", "smsc", "state")

    def __init__(
        self,
        smsc: Smsc,
        message: Submitted,
        action: ReceiptAction,
        index: int,
        state: MessageState,
        error_code: str,
        *,
        repeat: int = 0,
        last: int | None = None,
    ) -> None:
        """``index``: its place among the receipts of the message; ``repeat`` to ``last``: which times are left of it,
        None for all.
        """
        self.smsc = smsc
        self.message = message
        self.action = action
        self.index = index
        self.state = state
        self.error_code = error_code
        self.repeat = repeat
        self.last = action.times - 1 if last is None else last

    def stored(self, due: float) -> tuple[tuple[object, ...], ...]:
        """All the times that are left of it as the ledger has them, the first at ``due``."""
        return tuple(
            (
                receipt_key(self.message, self.index, repeat),
                self.index,
                repeat,
                self.state.name,
                self.error_code,
                due + (repeat - self.repeat) * self.action.every,
            )
            for repeat in range(self.repeat, self.last + 1)
        )

    def plan(self, due: float) -> None:
        """Let it be sent at ``due`` (seconds since the epoch)."""
        self.message.account.pending += 1
        self.smsc.timeline.add(due, self)

    def send(self, now: float) -> None:
        """Let it be sent at once."""
        self.message.account.pending += 1
        self.fire(now)

    def fire(self, now: float) -> None:
        """Send it, or let it wait for a bind; plan the next time."""
        delivery = self.smsc.delivery
        own = self.message.account
        if self._is_withdrawn():
            own.pending -= 1
            return
        account = delivery.account_for(own, self.action.via)
        own.pending -= 1
        account.pending += 1
        key = receipt_key(self.message, self.index, self.repeat)
        if self.repeat < self.last:
            self.repeat += 1
            self.plan(now + self.action.every)
        record = receipt_record(self.message, self.action, self.state, self.error_code, key, now)
        delivery.deliver(account, (record,), now)

    def describe(self, due: float) -> Iterator[Pending]:
        """The next time."""
        message = self.message
        account = self.smsc.delivery.account_for(message.account, self.action.via)
        yield Pending(due, "receipt", account.system_id, message.session, message.message_id, self.state.name)

    def _is_withdrawn(self) -> bool:
        """Whether it is not to be sent any more; it is forgotten then, with all the times that are left."""
        withdrawn = self.smsc.delivery.withdrawn
        if not withdrawn or receipt_key(self.message, self.index, self.repeat) not in withdrawn:
            return False
        withdrawn.difference_update(
            receipt_key(self.message, self.index, repeat) for repeat in range(self.repeat, self.last + 1)
        )
        return True


def receipt_key(message: Submitted, index: int, repeat: int) -> bytes:
    """The key of the record of an unusual receipt: its place among those of the message, and which time it is."""
    return b"%b.%d.%d" % (message.key, index, repeat)


def message_key(key: bytes) -> bytes:
    """The key of the message that the receipt of this key is of."""
    return key.rsplit(b".", 2)[0]


def receipt_record(
    message: Submitted, action: ReceiptAction, state: MessageState, error_code: str, key: bytes, now: float
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
        payload.append(("message_payload", text[:LONGEST_PAYLOAD]))
    else:
        fields["short_message"] = text
    pdu = encode(command, sequence_number=1, fields=fields, tlvs=payload)
    tlvs = b"".join(_tlvs(message, action, state, error_code))
    return key, tlvs, routed(action.via), pdu[HEADER_LENGTH:], now, -command, message.session


def error_code(action: ReceiptAction, layout: ReceiptLayout, state: MessageState) -> str:
    """``err`` of a receipt: what the rule says, or what the provider has for the state."""
    return action.err or layout.errs.get(state) or "0".zfill(layout.format.err_width)


def _text(message: Submitted, action: ReceiptAction, state: MessageState, error_code: str, now: float) -> bytes:
    """The text of the receipt in the data_coding that the provider sends it in."""
    layout = message.account.profile.receipt
    default = message.account.profile.alphabet
    quoted = b""
    if action.text is not None:
        written = action.text.fill({**message.values(now), "id": message.receipt_id or ""})
    else:
        form = layout.format
        if message.receipt_id is None:
            form = replace(form, parts=tuple(part for part in form.parts if part != _ID))
        apart = form.parts[-1:] == (_TEXT,) and layout.data_coding == 0 and default in _UNLIKE_ASCII
        if apart:
            quoted = quoted_text(message.text, form.text_length)
        written = format_receipt(
            message_id=message.receipt_id or "",
            state=state,
            submitted=message.accepted_at,
            done=now,
            err=error_code,
            text="" if apart else message.text,
            receipt_format=form,
        )
    coding = alphabet(layout.data_coding, default)
    if coding.name in _UNLIKE_ASCII or not coding.is_text:
        # Labels and ids are what parsers compare as ASCII, so they are not recoded; what is quoted is in the alphabet.
        return written.encode("ascii", "replace") + quoted
    return coding.encode(written, True)


def _tlvs(message: Submitted, action: ReceiptAction, state: MessageState, error_code: str) -> list[bytes]:
    """The provider's TLVs, unless the rule replaces or removes them, then the rule's own."""
    layout = message.account.profile.receipt
    changed = {tag_of(name) for name, _ in action.tlvs}
    values: dict[str, object] = {
        "receipted_message_id": message.tlv_id,
        "message_state": state.value,
        "network_error_code": bytes([_GSM]) + _two_octets(error_code),
    }
    usual = [(name, values[name]) for name in layout.tlvs if values[name] is not None]
    kept = [(name, value) for name, value in (*usual, *layout.more_tlvs) if tag_of(name) not in changed]
    own = [(name, value) for name, value in action.tlvs if value is not None]
    return [encode_tlv(name, value) for name, value in (*kept, *own)]


def _two_octets(error_code: str) -> bytes:
    """The error code as network_error_code has it; 0 when it is no number or too high for two octets."""
    number = int(error_code) if error_code.isdecimal() else 0
    return (number if number <= 0xFFFF else 0).to_bytes(2, "big")
