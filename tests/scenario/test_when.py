import pytest

from smsc_sim.scenario.when import ALWAYS, Between, CountGate, FieldCondition, SwitchTest, When
from tests.scenario.texts import rule

MIDNIGHT = 1795305600.0
"""2026-11-22 00:00:00 UTC."""


@pytest.mark.parametrize(
    ("between", "hours"),
    [
        (Between(2 * 3600, 3 * 3600), [2]),
        (Between(22 * 3600, 2 * 3600), [22, 23, 0, 1]),
        (Between(0, 3600), [0]),
        (Between(23 * 3600, 0), [23]),
    ],
)
def test_a_time_of_day_begins_and_ends(between: Between, hours: list[int]) -> None:
    assert [hour for hour in range(24) if between.holds(MIDNIGHT + hour * 3600)] == sorted(hours)
    assert between.holds(MIDNIGHT + between.start)
    assert not between.holds(MIDNIGHT + between.end)
    assert between.holds(MIDNIGHT + between.end + 86400 - 0.001)


def test_nothing_to_fail_is_always() -> None:
    assert ALWAYS.is_always
    assert not ALWAYS.has_gates
    assert not When(switch=SwitchTest("s")).is_always
    assert When(first=CountGate(1)).has_gates
    assert When(chance=0.0).has_gates
    condition = rule("when: {to: 1}").when.conditions[0]
    assert isinstance(condition, FieldCondition)
    assert not When((condition,)).is_always
    assert not When((condition,)).has_gates
