"""Server-sent events: pace, places, gaps, and clients that do not read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, cast

import pytest
from twisted.internet.error import ConnectionDone
from twisted.internet.interfaces import IPushProducer
from twisted.internet.protocol import Protocol
from twisted.internet.testing import StringTransport
from twisted.python.failure import Failure

from smsc_sim.web.channel import STALLED
from smsc_sim.web.sse import BUSY_TICK, HEARTBEAT, KEPT, MOST_CLIENTS, PER_TICK, TICK, Event
from tests.web.site import Site, request_of


class Tape:
    """A journal that a test writes."""

    types = frozenset({"pdu", "mark"})

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.evicted = 0
        self.reads = 0

    def write(self, *types: str) -> None:
        seq = self.newest() + 1
        self.events += [Event(seq, name, b'{"n":%d}' % place) for place, name in enumerate(types)]

    def newest(self) -> int:
        return self.events[-1].seq if self.events else 0

    def after(self, seq: int, limit: int) -> Sequence[Event] | None:
        self.reads += 1
        found = [event for event in self.events if event.seq > seq]
        return None if len(found) > limit or seq < self.evicted else found


class Browser:
    """One stream: what has come over it since it was looked at last."""

    def __init__(self, site: Site, types: str = "", **headers: str) -> None:
        self.transport: StringTransport
        self.protocol: Protocol
        self.transport, self.protocol = site.connect()
        target = "/api/v1/events" + (f"?types={types}" if types else "")
        self.protocol.dataReceived(request_of("GET", target, **headers))
        self.head, _, self._rest = self.transport.value().partition(b"\r\n\r\n")
        self.transport.clear()

    def text(self) -> str:
        octets, self._rest = self._rest + self.transport.value(), b""
        self.transport.clear()
        parts = []
        # The answer is chunked.
        while octets:
            size, _, octets = octets.partition(b"\r\n")
            length = int(size, 16)
            parts.append(octets[:length])
            octets = octets[length + 2 :]
        return b"".join(parts).decode()

    def events(self) -> list[tuple[str, str]]:
        """Id and type of each."""
        blocks = [dict(line.partition(": ")[::2] for line in block.split("\n")) for block in self.text().split("\n\n")]
        return [(block["id"], block["event"]) for block in blocks if "event" in block]

    def stop_reading(self) -> None:
        """The connection's buffer fills."""
        cast("IPushProducer", self.protocol).pauseProducing()

    def leave(self) -> None:
        self.protocol.connectionLost(Failure(ConnectionDone()))

    @property
    def producer(self) -> Any:
        # StringTransport has the channel's; what the request registered hangs on it.
        return self.transport.producer


def test_the_head() -> None:
    browser = Browser(Site())
    assert browser.head.startswith(b"HTTP/1.1 200 OK")
    assert b"Content-Type: text/event-stream" in browser.head
    assert b"X-Accel-Buffering: no" in browser.head
    assert b"Cache-Control: no-store" in browser.head
    browser.leave()


def test_a_topic_is_told_at_the_beginning_and_when_it_has_changed() -> None:
    site = Site()
    browser = Browser(site, "sessions")
    assert 'data: {"connected":0,"bound":0' in browser.text()
    site.bind()
    site.clock.advance(TICK)
    assert 'event: sessions\ndata: {"connected":1,"bound":1' in browser.text()
    site.clock.advance(TICK)
    assert browser.text() == ""
    browser.leave()


def test_many_changes_within_a_tick_are_one_event() -> None:
    site = Site()
    browser = Browser(site, "messages")
    session = site.bind()
    browser.text()
    for _ in range(50):
        site.submit(session)
    assert browser.text() == ""
    site.clock.advance(TICK)
    assert browser.text().count("event:") == 1
    browser.leave()


def test_under_very_much_traffic_live_pages_are_told_less_often(monkeypatch: pytest.MonkeyPatch) -> None:
    site = Site()
    monkeypatch.setattr(site.console.events, "_busy", lambda: True)
    browser = Browser(site, "messages")
    session = site.bind()
    browser.text()
    told = []
    for _ in range(int(2 * BUSY_TICK / TICK)):
        site.submit(session)
        site.clock.advance(TICK)
        told += browser.events()
    assert 1 <= len(told) <= 3


def test_events_of_the_journal_have_its_numbers() -> None:
    tape = Tape()
    site = Site(feed=tape)
    tape.write("pdu")
    browser = Browser(site, "pdu")
    assert browser.events() == []
    tape.write("pdu", "pdu")
    tape.write("mark")
    site.clock.advance(TICK)
    assert browser.events() == [("2", "pdu"), ("2", "pdu")]
    browser.leave()


def test_a_browser_that_comes_back_gets_what_it_missed() -> None:
    tape = Tape()
    site = Site(feed=tape)
    for _ in range(5):
        tape.write("pdu")
    browser = Browser(site, "pdu", Last_Event_ID="3")
    assert browser.events() == [("4", "pdu"), ("5", "pdu")]
    tape.write("pdu")
    site.clock.advance(TICK)
    assert browser.events() == [("6", "pdu")]
    browser.leave()


def test_coming_back_beside_others_repeats_and_loses_nothing() -> None:
    tape = Tape()
    site = Site(feed=tape)
    first = Browser(site, "pdu")
    tape.write("pdu")
    second = Browser(site, "pdu", Last_Event_ID="0")
    site.clock.advance(TICK)
    assert first.events() == second.events() == [("1", "pdu")]
    first.leave()
    second.leave()


def test_what_is_gone_from_the_journal_is_a_gap() -> None:
    tape = Tape()
    site = Site(feed=tape)
    for _ in range(5):
        tape.write("pdu")
    tape.evicted = 4
    browser = Browser(site, "pdu", Last_Event_ID="2")
    assert browser.events() == [("5", "gap")]
    browser.leave()


def test_more_than_a_tick_can_tell_is_one_gap() -> None:
    tape = Tape()
    site = Site(feed=tape)
    browser = Browser(site, "pdu,sessions")
    browser.text()
    for _ in range(PER_TICK + 1):
        tape.write("pdu")
    site.bind()
    site.clock.advance(TICK)
    assert browser.events() == [(str(PER_TICK + 1), "gap"), (str(PER_TICK + 1), "sessions")]
    browser.leave()


def test_the_journal_is_not_read_for_those_who_want_nothing_of_it() -> None:
    tape = Tape()
    site = Site(feed=tape)
    browser = Browser(site, "sessions")
    tape.write("pdu")
    site.clock.advance(TICK)
    assert tape.reads == 0
    browser.leave()


def test_a_client_that_does_not_read_is_not_written_to_and_then_gets_a_gap() -> None:
    tape = Tape()
    site = Site(feed=tape)
    browser = Browser(site, "pdu")
    browser.text()
    browser.producer.pauseProducing()
    for _ in range(KEPT // 100 + 1):
        for _ in range(100):
            tape.write("pdu")
        site.clock.advance(TICK)
    assert browser.text() == ""
    browser.producer.resumeProducing()
    site.clock.advance(TICK)
    assert browser.events() == [(str(tape.newest()), "gap")]
    tape.write("pdu")
    site.clock.advance(TICK)
    assert browser.events() == [(str(tape.newest()), "pdu")]
    browser.leave()


def test_a_short_pause_loses_nothing() -> None:
    tape = Tape()
    site = Site(feed=tape)
    browser = Browser(site, "pdu")
    browser.text()
    browser.producer.pauseProducing()
    tape.write("pdu")
    site.clock.advance(TICK)
    tape.write("mark")
    tape.write("pdu")
    site.clock.advance(TICK)
    browser.producer.resumeProducing()
    site.clock.advance(TICK)
    assert browser.events() == [("1", "pdu"), ("3", "pdu")]
    browser.leave()


def test_a_client_that_never_reads_again_is_dropped() -> None:
    site = Site()
    browser = Browser(site)
    browser.stop_reading()
    site.clock.advance(STALLED)
    assert browser.transport.disconnected
    browser.leave()
    assert len(site.console.events) == 0


def test_memory_is_bounded_whatever_happens() -> None:
    tape = Tape()
    site = Site(feed=tape)
    browsers = [Browser(site, "pdu") for _ in range(10)]
    for browser in browsers:
        browser.producer.pauseProducing()
    for _ in range(40):
        tape.events.clear()
        for number in range(PER_TICK):
            tape.events.append(Event(tape.newest() + 1 if tape.events else number + 1, "pdu", b"x" * 100))
        site.console.events._read_to = 0
        site.clock.advance(TICK)
    assert len(site.console.events._events) == KEPT
    for browser in browsers:
        browser.leave()


def test_silence_is_broken_by_a_comment() -> None:
    site = Site()
    browser = Browser(site, "messages")
    browser.text()
    for _ in range(int(HEARTBEAT / TICK)):
        site.clock.advance(TICK)
    assert browser.text() == ": still here\n\n"
    browser.leave()


def test_nothing_is_done_while_nobody_listens() -> None:
    site = Site()
    browser = Browser(site)
    browser.leave()
    assert len(site.console.events) == 0
    site.clock.advance(61)
    assert site.clock.getDelayedCalls() == []


def test_a_stream_outlives_the_time_that_a_connection_may_be_silent() -> None:
    site = Site()
    browser = Browser(site, "messages")
    for _ in range(1000):
        site.clock.advance(TICK)
    assert not browser.transport.disconnecting
    browser.leave()


def test_clients_are_bounded() -> None:
    site = Site()
    browsers = [Browser(site) for _ in range(MOST_CLIENTS)]
    response = site.get("/api/v1/events")
    assert (response.status, response.json["code"]) == (503, "busy")
    browsers.pop().leave()
    browsers.append(Browser(site))
    assert browsers[-1].head.startswith(b"HTTP/1.1 200")
    for browser in browsers:
        browser.leave()


@pytest.mark.parametrize("query", ["types=nothing", "types=sessions,nothing", "since=x", "tpyes=pdu"])
def test_what_is_asked_for_wrongly(query: str) -> None:
    response = Site().get(f"/api/v1/events?{query}")
    assert (response.status, response.json["code"]) == (400, "bad_parameter")


def test_a_fault_while_looking_is_not_kept_from_the_log() -> None:
    def pulse() -> Mapping[str, Any]:
        raise RuntimeError

    site = Site()
    site.console.events._pulse = pulse
    assert site.get("/api/v1/events").status == 500
    assert len(site.console.events) == 0
