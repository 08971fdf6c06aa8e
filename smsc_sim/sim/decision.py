"""The decision point: what the SMSC does with a message, asked in one call."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

from smsc_sim.smpp.receipt_text import MessageState
from smsc_sim.smpp.status import CommandStatus

if TYPE_CHECKING:
    from smsc_sim.sim.session import Session


@dataclass(frozen=True, slots=True)
class ReceiptPlan:
    """One receipt that a message is to get."""

    state: MessageState = MessageState.DELIVERED
    error_code: str = "000"
    """The ``err`` of the receipt text."""
    after: float | None = None
    """Seconds from the response to the receipt; None: as the settings say (``receipts.after``)."""


@dataclass(frozen=True, slots=True)
class Decision:
    """What happens to one submitted message.  The default is what an SMSC without rules does."""

    command_status: int = CommandStatus.ESME_ROK
    """Of the response.  A refused message gets no receipt."""
    delay: float = 0.0
    """Seconds between the request and its response; such a request fills the account's window meanwhile."""
    receipts: tuple[ReceiptPlan, ...] = field(default=(ReceiptPlan(),))
    """In the order they fall due; each is made only if registered_delivery asks for its outcome."""


ACCEPT = Decision()
"""Accepted, and DELIVRD after ``receipts.after`` if the message asked for a receipt."""

Decide: TypeAlias = "Callable[[Session, bytes, int, int, bytes, float], Decision | None]"
"""``decide(session, octets, start, stop, destination_addr, now)``: the one call in which rules come in.

The PDU is ``octets[start:stop]``, already checked; ``destination_addr`` is its value without the NUL.  None stands for
:data:`ACCEPT` and is the cheapest answer.  Plain arguments, because this is asked for every message.
"""


def receipt_wanted(registered_delivery: int, state: MessageState) -> bool:
    """Whether ``registered_delivery`` asks for a receipt of this state.

    Bits 1-0 (SMPP 3.4 section 5.2.17): 1 any final outcome, 2 failure only, 3 success only (reserved in 3.4, so named
    in SMPP 5.0 section 4.7.21); bit 4: intermediate notifications.  DELIVERED and ACCEPTED count as success.
    """
    if state in (MessageState.SCHEDULED, MessageState.ENROUTE):
        return bool(registered_delivery & 0x10)
    wanted = registered_delivery & 0x03
    if state in (MessageState.DELIVERED, MessageState.ACCEPTED):
        return wanted in (1, 3)
    return wanted in (1, 2)
