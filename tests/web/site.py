"""The web site on an in-memory connection: octets of a request in, the parts of the response out."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from email.parser import Parser

from twisted.internet.address import IPv4Address
from twisted.internet.protocol import Protocol
from twisted.internet.task import Clock
from twisted.internet.testing import StringTransport

from smsc_sim.sim.view import BindView, MessageView, StatusView
from smsc_sim.web.hint import ClientHint
from smsc_sim.web.listener import WebFactory

NOW = 1_795_326_824.12
"""2026-11-22T05:53:44.120Z."""

BIND = BindView(
    session="s7",
    account="acme",
    bind_type="transceiver",
    peer="127.0.0.1:51234",
    tls="TLSv1.3",
    interface_version="3.4",
    bound_at=NOW - 200,
    idle=8.5,
    received=12345,
    sent=678,
    outstanding=9,
)
MESSAGE = MessageView(
    instant=NOW,
    session="s7",
    account="acme",
    source_addr="Acme",
    destination_addr="447700900123",
    text="Hello",
    data_coding=0,
    message_id="001a2b3c",
    command_status=0,
)


def view(binds: list[BindView] | None = None, messages: list[MessageView] | None = None) -> StatusView:
    return StatusView(
        version="0.1.0",
        started_at=NOW - 7500,
        now=NOW,
        endpoints=["127.0.0.1:2775", "[::1]:2776"],
        binds=binds or [],
        messages=messages or [],
        accepted=1234567,
        refused=89,
        receipts_pending=321,
        receipts_waiting=12,
    )


@dataclass(frozen=True)
class Response:
    status: int
    headers: Mapping[str, str]
    body: str


@dataclass
class Site:
    """One simulator's pages; a test changes what they are told."""

    status: Callable[[], StatusView] = view
    ready: Callable[[], Mapping[str, bool]] = dict
    hint: Callable[[], ClientHint | None] = lambda: None
    allowed_hosts: tuple[str, ...] = ()
    local_host: str = "127.0.0.1"

    def __post_init__(self) -> None:
        self.clock = Clock()
        self.factory = WebFactory(
            self.clock,
            status=self._status,
            ready=self.ready,
            hint=self.hint,
            allowed_hosts=self.allowed_hosts,
        )

    def _status(self) -> StatusView:
        return self.status()

    def connect(self) -> tuple[StringTransport, Protocol]:
        """A connection: what was written to it, and the protocol that it feeds."""
        peer = IPv4Address("TCP", "127.0.0.1", 51234)
        transport = StringTransport(IPv4Address("TCP", self.local_host, 8080), peer)
        protocol = self.factory.buildProtocol(peer)
        protocol.makeConnection(transport)
        return transport, protocol

    def send(self, request: bytes) -> Response:
        """The response to the octets of one request."""
        transport, protocol = self.connect()
        protocol.dataReceived(request)
        head, _, body = transport.value().decode().partition("\r\n\r\n")
        status_line, _, headers = head.partition("\r\n")
        return Response(int(status_line.split()[1]), dict(Parser().parsestr(headers)), body)

    def get(self, target: str, host: str = "localhost:8080", method: str = "GET") -> Response:
        return self.send(f"{method} {target} HTTP/1.1\r\nHost: {host}\r\n\r\n".encode())
