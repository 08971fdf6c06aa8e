import pytest

from smsc_sim.scenario.value_kind import BadValue
from smsc_sim.sim.search.moment import Moment, read_moment
from tests.sim.search.stored import NOW


@pytest.mark.parametrize(
    ("text", "ago"),
    [
        ("10m", 600),
        ("0", 0),
        ("2026-11-27T06:00", 0),
        ("2026-11-27T06:00Z", 0),
        ("2026-11-27T07:30:00+01:30", 0),
        ("2026-11-27 05:59:59.5", 0.5),
        ("2026-11-27", 6 * 3600),
        ("06:00", 0),
        ("5:59", 60),
        ("05:59:30", 30),
        ("06:01", 86400 - 60),
    ],
)
def test_moments(text: str, ago: float) -> None:
    assert read_moment(text).instant(NOW) == NOW - ago


def test_what_depends_on_now_is_no_fixed_time() -> None:
    assert read_moment("1h") == Moment("ago", 3600.0)
    assert read_moment("06:00").instant(NOW + 86400) == NOW + 86400


@pytest.mark.parametrize("text", ["", "soon", "24:00", "6:0", "2026-13-01", "2026-11-27T24:01", "10", "11y", "-1h"])
def test_what_is_no_moment(text: str) -> None:
    with pytest.raises(BadValue):
        read_moment(text)
