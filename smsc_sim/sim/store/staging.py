"""Staging: which batches wait to be expanded, and which of them have receipts that are still to come."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from typing import Final

from smsc_sim.sim.messages.ledger import ADDED, ENDED, FAILED, RUN, SUBMISSION, Entry

_DIGITS: Final = 10
"""Of a number in a key: as message ids are written, so that keys are compared as they stand."""


class Staging:
    """The batches that are not yet expanded, oldest first.

    How many receipts each still owes is counted, so that one that owes none can be forgotten without a look inside.
    """

    __slots__ = ("_firsts", "_ids", "_messages", "_owed", "messages")

    def __init__(self) -> None:
        self._ids: list[int] = []
        self._firsts: list[bytes] = []
        self._messages: list[int] = []
        self._owed: list[int] = []
        self.messages = 0
        """In all of them."""

    def __len__(self) -> int:
        return len(self._ids)

    def add(self, identifier: int, first_number: int, messages: int, owed: int) -> None:
        """A batch was written, the newest."""
        self._ids.append(identifier)
        self._firsts.append(b"%0*d" % (_DIGITS, first_number))
        self._messages.append(messages)
        self._owed.append(owed)
        self.messages += messages

    def owe(self, keys: Iterable[bytes]) -> None:
        """The receipts of these keys are owed, too, by the batches of their messages."""
        self.settle(keys, -1)

    def settle(self, keys: Iterable[bytes], by: int = 1) -> None:
        """The receipts of these keys are no longer owed."""
        numbers = sorted(_number(key) if b"-" in key else key for key in keys)
        firsts = self._firsts
        index = bisect_left(numbers, firsts[0]) if firsts else len(numbers)
        while index < len(numbers):
            batch = bisect_right(firsts, numbers[index]) - 1
            end = bisect_left(numbers, firsts[batch + 1], index) if batch + 1 < len(firsts) else len(numbers)
            self._owed[batch] -= by * (end - index)
            index = end

    def holder(self, number: int) -> int | None:
        """The id of the batch that has the message of this number, if any of them does."""
        batch = bisect_right(self._firsts, b"%0*d" % (_DIGITS, number)) - 1
        return self._ids[batch] if batch >= 0 else None

    def oldest(self) -> tuple[int, int, bool]:
        """The oldest batch: its id, its messages, and whether it owes receipts."""
        return self._ids[0], self._messages[0], self._owed[0] > 0

    def forget(self, count: int) -> None:
        """The oldest so many are no longer there."""
        self.messages -= sum(self._messages[:count])
        for column in (self._ids, self._firsts, self._messages, self._owed):
            del column[:count]


def _number(key: bytes) -> bytes:
    """The number of a message, as the key of a receipt of any kind begins with it; nothing for other keys."""
    digits = key.partition(b"-")[0]
    return digits.zfill(_DIGITS) if digits.isdigit() else b""


def owed_by(entries: Iterable[Entry]) -> int:
    """How many receipts the messages among these entries are to get."""
    owed = 0
    for entry in entries:
        if entry[0] == RUN:
            owed += entry[11]
        elif entry[0] == SUBMISSION:
            owed += sum(len(destination[-1]) for destination in entry[9])
    return owed


def settled_by(entries: Iterable[Entry]) -> list[bytes]:
    """The keys of receipts that these entries say are no longer owed."""
    keys: list[bytes] = []
    for entry in entries:
        if entry[0] == ENDED:
            keys += entry[2]
        elif entry[0] == FAILED:
            keys.append(entry[2])
        elif entry[0] == ADDED and entry[4]:
            keys.append(entry[4])
    return keys


def added_by(entries: Iterable[Entry]) -> list[bytes]:
    """The keys of receipts that these entries bring for messages that were there already."""
    return [key for entry in entries if entry[0] == ADDED for key, *_ in entry[3]]
