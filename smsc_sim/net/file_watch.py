"""A watch over files: somebody is told when one of them has been written."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable

from twisted.internet.interfaces import IReactorTime
from twisted.internet.task import LoopingCall

WATCH_EVERY = 1.0
"""Seconds between two looks at the files."""


class FileWatch:
    """Looks at files from :meth:`start` to :meth:`stop`; reads none."""

    def __init__(self, files: Iterable[str], reactor: IReactorTime, written: Callable[[], object]) -> None:
        """``written()`` is called once for each look that finds a file written, gone, or there again."""
        self._written = written
        self.watch(files)
        self._looking = LoopingCall(self._look)
        self._looking.clock = reactor

    def watch(self, files: Iterable[str]) -> None:
        """Watch these files in place of the former ones, as they are now."""
        self._files = tuple(files)
        self._seen = self._stamps()

    def start(self) -> None:
        """Begin to look."""
        self._looking.start(WATCH_EVERY, now=False)

    def stop(self) -> None:
        """Look no more, if one did."""
        if self._looking.running:
            self._looking.stop()

    def _look(self) -> None:
        stamps = self._stamps()
        if stamps != self._seen:
            self._seen = stamps
            self._written()

    def _stamps(self) -> tuple[tuple[int, int], ...]:
        """When each file was written last, and its size; zeros for one that is not there."""
        stamps = []
        for name in self._files:
            try:
                status = os.stat(name)
            except OSError:
                stamps.append((0, 0))
            else:
                stamps.append((status.st_mtime_ns, status.st_size))
        return tuple(stamps)
