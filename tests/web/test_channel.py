"""Connections: too many, too slow, and such as take no answer."""

from __future__ import annotations

from typing import cast

import pytest
from twisted.internet.error import ConnectionDone
from twisted.internet.interfaces import IPushProducer
from twisted.python.failure import Failure

from smsc_sim.web.channel import IDLE_TIMEOUT, MOST_CONNECTIONS, STALLED
from tests.web.site import Site, request_of

WAITING = request_of("GET", "/api/v1/sessions/wait?within=60s")


def test_of_too_many_connections_the_one_that_has_waited_for_nothing_longest_goes() -> None:
    site = Site()
    first, *others = [site.connect() for _ in range(MOST_CONNECTIONS)]
    first[1].dataReceived(WAITING)
    others[0][1].dataReceived(request_of("GET", "/livez"))
    late = site.connect()
    assert [transport.disconnected for transport, _ in (first, *others[:3], late)] == [False, False, True, False, False]
    late[1].dataReceived(request_of("GET", "/livez"))
    assert late[0].value().startswith(b"HTTP/1.1 200")


def test_the_new_one_goes_when_all_others_wait_for_an_answer() -> None:
    site = Site()
    others = [site.connect() for _ in range(MOST_CONNECTIONS)]
    for _, protocol in others:
        protocol.dataReceived(WAITING)
    assert site.connect()[0].disconnected
    assert not any(transport.disconnected for transport, _ in others)
    others[0][1].connectionLost(Failure(ConnectionDone()))
    assert not site.connect()[0].disconnected


@pytest.mark.parametrize("framing", [b"", b"Content-Length: 100\r\n\r\n", b"Transfer-Encoding: chunked\r\n\r\n64\r\n"])
def test_a_request_that_trickles_is_not_waited_for(framing: bytes) -> None:
    site = Site()
    transport, protocol = site.connect()
    site.clock.advance(IDLE_TIMEOUT - 1)
    protocol.dataReceived(b"POST /api/v1/mark HTTP/1.1\r\nHost: localhost\r\n" + framing)
    for _ in range(5):
        site.clock.advance(IDLE_TIMEOUT / 6)
        protocol.dataReceived(b"x")
    assert not transport.disconnecting
    site.clock.advance(IDLE_TIMEOUT / 6)
    assert transport.disconnecting


def test_a_kept_connection_has_time_for_each_request() -> None:
    site = Site()
    transport, protocol = site.connect()
    for _ in range(3):
        site.clock.advance(IDLE_TIMEOUT - 1)
        octets = request_of("GET", "/livez")
        protocol.dataReceived(octets[:10])
        site.clock.advance(IDLE_TIMEOUT - 1)
        protocol.dataReceived(octets[10:])
    assert transport.value().count(b"HTTP/1.1 200") == 3
    site.clock.advance(IDLE_TIMEOUT)
    assert transport.disconnecting


def test_an_answer_may_take_its_time() -> None:
    site = Site()
    transport, protocol = site.connect()
    protocol.dataReceived(request_of("GET", "/api/v1/events"))
    site.clock.pump([1.0] * int(10 * IDLE_TIMEOUT))
    assert not transport.disconnecting
    protocol.connectionLost(Failure(ConnectionDone()))


def test_who_takes_nothing_of_an_answer_is_left() -> None:
    site = Site()
    transport, protocol = site.connect()
    protocol.dataReceived(request_of("GET", "/api/v1/events"))
    producer = cast("IPushProducer", protocol)
    producer.pauseProducing()
    producer.pauseProducing()
    site.clock.advance(STALLED - 1)
    producer.resumeProducing()
    site.clock.advance(STALLED - 1)
    producer.pauseProducing()
    site.clock.advance(STALLED - 1)
    before = transport.disconnected
    site.clock.advance(1)
    assert (before, transport.disconnected) == (False, True)
    protocol.connectionLost(Failure(ConnectionDone()))
    assert not [call for call in site.clock.getDelayedCalls() if call.active()]
