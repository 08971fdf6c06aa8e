"""The columns of the list of messages: those that it usually has, and others that one may choose."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from smsc_sim.sim.store.stored import StoredMessage

USUAL: Final = ("coding", "reply", "state")
"""Those that can be left out."""

FURTHER: Final[Mapping[str, tuple[str, Callable[[StoredMessage], str]]]] = {
    "message_id": ("message_id", lambda message: message.message_id),
    "receipt_id": ("Id in receipts", lambda message: message.receipt_id or ""),
    "error": ("Error code", lambda message: message.error_code),
    "command": ("Command", lambda message: message.command),
    "esm_class": ("esm_class", lambda message: f"0x{message.esm_class:02x}"),
    "registered_delivery": ("registered_delivery", lambda message: f"0x{message.registered_delivery:02x}"),
    "data_coding": ("data_coding", lambda message: f"0x{message.data_coding:02x}"),
    "parts": ("Parts", lambda message: f"{message.part}/{message.parts}" if message.parts > 1 else "1"),
    "length": ("Characters", lambda message: str(len(message.text))),
    "seq": ("Journal entry", lambda message: str(message.seq)),
}
"""By name, as addresses have them: the head of the column, and what it shows."""

LABELS: Final[Mapping[str, str]] = {
    "coding": "Coding", "reply": "Reply, rule", "state": "State, receipts",
    **{name: label for name, (label, _) in FURTHER.items()},
}  # fmt: skip


def chosen(written: Sequence[str]) -> tuple[str, ...]:
    """The columns that an address names, in the order in which they stand; the usual ones when it names none."""
    return tuple(name for name in LABELS if name in written) or USUAL
