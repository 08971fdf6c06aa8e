"""What lies behind a cursor in an order, as SQL that the indexes of orders answer."""

from __future__ import annotations

from typing import Final

from smsc_sim.sim.search.paging import NO_STATUS, Cursor, Sort
from smsc_sim.sim.search.statement import ALL, NONE, Sql, any_of, every

NULLABLE: Final = frozenset({"message.command_status", "message.reference"})
"""Columns that have no value in some rows."""


def lies_behind(sort: Sort, cursor: Cursor, *, tied: bool = False) -> Sql:
    """The condition for what is behind a cursor; ``tied``: as far as it is alike in what it is sorted by.

    SQL sorts NULL before everything, and compares it with nothing.
    """
    sign = "<" if sort.descending else ">"
    if sort.key == "id":
        return Sql(f"message.id {sign} ?", (cursor.id,))
    column = sort.expression
    is_null = column in NULLABLE and cursor.value == NO_STATUS
    same = Sql(f"{column} IS NULL") if is_null else Sql(f"{column} = ?", (cursor.value,))
    alike = every([same, Sql(f"message.id {sign} ?", (cursor.id,))])
    if tied:
        return alike
    further = _further(column, sort, cursor, is_null=is_null)
    # Those that are alike come out of an index by a look of their own; together with others they do not.
    return further if cursor.id == sort.beyond else any_of([alike, further])


def _further(column: str, sort: Sort, cursor: Cursor, *, is_null: bool) -> Sql:
    """The condition for what is sorted behind everything that is alike to the cursor."""
    if is_null:
        return NONE if sort.descending else Sql(f"{column} IS NOT NULL")
    further = Sql(f"{column} {'<' if sort.descending else '>'} ?", (cursor.value,))
    return any_of([further, Sql(f"{column} IS NULL")]) if sort.descending and column in NULLABLE else further


def end_of_part(sort: Sort, cursor: Cursor | None, rows: int) -> Sql:
    """The statement for where a part of so many rows behind a cursor ends: what the last is sorted by, and its id.

    It gives nothing when there are fewer.
    """
    condition = ALL if cursor is None else lies_behind(sort, cursor)
    found = f"SELECT {sort.expression}, message.id FROM message WHERE {condition.text}"
    return Sql(f"{found} ORDER BY {sort.order} LIMIT 1 OFFSET ?", (*condition.parameters, rows - 1))


def end_of_tied(sort: Sort, cursor: Cursor, rows: int) -> Sql:
    """The same among those that are alike to the cursor: how many there are, up to so many, and the id of the last."""
    condition = lies_behind(sort, cursor, tied=True)
    ids = f"SELECT message.id AS id FROM message WHERE {condition.text} ORDER BY message.id {sort.direction} LIMIT ?"
    last = "min" if sort.descending else "max"
    return Sql(f"SELECT count(*), {last}(id) FROM ({ids})", (*condition.parameters, rows))
