"""The time fields of SMPP: schedule_delivery_time, validity_period and final_date (SMPP 3.4 section 7.1.1).

Sixteen characters "YYMMDDhhmmsstnnp": an absolute local time with tenths of a second and its difference
from UTC in quarter hours, or, with "R" at the end, years to seconds from now. Instants here are seconds
since the Unix epoch, UTC.
"""

from __future__ import annotations

import calendar
import re
from datetime import datetime, timedelta, timezone
from typing import Final

QUARTER_HOUR: Final = 900
"""Seconds."""

LONGEST_RELATIVE: Final = 100 * 86_400
"""Seconds; a span this long needs months in the relative format, and how long those are depends on the
date.
"""

_FORMAT: Final = re.compile(r"([0-9]{2})([0-9]{2})([0-9]{2})([0-9]{2})([0-9]{2})([0-9]{2})([0-9])([0-9]{2})([-+R])")

# Not datetime.fromtimestamp, which refuses instants before 1970 on some systems.
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=timezone.utc)


class TimeError(ValueError):
    """The text is no SMPP time; the status to answer depends on the field (ESME_RINVSCHED,
    ESME_RINVEXPIRY).
    """


def parse_time(text: str, now: float) -> float | None:
    """The instant that `text` (the field without its NUL) means at `now`; None for the empty field.

    An absolute time may lie in the past; judging that is the caller's part. Its century is the one that
    brings the year closest to the year of `now`. A relative time is counted on the calendar in UTC: years
    and months first, a day that the month reached lacks becoming its last, then days to seconds; `t` and
    `nn` are ignored (section 7.1.1.2). Raises TimeError for what is neither.
    """
    if not text:
        return None
    match = _FORMAT.fullmatch(text)
    if match is None:
        raise TimeError(f"{text!r} is not of the form YYMMDDhhmmsstnnp with p one of + - R")
    year, month, day, hour, minute, second, tenths, quarters = map(int, match.groups()[:8])
    if match[9] == "R":
        begin = _add_months(_EPOCH + timedelta(seconds=now), 12 * year + month)
        span = timedelta(days=day, hours=hour, minutes=minute, seconds=second)
        return (begin + span - _EPOCH).total_seconds()
    if quarters > 48:
        raise TimeError(f"{text!r}: {quarters} quarter hours from UTC, at most 48 are allowed")
    try:
        local = datetime(_full_year(year, now), month, day, hour, minute, second, tenths * 100_000, timezone.utc)
    except ValueError as error:
        raise TimeError(f"{text!r}: {error}") from None
    ahead = quarters * QUARTER_HOUR if match[9] == "+" else -quarters * QUARTER_HOUR
    return (local - _EPOCH).total_seconds() - ahead


def format_absolute(instant: float, quarter_hours: int = 0) -> str:
    """The absolute form of `instant`, cut to a tenth of a second.

    `quarter_hours` (-48..48) is how far the local time that is written is ahead of UTC. Raises ValueError
    for other quarter_hours.
    """
    if not -48 <= quarter_hours <= 48:
        raise ValueError(f"{quarter_hours} quarter hours from UTC are not in -48..48")
    local = _EPOCH + timedelta(seconds=instant + quarter_hours * QUARTER_HOUR)
    sign = "-" if quarter_hours < 0 else "+"
    return f"{local:%y%m%d%H%M%S}{local.microsecond // 100_000}{abs(quarter_hours):02d}{sign}"


def format_relative(seconds: float) -> str:
    """The relative form of a span in seconds, cut to whole seconds, in days to seconds.

    Raises ValueError for a negative span and for one of LONGEST_RELATIVE or more.
    """
    if not 0 <= seconds < LONGEST_RELATIVE:
        raise ValueError(f"{seconds} seconds are not in 0..{LONGEST_RELATIVE - 1}; use an absolute time")
    minutes, second = divmod(int(seconds), 60)
    hours, minute = divmod(minutes, 60)
    day, hour = divmod(hours, 24)
    return f"0000{day:02d}{hour:02d}{minute:02d}{second:02d}000R"


def _full_year(two_digits: int, now: float) -> int:
    current = (_EPOCH + timedelta(seconds=now)).year
    return current - 50 + (two_digits - (current - 50)) % 100


def _add_months(begin: datetime, months: int) -> datetime:
    years, month = divmod(begin.month - 1 + months, 12)
    year = begin.year + years
    day = min(begin.day, calendar.monthrange(year, month + 1)[1])
    return begin.replace(year=year, month=month + 1, day=day)
