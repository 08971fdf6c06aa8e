"""Ending a session from the console, in one of four ways; the journal and the log say why."""

from __future__ import annotations

from typing import Final, Literal, TypeAlias

from smsc_sim.sim.sessions.session import Ending, Session
from smsc_sim.sim.smsc import Smsc
from smsc_sim.sim.visible import visible

How: TypeAlias = Literal["unbind", "close", "reset", "freeze"]
"""``unbind``: it is asked to go, and closed when it answers or after some seconds; ``close``: closed in order;
``reset``: a TCP reset; ``freeze``: nothing is read or written any more, and the socket is kept."""

UNBIND_GRACE: Final = 5.0
"""Seconds that an ESME gets to answer an unbind."""
LONGEST_REASON: Final = 200
"""Characters."""


def session_number(name: str) -> int | None:
    """The number of a session by its name, such as ``s7``, or by this number; None for what is neither."""
    number = name.removeprefix("s")
    return int(number) if number.isascii() and number.isdecimal() and len(number) < 19 else None


def find_session(smsc: Smsc, name: str) -> Session | None:
    """The live session of this name, or of this number."""
    number = session_number(name)
    return smsc.sessions.get(number) if number is not None else None


def end_session(smsc: Smsc, session: Session, how: How, reason: str, now: float) -> None:
    """End a session, or freeze it."""
    why = f"{how} from the console" + (f": {visible(reason[:LONGEST_REASON])}" if reason else "")
    if how == "freeze":
        smsc.freeze(session, why, now)
    elif how == "unbind" and session.bound and not session.muted:
        smsc.note("info", session, why)
        smsc.unbind(session, now, UNBIND_GRACE, why)
    else:
        smsc.end(session, now, why, "info", Ending.ABORT if how == "reset" else Ending.CLOSE)
