"""The timers of a session (SMPP 3.4 section 7.2): one entry of their timeline for each session, not for each timer.

They go by the clock of the sockets.  That is the clock of the messages, too, unless somebody moves the latter by hand:
then receipts, validity and rates stand still until they are advanced, while an ESME that says nothing is found out in
real time.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from smsc_sim.scenario.settings import Timers
from smsc_sim.sim.sessions.session import Ending, Session
from smsc_sim.sim.timeline import Pending, Timeline
from smsc_sim.smpp.commands import CommandId
from smsc_sim.smpp.legality import State
from smsc_sim.smpp.pdu import encode_header_only
from smsc_sim.smpp.status import CommandStatus

if TYPE_CHECKING:
    from smsc_sim.sim.smsc import Smsc


_BEFORE_BIND = frozenset({State.OPEN, State.OUTBOUND})


class SessionCheck:
    """A look at one session's timers: an event of their timeline."""

    __slots__ = ("due", "session", "timers")

    def __init__(self, timers: SessionTimers, session: Session, due: float) -> None:
        self.timers = timers
        self.session = session
        self.due = due

    def fire(self, now: float) -> None:
        """Look, unless the session is gone or another look has been planned since."""
        if self.session.next_check == self.due:
            self.session.next_check = 0.0
            self.timers.check(self.session, now)

    def describe(self, due: float) -> Iterator[Pending]:
        """The earliest instant at which one of them can run out."""
        session = self.session
        if session.next_check == self.due:
            account = session.account.system_id if session.account is not None else ""
            yield Pending(due, "session", account, session.number, text="timers")


class SessionTimers:
    """Finds what a session's timers ask for.

    Reads only note the instant; whether a timer has run out is found out here, at the earliest instant at which it
    could have.  So ten thousand idle sessions cost a few hundred small events a second.
    """

    __slots__ = ("_smsc", "sockets_now", "timeline")

    def __init__(self, smsc: Smsc) -> None:
        self._smsc = smsc
        self.timeline = Timeline()
        """By the clock of the sockets: what concerns connections."""
        self.sockets_now: float | None = None
        """The instant by the clock of the sockets, in seconds since the epoch; None: it is that of the messages.

        Whoever moves the clock of the messages by hand sets it before each event.
        """

    def instant(self, now: float) -> float:
        """The instant by the clock of the sockets when it is ``now`` by that of the messages."""
        return now if self.sockets_now is None else self.sockets_now

    def run(self, now: float) -> None:
        """Let everything happen that is due by the clock of the sockets, while the other one stands at ``now``."""
        while self.timeline.due_by(self.instant(now)) is not None:
            self._smsc.fire(self.timeline.take(), now)

    def of(self, session: Session) -> Timers:
        """The timers of a session: those of its account's provider, once it has one."""
        return self._smsc.settings.timers if session.account is None else session.account.timers

    def start(self, session: Session, now: float) -> None:
        """Plan the next look, after something changed that deadlines depend on."""
        deadline = self._next_deadline(session)
        if deadline is not None:
            self.check_by(session, max(deadline, self.instant(now)))

    def heard(self, session: Session, now: float) -> None:
        """Our enquire_link was answered; the next one may be due before the next look that is planned."""
        instant = self.instant(now)
        session.enquire_link_sent_at, session.enquire_link_answered_at = 0.0, instant
        self.check_by(session, instant + self.of(session).enquire_link)

    def check_by(self, session: Session, instant: float) -> None:
        """Have a look at the session at ``instant`` (by the clock of the sockets) at the latest."""
        if not session.next_check or instant < session.next_check:
            session.next_check = instant
            self.timeline.add(instant, SessionCheck(self, session, instant))

    def _next_deadline(self, session: Session) -> float | None:
        """The earliest instant at which some timer can run out, as things stand."""
        timers = self.of(session)
        deadlines = []
        if session.deadline:
            deadlines.append(session.deadline)
        if session.expiries:
            deadlines.append(session.expiries[0][0])
        if session.muted or session.dribbled is not None:
            # It plays dead on purpose, and for as long as the ESME lets it; or the ESME still waits for an answer.
            return min(deadlines, default=None)
        if session.stalled_since and timers.response:
            deadlines.append(session.stalled_since + timers.response)
        if session.bound:
            if timers.inactivity and not session.unbinding:
                deadlines.append(session.last_received_at + timers.inactivity)
            if session.enquire_link_sent_at:
                if timers.response:
                    deadlines.append(session.enquire_link_sent_at + timers.response)
            elif timers.enquire_link and not session.unbinding:
                deadlines.append(session.last_received_at + timers.enquire_link)
        elif timers.session_init and session.state in _BEFORE_BIND:
            deadlines.append(session.opened_at + timers.session_init)
        return min(deadlines, default=None)

    def check(self, session: Session, now: float) -> None:
        """Do what the timers that have run out ask for, and plan the next look."""
        smsc = self._smsc
        timers = self.of(session)
        instant = self.instant(now)
        if session.ending or session.number not in smsc.sessions:
            return
        if session.deadline and session.deadline <= instant:
            how = "no unbind_resp" if session.unbinding else "not closed by the ESME after unbind_resp"
            smsc.end(session, now, how, "warn" if session.unbinding else "debug")
        elif not session.muted and session.dribbled is None:
            self._check_life(session, timers, now, instant)
        expired = smsc.delivery.expire(session, now, instant) if session.expiries else 0
        if expired:
            smsc.note(
                "warn",
                session,
                f"{expired} receipts not answered within {timers.response:g} s (response timer)",
            )
        if not session.ending:
            self.start(session, now)

    def _check_life(self, session: Session, timers: Timers, now: float, instant: float) -> None:
        """Whether the ESME reads, binds and says something."""
        smsc = self._smsc
        if session.stalled_since and timers.response and session.stalled_since + timers.response <= instant:
            smsc.end(session, now, f"does not read: nothing taken for {timers.response:g} s", "warn", Ending.ABORT)
        elif not session.bound:
            bind_by = session.opened_at + timers.session_init
            if session.state in _BEFORE_BIND and timers.session_init and bind_by <= instant:
                smsc.end(session, now, f"no bind within {timers.session_init:g} s (session_init timer)", "warn")
        elif timers.inactivity and not session.unbinding and session.last_received_at + timers.inactivity <= instant:
            smsc.note("warn", session, f"nothing received for {timers.inactivity:g} s (inactivity timer)")
            smsc.unbind(session, now, timers.response or timers.inactivity)
        elif session.enquire_link_sent_at:
            if timers.response and session.enquire_link_sent_at + timers.response <= instant:
                smsc.end(
                    session,
                    now,
                    f"no enquire_link_resp within {timers.response:g} s (response timer)",
                    "warn",
                )
        elif (
            timers.enquire_link and not session.unbinding and session.last_received_at + timers.enquire_link <= instant
        ):
            session.enquire_link_sent_at = instant
            sequence_number = session.next_sequence_number()
            smsc.send(session, encode_header_only(CommandId.ENQUIRE_LINK, CommandStatus.ESME_ROK, sequence_number))
