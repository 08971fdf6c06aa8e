"""One connection: writing straight to the socket, buffers that fill up, and the ways to end."""

from __future__ import annotations

import contextlib
import datetime
import errno
import ssl
from collections.abc import Iterator
from typing import Any

import pytest
from OpenSSL import SSL
from twisted.internet.address import IPv4Address, IPv6Address, UNIXAddress
from twisted.internet.error import ConnectionDone, ConnectionLost
from twisted.internet.interfaces import IHandshakeListener, INegotiated, IPushProducer, ITCPTransport
from twisted.internet.task import Clock
from twisted.internet.testing import StringTransport
from twisted.protocols.tls import TLSMemoryBIOFactory
from twisted.python.failure import Failure
from zope.interface import directlyProvides
from zope.interface.verify import verifyObject

from smsc_sim.net import tls
from smsc_sim.net.protocol import LINGER, SmppFactory, SmppProtocol
from smsc_sim.scenario.settings import SmscSettings, Timers
from smsc_sim.sim.sessions.session import Ending, Session
from smsc_sim.sim.smsc import Smsc
from smsc_sim.smpp.framing import Framer
from smsc_sim.smpp.pdu import Pdu, encode, encode_header_only
from tests.net.wires import Bench, Turner, Wire, until
from tests.sim.playing import ALPHA, START, SubmitSm, bind_octets, decided, smsc_settings

PING = encode("enquire_link", sequence_number=77)


def names(octets: bytes) -> list[str]:
    return [Pdu(frame).name for frame in Framer().feed(octets)]


class Line:
    """One wire between an SMSC and a socket that the test holds."""

    def __init__(self, settings: SmscSettings | None = None, *, buffer_octets: int | None = None) -> None:
        self.reactor = Turner()
        self.bench = Bench(Smsc(settings or smsc_settings(), [ALPHA], decide=None), self.reactor)
        self.protocol = SmppFactory(self.bench.driver).buildProtocol(None)
        self.wire = Wire(self.protocol, self.reactor, buffer_octets=buffer_octets)

    @property
    def smsc(self) -> Smsc:
        return self.bench.driver.smsc

    def say(self, octets: bytes) -> None:
        self.wire.peer.sendall(octets)
        self.reactor.turn()

    def gone(self) -> bool:
        return self.protocol.session.number not in self.smsc.sessions


@pytest.fixture
def line() -> Iterator[Line]:
    made = Line()
    yield made
    made.wire.release()


@pytest.fixture
def narrow() -> Iterator[Line]:
    """A wire that takes a few kilobytes before somebody must read."""
    made = Line(buffer_octets=4096)
    yield made
    made.wire.release()


# Straight to the socket


def test_a_connection_is_told_of_and_answered(line: Line) -> None:
    session = line.protocol.session
    assert (session.peer, session.host, session.link) == ("192.0.2.7:4000", "192.0.2.7", line.protocol)
    assert line.wire.no_delay
    line.say(bind_octets())
    assert names(line.wire.read()) == ["bind_transceiver_resp"]


def test_octets_go_to_the_socket_without_a_turn_of_the_reactor(line: Line) -> None:
    line.protocol.dataReceived(bind_octets() + PING)
    assert line.reactor.writers == set()
    assert names(line.wire.read()) == ["bind_transceiver_resp", "enquire_link_resp"]


class Counting:
    """A socket that counts its sends, and takes or fails as told."""

    def __init__(self, line: Line, takes: int | None = None, failing: int = 0) -> None:
        self.real = line.wire.socket
        self.takes = takes
        self.failing = failing
        self.sent: list[bytes] = []
        line.protocol._socket = self  # type: ignore[assignment]

    def send(self, octets: bytes) -> int:
        if self.failing:
            raise OSError(self.failing, "told to fail")
        taken = octets if self.takes is None else octets[: self.takes]
        self.sent.append(taken)
        return self.real.send(taken) if taken else 0


def test_one_send_for_each_event(line: Line) -> None:
    counting = Counting(line)
    line.protocol.dataReceived(bind_octets() + SubmitSm().wire(1) * 10 + PING)
    assert len(counting.sent) == 1
    line.reactor.advance(1.1)
    assert len(counting.sent) == 2
    assert names(counting.sent[1]) == ["deliver_sm"] * 10


@pytest.mark.parametrize("takes", [0, 1, 17])
def test_what_the_socket_does_not_take_goes_through_the_transport(line: Line, takes: int) -> None:
    Counting(line, takes)
    line.protocol.dataReceived(bind_octets() + PING)
    session = line.protocol.session
    assert not session.writable
    assert line.wire not in line.reactor.readers
    # While something is buffered nothing may overtake it.
    line.smsc.send(session, encode_header_only(0x80000000, 3, 5))
    line.bench.driver.settle(line.bench.clock())
    until(line.reactor, lambda: session.writable)
    assert names(line.wire.read()) == ["bind_transceiver_resp", "enquire_link_resp", "generic_nack"]
    assert line.wire in line.reactor.readers
    assert line.wire.producer is None
    line.say(PING)
    assert names(line.wire.read()) == ["enquire_link_resp"]


def test_a_socket_that_would_block_is_no_error(line: Line) -> None:
    counting = Counting(line, failing=errno.EAGAIN)
    line.protocol.dataReceived(PING)
    assert not line.protocol.session.writable
    counting.failing = 0
    until(line.reactor, lambda: line.protocol.session.writable)
    assert names(line.wire.read()) == ["enquire_link_resp"]


def test_a_broken_socket_is_reported_the_way_the_transport_does(line: Line) -> None:
    line.protocol.dataReceived(bind_octets())
    line.wire.peer.close()
    line.protocol.dataReceived(PING)
    until(line.reactor, line.gone)
    assert line.bench.texts()[-1].startswith("connection closed: ")


def test_nothing_overtakes_what_a_failing_socket_left_to_the_transport(line: Line) -> None:
    counting = Counting(line, failing=errno.ENOBUFS)
    line.protocol.dataReceived(bind_octets())
    counting.failing = 0
    line.protocol.dataReceived(PING)
    line.reactor.turn()
    assert names(line.wire.read()) == ["bind_transceiver_resp", "enquire_link_resp"]


# Buffers that fill up


def flood(line: Line) -> int:
    """Send requests and read no answers until the SMSC stops reading; returns the requests sent."""
    line.say(bind_octets())
    sent = 0
    for _ in range(2000):
        if not line.protocol.session.writable:
            return sent
        line.say(PING * 50)
        sent += 50
    raise AssertionError("it took everything")


def test_an_esme_that_does_not_read_is_not_read_from(narrow: Line) -> None:
    sent = flood(narrow)
    assert narrow.wire not in narrow.reactor.readers
    octets = b""
    for _ in range(1000):
        octets += narrow.wire.read()
        narrow.reactor.turn()
    assert names(octets) == ["bind_transceiver_resp"] + ["enquire_link_resp"] * sent
    assert narrow.protocol.session.writable
    assert narrow.wire in narrow.reactor.readers


def test_receipts_wait_for_an_esme_that_does_not_read(narrow: Line) -> None:
    narrow.say(bind_octets() + SubmitSm().wire(1))
    narrow.wire.read()
    flood_octets = PING * 2000
    narrow.protocol.dataReceived(flood_octets)
    assert not narrow.protocol.session.writable
    narrow.reactor.advance(1.1)
    octets = b""
    for _ in range(1000):
        octets += narrow.wire.read()
        narrow.reactor.turn()
    assert names(octets) == ["enquire_link_resp"] * 2000 + ["deliver_sm"]


def test_an_esme_that_never_reads_is_aborted() -> None:
    settings = smsc_settings(timers=Timers(session_init=0.0, enquire_link=0.0, inactivity=0.0, response=10.0))
    narrow = Line(settings, buffer_octets=4096)
    flood(narrow)
    narrow.reactor.advance(10.1)
    narrow.reactor.advance(0)
    assert narrow.gone()
    assert any(text.startswith("does not read") for text in narrow.bench.texts())
    narrow.wire.release()


# Endings


def test_the_last_octets_arrive_and_then_the_end(line: Line) -> None:
    line.say(b"GET / HTTP/1.1\r\n\r\n")
    assert names(line.wire.read()) == ["generic_nack"]
    line.reactor.turn()
    assert line.wire.at_end()
    # The other half is open until the ESME closes it.
    assert not line.gone()
    line.wire.peer.close()
    until(line.reactor, line.gone)
    assert "connection closed" not in line.bench.texts()


def test_octets_after_the_end_are_read_and_not_answered(line: Line) -> None:
    line.say(b"\0\0\0\0")
    line.wire.read()
    line.say(bind_octets() * 3)
    assert line.wire.read() == b""
    assert not line.protocol.session.bound


def test_an_esme_that_does_not_close_is_dropped_after_a_while(line: Line) -> None:
    line.say(b"\0\0\0\0")
    line.reactor.advance(LINGER - 0.1)
    assert not line.gone()
    line.reactor.advance(0.2)
    line.reactor.advance(0)
    assert line.gone()
    line.reactor.advance(100)
    assert line.reactor.getDelayedCalls() == []


def test_what_is_still_buffered_at_the_end_is_written_and_then_the_end(narrow: Line) -> None:
    flood(narrow)
    session = narrow.protocol.session
    narrow.smsc.end(session, narrow.bench.clock(), "for a test", "info")
    narrow.bench.driver.settle(narrow.bench.clock())
    octets = b""
    for _ in range(1000):
        octets += narrow.wire.read()
        narrow.reactor.turn()
    assert set(names(octets)) == {"bind_transceiver_resp", "enquire_link_resp"}
    assert narrow.wire.at_end()
    # Its own close is seen, so that the connection does not have to be dropped.
    narrow.wire.peer.close()
    until(narrow.reactor, narrow.gone)


def test_an_abort_does_not_wait_for_anything(line: Line) -> None:
    line.say(bind_octets())
    session = line.protocol.session
    line.smsc.end(session, line.bench.clock(), "for a test", "info", Ending.ABORT)
    line.bench.driver.settle(line.bench.clock())
    line.reactor.advance(0)
    assert line.gone()


def test_a_dropped_connection_is_gone_at_once(line: Line) -> None:
    line.say(bind_octets())
    line.protocol.drop()
    line.reactor.advance(0)
    assert line.gone()
    line.protocol.drop()
    assert line.reactor.getDelayedCalls() == []


def test_nothing_is_carried_out_on_a_connection_that_has_ended(line: Line) -> None:
    line.say(b"\0\0\0\0")
    line.wire.read()
    line.protocol.carry_out(b"late", Ending.CLOSE)
    line.reactor.turn()
    assert line.wire.read() == b""
    line.wire.peer.close()
    until(line.reactor, line.gone)
    line.protocol.carry_out(b"later", Ending.ABORT)


def test_too_many_connections_are_closed_in_order() -> None:
    line = Line(smsc_settings(max_sessions=1))
    second = SmppFactory(line.bench.driver).buildProtocol(None)
    wire = Wire(second, line.reactor)
    line.reactor.turn()
    assert wire.at_end()
    line.say(bind_octets())
    assert names(line.wire.read()) == ["bind_transceiver_resp"]
    wire.release()
    line.wire.release()


def test_an_esme_that_goes_is_told_of(line: Line) -> None:
    line.say(bind_octets())
    line.wire.read()
    line.wire.peer.close()
    until(line.reactor, line.gone)
    assert line.bench.texts()[-1] == "connection closed"


# Transports that buffer for themselves


class Piped(StringTransport):
    """A transport that is no TCP transport to the protocol, as TLS and Unix sockets are."""

    def __init__(self, peer: Any = None) -> None:
        super().__init__(peerAddress=peer or IPv4Address("TCP", "192.0.2.8", 5000), lenient=True)


def piped(transport: Any = None, settings: SmscSettings | None = None) -> tuple[Bench, SmppProtocol, Any]:
    where = Bench(Smsc(settings or smsc_settings(), [ALPHA]), Clock())
    protocol = SmppProtocol(where.driver)
    transport = transport or Piped()
    protocol.makeConnection(transport)
    return where, protocol, transport


def test_other_transports_are_written_through_and_pause_by_themselves() -> None:
    where, protocol, transport = piped()
    assert transport.producer is protocol
    assert transport.streaming
    protocol.dataReceived(bind_octets() + SubmitSm().wire(1))
    assert names(transport.value()) == ["bind_transceiver_resp", "submit_sm_resp"]
    transport.clear()
    protocol.pauseProducing()
    assert transport.producerState == "paused"
    assert not protocol.session.writable
    where.reactor.advance(1.1)
    assert transport.value() == b""
    protocol.resumeProducing()
    assert transport.producerState == "producing"
    assert names(transport.value()) == ["deliver_sm"]
    protocol.stopProducing()
    verifyObject(IPushProducer, protocol)
    verifyObject(IHandshakeListener, protocol)


def test_other_transports_are_closed_whole() -> None:
    where, protocol, transport = piped()
    protocol.dataReceived(b"\0\0\0\0")
    assert transport.producer is None
    assert transport.disconnecting
    assert not transport.disconnected
    protocol.resumeProducing()
    where.reactor.advance(LINGER + 0.1)
    assert transport.disconnected


def test_a_tls_transport_is_not_bypassed() -> None:
    class OverTls(TcpPiped):
        def getHandle(self) -> Any:
            class Connection:
                @staticmethod
                def get_protocol_version_name() -> str:
                    return "TLSv1.3"

                @staticmethod
                def get_cipher_name() -> str:
                    return "TLS_AES_256_GCM_SHA384"

            return Connection()

    transport = OverTls()
    directlyProvides(transport, ITCPTransport, INegotiated)
    _, protocol, _ = piped(transport)
    assert transport.no_delay
    assert transport.producer is protocol
    assert protocol.session.tls == "TLS"
    protocol.handshakeCompleted()
    assert (protocol.session.tls, protocol.session.cipher) == ("TLSv1.3", "TLS_AES_256_GCM_SHA384")
    protocol.dataReceived(PING)
    assert names(transport.value()) == ["enquire_link_resp"]


@pytest.mark.parametrize(
    ("address", "peer", "host"),
    [
        (IPv4Address("TCP", "192.0.2.8", 5000), "192.0.2.8:5000", "192.0.2.8"),
        (IPv6Address("TCP", "2001:db8::1", 5000), "[2001:db8::1]:5000", "2001:db8::1"),
        (UNIXAddress(b"/run/x"), "unix", "unix"),
        (UNIXAddress(None), "unix", "unix"),
    ],
)
def test_peers_have_names(address: Any, peer: str, host: str) -> None:
    _, protocol, _ = piped(Piped(address))
    assert (protocol.session.peer, protocol.session.host) == (peer, host)


def test_a_delayed_answer_leaves_by_the_timer() -> None:
    where = Bench(Smsc(smsc_settings(), [ALPHA], decide=lambda *_: decided(delay=2.0)), Clock())
    protocol = SmppProtocol(where.driver)
    transport = Piped()
    protocol.makeConnection(transport)
    protocol.dataReceived(bind_octets() + SubmitSm().wire(1))
    assert names(transport.value()) == ["bind_transceiver_resp"]
    where.reactor.advance(2.1)
    assert names(transport.value()) == ["bind_transceiver_resp", "submit_sm_resp"]


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        (ConnectionDone(), []),
        (ConnectionLost("it was reset"), ["connection closed: it was reset"]),
        (ConnectionLost(), ["connection closed: lost without a close"]),
        (
            SSL.Error([("SSL routines", "", "http request")]),
            ["connection closed: TLS failed: an HTTP request came, not TLS"],
        ),
        (
            SSL.Error([("SSL routines", "", "wrong version number")]),
            ["connection closed: TLS failed: no TLS came; is the client meant for the plaintext port?"],
        ),
        (
            SSL.Error([("SSL routines", "", "unsupported protocol")]),
            ["connection closed: TLS failed: the client offers nothing newer than TLS 1.1"],
        ),
        (
            SSL.Error([("SSL routines", "", "peer did not return a certificate")]),
            ["connection closed: TLS failed: the client sent no certificate"],
        ),
        (
            SSL.Error([("SSL routines", "", "bad record mac"), ("SSL routines", "", "and more")]),
            ["connection closed: TLS failed: bad record mac; and more"],
        ),
        (SSL.Error([]), ["connection closed: TLS failed: the connection was closed"]),
        (SSL.Error(), ["connection closed: TLS failed: the connection was closed"]),
        (SSL.ZeroReturnError(), ["connection closed: TLS failed: the connection was closed"]),
        (SSL.SysCallError(104, "ECONNRESET"), ["connection closed: TLS failed: ECONNRESET"]),
    ],
)
def test_why_a_connection_ended_is_told_in_words(reason: Exception, words: list[str]) -> None:
    where, protocol, _ = piped()
    protocol.connectionLost(Failure(reason))
    assert where.texts() == words
    assert where.driver.smsc.sessions == {}


def test_a_connection_ends_in_order_when_no_reason_is_given() -> None:
    where, protocol, _ = piped()
    protocol.connectionLost()
    assert where.texts() == []


# TLS itself


class TcpPiped(Piped):
    """What lies below TLS."""

    no_delay = False

    def setTcpNoDelay(self, enabled: bool) -> None:
        self.no_delay = enabled


class TlsClient:
    """An ESME of the standard library's TLS, joined to the server's protocol by hand."""

    def __init__(self) -> None:
        self.bench = Bench(Smsc(smsc_settings(), [ALPHA]), Clock())
        self.incoming, self.outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        self.tls = context.wrap_bio(self.incoming, self.outgoing)
        identity = tls.self_signed(datetime.datetime.fromtimestamp(START, datetime.timezone.utc))
        self.transport = TcpPiped()
        factory = TLSMemoryBIOFactory(
            tls.context_factory(identity), False, SmppFactory(self.bench.driver), self.bench.reactor
        )
        self.server: Any = factory.buildProtocol(self.transport.getPeer())
        self.server.makeConnection(self.transport)

    @property
    def session(self) -> Session:
        session = self.server.wrappedProtocol.session
        assert isinstance(session, Session)
        return session

    def swap(self) -> bool:
        """Bring octets from each side to the other; whether there were any."""
        self.bench.reactor.advance(0)
        there, back = self.outgoing.read(), self.transport.value()
        self.transport.clear()
        if there:
            self.server.dataReceived(there)
        if back:
            self.incoming.write(back)
        return bool(there or back)

    def shake_hands(self) -> None:
        for _ in range(10):
            with contextlib.suppress(ssl.SSLWantReadError):
                self.tls.do_handshake()
            self.swap()

    def send(self, octets: bytes) -> None:
        self.tls.write(octets)
        while self.swap():
            pass

    def receive(self) -> bytes:
        """What has come; empty when the server has said that nothing more will."""
        while self.swap():
            pass
        return self.tls.read(1 << 16)


def test_a_session_over_tls() -> None:
    client = TlsClient()
    assert client.transport.no_delay
    client.shake_hands()
    client.send(bind_octets() + PING)
    assert names(client.receive()) == ["bind_transceiver_resp", "enquire_link_resp"]
    assert client.session.tls == client.tls.version() == "TLSv1.3"
    client.send(SubmitSm().wire(1))
    assert names(client.receive()) == ["submit_sm_resp"]
    client.bench.reactor.advance(1.1)
    assert names(client.receive()) == ["deliver_sm"]
    client.send(b"\0\0\0\0")
    assert names(client.receive()) == ["generic_nack"]
    assert client.receive() == b""


@pytest.mark.parametrize(
    ("octets", "words"),
    [(b"GET / HTTP/1.1\r\n\r\n", "an HTTP request came, not TLS"), (bind_octets(), "no TLS came")],
)
def test_plaintext_on_a_tls_port_is_explained(octets: bytes, words: str) -> None:
    client = TlsClient()
    client.server.dataReceived(octets)
    client.server.connectionLost(Failure(ConnectionDone()))
    (note,) = client.bench.notes
    assert words in note.text
    assert note.peer == "192.0.2.8:5000"
    assert client.bench.driver.smsc.sessions == {}


def test_a_factory_is_quiet_and_makes_a_protocol_for_each_connection() -> None:
    where = Bench(Smsc(smsc_settings(), [ALPHA]), Clock())
    factory = SmppFactory(where.driver)
    assert not factory.noisy
    first, second = factory.buildProtocol(None), factory.buildProtocol(None)
    assert first is not second
    assert isinstance(first, SmppProtocol)
