"""A driver whose messages stand still: advances in turns of the reactor, sockets in real time."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from twisted.internet.defer import CancelledError, Deferred
from twisted.internet.task import Clock
from twisted.python.failure import Failure

from smsc_sim.net.manual_driver import PATIENCE, PATIENCE_IN_ALL, ManualDriver
from smsc_sim.scenario.loaded import Scenario
from smsc_sim.scenario.settings import ReceiptSettings, Timers
from smsc_sim.sim.clock import AdvanceReport, ClockError
from smsc_sim.sim.log_lines import Note
from smsc_sim.sim.sessions.session import Ending, Session
from smsc_sim.sim.smsc import Smsc
from smsc_sim.sim.timeline import TICK, Pending
from smsc_sim.smpp.framing import Framer
from smsc_sim.smpp.pdu import Pdu, encode
from tests.sim.playing import ALPHA, QUIET, START, SubmitSm, bind_octets, frame, rule, smsc_settings

DAY = 86_400.0


class Client:
    """The link of a session whose ESME answers every deliver_sm a moment later, if it answers."""

    def __init__(self, where: Bench, statuses: Iterator[int] | None) -> None:
        self.where = where
        self.statuses = statuses
        self.delivered: list[float] = []
        """Where the clock of the messages stood at each."""
        self.names: list[str] = []
        self.ending = Ending.NONE
        self.framer = Framer()
        self.session: Session

    def carry_out(self, octets: bytes, ending: Ending) -> None:
        self.ending = ending or self.ending
        for pdu in map(Pdu, self.framer.feed(octets)):
            self.names.append(pdu.name)
            if pdu.name == "deliver_sm":
                self.delivered.append(self.where.driver.manual.now - START)
                status = next(self.statuses, None) if self.statuses is not None else None
                if status is not None:
                    response = frame(0x80000005, b"\0", pdu.sequence_number, status)
                    self.where.reactor.callLater(0.003, self.say, response)

    def say(self, octets: bytes) -> None:
        self.where.driver.received(self.session, octets)

    def freeze(self) -> None:
        raise AssertionError("nobody asked for that")

    def hold(self, waits: bool) -> None:
        raise AssertionError("nothing is held")

    def drop(self) -> None:
        raise AssertionError("nobody asked for that")


class Bench:
    """A manual driver on a reactor that the test turns."""

    def __init__(
        self, *, scenario: Scenario | None = None, timers: Timers = QUIET, receipts: ReceiptSettings | None = None
    ) -> None:
        self.reactor = Clock()
        self.notes: list[Note] = []
        settings = smsc_settings(timers=timers, receipts=receipts)
        more = {"scenario": scenario} if scenario is not None else {}
        self.smsc = Smsc(settings, [ALPHA], now=START, **more)  # type: ignore[arg-type]
        self.driver = ManualDriver(
            self.smsc, self.reactor, lambda: START + self.reactor.seconds(), self.notes.append, start=START
        )

    def client(self, *octets: bytes, statuses: Iterator[int] | None = None) -> Client:
        client = Client(self, statuses)
        client.session = self.smsc.connected("192.0.2.7:4000", "192.0.2.7", self.driver.clock(), link=client)
        self.driver.settle(self.driver.clock())
        client.say(bind_octets() + b"".join(octets))
        return client

    def done(self, advancing: Deferred[AdvanceReport], seconds: float = 2.0) -> AdvanceReport:
        """Turn the reactor for so many real seconds, after which the advance is through."""
        results: list[AdvanceReport | Failure] = []
        advancing.addBoth(results.append)
        for _ in range(round(seconds / 0.001)):
            if results:
                break
            self.reactor.advance(0.001)
        assert results, "it is still under way"
        result = results[0]
        if isinstance(result, Failure):
            result.raiseException()
        assert isinstance(result, AdvanceReport)
        return result


def endless(status: int) -> Iterator[int]:
    while True:
        yield status


def test_time_stands_still() -> None:
    where = Bench()
    client = where.client(SubmitSm().wire(1))
    where.reactor.advance(3600.0)
    assert client.names == ["bind_transceiver_resp", "submit_sm_resp"]
    assert where.driver.clock() == START
    assert where.reactor.getDelayedCalls() == []


def test_what_needs_no_time_happens_at_once() -> None:
    where = Bench(receipts=ReceiptSettings(after=0.0))
    client = where.client(SubmitSm().wire(1))
    where.reactor.advance(0.0)
    assert client.delivered == [0.0]
    assert where.reactor.getDelayedCalls() == []


def test_an_advance_brings_what_is_due_in_it() -> None:
    where = Bench()
    client = where.client(SubmitSm().wire(1), statuses=endless(0))
    report = where.done(where.driver.advance(DAY))
    assert client.delivered == [1.0]
    assert where.driver.clock() == report.end == START + DAY
    assert [(told.kind, told.due) for told in report.fired] == [("receipt", START + 1.0)]
    assert where.reactor.getDelayedCalls() == []
    assert where.smsc.counters.receipts_acknowledged == 1


def test_the_journal_has_the_instants_of_the_messages() -> None:
    where = Bench()
    where.client(SubmitSm().wire(1), statuses=endless(0))
    where.done(where.driver.advance(10.0))
    instants = [record[0] - START for record in reversed(list(where.smsc.journal.newest_first()))]
    assert instants == [0.0, 0.0, 1.0, 1.0]


def test_answers_on_the_way_come_at_the_instant_of_what_they_answer() -> None:
    # Otherwise the second attempt, 5 s after the first was refused, would come a day later.
    where = Bench()
    client = where.client(SubmitSm().wire(1), statuses=iter([0x14, 0x14, 0]))
    report = where.done(where.driver.advance(DAY))
    assert client.delivered == [1.0, 6.0, 21.0]
    assert [told.kind for told in report.fired] == ["receipt", "deliver", "deliver", "discard"]


def test_a_window_opens_on_the_way() -> None:
    where = Bench(receipts=ReceiptSettings(window=2))
    client = where.client(*map(SubmitSm().wire, range(1, 8)), statuses=endless(0))
    where.done(where.driver.advance(2.0))
    assert client.delivered == [1.0] * 7


def test_who_does_not_answer_is_waited_for_once() -> None:
    where = Bench(scenario=rule("receipt: {state: DELIVRD, times: 50, every: 10s}"))
    client = where.client(SubmitSm().wire(1))
    report = where.done(where.driver.advance(DAY), PATIENCE + 0.1)
    assert len(client.delivered) == len(report.fired) == 50
    assert where.reactor.seconds() >= PATIENCE


def test_many_that_do_not_answer_cost_no_more_than_so_much() -> None:
    where = Bench(scenario=rule("receipt: {state: DELIVRD, after: 1s..1h}"))
    clients = [where.client(SubmitSm().wire(1)) for _ in range(30)]
    where.done(where.driver.advance(DAY), PATIENCE_IN_ALL + 0.2)
    assert all(len(client.delivered) == 1 for client in clients)
    assert where.reactor.seconds() >= PATIENCE_IN_ALL


def test_who_hangs_up_is_not_waited_for() -> None:
    where = Bench()
    client = where.client(SubmitSm().wire(1))
    advancing = where.driver.advance(DAY)
    where.reactor.advance(0.0)
    where.driver.lost(client.session, "")
    where.done(advancing, 0.02)


class Slow:
    """An event that takes its time: the test's clock goes on meanwhile."""

    def __init__(self, where: Bench, happened: list[str], name: str = "slow") -> None:
        self.where = where
        self.happened = happened
        self.name = name

    def fire(self, now: float) -> None:
        self.where.reactor.rightNow += 0.006
        self.happened.append(self.name)

    def describe(self, due: float) -> Iterator[Pending]:
        yield Pending(due, "switch", text=self.name)


def test_a_long_advance_lets_the_reactor_turn_between_events() -> None:
    where = Bench()
    happened: list[str] = []
    for number in range(6):
        where.smsc.timeline.add(START + 1.0 + number, Slow(where, happened))
    for _ in range(2):
        where.reactor.callLater(0.0, happened.append, "turn")
    advancing = where.driver.advance(DAY)
    assert happened == ["slow", "slow"]
    where.done(advancing)
    assert happened == ["slow", "slow", "turn", "turn", "slow", "slow", "slow", "slow"]


def test_advances_wait_for_each_other() -> None:
    where = Bench()
    happened: list[str] = []
    for number in range(6):
        where.smsc.timeline.add(START + 1.0 + number, Slow(where, happened, str(number)))
    reports: list[AdvanceReport] = []
    for advancing in (where.driver.advance(4.5), where.driver.advance(10.0), where.driver.advance_to(START + 15.0)):
        advancing.addCallback(reports.append)
    assert reports == []
    where.reactor.pump([0.001] * 20)
    moves = sorted((report.start - START, report.end - START, len(report.fired)) for report in reports)
    assert moves == [(0.0, 4.5, 4), (4.5, 14.5, 2), (14.5, 15.0, 0)]
    assert happened == list("012345")


def test_what_is_submitted_on_the_way_is_on_the_way() -> None:
    where = Bench()
    happened: list[str] = []
    for number in range(4):
        where.smsc.timeline.add(START + 10.0 * number, Slow(where, happened))
    client = where.client(statuses=endless(0))
    where.reactor.callLater(0.0, client.say, SubmitSm().wire(1))
    report = where.done(where.driver.advance(DAY))
    assert client.delivered == [11.0]
    assert [told.due - START for told in report.fired] == [0.0, 10.0, 11.0, 20.0, 30.0]


def test_to_the_next_event_and_no_further() -> None:
    where = Bench(scenario=rule("receipt: {state: DELIVRD, after: 90s, times: 2, every: 60s}"))
    client = where.client(SubmitSm().wire(1), statuses=endless(0))
    assert [where.done(where.driver.advance_to_next()).end - START for _ in range(3)] == [90.0, 150.0, 150.0]
    assert client.delivered == [90.0, 150.0]


@pytest.mark.parametrize("by", [-1.0, float("nan"), 1e12])
def test_a_move_that_is_none_changes_nothing(by: float) -> None:
    where = Bench()
    where.client(SubmitSm().wire(1))
    with pytest.raises(ClockError):
        where.done(where.driver.advance(by))
    with pytest.raises(ClockError):
        where.done(where.driver.advance_to(START + by))
    assert where.driver.clock() == START
    where.done(where.driver.advance(1.0))


def test_the_timers_of_sessions_go_on_in_real_time() -> None:
    where = Bench(timers=Timers(session_init=30.0, enquire_link=20.0, inactivity=0.0, response=5.0))
    client = where.client(SubmitSm().wire(1))
    where.reactor.advance(20.0 + 2 * TICK)
    assert client.names[-1] == "enquire_link"
    where.done(where.driver.advance(0.5))
    assert where.driver.clock() == START + 0.5
    where.reactor.advance(5.0 + 2 * TICK)
    assert client.ending is Ending.CLOSE
    assert where.notes[-1].text == "no enquire_link_resp within 5 s (response timer)"


def test_a_day_does_not_end_a_session() -> None:
    where = Bench(timers=Timers())
    client = where.client()
    where.done(where.driver.advance(DAY))
    assert client.names == ["bind_transceiver_resp"]
    where.driver.received(client.session, encode("enquire_link", sequence_number=2))
    assert client.names[-1] == "enquire_link_resp"
    (timer,) = where.reactor.getDelayedCalls()
    assert timer.getTime() == pytest.approx(30.0, abs=2 * TICK)


def test_stopping_ends_advances() -> None:
    where = Bench()
    where.client(SubmitSm().wire(1))
    failures: list[Failure] = []
    for advancing in (where.driver.advance(DAY), where.driver.advance(DAY)):
        advancing.addErrback(failures.append)
    where.driver.stop()
    assert [failure.type for failure in failures] == [CancelledError] * 2
    assert where.reactor.getDelayedCalls() == []
    where.driver.advance(1.0).addErrback(failures.append)
    assert len(failures) == 3
