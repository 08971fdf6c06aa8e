"""The journal's file: what it has, and that a file which cannot be written stops nobody."""

from __future__ import annotations

import errno
import json
import os
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from twisted.internet.defer import Deferred, maybeDeferred
from twisted.internet.task import Clock

from smsc_sim.net.journal_file import AT_ONCE, EVERY, JournalFile, JournalFileError
from smsc_sim.sim.journal import Direction, Journal
from smsc_sim.smpp.pdu import encode

LINK = encode("enquire_link", sequence_number=1)


class Table:
    """A journal, its file, and everything around it."""

    def __init__(self, path: Path, journal: Journal | None = None, *, in_thread: Any = maybeDeferred) -> None:
        self.path = path
        self.journal = Journal(10_000_000) if journal is None else journal
        self.reactor = Clock()
        self.said: list[tuple[str, str]] = []
        self.file = JournalFile(
            self.journal,
            str(path),
            self.reactor,
            clock=lambda: 1_772_366_400.0,
            in_thread=in_thread,
            say=lambda level, text: self.said.append((level, text)),
        )

    def link(self, times: int = 1) -> None:
        for _ in range(times):
            self.journal.record(1_772_366_400.5, 1, Direction.IN, LINK)

    def pass_time(self) -> None:
        self.reactor.advance(EVERY)

    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.path.read_bytes().splitlines()]

    def numbers(self) -> list[Any]:
        return [line.get("seq", line["kind"]) for line in self.lines()]


@pytest.fixture
def table(tmp_path: Path) -> Table:
    return Table(tmp_path / "journal.jsonl")


@pytest.fixture
def full(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[bool], None]]:
    """Fills the disk up, in the middle of a line, and empties it."""
    write = os.write

    def half(file: int, octets: bytes) -> int:
        write(file, octets[: len(octets) // 2])
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    yield lambda on: monkeypatch.setattr(os, "write", half if on else write)
    monkeypatch.undo()


def test_events_are_appended_as_they_come(table: Table) -> None:
    table.journal.mark(1.0, "before the start")
    table.file.start()
    assert table.path.read_bytes() == b""
    table.pass_time()
    table.link()
    table.pass_time()
    table.pass_time()
    first, mark, link = table.lines()
    assert (first["v"], first["kind"], first["first_seq"]) == (1, "journal", 1)
    assert (mark["kind"], mark["name"], mark["seq"]) == ("mark", "before the start", 1)
    assert (link["pdu"], link["t"], link["hex"]) == ("enquire_link", "2026-03-01T12:00:00.500000Z", LINK.hex())
    assert table.path.stat().st_mode & 0o777 == 0o600


def test_what_is_there_is_kept(table: Table) -> None:
    table.path.write_bytes(b'{"kind": "of another run"}\n')
    table.file.start()
    table.link()
    table.pass_time()
    assert table.numbers() == ["of another run", "journal", 1]


def test_the_rest_is_written_at_the_end(table: Table) -> None:
    table.link(AT_ONCE + 10)
    done: list[None] = []
    table.file.start()
    table.file.stop().addCallback(done.append)
    assert done == [None]
    assert table.numbers() == ["journal", *range(1, AT_ONCE + 11)]
    assert table.reactor.getDelayedCalls() == []


def test_much_is_written_piece_by_piece_without_waiting(table: Table) -> None:
    table.link(2 * AT_ONCE + 10)
    table.file.start()
    table.pass_time()
    assert len(table.lines()) == 1 + 2 * AT_ONCE
    table.pass_time()
    assert len(table.lines()) == 1 + 2 * AT_ONCE + 10


def _in_turn(write: Callable[[], None], deferred: Deferred[None]) -> None:
    write()
    deferred.callback(None)


def test_the_end_waits_for_the_thread(tmp_path: Path) -> None:
    waiting: list[Callable[[], None]] = []

    def in_thread(function: Callable[..., None], *arguments: Any) -> Deferred[None]:
        deferred: Deferred[None] = Deferred()
        waiting.append(partial(_in_turn, partial(function, *arguments), deferred))
        return deferred

    table = Table(tmp_path / "journal.jsonl", in_thread=in_thread)
    table.file.start()
    table.link()
    table.pass_time()
    table.link()
    done: list[None] = []
    table.file.stop().addCallback(done.append)
    waiting.pop()()
    assert done == []
    waiting.pop()()
    assert done == [None]
    assert table.numbers() == ["journal", 1, 2]
    assert table.reactor.getDelayedCalls() == []


def test_a_full_disk_is_told_once_and_leaves_no_half_lines(table: Table, full: Callable[[bool], None]) -> None:
    table.file.start()
    table.link()
    table.pass_time()
    full(True)
    for _ in range(3):
        table.link()
        table.pass_time()
    assert table.file.degraded == "No space left on device"
    told = f"the journal cannot be written to {table.path}: No space left on device; sessions go on"
    assert table.said == [("warn", told)]
    full(False)
    assert table.numbers() == ["journal", 1]
    table.pass_time()
    assert table.numbers() == ["journal", 1, 2, 3, 4]
    assert (table.file.degraded, table.file.lost) == ("", 0)


def test_a_disk_that_stays_full_does_not_hold_up_the_end(table: Table, full: Callable[[bool], None]) -> None:
    full(True)
    table.link(3)
    done: list[None] = []
    table.file.start()
    table.file.stop().addCallback(done.append)
    assert done == [None]
    assert (table.path.read_bytes(), table.file.lost) == (b"", 3)


def test_entries_that_are_evicted_before_they_are_written_leave_a_gap(
    tmp_path: Path, full: Callable[[bool], None]
) -> None:
    table = Table(tmp_path / "journal.jsonl", Journal(3 * (200 + len(LINK))))
    table.file.start()
    table.link(2)
    table.pass_time()
    full(True)
    table.link(2)
    table.pass_time()
    table.link(4)
    full(False)
    table.pass_time()
    assert table.numbers() == ["journal", 1, 2, "gap", 6, 7, 8]
    assert table.lines()[3] == {"kind": "gap", "from": 3, "to": 5}
    assert table.file.lost == 3
    assert [level for level, _ in table.said] == ["warn", "warn"]
    assert "too small" in table.said[1][1]


def test_an_entry_that_cannot_be_shown_costs_itself_only(table: Table, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(entries: Any) -> Any:
        raise RuntimeError("boom")

    table.file.start()
    with monkeypatch.context() as patched:
        patched.setattr(Journal, "expanded", lambda self, entries: fail(entries))
        table.link()
        table.pass_time()
    assert table.said == [
        ("warn", f"the journal cannot be written to {table.path}: RuntimeError('boom'); sessions go on")
    ]
    table.link()
    table.pass_time()
    assert table.numbers() == ["journal", "gap", 2]


def test_a_file_that_cannot_be_opened_is_an_error_at_once(tmp_path: Path) -> None:
    with pytest.raises(JournalFileError, match=r"cannot write the journal to .*nowhere/j: No such file or directory"):
        Table(tmp_path / "nowhere" / "j")
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with pytest.raises(JournalFileError, match="No such device or address"):
        Table(pipe)
