"""All messages that are kept: search, order, pages, export, deletion."""

from __future__ import annotations

from typing import Annotated, Final

from msgspec import Meta, Struct
from twisted.internet.defer import Deferred

from smsc_sim.sim.search.empty import TermCount
from smsc_sim.sim.search.grammar import LONGEST_QUERY
from smsc_sim.sim.search.keys import ALIASES, IS, KEYS
from smsc_sim.sim.search.paging import NEWEST_FIRST, SORT_KEYS, Sort, behind, cursor_text
from smsc_sim.sim.search.query import Query
from smsc_sim.sim.store.browsing import Count, count_found, page_before
from smsc_sim.sim.store.pages import Page, newest_id
from smsc_sim.sim.store.pages import page as page_of
from smsc_sim.sim.store.store import Store
from smsc_sim.web.api.tables import all_test_numbers
from smsc_sim.web.call import Stream
from smsc_sim.web.columns import FURTHER, LABELS
from smsc_sim.web.console import Console
from smsc_sim.web.found import (
    CSV_HEAD,
    MOST_COUNTED,
    Search,
    WriteRows,
    csv_rows,
    delete_all,
    export,
    json_lines,
    why_empty,
)
from smsc_sim.web.kept import BAD_SEARCH, ask, kept_of
from smsc_sim.web.page import Done, Shown, Visit, action, file, page
from smsc_sim.web.problem import BAD_PARAMETER
from smsc_sim.web.rows import row_of

SHOWN: Final = 50
"""Messages on a page."""
PATIENCE: Final = 0.5
"""Seconds that it waits for the newest messages to become rows."""
MOST_FRESH: Final = 1000
"""Messages newer than a list that are counted."""
FORMATS: Final[dict[str, tuple[str, WriteRows, bytes]]] = {
    "jsonl": ("application/jsonl", json_lines, b""),
    "csv": ("text/csv; charset=utf-8", csv_rows, CSV_HEAD),
}
"""Of exports: the Content-Type, what writes the messages, and what stands before them."""

TRY: Final = ("is:refused", "is:failed", "is:pending", "is:multipart", "is:mo", "after:10m")
"""Searches that one click away."""


class DeleteForm(Struct, frozen=True, kw_only=True):
    """A search, and up to which message what it finds is deleted."""

    q: Annotated[str, Meta(max_length=LONGEST_QUERY)] = ""
    up_to: Annotated[int, Meta(ge=0)]


@page("/messages", title="Messages", menu=4, key="m")
def messages(console: Console, visit: Visit) -> Shown | Deferred[Shown]:
    """One page of what a search finds."""
    search = Search.of(visit.query)
    now = console.clock()
    shown: dict[str, object] = {
        "search": search,
        "sorts": SORT_KEYS,
        "keys": list(KEYS.values()),
        "words": list(IS),
        "aliases": ALIASES,
        "tries": TRY,
        "columns": LABELS,
        "further": [(name, label, value) for name, (label, value) in FURTHER.items() if name in search.columns],
        "hint": console.hint(),
        "bound": any(session.bound for session in console.smsc.sessions.values()),
        "numbers": all_test_numbers(),
        "kept": console.kept() is not None,
        "now": now,
        "rows": [],
        "newest": 0,
        "empty": None,
        "next": "",
        "previous": "",
        "pinned": "",
        "doomed": None,
        "behind": 0,
        "reached": None,
        "onward": "",
        "fresh": Count(0, whole=True),
        "turned": turned,
        "without": lambda term: without(search.query, term),
    }
    if console.kept() is None or search.findings:
        return shown
    wants_deletion = "delete" in visit.query and visit.user.may_change

    def look(store: Store) -> dict[str, object]:
        found = _look(store, search, now, wants_deletion=wants_deletion) if visit.wants("rows") else {}
        return shown | found | (_fresh(store, search, now, visit) if visit.parts else {})

    return ask(console, look, PATIENCE if visit.wants("rows") else 0.0)


@file("/messages/download")
def download(console: Console, visit: Visit) -> Stream:
    """All that a search finds, the oldest first, as JSON lines or CSV."""
    search = Search.of(visit.query)
    if search.findings:
        raise BAD_SEARCH.error("The search cannot be read, so there is nothing to export.")
    wanted = visit.query.get("format", "jsonl")
    if wanted not in FORMATS:
        raise BAD_PARAMETER.error(f"The format is one of {', '.join(FORMATS)}.")
    content_type, write, head = FORMATS[wanted]
    kept, now = kept_of(console), console.clock()
    return Stream(
        content_type, lambda request: export(kept, search.query, now, request, write, head), f"messages.{wanted}"
    )


@action("/messages/delete")
def delete(console: Console, visit: Visit, form: DeleteForm) -> Deferred[Done]:
    """Delete what a search finds."""
    del visit
    search = Search.of({"q": form.q})
    if search.findings:
        raise BAD_SEARCH.error("The search cannot be read, so nothing was deleted.")
    deleted = delete_all(kept_of(console), search.query, console.clock(), form.up_to)
    return deleted.addCallback(lambda total: Done("/messages", f"{total:,} message{'s' * (total != 1)} deleted."))


def _look(store: Store, search: Search, now: float, *, wants_deletion: bool) -> dict[str, object]:
    found = _page(store, search, now)
    rows = [row_of(message, now) for message in found.messages]
    newest = newest_id(store)
    by_id = search.sort.key == "id"
    shown: dict[str, object] = {"rows": rows, "newest": newest, "behind": found.behind}
    on = "" if found.cursor is None else cursor_text(found.cursor, search.sort)
    onward = on and (search.address(before=on) if search.backward else search.address(cursor=on))
    if found.stopped:
        shown |= {"reached": found.cursor, "onward": onward}
    if rows:
        first, last = found.messages[0], found.messages[-1]
        if search.backward:
            shown["next"] = search.address(cursor=cursor_text(behind(last, search.sort), search.sort))
            shown["previous"] = onward
        else:
            shown["next"] = onward
            if search.cursor is not None:
                shown["previous"] = search.address(before=cursor_text(behind(first, search.sort), search.sort))
        if by_id:
            pin = first.id + (1 if search.sort.descending else -1)
            shown["pinned"] = search.address(cursor=str(max(0, pin)), after=str(newest))
    elif newest and search.cursor is None and not found.stopped:
        shown["empty"] = why_empty(store, search.query, now)
    if wants_deletion and (rows or found.stopped):
        shown["doomed"] = count_found(store, search.query, now, most=MOST_COUNTED)
    return shown


def _fresh(store: Store, search: Search, now: float, visit: Visit) -> dict[str, object]:
    """How many messages are found that are newer than the newest one that the list knew, and where it goes on."""
    after = visit.query.get("after", "")
    newest = int(after) if after.isascii() and after.isdecimal() and len(after) < 19 else 0
    shown: dict[str, object] = {"pinned": search.address(cursor=visit.query.get("cursor", ""), after=str(newest))}
    if visit.wants("new"):
        shown["fresh"] = count_found(store, search.query, now, most=MOST_FRESH, newer_than=newest)
    return shown


def _page(store: Store, search: Search, now: float) -> Page:
    if search.backward and search.cursor is not None:
        return page_before(store, search.query, now, sort=search.sort, cursor=search.cursor, limit=SHOWN)
    return page_of(store, search.query, now, sort=search.sort, cursor=search.cursor, limit=SHOWN)


def turned(sort: Sort, key: str) -> str:
    """The order that a click on the head of a column asks for, as addresses have it."""
    if sort.key == key:
        return str(Sort(key, not sort.descending))
    return str(Sort(key, descending=key == NEWEST_FIRST.key))


def without(query: Query, left_out: TermCount) -> str:
    """The search without one of its terms."""
    kept = (
        tuple(term for term in group if (number, term.column) != (left_out.alternative, left_out.column))
        for number, group in enumerate(query.groups)
    )
    return str(Query(tuple(group for group in kept if group)))
