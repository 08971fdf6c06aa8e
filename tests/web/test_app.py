"""Pages and endpoints over HTTP on an in-memory connection: the answers that belong to no one page."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from twisted.logger import ILogObserver, LogLevel, globalLogPublisher
from zope.interface import implementer

from smsc_sim.web.api import ENDPOINTS
from smsc_sim.web.pages import PAGES
from tests.web.site import Response, Site


@implementer(ILogObserver)
class Gathering:
    def __init__(self) -> None:
        self.events: list[dict[str, Any]] = []

    def __call__(self, event: dict[str, Any]) -> None:
        self.events.append(event)


@pytest.fixture
def events() -> Iterator[list[dict[str, Any]]]:
    observer = Gathering()
    globalLogPublisher.addObserver(observer)
    yield observer.events
    globalLogPublisher.removeObserver(observer)


def stylesheet(page: Response) -> str:
    return page.body.split('rel="stylesheet" href="')[1].split('"')[0]


def test_a_page() -> None:
    site = Site(keeps=True)
    site.submit(site.bind())
    response = site.get("/")
    assert response.status == 200
    assert response.headers["Content-Type"] == "text/html; charset=utf-8"
    assert len(response.body.encode()) == int(response.headers["Content-Length"])
    assert "smppclient1" in response.body
    assert "447700900123" in response.body


def test_head_has_the_headers_and_no_body() -> None:
    site = Site()
    response = site.get("/", method="HEAD")
    assert response.body == ""
    assert response.headers["Content-Length"] == site.get("/").headers["Content-Length"]


def test_livez() -> None:
    response = Site().get("/livez")
    assert (response.status, response.body) == (200, "ok\n")


@pytest.mark.parametrize(
    ("checks", "status"),
    [
        ({"ports": True, "draining": True}, 200),
        ({"ports": True, "draining": False}, 503),
        ({}, 200),
    ],
)
def test_readyz(checks: dict[str, bool], status: int) -> None:
    response = Site(ready=checks).get("/readyz")
    assert response.status == status
    assert response.headers["Content-Type"] == "application/json"
    assert response.json == {"ready": status == 200, "checks": checks}


@pytest.mark.parametrize("path", ["/nowhere", "/livez/", "/static/x", "/static/", "/static/style.css", "/binds/"])
def test_no_such_page(path: str) -> None:
    response = Site().get(path)
    assert response.status == 404
    assert "There is no such page." in response.body


@pytest.mark.parametrize("path", ["/api", "/api/v1", "/api/v1/nowhere", "/api/v2/info", "/api/v1/info/"])
def test_no_such_endpoint(path: str) -> None:
    response = Site().get(path)
    assert response.headers["Content-Type"] == "application/problem+json"
    assert response.json["code"] == "not_found"
    assert response.json["status"] == response.status == 404


def test_another_method() -> None:
    site = Site()
    response = site.api("DELETE", "/info")
    assert (response.status, response.json["code"]) == (405, "method_not_allowed")
    assert response.headers["Allow"] == "GET, HEAD"
    assert site.post("/binds").status == 405


def test_the_stylesheet_may_be_kept_for_ever() -> None:
    site = Site()
    response = site.get(stylesheet(site.get("/")))
    assert response.status == 200
    assert response.headers["Content-Type"] == "text/css; charset=utf-8"
    assert response.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert "color-scheme" in response.body


def test_every_file_that_pages_refer_to_is_served() -> None:
    site = Site()
    body = site.get("/").body
    names = {part.split('"')[0] for part in body.split('"/static/')[1:]}
    assert {name.rsplit(".")[-1] for name in names} == {"css", "svg", "js"}
    assert {site.get(f"/static/{name}").status for name in names} == {200}


@pytest.mark.parametrize("path", ["/binds", "/api/v1/sessions"])
def test_a_fault_of_ours_is_logged_and_not_shown(path: str, events: list[dict[str, Any]]) -> None:
    site = Site()
    site.smsc.sessions = None  # type: ignore[assignment]
    response = site.get(path)
    assert response.status == 500
    assert "NoneType" not in response.body
    assert "Traceback" not in response.body
    (event,) = [event for event in events if event["log_level"] is LogLevel.critical]
    assert "NoneType" in event["log_failure"].getErrorMessage()
    assert f"request {event['number']}." in response.body


def test_the_description_lists_every_endpoint() -> None:
    site = Site()
    document = json.loads(site.get("/api/v1/openapi.json").body)
    described = {(method.upper(), path) for path, methods in document["paths"].items() for method in methods}
    assert described == {(endpoint.method, endpoint.url) for endpoint in ENDPOINTS}


def test_what_a_form_did_is_said_once_and_without_a_cookie() -> None:
    site = Site()
    done = site.post("/about/log-level", level="debug")
    assert (done.status, site.log_level) == (303, "debug")
    assert "Set-Cookie" not in done.headers
    assert "logged now" in site.get(done.headers["Location"]).body
    assert "logged now" not in site.get(done.headers["Location"]).body


def test_a_form_that_is_filled_in_wrongly_changes_nothing() -> None:
    site = Site()
    assert site.post("/about/log-level", level="loud").status == 422
    assert site.post("/about/log-level").status == 422
    assert site.log_level == "info"


@pytest.mark.parametrize("page", [page for page in PAGES if "{" not in page.path], ids=lambda page: page.path)
def test_the_menu_shows_where_one_is(page: Any) -> None:
    body = Site().get(page.path).body
    current = f'<a href="{page.under}" aria-current="page">'
    assert (current in body) == any(page.under == other.path and other.menu for other in PAGES)
