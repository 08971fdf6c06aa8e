"""A relay between clients and the SMSC that keeps every octet, and a capture file made of what it kept.

The capture needs no rights and misses nothing: raw IPv4 packets (link type 101 of the pcap format) with the octets in
the order in which they came.
"""

from __future__ import annotations

import contextlib
import dataclasses
import itertools
import selectors
import socket
import struct
import threading
from collections.abc import Iterator
from pathlib import Path

from tests.e2e.wire import Endpoint

SMPP_PORT = 2775
SEGMENT = 1400
LOOPBACK = socket.inet_aton("127.0.0.1")
FIN, SYN, PSH, ACK = 0x01, 0x02, 0x08, 0x10
SYN_ACK, PSH_ACK, FIN_ACK = SYN | ACK, PSH | ACK, FIN | ACK


@dataclasses.dataclass
class Conversation:
    """What went over one connection, in order; True: from the SMSC."""

    parts: list[tuple[bool, bytes]] = dataclasses.field(default_factory=list)

    def octets(self, *, from_smsc: bool) -> bytes:
        return b"".join(octets for direction, octets in self.parts if direction is from_smsc)


class Relay:
    """Listens on a port of its own and joins each connection with one to the SMSC."""

    def __init__(self, smsc: Endpoint) -> None:
        self.conversations: list[Conversation] = []
        self._smsc = smsc
        self._selector = selectors.DefaultSelector()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.endpoint: Endpoint = self._listener.getsockname()[:2]
        self._wake, self._woken = socket.socketpair()
        self._selector.register(self._listener, selectors.EVENT_READ)
        self._selector.register(self._woken, selectors.EVENT_READ)
        self._thread = threading.Thread(target=self._run, name="relay")
        self._thread.start()

    def _run(self) -> None:
        joined: dict[socket.socket, tuple[socket.socket, Conversation, bool]] = {}
        while True:
            for key, _ in self._selector.select():
                ready = key.fileobj
                assert isinstance(ready, socket.socket)
                if ready is self._woken:
                    for one in joined:
                        one.close()
                    return
                if ready is self._listener:
                    client, _ = self._listener.accept()
                    server = socket.create_connection(self._smsc, timeout=10)
                    conversation = Conversation()
                    self.conversations.append(conversation)
                    joined[client] = (server, conversation, False)
                    joined[server] = (client, conversation, True)
                    self._selector.register(client, selectors.EVENT_READ)
                    self._selector.register(server, selectors.EVENT_READ)
                elif ready in joined:
                    self._pass_on(ready, joined)

    def _pass_on(
        self, ready: socket.socket, joined: dict[socket.socket, tuple[socket.socket, Conversation, bool]]
    ) -> None:
        other, conversation, from_smsc = joined[ready]
        try:
            octets = ready.recv(65536)
        except ConnectionResetError:
            octets = b""
        if octets:
            conversation.parts.append((from_smsc, octets))
            with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                other.sendall(octets)
            return
        self._selector.unregister(ready)
        with contextlib.suppress(OSError):
            other.shutdown(socket.SHUT_WR)

    def close(self) -> None:
        self._wake.send(b"x")
        self._thread.join(10)
        self._selector.close()
        for one in (self._listener, self._wake, self._woken):
            one.close()


@contextlib.contextmanager
def running_relay(smsc: Endpoint) -> Iterator[Relay]:
    relay = Relay(smsc)
    try:
        yield relay
    finally:
        relay.close()


class Capture:
    """A pcap file in the making."""

    def __init__(self) -> None:
        self._records = [struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 101)]
        self._milliseconds = itertools.count(1000)

    def add(self, conversation: Conversation, client_port: int) -> None:
        """One connection from its first SYN to its last FIN; the SMSC has port 2775."""
        sent = {False: 1000, True: 5000}
        packets = [(False, SYN, b""), (True, SYN_ACK, b""), (False, ACK, b"")]
        for from_smsc, octets in conversation.parts:
            packets += [
                (from_smsc, PSH_ACK, octets[start : start + SEGMENT]) for start in range(0, len(octets), SEGMENT)
            ]
        packets += [(False, FIN_ACK, b""), (True, FIN_ACK, b"")]
        for from_smsc, flags, octets in packets:
            ports = (SMPP_PORT, client_port) if from_smsc else (client_port, SMPP_PORT)
            acknowledged = 0 if flags == SYN else sent[not from_smsc]
            tcp = struct.pack(">HHIIBBHHH", *ports, sent[from_smsc], acknowledged, 0x50, flags, 65535, 0, 0)
            sent[from_smsc] += len(octets) + (1 if flags & (SYN | FIN) else 0)
            self._packet(tcp + octets)

    def _packet(self, tcp: bytes) -> None:
        ip = struct.pack(">BBHHHBBH", 0x45, 0, 20 + len(tcp), 0, 0x4000, 64, 6, 0) + LOOPBACK + LOOPBACK + tcp
        seconds, milliseconds = divmod(next(self._milliseconds), 1000)
        self._records.append(struct.pack("<IIII", seconds, milliseconds * 1000, len(ip), len(ip)) + ip)

    def write(self, file: Path) -> None:
        file.write_bytes(b"".join(self._records))
