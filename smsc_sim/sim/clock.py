"""The clock of the messages when it is moved by hand: it stands still, and a day passes when somebody says so."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from smsc_sim.sim.timeline import Pending

if TYPE_CHECKING:
    from smsc_sim.sim.smsc import Smsc

REPORTED = 1_000
"""Entries of a report; what is beyond is counted."""

EVENTS_IN_STEP = 500
"""Events of one instant that happen in one step, so that a step is short."""

STEPS_AT_ONE_INSTANT = 10_000
"""Steps after which an instant that brings forth ever more of itself is given up."""

GRAIN = 1e-6
"""Seconds that an instant may lose as a float and as a date: so much later than the end of a move is still in it."""

LATEST = 4_102_444_800.0
"""2100-01-01 00:00 UTC in seconds since the epoch: years of two digits, as receipts have them, end there."""


class ClockError(ValueError):
    """The clock cannot be moved so; the text says why."""


@dataclass(frozen=True, slots=True)
class AdvanceReport:
    """What one move of the clock has brought."""

    start: float
    """Where the clock stood, seconds since the epoch."""
    end: float
    """Where it stands now."""
    fired: tuple[Pending, ...]
    """What fell due, in the order in which it happened, the first :data:`REPORTED` of it; ``due`` is the instant."""
    more: int
    """How many more there were."""


class ManualClock:
    """Where the clock of the messages stands."""

    __slots__ = ("now", "smsc")

    def __init__(self, smsc: Smsc, now: float) -> None:
        """``now``: where it stands at first, seconds since the epoch; it never goes back."""
        self.smsc = smsc
        self.now = now

    def after(self, seconds: float) -> float:
        """The instant so many seconds from now.  Raises ClockError for one that cannot be moved to."""
        return self.at(self.now + seconds)

    def at(self, instant: float) -> float:
        """The instant, if the clock can be moved there.  Raises ClockError."""
        if not instant >= self.now:
            raise ClockError("the clock does not go back")
        if instant > LATEST:
            raise ClockError("the clock does not go beyond the year 2099")
        return instant

    def at_next(self) -> float:
        """The instant of the next event, or the present one when nothing is to come."""
        due = self.smsc.timeline.first_due()
        return self.now if due is None else max(self.now, min(due, LATEST))


class Advance:
    """One move of a clock, step by step: everything that is due on the way happens at its own instant, in order.

    Between two steps the caller carries out what the SMSC wants, so that everything leaves in the order in which it
    fell due, and the ESMEs may answer: what they cause happens at the instant at which the clock stands then.
    """

    __slots__ = ("_clock", "_fired", "_more", "_start", "_steps", "_until")

    def __init__(self, clock: ManualClock, until: float) -> None:
        """``until``: seconds since the epoch, not before the clock's present instant."""
        self._clock = clock
        self._start = clock.now
        self._until = until
        self._fired: list[Pending] = []
        self._more = 0
        self._steps = 0

    def step(self) -> bool:
        """Move to the next instant at which something is due and let it happen; False: nothing more is on the way.

        Events that others bring forth on the way are on the way, too.  Raises ClockError when they never end.
        """
        clock = self._clock
        timeline = clock.smsc.timeline
        first = timeline.due_by(self._until + GRAIN)
        if first is None:
            clock.now = max(clock.now, self._until)
            return False
        if first > clock.now:
            clock.now = first
            self._steps = 0
        self._steps += 1
        if self._steps > STEPS_AT_ONE_INSTANT:
            raise ClockError("events at one instant bring forth ever more events at that instant")
        for _ in range(EVENTS_IN_STEP):
            clock.smsc.fire(timeline.take(), clock.now, self._tell)
            if timeline.due_by(clock.now) is None:
                break
        return True

    def report(self) -> AdvanceReport:
        """What has happened so far."""
        return AdvanceReport(self._start, self._clock.now, tuple(self._fired), self._more)

    def _tell(self, told: Iterable[Pending]) -> None:
        for pending in told:
            if len(self._fired) < REPORTED:
                self._fired.append(pending)
            else:
                self._more += 1
