"""Who may come in, by header, by form and by cookie."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable

import pytest
from twisted.internet.defer import Deferred

from smsc_sim.web.access import MOST_CHECKS, MOST_SESSIONS, SESSION_SECONDS, Access, TooMany, User
from smsc_sim.web.api import ENDPOINTS
from smsc_sim.web.auth_file import AuthFile, TokenEntry, UserEntry
from smsc_sim.web.pages import ACTIONS
from smsc_sim.web.pages.login import WRONG_TAKES
from smsc_sim.web.throttle import BURST
from tests.web.site import Response, Site, response_of

TOKEN = "0123456789abcdef"
KNOWN = AuthFile(
    users=(UserEntry(name="alice", password="secret"), UserEntry(name="bob", password="b:o b", role="read-only")),
    tokens=(TokenEntry(name="ci", token=TOKEN), TokenEntry(name="eye", token=TOKEN + "x", role="read-only")),
    metrics="closed",
)


def basic(name: str, password: str) -> str:
    return "Basic " + b64encode(f"{name}:{password}".encode()).decode()


def logged_in(site: Site, name: str, password: str) -> str:
    """The cookie's value after logging in."""
    response = site.post("/login", name=name, password=password)
    assert response.headers["Location"] == "/"
    return response.headers["Set-Cookie"].partition("=")[2].partition(";")[0]


def test_without_a_file_everybody_may_everything() -> None:
    assert Site().get("/api/v1/info").status == 200
    assert not Site().console.access.required
    assert Site().post("/login", name="x", password="y").headers["Location"] == "/"


@pytest.mark.parametrize(
    ("header", "status"),
    [
        (f"Bearer {TOKEN}", 200),
        (f"bearer  {TOKEN}", 200),
        (basic("alice", "secret"), 200),
        (basic("bob", "b:o b"), 200),
        (basic("", TOKEN), 200),
        (basic("alice", "wrong"), 401),
        (basic("carol", "secret"), 401),
        (basic("ci", "secret"), 401),
        ("Bearer wrong", 401),
        ("Bearer ", 401),
        ("Basic ***", 401),
        ("Basic " + b64encode(b"\xff:x").decode(), 401),
        ("Basic " + b64encode(b"alice").decode(), 401),
        ("Digest x", 401),
        ("secret", 401),
    ],
)
def test_headers(header: str, status: int) -> None:
    site = Site(auth=KNOWN)
    assert site.get("/api/v1/info", Authorization=header).status == status
    assert site.get("/binds", Authorization=header).status == status


def test_what_a_program_is_asked_for_and_what_a_script() -> None:
    site = Site(auth=KNOWN)
    assert "Basic" in site.get("/api/v1/info").headers["WWW-Authenticate"]
    assert site.get("/api/v1/info", Sec_Fetch_Mode="cors").headers["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize("path", ["/livez", "/readyz", "/login"])
def test_what_needs_no_credentials(path: str) -> None:
    assert Site(auth=KNOWN).get(path).status == 200


def test_a_browser_is_sent_to_the_form_and_back() -> None:
    site = Site(auth=KNOWN)
    sent = site.get("/binds?account=x")
    assert (sent.status, sent.headers["Location"]) == (303, "/login?next=%2Fbinds%3Faccount%3Dx")
    form = site.get(sent.headers["Location"])
    assert 'name="next" value="/binds?account=x"' in form.body
    assert "aria-current" not in form.body
    response = site.post("/login", name="alice", password="secret", next="/binds?account=x")
    assert response.headers["Location"] == "/binds?account=x"
    cookie = response.headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=strict" in cookie
    assert "Path=/" in cookie
    assert "Secure" not in cookie


@pytest.mark.parametrize(
    "target", ["//evil.example", "/\\evil.example", "https://evil.example", "evil", "/a b", "/\r\nX: y"]
)
def test_the_way_back_leads_to_no_other_site(target: str) -> None:
    site = Site(auth=KNOWN)
    assert site.post("/login", name="alice", password="secret", next=target).headers["Location"] == "/"


def test_a_session_lasts_until_it_is_over() -> None:
    site = Site(auth=KNOWN)
    session = logged_in(site, "alice", "secret")
    cookie = {"Cookie": f"smsc_sim_session={session}"}
    assert "Log out" in site.get("/binds", **cookie).body
    assert site.post("/about/log-level", session, level="debug").status == 303
    assert site.post("/about/log-level", session, token=site.console.access.form_token(""), level="info").status == 403
    site.clock.advance(SESSION_SECONDS)
    assert site.get("/binds", **cookie).status == 303


def test_logging_out() -> None:
    site = Site(auth=KNOWN)
    session = logged_in(site, "alice", "secret")
    response = site.post("/logout", session)
    assert response.headers["Location"].startswith("/login?flash=")
    assert "Max-Age=0" in response.headers["Set-Cookie"]
    assert site.get("/binds", Cookie=f"smsc_sim_session={session}").status == 303


def test_a_wrong_password_is_told_after_a_while() -> None:
    site = Site(auth=KNOWN)
    transport, protocol = site.connect()
    from tests.web.site import form_of, request_of

    fields = {"token": site.console.access.form_token(""), "name": "alice", "password": "wrong", "next": "/binds"}
    protocol.dataReceived(
        request_of("POST", "/login", form_of(fields), Content_Type="application/x-www-form-urlencoded")
    )
    site.clock.advance(WRONG_TAKES / 2)
    assert transport.value() == b""
    site.clock.advance(WRONG_TAKES)
    response = response_of(transport.value())
    assert "Set-Cookie" not in response.headers
    assert response.headers["Location"].startswith("/login?next=/binds&flash=")
    assert "is wrong" in site.get(response.headers["Location"]).body


def test_guessing_is_stopped_and_tokens_are_not() -> None:
    site = Site(auth=KNOWN)
    for _ in range(BURST):
        assert site.get("/api/v1/info", Authorization=basic("alice", "wrong")).status == 401
    response = site.get("/api/v1/info", Authorization=basic("alice", "secret"))
    assert (response.status, response.json["code"]) == (429, "too_many_attempts")
    assert int(response.headers["Retry-After"]) >= 1
    assert site.get("/api/v1/info", Authorization=f"Bearer {TOKEN}").status == 200
    site.clock.advance(int(response.headers["Retry-After"]))
    assert site.get("/api/v1/info", Authorization=basic("alice", "secret")).status == 200


def test_a_password_found_right_is_not_looked_at_again() -> None:
    site = Site(auth=KNOWN)
    assert site.get("/api/v1/info", Authorization=basic("alice", "secret")).status == 200
    for _ in range(BURST):
        site.get("/api/v1/info", Authorization=basic("alice", "wrong"))
    assert site.get("/api/v1/info", Authorization=basic("alice", "secret")).status == 200


class Slow:
    """Looks at passwords when the test says so."""

    def __init__(self) -> None:
        self.waiting: list[tuple[Callable[[], bool], Deferred[bool]]] = []

    def __call__(self, look: Callable[[], bool]) -> Deferred[bool]:
        answer: Deferred[bool] = Deferred()
        self.waiting.append((look, answer))
        return answer

    def go(self) -> None:
        for look, answer in self.waiting:
            if not answer.called:
                answer.callback(look())


def slow_access() -> tuple[Access, Slow]:
    slow = Slow()
    numbers = iter(range(10_000))
    return Access(KNOWN, clock=lambda: 0.0, draw_token=lambda: f"t{next(numbers)}", in_thread=slow), slow


def test_few_passwords_are_looked_at_at_the_same_time() -> None:
    access, slow = slow_access()
    found: list[object] = []
    for _ in range(MOST_CHECKS):
        looked = access.by_password("alice", "secret")
        assert isinstance(looked, Deferred)
        looked.addCallback(found.append)
    with pytest.raises(TooMany):
        access.by_password("bob", "b:o b")
    slow.go()
    assert found == [User("alice", "admin")] * MOST_CHECKS
    assert isinstance(access.by_password("bob", "b:o b"), Deferred)


def test_a_client_that_leaves_while_its_password_is_looked_at() -> None:
    from twisted.internet.error import ConnectionDone
    from twisted.python.failure import Failure

    site = Site(auth=KNOWN)
    slow = Slow()
    site.console.access._in_thread = slow
    transport, protocol = site.connect()
    from tests.web.site import request_of

    protocol.dataReceived(request_of("GET", "/api/v1/info", Authorization=basic("alice", "secret")))
    protocol.connectionLost(Failure(ConnectionDone()))
    slow.go()
    assert transport.value() == b""
    assert site.console.access._checks == 0


def test_sessions_are_bounded() -> None:
    access, _ = slow_access()
    first = access.log_in(User("alice", "admin"))
    second = access.log_in(User("alice", "admin"))
    for _ in range(MOST_SESSIONS - 1):
        access.log_in(User("bob", "read-only"))
    assert access.by_session(first) is None
    assert access.by_session(second) == User("alice", "admin")


def test_a_token_made_for_a_console_that_is_exposed() -> None:
    site = Site()
    token = site.console.access.require_token()
    assert site.get("/api/v1/info").status == 401
    assert site.get("/api/v1/info", Authorization=f"Bearer {token}").status == 200
    assert logged_in(site, "", token)
    assert site.get("/metrics").status == 401


def test_metrics_are_open_or_not() -> None:
    assert Site(auth=KNOWN).get("/metrics").status == 401


def reading(site: Site, method: str, path: str) -> Response:
    return site.ask(method, path, Authorization=f"Bearer {TOKEN}x", Content_Type="application/json")


@pytest.mark.parametrize("row", [row for row in ENDPOINTS if row.changes], ids=lambda row: row.name)
def test_a_read_only_token_changes_nothing(row: object) -> None:
    site = Site(auth=KNOWN)
    path = row.url.format(**{name: kind(1) for name, kind in row.parts.items()})  # type: ignore[attr-defined]
    response = reading(site, row.method, path)  # type: ignore[attr-defined]
    assert (response.status, response.json["code"]) == (403, "read_only")
    assert site.settled == []


@pytest.mark.parametrize("row", [row for row in ENDPOINTS if not row.changes], ids=lambda row: row.name)
def test_a_read_only_token_sees_everything(row: object) -> None:
    site = Site(auth=KNOWN)
    transport, protocol = site.connect()
    from tests.web.site import request_of

    path = row.url.replace("{", "").replace("}", "")  # type: ignore[attr-defined]
    protocol.dataReceived(request_of(row.method, path, Authorization=f"Bearer {TOKEN}x"))  # type: ignore[attr-defined]
    site.clock.advance(60)
    assert transport.value().split()[1] not in {b"401", b"403", b"405", b"500"}


@pytest.mark.parametrize("row", [row for row in ACTIONS if row.needs_admin], ids=lambda row: row.path)
def test_a_read_only_user_changes_nothing(row: object) -> None:
    site = Site(auth=KNOWN)
    session = logged_in(site, "bob", "b:o b")
    path = row.path.replace("{", "").replace("}", "")  # type: ignore[attr-defined]
    fields = {"how": "close", "name": "x", "active": "true", "level": "debug"}
    assert site.post(path, session, **fields).status == 403
    assert (site.settled, site.log_level) == ([], "info")


def test_a_read_only_user_is_offered_no_changes() -> None:
    site = Site(auth=KNOWN)
    site.bind()
    cookie = {"Cookie": f"smsc_sim_session={logged_in(site, 'bob', 'b:o b')}"}
    assert "/end" not in site.get("/binds", **cookie).body
    assert "/about/log-level" not in site.get("/about", **cookie).body
