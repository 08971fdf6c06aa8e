"""Streams that are not SMPP, not TLS, cut anyhow, or ended with a reset."""

from __future__ import annotations

import re
import socket
import ssl
import struct

import pytest

from tests.e2e import wire
from tests.e2e.harm import PLAIN, told
from tests.e2e.server import Smsc
from tests.e2e.wire import Esme


@pytest.fixture
def smsc(shared_smsc: Smsc, bystander: Esme) -> Smsc:
    return shared_smsc


def test_plaintext_client_on_the_tls_port(smsc: Smsc) -> None:
    with Esme(smsc.smpp_tls) as esme:
        esme.send(wire.pdu(wire.BIND_TRANSCEIVER, 1, wire.bind_body()))
        octets = read_raw(esme.socket)
        assert wire.pdu(0x80000009, 1, b"")[:8] not in octets, "no PDU comes from a TLS port"
        told(smsc, esme, "TLS")
    with smsc.connect(tls=True) as esme:
        assert esme.bind().is_alive()


def test_http_on_the_tls_port(smsc: Smsc) -> None:
    with Esme(smsc.smpp_tls) as esme:
        esme.send(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
        read_raw(esme.socket)
        told(smsc, esme, "TLS.*HTTP")


def test_tls_client_on_the_plaintext_port(smsc: Smsc) -> None:
    context = ssl.create_default_context(cafile=str(smsc.certificate()))
    with socket.create_connection(smsc.smpp, timeout=10) as plain:
        peer = "{}:{}".format(*plain.getsockname())
        with pytest.raises((ssl.SSLError, ConnectionError)):
            context.wrap_socket(plain, server_hostname="127.0.0.1")
    smsc.wait_for_log(rf"{re.escape(peer)}\b.*(?i:TLS|command_length|framing)")


def test_http_on_the_smpp_port(smsc: Smsc) -> None:
    with smsc.connect() as esme:
        esme.send(b"GET /index.html HTTP/1.1\r\nHost: localhost:2775\r\nAccept: */*\r\n\r\n")
        frames = esme.expect_close()
        assert all(frame.command_id == wire.GENERIC_NACK for frame in frames), frames
        told(smsc, esme, "HTTP|command_length|framing")


def read_raw(connection: socket.socket) -> bytes:
    """Everything until the end of the stream, whatever it is."""
    octets = b""
    try:
        while more := connection.recv(65536):
            octets += more
    except ConnectionResetError:
        pass
    return octets


def test_every_split_of_the_stream(smsc: Smsc) -> None:
    """The same conversation in one piece and octet by octet."""
    request = b"".join(
        [
            wire.pdu(wire.SUBMIT_SM, 1, PLAIN),
            wire.pdu(wire.BIND_TRANSCEIVER, 2, wire.bind_body()),
            wire.pdu(0x999, 3),
            wire.pdu(wire.ENQUIRE_LINK, 4),
            wire.pdu(wire.SUBMIT_SM, 5, PLAIN + b"\x02"),
            wire.pdu(wire.SUBMIT_SM, 6, PLAIN),
            wire.pdu(wire.UNBIND, 7),
        ]
    )
    seen = []
    for pieces in ([request], [request[i : i + 1] for i in range(len(request))], [request[:100], request[100:]]):
        with smsc.connect() as esme:
            esme.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            for piece in pieces:
                esme.send(piece)
            seen.append([frame[:3] for frame in esme.expect_close()])
    assert [frame[2] for frame in seen[0]] == [1, 2, 3, 4, 5, 6, 7]
    assert seen[0] == seen[1] == seen[2]


@pytest.mark.parametrize("tls", [False, True], ids=["plain", "tls"])
def test_reset(smsc: Smsc, tls: bool) -> None:
    """Connections that end in a TCP reset, at every stage and with answers under way."""
    bind = wire.pdu(wire.BIND_TRANSCEIVER, 1, wire.bind_body())
    submits = b"".join(wire.pdu(wire.SUBMIT_SM, number, PLAIN) for number in range(2, 500))
    for octets in (b"", bind[:9], bind, bind + submits, bind + submits + b"\0"):
        with smsc.connect(tls=tls) as esme:
            esme.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            esme.send(octets)
            if octets:
                esme.socket.setblocking(False)
    with Esme(smsc.smpp_tls) as unfinished:
        unfinished.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        unfinished.send(b"\x16\x03\x01")


@pytest.mark.parametrize("tls", [False, True], ids=["plain", "tls"])
def test_end_of_stream_without_unbind(smsc: Smsc, tls: bool) -> None:
    with smsc.connect(tls=tls) as esme:
        esme.bind()
        number = esme.request(wire.SUBMIT_SM, PLAIN)
        if not tls:
            esme.finish_sending()
            assert [frame.sequence_number for frame in esme.expect_close()] == [number]
    smsc.wait_for_log(rf"{re.escape(esme.peer)}\b.*connection closed")


def test_random_octets(smsc: Smsc) -> None:
    """Streams of noise, the same ones in every run."""
    state = 0x2775
    for _ in range(20):
        octets = bytearray()
        while len(octets) < 400:
            state = (state * 6364136223846793005 + 1442695040888963407) % (1 << 64)
            octets += struct.pack(">Q", state)
        with smsc.connect() as esme:
            framed = wire.pdu(state % 0x30, 1, bytes(octets[:200]))
            esme.send(framed + bytes(octets))
            frames = esme.expect_close()
            assert all(frame.is_response for frame in frames)
            assert all(frame.command_status != wire.ESME_RSYSERR for frame in frames)
