"""The driver: tells the SMSC what happens, carries out what it wants, and keeps the one timer."""

from __future__ import annotations

from collections.abc import Callable
from math import inf

from twisted.internet.interfaces import IDelayedCall, IReactorTime

from smsc_sim.net.storekeeper import Storekeeper
from smsc_sim.sim.log_lines import Note
from smsc_sim.sim.sessions.session import Session
from smsc_sim.sim.smsc import Smsc

EVENTS_IN_TURN = 5_000
"""Events that happen before sockets are looked at again; so many are due only after the process stood still."""


class Driver:
    """Stands between connections and one :class:`~smsc_sim.sim.smsc.Smsc`.

    After each event everything that it caused is written, one write for each session, and the timer is set to the
    earliest instant of the timelines.
    """

    def __init__(
        self, smsc: Smsc, reactor: IReactorTime, clock: Callable[[], float], log: Callable[[Note], None]
    ) -> None:
        """``clock()``: the instant in seconds since the epoch; ``log`` gets each note of the SMSC."""
        self.smsc = smsc
        self.clock = clock
        """The clock of the messages."""
        self.sockets = clock
        """The clock of the sockets: by which connections are waited for."""
        self._reactor = reactor
        self._log = log
        self._timer: IDelayedCall | None = None
        self._wake_at = inf
        self.storekeeper: Storekeeper | None = None
        """Takes over what is to be written, where messages are kept."""
        self._when_empty: Callable[[], None] | None = None

    def received(self, session: Session, data: bytes) -> None:
        """Octets came."""
        now = self.clock()
        self.smsc.receive(session, data, now)
        self.settle(now)

    def lost(self, session: Session, reason: str) -> None:
        """The connection is gone; ``reason`` is empty when it was closed in order."""
        now = self.clock()
        self.smsc.disconnected(session, now, reason)
        self.settle(now)
        self._tell_when_empty()

    def writable(self, session: Session, writable: bool) -> None:
        """The connection's buffer has filled up, or is empty again."""
        now = self.clock()
        self.smsc.writable(session, writable, now)
        self.settle(now)

    def settle(self, now: float) -> None:
        """Carry out what the last event left to do."""
        smsc = self.smsc
        if self.storekeeper is None:
            for session in smsc.take_touched():
                if session.link is not None:
                    session.link.carry_out(smsc.take_output(session, now), session.ending)
        else:
            self.storekeeper.carry_out(
                [
                    (session.link, smsc.take_output(session, now), session.ending)
                    for session in smsc.take_touched()
                    if session.link is not None
                ]
            )
        for note in smsc.take_notes():
            self._log(note)
        if smsc.timeline.wake < self._wake_at or smsc.timers.timeline.wake < self._wake_at:
            self._plan(now)

    def when_written(self, then: Callable[[], object]) -> None:
        """Call ``then`` when all that may leave now has left: at once, unless it waits for the store."""
        if self.storekeeper is None:
            then()
        else:
            self.storekeeper.when_released(then)

    def when_empty(self, then: Callable[[], None]) -> None:
        """Call ``then`` once, as soon as no connection is left (now, if there is none)."""
        self._when_empty = then
        self._tell_when_empty()

    def stop(self) -> None:
        """Forget the timer; nothing happens by itself any more."""
        if self._timer is not None and self._timer.active():
            self._timer.cancel()
        self._timer = None
        self._wake_at = inf

    def _tell_when_empty(self) -> None:
        if self._when_empty is not None and not self.smsc.sessions:
            then, self._when_empty = self._when_empty, None
            then()

    def _plan(self, now: float) -> None:
        """Set the timer to what is to happen next."""
        due = self.smsc.next_due()
        if due is not None and due < self._wake_at:
            self._set_timer(due, now)

    def _set_timer(self, due: float, now: float) -> None:
        if self._timer is not None and self._timer.active():
            self._timer.cancel()
        self._wake_at = due
        self._timer = self._reactor.callLater(max(0.0, due - now), self._wake)

    def _wake(self) -> None:
        self._wake_at = inf
        now = self.clock()
        self._run(now)
        self.settle(now)

    def _run(self, now: float) -> None:
        """Let happen what is due."""
        self.smsc.run_until(now, EVENTS_IN_TURN)
