"""Pages of a search: in which order, and where the next one begins."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, NamedTuple

from smsc_sim.scenario.value_kind import BadValue
from smsc_sim.sim.store.stored import StoredMessage

LARGEST_PAGE: Final = 1000
"""Messages."""

NO_STATUS: Final = -1
"""What messages without a response are sorted by."""

_COLUMNS: Final[dict[str, tuple[str, Callable[[StoredMessage], str | int | float]]]] = {
    "id": ("message.id", lambda m: m.id),
    "account": ("message.account", lambda m: m.account),
    "from": ("message.source", lambda m: m.source),
    "to": ("message.destination", lambda m: m.destination),
    "session": ("message.session", lambda m: m.session),
    "status": ("message.command_status", lambda m: NO_STATUS if m.command_status is None else m.command_status),
    "state": ("message.state", lambda m: m.state),
    "rule": ("message.rule", lambda m: m.rule),
}
_CURSOR: Final = re.compile(r"([0-9]{1,18})(?::(.*))?", re.ASCII | re.DOTALL)
_HIGHEST: Final = 10**18 - 1
"""No id is as high; it has as many digits as a cursor may have."""
_INTEGER: Final = re.compile(r"-?[0-9]{1,18}", re.ASCII)

SORT_KEYS: Final = tuple(_COLUMNS)
"""What messages can be sorted by, each with an index; ``id`` is the order in which they came.

No response sorts before every status.
"""


@dataclass(frozen=True, slots=True)
class Sort:
    """An order; messages that are alike in it come in the order of their ids, or against it when descending."""

    key: str = "id"
    """One of SORT_KEYS."""
    descending: bool = True

    @property
    def expression(self) -> str:
        """What SQL sorts by."""
        return _COLUMNS[self.key][0]

    @property
    def direction(self) -> str:
        """ASC or DESC."""
        return "DESC" if self.descending else "ASC"

    @property
    def beyond(self) -> int:
        """The id of a cursor behind everything that is alike."""
        return 0 if self.descending else _HIGHEST

    @property
    def order(self) -> str:
        """What stands behind ORDER BY."""
        by_id = f"message.id {self.direction}"
        return by_id if self.key == "id" else f"{self.expression} {self.direction}, {by_id}"

    @property
    def order_of_found(self) -> str:
        """The same for SQL that is not to go through an index of the order for it."""
        return ", ".join(f"+{one}" for one in self.order.split(", "))

    def value(self, message: StoredMessage) -> str | int | float:
        """What a message is sorted by."""
        return _COLUMNS[self.key][1](message)

    def __str__(self) -> str:
        """The order as parse_sort reads it."""
        return ("-" if self.descending else "") + self.key


NEWEST_FIRST: Final = Sort()


class Cursor(NamedTuple):
    """Behind which message a page begins."""

    id: int
    value: str | int | float = 0
    """What it is sorted by; nothing when that is the id."""


def parse_sort(text: str) -> Sort:
    """An order from "to", or "-to" for the highest first. Raises BadValue."""
    key = text.removeprefix("-")
    if key not in _COLUMNS:
        raise BadValue(key, choices=SORT_KEYS)
    return Sort(key, text.startswith("-"))


def behind(message: StoredMessage, sort: Sort) -> Cursor:
    """The cursor of the page that begins behind a message, the last of its page."""
    return Cursor(message.id) if sort.key == "id" else Cursor(message.id, sort.value(message))


def cursor_text(cursor: Cursor, sort: Sort) -> str:
    """The cursor as addresses have it."""
    return str(cursor.id) if sort.key == "id" else f"{cursor.id}:{cursor.value}"


def parse_cursor(text: str, sort: Sort) -> Cursor:
    """The cursor in a text that cursor_text gave for the same order. Raises BadValue."""
    found = _CURSOR.fullmatch(text)
    if found is None or (found[2] is None) != (sort.key == "id"):
        raise BadValue(text, f"is no cursor of messages sorted by '{sort}'; take the one that a page gave")
    if sort.key == "id":
        return Cursor(int(found[1]))
    if sort.key not in _NUMBERS:
        return Cursor(int(found[1]), found[2])
    if not _INTEGER.fullmatch(found[2]):
        raise BadValue(text, f"is no cursor of messages sorted by '{sort}'; take the one that a page gave")
    return Cursor(int(found[1]), int(found[2]))


_NUMBERS: Final = frozenset({"session", "status"})
