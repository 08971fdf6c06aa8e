"""The tables of the message store, and how a database of an older version becomes one of this version."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Final

from smsc_sim.sim.search.sql import FUNCTIONS

DATABASE: Final = "messages.db"
"""The file in the data directory."""

_MIGRATIONS: Final = (
    """
    CREATE TABLE meta (name TEXT PRIMARY KEY, value) WITHOUT ROWID;

    -- What the ledger had, as it came: written before the answers leave, read once, and then no longer there.
    CREATE TABLE batch (
        id INTEGER PRIMARY KEY,
        messages INTEGER NOT NULL,
        unusual INTEGER NOT NULL,
        changes INTEGER NOT NULL,
        counts INTEGER NOT NULL,
        first_number INTEGER NOT NULL,
        next_id INTEGER NOT NULL,
        next_number INTEGER NOT NULL,
        last_session INTEGER NOT NULL,
        entries BLOB NOT NULL
    );
    CREATE INDEX batch_changes ON batch (id) WHERE changes > 0;
    CREATE INDEX batch_unusual ON batch (id) WHERE unusual > 0;

    CREATE TABLE message (
        id INTEGER PRIMARY KEY,
        direction TEXT NOT NULL,
        seq INTEGER NOT NULL,
        at REAL NOT NULL,
        session INTEGER NOT NULL,
        account TEXT NOT NULL,
        command TEXT NOT NULL,
        octets BLOB NOT NULL,
        place INTEGER NOT NULL,
        source TEXT NOT NULL,
        destination TEXT NOT NULL,
        text TEXT NOT NULL,
        data_coding INTEGER NOT NULL,
        esm_class INTEGER NOT NULL,
        registered_delivery INTEGER NOT NULL,
        reference INTEGER,
        part INTEGER NOT NULL,
        parts INTEGER NOT NULL,
        message_id TEXT NOT NULL,
        command_status INTEGER,
        rule TEXT NOT NULL,
        state TEXT NOT NULL,
        state_at REAL NOT NULL,
        error_code TEXT NOT NULL,
        scheduled_at REAL NOT NULL,
        expires_at REAL NOT NULL,
        serial INTEGER NOT NULL,
        nth INTEGER NOT NULL,
        receipt_id TEXT,
        tlv_id TEXT,
        via TEXT
    );
    CREATE INDEX message_by_message_id ON message (message_id, account) WHERE message_id <> '';
    CREATE INDEX message_by_destination ON message (destination);
    CREATE INDEX message_by_source ON message (source);
    CREATE INDEX message_by_account ON message (account);
    CREATE INDEX message_by_session ON message (session);
    CREATE INDEX message_by_status ON message (command_status);
    CREATE INDEX message_by_state ON message (state);
    CREATE INDEX message_by_rule ON message (rule);
    CREATE INDEX message_by_time ON message (at);

    -- In the order in which they were planned.
    CREATE TABLE receipt (
        key TEXT NOT NULL UNIQUE,
        message INTEGER NOT NULL,
        "index" INTEGER NOT NULL,
        repeat INTEGER NOT NULL,
        state TEXT NOT NULL,
        error_code TEXT NOT NULL,
        due REAL NOT NULL,
        sent_at REAL NOT NULL DEFAULT 0.0,
        attempts INTEGER NOT NULL DEFAULT 0,
        answered_at REAL NOT NULL DEFAULT 0.0,
        command_status INTEGER,
        status TEXT NOT NULL,
        resent INTEGER NOT NULL DEFAULT 0
    );
    CREATE INDEX receipt_by_message ON receipt (message);
    CREATE INDEX receipt_open ON receipt (message) WHERE status IN ('scheduled', 'waiting', 'sent', 'manual');

    -- What else became of a receipt: attempts that were not the last.
    CREATE TABLE attempt (
        message INTEGER NOT NULL, key TEXT NOT NULL, at REAL NOT NULL, command_status INTEGER, next_at REAL NOT NULL
    );
    CREATE INDEX attempt_by_message ON attempt (message);

    -- What search finds words by: the text as search.words.indexed writes it, and not the text itself.
    CREATE VIRTUAL TABLE message_text USING fts5 (text, content='', tokenize="ascii tokenchars '_'");

    CREATE TABLE counter (
        rule TEXT NOT NULL, gate TEXT NOT NULL, key TEXT NOT NULL, count INTEGER NOT NULL,
        PRIMARY KEY (rule, gate, key)
    ) WITHOUT ROWID;
    CREATE TABLE balance (account TEXT PRIMARY KEY, balance REAL NOT NULL) WITHOUT ROWID;
    """,
    """
    -- What is rare among very many messages is found without looking at all of them.
    CREATE INDEX message_multipart ON message (id) WHERE parts > 1;
    CREATE INDEX message_inbound ON message (id) WHERE direction = 'mo';
    """,
    """
    -- Which messages are in no final state by now, and which are in one that only their receipts say.
    CREATE INDEX message_by_end ON message (state_at) WHERE state <> '';
    CREATE INDEX receipt_later ON receipt (message) WHERE "index" > 0;
    """,
    """
    -- Error codes are of interest where something went wrong, and most messages have none.
    CREATE INDEX message_by_error ON message (error_code) WHERE error_code <> '' AND error_code <> '000';
    """,
)
"""Each makes the next version out of the one before; the first makes version 1 out of an empty file."""

VERSION: Final = len(_MIGRATIONS)
"""Of the tables, ``PRAGMA user_version``."""

_PAGE: Final = 8192
"""Octets: batches are long rows."""


class StoreError(Exception):
    """The store cannot be used; the text says why and what to do."""


def make_folder(folder: Path) -> None:
    """Make the folder of a database, unless it is there.  Raises StoreError."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StoreError(f"{folder} cannot be made ({error.strerror}); use another --data-dir") from None


def connect(path: Path | None, *, synchronous: str = "NORMAL") -> sqlite3.Connection:
    """A connection to the database of this file, made or brought up to :data:`VERSION`; None: one in memory.

    ``synchronous``: NORMAL outlives the process, FULL a power cut as well.  Raises StoreError.
    """
    try:
        # The connection is handed to the thread that uses it.
        connection = sqlite3.connect(path or ":memory:", isolation_level=None, check_same_thread=False, timeout=5.0)
        try:
            connection.execute(f"PRAGMA page_size = {_PAGE}")
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute(f"PRAGMA synchronous = {synchronous}")
            # Writing the log back into the file is done between batches, not in the midst of one.
            connection.execute("PRAGMA wal_autocheckpoint = 0")
            add_functions(connection)
            _migrate(connection, path)
        except BaseException:
            connection.close()
            raise
    except sqlite3.Error as error:
        raise StoreError(_words(error, path)) from None
    return connection


def connect_to_read(path: Path) -> sqlite3.Connection:
    """Another connection to a database that :func:`connect` has opened, for reading only.  Raises StoreError."""
    try:
        connection = sqlite3.connect(
            f"{path.absolute().as_uri()}?mode=ro", uri=True, isolation_level=None, check_same_thread=False, timeout=5.0
        )
        add_functions(connection)
    except sqlite3.Error as error:
        raise StoreError(_words(error, path)) from None
    return connection


def add_functions(connection: sqlite3.Connection) -> None:
    """Let statements of searches use what SQLite does not have."""
    for name, arguments, function in FUNCTIONS:
        connection.create_function(name, arguments, function, deterministic=True)


def _migrate(connection: sqlite3.Connection, path: Path | None) -> None:
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if version > VERSION:
        raise StoreError(
            f"{path} was written by a newer smsc_sim (version {version} of its tables; this one knows up to {VERSION});"
            " use that one, or another --data-dir"
        )
    if version == 0 and connection.execute("SELECT count(*) FROM sqlite_master").fetchone() != (0,):
        raise StoreError(f"{path} is a database of something else; use another --data-dir")
    for number, statements in enumerate(_MIGRATIONS[version:], version + 1):
        connection.executescript(f"BEGIN IMMEDIATE; {statements}; PRAGMA user_version = {number}; COMMIT;")
    # A file that is damaged where it matters most is found out now, not at the first message.
    connection.execute("SELECT max(id) FROM batch").fetchone()
    connection.execute("SELECT max(id) FROM message").fetchone()


def _words(error: sqlite3.Error, path: Path | None) -> str:
    text = str(error)
    if "malformed" in text or "not a database" in text or "disk I/O" in text:
        return f"{path} is damaged ({text}); move it away to begin anew, or use another --data-dir"
    if "readonly" in text or "unable to open" in text:
        return f"{path} cannot be written ({text}); use another --data-dir"
    if "locked" in text:
        return f"{path} is in use by another process"
    return f"{path}: {text}"
