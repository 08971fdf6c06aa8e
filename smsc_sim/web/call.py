"""What an endpoint gets of a request beside its parameters, and what it may answer with beside a Struct."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from twisted.internet.defer import Deferred

from smsc_sim.web.access import User


@dataclass(frozen=True, slots=True)
class Call:
    """One request to an endpoint."""

    user: User
    headers: Callable[[str], str]
    """The value of a header by its name, empty when it is not there."""


@dataclass(frozen=True, slots=True)
class Written:
    """A body as it came: a scenario, or a part of one."""

    octets: bytes
    is_json: bool
    """Whether its Content-Type says JSON; else it is YAML."""


@dataclass(frozen=True, slots=True)
class Rows:
    """A body of the type text/csv."""

    octets: bytes


@dataclass(frozen=True, slots=True)
class Octets:
    """An answer that is no JSON."""

    content_type: str
    octets: bytes
    file_name: str = ""
    """Of plain ASCII letters, digits, points and hyphens: what a browser saves it as; empty: it is shown."""


@dataclass(frozen=True, slots=True)
class Stream:
    """An answer of unknown length.

    ``start(request)`` gets the request (a producer may be registered with it) and writes to it; the Deferred that it
    returns ends the answer when it fires, and is cancelled when the client goes away.
    """

    content_type: str
    start: Callable[[Any], Deferred[None]]
    file_name: str = ""
