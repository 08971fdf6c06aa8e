"""The folder of a message store: one simulator at a time may have it."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

from smsc_sim.sim.store.schema import DATABASE, StoreError, make_folder

_LOCK = "lock"


class StoreFolder:
    """A folder that this process alone keeps messages in, until :meth:`release` or its end, whatever that is."""

    def __init__(self, folder: Path) -> None:
        """Make the folder, unless it is there, and take it.  Raises StoreError."""
        make_folder(folder)
        self.database = folder / DATABASE
        try:
            self._lock = os.open(folder / _LOCK, os.O_RDWR | os.O_CREAT, 0o644)
        except OSError as error:
            raise StoreError(f"{folder} cannot be written ({error.strerror}); use another --data-dir") from None
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.pread(self._lock, 32, 0).decode("ascii", "replace").strip()
            os.close(self._lock)
            whose = f" (process {holder})" if holder else ""
            raise StoreError(f"{folder} is in use by another smsc-sim{whose}; use another --data-dir") from None
        os.ftruncate(self._lock, 0)
        os.pwrite(self._lock, b"%d\n" % os.getpid(), 0)

    def release(self) -> None:
        """Leave the folder to others."""
        os.close(self._lock)
