"""Asking the store: what every endpoint about messages needs, and how it fails."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable
from http import HTTPStatus
from typing import Final, NoReturn, TypeVar

from twisted.internet.defer import Deferred
from twisted.python.failure import Failure

from smsc_sim.scenario.findings import Finding, FindingsError
from smsc_sim.scenario.value_kind import BadValue
from smsc_sim.sim.search.grammar import parse
from smsc_sim.sim.search.paging import Cursor, Sort, parse_cursor, parse_sort
from smsc_sim.sim.search.query import Query
from smsc_sim.sim.store.store import Store
from smsc_sim.sim.store.stored import StoredMessage
from smsc_sim.web.console import Console, Kept
from smsc_sim.web.problem import BAD_PARAMETER, NOT_FOUND, FieldError, ProblemError, ProblemKind

Result = TypeVar("Result")

NOT_KEPT: Final = ProblemKind("messages_not_kept", HTTPStatus.CONFLICT, "No messages are kept")
STORE_FAILED: Final = ProblemKind("store_failed", HTTPStatus.SERVICE_UNAVAILABLE, "The message store fails")
BAD_SEARCH: Final = ProblemKind("bad_search", HTTPStatus.BAD_REQUEST, "The search has mistakes")

STORE_PROBLEMS: Final = (NOT_KEPT, STORE_FAILED)
"""What everything that asks the store may be answered with."""

PATIENCE: Final = 2.0
"""Seconds that a page waits for the newest messages to become rows, under heavy traffic."""

_ID: Final = re.compile(r"m-([0-9]{1,18})", re.ASCII)


def kept_of(console: Console) -> Kept:
    """What keeps the messages.  Raises ProblemError where none are kept."""
    kept = console.kept()
    if kept is None:
        raise NOT_KEPT.error("The simulator keeps no messages; start it without --retain 0.")
    return kept


def ask(console: Console, question: Callable[[Store], Result], within: float | None = None) -> Deferred[Result]:
    """The store's answer; see :meth:`Kept.ask`.  Fails with ProblemError."""
    return kept_of(console).ask(question, within).addErrback(store_failed)


def store_failed(failure: Failure) -> NoReturn:
    """An errback: a database that fails is a problem, and no fault of ours."""
    failure.trap(sqlite3.Error)
    raise STORE_FAILED.error(str(failure.value)) from None


def search(text: str) -> Query:
    """The search in a query parameter.  Raises ProblemError with each mistake and its column."""
    try:
        return parse(text)
    except FindingsError as error:
        raise bad_search(error) from None


def bad_search(error: FindingsError) -> ProblemError:
    """The problem of a search with these mistakes."""
    return BAD_SEARCH.error("The search has mistakes.", map(_of_search, error.findings))


def order(text: str) -> Sort:
    """The order in a query parameter.  Raises ProblemError."""
    try:
        return parse_sort(text)
    except BadValue as bad:
        raise _bad("sort", bad) from None


def place(text: str, sort: Sort) -> Cursor | None:
    """The cursor in a query parameter; None for an empty one.  Raises ProblemError."""
    try:
        return parse_cursor(text, sort) if text else None
    except BadValue as bad:
        raise _bad("cursor", bad) from None


def is_name(text: str) -> bool:
    """Whether messages are called so: ``m-31``."""
    return _ID.fullmatch(text) is not None


def number_of(name: str) -> int:
    """The number of a message that is called so: ``m-31``.  Raises ProblemError."""
    found = _ID.fullmatch(name)
    if found is None:
        message = "A message is called m- and its number, such as m-31; by its message_id the search id: finds it."
        raise NOT_FOUND.error(message)
    return int(found[1])


def there(message: StoredMessage | None) -> StoredMessage:
    """A message that was looked for.  Raises ProblemError when it is not there."""
    if message is None:
        raise NOT_FOUND.error("There is no such message, or it is no longer kept.")
    return message


def _of_search(finding: Finding) -> FieldError:
    error = FieldError.of(finding)
    return FieldError(
        message=error.message, path="query.q", code=error.code, line=error.line, column=error.column, hint=error.hint
    )


def _bad(name: str, bad: BadValue) -> ProblemError:
    message = f"{bad.sentence(name)}; {bad.hint()}".rstrip("; ")
    return BAD_PARAMETER.error(message, [FieldError(message=message, path=f"query.{name}")])
