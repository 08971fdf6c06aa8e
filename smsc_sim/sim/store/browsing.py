"""What people ask beside the pages of a search: the page before, the messages beside one, and how many there are.

All of it is asked in the store's own thread and raises sqlite3.Error when the database fails.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final, NamedTuple

from smsc_sim.sim.search.paging import NEWEST_FIRST, Cursor, Sort
from smsc_sim.sim.search.query import Query
from smsc_sim.sim.search.sql import select
from smsc_sim.sim.store.pages import OLDEST_FIRST, Page, page
from smsc_sim.sim.store.store import Store

_STEP: Final = 100_000
"""Instructions of SQLite's machine between two looks at what is left of them."""


class TooMuchWork(Exception):
    """The answer would take longer than others can wait."""


class Neighbours(NamedTuple):
    """The ids beside one; None where there is none."""

    older: int | None
    newer: int | None


def page_before(
    store: Store, query: Query, now: float, *, limit: int, sort: Sort = NEWEST_FIRST, cursor: Cursor
) -> Page:
    """The ``limit`` messages just before a cursor, in the order ``sort`` says; ``more``: others are before."""
    turned = Sort(sort.key, not sort.descending)
    found = page(store, query, now, limit=limit, sort=turned, cursor=cursor)
    return Page(found.messages[::-1], found.more, found.behind)


def neighbours_of(store: Store, number: int) -> Neighbours:
    """The messages that came just before and just after the one of this id."""
    with store.reading() as connection:
        (older,) = connection.execute("SELECT max(id) FROM message WHERE id < ?", (number,)).fetchone()
        (newer,) = connection.execute("SELECT min(id) FROM message WHERE id > ?", (number,)).fetchone()
    return Neighbours(older, newer)


def count_found(
    store: Store, query: Query, now: float, *, most: int, newer_than: int = 0, effort: int | None = None
) -> int:
    """How many messages a search finds; of more than ``most`` it is said that they are ``most``.

    ``newer_than``: an id; only later ones count.  ``effort``: instructions of SQLite's machine that it may take, about
    ten for a row that is looked at; raises TooMuchWork beyond.
    """
    statement = select(
        query,
        now,
        sort=OLDEST_FIRST,
        cursor=Cursor(newer_than),
        limit=most,
        above=newer_than or None,
        columns="message.id",
    )
    with store.reading() as connection, _limited(connection, effort):
        return len(connection.execute(*statement).fetchall())


@contextmanager
def _limited(connection: sqlite3.Connection, effort: int | None) -> Iterator[None]:
    if effort is None:
        yield
        return
    left = effort

    def spent() -> bool:
        nonlocal left
        left -= _STEP
        return left <= 0

    connection.set_progress_handler(spent, _STEP)
    try:
        yield
    except sqlite3.OperationalError as error:
        if left > 0:
            raise
        raise TooMuchWork from error
    finally:
        connection.set_progress_handler(None, _STEP)
