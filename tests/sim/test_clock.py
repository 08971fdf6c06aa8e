"""The clock that is moved by hand: in any steps the same, and the same as if time had passed by itself."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from math import inf, nan

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from smsc_sim.scenario.settings import Timers
from smsc_sim.sim import clock as clock_module
from smsc_sim.sim.clock import EVENTS_IN_STEP, LATEST, Advance, AdvanceReport, ClockError, ManualClock
from smsc_sim.sim.timeline import Pending
from smsc_sim.smpp.pdu import encode
from tests.sim.playing import (
    START,
    Address,
    Esme,
    Play,
    SubmitSm,
    message_id_of,
    rule,
    scenario,
    smsc_settings,
    text_of,
)

DAY = 86_400.0

LIVELY = scenario(
    """
    switches: {night: {label: Night, active: true, for: 7s}}
    rules:
      - {name: at night, when: {to: "5*", switch: night}, reply: {status: ESME_ROK, delay: 5s}}
      - {name: often, when: {to: "1*"}, receipt: {state: DELIVRD, after: 500ms..9s, times: 4, every: 1333ms}}
      - {name: slow, when: {to: "2*"}, reply: {status: ESME_ROK, delay: 2s..4s}, receipt: {state: UNDELIV}}
      - {name: in pieces, when: {to: "3*"}, reply: {status: ESME_ROK, dribble: 3 every 300ms}}
      - {name: answers back, when: {to: "4*"}, mo: {text: "At {now}", after: 3s}}
      - {name: too late, receipt: {state: EXPIRED, after: validity}}
    """
)


class ManualPlay(Play):
    """A game whose messages' clock is moved by hand, and its sockets' in ``sockets``."""

    def __init__(self, *, timers: Timers | None = None, **more: object) -> None:
        super().__init__(settings=smsc_settings(timers=timers) if timers else None, **more)  # type: ignore[arg-type]
        self.clock = ManualClock(self.smsc, START)
        self.written: list[tuple[float, int, bytes]] = []

    def settle(self) -> None:
        before = {esme.session.number: len(esme.writes) for esme in self.esmes}
        super().settle()
        for esme in self.esmes:
            number = esme.session.number
            self.written += [(self.now, number, octets) for octets in esme.writes[before.get(number, 0) :]]

    def move(self, until: float, *, answering: bool = True) -> AdvanceReport:
        """Advance the clock; the ESMEs answer at once, every third time that they have no room."""
        advance = Advance(self.clock, until)
        while advance.step():
            self.now = self.clock.now
            self.settle()
            while answering and self.answer():
                pass
        self.now = self.clock.now
        return advance.report()

    def answer(self) -> int:
        requests = [(esme, pdu) for esme in self.esmes for pdu in esme.take() if pdu.name in ("deliver_sm", "data_sm")]
        for esme, pdu in requests:
            esme.leave(*esme.answer(pdu, 0 if pdu.sequence_number % 3 else 0x14))
        return len(requests)


def busy_game() -> ManualPlay:
    """Two ESMEs with messages of every sort on their way."""
    game = ManualPlay(scenario=LIVELY)
    for sender in (game.bind(), game.bind()):
        for sequence_number, first in enumerate(b"1234567" * 3, 2):
            destination = Address(1, 1, bytes([first]) + b"0000%d" % sequence_number)
            validity = b"0000000000%d5000R" % (sequence_number % 4)
            sender.give(SubmitSm(destination=destination, validity_period=validity).wire(sequence_number))
    assert (game.smsc.counters.messages_accepted, game.smsc.counters.protocol_errors) == (42, 0)
    return game


def cuts() -> st.SearchStrategy[list[float]]:
    return st.lists(st.floats(0.0, 60.0) | st.integers(0, 300).map(lambda ticks: ticks / 5), max_size=12).map(sorted)


# Slices


@example([])
@given(cuts())
def test_time_may_be_cut_anywhere(slices: list[float]) -> None:
    whole, cut = busy_game(), busy_game()
    report = whole.move(START + 300.0)
    reports = [cut.move(START + until) for until in [*slices, 300.0]]
    assert cut.written == whole.written
    assert [told for part in reports for told in part.fired] == list(report.fired)
    assert [part.end - START for part in reports] == pytest.approx([*slices, 300.0], abs=1e-5)
    assert all(one.end == next_one.start for one, next_one in pairwise(reports))


@example([])
@given(cuts())
def test_a_process_may_wake_whenever_it_likes(slices: list[float]) -> None:
    by_hand, waking = busy_game(), busy_game()
    by_hand.move(START + 300.0, answering=False)
    for until in [*slices, 300.0]:
        waking.now = START + until
        waking.smsc.run_until(waking.now)
        waking.settle()
    assert [esme.octets for esme in waking.esmes] == [esme.octets for esme in by_hand.esmes]
    assert len(waking.smsc.timeline) == len(by_hand.smsc.timeline)


def test_it_is_as_if_time_had_passed_by_itself() -> None:
    by_hand, by_itself = busy_game(), busy_game()
    by_hand.move(START + 300.0, answering=False)
    by_itself.advance(300.0)
    assert [(esme.session.number, pdu.octets) for esme, pdu in by_itself.sent] == [
        (esme.session.number, pdu.octets) for esme, pdu in by_hand.sent
    ]


# Order and instants


class Mark:
    """An event that tells when it happens, and may bring another one."""

    def __init__(
        self, game: ManualPlay, happened: list[tuple[str, float]], name: str, then: float | None = None
    ) -> None:
        self.game = game
        self.happened = happened
        self.name = name
        self.then = then

    def fire(self, now: float) -> None:
        self.happened.append((self.name, now))
        if self.then is not None:
            self.game.smsc.timeline.add(now + self.then, Mark(self.game, self.happened, f"{self.name}'"))

    def describe(self, due: float) -> Iterator[Pending]:
        yield Pending(due, "switch", text=self.name)


def test_everything_happens_at_its_own_instant_and_what_it_brings_in_its_turn() -> None:
    game = ManualPlay()
    happened: list[tuple[str, float]] = []
    for name, after, then in (("c", 50.0, None), ("a", 1.0, 30.0), ("b", 1.0, 0.0), ("d", 100.5, None)):
        game.smsc.timeline.add(START + after, Mark(game, happened, name, then))
    report = game.move(START + 100.0)
    expected = [("a", 1.0), ("b", 1.0), ("b'", 1.0), ("a'", 31.0), ("c", 50.0)]
    assert happened == [(name, START + after) for name, after in expected]
    assert [(told.text, told.due) for told in report.fired] == happened
    assert (report.start, report.end, report.more) == (START, START + 100.0, 0)
    assert game.clock.now == START + 100.0


def test_what_was_due_before_happens_now() -> None:
    game = ManualPlay()
    happened: list[tuple[str, float]] = []
    game.smsc.timeline.add(START - 5.0, Mark(game, happened, "late"))
    report = game.move(START)
    assert happened == [("late", START)]
    assert report.fired[0].due == START


def test_many_events_of_one_instant_are_several_steps() -> None:
    game = ManualPlay()
    happened: list[tuple[str, float]] = []
    for number in range(EVENTS_IN_STEP + 1):
        game.smsc.timeline.add(START + 1.0, Mark(game, happened, str(number)))
    advance = Advance(game.clock, START + 1.0)
    assert advance.step()
    assert len(happened) == EVENTS_IN_STEP
    assert advance.step()
    assert not advance.step()
    assert [name for name, _ in happened] == [str(number) for number in range(EVENTS_IN_STEP + 1)]


def test_an_instant_without_end_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    class Again(Mark):
        def fire(self, now: float) -> None:
            self.game.smsc.timeline.add(now, self)

    monkeypatch.setattr(clock_module, "STEPS_AT_ONE_INSTANT", 3)
    game = ManualPlay()
    game.smsc.timeline.add(START + 1.0, Again(game, [], "again"))
    with pytest.raises(ClockError, match="ever more"):
        game.move(START + 2.0)
    assert game.clock.now == START + 1.0


def test_a_report_is_bounded_and_counts_the_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock_module, "REPORTED", 3)
    game = ManualPlay()
    game.bind().give(SubmitSm().wire(1) * 5)
    report = game.move(START + 2.0)
    assert [told.message_id for told in report.fired] == [f"{number:010}" for number in (1, 2, 3)]
    assert report.more == 2


def test_an_event_that_cannot_say_what_it_is_does_no_harm() -> None:
    class Dumb(Mark):
        def describe(self, due: float) -> Iterator[Pending]:
            raise LookupError("words")

    game = ManualPlay()
    game.smsc.timeline.add(START + 1.0, Dumb(game, [], "dumb"))
    assert game.move(START + 2.0).fired == ()
    assert game.smsc.counters.internal_errors == 1


# Where the clock can be moved


@pytest.mark.parametrize("seconds", [-0.001, nan, inf, LATEST])
def test_where_it_does_not_go(seconds: float) -> None:
    clock = ManualPlay().clock
    with pytest.raises(ClockError):
        clock.after(seconds)
    with pytest.raises(ClockError):
        clock.at(START + seconds)


def test_where_it_goes() -> None:
    game = ManualPlay()
    assert game.clock.after(0.0) == game.clock.at(START) == START
    assert game.clock.after(DAY) == START + DAY
    assert game.clock.at_next() == START
    game.bind().submit()
    assert game.clock.at_next() == START + 1.0
    game.move(game.clock.at_next())
    assert game.clock.now == START + 1.0


# What moves with it


def test_a_day_and_what_falls_due_in_it() -> None:
    game = ManualPlay(scenario=rule("receipt: {state: EXPIRED, after: validity}"))
    esme = game.bind()
    ids = [
        message_id_of(esme.submit(SubmitSm(validity_period=validity), number))
        for number, validity in enumerate((b"000001000000000R", b"000000020000000R"), 1)
    ]
    report = game.move(START + DAY, answering=False)
    assert [(told.kind, told.due - START, told.message_id, told.text) for told in report.fired] == [
        ("receipt", 7200.0, ids[1], "EXPIRED"),
        ("receipt", DAY, ids[0], "EXPIRED"),
    ]
    assert [(told.account, told.session) for told in report.fired] == [("alpha", esme.session.number)] * 2
    first, second = esme.take()
    assert b"done date:2603011400 " in text_of(first)
    assert b"done date:2603021200 " in text_of(second)


def test_the_ladder_of_attempts_is_climbed_on_the_way() -> None:
    game = ManualPlay()
    esme = game.bind()
    esme.submit()
    advance = Advance(game.clock, START + 30.0)
    sent = []
    while advance.step():
        game.now = game.clock.now
        game.settle()
        for pdu in esme.take():
            sent.append(game.now - START)
            esme.answer(pdu, 0x14)
    assert sent == [1.0, 6.0, 21.0]
    assert [told.due - START for told in advance.report().fired] == sent


def test_every_sort_of_event_says_what_it_is() -> None:
    game = busy_game()
    waiting = game.smsc.timeline.upcoming(1000)
    assert {told.kind for told in waiting} == {"receipt", "mo", "response", "switch"}
    assert [told.due for told in waiting] == sorted(told.due for told in waiting)
    assert {told.text for told in waiting if told.kind == "switch"} == {"night off"}
    assert {told.text for told in waiting if told.kind == "receipt"} == {"DELIVERED", "UNDELIVERABLE", "EXPIRED"}
    answers = {told.text for told in waiting if told.kind == "response"}
    assert "to submit_sm" in answers
    assert any(text.startswith("piece, ") for text in answers)
    for esme in game.esmes:
        esme.hang_up()
    game.move(START + 20.0)
    assert "discard" in {told.kind for told in game.smsc.timeline.upcoming(1000)}


def test_a_switch_that_was_put_on_anew_is_not_told_twice() -> None:
    game = ManualPlay(scenario=LIVELY)
    game.smsc.switches.put("night", True, START + 1.0)
    assert [told.due - START for told in game.smsc.timeline.upcoming(9)] == [8.0]
    assert len(game.smsc.timeline) == 2


# The other clock


def quiet_but(**seconds: float) -> Timers:
    return Timers(**{"session_init": 0.0, "enquire_link": 0.0, "inactivity": 0.0, "response": 0.0, **seconds})


def let_sockets_wait(game: ManualPlay, until: float) -> None:
    game.smsc.timers.sockets_now = until
    game.smsc.timers.run(game.now)
    game.settle()


def manual_with(timers: Timers) -> tuple[ManualPlay, Esme]:
    game = ManualPlay(timers=timers)
    game.smsc.timers.sockets_now = START
    return game, game.bind()


def test_a_day_costs_a_silent_session_nothing() -> None:
    game, esme = manual_with(Timers())
    unbound = game.connect()
    game.move(START + DAY)
    assert esme.take() == unbound.take() == []
    assert not esme.ending
    assert not unbound.ending
    assert {told.kind for told in game.smsc.timers.timeline.upcoming(9)} == {"session"}


def test_the_timers_of_sessions_go_by_the_sockets() -> None:
    game, esme = manual_with(Timers())
    unbound = game.connect()
    let_sockets_wait(game, START + 30.0)
    assert [pdu.name for pdu in esme.take()] == ["enquire_link"]
    assert unbound.ending
    # What it says is heard at the instant of the sockets.
    game.smsc.timers.sockets_now = START + 35.0
    esme.give(encode("enquire_link_resp", sequence_number=1))
    let_sockets_wait(game, START + 64.9)
    assert esme.take() == []
    let_sockets_wait(game, START + 65.0)
    assert [pdu.name for pdu in esme.take()] == ["enquire_link"]
    assert game.clock.now == START


def test_an_answer_that_does_not_come_is_missed_in_real_time_and_sent_again_in_the_messages_time() -> None:
    game, esme = manual_with(quiet_but(response=10.0))
    esme.submit()
    game.move(START + 1.0, answering=False)
    assert len(esme.take()) == 1
    game.move(START + 20.0, answering=False)
    assert esme.take() == []
    let_sockets_wait(game, START + 11.0)
    assert game.smsc.counters.receipts_expired == 1
    report = game.move(START + 100.0, answering=False)
    assert [told.due - START for told in report.fired] == [25.0]
    assert len(esme.take()) == 1


def test_who_is_asked_to_go_has_real_seconds_for_it() -> None:
    game, esme = manual_with(quiet_but())
    game.smsc.begin_shutdown(game.now, 5.0)
    game.settle()
    game.move(START + DAY)
    assert not esme.ending
    let_sockets_wait(game, START + 5.0)
    assert esme.ending


def test_who_does_not_read_is_found_out_in_real_time() -> None:
    game, esme = manual_with(quiet_but(response=10.0))
    game.smsc.timers.sockets_now = START + 3.0
    game.smsc.writable(esme.session, False, game.now)
    game.move(START + DAY)
    let_sockets_wait(game, START + 12.9)
    assert not esme.ending
    let_sockets_wait(game, START + 13.0)
    assert esme.ending


def test_an_hour_after_an_odd_instant_is_an_hour() -> None:
    # A validity period goes through a date, which has microseconds and no less.
    game = ManualPlay(scenario=rule("receipt: {state: EXPIRED, after: validity}"))
    esme = game.bind()
    game.move(START + 0.123_456_789)
    for number in range(1, 20):
        game.move(game.clock.after(number / 7))
        esme.submit(SubmitSm(validity_period=b"000000010000000R"), number)
        game.move(game.clock.after(3600.0), answering=False)
        assert [pdu.name for pdu in esme.take()] == ["deliver_sm"]
