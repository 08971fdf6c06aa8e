"""Connections without a network: Twisted's own TCP transport over a pair of sockets, turned by hand."""

from __future__ import annotations

import socket
from collections.abc import Callable
from typing import Any

from twisted.internet import tcp
from twisted.internet.address import IPv4Address
from twisted.internet.interfaces import IAddress, IProtocol, IReactorFDSet, IReadDescriptor, IWriteDescriptor
from twisted.internet.task import Clock
from twisted.python.failure import Failure
from zope.interface import implementer

from smsc_sim.net.driver import Driver
from smsc_sim.sim.log_lines import Note
from smsc_sim.sim.smsc import Smsc
from tests.sim.playing import START


@implementer(IReactorFDSet)
class Turner(Clock):
    """A reactor whose clock and whose readiness are moved by the test."""

    def __init__(self) -> None:
        super().__init__()
        self.readers: set[Any] = set()
        self.writers: set[Any] = set()

    def addReader(self, reader: IReadDescriptor) -> None:
        self.readers.add(reader)

    def removeReader(self, reader: IReadDescriptor) -> None:
        self.readers.discard(reader)

    def addWriter(self, writer: IWriteDescriptor) -> None:
        self.writers.add(writer)

    def removeWriter(self, writer: IWriteDescriptor) -> None:
        self.writers.discard(writer)

    def removeAll(self) -> list[IReadDescriptor | IWriteDescriptor]:
        raise NotImplementedError

    def getReaders(self) -> list[IReadDescriptor]:
        return list(self.readers)

    def getWriters(self) -> list[IWriteDescriptor]:
        return list(self.writers)

    def turn(self) -> None:
        """Let every connection that wants to read or write try once."""
        for connection in list(self.readers):
            if connection in self.readers:
                self._done(connection, connection.doRead())
        for connection in list(self.writers):
            if connection in self.writers:
                self._done(connection, connection.doWrite())
        self.advance(0)

    def _done(self, connection: tcp.Connection, why: Exception | None) -> None:
        if why is not None:
            self.removeReader(connection)
            self.removeWriter(connection)
            connection.connectionLost(Failure(why))


class Wire(tcp.Connection):
    """The TCP transport of one session; ``peer`` is the socket at the ESME's end."""

    def __init__(self, protocol: IProtocol, reactor: Turner, *, buffer_octets: int | None = None) -> None:
        ours, self.peer = socket.socketpair()
        for end in (ours, self.peer):
            if buffer_octets is not None:
                end.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, buffer_octets)
                end.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer_octets)
        self.peer.setblocking(False)
        self.no_delay = False
        super().__init__(ours, protocol, reactor)
        self.connected = 1
        self.startReading()
        protocol.makeConnection(self)

    def getPeer(self) -> IAddress:
        return IPv4Address("TCP", "192.0.2.7", 4000)

    def getHost(self) -> IAddress:
        return IPv4Address("TCP", "192.0.2.1", 2775)

    def setTcpNoDelay(self, enabled: bool) -> None:
        self.no_delay = enabled

    def read(self) -> bytes:
        """What has arrived at the ESME's end."""
        pieces = []
        while True:
            try:
                piece = self.peer.recv(1 << 16)
            except BlockingIOError:
                break
            if not piece:
                break
            pieces.append(piece)
        return b"".join(pieces)

    def at_end(self) -> bool:
        """Whether the ESME sees that we have closed our half."""
        try:
            return self.peer.recv(1) == b""
        except BlockingIOError:
            return False

    def release(self) -> None:
        """Close the sockets that the test has left open."""
        self.peer.close()
        ours = getattr(self, "socket", None)
        if ours is not None:
            ours.close()


class Bench:
    """A driver on a reactor that stands still, with what it logged."""

    def __init__(self, smsc: Smsc, reactor: Clock) -> None:
        self.notes: list[Note] = []
        self.reactor = reactor
        self.driver = Driver(smsc, reactor, self.clock, self.notes.append)

    def clock(self) -> float:
        return START + self.reactor.seconds()

    def texts(self) -> list[str]:
        return [note.text for note in self.notes]


def until(reactor: Turner, true: Callable[[], bool], turns: int = 200) -> None:
    """Turn until ``true()``; fails when that takes too many turns."""
    for _ in range(turns):
        if true():
            return
        reactor.turn()
    raise AssertionError(f"not within {turns} turns")
