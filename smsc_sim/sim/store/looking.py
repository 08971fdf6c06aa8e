"""Looking for messages with bounded effort: one part of the rows after the other, and an honest end in between.

What an index gives is found at once.  For anything else each row has to be looked at, and with a million of them that
takes longer than others can wait: then the answer is what was found so far, and where to go on.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from typing import Any, Final

from smsc_sim.sim.search.order import end_of_part, end_of_tied
from smsc_sim.sim.search.paging import NO_STATUS, Cursor, Sort
from smsc_sim.sim.search.query import Query
from smsc_sim.sim.search.sql import WHOLE, Part, is_of_words, reads_words, select
from smsc_sim.sim.search.statement import Sql
from smsc_sim.sim.store.effort import Effort, TooMuchWork

EFFORT: Final = 1_500_000
"""Of one page, in instructions of SQLite's machine."""


@dataclass(frozen=True, slots=True)
class Pace:
    """In which steps rows are looked at in one kind of order."""

    first: int
    """Rows of the first part, which most pages are filled from; no part is smaller."""
    largest: int
    """Rows of a part, however little each costs."""
    at_once: int
    """Instructions within which indexes may find all that is behind the first part."""
    row: int
    """What it costs to get at one row, in instructions, beside those that are counted."""


IN_ORDER: Final = Pace(first=5_000, largest=100_000, at_once=200_000, row=0)
"""By id: one row lies beside the next."""
SCATTERED: Final = Pace(first=1_000, largest=20_000, at_once=100_000, row=60)
"""By anything else: each row is somewhere else in the file."""

READING: Final = 100
"""What it costs to read the words of one text, in instructions."""
_PART: Final = 300_000
"""Instructions that a part is to cost, about."""


@dataclass(frozen=True, slots=True)
class Found:
    """What a look has come to."""

    rows: list[tuple[Any, ...]]
    """In their order, at most as many as were asked for."""
    reached: Cursor | None
    """Behind which to go on where the effort was not enough; None: there is nothing else, or the rows are as many as
    were asked for."""


@dataclass(frozen=True, slots=True)
class Look:
    """One question: which rows, in which order, how many."""

    query: Query
    now: float
    sort: Sort
    limit: int
    columns: str
    """No text of users."""
    cursor: Cursor | None = None
    since: int | None = None
    """Only messages whose ``seq`` is higher."""
    above: int | None = None
    """Only messages with a higher id."""

    @property
    def pace(self) -> Pace:
        """In which steps rows are looked at."""
        return IN_ORDER if self.sort.key == "id" else SCATTERED

    def statement(self, cursor: Cursor | None, limit: int, part: Part) -> Sql:
        """The statement for what is found behind another cursor in a part of the rows."""
        return select(
            self.query,
            self.now,
            sort=self.sort,
            cursor=cursor,
            limit=limit,
            since=self.since,
            part=part,
            columns=self.columns,
        )


def look(connection: sqlite3.Connection, asked: Look, effort: Effort) -> Found:
    """The rows that are asked for, as far as the effort goes; at least one part is looked at.

    Raises sqlite3.Error.
    """
    pace = asked.pace
    rows: list[tuple[Any, ...]] = []
    at, size = asked.cursor, pace.first
    if not (asked.sort.key == "id" and is_of_words(asked.query)):
        part, end = _part(connection, asked, at, size)
        size = _look_at(connection, asked, at, part, rows, effort)
        if end is None or len(rows) >= asked.limit:
            return Found(rows, None)
        at = end
    # Where there have been many the next ones are not far, and indexes would give more than are asked for.
    if len(rows) * 4 < asked.limit:
        try:
            with effort.spending(connection, pace.at_once):
                rest = _rows(connection, asked, at, asked.limit - len(rows), WHOLE._replace(above=asked.above))
            return Found(rows + rest, None)
        except TooMuchWork:
            pass
    while True:
        part, end = _part(connection, asked, at, size)
        size = _look_at(connection, asked, at, part, rows, effort)
        if end is None or len(rows) >= asked.limit:
            return Found(rows, None)
        at = end
        if effort.left <= 0:
            return Found(rows, at)


def _look_at(
    connection: sqlite3.Connection,
    asked: Look,
    cursor: Cursor | None,
    part: Part | None,
    rows: list[tuple[Any, ...]],
    effort: Effort,
) -> int:
    """Add what is found in a part; returns how many rows the next one may have."""
    pace = asked.pace
    if part is None:
        return pace.first
    before = effort.left
    with effort.spending(connection):
        rows += _rows(connection, asked, cursor, asked.limit - len(rows), part)
    size = part.size
    effort.left -= size * (pace.row + (READING if reads_words(asked.query, part) else 0))
    cost = max(1.0, (before - effort.left) / size)
    return min(pace.largest, max(pace.first, int(min(_PART, effort.left) / cost)))


def _rows(
    connection: sqlite3.Connection, asked: Look, cursor: Cursor | None, limit: int, part: Part
) -> list[tuple[Any, ...]]:
    return connection.execute(*asked.statement(cursor, limit, part)).fetchall()


def _part(
    connection: sqlite3.Connection, asked: Look, at: Cursor | None, size: int
) -> tuple[Part | None, Cursor | None]:
    """The next rows behind a cursor, so many or a few less, and where they end; None for either when there are none."""
    sort = asked.sort
    if sort.key != "id":
        if at is not None and at.id != sort.beyond:
            tied, last = connection.execute(*end_of_tied(sort, at, size)).fetchone()
            beyond = Cursor(sort.beyond if tied < size else last, at.value)
            return Part(above=asked.above, rows=tied, tied=True) if tied else None, beyond
        end = connection.execute(*end_of_part(sort, at, size)).fetchone()
        reached = None if end is None else Cursor(end[1], NO_STATUS if end[0] is None else end[0])
        return Part(above=asked.above, rows=size), reached
    floor = asked.above or 0
    if sort.descending:
        behind = "" if at is None else " AND id < ?"
        values = (floor,) if at is None else (floor, at.id)
        (newest,) = connection.execute(f"SELECT max(id) FROM message WHERE id > ?{behind}", values).fetchone()
        if newest is None:
            return None, None
        lowest = max(floor, newest - size)
        return Part(lowest, newest), Cursor(lowest + 1) if lowest > floor else None
    after = floor if at is None else max(floor, at.id)
    oldest, newest = connection.execute(
        "SELECT (SELECT min(id) FROM message WHERE id > ?), (SELECT max(id) FROM message)", (after,)
    ).fetchone()
    if oldest is None:
        return None, None
    highest = oldest - 1 + size
    return Part(oldest - 1, highest), Cursor(highest) if highest < newest else None
