"""Lines for the log: what the SMSC says about its sessions, and what goes wrong on them, a bounded number of times."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

from smsc_sim.sim.breakdown import ErrorKind
from smsc_sim.sim.journal.notes import ProtocolErrorNote, cut
from smsc_sim.sim.sessions.secrets import without_passwords
from smsc_sim.sim.sessions.session import Session

if TYPE_CHECKING:
    from smsc_sim.sim.smsc import Smsc

Level: TypeAlias = Literal["debug", "info", "warn", "error"]

OFFENDING = 1024
"""Octets that are kept beside an error that they caused."""

COMPLAINTS_TOLD = 20
"""Lines in the log for what goes wrong on one session; further ones are counted and told once, at its end."""


@dataclass(frozen=True, slots=True)
class Note:
    """A line for the log."""

    level: Level
    session: str
    peer: str
    account: str
    text: str


def note(smsc: Smsc, level: Level, session: Session, text: str) -> None:
    """Say something about this session in the log."""
    account = session.account.system_id if session.account is not None else ""
    smsc.notes.append(Note(level, session.name, session.peer, account, text))


def protocol_error(smsc: Smsc, session: Session, kind: ErrorKind, text: str, now: float, octets: bytes = b"") -> None:
    """The ESME sent something wrong, ``octets``; count it and say so."""
    smsc.counters.protocol_errors += 1
    smsc.breakdown.errors.add(kind)
    offending = without_passwords(octets)[:OFFENDING].hex()
    smsc.journal.note(ProtocolErrorNote(at=now, session=session.number, text=cut(text), hex=offending))
    smsc.complain("warn", session, text)


def complain(smsc: Smsc, level: Level, session: Session, text: str) -> None:
    """Say what goes wrong on this session, a bounded number of times: an ESME must not be able to fill the log."""
    session.complaints += 1
    if session.complaints <= COMPLAINTS_TOLD:
        smsc.note(level, session, text)
