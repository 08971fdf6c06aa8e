"""A signature says what an endpoint takes and answers, and a wrong one is refused where it is written."""

from __future__ import annotations

from http import HTTPStatus
from pathlib import Path
from types import ModuleType

import pytest
from msgspec import Struct
from twisted.internet.defer import Deferred

from smsc_sim.web import api, pages
from smsc_sim.web.call import Call, Octets, Stream, Written
from smsc_sim.web.console import Console
from smsc_sim.web.endpoint import Endpoint, endpoint
from smsc_sim.web.page import Action, Page
from smsc_sim.web.problem import CONFLICT, NOT_FOUND, READ_ONLY


class Query(Struct, frozen=True, forbid_unknown_fields=True):
    limit: int = 1


class Answer(Struct, frozen=True):
    n: int


def test_what_a_signature_says() -> None:
    @endpoint("POST", "/things/{thing}/{number}", problems=(CONFLICT,), status=HTTPStatus.CREATED)
    def make(console: Console, call: Call, thing: str, number: int, query: Query, body: Answer) -> Answer:
        """Make a thing.

        With a number.
        """
        return body

    assert (make.summary, make.description) == ("Make a thing", "With a number.")
    assert (make.query, make.body, make.answer) == (Query, Answer, Answer)
    assert make.parts == {"thing": str, "number": int}
    assert (make.console, make.call, make.name) == ("console", "call", "make")
    assert make.changes
    assert {CONFLICT, READ_ONLY} <= set(make.problems)


def test_answers() -> None:
    @endpoint("GET", "/a")
    def later(console: Console) -> Deferred[Answer]:
        """Later."""
        return Deferred()

    @endpoint("DELETE", "/a")
    def nothing(console: Console) -> None:
        """Nothing."""

    assert (later.answer, later.changes) == (Answer, False)
    assert (nothing.answer, nothing.status) == (None, HTTPStatus.NO_CONTENT)


def test_signatures_that_do_not_fit() -> None:
    def no_part(console: Console) -> Answer:
        """No part."""
        return Answer(1)

    def odd(console: Console, x: float) -> Answer:
        """Odd."""
        return Answer(1)

    def undocumented(console: Console) -> Answer:
        return Answer(1)

    def stream(console: Console) -> Stream:
        """Stream."""
        raise NotImplementedError

    def body(body: int) -> Octets:
        """Body."""
        raise NotImplementedError

    for function, path in ((no_part, "/{x}"), (odd, "/"), (undocumented, "/"), (stream, "/"), (body, "/")):
        with pytest.raises(TypeError):
            endpoint("GET", path)(function)
    with pytest.raises(TypeError):
        endpoint("GET", "/", media_types=("text/csv",))(no_part)


def test_written_bodies_are_json_or_yaml() -> None:
    @endpoint("POST", "/a", problems=(NOT_FOUND,))
    def take(body: Written) -> Answer:
        """Take."""
        return Answer(len(body.octets))

    assert take.body_types == ("application/json", "application/yaml")


def modules_in(package: ModuleType) -> set[str]:
    assert package.__file__ is not None
    return {path.stem for path in Path(package.__file__).parent.glob("*.py")} - {"__init__"}


def test_every_module_of_endpoints_is_in_the_table() -> None:
    assert {module.__name__.rpartition(".")[2] for module in api.MODULES} == modules_in(api)
    for module in api.MODULES:
        assert any(isinstance(value, Endpoint) for value in vars(module).values()), module


def test_endpoints_have_their_own_names_and_paths() -> None:
    names = [row.name for row in api.ENDPOINTS]
    assert len(set(names)) == len(names)
    rows = [(row.method, row.path) for row in api.ENDPOINTS]
    assert len(set(rows)) == len(rows)


def test_every_module_of_pages_has_one_page_and_its_template() -> None:
    assert {module.__name__.rpartition(".")[2] for module in pages.MODULES} == modules_in(pages)
    folder = Path(__file__).parents[2] / "templates"
    for module in pages.MODULES:
        (page,) = [value for value in vars(module).values() if isinstance(value, Page)]
        assert page.template == module.__name__.rpartition(".")[2] + ".html"
        assert (folder / page.template).is_file()
        for action in (value for value in vars(module).values() if isinstance(value, Action)):
            assert action.template == page.template
    shared = {"base.html", "error.html", "overview_lately.html", "report.html"}
    shared |= {"macros.html", "bind_macros.html", "message_macros.html"}
    used = {page.template for page in pages.PAGES} | shared
    assert {path.name for path in folder.glob("*.html")} == used


def test_pages_have_their_own_places() -> None:
    for places in (
        [page.path for page in pages.PAGES],
        [page.menu for page in pages.PAGES if page.menu],
        [page.key for page in pages.PAGES if page.key],
    ):
        assert len(set(places)) == len(places)
