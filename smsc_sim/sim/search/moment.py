"""Points in time as people write them in a search: absolute, so long ago, or a time of day. All in UTC."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Final, Literal

from smsc_sim.scenario.value_kind import BadValue
from smsc_sim.scenario.values import parse_duration
from smsc_sim.scenario.when import SECONDS_OF_DAY

_DATE: Final = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}([T ][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6})?)?(Z|[+-][0-9]{2}:[0-9]{2})?)?", re.ASCII
)
_TIME_OF_DAY: Final = re.compile(r"([01]?[0-9]|2[0-3]):([0-5][0-9])(?::([0-5][0-9]))?Z?", re.ASCII)
_LIKE_A_TIME: Final = re.compile(r"[0-9]{1,2}:[0-9:]*", re.ASCII)
_SHORT_FRACTION: Final = re.compile(r"\.([0-9]{1,5})(?![0-9])", re.ASCII)


@dataclass(frozen=True, slots=True)
class Moment:
    """A point in time that may depend on when one asks."""

    kind: Literal["at", "ago", "daily"]
    seconds: float
    """``at``: since the epoch; ``ago``: before now; ``daily``: after midnight UTC, the last time it was so late."""

    def instant(self, now: float) -> float:
        """Seconds since the epoch, when it is ``now``."""
        if self.kind == "at":
            return self.seconds
        if self.kind == "ago":
            return now - self.seconds
        today = now - now % SECONDS_OF_DAY + self.seconds
        return today if today <= now else today - SECONDS_OF_DAY


def read_moment(text: str) -> Moment:
    """A moment from "2026-11-27T06:00" (Z or an offset may follow), "2026-11-27", "06:00" or "10m". Raises BadValue."""
    if _DATE.fullmatch(text):
        return Moment("at", _instant(text))
    if found := _TIME_OF_DAY.fullmatch(text):
        return Moment("daily", float(int(found[1]) * 3600 + int(found[2]) * 60 + int(found[3] or 0)))
    if _LIKE_A_TIME.fullmatch(text):
        raise BadValue(text, "is no time of day; write for example 06:00 or 23:59:59")
    try:
        return Moment("ago", parse_duration(text))
    except BadValue as bad:
        if bad.reason.startswith("is not a duration"):
            raise BadValue(text, "is no time; write for example 10m (ago), 06:00 or 2026-11-27T06:00") from None
        raise


def _instant(text: str) -> float:
    # Until Python 3.11 a fraction must have three or six digits and UTC cannot be called Z.
    text = _SHORT_FRACTION.sub(lambda found: "." + found[1].ljust(6, "0"), text.replace("Z", "+00:00"))
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise BadValue(text, "is no date of the calendar, or no time of a day") from None
    return (moment if moment.tzinfo is not None else moment.replace(tzinfo=timezone.utc)).timestamp()
