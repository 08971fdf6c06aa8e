"""What is still to happen, in order and in ticks."""

import itertools
from collections.abc import Iterator

from hypothesis import given
from hypothesis import strategies as st

from smsc_sim.sim.timeline import TICK, Event, Pending, Timeline

START = 1_772_366_400.0


class Mark:
    def __init__(self, name: str = "") -> None:
        self.name = name
        self.fired: list[float] = []

    def fire(self, now: float) -> None:
        self.fired.append(now)

    def describe(self, due: float) -> Iterator[Pending]:
        yield Pending(due, "switch", text=self.name)


def take_due(timeline: Timeline, now: float) -> list[tuple[float, Event]]:
    taken = []
    while (due := timeline.due_by(now)) is not None:
        taken.append((due, timeline.take()))
    return taken


instants = st.floats(0.0, 30.0).map(lambda seconds: START + seconds) | st.integers(0, 500).map(
    lambda ticks: ticks * TICK
)


def test_nothing_waits_at_first() -> None:
    timeline = Timeline()
    assert len(timeline) == 0
    assert timeline.next_due() is None
    assert take_due(timeline, START) == []
    assert list(timeline) == []


def test_events_of_one_instant_keep_their_order() -> None:
    timeline = Timeline()
    marks = [Mark() for _ in range(10)]
    for mark in marks:
        timeline.add(START, mark)
    assert [event for _, event in take_due(timeline, START)] == marks


def test_what_is_later_in_the_same_tick_waits() -> None:
    timeline = Timeline()
    first, second, third = Mark("first"), Mark("second"), Mark("third")
    timeline.add(START + 0.015, third)
    timeline.add(START + 0.001, first)
    timeline.add(START + 0.010, second)
    assert take_due(timeline, START + 0.010) == [(START + 0.001, first), (START + 0.010, second)]
    assert len(timeline) == 1
    assert list(timeline) == [(START + 0.015, third)]
    assert take_due(timeline, START + 1) == [(START + 0.015, third)]
    assert timeline.next_due() is None


def test_looking_at_what_waits_takes_nothing() -> None:
    timeline = Timeline()
    marks = {START + offset: Mark() for offset in (5.0, 0.25, 60.0, 0.26)}
    for due, mark in marks.items():
        timeline.add(due, mark)
    expected: list[tuple[float, Event]] = [*sorted(marks.items())]
    assert list(timeline) == expected
    assert len(timeline) == 4
    assert take_due(timeline, START + 100) == expected


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
        assert take_due(timeline, now) == expected
        waiting = waiting[len(expected) :]
        assert take_due(timeline, now) == []
    assert timeline.next_due() is None


@given(instants)
def test_an_event_is_due_when_the_timeline_says_so(due: float) -> None:
    # Otherwise a driver that sleeps until then would wake in vain, and again, and again.
    timeline = Timeline()
    timeline.add(due, Mark())
    wake = timeline.next_due()
    assert wake is not None
    assert due <= wake <= due + TICK + 1e-6
    assert len(take_due(timeline, wake)) == 1


def test_what_is_added_while_its_tick_is_taken_finds_its_place() -> None:
    timeline = Timeline()
    names = iter("abcdef")
    marks = {offset: Mark(next(names)) for offset in (0.001, 0.009)}
    for offset, mark in marks.items():
        timeline.add(START + offset, mark)
    assert timeline.due_by(START + 1) == START + 0.001
    assert timeline.take() is marks[0.001]
    between, same, before = Mark("between"), Mark("same"), Mark("before")
    timeline.add(START + 0.005, between)
    timeline.add(START + 0.009, same)
    timeline.add(START - 9.0, before)
    assert timeline.next_due() == (int((START - 9.0) / TICK) + 1) * TICK
    assert timeline.first_due() == START - 9.0
    assert len(timeline) == 4
    assert [event for _, event in timeline] == [before, between, marks[0.009], same]
    assert [event for _, event in take_due(timeline, START + 1)] == [before, between, marks[0.009], same]
    assert timeline.first_due() is None
    assert len(timeline) == 0


def test_the_first_event_is_known_before_its_tick() -> None:
    timeline = Timeline()
    timeline.add(START + 0.013, Mark())
    timeline.add(START + 0.011, Mark())
    timeline.add(START + 5.0, Mark())
    assert timeline.first_due() == START + 0.011
    assert timeline.due_by(START + 0.010) is None
    assert timeline.first_due() == START + 0.011


@given(st.lists(instants, max_size=40), st.integers(0, 12), instants)
def test_what_comes_next_is_the_beginning_of_all(dues: list[float], limit: int, looked_until: float) -> None:
    timeline = Timeline()
    for number, due in enumerate(dues):
        timeline.add(due, Mark(str(number)))
    # The slot that is looked at last is kept sorted, apart from the others.
    timeline.due_by(looked_until)
    everything = [pending for due, event in timeline for pending in event.describe(due)]
    assert timeline.upcoming(limit) == everything[:limit]
    assert len(timeline) == len(dues)


def test_one_event_may_concern_many_messages_of_which_a_few_are_shown() -> None:
    class Many(Mark):
        def describe(self, due: float) -> Iterator[Pending]:
            for number in itertools.count():
                yield Pending(due, "receipt", "alpha", 3, str(number), "DELIVERED")

    timeline = Timeline()
    timeline.add(START, Many())
    assert [pending.message_id for pending in timeline.upcoming(3)] == ["0", "1", "2"]


def test_what_is_to_happen_in_words() -> None:
    assert str(Pending(START, "receipt", "alpha", 3, "17", "DELIVERED")) == (
        "receipt DELIVERED of message 17 on s3 for alpha"
    )
    assert str(Pending(START, "switch", text="night off")) == "switch night off"
