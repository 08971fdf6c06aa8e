"""One connection of an ESME, for Twisted: octets in and out of a session."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from typing import Any

from OpenSSL import SSL
from twisted.internet.address import IPv4Address, IPv6Address
from twisted.internet.error import ConnectionDone, ConnectionLost
from twisted.internet.interfaces import (
    IAddress,
    IHalfCloseableProtocol,
    IHandshakeListener,
    INegotiated,
    IPullProducer,
    IPushProducer,
    ITCPTransport,
)
from twisted.internet.protocol import Factory, Protocol
from twisted.python.failure import Failure
from zope.interface import implementer

from smsc_sim.net.driver import Driver
from smsc_sim.sim.sessions.outbind import Outbind
from smsc_sim.sim.sessions.session import Ending, Session
from smsc_sim.sim.timeline import Pending

_DONE = Failure(ConnectionDone())

LINGER = 2.0
"""Seconds that an ESME has to read our last octets and close, before a connection that we have ended is dropped."""

_TLS_FAILURES = {
    "http request": "an HTTP request came, not TLS",
    "wrong version number": "no TLS came; is the client meant for the plaintext port?",
    "unsupported protocol": "the client offers nothing newer than TLS 1.1",
    "peer did not return a certificate": "the client sent no certificate",
}


class _LingerEnd:
    """The end of :data:`LINGER` for one connection: an event of the timers' timeline."""

    __slots__ = ("protocol",)

    def __init__(self, protocol: SmppProtocol) -> None:
        self.protocol = protocol

    def fire(self, now: float) -> None:
        """Drop the connection if it is still there."""
        self.protocol.drop()

    def describe(self, due: float) -> Iterator[Pending]:
        """The end, if the connection is still there."""
        session = self.protocol.session
        if session.link is not None:
            account = session.account.system_id if session.account is not None else ""
            yield Pending(due, "session", account, session.number, text="linger")


@implementer(IPullProducer)
class _Drained:
    """Calls back once when the transport that it is registered with has written its whole buffer."""

    def __init__(self, then: Callable[[], None]) -> None:
        self._then = then
        self._registered = False

    def resumeProducing(self) -> None:
        """The buffer is empty; the first call comes from the registration itself, with the buffer still full."""
        if self._registered:
            self._then()
        self._registered = True

    def stopProducing(self) -> None:
        """The transport is going away; the protocol learns of that by connectionLost."""


@implementer(IHalfCloseableProtocol, IHandshakeListener, IPushProducer)
class SmppProtocol(Protocol):
    """The link below one session.

    On a plain TCP connection octets go straight to the socket while nothing is buffered, which saves a round through
    the reactor for every write; as soon as the socket does not take all, the rest goes the transport's ordinary way
    until its buffer is empty.  While the ESME does not read, it is not read from either.
    """

    session: Session

    def __init__(self, driver: Driver, outbind: Outbind | None = None) -> None:
        """``outbind``: what is sent first, on a connection that we have made."""
        self._driver = driver
        self._outbind = outbind
        self._socket: socket.socket | None = None
        self._buffered = False
        self._streaming = False
        self._waits = False
        self._ended = False

    def connectionMade(self) -> None:
        """An ESME has connected; over TLS its handshake is still to come."""
        transport: Any = self.transport
        driver = self._driver
        now = driver.clock()
        peer, host = _names(transport.getPeer())
        tcp = ITCPTransport.providedBy(transport)
        encrypted = INegotiated.providedBy(transport)
        local, _ = _names(transport.getHost())
        tls = "TLS" if encrypted else ""
        self.session = driver.smsc.connected(peer, host, now, local=local, link=self, tls=tls, outbind=self._outbind)
        if tcp:
            transport.setTcpNoDelay(True)
        if tcp and not encrypted:
            self._socket = transport.getHandle()
        else:
            self._streaming = True
            transport.registerProducer(self, True)
        driver.settle(now)

    def handshakeCompleted(self) -> None:
        """The TLS handshake is done."""
        transport: Any = self.transport
        connection, session = transport.getHandle(), self.session
        entry = self._driver.smsc.journal.sessions.get(session.number)
        session.tls = entry.tls = connection.get_protocol_version_name()
        session.cipher = entry.cipher = connection.get_cipher_name() or ""

    def dataReceived(self, data: bytes) -> None:
        """Octets came."""
        self._driver.received(self.session, data)

    def readConnectionLost(self) -> None:
        """The ESME sends no more: what it is still owed is said, and then the connection closed."""
        transport: Any = self.transport
        self._driver.when_written(transport.loseConnection)

    def writeConnectionLost(self) -> None:
        """Our half of the connection is closed; the ESME's own close is still to come."""

    def connectionLost(self, reason: Failure = _DONE) -> None:
        """The connection is gone."""
        self._socket = None
        self._ended = True
        self._driver.lost(self.session, _words(reason))

    def carry_out(self, octets: bytes, ending: Ending) -> None:
        """Write ``octets``, then end the connection as ``ending`` says."""
        if self._ended:
            return
        if octets:
            self._write(octets)
        if ending:
            self._ended = True
            self._end(ending)

    def freeze(self) -> None:
        """Read nothing any more; the socket is kept."""
        transport: Any = self.transport
        transport.pauseProducing()

    def hold(self, waits: bool) -> None:
        """Read nothing for a while, or go on."""
        transport: Any = self.transport
        self._waits = waits
        if waits:
            transport.pauseProducing()
        elif self.session.writable and not self._ended and not self.session.frozen:
            transport.resumeProducing()

    def drop(self) -> None:
        """Close at once, unless the connection is gone already."""
        transport: Any = self.transport
        if self.session.link is not None:
            transport.abortConnection()

    def _end(self, ending: Ending) -> None:
        transport: Any = self.transport
        driver = self._driver
        if ending is Ending.ABORT:
            transport.abortConnection()
            return
        driver.smsc.timers.timeline.add(driver.sockets() + LINGER, _LingerEnd(self))
        if self._streaming:
            transport.unregisterProducer()
            transport.loseConnection()
        else:
            # Half a close: a full one, with octets of the ESME still unread, would reset the connection and could
            # cost the ESME our last response.
            transport.loseWriteConnection()

    def _write(self, octets: bytes) -> None:
        transport: Any = self.transport
        if self._socket is None or self._buffered:
            transport.write(octets)
            return
        try:
            sent = self._socket.send(octets)
        except (BlockingIOError, InterruptedError):
            sent = 0
        except OSError:
            # The transport meets the same error and reports it the way it reports all of them.
            self._socket = None
            transport.write(octets)
            return
        if sent < len(octets):
            self._buffered = True
            transport.write(octets[sent:])
            transport.registerProducer(_Drained(self._drained), False)
            self.pauseProducing()

    def _drained(self) -> None:
        transport: Any = self.transport
        self._buffered = False
        transport.unregisterProducer()
        if self._ended:
            # The transport has passed over the half close, for a producer was there; and the ESME's own close is to
            # be seen.
            transport.loseWriteConnection()
            transport.resumeProducing()
        else:
            self.resumeProducing()

    def pauseProducing(self) -> None:
        """The transport's buffer is full: the ESME does not read."""
        transport: Any = self.transport
        transport.pauseProducing()
        self._driver.writable(self.session, False)

    def resumeProducing(self) -> None:
        """The transport's buffer is empty again."""
        transport: Any = self.transport
        if not self._ended and not self.session.frozen:
            if not self._waits:
                transport.resumeProducing()
            self._driver.writable(self.session, True)

    def stopProducing(self) -> None:
        """The transport is going away; :meth:`connectionLost` follows."""


class SmppFactory(Factory):
    """Makes a :class:`SmppProtocol` for each connection of an SMPP port."""

    noisy = False

    def __init__(self, driver: Driver) -> None:
        self._driver = driver

    def buildProtocol(self, addr: IAddress | None) -> SmppProtocol:
        """The protocol for one connection."""
        return SmppProtocol(self._driver)


def _names(address: IAddress) -> tuple[str, str]:
    """How a peer is shown, and its host alone."""
    if isinstance(address, (IPv4Address, IPv6Address)):
        host = address.host
        return (f"[{host}]:{address.port}" if ":" in host else f"{host}:{address.port}"), host
    return "unix", "unix"


def _tls_words(error: SSL.Error) -> str:
    """What OpenSSL says: its queue of errors, or for a SysCallError a number and a text."""
    if isinstance(error, SSL.SysCallError):
        return str(error.args[-1])
    queue = error.args[0] if error.args else ()
    return "; ".join(str(part[-1]) for part in queue) or "the connection was closed"


def _words(reason: Failure) -> str:
    """Why a connection ended, in one line; empty when it was closed in order."""
    error = reason.value
    if isinstance(error, ConnectionDone):
        return ""
    if isinstance(error, SSL.Error):
        text = _tls_words(error)
        for known, words in _TLS_FAILURES.items():
            if known in text:
                return f"TLS failed: {words}"
        return f"TLS failed: {text}"
    text = reason.getErrorMessage().rstrip(".").partition(": ")[2]
    return text or ("lost without a close" if isinstance(error, ConnectionLost) else type(error).__name__)
