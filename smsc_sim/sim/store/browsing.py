"""What people ask beside the pages of a search: the page before, the messages beside one, and how many there are.

All of it is asked in the store's own thread and raises sqlite3.Error when the database fails.
"""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

from smsc_sim.sim.search.paging import NEWEST_FIRST, Cursor, Sort
from smsc_sim.sim.search.query import Query
from smsc_sim.sim.store.effort import Effort
from smsc_sim.sim.store.looking import EFFORT, Look, look
from smsc_sim.sim.store.pages import OLDEST_FIRST, Page, last_until, page
from smsc_sim.sim.store.store import Store


class Count(NamedTuple):
    """How many messages a search finds."""

    messages: int
    whole: bool
    """False: counting stopped there, and there may be more."""


class Neighbours(NamedTuple):
    """The ids beside one; None where there is none."""

    older: int | None
    newer: int | None


def page_before(
    store: Store, query: Query, now: float, *, limit: int, sort: Sort = NEWEST_FIRST, cursor: Cursor
) -> Page:
    """The ``limit`` messages just before a cursor, in the order ``sort`` says; its own cursor is for those before."""
    turned = Sort(sort.key, not sort.descending)
    found = page(store, query, now, limit=limit, sort=turned, cursor=cursor)
    return replace(found, messages=found.messages[::-1])


def neighbours_of(store: Store, number: int) -> Neighbours:
    """The messages that came just before and just after the one of this id."""
    with store.reading() as connection:
        (older,) = connection.execute("SELECT max(id) FROM message WHERE id < ?", (number,)).fetchone()
        (newer,) = connection.execute("SELECT min(id) FROM message WHERE id > ?", (number,)).fetchone()
    return Neighbours(older, newer)


def count_found(
    store: Store,
    query: Query,
    now: float,
    *,
    most: int,
    newer_than: int = 0,
    since: int | None = None,
    effort: Effort | None = None,
) -> Count:
    """How many messages a search finds; counting stops at ``most``, and when the effort is spent.

    ``newer_than``: an id; only later ones count.  ``since``: only those that came after this entry of the journal.
    ``effort``: None: as much as for a page.
    """
    above = newer_than or None if since is None else max(newer_than, last_until(store, since))
    asked = Look(query, now, OLDEST_FIRST, most, "message.id", since=since, above=above)
    with store.reading() as connection:
        found = look(connection, asked, Effort(EFFORT) if effort is None else effort)
    return Count(len(found.rows), found.reached is None and len(found.rows) < most)
