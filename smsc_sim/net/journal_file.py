"""The journal as a file of JSON lines, appended to while the simulator runs."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any, TypeAlias

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IDelayedCall, IReactorTime
from twisted.python.failure import Failure

from smsc_sim.sim.journal import Entry, Evicted, Journal
from smsc_sim.sim.journal.chunks import gathered
from smsc_sim.sim.journal.lines import gap, header, line

EVERY = 0.25
"""Seconds between two looks at what is new; the journal in memory must hold what comes in that time."""

AT_ONCE = 5_000
"""Entries that are taken over in one go."""

InThread: TypeAlias = "Callable[..., Deferred[Any]]"
"""``in_thread(function, *arguments)`` calls the function elsewhere, as ``twisted.internet.threads.deferToThread``."""


class JournalFileError(Exception):
    """The file cannot be opened; ``str()`` names it and says why."""


class JournalFile:
    """Appends the journal's events to a file; sessions never wait for it.

    Lines are made and written in a thread.  When the file cannot be written, or the journal forgets entries before
    they are, that is told once; the file goes on with a line of kind ``gap`` as soon as it can.
    """

    def __init__(
        self,
        journal: Journal,
        path: str,
        reactor: IReactorTime,
        *,
        clock: Callable[[], float],
        in_thread: InThread,
        say: Callable[[str, str], None],
    ) -> None:
        """``clock()``: seconds since the epoch; ``say(level, text)`` writes to the log.

        Raises JournalFileError when the file cannot be opened for appending.
        """
        try:
            # A pipe that nobody reads must not hold up the start.
            self._file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NONBLOCK | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise JournalFileError(f"cannot write the journal to {path}: {error.strerror}") from None
        self._path = path
        self._journal = journal
        self._reactor = reactor
        self._clock = clock
        self._in_thread = in_thread
        self._say = say
        self._cursor = journal.evicted
        self._lost_from = 0
        self._begun = False
        self._stopping = False
        self._told: set[str] = set()
        self._call: IDelayedCall | None = None
        self._busy: Deferred[None] | None = None
        self.degraded = ""
        """Why lines are missing from the file; empty while all is well."""
        self.lost = 0
        """Entries that never reached the file."""

    def start(self) -> None:
        """Begin to append what the journal holds and gets."""
        self._call = self._reactor.callLater(EVERY, self._look)

    def stop(self) -> Deferred[None]:
        """Append what is still to be written and close the file; what cannot be written by now is lost."""
        self._stopping = True
        if self._call is not None and self._call.active():
            self._call.cancel()
        done: Deferred[None] = Deferred()

        def finish(_: object, tried: bool = False) -> None:
            if self._cursor < self._journal.last_seq and not (tried and self.degraded):
                self._append().addCallback(finish, True)
                return
            self.lost += self._journal.last_seq - self._cursor
            os.close(self._file)
            done.callback(None)

        if self._busy is not None:
            self._busy.addCallback(finish)
        else:
            finish(None)
        return done

    def _look(self) -> None:
        if self._journal.last_seq == self._cursor:
            self.start()
        else:
            self._busy = self._append().addCallback(self._go_on)

    def _go_on(self, _: object) -> None:
        self._busy = None
        if not self._stopping:
            behind = self._journal.last_seq - self._cursor >= AT_ONCE and not self.degraded
            self._call = self._reactor.callLater(0 if behind else EVERY, self._look)

    def _append(self) -> Deferred[None]:
        """Write the next entries; the result comes when that is done or has failed."""
        journal = self._journal
        try:
            entries = journal.entries(self._cursor, AT_ONCE)
        except Evicted as evicted:
            self._lose(evicted.first_seq - 1)
            self._degrade("the journal in memory is too small for so much traffic")
            entries = journal.entries(self._cursor, AT_ONCE)
        first = b"" if self._begun else header(self._clock(), first_seq=self._cursor + 1)
        if self._lost_from:
            first += gap(self._lost_from, self._cursor)
        last = self._cursor + len(entries)
        writing: Deferred[None] = self._in_thread(self._write, first, entries)
        return writing.addCallbacks(self._written, self._failed, callbackArgs=(last,), errbackArgs=(last,))

    def _lose(self, last: int) -> None:
        """Entries up to ``last`` will not be in the file."""
        self._lost_from = self._lost_from or self._cursor + 1
        self.lost += last - self._cursor
        self._cursor = last

    def _write(self, first: bytes, entries: Sequence[tuple[int, Entry]]) -> None:
        """In the thread.  Raises OSError, with nothing of it left in the file if that can be."""
        before = os.fstat(self._file).st_size
        try:
            for chunk in gathered((first, *map(line, self._journal.expanded(entries)))):
                written = 0
                while written < len(chunk):
                    written += os.write(self._file, chunk[written:])
        except OSError:
            with suppress(OSError):
                os.ftruncate(self._file, before)
            raise

    def _written(self, _: object, last: int) -> None:
        self.degraded, self._lost_from, self._begun, self._cursor = "", 0, True, last

    def _failed(self, failure: Failure, last: int) -> None:
        error = failure.value
        if isinstance(error, OSError):
            self._degrade(error.strerror or str(error))
        else:
            # The same entries would fail again.
            self._lose(last)
            self._degrade(repr(error))

    def _degrade(self, reason: str) -> None:
        self.degraded = reason
        if reason not in self._told:
            self._told.add(reason)
            self._say("warn", f"the journal cannot be written to {self._path}: {reason}; sessions go on")
