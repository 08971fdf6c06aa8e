"""Endpoint strings: what they open, and the one line that says why one is refused."""

import errno
import os
import time
from pathlib import Path
from typing import Any

import pytest
from twisted.internet.address import IPv4Address, IPv6Address, UNIXAddress
from twisted.internet.error import CannotListenError
from twisted.internet.interfaces import IListeningPort
from twisted.internet.protocol import Factory, Protocol
from twisted.internet.ssl import Certificate, optionsForClientTLS
from twisted.internet.testing import MemoryReactorClock
from twisted.protocols.tls import TLSMemoryBIOFactory
from twisted.test import iosim
from zope.interface import implementer

from smsc_sim.net import tls
from smsc_sim.net.endpoints import (
    BACKLOG,
    CannotListen,
    EndpointError,
    address_of,
    brings_tls,
    is_loopback,
    is_off,
    listen,
    stream_endpoint,
    tls_endpoint,
)


@pytest.fixture
def reactor() -> MemoryReactorClock:
    return MemoryReactorClock()


@implementer(IListeningPort)
class Port:
    def __init__(self, host: object) -> None:
        self._host = host

    def startListening(self) -> None:
        raise AssertionError

    def stopListening(self) -> None:
        raise AssertionError

    def getHost(self) -> Any:
        return self._host


class RefusingReactor(MemoryReactorClock):
    """A reactor whose system refuses every port."""

    def __init__(self, error: Exception) -> None:
        super().__init__()
        self._error = error

    def listenTCP(self, port: int, factory: Any, backlog: int = 50, interface: str = "") -> Any:
        raise CannotListenError(interface, port, self._error)

    def listenUNIX(self, address: str, factory: Any, *args: Any, **keywords: Any) -> Any:
        raise CannotListenError(None, address, self._error)


class TestStreamEndpoint:
    @pytest.mark.parametrize(
        ("description", "port", "interface", "backlog"),
        [
            ("tcp:2775:interface=127.0.0.1", 2775, "127.0.0.1", BACKLOG),
            ("tcp:0", 0, "", BACKLOG),
            ("tcp:port=65535:backlog=7", 65535, "", 7),
            (r"tcp:2775:interface=\:\:1", 2775, "::1", BACKLOG),
            ("tcp6:2775", 2775, "::", BACKLOG),
        ],
    )
    def test_tcp(self, reactor: MemoryReactorClock, description: str, port: int, interface: str, backlog: int) -> None:
        listen(stream_endpoint(reactor, description, option="--smpp"), Factory(), description)
        assert [(p, i, b) for p, _, b, i in reactor.tcpServers] == [(port, interface, backlog)]

    def test_unix(self, reactor: MemoryReactorClock) -> None:
        description = "unix:/run/smsc.sock:mode=600"
        listen(stream_endpoint(reactor, description, option="--smpp"), Factory(), description)
        ((path, _, backlog, mode, _),) = reactor.unixServers
        assert (path, backlog, mode) == ("/run/smsc.sock", BACKLOG, 0o600)

    @pytest.mark.parametrize(
        ("description", "reason"),
        [
            ("2775", "a port alone is not an endpoint; write tcp:2775:interface=127.0.0.1"),
            ("tcp:65536", "port '65536' is not a number from 0 to 65535"),
            ("tcp:" + "9" * 5000, f"port '{'9' * 5000}' is not a number from 0 to 65535"),
            ("tcp:-1", "port '-1' is not a number from 0 to 65535"),
            ("tcp:smpp", "port 'smpp' is not a number from 0 to 65535"),
            ("tcp:", "port '' is not a number from 0 to 65535"),
            ("tcp:²", "port '²' is not a number from 0 to 65535"),
            ("tcp:port=x", "port 'x' is not a number from 0 to 65535"),
            ("tcp", "the port is missing, as in tcp:2775:interface=127.0.0.1"),
            ("tcp:interface=127.0.0.1", "the port is missing, as in tcp:2775:interface=127.0.0.1"),
            ("tcp:2775:backlog=many", "backlog 'many' is not a number from 0 to 65535"),
            ("tcp:2775:host=127.0.0.1", "tcp does not know 'host'; it takes backlog, interface"),
            (
                "tcp6:2775:interface=::1",
                "too many parts from '' on; the colons of an address are written \\:",
            ),
            (
                "tcp:127.0.0.1:2775",
                "port '127.0.0.1' is not a number from 0 to 65535",
            ),
            (
                "tcp:2775:127.0.0.1",
                "too many parts from '127.0.0.1' on; the colons of an address are written \\:",
            ),
            ("unix", "the address is missing, as in unix:/path"),
            ("unix:", "the address is missing, as in unix:/path"),
            ("unix:/s:mode=rw", "invalid literal for int() with base 8: 'rw'"),
            ("udp:2775", "Unknown endpoint type: 'udp'"),
            ("2775:tcp", "Unknown endpoint type: '2775'"),
            ("tcp:2775\\", "ends in a backslash that escapes nothing"),
            ("ssl:2776:privateKey=/nowhere/key.pem", "/nowhere/key.pem: no such file or directory"),
            ("systemd:domain=INET", "Specify exactly one of descriptor index or name"),
        ],
    )
    def test_refused_in_one_line(self, reactor: MemoryReactorClock, description: str, reason: str) -> None:
        with pytest.raises(EndpointError) as caught:
            stream_endpoint(reactor, description, option="--smpp")
        assert str(caught.value) == f"--smpp {description}: {reason}"

    @pytest.mark.parametrize("description", ["", "  "])
    def test_empty(self, reactor: MemoryReactorClock, description: str) -> None:
        with pytest.raises(EndpointError) as caught:
            stream_endpoint(reactor, description, option="--http")
        assert str(caught.value) == ("--http: an endpoint is needed, such as tcp:2775:interface=127.0.0.1, or none")

    def test_a_certificate_that_openssl_cannot_read(self, reactor: MemoryReactorClock, tmp_path: Path) -> None:
        (tmp_path / "key.pem").write_text("no key")
        description = f"ssl:2776:privateKey={tmp_path}/key.pem"
        with pytest.raises(EndpointError) as caught:
            stream_endpoint(reactor, description, option="--smpp-tls")
        assert "\n" not in str(caught.value)
        assert str(caught.value).startswith(f"--smpp-tls {description}: ")


class Echo(Protocol):
    def dataReceived(self, data: bytes) -> None:
        assert self.transport is not None
        self.transport.write(data)


class Asking(Protocol):
    received = b""

    def connectionMade(self) -> None:
        assert self.transport is not None
        self.transport.write(b"enquire")

    def dataReceived(self, data: bytes) -> None:
        self.received += data


class TestTlsEndpoint:
    def test_the_protocol_sees_plain_octets(self, reactor: MemoryReactorClock, tmp_path: Path) -> None:
        identity, _ = tls.kept_identity(tmp_path, time.time())
        endpoint = tls_endpoint(reactor, "tcp:2776", option="--smpp-tls", context_factory=tls.context_factory(identity))
        listen(endpoint, Factory.forProtocol(Echo), "tcp:2776")
        ((port, factory, _, _),) = reactor.tcpServers
        assert port == 2776
        trusted = Certificate.loadPEM((tmp_path / tls.CERTIFICATE_FILE).read_bytes())
        asking = Asking()
        client = TLSMemoryBIOFactory(
            optionsForClientTLS("localhost", trustRoot=trusted),
            True,
            Factory.forProtocol(lambda: asking),
            reactor,
        )
        _, _, pump = iosim.connectedServerAndClient(
            lambda: factory.buildProtocol(IPv4Address("TCP", "127.0.0.1", 1)),
            lambda: client.buildProtocol(IPv4Address("TCP", "127.0.0.1", 2)),
            clock=reactor,
        )
        for _ in range(4):
            pump.flush()
            reactor.advance(0)
        assert asking.received == b"enquire"

    def test_an_endpoint_that_brings_tls_is_left_alone(self, reactor: MemoryReactorClock, tmp_path: Path) -> None:
        identity, _ = tls.kept_identity(tmp_path, time.time())
        key, certificate = tmp_path / tls.KEY_FILE, tmp_path / tls.CERTIFICATE_FILE
        description = f"ssl:2776:privateKey={key}:certKey={certificate}"
        factory = Factory()
        endpoint = tls_endpoint(
            reactor, description, option="--smpp-tls", context_factory=tls.context_factory(identity)
        )
        listen(endpoint, factory, description)
        assert [(port, given) for port, given, *_ in reactor.sslServers] == [(2776, factory)]

    @pytest.mark.parametrize(
        ("description", "expected"),
        [("ssl:2776", True), ("tls:/certs:2776", True), ("tcp:2776", False), ("unix:/ssl", False)],
    )
    def test_which_bring_tls(self, description: str, expected: bool) -> None:
        assert brings_tls(description) is expected


class TestListen:
    @pytest.mark.parametrize(
        ("description", "error", "message"),
        [
            (
                "tcp:2775:interface=127.0.0.1",
                OSError(errno.EADDRINUSE, os.strerror(errno.EADDRINUSE)),
                "cannot listen on 127.0.0.1:2775: address already in use",
            ),
            (
                r"tcp6:2775:interface=\:\:1",
                OSError(errno.EADDRNOTAVAIL, "Cannot assign requested address"),
                "cannot listen on [::1]:2775: cannot assign requested address",
            ),
            (
                "tcp:80",
                PermissionError(errno.EACCES, "Permission denied"),
                "cannot listen on *:80: permission denied",
            ),
            (
                "unix:/run/s",
                OSError(errno.ENOENT, "No such file or directory"),
                "cannot listen on unix:/run/s: no such file or directory",
            ),
            (
                "unix:/run/s",
                "Cannot acquire lock",
                "cannot listen on unix:/run/s: Cannot acquire lock",
            ),
        ],
    )
    def test_refused(self, description: str, error: Any, message: str) -> None:
        refusing = RefusingReactor(error)
        endpoint = stream_endpoint(refusing, description, option="--smpp")
        failures: list[Any] = []
        listen(endpoint, Factory(), description).addErrback(failures.append)
        (failure,) = failures
        assert failure.type is CannotListen
        assert str(failure.value) == message
        assert failure.value.exit_code == 3

    def test_any_other_failure_is_not_renamed(self) -> None:
        class Broken(Factory):
            def doStart(self) -> None:
                raise ZeroDivisionError

        class Starting(MemoryReactorClock):
            def listenTCP(self, port: int, factory: Any, *args: Any, **keywords: Any) -> Any:
                factory.doStart()

        starting = Starting()
        failures: list[Any] = []
        listen(stream_endpoint(starting, "tcp:1", option="--smpp"), Broken(), "tcp:1").addErrback(failures.append)
        assert failures[0].type is ZeroDivisionError


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        (IPv4Address("TCP", "127.0.0.1", 2775), "127.0.0.1:2775"),
        (IPv6Address("TCP", "::1", 2775), "[::1]:2775"),
        (UNIXAddress(b"/run/smsc.sock"), "unix:/run/smsc.sock"),
        ("something else", "something else"),
    ],
)
def test_address_of(host: object, expected: str) -> None:
    assert address_of(Port(host)) == expected


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("localhost", True),
        ("LOCALHOST.", True),
        ("127.0.0.1", True),
        ("127.255.255.254", True),
        ("::1", True),
        ("[::1]", True),
        ("::ffff:127.0.0.1", True),
        ("", False),
        ("0.0.0.0", False),
        ("::", False),
        ("10.0.0.1", False),
        ("::ffff:10.0.0.1", False),
        ("localhost.example.org", False),
        ("127.0.0.1.example.org", False),
    ],
)
def test_is_loopback(host: str, expected: bool) -> None:
    assert is_loopback(host) is expected


@pytest.mark.parametrize(("description", "expected"), [("none", True), (" None ", True), ("tcp:1", False), ("", False)])
def test_is_off(description: str, expected: bool) -> None:
    assert is_off(description) is expected
