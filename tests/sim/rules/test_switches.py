"""Switches: on, off, and off by themselves."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from smsc_sim.sim.rules.switches import Switch, Switches
from smsc_sim.sim.timeline import TICK, Timeline
from tests.sim.playing import START


@dataclass
class Board:
    """Switches, their timeline, and what they told."""

    told: list[tuple[str, bool]] = field(default_factory=list)
    timeline: Timeline = field(default_factory=Timeline)
    now: float = START

    def __post_init__(self) -> None:
        self.switches = Switches(self.timeline, lambda name, active, now, until: self.told.append((name, active)))

    def define(self, **definitions: Switch) -> None:
        self.switches.define(definitions, self.now)

    def advance(self, seconds: float) -> None:
        self.now += seconds
        while self.timeline.due_by(self.now) is not None:
            self.timeline.take().fire(self.now)


@pytest.fixture
def board() -> Board:
    board = Board()
    board.define(a=Switch(), b=Switch("B", active=True), short=Switch(lasts=10.0))
    return board


def test_switches_begin_as_they_are_defined(board: Board) -> None:
    assert [board.switches.is_on(name) for name in ("a", "b", "short", "unknown")] == [False, True, False, False]
    assert [name for name, _ in board.switches] == ["a", "b", "short"]
    found = board.switches.get("b")
    assert found is not None
    assert (found.label, found.lasts, found.until) == ("B", None, 0.0)
    assert board.switches.get("unknown") is None
    assert board.told == []


def test_each_change_is_told_and_nothing_else(board: Board) -> None:
    for name, active in (("a", True), ("a", True), ("b", True), ("b", False), ("a", False), ("a", False)):
        assert board.switches.put(name, active, board.now)
    assert board.told == [("a", True), ("b", False), ("a", False)]
    assert not board.switches.put("unknown", True, board.now)


def test_a_switch_that_lasts_goes_off_by_itself(board: Board) -> None:
    board.switches.put("short", True, board.now)
    found = board.switches.get("short")
    assert found is not None
    assert found.until == START + 10
    board.advance(10 - 2 * TICK)
    assert board.switches.is_on("short")
    board.advance(2 * TICK)
    assert not board.switches.is_on("short")
    assert found.until == 0.0
    assert board.told == [("short", True), ("short", False)]


def test_putting_it_on_again_makes_it_last_from_then(board: Board) -> None:
    board.switches.put("short", True, board.now)
    board.advance(6)
    board.switches.put("short", True, board.now)
    board.advance(6)
    assert board.switches.is_on("short")
    board.advance(4.1)
    assert not board.switches.is_on("short")


def test_what_was_put_off_by_hand_does_not_go_off_later(board: Board) -> None:
    board.switches.put("short", True, board.now)
    board.advance(2)
    board.switches.put("short", False, board.now)
    board.advance(2)
    board.switches.put("short", True, board.now, lasts=60.0)
    board.advance(30)
    assert board.switches.is_on("short")
    board.advance(30.1)
    assert not board.switches.is_on("short")


def test_any_switch_may_be_put_on_for_a_time(board: Board) -> None:
    board.switches.put("a", True, board.now, lasts=5.0)
    board.advance(5.1)
    assert not board.switches.is_on("a")
    board.switches.put("a", True, board.now)
    board.advance(1e6)
    assert board.switches.is_on("a")


def test_a_switch_that_is_on_from_the_beginning_lasts_from_the_beginning() -> None:
    board = Board()
    board.define(s=Switch(active=True, lasts=10.0))
    board.advance(9)
    assert board.switches.is_on("s")
    board.advance(1.1)
    assert not board.switches.is_on("s")


def test_defining_anew_leaves_switches_as_they_stand(board: Board) -> None:
    board.switches.put("a", True, board.now)
    board.switches.put("b", False, board.now)
    board.switches.put("short", True, board.now)
    board.advance(5)
    board.define(a=Switch("Other label"), b=Switch(active=True), short=Switch(lasts=99.0), new=Switch(active=True))
    assert [board.switches.is_on(name) for name in ("a", "b", "short", "new")] == [True, False, True, True]
    found = board.switches.get("a")
    assert found is not None
    assert found.label == "Other label"
    board.advance(5.1)
    assert not board.switches.is_on("short")
    board.switches.put("short", True, board.now)
    board.advance(98)
    assert board.switches.is_on("short")


def test_a_switch_that_is_gone_is_off_and_comes_back_as_it_is_defined(board: Board) -> None:
    board.switches.put("short", True, board.now)
    board.define(a=Switch())
    assert not board.switches.is_on("short")
    board.advance(1)
    board.define(short=Switch(active=True, lasts=60.0))
    # The end that was planned for the former switch of this name is not the end of this one.
    board.advance(10)
    assert board.switches.is_on("short")
