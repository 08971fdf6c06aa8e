"""A message as it is stored: what a row of tables ``message`` and ``receipt`` has, under the same names."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

Direction = Literal["mt", "mo"]
"""``mt``: submitted by an ESME; ``mo``: sent to one."""

ReceiptStatus = Literal["scheduled", "waiting", "sent", "acknowledged", "refused", "discarded", "cancelled", "manual"]
"""``waiting``: for a session that can take it; ``refused``: the ESME answered something else than ESME_ROK;
``discarded``: given up; ``manual``: somebody has to send it."""

DIRECTIONS: tuple[Direction, ...] = get_args(Direction)
RECEIPT_STATUSES: tuple[ReceiptStatus, ...] = get_args(ReceiptStatus)


@dataclass(frozen=True, slots=True)
class StoredReceipt:
    """One receipt of a message. Instants are seconds since the epoch, 0.0 when it has not come to that."""

    index: int
    """Which receipt of the message, from 0."""
    state: str
    """The name of a MessageState."""
    error_code: str
    """Up to three characters, as the receipt's text has them behind ``err:``."""
    due: float
    sent_at: float
    attempts: int
    """How often it has been sent."""
    answered_at: float
    command_status: int | None
    """Of the deliver_sm_resp or data_sm_resp; None: none has come."""
    status: ReceiptStatus
    resent: bool
    """Whether it was sent once more because the simulator had stopped before it was answered."""
    key: bytes = b""
    """What the ledger calls it; no other receipt has it."""


@dataclass(frozen=True, slots=True)
class StoredAttempt:
    """One attempt at a receipt that another one followed. Instants are seconds since the epoch."""

    key: bytes
    """Of its receipt."""
    at: float
    """When its answer came, or was no longer waited for."""
    command_status: int | None
    """Of the answer; None: none came."""
    next_at: float


@dataclass(frozen=True, slots=True)
class StoredMessage:
    """One message to one destination. Instants are seconds since the epoch, 0.0 for none."""

    id: int
    """Shown as ``m-31``; consecutive, given when the PDU is handled, be it accepted or refused."""
    direction: Direction
    seq: int
    """Of the journal's entry with the read that brought it."""
    at: float
    session: int
    """Its number; shown as ``s7``."""
    account: str
    """Its system_id."""
    command: str
    """``submit_sm``, ``data_sm``, ``submit_multi`` or ``deliver_sm``."""
    octets: bytes
    """The PDU."""
    place: int
    """Which destination of a submit_multi, from 0; else 0."""
    source: str
    """source_addr."""
    destination: str
    """destination_addr."""
    text: str
    """As data_coding has it, without a user data header."""
    data_coding: int
    esm_class: int
    registered_delivery: int
    reference: int | None
    """Of the long message that it is a part of; None: it is one by itself."""
    part: int
    """From 1; 1 for a message by itself."""
    parts: int
    """1 for a message by itself."""
    message_id: str
    """As the response has it; empty when refused."""
    command_status: int | None
    """Of the response; None: no response was sent."""
    rule: str
    """The name of the rule that decided; empty: none did."""
    state: str
    """The name of a MessageState; empty when refused."""
    state_at: float
    error_code: str
    scheduled_at: float
    expires_at: float
    receipts: tuple[StoredReceipt, ...] = ()
    """In the order they were planned; those that were cancelled are still among them."""
    serial: int = 0
    """The number that its ids are forms of."""
    nth: int = 0
    """How many messages the rule had decided, this one included."""
    receipt_id: str | None = None
    """As the receipt's text has it; None: that part is left out."""
    tlv_id: str | None = None
    """As receipted_message_id has it; None: that TLV is left out."""
