"""Effort: what the answer to a question may cost, so that others need not wait for it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

_STEP: Final = 1_000
"""Instructions of SQLite's machine between two looks at how many there were."""


class TooMuchWork(Exception):
    """A statement would cost more than it may."""


class Effort:
    """What is left of it, in instructions of SQLite's machine: a million take some 30 to 50 ms."""

    def __init__(self, instructions: int) -> None:
        self.left = instructions
        """Below 0 when a little more was spent."""

    @contextmanager
    def spending(self, connection: sqlite3.Connection, most: int | None = None) -> Iterator[None]:
        """Take off what statements cost meanwhile; raises TooMuchWork as soon as it is more than ``most``."""
        # One step for what is not counted: the beginning of a statement.
        used = _STEP

        def is_too_much() -> bool:
            nonlocal used
            used += _STEP
            return most is not None and used > most

        connection.set_progress_handler(is_too_much, _STEP)
        try:
            yield
        except sqlite3.OperationalError as error:
            if most is None or used <= most:
                raise
            raise TooMuchWork from error
        finally:
            connection.set_progress_handler(None, _STEP)
            self.left -= used
