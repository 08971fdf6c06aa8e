"""Searches of messages as pages and addresses have them: read, carried out, exported, deleted."""

from __future__ import annotations

import csv
import io
import sqlite3
from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Final
from urllib.parse import urlencode

from msgspec import structs
from twisted.internet.defer import Deferred, inlineCallbacks, succeed
from twisted.internet.interfaces import IPushProducer
from twisted.logger import Logger
from zope.interface import implementer

from smsc_sim.scenario.findings import Finding, FindingsError
from smsc_sim.scenario.value_kind import BadValue
from smsc_sim.sim.journal.table import defused
from smsc_sim.sim.search.empty import TermCount, explain_empty
from smsc_sim.sim.search.grammar import parse
from smsc_sim.sim.search.paging import NEWEST_FIRST, Cursor, Sort, parse_cursor, parse_sort
from smsc_sim.sim.search.query import EVERYTHING, Query
from smsc_sim.sim.store.browsing import Count, count_found
from smsc_sim.sim.store.effort import Effort
from smsc_sim.sim.store.pages import OLDEST_FIRST, Page, Removed, page, remove_found
from smsc_sim.sim.store.store import Store
from smsc_sim.sim.store.stored import StoredMessage
from smsc_sim.sim.visible import visible
from smsc_sim.web.columns import LABELS, USUAL, chosen
from smsc_sim.web.console import Kept
from smsc_sim.web.dispatch import as_json
from smsc_sim.web.message_view import MessageLine, line_of

_log = Logger()

EXPORTED_AT_ONCE: Final = 500
"""Messages that an export reads in one go."""
MOST_COUNTED: Final = 10_000
"""Messages that are counted before they are deleted, or waited for."""
MOST_EXPLAINED: Final = 1_000
"""Messages that are counted for one term of a search that finds nothing."""
EXPLAINING: Final = 700_000
"""What all of that may cost, in instructions of SQLite's machine; the search itself has been paid for."""


@dataclass(frozen=True, slots=True)
class Search:
    """What an address asks for."""

    text: str
    query: Query = EVERYTHING
    findings: tuple[Finding, ...] = ()
    """What is wrong with it; then nothing is looked for."""
    sort: Sort = NEWEST_FIRST
    cursor: Cursor | None = None
    backward: bool = False
    """Whether the page ends just before the cursor."""
    columns: tuple[str, ...] = USUAL
    """Of the list, beside those that it always has."""

    @classmethod
    def of(cls, asked: Mapping[str, str]) -> Search:
        """The search in the parameters ``q``, ``sort``, ``cursor``, ``before`` and ``columns``, or ``column-...`` each.

        An order or a cursor that is none is left out: the page begins at its beginning then.
        """
        text = asked.get("q", "").strip()
        findings: tuple[Finding, ...] = ()
        query = EVERYTHING
        try:
            query = parse(text)
        except FindingsError as error:
            findings = tuple(error.findings)
        sort, cursor = NEWEST_FIRST, None
        written = asked.get("before") or asked.get("cursor")
        try:
            sort = parse_sort(asked["sort"]) if asked.get("sort") else NEWEST_FIRST
            cursor = parse_cursor(written, sort) if written else None
        except BadValue:
            pass
        named = asked.get("columns", "").split(",") + [name for name in LABELS if asked.get(f"column-{name}")]
        backward = cursor is not None and "before" in asked
        return cls(text, query, findings, sort, cursor, backward, chosen(named))

    def address(self, path: str = "/messages", **changes: str) -> str:
        """The address of the same search from its beginning, with other parameters."""
        sort = "" if self.sort == NEWEST_FIRST else str(self.sort)
        columns = "" if self.columns == USUAL else ",".join(self.columns)
        named = {"q": self.text, "sort": sort, "columns": columns, **changes}
        given = urlencode({name: value for name, value in named.items() if value})
        return f"{path}?{given}" if given else path


def why_empty(store: Store, query: Query, now: float, since: int | None = None) -> tuple[TermCount, ...]:
    """What each term finds, as far as it can be counted in a moment; the search finds nothing."""
    effort = Effort(EXPLAINING)

    def count(part: Query) -> Count:
        if effort.left <= 0:
            return Count(0, whole=False)
        return count_found(store, part, now, most=MOST_EXPLAINED, since=since, effort=effort)

    return explain_empty(query, count)


@inlineCallbacks
def newest_found(
    kept: Kept, query: Query, now: float, since: int | None = None
) -> Generator[Deferred[Page], Page, StoredMessage | None]:
    """The newest message that a search finds, in slices, so that nobody else is kept waiting; None: there is none.

    ``since``: only one that came after this entry of the journal.
    """
    cursor: Cursor | None = None
    within: float | None = None
    while True:
        found = yield kept.ask(partial(page, query=query, now=now, limit=1, since=since, cursor=cursor), within)
        if found.messages:
            return found.messages[0]
        if found.cursor is None:
            return None
        cursor, within = found.cursor, 0.0


@inlineCallbacks
def delete_all(kept: Kept, query: Query, now: float, up_to: int) -> Generator[Deferred[Removed], Removed, int]:
    """Remove what a search finds among messages with ids up to ``up_to``, in slices; returns how many there were."""
    total = after = 0
    while True:
        removed = yield kept.ask(partial(remove_found, query=query, now=now, after=after, up_to=up_to))
        total, after = total + removed.messages, removed.last
        if not removed.more:
            return total


COLUMNS: Final = tuple(field.encode_name for field in structs.fields(MessageLine))
"""Of an export as CSV: what a message in a list of the API has."""

CSV_HEAD: Final = (",".join(COLUMNS) + "\r\n").encode()


def json_lines(messages: Sequence[StoredMessage], now: float) -> bytes:
    """Messages as the API lists them, one on each line."""
    return b"".join(as_json(line_of(message, now)) + b"\n" for message in messages)


def csv_rows(messages: Sequence[StoredMessage], now: float) -> bytes:
    """Messages as rows of CSV (RFC 4180).

    Controls and other invisible characters are escapes, and what a spreadsheet would take for the beginning of a
    formula has ``'`` in front.
    """
    text = io.StringIO(newline="")
    csv.writer(text).writerows(_cells(line_of(message, now)) for message in messages)
    return text.getvalue().encode()


def _cells(line: MessageLine) -> list[str]:
    receipts = " ".join(f"{receipt.state}:{receipt.status}".lstrip(":") for receipt in line.receipts)
    values = (receipts if name == "receipts" else getattr(line, name) for name in line.__struct_fields__)
    return [_cell(value) for value in values]


def _cell(value: object) -> str:
    if isinstance(value, str):
        return defused(visible(value))
    return "" if value is None else str(value)


WriteRows = Callable[[Sequence[StoredMessage], float], bytes]


@inlineCallbacks
def export(
    kept: Kept, query: Query, now: float, request: Any, write: WriteRows, head: bytes = b""
) -> Generator[Deferred[Any], Any, None]:
    """Write all that a search finds to a request, the oldest first, at the pace of its reader."""
    pace = _Pace()
    request.registerProducer(pace, True)
    try:
        request.write(head)
        cursor: Cursor | None = None
        while not pace.gone:
            found: Page = yield kept.ask(
                partial(page, query=query, now=now, sort=OLDEST_FIRST, cursor=cursor, limit=EXPORTED_AT_ONCE)
            )
            request.write(write(found.messages, now))
            if found.cursor is None:
                break
            cursor = found.cursor
            yield pace.ready()
    except sqlite3.Error:
        # What has been sent cannot be taken back; the reader sees that the end is missing.
        _log.failure("an export failed")
        if request.channel is not None:
            request.channel.transport.abortConnection()
    finally:
        if request.channel is not None:
            request.unregisterProducer()


@implementer(IPushProducer)
class _Pace:
    """Waits while the reader does not read."""

    def __init__(self) -> None:
        self.gone = False
        self._paused = False
        self._waiting: Deferred[None] | None = None

    def ready(self) -> Deferred[None]:
        """Fires when more can be written, or nobody is there any more."""
        if not self._paused or self.gone:
            return succeed(None)
        self._waiting = Deferred()
        return self._waiting

    def pauseProducing(self) -> None:
        self._paused = True

    def resumeProducing(self) -> None:
        self._paused = False
        self._go_on()

    def stopProducing(self) -> None:
        self.gone = True
        self._go_on()

    def _go_on(self) -> None:
        waiting, self._waiting = self._waiting, None
        if waiting is not None:
            waiting.callback(None)
