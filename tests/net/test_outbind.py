"""Connections that the simulator makes: one that is taken, and each way in which it is not."""

from __future__ import annotations

from typing import Any

import pytest
from twisted.internet.address import IPv4Address
from twisted.internet.error import ConnectionRefusedError as Refused
from twisted.internet.error import DNSLookupError
from twisted.internet.testing import MemoryReactorClock, StringTransport
from twisted.python.failure import Failure

from smsc_sim.net.endpoints import EndpointError
from smsc_sim.net.outbind import CannotConnect, Outbinds, send_outbind
from smsc_sim.net.protocol import SmppProtocol
from smsc_sim.sim.sessions.outbind import Outbind
from smsc_sim.sim.sessions.session import Session
from smsc_sim.sim.smsc import Smsc
from smsc_sim.smpp.framing import Framer
from smsc_sim.smpp.pdu import Pdu
from tests.net.wires import Bench
from tests.sim.playing import ALPHA, bind_octets, smsc_settings

ENDPOINT = "tcp:192.0.2.9:2775"


class Sending:
    """One attempt, and what came of it."""

    def __init__(self, endpoint: str = ENDPOINT) -> None:
        self.reactor: Any = MemoryReactorClock()
        self.bench = Bench(Smsc(smsc_settings(), [ALPHA]), self.reactor)
        self.sessions: list[Session] = []
        self.failures: list[Failure] = []
        sent = send_outbind(self.reactor, self.bench.driver, endpoint, Outbind("centre", "secret"))
        sent.addCallbacks(self.sessions.append, self.failures.append)

    @property
    def factory(self) -> Any:
        return self.reactor.tcpClients[0][2]

    def fails(self, error: Exception) -> str:
        """What is said when the connection fails so."""
        self.factory.clientConnectionFailed(None, Failure(error))
        (failure,) = self.failures
        assert failure.check(CannotConnect)
        return str(failure.value)


def test_an_outbind_is_sent_and_answered_by_a_bind() -> None:
    sending = Sending()
    assert sending.reactor.tcpClients[0][:2] == ("192.0.2.9", 2775)
    transport = StringTransport(peerAddress=IPv4Address("TCP", "192.0.2.9", 2775))
    protocol = sending.factory.buildProtocol(None)
    protocol.makeConnection(transport)
    (session,) = sending.sessions
    assert (session.peer, session.host) == ("192.0.2.9:2775", "192.0.2.9")
    (octets,) = Framer().feed(transport.value())
    assert Pdu(octets).fields == {"system_id": "centre", "password": "secret"}
    transport.clear()
    protocol.dataReceived(bind_octets("receiver"))
    assert session.bind_type == "receiver"
    (octets,) = Framer().feed(transport.value())
    assert Pdu(octets).name == "bind_receiver_resp"
    assert isinstance(session.link, SmppProtocol)
    assert [call for call in sending.reactor.getDelayedCalls() if call.getTime() == 10.0] == []


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (Refused(111), "connection refused"),
        (DNSLookupError("no such name"), "DNS lookup failed: no such name"),
        (OSError(101, "Network is unreachable"), "network is unreachable"),
    ],
)
def test_why_there_is_no_connection(error: Exception, words: str) -> None:
    assert Sending().fails(error) == f"cannot connect to {ENDPOINT}: {words}"


def test_an_esme_that_does_not_answer_is_given_up() -> None:
    sending = Sending()
    sending.reactor.advance(9.9)
    assert sending.failures == []
    sending.reactor.advance(0.2)
    (failure,) = sending.failures
    assert str(failure.value) == f"cannot connect to {ENDPOINT}: no connection within 10 s, or given up before"
    assert sending.bench.driver.smsc.sessions == {}


@pytest.mark.parametrize(
    "endpoint", ["", "  ", "2775", "tcp", "tcp:127.0.0.1", "tcp:127.0.0.1:x", "nothing:1:2", "tcp:\\"]
)
def test_what_is_no_endpoint(endpoint: str) -> None:
    with pytest.raises(EndpointError, match=r"^outbind.*tcp:127\.0\.0\.1:2775"):
        Sending(endpoint)


def test_those_under_way_are_given_up_together_and_the_log_says_so() -> None:
    reactor: Any = MemoryReactorClock()
    said: list[tuple[str, str]] = []
    outbinds = Outbinds(reactor, Bench(Smsc(smsc_settings(), [ALPHA]), reactor).driver, lambda *line: said.append(line))
    failures: list[Failure] = []
    for _ in range(2):
        outbinds.send(ENDPOINT, Outbind("centre", "secret")).addErrback(failures.append)
    outbinds.cancel()
    assert [failure.type for failure in failures] == [CannotConnect, CannotConnect]
    assert [level for level, _ in said] == ["warn", "warn"]
    assert all(text.startswith(f"no outbind: cannot connect to {ENDPOINT}") for _, text in said)
    assert "secret" not in str(said)
    outbinds.cancel()
    assert len(failures) == 2
