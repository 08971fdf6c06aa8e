"""What is still to happen, in order and in ticks."""

import itertools

from hypothesis import given
from hypothesis import strategies as st

from smsc_sim.sim.timeline import TICK, Timeline

START = 1_772_366_400.0


class Mark:
    def __init__(self, name: str = "") -> None:
        self.name = name
        self.fired: list[float] = []

    def fire(self, now: float) -> None:
        self.fired.append(now)


instants = st.floats(0.0, 30.0).map(lambda seconds: START + seconds) | st.integers(0, 500).map(
    lambda ticks: ticks * TICK
)


def test_nothing_waits_at_first() -> None:
    timeline = Timeline()
    assert len(timeline) == 0
    assert timeline.next_due() is None
    assert timeline.take_due(START) == []
    assert list(timeline) == []


def test_events_of_one_instant_keep_their_order() -> None:
    timeline = Timeline()
    marks = [Mark() for _ in range(10)]
    for mark in marks:
        timeline.add(START, mark)
    assert [event for _, event in timeline.take_due(START)] == marks


def test_what_is_later_in_the_same_tick_waits() -> None:
    timeline = Timeline()
    first, second, third = Mark("first"), Mark("second"), Mark("third")
    timeline.add(START + 0.015, third)
    timeline.add(START + 0.001, first)
    timeline.add(START + 0.010, second)
    assert timeline.take_due(START + 0.010) == [(START + 0.001, first), (START + 0.010, second)]
    assert len(timeline) == 1
    assert list(timeline) == [(START + 0.015, third)]
    assert timeline.take_due(START + 1) == [(START + 0.015, third)]
    assert timeline.next_due() is None


def test_looking_at_what_waits_takes_nothing() -> None:
    timeline = Timeline()
    marks = {START + offset: Mark() for offset in (5.0, 0.25, 60.0, 0.26)}
    for due, mark in marks.items():
        timeline.add(due, mark)
    assert list(timeline) == sorted(marks.items())
    assert len(timeline) == 4
    assert timeline.take_due(START + 100) == sorted(marks.items())


def test_next_due_is_at_most_a_tick_after_the_earliest_event() -> None:
    timeline = Timeline()
    timeline.add(START + 10, Mark())
    timeline.add(START + 1.001, Mark())
    due = timeline.next_due()
    assert due is not None
    assert START + 1.001 <= due <= START + 1.001 + TICK


@given(st.lists(instants, max_size=40), st.lists(instants, max_size=10))
def test_everything_is_taken_once_when_it_is_due_and_in_order(dues: list[float], looks: list[float]) -> None:
    timeline = Timeline()
    waiting = []
    for due in dues:
        mark = Mark()
        timeline.add(due, mark)
        waiting.append((due, mark))
    waiting.sort(key=lambda entry: entry[0])
    for now in [*sorted(looks), START + 100]:
        assert len(timeline) == len(waiting)
        expected = list(itertools.takewhile(lambda entry, now=now: entry[0] <= now, waiting))  # type: ignore[misc]
        assert timeline.take_due(now) == expected
        waiting = waiting[len(expected) :]
        assert timeline.take_due(now) == []
    assert timeline.next_due() is None


@given(instants)
def test_an_event_is_due_when_the_timeline_says_so(due: float) -> None:
    # Otherwise a driver that sleeps until then would wake in vain, and again, and again.
    timeline = Timeline()
    timeline.add(due, Mark())
    wake = timeline.next_due()
    assert wake is not None
    assert due <= wake <= due + TICK + 1e-6
    assert len(timeline.take_due(wake)) == 1
