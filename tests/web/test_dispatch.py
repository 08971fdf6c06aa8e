"""Requests are read as the table says, and wrong ones answered with problems that say where."""

from __future__ import annotations

import json
from typing import Any

import pytest
from twisted.internet.defer import CancelledError, Deferred
from twisted.internet.error import ConnectionDone
from twisted.python.failure import Failure

from smsc_sim.web import api
from smsc_sim.web.call import Call, Octets, Stream
from smsc_sim.web.console import Console
from smsc_sim.web.dispatch import as_json
from smsc_sim.web.endpoint import Endpoint, endpoint
from smsc_sim.web.problem import CONFLICT
from tests.web.site import Site, request_of, response_of
from tests.web.test_endpoint import Answer

WAITING: list[Deferred[Answer]] = []


@endpoint("GET", "/later")
def later(console: Console) -> Deferred[Answer]:
    """Later."""
    WAITING.append(Deferred(WAITING.remove))
    return WAITING[-1]


@endpoint("GET", "/file", media_types=("text/csv",))
def file(call: Call) -> Octets:
    """A file."""
    return Octets("text/csv", call.headers("x-test").encode(), "a.csv")


@endpoint("GET", "/stream", media_types=("text/plain",))
def stream(console: Console) -> Stream:
    """A stream."""

    def start(request: Any) -> Deferred[None]:
        request.write(b"one")
        over: Deferred[None] = Deferred()
        console.reactor.callLater(1, over.callback, None)
        return over

    return Stream("text/plain", start)


@endpoint("GET", "/conflict", problems=(CONFLICT,))
def conflict() -> None:
    """A conflict."""
    raise CONFLICT.error("No.", members={"seen": 7})


@endpoint("GET", "/number/{number}")
def number(number: int) -> Answer:
    """A number."""
    return Answer(number)


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch) -> Site:
    rows: tuple[Endpoint, ...] = (*api.ENDPOINTS, later, file, stream, conflict, number)
    monkeypatch.setattr(api, "ENDPOINTS", rows)
    WAITING.clear()
    return Site()


def test_a_deferred_answers_when_it_fires(site: Site) -> None:
    transport, protocol = site.connect()
    protocol.dataReceived(request_of("GET", "/api/v1/later"))
    assert transport.value() == b""
    WAITING[0].callback(Answer(3))
    assert response_of(transport.value()).json == {"n": 3}


def test_a_deferred_is_cancelled_when_the_client_goes(site: Site) -> None:
    _, protocol = site.connect()
    protocol.dataReceived(request_of("GET", "/api/v1/later"))
    waiting = WAITING[0]
    protocol.connectionLost(Failure(ConnectionDone()))
    assert WAITING == []
    waiting.addErrback(lambda failure: failure.trap(CancelledError))


def test_octets_and_streams(site: Site) -> None:
    response = site.get("/api/v1/file", X_Test="a,b")
    assert (response.body, response.headers["Content-Type"]) == ("a,b", "text/csv")
    assert response.headers["Content-Disposition"] == 'attachment; filename="a.csv"'
    transport, protocol = site.connect()
    protocol.dataReceived(request_of("GET", "/api/v1/stream"))
    assert transport.value().endswith(b"3\r\none\r\n")
    site.clock.advance(1)
    assert transport.value().endswith(b"3\r\none\r\n0\r\n\r\n")


def test_a_problem_with_members(site: Site) -> None:
    response = site.get("/api/v1/conflict")
    assert response.status == 409
    assert response.json == {
        "seen": 7,
        "type": "/reference#problem-conflict",
        "title": "It does not go with what is there",
        "status": 409,
        "code": "conflict",
        "detail": "No.",
    }


@pytest.mark.parametrize(("part", "status"), [("7", 200), ("-1", 404), ("x", 404), ("9" * 30, 404), ("%C2%B2", 404)])
def test_numbers_in_a_path(site: Site, part: str, status: int) -> None:
    assert site.get(f"/api/v1/number/{part}").status == status


def test_a_method_of_a_sibling_route_is_not_allowed() -> None:
    response = Site().get("/api/v1/mo/csv")
    assert (response.status, response.headers["Allow"]) == (405, "POST")


def test_a_duration_that_is_too_long_is_told_so() -> None:
    response = Site(scenario="smsc: 1\nswitches: {storm: }").api(
        "PUT", "/switches/storm", {"active": True, "for": "9999d"}
    )
    assert response.json["errors"] == [{"message": "'9999d' is longer than ten years", "path": "body.for"}]


@pytest.mark.parametrize(
    ("query", "path"),
    [
        ("limit=0", "limit"),
        ("limit=x", "limit"),
        ("limit=1&limit=2", "limit"),
        ("limit=", "limit"),
        ("bound=maybe", "bound"),
        ("lmit=1", "lmit"),
        ("%00=1", "\x00"),
    ],
)
def test_query_parameters(query: str, path: str) -> None:
    response = Site().get(f"/api/v1/sessions?{query}")
    assert (response.status, response.json["code"]) == (400, "bad_parameter")
    assert response.json["errors"][0]["path"] == f"query.{path}"


def test_no_query_parameters_where_there_are_none() -> None:
    assert Site().get("/api/v1/info?x=1").json["code"] == "bad_parameter"
    assert Site().get("/api/v1/sessions?%ff=1").json["code"] == "bad_parameter"


@pytest.mark.parametrize(
    ("body", "status", "code", "path"),
    [
        (b"", 400, "malformed_request", ""),
        (b"{", 400, "malformed_request", ""),
        (b'{"to":"\xff"}', 400, "malformed_request", ""),
        (b"[]", 422, "invalid_body", "body"),
        (b"{}", 422, "invalid_body", "body"),
        (b'{"to":1}', 422, "invalid_body", "body.to"),
        (b'{"to":"1","times":101}', 422, "invalid_body", "body.times"),
        (b'{"to":"1","tmes":1}', 422, "invalid_body", "body"),
        (b'{"to":"1","every":5}', 422, "invalid_body", "body.every"),
        (b'{"to":"1","every":"5"}', 422, "invalid_body", "body.every"),
    ],
)
def test_bodies(body: bytes, status: int, code: str, path: str) -> None:
    response = Site().ask("POST", "/api/v1/explain", body, Content_Type="application/json; charset=utf-8")
    assert (response.status, response.json["code"]) == (status, code)
    assert [error.get("path") for error in response.json.get("errors", [])] == ([path] if path else [])


@pytest.mark.parametrize(
    "body", [b'{"to":"1","to":"2"}', b'{"match":{"to":"1","\\u0074o":"2"}}', b'{"order":[{},{"a":[{"b":1,"b":1}]}]}']
)
def test_a_key_that_stands_twice(body: bytes) -> None:
    path = "explain" if body.startswith(b'{"to') else "verify"
    response = Site(keeps=True).ask("POST", f"/api/v1/{path}", body, Content_Type="application/json")
    assert (response.status, response.json["code"]) == (400, "malformed_request")
    assert "twice" in response.json["detail"]


@pytest.mark.parametrize("depth", [40, 900, 100_000])
def test_deep_bodies(depth: int) -> None:
    site = Site()
    body = b'{"rule":{"name":"x","when":' + b'{"not":' * depth + b"{}" + b"}" * depth + b"}}"
    response = site.ask("POST", "/api/v1/rules", body, Content_Type="application/json")
    assert response.status in {400, 413, 422}
    assert site.settled == []


@pytest.mark.parametrize(
    ("accept", "status"),
    [
        ("*/*", 200),
        ("application/json", 200),
        ("application/*;q=0.5, text/html", 200),
        ("text/html", 406),
        ("application/json;q=0", 406),
        ("application/problem+json", 406),
    ],
)
def test_accept(accept: str, status: int) -> None:
    assert Site().get("/api/v1/info", Accept=accept).status == status


def test_text_that_utf_8_cannot_carry_is_escaped() -> None:
    assert json.loads(as_json({"text": "a\ud800b"})) == {"text": "a\ud800b"}
