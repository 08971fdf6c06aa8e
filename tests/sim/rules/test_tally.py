"""Counting by key in bounded memory."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from smsc_sim.scenario.values import Rate
from smsc_sim.sim.rules.tally import RateTally, Tally
from smsc_sim.sim.sessions.throughput import SlidingWindow


@given(st.lists(st.integers(0, 5), max_size=40))
def test_each_key_is_counted_by_itself(keys: list[int]) -> None:
    tally = Tally()
    counted: Counter[int] = Counter()
    for key in keys:
        assert tally.seen(key) == counted[key]
        assert tally.count(key) == counted[key]
        counted[key] += 1
    assert len(tally) == len(counted)
    assert tally.forgotten == 0


def test_the_key_that_was_counted_least_recently_is_forgotten() -> None:
    tally = Tally(2)
    assert [tally.count(key) for key in ("a", "b", "a", "c", "a", "b")] == [0, 0, 1, 0, 2, 0]
    assert tally.forgotten == 2
    assert len(tally) == 2


@given(st.lists(st.integers(0, 9), max_size=60), st.integers(1, 5))
def test_memory_is_bounded_and_what_is_forgotten_is_counted(keys: list[int], limit: int) -> None:
    tally, rates = Tally(limit), RateTally(Rate(1), limit)
    for instant, key in enumerate(keys):
        tally.count(key)
        rates.above(key, instant / 100)
        assert len(tally) <= limit
        assert len(rates) <= limit
    kept = len(dict.fromkeys(reversed(keys))) - len(tally)
    assert tally.forgotten >= kept
    assert rates.forgotten == tally.forgotten


def test_looking_at_a_key_neither_counts_nor_keeps_it() -> None:
    tally = Tally(2)
    tally.count("a")
    tally.count("b")
    assert tally.seen("a") == 1
    assert tally.seen("c") == 0
    tally.count("c")
    assert tally.seen("a") == 0


def test_a_tally_that_is_cleared_begins_anew() -> None:
    tally, rates = Tally(1), RateTally(Rate(1), 1)
    for key in ("a", "b"):
        tally.count(key)
        rates.above(key, 0.0)
    assert (tally.forgotten, rates.forgotten) == (1, 1)
    tally.clear()
    rates.clear()
    assert (len(tally), tally.forgotten, len(rates), rates.forgotten) == (0, 0, 0, 0)
    assert tally.count("b") == 0
    assert not rates.above("b", 0.0)


@given(
    st.lists(st.tuples(st.sampled_from("ab"), st.integers(0, 100).map(lambda tenths: tenths / 10)), max_size=40).map(
        lambda events: sorted(events, key=lambda event: event[1])
    ),
    st.integers(1, 3),
)
def test_each_key_has_a_sliding_window_of_its_own(events: list[tuple[str, float]], count: int) -> None:
    rates = RateTally(Rate(count))
    windows = {key: SlidingWindow(Rate(count)) for key in "ab"}
    for key, instant in events:
        assert rates.above(key, instant) is not windows[key].admit(instant)
