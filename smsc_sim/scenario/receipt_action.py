"""A receipt that a message is to get."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from smsc_sim.scenario.amount import Amount
from smsc_sim.scenario.ids import IdForm
from smsc_sim.scenario.template import Template
from smsc_sim.smpp.receipt_text import MessageState
from smsc_sim.smpp.tlv import TlvValue

ReceiptPdu = Literal["deliver_sm", "data_sm"]

TRANSIENT_STATES = frozenset({MessageState.SCHEDULED, MessageState.ENROUTE})
"""States after which another one comes; receipts of them are intermediate notifications."""


@dataclass(frozen=True, slots=True)
class ReceiptAction:
    """One receipt: its state, when it leaves, and what is unusual about it."""

    states: tuple[tuple[MessageState, float], ...] = ((MessageState.DELIVERED, 1.0),)
    """Each state with its share; the shares add up to 1."""
    manual: bool = False
    """Whether it waits for somebody to send it, and to say in which state."""
    err: str | None = None
    """``err`` of the text; None: 000, or the profile's error code for the state."""
    after: Amount | Literal["validity"] | None = None
    """From the moment the reply is written; ``validity``: when the message's validity period ends; None: as the
    server does it."""
    before_reply: bool = False
    """Whether it is written before the reply; ``after`` does not matter then."""
    times: int = 1
    """How often it is sent."""
    every: float = 0.0
    """Seconds from one time to the next."""
    via: str | None = None
    """A ReceiptsVia, or ``account:NAME``; None: as the account does it."""
    id: IdForm | None = None
    """How the id is written in text and TLV; None: as the account does it."""
    text: Template | None = None
    """Instead of the profile's text."""
    tlvs: tuple[tuple[str | int, TlvValue | None], ...] = ()
    """TLVs beside the usual ones, or instead of the one of that name; None: the usual one is left out."""
    pdu: ReceiptPdu | None = None
    """None: the profile's."""
    force: bool = False
    """Whether it is made although registered_delivery does not ask for it."""

    @property
    def is_usual(self) -> bool:
        """Whether it differs from others in its state, its err and its instant only."""
        return (
            self.times == 1
            and self.via is None
            and self.id is None
            and self.text is None
            and self.pdu is None
            and not self.tlvs
        )

    def pick(self, u: float) -> MessageState:
        """Return the state for a draw ``u`` (0 <= u < 1)."""
        for state, share in self.states:
            if u < share:
                return state
            u -= share
        return self.states[-1][0]
