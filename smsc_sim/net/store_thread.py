"""The thread that a message store belongs to: it writes first, answers questions next, and tidies up when idle."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from queue import Empty, SimpleQueue
from threading import Thread
from typing import Any, TypeVar

from twisted.internet.defer import Deferred
from twisted.python.failure import Failure

from smsc_sim.sim.store.store import Store

Result = TypeVar("Result")

IDLE = 0.05
"""Seconds without a job after which there is time to tidy up."""

DROPPED_AT_ONCE = 1_000
"""Batches that are let go of after a job, at most."""

CROWDED = 64 * 1024 * 1024
"""Octets of SQLite's write-ahead log from which on it is taken back into the file even while there is traffic."""


class StoreThread:
    """Runs jobs on one store, one after the other; results come back in the reactor's thread."""

    def __init__(self, store: Store, reactor: Any, *, keep: int) -> None:
        """``keep``: how many messages the store is to hold, about."""
        self._store = store
        self._reactor = reactor
        self._keep = keep
        self._jobs: SimpleQueue[Callable[[], None] | None] = SimpleQueue()
        self._tidy = False
        self.quiet_from = 0.0
        """When, in the reactor's seconds, traffic will have been such for a while that rows can be made."""
        self._thread = Thread(target=self._run, name="store", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> Deferred[None]:
        """Do what has been asked for, close the store, and end."""
        ended = self.do(lambda store: store.close())
        self._jobs.put(None)
        return ended

    def do(self, job: Callable[[Store], Result]) -> Deferred[Result]:
        """Have ``job(store)`` done in the thread."""
        deferred: Deferred[Result] = Deferred()

        def run() -> None:
            try:
                result = job(self._store)
            except Exception:
                self._reactor.callFromThread(deferred.errback, Failure())
            else:
                self._reactor.callFromThread(deferred.callback, result)

        self._jobs.put(run)
        return deferred

    def _run(self) -> None:
        while True:
            try:
                job = self._jobs.get(timeout=None if self._tidy else IDLE)
            except Empty:
                self._tidy_up()
                continue
            if job is None:
                return
            job()
            self._make_room()
            self._tidy = False

    def _make_room(self) -> None:
        """Keep memory and disk within bounds, also while there is no time to tidy up."""
        store = self._store
        try:
            for _ in range(DROPPED_AT_ONCE):
                if not (store.is_over(self._keep) and store.shrink(self._keep, in_haste=True)):
                    break
            if store.log_octets > CROWDED:
                store.checkpoint()
        except sqlite3.Error:
            # The next job meets it again, and tells.
            return

    def _tidy_up(self) -> None:
        """Do a little of what is left to do; a failure here is met again, and told, by the next job."""
        store = self._store
        try:
            if self._reactor.seconds() < self.quiet_from:
                store.shrink(self._keep, in_haste=True)
            elif not store.expand() and not store.shrink(self._keep):
                store.checkpoint(truncate=True)
                self._tidy = True
        except sqlite3.Error:
            self._tidy = True
