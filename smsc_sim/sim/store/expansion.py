"""Expansion: batches of entries become rows of messages and receipts, in order and all or nothing."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final

from smsc_sim.sim.messages.ledger import (
    ADDED,
    BALANCE,
    CHANGED,
    COUNTED,
    ENDED,
    FAILED,
    INBOUND,
    RETRY,
    RUN,
    SENT,
    SUBMISSION,
    Entry,
)
from smsc_sim.sim.search.words import indexed
from smsc_sim.sim.store.batch import unpack
from smsc_sim.sim.store.rows import CONTENT_COLUMNS, asks_for_receipt, content_of, submits_in
from smsc_sim.smpp.pdu import encode_header_only
from smsc_sim.smpp.receipt_text import MessageState

_COLUMNS: Final = (
    "id",
    "direction",
    "seq",
    "at",
    "session",
    "account",
    *CONTENT_COLUMNS,
    "message_id",
    "command_status",
    "rule",
    "state",
    "state_at",
    "error_code",
    "scheduled_at",
    "expires_at",
    "serial",
    "nth",
    "receipt_id",
    "tlv_id",
    "via",
)
_INSERT_MESSAGE: Final = (
    f"INSERT OR REPLACE INTO message ({', '.join(_COLUMNS)}) VALUES ({', '.join('?' * len(_COLUMNS))})"
)
_INSERT_TEXT: Final = "INSERT INTO message_text (rowid, text) VALUES (?, ?)"
REMOVE_TEXT: Final = "INSERT INTO message_text (message_text, rowid, text) VALUES ('delete', ?, ?)"
"""Takes an indexed text, which must be the one that was put in, out of the index."""
_INSERT_RECEIPT: Final = (
    'INSERT OR REPLACE INTO receipt (key, message, "index", repeat, state, error_code, due, sent_at, attempts,'
    " answered_at, command_status, status, resent) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)
_SENT: Final = "UPDATE receipt SET sent_at = ?1, attempts = attempts + 1, status = 'sent' WHERE key = ?2"
_ENDED: Final = "UPDATE receipt SET answered_at = ?1, command_status = 0, status = 'acknowledged' WHERE key = ?2"
_FAILED: Final = "UPDATE receipt SET answered_at = ?1, command_status = ?2, status = ?3 WHERE key = ?4"
_AGAIN: Final = "UPDATE receipt SET command_status = ?1, status = 'scheduled', due = ?2 WHERE key = ?3"
_ATTEMPT: Final = (
    "INSERT INTO attempt (message, key, at, command_status, next_at)"
    " SELECT message, key, ?1, ?2, ?3 FROM receipt WHERE key = ?4"
)
_COUNTER: Final = "INSERT OR REPLACE INTO counter (rule, gate, key, count) VALUES (?, ?, ?, ?)"
_BALANCE: Final = "INSERT OR REPLACE INTO balance (account, balance) VALUES (?, ?)"
_DELIVERED: Final = MessageState.DELIVERED.name
_USUAL_ERROR: Final = "000"
_NO_FATE: Final = ("", 0.0, "", 0.0, 0.0, 0, 0, None, None, None)
"""The columns from ``state`` on, of a message that was refused."""
CHANGEABLE: Final = frozenset(
    {
        "octets",
        "text",
        "data_coding",
        "esm_class",
        "registered_delivery",
        "state",
        "state_at",
        "error_code",
        "scheduled_at",
        "expires_at",
        "command_status",
        "rule",
    }
)
"""Columns of a message that an entry may change."""

_TEXT: Final = _COLUMNS.index("text")

# Places in the list that a receipt is while its rows are gathered; as in _INSERT_RECEIPT.
_DUE, _SENT_AT, _ATTEMPTS, _ANSWERED_AT, _STATUS_OF_ANSWER, _STATUS = range(6, 12)

AlphabetOf = Callable[[str], str]
"""The alphabet of data_coding 0 for an account, by its system_id."""


class Expansion:
    """The rows of one or more batches, gathered and then written.

    Most receipts are sent and answered in the batches that bring them; what became of those costs no statement.
    """

    def __init__(
        self,
        alphabet_of: AlphabetOf,
        *,
        without_messages: bool = False,
        of_receipts: frozenset[str] | None = None,
        only: int | None = None,
    ) -> None:
        """``without_messages``: only what became of messages that are rows already is gathered; ``of_receipts``: and
        of receipts only those with these keys; ``only``: of messages of the message path, the one of this number, and
        what other ways brought.
        """
        self._only = only
        self._of_receipts = of_receipts
        self._alphabet_of = alphabet_of
        self._without_messages = without_messages
        self._messages: list[tuple[Any, ...]] = []
        self._receipts: dict[str, list[Any]] = {}
        self._statements: list[tuple[str, Sequence[Any]]] = []
        """What rows need that were written before, in order."""
        self._changes: dict[int, dict[str, Any]] = {}
        self._counters: dict[tuple[str, str, str], int] = {}
        self._balances: dict[str, float] = {}

    def add(self, entries: bytes) -> None:
        """Gather the rows of one batch; batches are given in their order."""
        self.gather(unpack(entries))

    def gather(self, entries: Iterable[Entry]) -> None:
        """The same of a batch whose entries are at hand."""
        for entry in entries:
            if self._without_messages and entry[0] in BRINGS:
                continue
            _GATHER[entry[0]](self, *entry[1:])

    def write(self, connection: sqlite3.Connection) -> None:
        """Write what was gathered; the caller has begun a transaction.  Raises sqlite3.Error."""
        connection.executemany(_INSERT_MESSAGE, self._messages)
        connection.executemany(_INSERT_TEXT, ((row[0], indexed(row[_TEXT])) for row in self._messages))
        connection.executemany(_INSERT_RECEIPT, self._receipts.values())
        for statement, values in self._statements:
            connection.execute(statement, values)
        connection.executemany(_COUNTER, ((*key, count) for key, count in self._counters.items()))
        connection.executemany(_BALANCE, self._balances.items())
        for message, changes in self._changes.items():
            _change(connection, message, changes)

    def _run(
        self,
        seq: int,
        at: float,
        session: int,
        account: str,
        first_id: int,
        first_number: int,
        accepted: int,
        refused: list[list[Any]],
        octets: bytes,
        due: float,
        wanted: int,
        decided: Sequence[list[Any]] = (),
    ) -> None:
        default = self._alphabet_of(account)
        refusals = {place: (status, rule) for place, status, rule in refused}
        ends = {place: end for place, *end in decided}
        number = first_number
        for place, pdu in enumerate(submits_in(octets)):
            refusal = refusals.get(place)
            if self._only is not None and (refusal is not None or number != self._only):
                number += refusal is None
                continue
            message = first_id + place
            content = content_of(pdu, default)
            head = (message, "mt", seq, at, session, account, *content)
            if refusal is not None:
                self._messages.append((*head, "", *refusal, *_NO_FATE))
                continue
            key = f"{number:010d}"
            end = ends.get(place)
            if end is None:
                rule, nth, state, error_code, ends_at = "", 0, _DELIVERED, _USUAL_ERROR, due
                gets_receipt = asks_for_receipt(content)
            else:
                rule, nth, state, error_code, ends_at, gets_receipt = end
            self._messages.append(
                (*head, key, 0, rule, state, ends_at, error_code, 0.0, 0.0, number, nth, key, key, None)
            )
            if gets_receipt:
                self._receipts[key] = [
                    key, message, 0, 0, state, error_code, ends_at, 0.0, 0, 0.0, None, "scheduled", 0
                ]  # fmt: skip
            number += 1

    def _submission(
        self,
        seq: int,
        at: float,
        session: int,
        account: str,
        first_id: int,
        octets: bytes,
        command_status: int | None,
        rule: str,
        destinations: list[list[Any]],
    ) -> None:
        default = self._alphabet_of(account)
        if not destinations:
            content = content_of(octets, default)
            self._messages.append(
                (
                    *(first_id, "mt", seq, at, session, account, *content),
                    *("", command_status, rule, *_NO_FATE),
                )
            )
        for place, destination in enumerate(destinations):
            serial, message_id, receipt_id, tlv_id, nth, *fate, receipts = destination
            state, error, state_at, scheduled_at, expires_at = fate
            message = first_id + place
            self._messages.append(
                (
                    *(message, "mt", seq, at, session, account, *content_of(octets, default, place)),
                    *(message_id, command_status, rule, state, state_at, error, scheduled_at, expires_at),
                    *(serial, nth, receipt_id, tlv_id, None),
                )
            )
            self._plan(message, receipts)

    def _plan(self, message: int, receipts: Iterable[list[Any]]) -> None:
        for key, index, repeat, state, error_code, due in receipts:
            name = key.decode("latin-1")
            status = "manual" if repeat < 0 else "scheduled"
            self._receipts[name] = [
                name, message, index, repeat, state, error_code, due, 0.0, 0, 0.0, None, status, 0
            ]  # fmt: skip

    def _inbound(
        self,
        seq: int,
        at: float,
        session: int,
        account: str,
        message: int,
        key: bytes,
        command_id: int,
        body: bytes,
        tlvs: bytes,
        via: str,
    ) -> None:
        pdu = encode_header_only(command_id, 0, 0)
        octets = (len(pdu) + len(body) + len(tlvs)).to_bytes(4, "big") + pdu[4:] + body + tlvs
        content = content_of(octets, self._alphabet_of(account))
        self._messages.append(
            (
                *(message, "mo", seq, at, session, account, *content),
                *("", None, "", *_NO_FATE[:-1], via),
            )
        )
        self._plan(message, [[key, 0, 0, "", "", at]])

    def _sent(self, at: float, session: int, keys: bytes) -> None:
        for key in self._names(keys):
            receipt = self._receipts.get(key)
            if receipt is None:
                self._statements.append((_SENT, (at, key)))
            else:
                receipt[_SENT_AT] = at
                receipt[_ATTEMPTS] += 1
                receipt[_STATUS] = "sent"

    def _ended(self, at: float, keys: bytes) -> None:
        for key in self._names(keys):
            receipt = self._receipts.get(key)
            if receipt is None:
                self._statements.append((_ENDED, (at, key)))
            else:
                receipt[_ANSWERED_AT] = at
                receipt[_STATUS_OF_ANSWER] = 0
                receipt[_STATUS] = "acknowledged"

    def _failed(self, at: float, key: bytes, command_status: int | None, outcome: str) -> None:
        name = key.decode("latin-1")
        receipt = self._receipts.get(name)
        if receipt is None:
            self._statements.append((_FAILED, (at, command_status, outcome, name)))
        else:
            receipt[_ANSWERED_AT] = at
            receipt[_STATUS_OF_ANSWER] = command_status
            receipt[_STATUS] = outcome

    def _retry(self, at: float, key: bytes, command_status: int | None, attempts: int, due: float) -> None:
        name = key.decode("latin-1")
        receipt = self._receipts.get(name)
        if receipt is None:
            self._statements.append((_AGAIN, (command_status, due, name)))
        else:
            receipt[_STATUS_OF_ANSWER] = command_status
            receipt[_STATUS] = "scheduled"
            receipt[_DUE] = due
        self._statements.append(
            (
                _ATTEMPT,
                (at, command_status, due, name),
            )
        )

    def _added(self, at: float, message: int, receipts: list[list[Any]], instead_of: bytes) -> None:
        if instead_of:
            name = instead_of.decode("latin-1")
            self._receipts.pop(name, None)
            self._statements.append(("DELETE FROM receipt WHERE key = ?1", (name,)))
        self._plan(message, receipts)

    def _changed(self, at: float, message: int, values: dict[str, Any]) -> None:
        self._changes.setdefault(message, {}).update(values)

    def _counted(self, rule: str, gate: str, key: str, count: int) -> None:
        if rule:
            self._counters[rule, gate, key] = count
        else:
            self._counters.clear()
            self._statements.append(("DELETE FROM counter", ()))

    def _balance(self, account: str, balance: float) -> None:
        self._balances[account] = balance

    def _names(self, keys: bytes) -> Iterable[str]:
        names = keys.decode("latin-1").split(" ") if keys else []
        if self._of_receipts is None:
            return names
        return self._of_receipts.intersection(names) | (self._receipts.keys() & names)


def _change(connection: sqlite3.Connection, message: int, values: dict[str, Any]) -> None:
    """Change columns of a message, and its text where search finds it."""
    values = {name: value for name, value in values.items() if name in CHANGEABLE}
    before = connection.execute("SELECT text FROM message WHERE id = ?1", (message,)).fetchone()
    if before is None or not values:
        return
    # The names come out of CHANGEABLE, never from a person.
    assignments = ", ".join(f"{name} = ?" for name in values)
    connection.execute(f"UPDATE message SET {assignments} WHERE id = ?", (*values.values(), message))
    if "text" in values:
        connection.execute(
            "INSERT INTO message_text (message_text, rowid, text) VALUES ('delete', ?, ?)",
            (message, indexed(before[0])),
        )
        connection.execute(_INSERT_TEXT, (message, indexed(values["text"])))


BRINGS: Final = frozenset({RUN, SUBMISSION, INBOUND})
"""Entries that bring messages; what stands behind their kind is ``seq``."""

_GATHER: Final[dict[str, Callable[..., None]]] = {
    RUN: Expansion._run,
    SUBMISSION: Expansion._submission,
    SENT: Expansion._sent,
    ENDED: Expansion._ended,
    FAILED: Expansion._failed,
    RETRY: Expansion._retry,
    ADDED: Expansion._added,
    CHANGED: Expansion._changed,
    INBOUND: Expansion._inbound,
    COUNTED: Expansion._counted,
    BALANCE: Expansion._balance,
}
