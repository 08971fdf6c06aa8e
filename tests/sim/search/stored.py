"""Stored messages by chance, and the tables that hold them."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from dataclasses import fields

from hypothesis import strategies as st

from smsc_sim.sim.search.sql import FUNCTIONS
from smsc_sim.sim.search.statement import Sql
from smsc_sim.sim.search.words import TOKENIZER, indexed
from smsc_sim.sim.store.stored import DIRECTIONS, RECEIPT_STATUSES, StoredMessage, StoredReceipt
from smsc_sim.smpp.receipt_text import MessageState

NOW = 1_795_759_200.0
"""2026-11-27 06:00 UTC."""

_STATES = [state.name for state in MessageState if state is not MessageState.SKIPPED]
_COLUMNS = [field.name for field in fields(StoredMessage) if field.name != "receipts"]
_RECEIPT_COLUMNS = [field.name for field in fields(StoredReceipt)]

PLAIN = StoredMessage(
    id=1,
    direction="mt",
    seq=10,
    at=NOW - 60,
    session=7,
    account="acme",
    command="submit_sm",
    octets=b"",
    place=0,
    source="Acme",
    destination="447700900123",
    text="Your code is 4711",
    data_coding=0,
    esm_class=0,
    registered_delivery=1,
    reference=None,
    part=1,
    parts=1,
    message_id="1f",
    command_status=0,
    rule="",
    state="ENROUTE",
    state_at=NOW - 60,
    error_code="000",
    scheduled_at=0.0,
    expires_at=0.0,
)

RECEIPT = StoredReceipt(
    index=0,
    state="DELIVERED",
    error_code="000",
    due=NOW - 59,
    sent_at=NOW - 59,
    attempts=1,
    answered_at=NOW - 58,
    command_status=0,
    status="acknowledged",
    resent=False,
)

texts = st.sampled_from(
    [
        "Your code is 4711",
        "your CODE",
        "STOP",
        "a [b] c* ?",
        "co_de under_score",
        "Grüße aus Köln, 5 €",
        "日本語のテキスト",
        "สวัสดี",
        "a\0b code\0",
        "\u202eevil\x1b[0m",
        "👍🏽 ok ❤️",
        "STRASSE straße",
        "",
    ]
) | st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
addresses = st.sampled_from(
    ["447700900123", "+447700900123", "+4477", "4477", "+", "", "Acme", "+Acme", "[44]", "acme"]
)
_small = st.integers(0, 5)

receipts = st.builds(
    StoredReceipt,
    index=st.sampled_from([0, 0, 1, 2]),
    state=st.sampled_from(["", *_STATES]),
    error_code=st.sampled_from(["", "000", "027"]),
    due=st.sampled_from([NOW - 5, NOW, NOW + 5]),
    sent_at=st.sampled_from([0.0, NOW - 5, NOW]),
    attempts=_small,
    answered_at=st.just(0.0),
    command_status=st.sampled_from([None, 0, 8]),
    status=st.sampled_from(RECEIPT_STATUSES),
    resent=st.booleans(),
)

messages = st.builds(
    StoredMessage,
    id=st.just(0),
    direction=st.sampled_from(DIRECTIONS),
    seq=st.integers(0, 20),
    at=st.sampled_from([NOW - 90_000, NOW - 3600, NOW - 600, NOW - 1, NOW]),
    session=st.integers(1, 9),
    account=st.sampled_from(["acme", "beta", "a[b]", "Acme"]),
    command=st.sampled_from(["submit_sm", "data_sm", "submit_multi", "deliver_sm"]),
    octets=st.just(b""),
    place=_small,
    source=addresses,
    destination=addresses,
    text=texts,
    data_coding=st.sampled_from([0, 3, 8, 0xF5]),
    esm_class=st.sampled_from([0, 0x40]),
    registered_delivery=st.integers(0, 3),
    reference=st.none() | _small,
    part=st.integers(1, 3),
    parts=st.integers(1, 3),
    message_id=st.sampled_from(["", "1", "1f", "m-1", "m-2"]),
    command_status=st.sampled_from([None, 0, 8, 88, 1035]),
    rule=st.sampled_from(["", "too fast", "no credit", 'a "b"']),
    state=st.sampled_from(["", *_STATES]),
    state_at=st.sampled_from([0.0, NOW - 5, NOW, NOW + 5]),
    error_code=st.sampled_from(["", "000", "027"]),
    scheduled_at=st.sampled_from([0.0, NOW - 5, NOW, NOW + 5]),
    expires_at=st.just(0.0),
    receipts=st.lists(receipts, max_size=2).map(tuple),
)


def tables(stored: Iterable[StoredMessage]) -> sqlite3.Connection:
    """A database in memory that holds these messages."""
    connection = sqlite3.connect(":memory:")
    for name, arguments, function in FUNCTIONS:
        connection.create_function(name, arguments, function, deterministic=True)
    types = {"int": "INTEGER", "float": "REAL", "str": "TEXT", "bytes": "BLOB"}
    columns = ", ".join(
        f"{one.name} {types.get(str(one.type).split(' ', maxsplit=1)[0], 'TEXT')}"
        for one in fields(StoredMessage)
        if one.name in _COLUMNS[1:]
    )
    connection.execute(f"CREATE TABLE message (id INTEGER PRIMARY KEY, {columns})")
    connection.execute(f"CREATE TABLE receipt (message INTEGER, {', '.join(_quoted(_RECEIPT_COLUMNS))})")
    connection.execute(
        f'CREATE VIRTUAL TABLE message_text USING fts5(text, content="", columnsize=0, tokenize="{TOKENIZER}")'
    )
    for message in stored:
        values = [getattr(message, column) for column in _COLUMNS]
        connection.execute(f"INSERT INTO message VALUES ({', '.join('?' * len(values))})", values)
        connection.execute("INSERT INTO message_text(rowid, text) VALUES (?, ?)", (message.id, indexed(message.text)))
        for receipt in message.receipts:
            of_receipt = [message.id, *(getattr(receipt, column) for column in _RECEIPT_COLUMNS)]
            connection.execute(f"INSERT INTO receipt VALUES ({', '.join('?' * len(of_receipt))})", of_receipt)
    return connection


def _quoted(names: Iterable[str]) -> list[str]:
    return [f'"{name}"' for name in names]


def found(connection: sqlite3.Connection, sql: Sql) -> list[int]:
    """The first column of all rows."""
    return [row[0] for row in connection.execute(sql.text, sql.parameters)]
