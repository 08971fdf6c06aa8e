import pytest
from hypothesis import given
from hypothesis import strategies as st

from smsc_sim.scenario.amount import Amount, normal_quantile

DRAWS = st.floats(0, 1, exclude_max=True)


def test_a_fixed_amount_is_always_the_same() -> None:
    assert [Amount.fixed(3).draw(u) for u in (0.0, 0.5, 0.999)] == [3, 3, 3]


@given(DRAWS)
def test_a_range_is_even(u: float) -> None:
    assert Amount.between(2, 6).draw(u) == pytest.approx(2 + 4 * u)


def test_a_long_tail_has_its_median_and_its_99th_percentile() -> None:
    tail = Amount.tail(0.2, 4)
    assert tail.draw(0.5) == pytest.approx(0.2)
    assert tail.draw(0.99) == pytest.approx(4)
    assert tail.draw(0.01) == pytest.approx(0.01)
    assert Amount.tail(1, 1).draw(0.99) == 1


@given(st.tuples(DRAWS, DRAWS).map(sorted))
def test_a_greater_draw_is_no_smaller_amount(draws: list[float]) -> None:
    tail = Amount.tail(0.2, 4)
    low, high = (tail.draw(u) for u in draws)
    assert 0 < low <= high * (1 + 1e-9)
    assert high < 3600


# National Institute of Standards and Technology, Engineering Statistics Handbook, 1.3.6.7.1.
@pytest.mark.parametrize(
    ("u", "value"), [(0.5, 0.0), (0.841344746, 1.0), (0.95, 1.644853627), (0.975, 1.959963985), (0.99, 2.326347874)]
)
def test_quantiles_of_the_normal_distribution(u: float, value: float) -> None:
    assert normal_quantile(u) == pytest.approx(value, abs=2e-5)
    assert normal_quantile(1 - u) == pytest.approx(-value, abs=2e-5)


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        (Amount.fixed(3), "3s"),
        (Amount.between(0.5, 4), "500ms..4s"),
        (Amount.tail(0.1, 2), "median 100ms, p99 2s"),
    ],
)
def test_it_says_what_it_is(amount: Amount, text: str) -> None:
    assert str(amount) == text
