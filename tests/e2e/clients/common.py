"""What the Python drivers share: the task, the events, the messages."""

from __future__ import annotations

import json
import re
import sys
from typing import Any

SOURCE = "447700900001"
LONG_TEXT = "The quick brown fox jumps over the lazy dog and counts: " + " ".join(map(str, range(1, 90)))
UCS2_TEXT = "Zażółć gęślą jaźń – δοκιμή – проверка"
GSM7_TEXT = "Price: 5 [EUR] @ noon"
DESTINATIONS = {
    "gsm7": "447700900101",
    "ucs2": "447700900102",
    "udh": "447700900103",
    "sar": "447700900104",
    "payload": "447700900105",
}
_RECEIPT = re.compile(
    r"id:(?P<id>\S+) sub:(?P<sub>\d{3}) dlvrd:(?P<dlvrd>\d{3}) submit date:(?P<submit_date>\d{10})"
    r" done date:(?P<done_date>\d{10}) stat:(?P<stat>[A-Z]{7}) err:(?P<err>\w{1,3})"
    r" [Tt]ext:(?P<text>(?:\x1b?[^\x1b]){0,20})",
    re.DOTALL,
)


def read_task() -> dict[str, Any]:
    task: dict[str, Any] = json.loads(sys.argv[1])
    return task


def emit(event: str, **values: object) -> None:
    sys.stdout.write(json.dumps({"event": event, **values}) + "\n")
    sys.stdout.flush()


def receipt_fields(text: str) -> dict[str, str]:
    """The parts of a receipt (SMPP 3.4 appendix B), an escaped character of GSM 03.38 counted once; else nothing."""
    found = _RECEIPT.fullmatch(text)
    return found.groupdict() if found else {}


def emit_receipt(text: str, receipted_message_id: str | None, message_state: int | None, **more: object) -> None:
    emit(
        "receipt",
        **receipt_fields(text),
        whole=text,
        receipted_message_id=receipted_message_id,
        message_state=message_state,
        **more,
    )


def octets_text(value: bytes | None) -> str | None:
    return None if value is None else value.rstrip(b"\0").decode("latin-1")
