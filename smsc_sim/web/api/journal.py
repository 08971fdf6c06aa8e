"""The journal: what went over the sessions and happened beside them, as files; and marks in it."""

from __future__ import annotations

from collections.abc import Iterator
from http import HTTPStatus
from typing import Annotated, Final, Literal

from msgspec import Meta, Struct

from smsc_sim.scenario.findings import FindingsError
from smsc_sim.sim.journal import Evicted, lines, pcap, table
from smsc_sim.sim.journal.notes import KINDS
from smsc_sim.sim.journal.searching import EventSearch
from smsc_sim.sim.search.grammar import LONGEST_QUERY
from smsc_sim.web.call import Stream
from smsc_sim.web.console import Console
from smsc_sim.web.download import download
from smsc_sim.web.endings import session_number
from smsc_sim.web.endpoint import CSV, endpoint
from smsc_sim.web.kept import BAD_SEARCH, bad_search
from smsc_sim.web.problem import BAD_PARAMETER, FieldError, ProblemKind

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
    session: Annotated[str, Meta(pattern="^s[0-9]{1,18}$")] | None = None
    """Only of this session: s7."""
    kinds: str = ""
    """Only these, with commas between them: pdu, session, decision ...; empty: all."""
    q: Annotated[str, Meta(max_length=LONGEST_QUERY)] = ""
    """A search as in docs/search.rst, with the keys of events; of pcap: reads and writes with a PDU that it finds."""


class SetMark(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A mark."""

    name: Annotated[str, Meta(max_length=200)] = ""
    """For people."""


class Mark(Struct, frozen=True, kw_only=True):
    """Where it is."""

    seq: int
    """What came after it is asked for with ``since``."""


@endpoint("GET", "/journal", media_types=(JSON_LINES, CSV, PCAP), problems=(ENTRIES_GONE, BAD_SEARCH))
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
        chunks = _chunks(console, query, session, kinds, search_of(query.q))
    except Evicted as gone:
        members = Gone(first_seq=gone.first_seq, last_seq=gone.last_seq)
        raise ENTRIES_GONE.error(f"{gone}.", members=members) from None
    return download(console.reactor, content_type, chunks, name)


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
    console: Console,
    query: JournalQuery,
    session: int | None,
    kinds: frozenset[str] | None,
    search: EventSearch | None,
) -> Iterator[bytes]:
    entries, now = console.smsc.journal, console.clock()
    if query.format == "pcap":
        return pcap.export(entries, after=query.since, session=session, search=search, now=now)
    if query.format == "csv":
        return table.export(entries, after=query.since, kinds=kinds, session=session, search=search, now=now)
    return lines.export(entries, now, after=query.since, kinds=kinds, session=session, search=search)


def search_of(text: str) -> EventSearch | None:
    """The search in a query parameter; None for an empty one.  Raises ProblemError with each mistake and its column."""
    try:
        return EventSearch(text) if text.strip() else None
    except FindingsError as error:
        raise bad_search(error) from None


def _bad(name: str, message: str) -> Exception:
    return BAD_PARAMETER.error(message, [FieldError(message=message, path=f"query.{name}")])
