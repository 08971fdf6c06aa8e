"""What a row says, in the words that every drawing of a ladder uses; nothing hostile is left in them."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from smsc_sim.sim.ladder.rows import LadderPage, Row
from smsc_sim.sim.visible import visible

LONGEST: Final = 60
"""Characters of the text of a row."""


def clock(t: datetime) -> str:
    """The time of day to the millisecond."""
    return t.isoformat(timespec="milliseconds")[11:23]


def took(row: Row) -> str:
    """From the request to the response: ``+0.4 ms``, ``+2.50 s``; empty for what is no response."""
    if row.after is None:
        return ""
    return f"+{row.after * 1000:.1f} ms" if row.after < 1 else f"+{row.after:.2f} s"


def label(row: Row) -> str:
    """All that a row says but its instants, shortened."""
    if row.kind == "note":
        return shortened(row.text)
    if row.kind == "links":
        return f"enquire_link, answered, {row.count} times" if row.count > 1 else "enquire_link, answered"
    words = [row.pdu or "octets"]
    if row.sequence_number is not None:
        words.append(str(row.sequence_number))
    words += [word for word in (row.status, shortened(row.text)) if word]
    words += [f"({remark})" for remark in remarks(row)]
    return visible(" ".join(words))


def remarks(row: Row) -> list[str]:
    """What is unusual about a row."""
    found: list[str] = [row.fault] if row.fault else []
    if row.late:
        found.append("late")
    if not row.answered:
        found.append("no answer")
    if row.pieces > 1:
        found.append(f"in {row.pieces} pieces")
    return found


def shortened(text: str) -> str:
    """The beginning of a text, visible."""
    # First the text, so that a very long one costs no more than it shows; then what escapes have made of it.
    shown = visible(text[: LONGEST + 1])
    return shown if len(shown) <= LONGEST else shown[: LONGEST - 1] + "…"


def esme(page: LadderPage) -> str:
    """The name of the left line."""
    return visible(f"ESME {page.account}".rstrip())


def title(page: LadderPage) -> str:
    """Whose ladder it is, and which part of it."""
    who = " ".join(word for word in (page.session, page.account, page.bind, page.peer) if word)
    part = f"page {page.page} of {page.pages}" if page.pages > 1 else f"{page.total} rows"
    return visible(f"{who}, {part}")
