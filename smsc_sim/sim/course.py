"""The course of things: what happens by itself, on the two timelines of an SMSC, in order."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from smsc_sim.sim.log_lines import Note
from smsc_sim.sim.timeline import Event, Pending

if TYPE_CHECKING:
    from smsc_sim.sim.smsc import Smsc


def run_until(smsc: Smsc, now: float, limit: int = sys.maxsize) -> None:
    """Let everything happen that is due at or before ``now``, in order, each at the instant that it was due.

    So it does not matter how often this is called, and how late.  After ``limit`` events the rest waits for the
    next time.
    """
    messages, timers = smsc.timeline, smsc.timers
    checks = timers.timeline
    timers.sockets_now = now
    for _ in range(limit):
        due, check = messages.due_by(now), checks.due_by(now)
        if due is not None and (check is None or due <= check):
            smsc.fire(messages.take(), due)
        elif check is not None:
            smsc.fire(checks.take(), check)
        else:
            break
    timers.sockets_now = None


def fire(smsc: Smsc, event: Event, due: float, tell: Callable[[Iterable[Pending]], None] | None = None) -> None:
    """Let an event happen that was taken from a timeline.

    Its instant is ``due``, but never before what happened earlier: an event may be added too late.
    ``tell`` is told before what the event is.
    """
    smsc.reached = now = max(due, smsc.reached)
    try:
        if tell is not None:
            tell(event.describe(now))
        event.fire(now)
    except Exception as error:
        smsc.counters.internal_errors += 1
        text = f"internal error {error!r} in {type(event).__name__}"
        smsc.notes.append(Note("error", "timeline", "event", "", text))


def next_due(smsc: Smsc) -> float | None:
    """The instant at which :func:`run_until` is to be called next, or None when nothing is to come."""
    due, check = smsc.timeline.next_due(), smsc.timers.timeline.next_due()
    return check if due is None or (check is not None and check < due) else due
