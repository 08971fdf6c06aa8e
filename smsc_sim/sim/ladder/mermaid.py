"""A ladder as the text of a Mermaid sequence diagram."""

from __future__ import annotations

import re

from smsc_sim.sim.ladder.rows import LadderPage, Row
from smsc_sim.sim.ladder.words import clock, esme, label, title, took

_SPECIAL = re.compile(r"[^\w .,:/+()→“”…-]")


def mermaid(page: LadderPage) -> str:
    """The page as a ``sequenceDiagram``; late answers are dashed, cut and broken PDUs end in a cross."""
    lines = [
        "sequenceDiagram",
        f"    title {_escaped(title(page))}",
        f"    participant E as {_escaped(esme(page))}",
        "    participant S as SMSC",
    ]
    lines += [f"    {_line(row)}" for row in page.rows]
    return "\n".join(lines) + "\n"


def _line(row: Row) -> str:
    words = _escaped(" ".join(word for word in (clock(row.t), label(row), took(row)) if word))
    if row.kind == "note":
        return f"Note over E,S: {words}"
    if row.kind == "links":
        return f"E->>S: {words}"
    source, target = ("E", "S") if row.direction == "in" else ("S", "E")
    head = "x" if row.fault in ("cut", "broken") else ">>"
    return f"{source}{'--' if row.late else '-'}{head}{target}: {words}"


def _escaped(text: str) -> str:
    """The text with all but letters, digits and plain punctuation as the entity codes of Mermaid, such as ``#35;``."""
    return _SPECIAL.sub(lambda found: f"#{ord(found[0])};", text)
