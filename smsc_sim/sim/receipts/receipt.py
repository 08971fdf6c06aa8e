"""Receipts on the wire: the deliver_sm that tells an ESME what became of its message, from prepared pieces."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from struct import Struct
from typing import TypeAlias

from smsc_sim.sim.sessions.session import LAST_SEQUENCE_NUMBER, SEQUENCE_NUMBER, Session
from smsc_sim.smpp.commands import CommandId
from smsc_sim.smpp.receipt_text import MessageState, format_receipt

ReceiptRecord: TypeAlias = "tuple[bytes, bytes, bytes, bytes, float, int, int]"
"""All that one receipt needs, as plain values:

message_id without NUL; service_type and the receipt's source address (the message's destination: NUL, ton, npi, addr,
NUL); its destination address (the message's source: ton, npi, addr, NUL); the text quoted, in the default alphabet;
the instant of acceptance; the number of its :class:`ReceiptForm`; the number of the session that submitted.

A PDU that was prepared as a whole (an unusual receipt, a message from a subscriber) has a negative form: minus its
command_id; its body is in place of the text, TLVs that a session of SMPP 3.3 does not get in place of the source, and
the routing policy for it alone (empty: that of the account) in place of the destination.
"""


@dataclass(frozen=True, slots=True)
class ReceiptForm:
    """What all receipts of one outcome share."""

    state: MessageState = MessageState.DELIVERED
    error_code: str = "000"


MO_KEY = b"mo-"
"""What stands for the message_id of a record that carries a message from a subscriber begins so."""

_HEAD = Struct(">III")
_HEADS = tuple(_HEAD.pack(size, CommandId.DELIVER_SM, 0) for size in range(700))
"""command_length, command_id and command_status for each length that a receipt can have."""

_AFTER_ADDRESSES = tuple(b"\x04" + bytes(8) + bytes([size]) for size in range(256))
"""esm_class (4: MC delivery receipt, SMPP 3.4 section 5.2.12) to sm_default_msg_id, then sm_length."""

_RECEIPTED_MESSAGE_ID = tuple(b"\x00\x1e" + bytes([0, size + 1]) for size in range(65))
"""Tag and length of receipted_message_id (SMPP 3.4 section 5.3.2.12), for an id of ``size`` octets and its NUL."""

_MINUTE = 60
_IN_DATA_SM = -CommandId.DATA_SM


def routed(via: str | None) -> bytes:
    """``via`` of a rule as such a record has it; ``account:NAME`` leads to an account, and its policy counts there."""
    return b"" if via is None or ":" in via else via.encode()


def response_to(record: ReceiptRecord) -> int:
    """The command_id of the response that answers this record."""
    return CommandId.DATA_SM_RESP if record[5] == -CommandId.DATA_SM else CommandId.DELIVER_SM_RESP


class ReceiptWriter:
    """Writes receipts into sessions' outboxes."""

    __slots__ = ("_forms", "_middles", "_numbers", "in_data_sm")

    def __init__(self) -> None:
        self._forms: list[ReceiptForm] = []
        self._numbers: dict[ReceiptForm, int] = {}
        self._middles: dict[tuple[int, int, int], bytes] = {}
        self.in_data_sm = 0
        """How many were data_sm."""

    def number_of(self, form: ReceiptForm) -> int:
        """The number by which records name this form; the same form always has the same one."""
        number = self._numbers.get(form)
        if number is None:
            number = self._numbers[form] = len(self._forms)
            self._forms.append(form)
        return number

    def form(self, number: int) -> ReceiptForm:
        """The form that records call ``number``."""
        return self._forms[number]

    def _middle(self, accepted_at: float, done_at: float, number: int) -> bytes:
        """The text between the id and the quoted text; it changes once a minute, so it is kept."""
        key = (int(accepted_at) // _MINUTE, int(done_at) // _MINUTE, number)
        middle = self._middles.get(key)
        if middle is None:
            form = self._forms[number]
            text = format_receipt(
                message_id="",
                state=form.state,
                submitted=accepted_at,
                done=done_at,
                err=form.error_code,
            )
            middle = text.removeprefix("id:").encode("ascii")
            if len(self._middles) > 10_000:
                self._middles.clear()
            self._middles[key] = middle
        return middle

    def write(self, session: Session, records: Sequence[ReceiptRecord], now: float) -> None:
        """Append one deliver_sm for each record to the session's outbox and expect their responses.

        The caller has seen to it that the session receives and has room.  A session of SMPP 3.3 gets no TLVs.
        """
        outbox = session.outbox
        outstanding = session.outstanding
        sequence_number = session.sequence_number
        with_tlvs = session.interface_version >= 0x34
        last_accepted = last_form = -1.0
        middle = state_tlv = b""
        for record in records:
            message_id, source, destination, text, accepted_at, form, _ = record
            if form < 0:
                sequence_number = 1 if sequence_number == LAST_SEQUENCE_NUMBER else sequence_number + 1
                sequence = SEQUENCE_NUMBER.pack(sequence_number)
                self.in_data_sm += form == _IN_DATA_SM
                tlvs = source if with_tlvs else b""
                outbox += (_HEAD.pack(16 + len(text) + len(tlvs), -form, 0), sequence, text, tlvs)
                outstanding[sequence] = record
                continue
            if accepted_at != last_accepted or form != last_form:
                last_accepted, last_form = accepted_at, form
                middle = self._middle(accepted_at, now, form)
                state_tlv = b"\0\x04\x27\x00\x01" + bytes([self._forms[form].state])
            sequence_number = 1 if sequence_number == LAST_SEQUENCE_NUMBER else sequence_number + 1
            sequence = SEQUENCE_NUMBER.pack(sequence_number)
            id_size = len(message_id)
            text_size = 3 + id_size + len(middle) + len(text)
            size = 26 + len(source) + len(destination) + text_size
            if with_tlvs:
                outbox += (
                    _HEADS[size + id_size + 10],
                    sequence,
                    source,
                    destination,
                    _AFTER_ADDRESSES[text_size],
                    b"id:",
                    message_id,
                    middle,
                    text,
                    _RECEIPTED_MESSAGE_ID[id_size],
                    message_id,
                    state_tlv,
                )
            else:
                outbox += (
                    _HEADS[size],
                    sequence,
                    source,
                    destination,
                    _AFTER_ADDRESSES[text_size],
                    b"id:",
                    message_id,
                    middle,
                    text,
                )
            outstanding[sequence] = record
        session.sequence_number = sequence_number
        session.sent += len(records)
