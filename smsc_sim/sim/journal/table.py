"""Events as CSV, for spreadsheets; what a spreadsheet would take for a formula is made text."""

from __future__ import annotations

import csv
import io
from collections.abc import Collection, Iterator
from typing import Final

from smsc_sim.sim.journal.chunks import gathered
from smsc_sim.sim.journal.event import JournalEvent, PduEvent
from smsc_sim.sim.journal.lines import as_json
from smsc_sim.sim.journal.ring import Journal, Search
from smsc_sim.sim.visible import visible

COLUMNS: Final = (
    "seq", "n", "t", "kind", "dir", "session", "account", "bind", "pdu", "sequence_number", "command_status", "status",
    "message_id", "from", "to", "text", "coding", "part", "parts", "words", "hex",
)  # fmt: skip
"""``words``: of an event that is no PDU, the event in one line; of a PDU, what is wrong with it."""

_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")


def defused(cell: str) -> str:
    """The cell, with ``'`` before what a spreadsheet would take for the beginning of a formula."""
    return f"'{cell}" if cell.startswith(_FORMULA) else cell


def row(event: JournalEvent) -> list[str]:
    """One event as the cells of :data:`COLUMNS`; controls and other invisible characters are shown as escapes."""
    about = as_json(event)
    about["words"] = event.broken if isinstance(event, PduEvent) else event.words()
    return [defused(visible(str(about[column]))) if column in about else "" for column in COLUMNS]


def export(
    journal: Journal,
    *,
    after: int | None = None,
    kinds: Collection[str] | None = None,
    session: int | None = None,
    account: str | None = None,
    search: Search | None = None,
    now: float = 0.0,
) -> Iterator[bytes]:
    """The events that :meth:`Journal.snapshot` gives as CSV (RFC 4180, UTF-8), in chunks, a header first.

    ``search``: only what it finds when it is ``now``.  Raises what ``snapshot`` raises, at once.
    """
    events = journal.snapshot(after=after, kinds=kinds, session=session, account=account)

    def rows() -> Iterator[bytes]:
        text = io.StringIO(newline="")
        writer = csv.writer(text)
        writer.writerow(COLUMNS)
        for event in events:
            if search is None or search.finds(event, now):
                writer.writerow(row(event))
            yield text.getvalue().encode()
            text.seek(0)
            text.truncate()
        yield text.getvalue().encode()

    return gathered(rows())
