"""The journal: every event as it comes, what came before it, and all of it as a file."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Annotated, Final, Literal
from urllib.parse import urlencode

import msgspec
from msgspec import Meta, Struct

from smsc_sim.scenario.findings import Finding, FindingsError
from smsc_sim.sim.journal import lines, pcap, table
from smsc_sim.sim.journal.event import EventPage, JournalEvent, PduEvent
from smsc_sim.sim.journal.lines import as_json
from smsc_sim.sim.journal.notes import KINDS, ProtocolErrorNote
from smsc_sim.sim.journal.searching import ALIASES, KEYS, EventSearch
from smsc_sim.web.call import Stream
from smsc_sim.web.console import Console
from smsc_sim.web.download import download as streamed
from smsc_sim.web.endings import session_number
from smsc_sim.web.kept import bad_search
from smsc_sim.web.page import Done, Shown, Visit, action, file, page
from smsc_sim.web.problem import BAD_PARAMETER

SHOWN: Final = 100
"""Events on a page."""
MOST_SHOWN: Final = 500
"""A read may bring thousands of PDUs at once; more than these are left out."""
OCTETS_SHOWN: Final = 512
"""Octets of one event on the page; the whole is in the downloads."""
LONGEST_NAME: Final = 100
TRY: Final = ("pdu:bind_*", "pdu:*_resp -status:0", "dir:out pdu:deliver_sm", "kind:protocol_error", "after:1m")
"""Searches that are one click away."""

_KINDS: Final = (
    "pdu", "session", "decision", "receipt", "mo", "protocol_error", "switch", "clock", "scenario", "mark", "reset",
)  # fmt: skip
assert frozenset(_KINDS) == KINDS, "every kind has its place on the page"


class MarkForm(Struct, frozen=True, kw_only=True):
    """A mark."""

    name: Annotated[str, Meta(max_length=LONGEST_NAME)] = ""
    back: Literal["/", "/journal"] = "/journal"
    """The page that the form is on."""


@dataclass(frozen=True, slots=True)
class Filters:
    """Which events are looked at."""

    kinds: tuple[str, ...]
    """Empty: all."""
    session: str
    account: str
    q: str = ""
    """A search, as it was written."""
    search: EventSearch | None = None
    findings: tuple[Finding, ...] = ()
    """What is wrong with it; then nothing is looked for."""

    @classmethod
    def of(cls, visit: Visit) -> Filters:
        """Those of a request. Raises ProblemError."""
        kinds = tuple(filter(None, visit.query.get("kinds", "").split(",")))
        session = visit.query.get("session", "").strip()
        for kind in kinds:
            if kind not in KINDS:
                raise BAD_PARAMETER.error(f"There is no kind of event {kind[:40]!r}; there are {', '.join(_KINDS)}.")
        if session and session_number(session) is None:
            raise BAD_PARAMETER.error("A session is written as its name, such as s7.")
        q = visit.query.get("q", "").strip()
        search: EventSearch | None = None
        findings: tuple[Finding, ...] = ()
        try:
            search = EventSearch(q) if q else None
        except FindingsError as error:
            findings = tuple(error.findings)
        return cls(kinds, session, visit.query.get("account", "").strip(), q, search, findings)

    @property
    def number(self) -> int | None:
        """Of the session."""
        return session_number(self.session) if self.session else None

    def link(self, path: str = "/journal", *, kinds: tuple[str, ...] | None = None, **more: object) -> str:
        """A page with these filters, and ``more``."""
        query = {
            "kinds": ",".join(self.kinds if kinds is None else kinds),
            "session": self.session,
            "account": self.account,
            "q": self.q,
            **more,
        }
        written = urlencode({name: value for name, value in query.items() if value})
        return f"{path}?{written}" if written else path

    def toggled(self, kind: str) -> str:
        """The page with this kind added, or taken away."""
        kinds = tuple(one for one in _KINDS if (one in self.kinds) is not (one == kind))
        return self.link(kinds=() if len(kinds) == len(_KINDS) else kinds)


@page("/journal", title="Journal", menu=11, key="j")
def journal(console: Console, visit: Visit) -> Shown:
    """The latest events, or those before one."""
    filters = Filters.of(visit)
    held = console.smsc.journal
    asked = visit.query.get("before", "")
    before = int(asked) if asked.isascii() and asked.isdecimal() and len(asked) < 19 else None
    found = EventPage([], 0, more=False)
    if not filters.findings:
        found = held.latest(
            SHOWN,
            before=before,
            kinds=filters.kinds or None,
            session=filters.number,
            account=filters.account or None,
            search=filters.search,
            now=console.clock(),
        )
    events = found.events[-MOST_SHOWN:]
    return {
        "events": list(reversed(events)),
        "left_out": len(found.events) - len(events),
        "filters": filters,
        "keys": list(KEYS.values()),
        "aliases": ALIASES,
        "tries": TRY,
        "reached": found.cursor,
        "kinds": _KINDS,
        "older": filters.link(before=found.cursor) if found.more else "",
        "follows": before is None,
        "held": held,
        "counters": console.smsc.counters,
        "octets_of": _octets_of,
        "json_of": _json_of,
    }


@file("/journal/download")
def download(console: Console, visit: Visit) -> Stream:
    """The events that the filters let through: all that are held, as JSON lines, CSV or pcap."""
    filters = Filters.of(visit)
    held, now = console.smsc.journal, console.clock()
    if filters.findings:
        raise bad_search(FindingsError(filters.findings))
    kinds, session, account = filters.kinds or None, filters.number, filters.account or None
    search = filters.search
    formats: dict[str, tuple[str, Callable[[], Iterator[bytes]]]] = {
        "jsonl": (
            "application/jsonl",
            lambda: lines.export(held, now, kinds=kinds, session=session, account=account, search=search),
        ),
        "csv": (
            "text/csv; charset=utf-8",
            lambda: table.export(held, kinds=kinds, session=session, account=account, search=search, now=now),
        ),
        "pcap": (
            "application/vnd.tcpdump.pcap",
            lambda: pcap.export(held, session=session, account=account, search=search, now=now),
        ),
    }
    wanted = visit.query.get("format", "jsonl")
    if wanted not in formats:
        raise BAD_PARAMETER.error(f"The format is one of {', '.join(formats)}.")
    content_type, export = formats[wanted]
    of = f"-s{session}" if session is not None else ""
    return streamed(console.reactor, content_type, export(), f"journal{of}.{wanted}")


@action("/journal/mark")
def mark(console: Console, visit: Visit, form: MarkForm) -> Done:
    """Put a mark: a place in the journal that tests and people can ask from."""
    del visit
    with console.change() as now:
        seq = console.smsc.journal.mark(now, form.name)
    return Done(form.back, f"Mark {seq} is set: what comes now is asked for with since={seq}.")


def _octets_of(event: JournalEvent) -> str:
    """A hex dump, 16 octets a line, cut after a while; empty for an event without octets."""
    if isinstance(event, PduEvent):
        written = event.hex
    else:
        written = event.note.hex if isinstance(event.note, ProtocolErrorNote) else ""
    octets = bytes.fromhex(written)
    rows = [_dumped(octets[start : start + 16], start) for start in range(0, min(len(octets), OCTETS_SHOWN), 16)]
    if len(octets) > OCTETS_SHOWN:
        rows.append(f"… {len(octets) - OCTETS_SHOWN:,} more octets")
    return "\n".join(rows)


def _dumped(octets: bytes, start: int) -> str:
    shown = "".join(chr(octet) if 0x20 <= octet < 0x7F else "." for octet in octets)
    return f"{start:04x}  {octets[:8].hex(' '):23}  {octets[8:].hex(' '):23}  {shown}"


def _json_of(event: JournalEvent) -> str:
    """The event as it stands in the downloads, without the octets that are shown beside it."""
    about = {name: value for name, value in as_json(event).items() if name != "hex"}
    return msgspec.json.format(lines.encoded(about), indent=2).decode()
