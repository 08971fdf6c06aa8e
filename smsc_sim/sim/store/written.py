"""Stored messages as JSON values and as rows of a table, for exports and answers."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any, Final

from smsc_sim.sim.kept_message import state_of
from smsc_sim.sim.store.stored import StoredMessage, StoredReceipt
from smsc_sim.sim.visible import visible
from smsc_sim.smpp import coding, status

COLUMNS: Final = (
    "id", "at", "direction", "session", "account", "command", "from", "to", "text", "data_coding", "coding",
    "esm_class", "registered_delivery", "reference", "part", "parts", "message_id", "command_status", "status",
    "rule", "state", "state_at", "error_code", "scheduled_at", "expires_at", "receipts", "hex",
)  # fmt: skip
"""Of a table; the same names as in JSON."""

_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")


def as_json(message: StoredMessage, now: float) -> dict[str, Any]:
    """A message as JSON values, as it stands at ``now``; instants in UTC as ISO 8601 has them, None for never."""
    state, state_at = message.state, message.state_at
    if state:
        found, since, _ = state_of(message, now)
        state, state_at = found.name, since
    return {
        "id": f"m-{message.id}",
        "at": _instant(message.at),
        "direction": message.direction,
        "session": f"s{message.session}" if message.session else None,
        "account": message.account,
        "command": message.command,
        "from": message.source,
        "to": message.destination,
        "text": message.text,
        "data_coding": message.data_coding,
        "coding": coding.name_of(message.data_coding),
        "esm_class": message.esm_class,
        "registered_delivery": message.registered_delivery,
        "reference": message.reference,
        "part": message.part,
        "parts": message.parts,
        "message_id": message.message_id,
        "command_status": message.command_status,
        "status": None if message.command_status is None else status.name_of(message.command_status),
        "rule": message.rule or None,
        "state": state or None,
        "state_at": _instant(state_at),
        "error_code": message.error_code or None,
        "scheduled_at": _instant(message.scheduled_at),
        "expires_at": _instant(message.expires_at),
        "receipts": [_receipt(receipt) for receipt in message.receipts],
        "hex": message.octets.hex(),
    }


def as_cells(message: StoredMessage, now: float) -> list[str]:
    """A message as the cells of :data:`COLUMNS`.

    Controls and other invisible characters are escapes, and what a spreadsheet would take for the beginning of a
    formula has ``'`` in front.
    """
    about = as_json(message, now)
    about["receipts"] = " ".join(f"{one['state'] or 'message'}:{one['status']}" for one in about["receipts"])
    return [_cell(about[column]) for column in COLUMNS]


def _cell(value: Any) -> str:
    if value is None:
        return ""
    text = visible(value) if isinstance(value, str) else str(value)
    return f"'{text}" if isinstance(value, str) and value.startswith(_FORMULA) else text


def _receipt(receipt: StoredReceipt) -> dict[str, Any]:
    return {
        "state": receipt.state or None,
        "error_code": receipt.error_code or None,
        "status": receipt.status,
        "due": _instant(receipt.due),
        "sent_at": _instant(receipt.sent_at),
        "attempts": receipt.attempts,
        "answered_at": _instant(receipt.answered_at),
        "command_status": receipt.command_status,
        "resent": receipt.resent,
    }


def _instant(seconds: float) -> str | None:
    if not seconds:
        return None
    return datetime.fromtimestamp(seconds, timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z")
