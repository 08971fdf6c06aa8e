"""Rows of a ladder: what pages, tables and drawings show of one session, as plain values."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final, Literal

import msgspec
from msgspec import Struct, field

PAGE: Final = 500
"""Rows of a page."""

Kind = Literal["pdu", "octets", "links", "note"]
Fault = Literal["", "cut", "broken", "unasked", "repeated"]


class Row(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One arrow, or a note across both lines."""

    seq: int
    """Of the journal's entry."""
    n: int = 0
    """Which PDU of its entry."""
    t: datetime
    """UTC."""
    kind: Kind
    """``octets``: what is no whole PDU; ``links``: several enquire_link with their responses."""
    direction: str = field(name="dir", default="")
    """``in``: from the ESME; ``out``: to it; empty for a note and for links."""
    pdu: str = ""
    """Name of the command, also of one that was cut, as far as it can be told."""
    sequence_number: int | None = None
    status: str = ""
    """Name of the command_status of a response."""
    meaning: str = ""
    """The same in words."""
    command_status: int | None = None
    after: float | None = None
    """Seconds from the request to this response."""
    late: bool = False
    """Whether that is long."""
    answered: bool = True
    """False for a request that has no response, although one is due or can no longer come."""
    fault: Fault = ""
    """``cut``: only its beginning was sent; ``broken``: its octets are wrong; ``unasked``: a response without a
    request; ``repeated``: a request had its response before."""
    pieces: int = 1
    """In how many writes it left."""
    count: int = 1
    """How many enquire_link there are in ``links``."""
    until: datetime | None = None
    """The end of ``links``."""
    text: str = ""
    """What else there is to say.  Texts of others in it are not made harmless yet."""


class LadderPage(Struct, frozen=True, kw_only=True):
    """Some consecutive rows of a ladder, and whose it is."""

    session: str
    account: str
    bind: str
    peer: str
    page: int
    """From 1 on."""
    pages: int
    """0 for a ladder without rows."""
    total: int
    """Rows on all pages."""
    whole: bool
    """Whether the session's beginning is still held, and not too far back."""
    rows: list[Row]

    def as_json(self) -> dict[str, Any]:
        """The page as plain values; fields that have their usual value are left out of rows."""
        plain: dict[str, Any] = msgspec.to_builtins(self)
        return plain
