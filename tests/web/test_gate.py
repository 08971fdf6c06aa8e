"""The gate: foreign names, foreign pages, odd spellings and strangers stay outside, whatever the path."""

from functools import cache
from unicodedata import category
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st
from twisted.internet.error import ConnectionDone
from twisted.python.failure import Failure
from twisted.web import http

from smsc_sim.web import gate
from smsc_sim.web.api import ENDPOINTS
from smsc_sim.web.auth_file import AuthFile, TokenEntry
from smsc_sim.web.channel import IDLE_TIMEOUT
from smsc_sim.web.gate import BODY_LIMIT, FORM, LOOPBACK_NAMES, MOST_FIELDS, path_of, refusal
from smsc_sim.web.pages import ACTIONS, PAGES
from tests.web.site import Site, form_of, request_of, response_of

PATHS = ["/", "/livez", "/readyz", "/static/style.css", "/nowhere", "/%61", "//", "/livez/../"]

API = [(row.method, row.url.format(**{name: kind(1) for name, kind in row.parts.items()})) for row in ENDPOINTS]
SHOWN = [("GET", row.path.replace("{", "").replace("}", "")) for row in PAGES]
FORMS = [("POST", row.path.replace("{", "").replace("}", "")) for row in ACTIONS]
OTHERS = [("GET", "/livez"), ("GET", "/readyz"), ("GET", "/static/x"), ("GET", "/api/v1/openapi.json"), ("GET", "/no")]
ROUTES = [*API, *SHOWN, *FORMS, *OTHERS]
OURS = {"Origin": "http://localhost:8080", "Sec_Fetch_Site": "same-origin"}
LOCKED = AuthFile(tokens=(TokenEntry(name="ci", token="a-token-of-some-length"),))


def escaped(path: str) -> str:
    """The same path for a router that decodes, another for one that compares."""
    letter = next((index for index, character in enumerate(path) if character.isalpha()), None)
    return path + "%61" if letter is None else f"{path[:letter]}%{ord(path[letter]):02x}{path[letter + 1 :]}"


@cache
def open_site() -> Site:
    """One for all who are refused: they change nothing."""
    return Site()


@cache
def site_behind_lock() -> Site:
    """The same, where credentials are needed."""
    return Site(auth=LOCKED)


@pytest.mark.parametrize(("method", "path"), ROUTES)
class TestEveryRoute:
    def test_a_foreign_host(self, method: str, path: str) -> None:
        site = open_site()
        response = site.ask(method, path, host="evil.example", **OURS)
        assert response.status == 421
        assert site.settled == []

    def test_a_foreign_origin(self, method: str, path: str) -> None:
        for origin in ("http://evil.example", "null", "http://localhost:8081", "https://localhost", "file://", "x"):
            assert open_site().ask(method, path, Origin=origin).status == 403

    def test_a_page_of_another_site(self, method: str, path: str) -> None:
        for site in ("cross-site", "same-site", "", "same-origin, cross-site"):
            assert open_site().ask(method, path, Sec_Fetch_Site=site, Sec_Fetch_Mode="no-cors").status == 403

    def test_an_escaped_letter(self, method: str, path: str) -> None:
        for written in (escaped(path), "/" + path, path + "/.", path.replace("/", "/./", 1), "/%2e" + path):
            response = open_site().ask(method, written, **OURS)
            assert response.status == 400, written

    def test_an_escaped_slash(self, method: str, path: str) -> None:
        assert open_site().ask(method, path + "%2fx", **OURS).status == 400
        assert open_site().ask(method, path + "%5Cx", **OURS).status == 400

    def test_without_credentials(self, method: str, path: str) -> None:
        site = site_behind_lock()
        response = site.ask(method, path, **OURS)
        if path.startswith("/api"):
            assert response.status == 401
            assert response.json["code"] == "credentials_needed"
        elif path in {"/livez", "/readyz", "/login"} or path.startswith("/static/"):
            assert response.status in {200, 404, 415}
        else:
            assert response.status == 303
            assert response.headers["Location"].startswith("/login")
        assert site.settled == []


@pytest.mark.parametrize(("method", "path"), FORMS)
class TestEveryForm:
    def test_without_its_token(self, method: str, path: str) -> None:
        for token in ("", "0" * 64, "\xff"):
            site = open_site()
            assert site.post(path, token=token, how="close", name="x", active="true", level="debug").status == 403
            assert site.log_level == "info"

    def test_as_something_else_than_a_form(self, method: str, path: str) -> None:
        for content_type in ("application/json", "text/plain", "multipart/form-data; boundary=x"):
            body = b'--x\r\nContent-Disposition: form-data; name="token"\r\n\r\n1\r\n--x--\r\n'
            assert open_site().ask(method, path, body, Content_Type=content_type, **OURS).status == 415


@pytest.mark.parametrize(("method", "path"), [row for row in API if row[0] != "GET"])
@pytest.mark.parametrize("content_type", ["text/plain", FORM, "multipart/form-data; boundary=x"])
def test_what_a_form_of_another_site_could_send_is_no_body(method: str, path: str, content_type: str) -> None:
    body = b"--x\r\n\r\n--x--\r\n" if "boundary" in content_type else b"{}"
    assert open_site().ask(method, path, body, Content_Type=content_type).status == 415


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
    assert open_site().get(path, host=host).status == 421


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


@pytest.mark.parametrize("method", ["PATCH", "OPTIONS", "TRACE", "get", "X"])
def test_other_methods(method: str) -> None:
    response = Site().get("/", method=method)
    assert response.status == 405
    assert response.headers["Allow"] == "GET, HEAD"


@pytest.mark.parametrize(
    "target",
    [
        "http://evil.example/",
        "livez",
        "/%ff",
        "/%00",
        "%2flivez/..%c0%af",
        "*",
        "/..",
        "/%2e",
        "/static//x",
        "/a%0ab",
        "/%C2%85",
        "/caf\xe9",
        "/%zz",
        "/a b%20",
    ],
)
def test_a_path_is_written_in_its_simplest_form(target: str) -> None:
    assert Site().send(f"GET {target} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode("latin-1")).status == 400


@pytest.mark.parametrize(
    ("target", "path"),
    [
        (b"/", "/"),
        (b"/api/v1/rules/no%20credit?x=%61", "/api/v1/rules/no credit"),
        (b"/rules/caf%C3%A9", "/rules/caf\xe9"),
        (b"/rules/caf%c3%a9", "/rules/caf\xe9"),
        (b"/a,b;c=d@e:f!$&'()*+", "/a,b;c=d@e:f!$&'()*+"),
        (b"/binds/", "/binds/"),
        (b"/a%2520b", "/a%20b"),
        (b"/a%2Cb%3bc%3Dd%40e%3Af!%24%26%27%28%29%2A%2B", "/a,b;c=d@e:f!$&'()*+"),
        (b"/%F0%9F%91%A8%E2%80%8D%F0%9F%91%A9", "/\U0001f468\u200d\U0001f469"),
        (b"/rules/it%27s%2C%20so", "/rules/it's, so"),
    ],
)
def test_what_must_be_escaped_may_be(target: bytes, path: str) -> None:
    assert path_of(target) == path


@given(st.text(st.characters(codec="utf-8", exclude_characters="/\\"), min_size=1))
def test_every_text_can_be_written_as_programs_write_it(text: str) -> None:
    fine = not any(category(character) == "Cc" for character in text) and text not in {".", ".."}
    # Python's quote escapes all that it may, JavaScript's encodeURIComponent leaves !'()* and encodeURI more.
    for unescaped in ("", "!'()*", "!$&'()*+,;=:@"):
        assert path_of(b"/" + quote(text, safe=unescaped).encode()) == ("/" + text if fine else None)


@given(st.binary(max_size=30))
def test_a_path_that_is_let_in_is_what_routing_sees(octets: bytes) -> None:
    path = path_of(b"/" + octets)
    if path is not None:
        parts = path.split("/")[1:]
        assert all(part not in {".", "..", ""} for part in parts[:-1])
        assert parts[-1] not in {".", ".."}
        assert not any(category(character) == "Cc" for character in path)


def test_someone_who_follows_a_link_to_us_is_let_in() -> None:
    followed = {"Sec_Fetch_Site": "cross-site", "Sec_Fetch_Mode": "navigate"}
    assert Site().get("/binds", **followed, Sec_Fetch_Dest="document").status == 200
    assert Site().get("/binds", **followed, Sec_Fetch_Dest="iframe").status == 403
    assert Site().post("/about/log-level", level="debug").status == 303
    response = Site().ask("POST", "/about/log-level", b"", **followed, Sec_Fetch_Dest="document")
    assert response.status == 403


@pytest.mark.parametrize(
    ("origin", "host", "fine"),
    [
        ("http://localhost:8080", "localhost:8080", True),
        ("http://LOCALHOST:8080", "localhost:8080", True),
        ("https://sim.example", "sim.example", True),
        ("http://sim.example", "sim.example:80", True),
        ("https://sim.example", "sim.example:8080", False),
        ("http://[::1]:8080", "[::1]:8080", True),
        ("http://localhost", "localhost:8080", False),
        ("http://127.0.0.1:8080", "localhost:8080", False),
        ("http://localhost:8080/", "localhost:8080", False),
        ("http://evil@localhost:8080", "localhost:8080", False),
        ("ftp://localhost:8080", "localhost:8080", False),
    ],
)
def test_origins(origin: str, host: str, fine: bool) -> None:
    site = Site(allowed_hosts=("sim.example",))
    assert (site.get("/livez", host=host, Origin=origin).status == 200) is fine


def test_a_browser_must_say_where_a_change_comes_from() -> None:
    site = Site(scenario="smsc: 1\nswitches: {storm: }")
    body = {"active": True}
    assert site.api("PUT", "/switches/storm", body, Cookie="a=b").status == 403
    assert site.api("PUT", "/switches/storm", body, Cookie="a=b", Origin="http://localhost:8080").status == 200
    assert site.api("PUT", "/switches/storm", body, Cookie="a=b", Sec_Fetch_Site="same-origin").status == 200
    assert site.api("PUT", "/switches/storm", body).status == 200


@pytest.mark.parametrize(
    ("target", "host", "method", "status"),
    [
        ("/", "localhost", "GET", 200),
        ("/", "localhost", "HEAD", 200),
        ("/nowhere", "localhost", "GET", 404),
        ("/", "evil.example", "GET", 421),
        ("/", "localhost", "PATCH", 405),
        ("/api/v1/info", "localhost", "GET", 200),
        ("/api/v1/nowhere", "localhost", "GET", 404),
        ("/api/v1/info", "evil.example", "GET", 421),
    ],
)
def test_every_answer_tells_the_browser_what_not_to_do(target: str, host: str, method: str, status: int) -> None:
    response = Site().get(target, host=host, method=method)
    assert response.status == status
    assert response.headers["Content-Security-Policy"] == (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Referrer-Policy"] == "no-referrer"
    assert response.headers["Cache-Control"] == "no-store"
    assert "Set-Cookie" not in response.headers
    assert not [name for name in response.headers if name.startswith("Access-Control")]


def test_programs_get_problem_documents_and_people_pages() -> None:
    assert Site().get("/api/v1/info", host="evil.example").json["code"] == "unknown_host"
    assert Site().get("/%61pi/v1/info").headers["Content-Type"].startswith("text/html")
    assert Site().get("/info", host="evil.example").headers["Content-Type"].startswith("text/html")


def test_a_refusal_does_not_repeat_what_was_sent() -> None:
    assert "evil" not in Site().get("/evil", host="evil.example").body


PLAIN = b"Content-Length: %d\r\n\r\n" % (BODY_LIMIT + 1)
CHUNKED = b"Transfer-Encoding: chunked\r\n\r\n%x\r\n" % (BODY_LIMIT + 1)


@pytest.mark.parametrize("framing", [PLAIN, CHUNKED])
def test_a_large_body_is_refused_before_it_is_whole(framing: bytes) -> None:
    transport, protocol = Site().connect()
    protocol.dataReceived(b"POST /api/v1/explain HTTP/1.1\r\nHost: localhost\r\n" + framing)
    for _ in range(16):
        protocol.dataReceived(b"x" * (BODY_LIMIT // 16))
    assert transport.value() == b""
    protocol.dataReceived(b"x")
    response = response_of(transport.value())
    assert (response.status, response.json["code"]) == (413, "body_too_large")
    assert transport.disconnecting
    protocol.connectionLost(Failure(ConnectionDone()))


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
    origins=st.lists(
        st.sampled_from([b"http://localhost", b"http://evil.example"]) | st.binary(max_size=30), max_size=2
    ),
)
def test_any_octets_are_judged(method: bytes, target: bytes, hosts: list[bytes], origins: list[bytes]) -> None:
    refused = refusal(method, target, {"host": hosts, "origin": origins}, LOOPBACK_NAMES)
    harmless = (
        method in {b"GET", b"HEAD", b"POST", b"PUT", b"DELETE"}
        and len(hosts) == 1
        and b"evil" not in hosts[0]
        and len(origins) < 2
        and not any(b"evil" in origin for origin in origins)
    )
    assert harmless or refused is not None


def test_several_requests_wait_for_each_other() -> None:
    transport, protocol = Site(auth=LOCKED).connect()
    protocol.dataReceived(request_of("GET", "/api/v1/info") * 2 + request_of("GET", "/livez"))
    assert transport.value().count(b"HTTP/1.1 401") == 2
    assert transport.value().count(b"HTTP/1.1 200") == 1


def test_forms_of_our_pages_name_no_origin_for_these_send_no_referrer() -> None:
    """Fetch standard, "append a request Origin header": under no-referrer a browser sends ``Origin: null``."""
    site = Site(scenario="smsc: 1\nswitches: {storm: }")
    body = form_of({"token": site.console.access.form_token(""), "name": "storm", "active": "true"})

    def status(**headers: str) -> int:
        return site.ask("POST", "/switch", body, Content_Type="application/x-www-form-urlencoded", **headers).status

    assert status(Origin="null", Sec_Fetch_Site="same-origin") == 303
    for elsewhere in ("cross-site", "same-site", "none"):
        assert status(Origin="null", Sec_Fetch_Site=elsewhere) == 403
    assert status(Origin="null") == 403


def test_a_form_of_too_many_fields_is_not_taken_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    taken: list[bytes] = []

    def parse_qs(octets: bytes, *_: object, **__: object) -> dict[bytes, list[bytes]]:
        taken.append(octets)
        return {}

    for module in (gate, http):
        monkeypatch.setattr(module, "parse_qs", parse_qs)
    for separator in (b"&", b";"):
        body = separator.join(b"a=b" for _ in range(MOST_FIELDS + 1))
        assert Site().ask("POST", "/login", body, Content_Type=FORM, **OURS).status == 400
    assert not any(taken)


@pytest.mark.parametrize("content_type", ["multipart/form-data", "multipart/form-data; boundary=x", "text/plain"])
def test_the_gate_stands_before_what_reads_bodies(content_type: str) -> None:
    response = Site().ask("POST", "/login", b"--x", host="evil.example", Content_Type=content_type)
    assert response.status == 421
    assert "Content-Security-Policy" in response.headers
