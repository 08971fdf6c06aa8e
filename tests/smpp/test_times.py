from datetime import datetime, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smsc_sim.smpp.times import LONGEST_RELATIVE, TimeError, format_absolute, format_relative, parse_time


def at(*parts: int) -> float:
    """The instant of a UTC date: year, month, day, hour, minute, second."""
    return datetime(*parts, tzinfo=timezone.utc).timestamp()  # type: ignore[misc,arg-type]


NOW = at(2026, 11, 22, 6, 0, 0)
INSTANTS = st.integers(int(at(2000, 1, 1)), int(at(2099, 12, 31)))


# By hand from SMPP 3.4 section 7.1.1; the third is local time five hours behind UTC, the fourth twelve ahead.
@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("261122061500000+", at(2026, 11, 22, 6, 15)),
        ("261122061500000-", at(2026, 11, 22, 6, 15)),
        ("261122011500020-", at(2026, 11, 22, 6, 15)),
        ("261122181500048+", at(2026, 11, 22, 6, 15)),
        ("261122181500048-", at(2026, 11, 23, 6, 15)),
        ("150203040506708+", at(2015, 2, 3, 2, 5, 6) + 0.7),
        ("240229000000000+", at(2024, 2, 29)),
        ("991231235959900+", at(1999, 12, 31, 23, 59, 59) + 0.9),
        ("760101000000000+", at(1976, 1, 1)),
        ("750101000000000+", at(2075, 1, 1)),
    ],
)
def test_absolute(text: str, instant: float) -> None:
    assert parse_time(text, NOW) == pytest.approx(instant, abs=1e-6)


@given(INSTANTS, st.integers(0, 99))
def test_the_century_is_the_nearest(now: int, two_digits: int) -> None:
    instant = parse_time(f"{two_digits:02d}0101000000000+", now)
    assert instant is not None
    year = datetime.fromtimestamp(instant, timezone.utc).year
    current = datetime.fromtimestamp(now, timezone.utc).year
    assert year % 100 == two_digits
    assert current - 50 <= year < current + 50


# By hand from SMPP 3.4 section 7.1.1.2, whose own example is the first text; `t` and `nn` are ignored (the last ones).
@pytest.mark.parametrize(
    ("text", "now", "instant"),
    [
        ("020610233429000R", at(2026, 1, 1), at(2028, 7, 11, 23, 34, 29)),
        ("000000000000000R", NOW, NOW),
        ("000000000001000R", NOW + 0.25, NOW + 1.25),
        ("000007000000000R", NOW, at(2026, 11, 29, 6)),
        ("000000480000000R", NOW, at(2026, 11, 24, 6)),
        ("000100000000000R", at(2027, 1, 31), at(2027, 2, 28)),
        ("000100000000000R", at(2028, 1, 31), at(2028, 2, 29)),
        ("010000000000000R", at(2028, 2, 29, 12), at(2029, 2, 28, 12)),
        ("000101000000000R", at(2027, 1, 31), at(2027, 3, 1)),
        ("000200000000000R", at(2026, 11, 30), at(2027, 1, 30)),
        ("000100000000000R", at(2026, 11, 15), at(2026, 12, 15)),
        ("999999999999999R", at(2026, 1, 1), at(2133, 4, 1) + 99 * 90061),
        ("000000000001512R", NOW, NOW + 1),
        ("000000000001099R", NOW, NOW + 1),
    ],
)
def test_relative(text: str, now: float, instant: float) -> None:
    assert parse_time(text, now) == pytest.approx(instant, abs=1e-6)


def test_an_empty_field_is_no_time() -> None:
    assert parse_time("", NOW) is None


@pytest.mark.parametrize(
    "text",
    [
        "2611220615",
        "261122061500",
        "261122061500000",
        "261122061500000+0",
        "261122061500000 ",
        "261122061500000r",
        "26112206150000A+",
        "２61122061500000+",
        "+61122061500000+",
        "261122061500000+\n",
        "000000000001000",
        "260022061500000+",
        "261322061500000+",
        "261100061500000+",
        "261132061500000+",
        "261131061500000+",
        "270229000000000+",
        "261122240000000+",
        "261122066000000+",
        "261122060060000+",
        "261122061500049+",
        "261122061500099-",
    ],
)
def test_what_is_no_time(text: str) -> None:
    with pytest.raises(TimeError) as raised:
        parse_time(text, NOW)
    assert repr(text) in str(raised.value)


@given(st.text(max_size=20))
def test_any_text_is_a_time_or_an_error(text: str) -> None:
    try:
        instant = parse_time(text, NOW)
    except TimeError:
        return
    assert (instant is None) == (not text)


@given(st.from_regex(r"[0-9]{15}[-+R]", fullmatch=True))
def test_any_digits_are_a_time_or_an_error(text: str) -> None:
    try:
        instant = parse_time(text, NOW)
    except TimeError:
        assert text[-1] != "R"
    else:
        assert instant is not None
        assert instant >= NOW or text[-1] != "R"


@pytest.mark.parametrize(
    ("instant", "quarter_hours", "text"),
    [
        (at(2026, 11, 22, 6, 15), 0, "261122061500000+"),
        (at(2026, 11, 22, 6, 15) + 0.99, 4, "261122071500904+"),
        (at(2026, 11, 22, 6, 15), -20, "261122011500020-"),
        (at(2026, 12, 31, 23, 59, 59) + 0.3, 1, "270101001459301+"),
    ],
)
def test_format_absolute(instant: float, quarter_hours: int, text: str) -> None:
    assert format_absolute(instant, quarter_hours) == text


@given(INSTANTS, st.integers(0, 9), st.integers(-48, 48))
def test_parse_reverses_format_absolute(second: int, tenths: int, quarter_hours: int) -> None:
    instant = second + tenths / 10
    text = format_absolute(instant, quarter_hours)
    assert len(text) == 16
    assert parse_time(text, instant) == pytest.approx(instant, abs=1e-6)


@given(st.integers(0, LONGEST_RELATIVE - 1), INSTANTS)
def test_parse_reverses_format_relative(seconds: int, now: int) -> None:
    text = format_relative(seconds)
    assert len(text) == 16
    assert parse_time(text, now) == now + seconds


def test_format_relative_cuts_to_seconds() -> None:
    assert format_relative(90_061.9) == "000001010101000R"


@pytest.mark.parametrize("seconds", [-0.1, LONGEST_RELATIVE])
def test_format_relative_has_bounds(seconds: float) -> None:
    with pytest.raises(ValueError, match="use an absolute time"):
        format_relative(seconds)


@pytest.mark.parametrize("quarter_hours", [-49, 49])
def test_format_absolute_has_bounds(quarter_hours: int) -> None:
    with pytest.raises(ValueError, match="quarter hours"):
        format_absolute(NOW, quarter_hours)
