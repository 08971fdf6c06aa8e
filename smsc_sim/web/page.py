"""A page of the console: a function that gathers what its template shows, and the forms that the page has.

``@page("/binds", title="Binds", menu=2)`` above a function makes a page whose template has the name of the function's
module; ``menu`` is its place in the menu, 0 for none. The function gets the console, the visit, and the ``{parts}`` of
the path by name, and returns what the template sees, or a Deferred of it. A live part of the page, an element with an
``id`` and ``data-live``, is in a block of that name: when only such parts are asked for (:attr:`Visit.parts`), the
function may leave out what they do not show.

``@action("/binds/{session}/close")`` above a function takes what a form posts: the console, the visit, the parts of the
path, and ``form``, a Struct whose fields are the form's. It returns where to go and what to say there
(:class:`Done`), or what the page's template shows, or a Deferred of one of these.

``@file("/journal/download")`` above a function makes something that a page links to and that is no page: the function
is called as a page's is and returns :class:`~smsc_sim.web.call.Octets` or :class:`~smsc_sim.web.call.Stream`.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias, TypeVar, get_type_hints

import msgspec
from msgspec import Struct

from smsc_sim.web import seconds
from smsc_sim.web.access import User
from smsc_sim.web.problem import INVALID

Query = TypeVar("Query", bound=Struct)

Shown: TypeAlias = Mapping[str, object]
"""What a template sees, by name."""


@dataclass(frozen=True, slots=True)
class Visit:
    """One request for a page."""

    user: User
    query: Mapping[str, str]
    """The parameters behind the path; of one that is given several times the first."""
    session: str = ""
    """What the cookie of a browser that has logged in holds."""
    secure: bool = False
    """Whether it came over TLS."""
    parts: frozenset[str] = frozenset()
    """The live parts that are asked for, by their ids; empty: the whole page is."""

    def wants(self, part: str) -> bool:
        """Whether this part of the page will be shown."""
        return not self.parts or part in self.parts


@dataclass(frozen=True, slots=True)
class Done:
    """A form has been carried out, or not: the browser goes to a page that says so."""

    to: str
    """A path of ours."""
    message: str = ""
    kind: Literal["good", "bad"] = "good"
    cookie: str | None = None
    """What the session's cookie holds from now on; empty: it is taken away; None: it stays as it is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One page."""

    path: str
    """With ``{names}`` of parts."""
    title: str
    menu: int
    """Its place in the menu, from 1; 0: it is not there."""
    key: str
    """The key that, behind ``g``, leads to it; empty for none."""
    under: str
    """The path of the page in the menu that it belongs to."""
    template: str
    function: Callable[..., Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """What a page links to: a download, or data for its script."""

    path: str
    """With ``{names}`` of parts."""
    function: Callable[..., Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """What a form of a page does."""

    path: str
    template: str
    """Of the page that the form is on."""
    function: Callable[..., Any]
    form: type[Struct] | None
    needs_admin: bool


def page(
    path: str, *, title: str, menu: int = 0, key: str = "", under: str = ""
) -> Callable[[Callable[..., Any]], Page]:
    """Make a page of a function; see the module."""

    def make(function: Callable[..., Any]) -> Page:
        return Page(
            path=path,
            title=title,
            menu=menu,
            key=key,
            under=under or path,
            template=_template(function),
            function=function,
        )

    return make


def file(path: str) -> Callable[[Callable[..., Any]], File]:
    """Make a file of a function; see the module."""
    return lambda function: File(path=path, function=function)


def action(path: str, *, needs_admin: bool = True) -> Callable[[Callable[..., Any]], Action]:
    """Make an action of a function; see the module. ``needs_admin``: whether read-only users must not."""

    def make(function: Callable[..., Any]) -> Action:
        form = get_type_hints(function).get("form") if "form" in inspect.signature(function).parameters else None
        return Action(path=path, template=_template(function), function=function, form=form, needs_admin=needs_admin)

    return make


def _template(function: Callable[..., Any]) -> str:
    return function.__module__.rpartition(".")[2] + ".html"


def read_form(model: type[Struct], fields: Mapping[bytes, list[bytes]]) -> Any:
    """The fields of a form as a Struct; a field left empty counts as not filled in. Raises ProblemError."""
    texts = {
        name.decode("utf-8", "replace"): [one.decode("utf-8", "replace") for one in all_]
        for name, all_ in fields.items()
    }
    values: dict[str, Any] = {}
    for field in msgspec.structs.fields(model):
        given = [text.replace("\r\n", "\n") for text in texts.get(field.encode_name, ()) if text]
        if isinstance(msgspec.inspect.type_info(field.type), msgspec.inspect.VarTupleType):
            values[field.encode_name] = given
        elif given:
            # A checkbox without a value of its own sends this one.
            values[field.encode_name] = "true" if field.type is bool and given[0] == "on" else given[0]
    return _converted(values, model)


def read_query(model: type[Query], query: Mapping[str, str]) -> Query:
    """The parameters behind a path as a Struct; one left empty counts as not given. Raises ProblemError."""
    known = {field.encode_name for field in msgspec.structs.fields(model)}
    return _converted({name: value for name, value in query.items() if value and name in known}, model)


def _converted(values: Mapping[str, Any], model: type[Query]) -> Query:
    try:
        return msgspec.convert(values, model, strict=False, dec_hook=seconds.read)
    except msgspec.ValidationError as error:
        raise INVALID.error(str(error).replace("`", "").replace(" - at $.", ", in the field ")) from None
