"""A ladder as text for terminals."""

from __future__ import annotations

from smsc_sim.sim.ladder.rows import LadderPage, Row
from smsc_sim.sim.ladder.words import clock, label, title, took

_WIDEST_TOOK = 11


def plain(page: LadderPage) -> str:
    """The page with a line for each row: instant, arrow, what it is, and how long an answer took."""
    lines = [title(page), f"{'':12}  ESME   SMSC"]
    lines += [f"{clock(row.t)}  {_arrow(row)}  {took(row):>{_WIDEST_TOOK}}  {label(row)}".rstrip() for row in page.rows]
    return "\n".join(lines) + "\n"


def _arrow(row: Row) -> str:
    if row.kind == "note":
        return "|    *    |"
    if row.kind == "links":
        return "|<------->|"
    shaft = "- - - - " if row.late else "--------"
    if row.fault in ("cut", "broken"):
        return f"|{shaft[:5]}X   |" if row.direction == "in" else f"|   X{shaft[:5]}|"
    return f"|{shaft}>|" if row.direction == "in" else f"|<{shaft[::-1]}|"
