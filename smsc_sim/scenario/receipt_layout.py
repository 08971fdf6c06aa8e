"""What a provider's receipts look like on the wire."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Literal

from msgspec import Meta, Struct

from smsc_sim.scenario.receipt_action import ReceiptPdu
from smsc_sim.scenario.text_values import CodingText, ErrText, OctetText
from smsc_sim.scenario.tlv_values import TlvsValue
from smsc_sim.scenario.values import Duration
from smsc_sim.scenario.written_receipt import State
from smsc_sim.smpp.receipt_text import APPENDIX_B, PARTS, MessageState, ReceiptFormat

Part = Literal["id", "sub", "dlvrd", "submit date", "done date", "stat", "err", "text"]

UsualTlv = Literal["receipted_message_id", "message_state", "network_error_code"]

DELIVERY_RECEIPT = 0x04
"""esm_class of a delivery receipt (SMPP 3.4 section 5.2.12)."""


class WrittenReceiptLayout(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``receipt`` of a profile."""

    parts: tuple[Part, ...] = PARTS
    """What the text says, in this order; empty: no text."""
    label: Annotated[str, Meta(max_length=20)] = "text:"
    """What stands before the beginning of the message."""
    text_length: Annotated[int, Meta(ge=0, le=100)] = 20
    """Characters of the message that are kept."""
    date_digits: Literal[10, 12, 14] = 10
    """10: YYMMDDhhmm, 12: with seconds, 14: with the century, too."""
    quarter_hours: Annotated[int, Meta(ge=-48, le=48)] = 0
    """How far dates are ahead of UTC."""
    err_width: Annotated[int, Meta(ge=0, le=10)] = 3
    """Digits to which the error code is filled up."""
    states: Annotated[tuple[State, ...], Meta(min_length=1)] | None = None
    """The states that the provider knows; not written: all."""
    errs: dict[State, ErrText] = {}
    """The error code that goes with a state, when no rule says another one."""
    tlvs: tuple[UsualTlv, ...] = ("receipted_message_id", "message_state")
    """TLVs that every receipt has, for ESMEs of 3.4 and later."""
    more_tlvs: TlvsValue | None = None
    """TLVs of the provider's own, with their values."""
    esm_class: OctetText = DELIVERY_RECEIPT
    pdu: ReceiptPdu = "deliver_sm"
    payload: bool = False
    """Whether the text stands in message_payload."""
    data_coding: CodingText = 0
    swap_addresses: bool = True
    """Whether the receipt comes from the message's destination and goes to its source."""
    after: Duration | None = None
    """From the reply to the receipt; not written: as the server does it."""


@dataclass(frozen=True, slots=True)
class ReceiptLayout:
    """What receipts look like, in the form that is compiled."""

    format: ReceiptFormat = APPENDIX_B
    """Of the text; without parts there is no text."""
    states: frozenset[MessageState] | None = None
    """What the provider knows; None: every state."""
    errs: Mapping[MessageState, str] = field(default_factory=dict)
    """The error code for a state, when no rule says another one; a state without one has 0."""
    tlvs: tuple[str, ...] = ("receipted_message_id", "message_state")
    """In this order; only for ESMEs of 3.4 and later."""
    more_tlvs: tuple[tuple[str | int, int | str | bytes], ...] = ()
    esm_class: int = DELIVERY_RECEIPT
    pdu: ReceiptPdu = "deliver_sm"
    payload: bool = False
    """Whether the text stands in message_payload, short_message being empty."""
    data_coding: int = 0
    swap_addresses: bool = True
    after: float | None = None
    """Seconds from the reply; None: as the server does it."""


def layout_of(written: WrittenReceiptLayout) -> ReceiptLayout:
    """Return a layout in its normalised form."""
    return ReceiptLayout(
        format=ReceiptFormat(
            parts=written.parts,
            label=written.label,
            text_length=written.text_length,
            date_digits=written.date_digits,
            quarter_hours=written.quarter_hours,
            err_width=written.err_width,
        ),
        states=None if written.states is None else frozenset(written.states),
        errs=dict(written.errs),
        tlvs=written.tlvs,
        more_tlvs=tuple((name, value) for name, value in written.more_tlvs or () if value is not None),
        esm_class=written.esm_class,
        pdu=written.pdu,
        payload=written.payload,
        data_coding=written.data_coding,
        swap_addresses=written.swap_addresses,
        after=written.after,
    )
