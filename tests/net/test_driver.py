"""The driver: one write for each event and session, one timer, nothing left behind."""

from __future__ import annotations

from collections.abc import Iterator
from math import inf

import pytest
from hypothesis import given
from hypothesis import strategies as st
from twisted.internet.task import Clock

from smsc_sim.net import driver as driver_module
from smsc_sim.scenario.settings import Timers
from smsc_sim.sim.sessions.session import Ending, Session
from smsc_sim.sim.smsc import Smsc
from smsc_sim.sim.timeline import TICK, Pending
from smsc_sim.smpp.framing import Framer
from smsc_sim.smpp.pdu import Pdu, encode
from tests.net.wires import Bench
from tests.sim.playing import ALPHA, START, SubmitSm, bind_octets, smsc_settings


class FakeLink:
    def __init__(self) -> None:
        self.carried: list[tuple[bytes, Ending]] = []

    def carry_out(self, octets: bytes, ending: Ending) -> None:
        self.carried.append((octets, ending))

    def hold(self, waits: bool) -> None:
        raise AssertionError("nothing is held")

    def drop(self) -> None:
        raise AssertionError("nobody asked for that")

    def freeze(self) -> None:
        raise AssertionError("nobody asked for that")

    def names(self) -> list[str]:
        framer = Framer()
        return [Pdu(octets).name for carried, _ in self.carried for octets in framer.feed(carried)]


def bench(timers: Timers | None = None) -> Bench:
    settings = smsc_settings() if timers is None else smsc_settings(timers=timers)
    return Bench(Smsc(settings, [ALPHA], now=START), Clock())


def connect(where: Bench, octets: bytes = b"") -> tuple[Session, FakeLink]:
    session = where.driver.smsc.connected("192.0.2.7:4000", "192.0.2.7", where.clock())
    link = FakeLink()
    session.link = link
    where.driver.settle(where.clock())
    if octets:
        where.driver.received(session, octets)
    return session, link


def timers_of(where: Bench) -> list[float]:
    return [call.getTime() for call in where.reactor.getDelayedCalls()]


def test_all_that_a_read_causes_goes_out_in_one_write() -> None:
    where = bench()
    _, link = connect(where, bind_octets() + SubmitSm().wire(1) + encode("enquire_link", sequence_number=2))
    ((octets, ending),) = link.carried
    assert [Pdu(frame).name for frame in Framer().feed(octets)] == [
        "bind_transceiver_resp",
        "submit_sm_resp",
        "enquire_link_resp",
    ]
    assert ending is Ending.NONE


def test_a_read_that_completes_nothing_writes_nothing() -> None:
    where = bench()
    _, link = connect(where, bind_octets()[:20])
    assert link.carried == []


def test_receipts_that_are_due_together_go_out_in_one_write_for_each_session() -> None:
    where = bench()
    links = [connect(where, bind_octets() + SubmitSm().wire(1) * 5)[1] for _ in range(3)]
    where.reactor.advance(1.0 + 2 * TICK)
    for link in links:
        assert link.names()[6:] == ["deliver_sm"] * 5
        assert len(link.carried) == 2


def test_an_ending_is_carried_out_with_the_last_octets() -> None:
    where = bench()
    _, link = connect(where, b"\0\0\0\x0f")
    ((octets, ending),) = link.carried
    assert Pdu(octets).name == "generic_nack"
    assert ending is Ending.CLOSE


def test_notes_are_logged_once() -> None:
    where = bench()
    session, _ = connect(where, bind_octets())
    assert where.texts() == ["bound as transceiver, SMPP 3.4"]
    where.driver.received(session, encode("enquire_link", sequence_number=2))
    assert len(where.notes) == 1


def test_a_session_without_a_link_is_left_alone() -> None:
    where = bench()
    session, link = connect(where, bind_octets() + SubmitSm().wire(1))
    where.driver.lost(session, "")
    before = len(link.carried)
    where.reactor.advance(5.0)
    assert len(link.carried) == before


# The timer


def test_without_anything_to_come_there_is_no_timer() -> None:
    where = bench()
    connect(where, bind_octets())
    assert timers_of(where) == []


def test_the_timer_stands_at_the_earliest_event_and_there_is_one() -> None:
    where = bench(Timers(session_init=30.0, enquire_link=60.0, inactivity=0.0, response=0.0))
    connect(where)
    assert timers_of(where) == pytest.approx([30.0], abs=2 * TICK)
    session, _ = connect(where, bind_octets())
    where.driver.received(session, SubmitSm().wire(1))
    assert timers_of(where) == pytest.approx([1.0], abs=2 * TICK)
    where.reactor.advance(1.0 + 2 * TICK)
    assert timers_of(where) == pytest.approx([30.0], abs=2 * TICK)
    where.reactor.advance(29.0)
    assert timers_of(where) == pytest.approx([60.0], abs=0.1)


def test_a_later_event_does_not_move_the_timer() -> None:
    where = bench()
    session, _ = connect(where, bind_octets() + SubmitSm().wire(1))
    (first,) = where.reactor.getDelayedCalls()
    where.reactor.advance(0.5)
    where.driver.received(session, SubmitSm().wire(2))
    assert where.reactor.getDelayedCalls() == [first]


def test_what_is_due_already_is_done_at_the_next_turn() -> None:
    where = bench()

    fired: list[float] = []

    class Mark:
        def fire(self, now: float) -> None:
            fired.append(now)

        def describe(self, due: float) -> Iterator[Pending]:
            raise AssertionError("nobody asked")

    where.driver.smsc.timeline.add(START - 5.0, Mark())
    where.driver.settle(where.clock())
    assert fired == []
    where.reactor.advance(0)
    assert fired == [START]
    assert timers_of(where) == []


def test_after_standing_still_the_sockets_have_their_turn_between_events(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(driver_module, "EVENTS_IN_TURN", 2)
    where = bench()
    session, link = connect(where, bind_octets())
    for number in range(5):
        where.driver.received(session, SubmitSm().wire(number))
    link.carried.clear()
    where.reactor.advance(60.0)
    assert [len(Framer().feed(octets)) for octets, _ in link.carried] == [2, 2, 1]


def test_a_clock_that_lags_behind_the_reactor_wakes_again() -> None:
    where = bench()
    _, link = connect(where, bind_octets() + SubmitSm().wire(1))
    lag = 0.5
    where.driver.clock = lambda: START + where.reactor.seconds() - lag
    where.reactor.advance(1.0 + 2 * TICK)
    assert "deliver_sm" not in link.names()
    assert len(timers_of(where)) == 1
    where.reactor.advance(lag + 2 * TICK)
    assert link.names()[-1] == "deliver_sm"


def test_stop_forgets_the_timer() -> None:
    where = bench()
    session, link = connect(where, bind_octets() + SubmitSm().wire(1))
    where.driver.stop()
    assert timers_of(where) == []
    where.driver.stop()
    where.reactor.advance(5.0)
    assert "deliver_sm" not in link.names()
    # What has to be done can still be done.
    where.driver.received(session, encode("enquire_link", sequence_number=2))
    assert "enquire_link_resp" in link.names()


def test_stop_before_anything_has_happened() -> None:
    where = bench()
    where.driver.stop()
    assert timers_of(where) == []


@given(st.lists(st.tuples(st.sampled_from(["submit", "connect", "lose", "wait"]), st.integers(0, 40)), max_size=25))
def test_there_is_never_more_than_one_timer_and_it_is_never_late(happenings: list[tuple[str, int]]) -> None:
    where = bench(Timers(session_init=3.0, enquire_link=2.0, inactivity=4.0, response=1.0))
    sessions: list[Session] = []
    for what, number in happenings:
        if what == "connect":
            sessions.append(connect(where, bind_octets() if number % 2 else b"")[0])
        elif what == "wait":
            where.reactor.advance(number / 20)
        elif sessions:
            session = sessions[number % len(sessions)]
            if what == "submit" and session.link is not None:
                where.driver.received(session, SubmitSm().wire(1))
            elif what == "lose":
                where.driver.lost(session, "")
        due = where.driver.smsc.next_due()
        calls = where.reactor.getDelayedCalls()
        assert len(calls) <= 1
        assert bool(calls) or due is None
        if due is not None:
            assert calls[0].getTime() - (due - START) < 1e-3
    for session in sessions:
        where.driver.lost(session, "")
    where.reactor.advance(100.0)
    where.driver.stop()
    assert where.reactor.getDelayedCalls() == []


# Going


def test_when_empty_is_told_at_once_if_there_is_nobody() -> None:
    where = bench()
    told: list[str] = []
    where.driver.when_empty(lambda: told.append("empty"))
    assert told == ["empty"]


def test_when_empty_is_told_once_when_the_last_is_gone() -> None:
    where = bench()
    told: list[str] = []
    first, _ = connect(where, bind_octets())
    second, _ = connect(where)
    where.driver.when_empty(lambda: told.append("empty"))
    where.driver.lost(first, "")
    assert told == []
    where.driver.lost(second, "")
    assert told == ["empty"]
    third, _ = connect(where)
    where.driver.lost(third, "")
    assert told == ["empty"]


def test_shutdown_through_the_driver_unbinds_and_ends_in_time() -> None:
    where = bench()
    _, link = connect(where, bind_octets())
    where.driver.smsc.begin_shutdown(where.clock(), 5.0)
    where.driver.settle(where.clock())
    assert link.names()[-1] == "unbind"
    where.reactor.advance(5.0 + 2 * TICK)
    assert link.carried[-1] == (b"", Ending.CLOSE)


def test_full_and_empty_buffers_reach_the_session() -> None:
    where = bench()
    session, link = connect(where, bind_octets() + SubmitSm().wire(1))
    where.driver.writable(session, False)
    assert not session.writable
    where.reactor.advance(1.1)
    assert "deliver_sm" not in link.names()
    where.driver.writable(session, True)
    assert link.names()[-1] == "deliver_sm"


def test_a_new_driver_waits_for_nothing() -> None:
    where = bench()
    assert where.driver._wake_at == inf
    assert where.notes == []
