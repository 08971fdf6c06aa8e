"""The ladder of a session: its PDUs as arrows between ESME and SMSC."""

from __future__ import annotations

from typing import Annotated, Final, Literal

import msgspec
from msgspec import Meta, Struct

from smsc_sim.sim.ladder.build import LATE, ladder_of
from smsc_sim.sim.ladder.mermaid import mermaid
from smsc_sim.sim.ladder.plain import plain
from smsc_sim.sim.ladder.svg import svg
from smsc_sim.web.call import Octets
from smsc_sim.web.console import Console
from smsc_sim.web.endings import session_number
from smsc_sim.web.endpoint import JSON, endpoint
from smsc_sim.web.problem import NOT_FOUND
from smsc_sim.web.seconds import Seconds

SVG: Final = "image/svg+xml"
TEXT: Final = "text/plain"


class LadderQuery(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which part of it, and as what."""

    format: Literal["json", "svg", "mermaid", "text"] = "json"
    page: Annotated[int, Meta(ge=1, le=1_000_000)] = 1
    """Of 500 arrows."""
    late: Seconds | None = None
    """After how long an answer is late; not given: 1s."""
    fold: bool = True
    """Whether enquire_link with its response is one line."""


@endpoint("GET", "/sessions/{session}/ladder", media_types=(JSON, SVG, TEXT), problems=(NOT_FOUND,))
def ladder(console: Console, session: str, query: LadderQuery) -> Octets:
    """The PDUs of a session that the journal holds, of one that is gone, too."""
    number = session_number(session)
    journal = console.smsc.journal
    if number is None or number not in journal.sessions:
        raise NOT_FOUND.error("There is no session of this name, or it is no longer remembered.")
    late = LATE if query.late is None else query.late
    page = ladder_of(journal, number, now=console.clock(), late=late, fold=query.fold).page(query.page)
    if query.format == "json":
        return Octets(JSON, msgspec.json.encode(page))
    if query.format == "svg":
        return Octets(SVG, svg(page).encode("utf-8", "backslashreplace"))
    drawn = mermaid(page) if query.format == "mermaid" else plain(page)
    return Octets(f"{TEXT}; charset=utf-8", drawn.encode("utf-8", "backslashreplace"))
