"""The journal: what went over the sessions and happened beside them, as files; and marks in it."""

from __future__ import annotations

from collections.abc import Iterator
from http import HTTPStatus
from typing import Annotated, Final, Literal

from msgspec import Meta, Struct

from smsc_sim.sim.journal import Evicted, lines, pcap, table
from smsc_sim.sim.journal.notes import KINDS
from smsc_sim.web.call import Stream
from smsc_sim.web.console import Console
from smsc_sim.web.endings import session_number
from smsc_sim.web.endpoint import CSV, endpoint
from smsc_sim.web.problem import BAD_PARAMETER, FieldError, ProblemKind
from smsc_sim.web.streaming import sending

JSON_LINES: Final = "application/x-ndjson"
PCAP: Final = "application/vnd.tcpdump.pcap"

Format = Literal["jsonl", "csv", "pcap"]


class Gone(Struct, frozen=True, kw_only=True):
    """What the journal holds."""

    first_seq: int
    last_seq: int


ENTRIES_GONE = ProblemKind("entries_gone", HTTPStatus.CONFLICT, "Entries are no longer held", Gone)


class JournalQuery(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which entries, and as what."""

    format: Format = "jsonl"
    """pcap: what Wireshark opens, octets only."""
    since: Annotated[int, Meta(ge=0, le=2**62)] | None = None
    """From after this entry; not given: from the oldest that is held."""
    session: str | None = None
    """Only of this session: s7."""
    kinds: str = ""
    """Only these, with commas between them: pdu, session, decision ...; empty: all."""


class SetMark(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A mark."""

    name: Annotated[str, Meta(max_length=200)] = ""
    """For people."""


class Mark(Struct, frozen=True, kw_only=True):
    """Where it is."""

    seq: int
    """What came after it is asked for with ``since``."""


@endpoint("GET", "/journal", media_types=(JSON_LINES, CSV, PCAP), problems=(ENTRIES_GONE,))
def journal(console: Console, query: JournalQuery) -> Stream:
    """The entries that the journal holds now, as JSON lines, CSV or a capture file.

    Passwords of binds are overwritten, unless they are recorded.
    """
    session = None if query.session is None else session_number(query.session)
    if query.session is not None and session is None:
        raise _bad("session", "a session is called s and its number, such as s7")
    kinds = frozenset(filter(None, query.kinds.split(","))) or None
    unknown = sorted((kinds or frozenset()) - KINDS)
    if unknown:
        raise _bad("kinds", f"there are no events {unknown[0][:40]!r}; there are {', '.join(sorted(KINDS))}")
    if kinds is not None and query.format == "pcap":
        raise _bad("kinds", "a capture file has octets only")
    name, content_type = _FILES[query.format]
    try:
        chunks = _chunks(console, query, session, kinds)
    except Evicted as gone:
        members = Gone(first_seq=gone.first_seq, last_seq=gone.last_seq)
        raise ENTRIES_GONE.error(f"{gone}.", members=members) from None
    return Stream(content_type, sending(chunks), name)


@endpoint("POST", "/mark")
def mark(console: Console, body: SetMark) -> Mark:
    """Put a mark into the journal: with ``since`` one asks for what came after it."""
    with console.change() as now:
        return Mark(seq=console.smsc.journal.mark(now, body.name))


_FILES: Final[dict[str, tuple[str, str]]] = {
    "jsonl": ("journal.jsonl", JSON_LINES),
    "csv": ("journal.csv", f"{CSV}; charset=utf-8"),
    "pcap": ("journal.pcap", PCAP),
}


def _chunks(
    console: Console, query: JournalQuery, session: int | None, kinds: frozenset[str] | None
) -> Iterator[bytes]:
    entries = console.smsc.journal
    if query.format == "pcap":
        return pcap.export(entries, after=query.since, session=session)
    if query.format == "csv":
        return table.export(entries, after=query.since, kinds=kinds, session=session)
    return lines.export(entries, console.clock(), after=query.since, kinds=kinds, session=session)


def _bad(name: str, message: str) -> Exception:
    return BAD_PARAMETER.error(message, [FieldError(message=message, path=f"query.{name}")])
