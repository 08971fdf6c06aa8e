"""What stands before every page: who may ask, how, and what a browser may do with the answer.

The gate sits in ``Request.process``, before routing, so that no spelling of a path goes around it. It
keeps out the web sites that a user's browser has open: their name may be made to resolve to this machine
(DNS rebinding), but the Host header goes on naming them. Nothing can be changed through it: GET and HEAD
are all that is served.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final, cast
from urllib.parse import unquote_to_bytes

from twisted.internet.address import IPv4Address, IPv6Address
from twisted.internet.interfaces import IReactorTime, ITCPTransport
from twisted.web.resource import IResource
from twisted.web.server import Request, Site

METHODS: Final = (b"GET", b"HEAD")
LOOPBACK_NAMES: Final = frozenset({"localhost", "127.0.0.1", "::1"})
BODY_LIMIT: Final = 1 << 20
"""Octets of a request body; a connection that sends more is cut. No page reads one."""
IDLE_TIMEOUT: Final = 60.0
"""Seconds that a connection may be silent."""

CONTENT_SECURITY_POLICY: Final = (
    b"default-src 'none'; style-src 'self'; img-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS: Final = (
    (b"Content-Security-Policy", CONTENT_SECURITY_POLICY),
    (b"X-Content-Type-Options", b"nosniff"),
    (b"Referrer-Policy", b"no-referrer"),
    (b"Cross-Origin-Resource-Policy", b"same-origin"),
    (b"Cache-Control", b"no-store"),
)
"""Sent with every answer; a handler may replace Cache-Control."""

# RFC 9110 section 7.2: uri-host, then an optional port.
_HOST: Final = re.compile(r"(?:\[(?P<literal>[0-9A-Fa-f:.]+)\]|(?P<name>[A-Za-z0-9._-]+))(?::[0-9]{0,5})?")


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a request is not served."""

    status: HTTPStatus
    reason: str


def refusal(method: bytes, target: bytes, hosts: Iterable[bytes], allowed_hosts: frozenset[str]) -> Refusal | None:
    """Why the gate stays shut for a request, or None.

    ``target`` is the request line's, ``hosts`` are the values of all its Host headers, ``allowed_hosts``
    names and addresses in lower case, without ports and brackets.
    """
    given = list(hosts)
    # RFC 9112 section 3.2: exactly one Host header, a valid one, else 400.
    host = _host_of(given[0]) if len(given) == 1 else None
    if host is None:
        return Refusal(HTTPStatus.BAD_REQUEST, "A request needs exactly one Host header with a valid name.")
    if host not in allowed_hosts:
        return Refusal(
            HTTPStatus.MISDIRECTED_REQUEST,
            "The simulator does not answer to this host name. Use localhost or the address it listens on.",
        )
    if method not in METHODS:
        return Refusal(HTTPStatus.METHOD_NOT_ALLOWED, "Pages can be read (GET, HEAD), nothing else.")
    if not _is_path(target):
        return Refusal(HTTPStatus.BAD_REQUEST, "The path of a request starts with / and is UTF-8.")
    return None


class GatedRequest(Request):
    """A request that is judged before it is routed."""

    _received = 0

    def handleContentChunk(self, data: bytes) -> None:
        """Take a piece of the request body; more than BODY_LIMIT ends the connection."""
        self._received += len(data)
        if self._received > BODY_LIMIT:
            cast("ITCPTransport", self.channel.transport).abortConnection()
        else:
            super().handleContentChunk(data)

    def process(self) -> None:
        """Serve the request, or say why not."""
        if self._received > BODY_LIMIT:
            return
        for name, value in HEADERS:
            self.setHeader(name, value)
        # Site.buildProtocol has put itself there.
        site: GatedSite = cast("Any", self.channel).site
        hosts = self.requestHeaders.getRawHeaders(b"host", [])
        refused = refusal(self.method, self.uri, hosts, site.allowed_hosts | _local_host(self.getHost()))
        if refused is None:
            super().process()
            return
        body = site.error_page(refused.status, refused.reason)
        self.setResponseCode(refused.status, refused.status.phrase.encode())
        self.setHeader(b"Content-Type", b"text/html; charset=utf-8")
        self.setHeader(b"Content-Length", b"%d" % len(body))
        if refused.status is HTTPStatus.METHOD_NOT_ALLOWED:
            self.setHeader(b"Allow", b", ".join(METHODS))
        self.write(body)
        self.finish()


class GatedSite(Site):
    """The web site behind the gate. It keeps no access log: health checks would fill it."""

    noisy = False

    def __init__(
        self,
        resource: IResource,
        *,
        reactor: IReactorTime,
        allowed_hosts: Iterable[str],
        error_page: Callable[[HTTPStatus, str], bytes],
    ) -> None:
        super().__init__(resource, GatedRequest, timeout=IDLE_TIMEOUT, reactor=reactor)
        self.allowed_hosts = LOOPBACK_NAMES | {host.strip("[]").rstrip(".").lower() for host in allowed_hosts}
        self.error_page = error_page

    def startFactory(self) -> None:
        """Open no access log."""

    def stopFactory(self) -> None:
        """Close none."""

    def log(self, request: Any) -> None:
        """Write nothing."""


def _host_of(value: bytes) -> str | None:
    match = _HOST.fullmatch(value.decode("latin-1").strip())
    return (match["literal"] or match["name"]).rstrip(".").lower() if match else None


def _local_host(address: object) -> frozenset[str]:
    # An address literal cannot be rebound: a page of another site names that site.
    if isinstance(address, (IPv4Address, IPv6Address)):
        return frozenset({address.host.partition("%")[0].removeprefix("::ffff:").lower()})
    return frozenset()


def _is_path(target: bytes) -> bool:
    try:
        path = unquote_to_bytes(target).decode("utf-8")
    except UnicodeDecodeError:
        return False
    return path.startswith("/") and "\x00" not in path
