"""Waiting until something about sessions is so, without looking again and again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from twisted.internet.defer import Deferred

from smsc_sim.sim.journal import Entry
from smsc_sim.sim.journal.notes import SessionNote
from smsc_sim.web.console import Console

LONGEST_WAIT: Final = 60.0
"""Seconds."""


def until(console: Console, is_so: Callable[[], bool], within: float) -> Deferred[bool]:
    """Fires with True when it is so, with False after ``within`` seconds; looked at whenever a session changes.

    Whoever cancels it waits no longer.
    """
    journal = console.smsc.journal
    reactor = console.reactor
    planned = False

    def told(entry: Entry) -> None:
        nonlocal planned
        # Not at once: the session that the note is about may be in the midst of its change.
        if isinstance(entry, SessionNote) and not planned:
            planned = True
            reactor.callLater(0, look)

    def look() -> None:
        nonlocal planned
        planned = False
        if not waiting.called and is_so():
            waiting.callback(True)

    def over(result: bool) -> bool:
        journal.unsubscribe(told)
        if late.active():
            late.cancel()
        return result

    waiting: Deferred[bool] = Deferred()
    late = reactor.callLater(within, lambda: waiting.callback(False))
    journal.subscribe(told)
    waiting.addBoth(over)
    look()
    return waiting
