"""Finding messages for the SMSC itself: in rows, in batches that are not yet rows, and among the latest entries."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any, Final

from smsc_sim.sim.ledger import RUN, Entry
from smsc_sim.sim.store.batch import Numbers, pack
from smsc_sim.sim.store.expansion import Expansion
from smsc_sim.sim.store.reading import messages_where
from smsc_sim.sim.store.store import Store
from smsc_sim.sim.store.stored import StoredMessage
from smsc_sim.smpp.framing import HEADER_LENGTH

_USUAL_DIGITS: Final = 10
"""Of a message_id as the message path writes it."""


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

        def wanted(message: StoredMessage) -> bool:
            return message.message_id == message_id and message.account == account

        usual = len(message_id) == _USUAL_DIGITS and message_id.isascii() and message_id.isdigit()
        number = int(message_id) if usual else 0
        holder = self._store.staging.holder(number) if usual else None
        found = self._rows("message_id = ? AND account = ? AND message_id <> ''", (message_id, account))
        staged = self._staged(
            "id = ?1 OR changes > 0 OR (unusual > 0 AND instr(entries, ?2) > 0)", (holder, message_id.encode("utf-8"))
        )
        latest = [entry for entry in self._latest() if entry[0] != RUN or _holds(entry, number)]
        return self._as_they_stand(found, staged, latest, wanted)

    def unfinished(
        self, account: str, source: str, destination: str, service_type: str, now: float
    ) -> list[StoredMessage]:
        """See :class:`~.lookup.Lookup`.  Raises sqlite3.Error."""

        def wanted(message: StoredMessage) -> bool:
            return (
                message.account == account
                and message.destination == destination
                and message.source == source
                and bool(message.state)
                and (message.state_at > now or not message.state_at)
                and (not service_type or _service_type(message.octets) == service_type)
            )

        found = self._rows(
            "destination = ? AND source = ? AND account = ? AND (state_at > ? OR state_at = 0.0)",
            (destination, source, account, now),
        )
        trace = destination.encode("latin-1", "replace")
        staged = self._staged("changes > 0 OR instr(entries, ?1) > 0", (trace,))
        latest = [entry for entry in self._latest() if entry[0] != RUN or trace in _octets(entry)]
        return self._as_they_stand(found, staged, latest, wanted)

    def _rows(self, condition: str, values: tuple[object, ...]) -> dict[int, StoredMessage]:
        with self._store.lock:
            rows = messages_where(self._store.connection, f"{condition} AND direction = 'mt'", values)
        return {message.id: message for message in rows}

    def _staged(self, condition: str, values: tuple[object, ...]) -> list[bytes]:
        """The batches, not yet rows, for which a condition holds, the oldest first."""
        if not self._store.staging:
            return []
        with self._store.lock:
            rows = self._store.connection.execute(f"SELECT entries FROM batch WHERE {condition} ORDER BY id", values)
            return [entries for (entries,) in rows]

    def _as_they_stand(
        self,
        found: dict[int, StoredMessage],
        staged: Iterable[bytes],
        latest: list[Entry],
        wanted: Callable[[StoredMessage], bool],
    ) -> list[StoredMessage]:
        """Those of all these that are wanted, with what changed of them since."""
        changes: dict[int, dict[str, Any]] = {}
        for entries in (*staged, pack(latest, Numbers()).entries):
            expansion = Expansion(self._store.alphabet_of)
            expansion.add(entries)
            for message in expansion.messages():
                found.setdefault(message.id, message)
            for identifier, values in expansion.changes.items():
                changes.setdefault(identifier, {}).update(values)
        current = [changed(message, changes.get(message.id)) for message in found.values()]
        return sorted(filter(wanted, current), key=lambda message: message.id)


def changed(message: StoredMessage, values: Mapping[str, Any] | None) -> StoredMessage:
    """The message with other values in some of its columns."""
    return replace(message, **values) if values else message


def _holds(entry: Entry, number: int) -> bool:
    """Whether the message of this number is one that a RUN brings."""
    first, accepted = entry[6], entry[7]
    return bool(first <= number < first + accepted)


def _octets(entry: Entry) -> bytes:
    return bytes(entry[9])


def _service_type(octets: bytes) -> str:
    return octets[HEADER_LENGTH : octets.index(0, HEADER_LENGTH)].decode("latin-1")
