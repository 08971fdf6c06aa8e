"""Unended receipts: those that an earlier run planned and that nobody has answered, read back in portions."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from smsc_sim.sim.store.reading import messages_where
from smsc_sim.sim.store.store import OPEN, Store
from smsc_sim.sim.store.stored import StoredMessage

PORTION: Final = 500
"""Messages that are read at a time, so that traffic goes on between them."""


@dataclass(frozen=True, slots=True)
class Portion:
    """Messages with receipts that are still to come, by id."""

    messages: Sequence[StoredMessage]
    repeats: Mapping[bytes, int]
    """Which time of a receipt each key is; -1: somebody has to send it."""
    attempts: Mapping[bytes, int]
    """How many attempts at each key have failed."""
    vias: Mapping[int, str]
    """The routing policy of each message from a subscriber, by its id."""


def mark_resent(store: Store, before: int) -> int:
    """Mark the receipts of messages with ids below ``before`` that were sent and not answered; returns how many.

    They will be sent once more.  Raises sqlite3.Error.
    """
    with store.lock, store.transaction():
        return store.connection.execute(
            "UPDATE receipt SET resent = 1 WHERE status = 'sent' AND message < ?", (before,)
        ).rowcount


def unended(store: Store, after: int, before: int) -> Portion:
    """The next messages with receipts that are still to come, with ids above ``after`` and below ``before``.

    Raises sqlite3.Error.
    """
    connection = store.connection
    with store.lock:
        ids = [
            identifier
            for (identifier,) in connection.execute(
                f"SELECT DISTINCT message FROM receipt WHERE status IN {OPEN} AND message > ? AND message < ?"
                " ORDER BY message LIMIT ?",
                (after, before, PORTION),
            )
        ]
        if not ids:
            return Portion((), {}, {}, {})
        span = (ids[0], ids[-1])
        wanted = f"id BETWEEN ? AND ? AND id IN (SELECT message FROM receipt WHERE status IN {OPEN})"
        return Portion(
            messages_where(connection, wanted, span),
            _by_key(connection, "SELECT key, repeat FROM receipt WHERE message BETWEEN ? AND ?", span),
            _by_key(connection, "SELECT key, count(*) FROM attempt WHERE message BETWEEN ? AND ? GROUP BY key", span),
            dict(
                connection.execute(
                    "SELECT id, coalesce(via, '') FROM message WHERE direction = 'mo' AND id BETWEEN ? AND ?", span
                ).fetchall()
            ),
        )


def _by_key(connection: sqlite3.Connection, statement: str, values: Sequence[int]) -> dict[bytes, int]:
    return {key.encode("latin-1"): number for key, number in connection.execute(statement, values)}
