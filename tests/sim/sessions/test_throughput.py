"""The sliding window."""

from hypothesis import given
from hypothesis import strategies as st

from smsc_sim.scenario.values import Rate
from smsc_sim.sim.sessions.throughput import SlidingWindow


def test_so_many_fit_into_the_window_and_then_none() -> None:
    window = SlidingWindow(Rate(2, 10.0))
    assert [window.admit(now) for now in (0.0, 1.0, 2.0, 9.999)] == [True, True, False, False]


def test_an_instant_leaves_the_window_exactly_its_length_later() -> None:
    window = SlidingWindow(Rate(1, 10.0))
    assert window.admit(100.0)
    assert not window.admit(109.999)
    assert window.admit(110.0)


def test_refused_messages_do_not_fill_it() -> None:
    # 8 a second against a limit of 5/s: 5 a second come through, second after second.
    window = SlidingWindow(Rate(5))
    admitted = [window.admit(eighth / 8) for eighth in range(8 * 10)]
    assert [sum(admitted[start : start + 8]) for start in range(0, 80, 8)] == [5] * 10


@given(
    st.integers(1, 5),
    st.sampled_from([1.0, 60.0]),
    st.lists(st.integers(0, 200).map(lambda tenths: tenths / 10), max_size=60).map(sorted),
)
def test_no_window_holds_more_and_none_is_refused_without_need(
    count: int, seconds: float, instants: list[float]
) -> None:
    window = SlidingWindow(Rate(count, seconds))
    admitted: list[float] = []
    for now in instants:
        within = sum(now - seconds < earlier for earlier in admitted)
        assert window.admit(now) == (within < count)
        if within < count:
            admitted.append(now)
