"""The gate: foreign names, other methods and misspelt paths stay outside, whatever the path."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from twisted.internet.error import ConnectionDone
from twisted.python.failure import Failure

from smsc_sim.web.gate import BODY_LIMIT, IDLE_TIMEOUT, LOOPBACK_NAMES, refusal
from tests.web.site import Site

PATHS = ["/", "/livez", "/readyz", "/static/style.css", "/nowhere", "/%61", "//", "/livez/../"]


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "evil.example:8080",
        "localhost.evil.example",
        "127.0.0.1.evil.example",
        "10.0.0.1",
        "[2001:db8::1]:8080",
        "127.1",
    ],
)
def test_a_foreign_host_is_misdirected_on_every_path(path: str, host: str) -> None:
    assert Site().get(path, host=host).status == 421


@pytest.mark.parametrize(
    "host",
    ["localhost", "LOCALHOST:8080", "localhost.", "127.0.0.1:8080", "[::1]:8080", "[::1]", "localhost:", "localhost:1"],
)
def test_loopback_names_are_let_in(host: str) -> None:
    assert Site().get("/livez", host=host).status == 200


def test_the_address_of_the_connection_is_let_in() -> None:
    site = Site(local_host="192.0.2.7")
    assert site.get("/livez", host="192.0.2.7:8080").status == 200
    assert site.get("/livez", host="192.0.2.8:8080").status == 421


@pytest.mark.parametrize("name", ["sim.example", "SIM.example", "sim.example.", "[2001:db8::5]"])
def test_names_that_were_allowed_are_let_in(name: str) -> None:
    site = Site(allowed_hosts=(name,))
    assert site.get("/livez", host="[2001:DB8::5]" if "[" in name else "Sim.Example:80").status == 200
    assert site.get("/livez", host="other.example").status == 421


@pytest.mark.parametrize(
    "head",
    [
        b"",
        b"Host: localhost\r\nHost: localhost\r\n",
        b"Host: localhost\r\nHost: evil.example\r\n",
        b"Host: \r\n",
        b"Host: local host\r\n",
        b"Host: localhost,evil.example\r\n",
        b"Host: evil.example@localhost\r\n",
        b"Host: localhost:80:80\r\n",
        b"Host: local\xffhost\r\n",
    ],
)
def test_one_valid_host_header_is_needed(head: bytes) -> None:
    assert Site().send(b"GET /livez HTTP/1.1\r\n" + head + b"\r\n").status == 400


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "get", "X"])
def test_only_reading_is_allowed(method: str) -> None:
    response = Site().get("/", method=method)
    assert response.status == 405
    assert response.headers["Allow"] == "GET, HEAD"


@pytest.mark.parametrize("target", ["http://evil.example/", "livez", "/%ff", "/%00", "%2flivez/..%c0%af", "*"])
def test_a_path_starts_with_a_slash_and_is_text(target: str) -> None:
    assert Site().get(target).status == 400


@pytest.mark.parametrize(
    ("target", "host", "method", "status"),
    [
        ("/", "localhost", "GET", 200),
        ("/", "localhost", "HEAD", 200),
        ("/nowhere", "localhost", "GET", 404),
        ("/", "evil.example", "GET", 421),
        ("/", "localhost", "POST", 405),
    ],
)
def test_every_answer_tells_the_browser_what_not_to_do(target: str, host: str, method: str, status: int) -> None:
    response = Site().get(target, host=host, method=method)
    assert response.status == status
    assert response.headers["Content-Security-Policy"].startswith("default-src 'none'; style-src 'self';")
    assert "script-src" not in response.headers["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in response.headers["Content-Security-Policy"]
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Referrer-Policy"] == "no-referrer"
    assert response.headers["Cache-Control"] == "no-store"
    assert "Set-Cookie" not in response.headers
    assert "Access-Control-Allow-Origin" not in response.headers


def test_a_refusal_does_not_repeat_what_was_sent() -> None:
    assert "evil" not in Site().get("/evil", host="evil.example").body


PLAIN = b"Content-Length: %d\r\n\r\n" % (BODY_LIMIT + 1)
CHUNKED = b"Transfer-Encoding: chunked\r\n\r\n%x\r\n" % (BODY_LIMIT + 1)


@pytest.mark.parametrize("framing", [PLAIN, CHUNKED])
def test_a_large_body_ends_the_connection(framing: bytes) -> None:
    transport, protocol = Site().connect()
    protocol.dataReceived(b"GET / HTTP/1.1\r\nHost: localhost\r\n" + framing)
    for _ in range(16):
        protocol.dataReceived(b"x" * (BODY_LIMIT // 16))
    before = transport.disconnected
    protocol.dataReceived(b"x")
    after = transport.disconnected
    protocol.connectionLost(Failure(ConnectionDone()))
    assert (before, after) == (False, True)
    assert transport.value() == b""


def test_a_silent_connection_is_closed() -> None:
    site = Site()
    transport, protocol = site.connect()
    protocol.dataReceived(b"GET / HTTP/1.1\r\n")
    site.clock.advance(IDLE_TIMEOUT + 1)
    assert transport.disconnecting


@given(
    method=st.sampled_from([b"GET", b"HEAD", b"POST"]) | st.binary(max_size=8),
    target=st.binary(max_size=40),
    hosts=st.lists(st.sampled_from([b"localhost", b"evil.example"]) | st.binary(max_size=30), max_size=3),
)
def test_any_octets_are_judged(method: bytes, target: bytes, hosts: list[bytes]) -> None:
    refused = refusal(method, target, hosts, LOOPBACK_NAMES)
    harmless = method in {b"GET", b"HEAD"} and len(hosts) == 1 and b"evil" not in hosts[0]
    assert harmless or refused is not None
