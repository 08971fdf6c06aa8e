"""The message store: what the ledger had, kept in SQLite, in a file or in memory."""

from __future__ import annotations

import sqlite3
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import replace
from pathlib import Path
from typing import Final

from smsc_sim.sim.messages.ledger import Entry
from smsc_sim.sim.search.words import indexed
from smsc_sim.sim.store.batch import Batch, Numbers, pack, portions, unpack
from smsc_sim.sim.store.expansion import BRINGS, REMOVE_TEXT, AlphabetOf, Expansion
from smsc_sim.sim.store.schema import connect, connect_to_read
from smsc_sim.sim.store.staging import Staging, added_by, owed_by, settled_by

PORTION: Final = 1_000
"""See :attr:`Store.portion`."""
PORTION_IN_FILE: Final = 4_000
"""The same where each batch costs a statement, and a commit has brought few."""
EXPANDED_AT_ONCE: Final = 1_000
"""Messages whose rows are written in one transaction, roughly: what a commit may have to wait for."""
_OCTETS_AT_ONCE: Final = 256 * 1024
"""The same in octets of entries, some of which bring no message."""
_FEW: Final = 2_000
"""Receipts that are looked up in one go for a batch, rather than each that the batch tells of for itself."""
PRUNED_AT_ONCE: Final = 5_000
"""Messages that are removed in one transaction."""

OPEN: Final = "('scheduled', 'waiting', 'sent', 'manual')"
"""What a receipt is that is still to come, in SQL."""


class Store:
    """One store and its connection.

    Entries are written as they come, one row for many (:meth:`write`), and become rows of messages and receipts when
    there is time for it (:meth:`expand`).  All methods raise sqlite3.Error when the database fails.
    """

    def __init__(
        self,
        path: Path | None = None,
        *,
        alphabet_of: AlphabetOf = lambda account: "gsm7",
        power_safe: bool = False,
        lock: AbstractContextManager[object] | None = None,
    ) -> None:
        """``path``: of the database; None: in memory.  ``alphabet_of``: of data_coding 0 for an account.

        ``power_safe``: what is written outlives a power cut, and not the process alone.  ``lock``: held while the
        connection is used, where several threads do.  Raises StoreError.
        """
        self.path = path
        self.lock = nullcontext() if lock is None else lock
        self.connection = connect(path, synchronous="FULL" if power_safe else "NORMAL")
        self.alphabet_of = alphabet_of
        self.portion = PORTION if path is None else PORTION_IN_FILE
        """Messages and receipts of one batch, at most about so many."""
        self.staging = Staging()
        self.numbers = Numbers()
        """As they stood when it was opened, and after each :meth:`write`."""
        self.evicted_seq = 0
        """The highest ``seq`` among messages of this run that were dropped to make room; 0 before that."""
        self._reader: sqlite3.Connection | None = None
        self._last_at_opening = self._last_batch = 0
        self.log_octets = 0
        """Octets of batches that were written since the last checkpoint."""
        self._light: deque[tuple[int, Batch, Numbers]] = deque()
        """In memory: the latest batches, not yet in the table."""
        self._begin()
        self.first_id = self.numbers.next_id
        """Of the messages of this run: ``seq`` says nothing about those of an earlier one."""

    def close(self) -> None:
        """Close it; nothing may be asked of it afterwards."""
        if self._reader is not None:
            self._reader.close()
        self.connection.close()

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """A connection to read with, that holds nobody up who writes; in memory there is but the one."""
        if self.path is None:
            with self.lock:
                yield self.connection
            return
        if self._reader is None:
            self._reader = connect_to_read(self.path)
        yield self._reader

    def write(self, entries: Sequence[Entry], numbers: Numbers) -> None:
        """Write entries of the ledger; when this returns they are safe, and when it raises none of them is.

        ``numbers``: where they go on after these entries.
        """
        added, settled = added_by(entries), settled_by(entries)
        batches: list[tuple[Batch, Numbers, int]] = []
        following = numbers
        for some in reversed(list(portions(entries, self.portion))):
            batch = pack(some, following)
            batches.append((batch, following, owed_by(some)))
            following = replace(numbers, next_number=batch.first_number)
        batches.reverse()
        with self.lock:
            first = self._last_batch + 1
            if self.path is None:
                self._light += [(identifier, *some[:2]) for identifier, some in enumerate(batches, first)]
            else:
                # A statement alone is a transaction, and cheaper than one that is begun.
                with self.transaction() if len(batches) > 1 else nullcontext():
                    for identifier, (batch, after, _) in enumerate(batches, first):
                        self._insert(identifier, batch, after)
            for identifier, (batch, _, owed) in enumerate(batches, first):
                self.staging.add(identifier, batch.first_number, batch.messages, owed)
            self._last_batch += len(batches)
            self.staging.owe(added)
            self.staging.settle(settled)
            self.numbers = numbers

    def land(self) -> None:
        """Have every batch in the table, also those that are so far kept beside it; the lock is held by the caller.

        In memory nothing is gained by a table that nobody asks: most batches are forgotten before somebody does.
        """
        while self._light:
            self._insert(*self._light[0])
            self._light.popleft()

    def _insert(self, identifier: int, batch: Batch, numbers: Numbers) -> None:
        entries = batch.entries
        self.log_octets += len(entries)
        self.connection.execute(
            "INSERT INTO batch"
            " (id, messages, unusual, changes, counts, first_number, next_id, next_number, last_session, entries)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                identifier,
                batch.messages,
                batch.unusual,
                batch.changes,
                batch.counts,
                batch.first_number,
                numbers.next_id,
                numbers.next_number,
                numbers.last_session,
                entries,
            ),
        )

    def expand(self, messages: int = EXPANDED_AT_ONCE) -> bool:
        """Write the rows of the oldest batches, about so many messages; returns whether any batch is left."""
        if not self.staging:
            return False
        expansion = Expansion(self.alphabet_of)
        with self.lock:
            batches = self._oldest(messages)
        for _, entries, _ in batches:
            expansion.add(entries)
        last, _, numbers = batches[-1]
        with self.lock, self.transaction():
            expansion.write(self.connection)
            self._leave_staging(last, numbers)
        while self._light and self._light[0][0] <= last:
            self._light.popleft()
        self.staging.forget(len(batches))
        return bool(self.staging)

    def _oldest(self, messages: int) -> list[tuple[int, bytes, Numbers]]:
        """The oldest batches, at least one, with about so many messages: id, entries and numbers."""
        batches: list[tuple[int, bytes, Numbers]] = []
        taken = octets = 0
        if self._light and self._light[0][0] == self.staging.oldest()[0]:
            rows = ((identifier, one.messages, one.entries, numbers) for identifier, one, numbers in self._light)
        else:
            found = self.connection.execute(
                "SELECT id, messages, entries, next_id, next_number, last_session FROM batch ORDER BY id LIMIT ?",
                (messages,),
            )
            rows = ((*row[:3], Numbers(*row[3:])) for row in found)
        for identifier, brought, entries, numbers in rows:
            batches.append((identifier, entries, numbers))
            taken += brought
            octets += len(entries)
            if taken >= messages or octets >= _OCTETS_AT_ONCE:
                break
        rows.close()
        return batches

    def expand_up_to(self, identifier: int) -> bool:
        """The same for batches up to this one; returns whether any of those is left."""
        if self.staging and self.staging.oldest()[0] <= identifier:
            self.expand()
        return bool(self.staging) and self.staging.oldest()[0] <= identifier

    def expand_earlier(self) -> bool:
        """The same for batches that were there when the store was opened."""
        return self.expand_up_to(self._last_at_opening)

    @property
    def last_batch(self) -> int:
        """The latest batch that was written."""
        return self._last_batch

    def shrink(self, keep: int, *, in_haste: bool = False) -> bool:
        """Remove something of what is older than the newest ``keep`` messages; returns whether there may be more.

        A message whose receipt is still to come stays.  ``in_haste``: only what costs next to nothing is removed.
        """
        staging = self.staging
        if staging and staging.messages - staging.oldest()[1] >= keep:
            if in_haste and staging.oldest()[2]:
                return False
            self._drop_batch()
            return True
        if in_haste:
            return False
        newest = self._one("SELECT coalesce(max(id), 0) FROM message")
        oldest_kept = newest + staging.messages - keep + 1
        with self.lock:
            rows = self.connection.execute(
                "SELECT id, text, seq FROM message WHERE id < ?1 AND NOT EXISTS"
                f" (SELECT 1 FROM receipt WHERE receipt.message = message.id AND status IN {OPEN})"
                " ORDER BY id LIMIT ?2",
                (oldest_kept, PRUNED_AT_ONCE),
            ).fetchall()
        self.remove([(identifier, text) for identifier, text, _ in rows])
        self._evicted(seq for identifier, _, seq in rows if identifier >= self.first_id)
        return len(rows) == PRUNED_AT_ONCE

    def remove(self, rows: Sequence[tuple[int, str]]) -> None:
        """Remove messages, given by id and text, and all that belongs to them."""
        if not rows:
            return
        ids = [row[:1] for row in rows]
        with self.lock, self.transaction():
            self.connection.executemany(
                REMOVE_TEXT,
                ((identifier, indexed(text)) for identifier, text in rows),
            )
            for table in ("message WHERE id", "receipt WHERE message", "attempt WHERE message"):
                self.connection.executemany(f"DELETE FROM {table} = ?", ids)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing; the lock is held by the caller."""
        self.connection.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            # A full disk may have ended the transaction already.
            if self.connection.in_transaction:
                self.connection.execute("ROLLBACK")
            raise
        self.connection.execute("COMMIT")

    @contextmanager
    def scratch(self) -> Iterator[None]:
        """What is written now is seen now and then forgotten; the lock is held by the caller."""
        self.connection.execute("BEGIN")
        try:
            yield
        finally:
            if self.connection.in_transaction:
                self.connection.execute("ROLLBACK")

    def checkpoint(self, *, truncate: bool = False) -> None:
        """Take the log back into the file, as far as no reader is in the way; ``truncate``: and make it short."""
        self.log_octets = 0
        with self.lock:
            self.connection.execute(f"PRAGMA wal_checkpoint({'TRUNCATE' if truncate else 'PASSIVE'})").fetchall()

    def is_over(self, keep: int) -> bool:
        """Whether clearly more than ``keep`` messages wait to become rows."""
        return self.staging.messages > keep + keep // 10

    def _drop_batch(self) -> None:
        """Let go of the oldest batch, unless it owes receipts: then its messages become rows all the same."""
        identifier, _, owes = self.staging.oldest()
        if owes:
            self.expand(1)
            return
        with self.lock:
            if self._light and self._light[0][0] == identifier:
                _, batch, _ = self._light[0]
                if self._is_told_of(batch.counts):
                    with self.transaction():
                        self._tell_rows(batch.written)
                self._light.popleft()
                self._forget(identifier, batch.written)
                return
        with self.lock, self.transaction():
            written, counts, *numbers = self.connection.execute(
                "SELECT entries, counts, next_id, next_number, last_session FROM batch WHERE id = ?", (identifier,)
            ).fetchone()
            entries = unpack(written)
            if self._is_told_of(counts):
                self._tell_rows(entries)
            self._leave_staging(identifier, Numbers(*numbers))
        self._forget(identifier, entries)

    def _is_told_of(self, counts: int) -> bool:
        """Whether a batch may tell what became of receipts of messages that are rows, or what rules have counted."""
        statement = f"SELECT 1 FROM receipt WHERE status IN {OPEN} LIMIT 1"
        return counts > 0 or self.connection.execute(statement).fetchone() is not None

    def _tell_rows(self, entries: Sequence[Entry]) -> None:
        """Write what entries tell of messages that are rows: nearly all that they tell is of messages that are not."""
        statement = f"SELECT key FROM receipt WHERE status IN {OPEN} LIMIT {_FEW + 1}"
        open_: frozenset[str] | None = frozenset(key for (key,) in self.connection.execute(statement))
        if open_ is not None and len(open_) > _FEW:
            open_ = None
        expansion = Expansion(self.alphabet_of, without_messages=True, of_receipts=open_)
        expansion.gather(entries)
        expansion.write(self.connection)

    def _forget(self, identifier: int, entries: Iterable[Entry]) -> None:
        """The oldest batch, with these entries, is gone."""
        if identifier > self._last_at_opening:
            self._evicted(entry[1] for entry in entries if entry[0] in BRINGS)
        self.staging.forget(1)

    def _evicted(self, seqs: Iterable[int]) -> None:
        self.evicted_seq = max(self.evicted_seq, *seqs, 0)

    def _leave_staging(self, last: int, numbers: Numbers) -> None:
        """The batches up to this one are rows, or gone; the numbers that only they had are kept."""
        self.connection.execute("DELETE FROM batch WHERE id <= ?", (last,))
        self.connection.executemany(
            "INSERT OR REPLACE INTO meta (name, value) VALUES (?, ?)",
            (
                ("next_id", numbers.next_id),
                ("next_number", numbers.next_number),
                ("last_session", numbers.last_session),
            ),
        )

    def _begin(self) -> None:
        """Find out what is there."""
        known = dict(self.connection.execute("SELECT name, value FROM meta"))
        self.numbers = Numbers(known.get("next_id", 1), known.get("next_number", 1), known.get("last_session", 0))
        for identifier, messages, first_number, *numbers in self.connection.execute(
            "SELECT id, messages, first_number, next_id, next_number, last_session FROM batch ORDER BY id"
        ):
            # What they owe is not looked up: they are the first that become rows.
            self.staging.add(identifier, first_number, messages, owed=1)
            self.numbers = Numbers(*numbers)
            self._last_at_opening = self._last_batch = identifier

    def _one(self, statement: str) -> int:
        with self.lock:
            (value,) = self.connection.execute(statement).fetchone()
        return int(value)
