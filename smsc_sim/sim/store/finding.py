"""Finding messages for the SMSC itself: in rows, in batches that are not yet rows, and among the latest entries."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final

from smsc_sim.sim.messages.ledger import RUN, Entry
from smsc_sim.sim.store.batch import Numbers, pack
from smsc_sim.sim.store.expansion import Expansion
from smsc_sim.sim.store.reading import messages_where
from smsc_sim.sim.store.store import Store
from smsc_sim.sim.store.stored import StoredMessage, StoredReceipt
from smsc_sim.smpp.framing import HEADER_LENGTH

_USUAL_DIGITS: Final = 10
"""Of a message_id as the message path writes it."""

_MOST_TRACES: Final = 20
"""Numbers that batches are searched for one by one."""

_OPEN: Final = frozenset({"scheduled", "waiting", "sent"})


class Finder:
    """A :class:`~.lookup.Lookup` over a store and the entries that it has not got yet."""

    def __init__(self, store: Store, latest: Callable[[], Iterable[Entry]]) -> None:
        """``latest()``: entries that are not written yet, the oldest first."""
        self._store = store
        self._latest = latest

    def find(self, account: str, message_id: str) -> list[StoredMessage]:
        """The account's messages whose response had this message_id, the oldest first.  Raises sqlite3.Error."""
        if not message_id:
            return []
        usual = len(message_id) == _USUAL_DIGITS and message_id.isascii() and message_id.isdigit()
        number = int(message_id) if usual else 0
        with self._store.lock:
            latest = [entry for entry in self._latest() if entry[0] != RUN or _holds(entry, number)]
            return self._found(
                "id = ? OR changes > 0 OR (unusual > 0 AND instr(entries, ?) > 0)",
                (self._store.staging.holder(number) if usual else None, message_id.encode()),
                latest,
                number,
                "message_id = ? AND account = ? AND message_id <> ''",
                (message_id, account),
            )

    def unfinished(
        self, account: str, source: str, destination: str, service_type: str, now: float
    ) -> list[StoredMessage]:
        """See :class:`~.lookup.Lookup`.  Raises sqlite3.Error."""
        trace = destination.encode("latin-1", "replace")
        with self._store.lock:
            latest = [entry for entry in self._latest() if entry[0] != RUN or trace in entry[9]]
            found = self._found(
                "changes > 0 OR instr(entries, ?) > 0",
                (trace,),
                latest,
                None,
                "destination = ? AND source = ? AND account = ? AND state <> ''"
                " AND (state_at > ? OR state IN ('SCHEDULED', 'ENROUTE'))",
                (destination, source, account, now),
            )
        return [message for message in found if not service_type or _service_type(message.octets) == service_type]

    def _found(
        self,
        where: str,
        traces: tuple[object, ...],
        latest: list[Entry],
        number: int | None,
        condition: str,
        values: tuple[object, ...],
    ) -> list[StoredMessage]:
        """The messages for which a condition holds; ``where`` and ``traces`` find the batches that bring them.

        Batches may also tell what became of receipts that were planned earlier.  A usual receipt is the end of its
        message, so that only those of others are looked for, by what their keys begin with.
        """
        found = self._messages(self._staged(where, traces), latest, number, condition, values)
        begins = {b"%d-" % message.serial for message in found if any(map(_may_have_changed, message.receipts))}
        if not begins or not self._store.staging:
            return found
        also = " OR instr(entries, ?) > 0" * len(begins) if len(begins) <= _MOST_TRACES else " OR 1"
        more = tuple(begins) if len(begins) <= _MOST_TRACES else ()
        return self._messages(self._staged(where + also, (*traces, *more)), latest, number, condition, values)

    def _staged(self, condition: str, values: tuple[object, ...]) -> list[bytes]:
        """The batches, not yet rows, for which a condition holds, the oldest first."""
        if not self._store.staging:
            return []
        self._store.land()
        rows = self._store.connection.execute(f"SELECT entries FROM batch WHERE {condition} ORDER BY id", values)
        return [entries for (entries,) in rows]

    def _messages(
        self,
        staged: list[bytes],
        latest: list[Entry],
        number: int | None,
        condition: str,
        values: tuple[object, ...],
    ) -> list[StoredMessage]:
        """The messages for which a condition holds, once these batches and entries are rows; they do not stay it.

        ``number``: the only one that is looked for among the messages of the message path; None: all are.
        """
        connection = self._store.connection
        condition = f"{condition} AND direction = 'mt'"
        if not staged and not latest:
            return messages_where(connection, condition, values)
        expansion = Expansion(self._store.alphabet_of, only=number)
        for entries in staged:
            expansion.add(entries)
        expansion.add(pack(latest, Numbers()).entries)
        with self._store.scratch():
            expansion.write(connection)
            return messages_where(connection, condition, values)


def _may_have_changed(receipt: StoredReceipt) -> bool:
    return receipt.status in _OPEN and not receipt.key.isdigit()


def _holds(entry: Entry, number: int) -> bool:
    """Whether the message of this number is one that a RUN brings."""
    first, accepted = entry[6], entry[7]
    return bool(first <= number < first + accepted)


def _service_type(octets: bytes) -> str:
    return octets[HEADER_LENGTH : octets.index(0, HEADER_LENGTH)].decode("latin-1")
