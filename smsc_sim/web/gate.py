"""What stands before every page and endpoint: who may ask, how, and what a browser may do with the answer.

The gate sits in ``Request.process``, before routing, so that no spelling of a path goes around it. It keeps out
the web sites that a user's browser has open: their name may be made to resolve to this machine (DNS rebinding), but
the Host header goes on naming them; their pages may send requests here, but the browser says where these come from.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final, cast
from urllib.parse import quote, unquote_to_bytes

from twisted.internet.address import IPv4Address, IPv6Address
from twisted.internet.defer import CancelledError, Deferred
from twisted.internet.interfaces import IReactorTime, ITCPTransport
from twisted.python.failure import Failure
from twisted.web.http import parse_qs
from twisted.web.resource import IResource
from twisted.web.server import Request, Site

from smsc_sim.web.access import ANYONE, Access, TooMany, User
from smsc_sim.web.channel import IDLE_TIMEOUT, Connections, GatedChannel
from smsc_sim.web.passwords import same
from smsc_sim.web.problem import (
    BODY_TYPE,
    FORBIDDEN,
    INTERNAL,
    MALFORMED,
    METHOD,
    MISDIRECTED,
    TOO_LARGE,
    TOO_MANY,
    UNAUTHENTICATED,
    ProblemKind,
)

SAFE_METHODS: Final = frozenset({b"GET", b"HEAD"})
METHODS: Final = (b"GET", b"HEAD", b"POST", b"PUT", b"DELETE")
LOOPBACK_NAMES: Final = frozenset({"localhost", "127.0.0.1", "::1"})
BODY_LIMIT: Final = 1 << 20
"""Octets of a request body."""

MOST_FIELDS: Final = 500
"""Fields of a form, which is taken apart before it is known whether it is one of ours."""

FORM: Final = "application/x-www-form-urlencoded"
FORM_TOKEN: Final = "token"
"""The field in which a form carries its token."""
COOKIE: Final = b"smsc_sim_session"
LOGIN: Final = "/login"

CONTENT_SECURITY_POLICY: Final = (
    b"default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; "
    b"base-uri 'none'; frame-ancestors 'none'"
)
HEADERS: Final = (
    (b"Content-Security-Policy", CONTENT_SECURITY_POLICY),
    (b"X-Content-Type-Options", b"nosniff"),
    (b"Referrer-Policy", b"no-referrer"),
    (b"Cross-Origin-Resource-Policy", b"same-origin"),
    (b"Cache-Control", b"no-store"),
)
"""Sent with every answer; a handler may replace Cache-Control."""

_OPEN: Final = frozenset({"/livez", "/readyz", LOGIN})
"""Paths that need no credentials, beside files of pages."""

_METRICS: Final = "/metrics"

# RFC 9110 section 7.2: uri-host, then an optional port.
_HOST: Final = re.compile(r"(?:\[(?P<literal>[0-9A-Fa-f:.]+)\]|(?P<name>[A-Za-z0-9._-]+))(?::(?P<port>[0-9]{0,5}))?")
_PORTS: Final = {"http": "80", "https": "443"}
# RFC 3986 section 3.3: what may stand in a path without being escaped.
_UNESCAPED: Final = "/-._~!$&'()*+,;=:@"
_EITHER_WAY: Final = frozenset(bytes((octet,)) for octet in b"!$&'()*+,;=:@")
"""What may be escaped and need not be (RFC 3986 section 3.3)."""
_ESCAPE: Final = re.compile(rb"%[0-9a-fA-F]{2}")
_CONTROL: Final = re.compile("[\0-\x1f\x7f-\x9f]")
"""What no name in a path has; a joined emoji has characters that do not show, too, and may be a switch's name."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a request is not served."""

    kind: ProblemKind
    reason: str


def refusal(
    method: bytes, target: bytes, headers: Mapping[str, Sequence[bytes]], hosts: frozenset[str]
) -> Refusal | None:
    """Why the gate stays shut for a request, whoever sends it, or None.

    ``target`` is the request line's; ``headers``: the values of ``host``, ``origin``, ``sec-fetch-site``,
    ``sec-fetch-mode``, ``sec-fetch-dest`` and ``cookie``; ``hosts``: names and addresses that are answered to, in lower
    case, without ports and brackets.
    """
    given = headers.get("host", [])
    # RFC 9112 section 3.2: exactly one Host header, a valid one, else 400.
    host = _host_of(given[0]) if len(given) == 1 else None
    if host is None:
        return Refusal(MALFORMED, "A request needs exactly one Host header with a valid name.")
    if host[0] not in hosts:
        return Refusal(
            MISDIRECTED,
            "The simulator does not answer to this host name. Use localhost, the address it listens on, or a name "
            "that --allowed-host gives.",
        )
    if method not in METHODS:
        return Refusal(METHOD, "Allow says which methods there are here.")
    if path_of(target) is None:
        return Refusal(MALFORMED, "The path of a request starts with / and is written in its simplest form, in UTF-8.")
    return _from_elsewhere(method, host, headers)


def _from_elsewhere(method: bytes, host: tuple[str, str], headers: Mapping[str, Sequence[bytes]]) -> Refusal | None:
    """Why a request is not one that our own page, or no page at all, has sent."""
    origins, sites = headers.get("origin", []), headers.get("sec-fetch-site", [])
    # Our pages send no referrer, so that browsers name no origin with their forms, either; where these come from they
    # say all the same.
    unnamed = origins == [b"null"] and sites == [b"same-origin"]
    if origins and not unnamed and (len(origins) > 1 or not _is_origin(origins[0], host)):
        return Refusal(FORBIDDEN, "The request comes from a page of another origin.")
    if sites and sites not in ([b"same-origin"], [b"none"]):
        # Somebody has followed a link to us: that is no harm, as long as a whole new page comes of it.
        followed = headers.get("sec-fetch-mode") == [b"navigate"] and headers.get("sec-fetch-dest") == [b"document"]
        if method not in SAFE_METHODS or not followed:
            return Refusal(FORBIDDEN, "The request comes from a page of another site.")
    if method not in SAFE_METHODS and headers.get("cookie") and not origins and not sites:
        return Refusal(FORBIDDEN, "A browser that changes something must say where the request comes from.")
    return None


def path_of(target: bytes) -> str | None:
    """The path that a request line's target names; None when it is not written in its one simplest form.

    What comes out is what routing will see: no letter is escaped that need not be, and no part is empty or dots.
    """
    written = target.partition(b"?")[0]
    try:
        path = unquote_to_bytes(written).decode("utf-8")
    except UnicodeDecodeError:
        return None
    parts = path.split("/")[1:]
    dots = any(part in {"", ".", ".."} for part in (parts if parts[-1:] != [""] else parts[:-1]))
    if not path.startswith("/") or dots or "\\" in path or _CONTROL.search(path):
        return None
    escaped = _ESCAPE.sub(_settled, written)
    # An escaped slash would part here what routing does not part.
    return path if b"%2F" not in escaped and escaped == quote(path, safe=_UNESCAPED).encode() else None


def _settled(found: re.Match[bytes]) -> bytes:
    """An escape as it is compared: some programs escape what others leave as it is, such as an apostrophe."""
    octet = unquote_to_bytes(found[0])
    return octet if octet in _EITHER_WAY else found[0].upper()


def is_api(path: str) -> bool:
    """Whether programs are answered at this path, with problem documents instead of pages."""
    return path == "/api" or path.startswith("/api/")


class GatedRequest(Request):
    """A request that is judged before it is routed."""

    asker: User = ANYONE
    """Who asks; read once the gate has let it in."""
    session: str = ""
    """What the cookie holds, when a browser that has logged in asks."""
    number: int = 0
    """Which request of this site it is, for people who report an error."""
    query: Mapping[bytes, list[bytes]]
    """The parameters behind the path."""
    form: Mapping[bytes, list[bytes]]
    """The fields of a form."""
    sent_path: str = "/"

    _received = 0
    _body_types: Sequence[bytes] = ()

    @property
    def site_behind(self) -> GatedSite:
        """The site that serves it; Site.buildProtocol has put itself there."""
        return cast("GatedSite", cast("Any", self.channel).site)

    @property
    def form_token(self) -> str:
        """What forms on a page for this browser carry."""
        return self.site_behind.access.form_token(self.session)

    def handleContentChunk(self, data: bytes) -> None:
        """Take a piece of the request body; more than BODY_LIMIT is answered at once, and the connection closed."""
        before, self._received = self._received, self._received + len(data)
        if self._received <= BODY_LIMIT:
            super().handleContentChunk(data)
        elif before <= BODY_LIMIT:
            problem = TOO_LARGE.error(f"At most {BODY_LIMIT} octets.").octets()
            transport = cast("ITCPTransport", self.channel.transport)
            transport.write(
                b"HTTP/1.1 413 Content Too Large\r\nContent-Type: application/problem+json\r\nConnection: close\r\n"
                b"Content-Length: %d\r\n\r\n%s" % (len(problem), problem)
            )
            transport.loseConnection()

    def requestReceived(self, command: bytes, path: bytes, version: bytes) -> None:
        """Take a request that is whole, with its body left as it is.

        Twisted would take apart what calls itself a form, however many fields it has, before anybody has judged it.
        """
        self._body_types = self.requestHeaders.getRawHeaders(b"content-type", [])
        self.requestHeaders.removeHeader(b"content-type")
        super().requestReceived(command, path, version)

    def process(self) -> None:
        """Serve the request, or say why not."""
        if self._body_types:
            self.requestHeaders.setRawHeaders(b"content-type", self._body_types)
        if self._received > BODY_LIMIT:
            return
        for name, value in HEADERS:
            self.setHeader(name, value)
        site = self.site_behind
        self.number = site.count()
        given = {
            name: self.requestHeaders.getRawHeaders(name.encode(), [])
            for name in ("host", "origin", "sec-fetch-site", "sec-fetch-mode", "sec-fetch-dest", "cookie")
        }
        refused = refusal(self.method, self.uri, given, site.allowed_hosts | _local_host(self.getHost()))
        if refused is not None:
            # The path is only told apart, not trusted: it decides between a page and a problem document.
            self.sent_path = path_of(self.uri) or ("/api/" if b"/api" in self.uri else "/")
            self.refuse(refused.kind, refused.reason)
            return
        self.sent_path = path_of(self.uri) or "/"
        self.query = parse_qs(self.uri.partition(b"?")[2], keep_blank_values=True)
        self._identify(site.access)

    def refuse(self, kind: ProblemKind, reason: str, extra: Mapping[str, str] | None = None) -> None:
        """Answer with a problem document, or with a page that says the same."""
        self.setResponseCode(kind.status.value, kind.status.phrase.encode())
        for name, value in (extra or {}).items():
            self.setHeader(name.encode(), value.encode())
        if kind is METHOD:
            self.setHeader(b"Allow", ", ".join(sorted(self.site_behind.methods_at(self.sent_path))).encode())
        content_type, body = self.site_behind.error_answer(self, kind, reason)
        self.setHeader(b"Content-Type", content_type.encode())
        self.setHeader(b"Content-Length", b"%d" % len(body))
        self.write(body)
        self.finish()

    def _identify(self, access: Access) -> None:
        if not access.required:
            self._let_in(ANYONE)
            return
        cookie = (self.getCookie(COOKIE) or b"").decode("latin-1")
        user = access.by_session(cookie) if cookie else None
        if user is not None:
            self.session = cookie
            self._let_in(user)
            return
        authorization = self.getHeader("authorization") or ""
        try:
            found = access.by_header(authorization) if authorization else None
        except TooMany as many:
            self._too_many(many)
            return
        if isinstance(found, Deferred):
            self.notifyFinish().addErrback(lambda _: found.cancel())
            found.addCallback(self._identified).addErrback(self._failed)
        else:
            self._identified(found)

    def _identified(self, user: User | None) -> None:
        if user is not None:
            self._let_in(user)
        elif self._is_open():
            self._let_in(User("", "read-only"))
        elif is_api(self.sent_path) or self.sent_path == _METRICS or self.getHeader("authorization"):
            # A script of our own page must not have the browser ask for a password.
            by_script = self.getHeader("sec-fetch-mode") not in {None, "navigate"}
            schemes = "Bearer" if by_script else 'Bearer, Basic realm="smsc_sim", charset="UTF-8"'
            self.refuse(
                UNAUTHENTICATED, "Send a bearer token, or a name and a password.", {"WWW-Authenticate": schemes}
            )
        else:
            self._to_login()

    def _to_login(self) -> None:
        target = self.uri.decode("latin-1") if self.method in SAFE_METHODS and self.sent_path != "/" else ""
        self.setResponseCode(HTTPStatus.SEE_OTHER)
        self.setHeader(b"Location", (f"{LOGIN}?next={quote(target, safe='')}" if target else LOGIN).encode())
        self.setHeader(b"Content-Length", b"0")
        self.finish()

    def _failed(self, failure: Failure) -> None:
        if failure.check(CancelledError):
            return
        if isinstance(failure.value, TooMany):
            self._too_many(failure.value)
            return
        self.site_behind.log_failure(failure)
        self.refuse(INTERNAL, "")

    def _too_many(self, many: TooMany) -> None:
        wait = f"{max(1, round(many.seconds))}"
        self.refuse(TOO_MANY, f"There were too many failed attempts. Try again in {wait} s.", {"Retry-After": wait})

    def _is_open(self) -> bool:
        path = self.sent_path
        if path == LOGIN:
            return True
        is_file = path in _OPEN or path.startswith("/static/")
        return self.method in SAFE_METHODS and (is_file or (path == _METRICS and self.site_behind.access.metrics_open))

    def _let_in(self, user: User) -> None:
        self.asker = user
        self.form = {}
        if self.method not in SAFE_METHODS and not is_api(self.sent_path):
            content_type = (self.getHeader("content-type") or "").partition(";")[0].strip().lower()
            if content_type != FORM:
                self.refuse(BODY_TYPE, "Pages take forms; for programs there is the API below /api/v1.")
                return
            assert self.content is not None, "the request has been received"
            octets = self.content.read()
            if octets.count(b"&") + octets.count(b";") >= MOST_FIELDS:
                self.refuse(MALFORMED, f"A form has less than {MOST_FIELDS} fields.")
                return
            self.form = parse_qs(octets, keep_blank_values=True)
            token = self.form.get(FORM_TOKEN.encode(), [b""])[0].decode("latin-1")
            if not same(token, self.form_token):
                self.refuse(FORBIDDEN, "The form has expired. Open the page again, and repeat what you did.")
                return
        super().process()


class GatedSite(Site):
    """The web site behind the gate. It keeps no access log: health checks would fill it."""

    noisy = False
    # Not Twisted's own, which speaks HTTP/2 where it can: what is checked here are the octets of HTTP/1.1.
    protocol = GatedChannel  # type: ignore[assignment]

    def __init__(
        self,
        resource: IResource,
        *,
        reactor: IReactorTime,
        access: Access,
        allowed_hosts: Iterable[str],
        error_answer: Callable[[GatedRequest, ProblemKind, str], tuple[str, bytes]],
        methods_at: Callable[[str], Iterable[str]],
        log_failure: Callable[[Failure], None],
    ) -> None:
        """``error_answer(request, kind, reason)``: the Content-Type and octets of an answer that refuses.

        ``methods_at(path)``: the methods that a path has, none where there is nothing at it.
        """
        super().__init__(resource, GatedRequest, timeout=IDLE_TIMEOUT, reactor=reactor)
        self.connections = Connections()
        self.access = access
        self.allowed_hosts = LOOPBACK_NAMES | {host.strip("[]").rstrip(".").lower() for host in allowed_hosts}
        self.error_answer = error_answer
        self.methods_at = methods_at
        self.log_failure = log_failure
        self._requests = 0

    def count(self) -> int:
        """The number of one more request."""
        self._requests += 1
        return self._requests

    def startFactory(self) -> None:
        """Open no access log."""

    def stopFactory(self) -> None:
        """Close none."""

    def log(self, request: Any) -> None:
        """Write nothing."""


def _host_of(value: bytes) -> tuple[str, str] | None:
    match = _HOST.fullmatch(value.decode("latin-1").strip())
    return ((match["literal"] or match["name"]).rstrip(".").lower(), match["port"] or "") if match else None


def _is_origin(value: bytes, host: tuple[str, str]) -> bool:
    """Whether an Origin header names the host that was asked; the scheme may be that of a proxy before us."""
    scheme, colon, rest = value.decode("latin-1").strip().partition("://")
    origin = _host_of(rest.encode("latin-1")) if colon else None
    if origin is None or scheme not in _PORTS:
        return False
    usual = _PORTS[scheme]
    return origin[0] == host[0] and (origin[1] or usual) == (host[1] or usual)


def _local_host(address: object) -> frozenset[str]:
    # An address literal cannot be rebound: a page of another site names that site.
    if isinstance(address, (IPv4Address, IPv6Address)):
        return frozenset({address.host.partition("%")[0].removeprefix("::ffff:").lower()})
    return frozenset()
