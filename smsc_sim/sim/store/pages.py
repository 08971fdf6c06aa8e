"""Pages of messages that a search finds, and what else people ask of the store, asked in the store's own thread.

Nothing here goes through all messages: where a search has to, a page ends when enough was looked at, and says so.  All
of it raises sqlite3.Error when the database fails.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from smsc_sim.sim.search.paging import NEWEST_FIRST, Cursor, Sort, behind
from smsc_sim.sim.search.query import Query
from smsc_sim.sim.search.statement import Sql
from smsc_sim.sim.store.effort import Effort
from smsc_sim.sim.store.looking import EFFORT, Look, look
from smsc_sim.sim.store.reading import OWN_COLUMNS, attempts_of, messages_where, stored_from
from smsc_sim.sim.store.store import PRUNED_AT_ONCE, Store
from smsc_sim.sim.store.stored import StoredAttempt, StoredMessage

OLDEST_FIRST: Final = Sort(descending=False)

_MOST_PARTS: Final = 2_000
"""PDUs that are looked at for the parts of one long message."""


@dataclass(frozen=True, slots=True)
class Page:
    """Some messages in their order."""

    messages: list[StoredMessage]
    cursor: Cursor | None
    """Behind which the next page begins; None: there is nothing else."""
    behind: int
    """Messages that are in the store and could not be looked at yet, the newest ones."""
    stopped: bool = False
    """Whether it ends at the cursor because enough was looked at, and not because it is full; it may have no messages
    then, although there are some further on."""


@dataclass(frozen=True, slots=True)
class Removed:
    """What one slice of a removal has come to."""

    messages: int
    last: int
    """The id up to which the messages have been looked at."""
    more: bool
    """Whether there may be more behind it."""


def page(
    store: Store,
    query: Query,
    now: float,
    *,
    limit: int,
    sort: Sort = NEWEST_FIRST,
    cursor: Cursor | None = None,
    since: int | None = None,
    effort: Effort | None = None,
) -> Page:
    """At most ``limit`` messages that a search finds when it is ``now``, behind a cursor.

    ``since``: only those that came after this entry of the journal.  ``effort``: what it may cost; None: the usual.
    """
    above = None if since is None else last_until(store, since)
    asked = Look(query, now, sort, limit + 1, OWN_COLUMNS, cursor, since, above)
    with store.reading() as connection:
        found = look(connection, asked, Effort(EFFORT) if effort is None else effort)
        messages = stored_from(connection, found.rows[:limit])
    is_full = len(found.rows) > limit
    further = behind(messages[-1], sort) if is_full else found.reached
    return Page(messages, further, store.staging.messages, stopped=found.reached is not None)


def by_id(store: Store, number: int) -> StoredMessage | None:
    """The message of this id; None when there is none."""
    with store.reading() as connection:
        return next(iter(messages_where(connection, "id = ?", (number,))), None)


def attempts(store: Store, number: int) -> list[StoredAttempt]:
    """The attempts at the receipts of the message of this id after which others followed."""
    with store.reading() as connection:
        return attempts_of(connection, number)


def parts_around(store: Store, message: StoredMessage, window: float) -> list[StoredMessage]:
    """The parts that may make a long message with this one: between the same addresses, so many seconds around it."""
    if message.reference is None:
        return [message]
    condition = (
        "destination = ? AND source = ? AND account = ? AND direction = ? AND reference = ? AND parts = ?"
        " AND at >= ? AND at <= ?"
    )
    values = (
        *(message.destination, message.source, message.account, message.direction, message.reference, message.parts),
        *(message.at - window, message.at + window),
    )
    with store.reading() as connection:
        return messages_where(connection, condition, values, limit=_MOST_PARTS)


def candidates_after(
    store: Store, condition: Sql, after: int, limit: int, up_to: int | None = None
) -> list[StoredMessage]:
    """The next messages behind an id for which a condition holds, by id; ``up_to``: the last id that is looked at."""
    where, values = f"{condition.text} AND id > ?", (*condition.parameters, after)
    if up_to is not None:
        where, values = f"{where} AND id <= ?", (*values, up_to)
    with store.reading() as connection:
        return messages_where(connection, where, values, limit=limit)


def newest_candidates(store: Store, condition: Sql, after: int, limit: int) -> list[StoredMessage]:
    """The newest messages behind an id for which a condition holds, by id."""
    with store.reading() as connection:
        found = messages_where(
            connection, f"{condition.text} AND id > ?", (*condition.parameters, after), limit=limit, newest_first=True
        )
    return found[::-1]


def with_ids(store: Store, ids: Iterable[int]) -> list[StoredMessage]:
    """The messages with these ids, by id."""
    with store.reading() as connection:
        return [one for number in sorted(ids) for one in messages_where(connection, "id = ?", (number,))]


def messages_of_receipts(store: Store, keys: list[bytes]) -> set[int]:
    """The ids of the messages that have the receipts of these keys."""
    found: set[int] = set()
    with store.reading() as connection:
        for begin in range(0, len(keys), 500):
            some = [key.decode("latin-1") for key in keys[begin : begin + 500]]
            marks = ", ".join("?" * len(some))
            found.update(
                message
                for (message,) in connection.execute(f"SELECT message FROM receipt WHERE key IN ({marks})", some)
            )
    return found


def newest_id(store: Store) -> int:
    """The highest id of a message that is a row; 0 when none is."""
    with store.reading() as connection:
        (found,) = connection.execute("SELECT coalesce(max(id), 0) FROM message").fetchone()
    return int(found)


def oldest_id(store: Store, after: int) -> int:
    """The lowest id behind this one of a message that is a row; 0 when none is."""
    with store.reading() as connection:
        (found,) = connection.execute("SELECT coalesce(min(id), 0) FROM message WHERE id > ?", (after,)).fetchone()
    return int(found)


def last_until(store: Store, seq: int) -> int:
    """The id of the last message that came no later than this entry of the journal; others of this run came later.

    Ids and entries are numbered in the same order, so that a few looks are enough.
    """
    with store.reading() as connection:
        low, high = store.first_id - 1, newest_id(store)
        while low < high:
            middle = (low + high + 1) // 2
            row = connection.execute(
                "SELECT id, seq FROM message WHERE id >= ? AND id <= ? ORDER BY id LIMIT 1", (middle, high)
            ).fetchone()
            if row is None:
                high = middle - 1
            elif row[1] <= seq:
                low = row[0]
            else:
                high = middle - 1
    return low


def remove_found(
    store: Store,
    query: Query,
    now: float,
    *,
    since: int | None = None,
    after: int = 0,
    up_to: int | None = None,
    limit: int = PRUNED_AT_ONCE,
) -> Removed:
    """Remove the first so many messages behind an id that a search finds when it is ``now``.

    ``up_to``: the last id that may go; None: any may.
    """
    above = after if since is None else max(after, last_until(store, since))
    asked = Look(query, now, OLDEST_FIRST, limit, "message.id, message.text", since=since, above=above)
    with store.reading() as connection:
        found = look(connection, asked, Effort(EFFORT))
    doomed = [row for row in found.rows if up_to is None or row[0] <= up_to]
    store.remove(doomed)
    if found.reached is not None:
        last = found.reached.id
        return Removed(len(doomed), last, up_to is None or last < up_to)
    return Removed(len(doomed), doomed[-1][0] if doomed else above, len(doomed) == limit)


def unended_of(store: Store, account: str | None, after: int, limit: int) -> list[StoredMessage]:
    """The next messages behind an id that something may still be sent for; ``account``: a system_id, None: of all."""
    condition = (
        "id > ? AND id IN (SELECT message FROM receipt WHERE status IN ('scheduled', 'waiting', 'sent', 'manual'))"
    )
    values: tuple[object, ...] = (after,)
    if account is not None:
        condition += " AND account = ?"
        values = (after, account)
    with store.reading() as connection:
        return messages_where(connection, condition, values, limit=limit)
