"""How sessions end, or are left alone: what the SMSC does when it, or an ESME, has had enough."""

from __future__ import annotations

from typing import TYPE_CHECKING

from smsc_sim.sim.journal import Direction
from smsc_sim.sim.journal.notes import SessionNote, cut
from smsc_sim.sim.log_lines import COMPLAINTS_TOLD, Level
from smsc_sim.sim.sessions.secrets import without_passwords
from smsc_sim.sim.sessions.session import Ending, Session
from smsc_sim.smpp.commands import CommandId
from smsc_sim.smpp.legality import State
from smsc_sim.smpp.pdu import encode_header_only
from smsc_sim.smpp.status import CommandStatus

if TYPE_CHECKING:
    from smsc_sim.sim.smsc import Smsc


def begin_shutdown(smsc: Smsc, now: float, grace: float) -> None:
    """Unbind every bound session; close the others now, and all within ``grace`` seconds."""
    for session in list(smsc.sessions.values()):
        if session.bound:
            smsc.unbind(session, now, grace)
        else:
            smsc.end(session, now, "shutting down", "debug")


def unbind(smsc: Smsc, session: Session, now: float, grace: float, reason: str = "") -> None:
    """Ask a bound ESME to go: send unbind, and close when it answers or after ``grace`` seconds."""
    if not session.unbinding:
        session.unbinding = True
        sequence_number = session.next_sequence_number()
        smsc.send(session, encode_header_only(CommandId.UNBIND, CommandStatus.ESME_ROK, sequence_number))
        smsc.journal.note(SessionNote(at=now, session=session.number, what="unbinding", reason=cut(reason)))
    smsc.close_within(session, grace, now)


def end(smsc: Smsc, session: Session, now: float, reason: str, level: Level, ending: Ending = Ending.CLOSE) -> None:
    """Close the connection after what is in the outbox has been written."""
    if not session.ending:
        smsc.note(level, session, reason)
        reset = ending is Ending.ABORT
        smsc.journal.note(SessionNote(at=now, session=session.number, what="ending", reset=reset, reason=cut(reason)))
        session.ending = ending
        smsc.leave(session, State.CLOSED, now)
        smsc.touch(session)


def close_within(smsc: Smsc, session: Session, seconds: float, now: float) -> None:
    """Close the connection in so many seconds if it is still there then, or earlier if that was said before."""
    instant = smsc.timers.instant(now) + seconds
    if not session.deadline or instant < session.deadline:
        session.deadline = instant
        smsc.timers.check_by(session, instant)


def freeze(smsc: Smsc, session: Session, reason: str, now: float) -> None:
    """Read and write nothing on this session any more but what has been said, and keep its socket."""
    if not session.frozen:
        smsc.note("info", session, reason)
        smsc.journal.note(SessionNote(at=now, session=session.number, what="frozen", reason=cut(reason)))
        session.mute()
        session.frozen = True
        if session.link is not None:
            session.link.freeze()


def leave(smsc: Smsc, session: Session, state: State, now: float) -> None:
    """Take the session out of its account; what it had not answered goes to the account's other binds."""
    session.state = state
    account = session.account
    if account is not None and session in account.sessions:
        account.sessions.remove(session)
        smsc.delivery.session_lost(session, now)


def disconnected(smsc: Smsc, session: Session, now: float, reason: str = "") -> None:
    """The connection is gone, whoever ended it."""
    if session.number not in smsc.sessions:
        return
    if session.bound or reason:
        smsc.note("info", session, "connection closed" + (f": {reason}" if reason else ""))
    if session.complaints > COMPLAINTS_TOLD:
        smsc.note(
            "warn", session, f"{session.complaints} errors in all, of which the first {COMPLAINTS_TOLD} were told"
        )
    smsc.leave(session, State.CLOSED, now)
    session.link = None
    del smsc.sessions[session.number]
    smsc.counters.pdus_received += session.received
    smsc.counters.pdus_sent += session.sent
    if session.held is not None:
        held = session.held.octets
        if not smsc.settings.record_secrets:
            held = without_passwords(held)
        smsc.journal.record(now, session.number, Direction.IN, held)
    smsc.journal.closed(now, session.number, reason)
