"""What leaves at a rate."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smsc_sim.scenario.values import Pace
from smsc_sim.sim.delivery.flush import Flush


def test_the_first_leaves_at_once_and_the_others_evenly() -> None:
    flush = Flush(Pace(10, 1.0), 25, 100.0)
    assert flush.allowance(100.0) == 1
    flush.sent(1)
    assert flush.allowance(100.09) == 0
    assert flush.next_at == pytest.approx(100.1)
    assert flush.allowance(100.11) == 1


def test_no_more_leave_than_there_are() -> None:
    flush = Flush(Pace(1000, 1.0), 3, 100.0)
    assert flush.allowance(100.05) == 3
    flush.sent(3)
    assert (flush.left, flush.allowance(101.0)) == (0, 0)


def test_a_long_pause_is_not_made_up_for() -> None:
    flush = Flush(Pace(100, 1.0), 1000, 100.0)
    assert flush.allowance(160.0) == 1


@given(
    count=st.integers(1, 5000),
    seconds=st.sampled_from([1.0, 60.0, 3600.0]),
    pauses=st.lists(st.floats(0.0, 0.08), min_size=1, max_size=60),
)
def test_looked_at_often_enough_it_keeps_to_the_rate(count: int, seconds: float, pauses: list[float]) -> None:
    flush = Flush(Pace(count, seconds), 10_000_000, 1000.0)
    now, sent = 1000.0, 0
    for pause in pauses:
        now += pause
        allowed = flush.allowance(now)
        flush.sent(allowed)
        sent += allowed
        exact = (now - 1000.0) * count / seconds + 1
        assert exact - 1.001 <= sent <= exact + 0.001
