"""Reading: messages out of the tables, whole, and out of batches that are not yet rows."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import fields
from typing import Any, Final

from smsc_sim.sim.store.stored import StoredAttempt, StoredMessage, StoredReceipt

_FIELDS: Final = tuple(field.name for field in fields(StoredMessage) if field.name != "receipts")
_RECEIPT_FIELDS: Final = tuple(field.name for field in fields(StoredReceipt))

COLUMNS: Final = ", ".join(_FIELDS)
"""Of table ``message``, as :class:`StoredMessage` has them."""

OWN_COLUMNS: Final = ", ".join(f"message.{name}" for name in _FIELDS)
"""The same where another table has columns of these names."""

_RECEIPT_COLUMNS: Final = ", ".join(f'"{name}"' for name in _RECEIPT_FIELDS)
_AT_ONCE: Final = 500
"""Values in one statement."""


def messages_where(
    connection: sqlite3.Connection,
    condition: str,
    values: Sequence[object] = (),
    *,
    limit: int = -1,
    newest_first: bool = False,
) -> list[StoredMessage]:
    """The first so many messages (-1: all) for which a condition of SQL holds, by id, with their receipts.

    Values are never part of the condition's text.  Raises sqlite3.Error.
    """
    order = "DESC" if newest_first else "ASC"
    rows = connection.execute(
        f"SELECT {COLUMNS} FROM message WHERE {condition} ORDER BY id {order} LIMIT ?", (*values, limit)
    ).fetchall()
    return stored_from(connection, rows)


def message_of(row: Sequence[Any], receipts: tuple[StoredReceipt, ...] = ()) -> StoredMessage:
    """The message that a row is which begins with :data:`COLUMNS`."""
    return StoredMessage(**dict(zip(_FIELDS, row, strict=False)), receipts=receipts)


def receipts_of(connection: sqlite3.Connection, ids: Sequence[int]) -> dict[int, tuple[StoredReceipt, ...]]:
    """The receipts of the messages with these ids.  Raises sqlite3.Error."""
    found: dict[int, tuple[StoredReceipt, ...]] = {}
    for begin in range(0, len(ids), _AT_ONCE):
        some = ids[begin : begin + _AT_ONCE]
        marks = ", ".join("?" * len(some))
        rows = connection.execute(
            f"SELECT message, {_RECEIPT_COLUMNS} FROM receipt WHERE message IN ({marks}) ORDER BY message, rowid",
            some,
        )
        for message, *values in rows:
            found[message] = (*found.get(message, ()), receipt_of(values))
    return found


def stored_from(connection: sqlite3.Connection, rows: Sequence[Sequence[Any]]) -> list[StoredMessage]:
    """The messages that rows are which begin with :data:`COLUMNS`, with their receipts.  Raises sqlite3.Error."""
    receipts = receipts_of(connection, [row[0] for row in rows])
    return [message_of(row, receipts.get(row[0], ())) for row in rows]


def attempts_of(connection: sqlite3.Connection, message: int) -> list[StoredAttempt]:
    """The attempts at the receipts of a message after which another one followed.  Raises sqlite3.Error."""
    rows = connection.execute(
        "SELECT key, at, command_status, next_at FROM attempt WHERE message = ? ORDER BY rowid", (message,)
    )
    return [StoredAttempt(key.encode("latin-1"), *values) for key, *values in rows]


def receipt_of(values: Iterable[Any]) -> StoredReceipt:
    """The receipt that a row of its columns is."""
    named: dict[str, Any] = dict(zip(_RECEIPT_FIELDS, values, strict=True))
    named["resent"] = bool(named["resent"])
    named["key"] = named["key"].encode("latin-1")
    return StoredReceipt(**named)
