"""An endpoint of the API: a function, and everything that its signature says about requests and answers.

``@endpoint("POST", "/sessions/{session}/close", problems=(NOT_FOUND,))`` above a function makes one. The parameters
of the function are what it wants, by their types and names:

- a :class:`~smsc_sim.web.console.Console`, and a :class:`~smsc_sim.web.call.Call` when it needs more of the request;
- ``query``: a Struct whose fields are the query parameters;
- ``body``: a Struct read from JSON, or :class:`~smsc_sim.web.call.Written` for text as it came, JSON or YAML, or
  :class:`~smsc_sim.web.call.Rows` for CSV;
- anything else is a part of the path, ``str`` or ``int``.

It returns a Struct (sent as JSON), None (204), :class:`~smsc_sim.web.call.Octets`,
:class:`~smsc_sim.web.call.Stream`, or a Deferred of one of these, which is cancelled when the client goes away. The
first line of its docstring is the summary, the rest the description in the OpenAPI document.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, Final, Literal, TypeAlias, get_args, get_origin, get_type_hints

from msgspec import Struct
from twisted.internet.defer import Deferred

from smsc_sim.web.call import Call, Octets, Rows, Stream, Written
from smsc_sim.web.console import Console
from smsc_sim.web.problem import (
    BAD_PARAMETER,
    BODY_TYPE,
    EVERYWHERE,
    INVALID,
    READ_ONLY,
    TOO_LARGE,
    ProblemKind,
)

PREFIX: Final = "/api/v1"
JSON: Final = "application/json"
YAML: Final = "application/yaml"
CSV: Final = "text/csv"

Method: TypeAlias = Literal["GET", "POST", "PUT", "DELETE"]

_PART = re.compile(r"\{([a-z_]+)\}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """One row of the route table."""

    method: Method
    path: str
    """Below the prefix, with ``{names}`` of parts."""
    function: Callable[..., Any]
    tag: str
    """The heading in the document."""
    own_problems: tuple[ProblemKind, ...]
    status: HTTPStatus
    media_types: tuple[str, ...]
    """Of answers that are not JSON."""
    changes: bool
    """Whether read-only credentials are not enough."""
    summary: str = ""
    description: str = ""
    query: type[Struct] | None = None
    body: type[Struct | Written | Rows] | None = None
    answer: Any = None
    """A Struct, None, Octets or Stream."""
    parts: Mapping[str, type] = field(default_factory=dict)
    """The parts of the path, each ``str`` or ``int``."""
    console: str = ""
    call: str = ""
    """The names of the parameters that take these; empty for none."""

    @property
    def name(self) -> str:
        """For programs that make clients: the function's name."""
        return self.function.__name__

    @property
    def url(self) -> str:
        """The whole path, with ``{names}``."""
        return PREFIX + self.path

    @property
    def body_types(self) -> tuple[str, ...]:
        """The Content-Types that its body may have."""
        if self.body is None:
            return ()
        return {Written: (JSON, YAML), Rows: (CSV,)}.get(self.body, (JSON,))

    @property
    def problems(self) -> tuple[ProblemKind, ...]:
        """All that it may answer with, its own and those that every request may meet."""
        kinds = [*self.own_problems, *EVERYWHERE, BAD_PARAMETER]
        if self.changes:
            kinds.append(READ_ONLY)
        if self.method != "GET":
            kinds += [TOO_LARGE, BODY_TYPE]
        if self.body is not None:
            kinds.append(INVALID)
        return tuple(dict.fromkeys(kinds))


def endpoint(
    method: Method,
    path: str,
    *,
    problems: tuple[ProblemKind, ...] = (),
    status: HTTPStatus = HTTPStatus.OK,
    media_types: tuple[str, ...] = (),
    changes: bool | None = None,
) -> Callable[[Callable[..., Any]], Endpoint]:
    """Make an endpoint of a function; see the module.

    ``changes``: whether it changes anything; None: as its method says (all but GET). ``media_types``: of answers that
    are Octets or a Stream. Raises TypeError for a signature that does not fit.
    """

    def make(function: Callable[..., Any]) -> Endpoint:
        hints = get_type_hints(function, include_extras=True)
        answer = _answer(hints.pop("return", None))
        found = _parameters(function, hints)
        if set(found["parts"]) != set(_PART.findall(path)):
            raise TypeError(f"{function.__name__}: the path has other parts than the function has parameters")
        if bool(media_types) != (answer in {Octets, Stream}):
            raise TypeError(f"{function.__name__}: media types belong to Octets and Stream, and they to media types")
        summary, _, description = (inspect.getdoc(function) or "").partition("\n")
        if not summary:
            raise TypeError(f"{function.__name__} has no docstring")
        return Endpoint(
            method=method,
            path=path,
            function=function,
            tag=function.__module__.rpartition(".")[2].replace("_", " ").capitalize(),
            own_problems=problems,
            status=HTTPStatus.NO_CONTENT if answer is None else status,
            media_types=media_types,
            changes=method != "GET" if changes is None else changes,
            summary=summary.rstrip("."),
            description=description.strip(),
            answer=answer,
            **found,
        )

    return make


def _parameters(function: Callable[..., Any], hints: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {"parts": {}}
    for name in inspect.signature(function).parameters:
        wanted = hints[name]
        if wanted is Console:
            found["console"] = name
        elif wanted is Call:
            found["call"] = name
        elif name in {"query", "body"}:
            if not (isinstance(wanted, type) and issubclass(wanted, Struct | Written | Rows)):
                raise TypeError(f"{function.__name__}: {name} is a Struct")
            found[name] = wanted
        elif wanted in {str, int}:
            found["parts"][name] = wanted
        else:
            raise TypeError(f"{function.__name__}: what is {name}?")
    return found


def _answer(hint: Any) -> Any:
    if get_origin(hint) is Deferred:
        (hint,) = get_args(hint)
    if hint is type(None):
        return None
    return hint
