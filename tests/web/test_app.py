"""The routes, over HTTP on an in-memory connection."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from twisted.logger import ILogObserver, LogLevel, globalLogPublisher
from zope.interface import implementer

from smsc_sim.sim.view import StatusView
from tests.web.site import BIND, MESSAGE, Response, Site, view


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


def test_status_page() -> None:
    response = Site(status=lambda: view([BIND], [MESSAGE])).get("/")
    assert response.status == 200
    assert response.headers["Content-Type"] == "text/html; charset=utf-8"
    assert len(response.body.encode()) == int(response.headers["Content-Length"])
    assert "acme" in response.body
    assert "447700900123" in response.body


def test_the_page_is_made_for_each_request() -> None:
    site = Site()
    assert "No client is bound" in site.get("/").body
    site.status = lambda: view([BIND])
    assert "No client is bound" not in site.get("/").body


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
    response = Site(ready=lambda: checks).get("/readyz")
    assert response.status == status
    assert response.headers["Content-Type"] == "application/json"
    assert json.loads(response.body) == {"ready": status == 200, "checks": checks}


@pytest.mark.parametrize("path", ["/nowhere", "/livez/", "/static//x", "/static/", "/static/style.css", "/..", "/%2e"])
def test_no_such_page(path: str) -> None:
    response = Site().get(path)
    assert response.status == 404
    assert "There is no such page." in response.body


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
    assert {name.rsplit(".")[-1] for name in names} == {"css", "svg"}
    assert {site.get(f"/static/{name}").status for name in names} == {200}


def test_a_fault_of_ours_is_logged_and_not_shown(events: list[dict[str, Any]]) -> None:
    def broken() -> StatusView:
        raise RuntimeError("the secret reason")

    response = Site(status=broken).get("/")
    assert response.status == 500
    assert "secret" not in response.body
    assert "Traceback" not in response.body
    (event,) = [event for event in events if event["log_level"] is LogLevel.critical]
    assert event["log_failure"].getErrorMessage() == "the secret reason"
