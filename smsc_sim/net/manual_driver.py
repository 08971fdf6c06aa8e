"""A driver whose clock of the messages is moved by hand, while sockets and their timers go on in real time."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from twisted.internet.defer import CancelledError, Deferred, DeferredLock
from twisted.internet.interfaces import IReactorTime
from twisted.internet.task import deferLater

from smsc_sim.net.driver import Driver
from smsc_sim.sim.clock import Advance, AdvanceReport, ManualClock
from smsc_sim.sim.log_lines import Note
from smsc_sim.sim.sessions.session import Session
from smsc_sim.sim.smsc import Smsc

SLICE = 0.01
"""Real seconds that an advance takes at most before the reactor may look at its sockets."""

PATIENCE = 0.1
"""Real seconds that an advance waits for an ESME that has a deliver_sm to answer, before it goes on without it."""

PATIENCE_IN_ALL = 0.5
"""Real seconds that one advance waits in vain, for all ESMEs together."""

_SOON, _SELDOM = 0.0001, 0.005
"""Real seconds between two looks for answers: at first, and when none has come within the latter."""


class ManualDriver(Driver):
    """Keeps the messages at the instant at which its clock stands.

    An advance is one Deferred and many turns of the reactor; several wait for each other.  On the way it lets the ESMEs
    answer every deliver_sm before time goes on, so that windows, refusals and retries come as they would in real time.
    An ESME that does not answer is not waited for again.
    """

    def __init__(
        self,
        smsc: Smsc,
        reactor: IReactorTime,
        sockets: Callable[[], float],
        log: Callable[[Note], None],
        *,
        start: float,
    ) -> None:
        """``sockets()``: the clock of the sockets, seconds since the epoch; ``start``: where the messages' stands."""
        super().__init__(smsc, reactor, sockets, log)
        self.clock = self._stand
        self.manual = ManualClock(smsc, start)
        self._lock = DeferredLock()
        self._moving = False
        self._stopped = False
        self._pause: Deferred[None] | None = None
        self._silent: set[Session] = set()
        self._in_vain = 0.0

    def advance(self, by: float) -> Deferred[AdvanceReport]:
        """Let so many seconds pass, counted from when earlier advances are through.

        The Deferred fails with ClockError for an instant that cannot be moved to, and with CancelledError when the
        driver stops.
        """
        return self._queue(lambda: self.manual.after(by))

    def advance_to(self, instant: float) -> Deferred[AdvanceReport]:
        """Let time pass until ``instant`` (seconds since the epoch)."""
        return self._queue(lambda: self.manual.at(instant))

    def advance_to_next(self) -> Deferred[AdvanceReport]:
        """Let time pass until the next thing happens; it stands still when nothing is to come."""
        return self._queue(self.manual.at_next)

    def stop(self) -> None:
        """Forget the timer, and advances, too."""
        self._stopped = True
        super().stop()
        if self._pause is not None:
            self._pause.cancel()

    def _stand(self) -> float:
        """Where the clock of the messages stands; the SMSC learns what it is by that of the sockets."""
        self.smsc.timers.sockets_now = self.sockets()
        return self.manual.now

    def _plan(self, now: float) -> None:
        due = self.smsc.timers.timeline.next_due()
        if not self._moving and self.smsc.timeline.due_by(now) is not None:
            # Due without that time has to pass: a receipt after 0 s.
            due = 0.0
        if due is not None and due < self._wake_at:
            self._set_timer(due, self.sockets())

    def _run(self, now: float) -> None:
        self.smsc.timers.run(now)
        if not self._moving:
            Advance(self.manual, now).step()

    def _queue(self, target: Callable[[], float]) -> Deferred[AdvanceReport]:
        return self._lock.run(lambda: Deferred.fromCoroutine(self._move(target)))

    async def _move(self, target: Callable[[], float]) -> AdvanceReport:
        if self._stopped:
            raise CancelledError
        advance = Advance(self.manual, target())
        self._moving = True
        self._silent.clear()
        self._in_vain = 0.0
        turn_by = self.sockets() + SLICE
        try:
            while self._step(advance):
                asked = self._asked(self.smsc.touched())
                self.settle(self.clock())
                if asked:
                    await self._answers(asked)
                elif self.sockets() >= turn_by:
                    await self._turn(0.0)
                else:
                    continue
                turn_by = self.sockets() + SLICE
            return advance.report()
        finally:
            self._moving = False
            if not self._stopped:
                self.settle(self.clock())

    def _step(self, advance: Advance) -> bool:
        self.clock()
        return advance.step()

    def _asked(self, sessions: Iterable[Session]) -> list[Session]:
        """Which of these sessions have something to answer, and may be expected to."""
        if self._in_vain >= PATIENCE_IN_ALL:
            return []
        return [session for session in sessions if session.outstanding and session not in self._silent]

    async def _answers(self, asked: list[Session]) -> None:
        """Wait until these sessions have answered everything, or have not got on for a while."""
        began = self.sockets()
        progress = dict.fromkeys(asked, ((0, 0), began))
        while True:
            now = self.sockets()
            for session, (last, since) in list(progress.items()):
                if not session.outstanding or session.link is None or session.ending:
                    del progress[session]
                    continue
                state = (len(session.outstanding), session.sequence_number)
                if state != last:
                    progress[session] = (state, now)
                elif now - since >= PATIENCE:
                    del progress[session]
                    self._silent.add(session)
                    self._in_vain += PATIENCE
            if not progress or self._in_vain >= PATIENCE_IN_ALL:
                return
            await self._turn(_SOON if now - began < _SELDOM else _SELDOM)

    async def _turn(self, seconds: float) -> None:
        """Let the reactor do what else there is to do."""
        self._pause = deferLater(self._reactor, seconds)
        try:
            await self._pause
        finally:
            self._pause = None
