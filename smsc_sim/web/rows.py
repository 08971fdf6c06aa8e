"""Stored messages as lists show them: state as it is now, and receipts as dots that can be read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from smsc_sim.sim.store.stored import ReceiptStatus, StoredMessage, StoredReceipt
from smsc_sim.smpp.receipt_text import MessageState
from smsc_sim.smpp.status import name_of
from smsc_sim.web.message_view import state_now

Tone: TypeAlias = Literal["good", "bad", "pending"]

_GOOD: Final = frozenset({"DELIVERED", "ACCEPTED"})
_OPEN: Final = frozenset({"ENROUTE", "SCHEDULED"})

_SHAPES: Final[dict[ReceiptStatus, str]] = {
    "scheduled": "◌",
    "waiting": "◌",
    "sent": "○",
    "acknowledged": "●",
    "refused": "✕",
    "discarded": "✕",
    "cancelled": "–",
    "manual": "◇",
}


@dataclass(frozen=True, slots=True)
class Dot:
    """One receipt: the shape says what became of it, the tone what it says."""

    shape: str
    tone: Tone
    words: str


@dataclass(frozen=True, slots=True)
class Row:
    """One message in a list."""

    message: StoredMessage
    state: str
    """At this instant; empty when it was refused, or comes from a subscriber."""
    tone: Tone
    """Of the state."""
    status: int | None
    """Of the response, ours or the ESME's."""
    dots: tuple[Dot, ...]

    @property
    def name(self) -> str:
        """What people call it: ``m-31``."""
        return f"m-{self.message.id}"

    @property
    def is_mo(self) -> bool:
        """Whether it goes to an ESME."""
        return self.message.direction == "mo"


def row_of(message: StoredMessage, now: float) -> Row:
    """A message as it stands at ``now``."""
    if message.direction == "mo":
        status = message.receipts[0].command_status if message.receipts else None
        return Row(message, "", "pending", status, tuple(map(_dot, message.receipts)))
    state = state_now(message, now)
    return Row(message, state, tone_of(state), message.command_status, tuple(map(_dot, message.receipts)))


def tone_of(state: str) -> Tone:
    """How good a state is, by its name."""
    return "good" if state in _GOOD else "pending" if state in _OPEN else "bad"


def receipt_words(receipt: StoredReceipt) -> str:
    """What became of a receipt, or of a message to an ESME: ``DELIVRD acknowledged``."""
    words = [receipt.state and MessageState[receipt.state].stat, _STATUS_WORDS[receipt.status]]
    if receipt.command_status:
        words.append(f"with {name_of(receipt.command_status)}")
    if receipt.attempts > 1:
        words.append(f"after {receipt.attempts} attempts")
    return " ".join(filter(None, words))


_STATUS_WORDS: Final[dict[ReceiptStatus, str]] = {
    "scheduled": "to come",
    "waiting": "waits for a bind",
    "sent": "sent, not answered",
    "acknowledged": "acknowledged",
    "refused": "refused",
    "discarded": "given up",
    "cancelled": "cancelled",
    "manual": "waits for you to send it",
}


def _dot(receipt: StoredReceipt) -> Dot:
    tone: Tone = "pending"
    if receipt.status in {"refused", "discarded"}:
        tone = "bad"
    elif receipt.state:
        tone = tone_of(receipt.state)
    elif receipt.status == "acknowledged":
        tone = "good"
    return Dot(_SHAPES[receipt.status], tone, receipt_words(receipt))
