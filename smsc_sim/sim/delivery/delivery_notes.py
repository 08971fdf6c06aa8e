"""What the journal is told of delivery, beside the octets."""

from __future__ import annotations

from math import inf
from typing import Literal

from smsc_sim.sim.journal import Journal
from smsc_sim.sim.journal.notes import ReceiptNote
from smsc_sim.sim.messages.ledger import message_of
from smsc_sim.sim.receipts.receipt import ReceiptRecord
from smsc_sim.sim.sessions.account import Account
from smsc_sim.smpp.status import name_of


def note_receipts(
    journal: Journal,
    what: Literal["refused", "waiting", "expired", "discarded"],
    account: Account,
    now: float,
    count: int = 1,
    *,
    record: ReceiptRecord | None = None,
    command_status: int = 0,
    again_at: float = 0.0,
) -> None:
    """Write into the journal what became of one record, or of so many; nothing for none."""
    if count:
        key = record[0] if record is not None else b""
        inbound = message_of(key)
        note = ReceiptNote(
            at=now,
            account=account.system_id,
            what=what,
            message=f"m-{inbound}" if inbound else "",
            message_id="" if inbound else key.decode("latin-1"),
            status=name_of(command_status) if command_status else "",
            again_at=again_at if again_at < inf else 0.0,
            count=count,
        )
        journal.note(note)
