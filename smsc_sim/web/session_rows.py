"""Live sessions as lists show them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from smsc_sim.sim.sessions.binding import VERSION_NAMES
from smsc_sim.sim.sessions.session import Session
from smsc_sim.web.console import Console


@dataclass(frozen=True, slots=True)
class SessionRow:
    """One connection of an ESME, at one instant."""

    session: Session
    system_id: str
    """Empty while it is not bound."""
    version: str
    """``3.3``, ``3.4`` or ``5.0``: what it settled on."""
    connected: float
    """Seconds since the ESME connected."""
    idle: float
    """Seconds since its last PDU."""
    link: float | None
    """Seconds since the last enquire_link, the ESME's or an answered one of ours; None: there was none."""
    link_is_ours: bool
    rate_in: float
    """PDUs a second, at the last look."""
    rate_out: float
    window: int
    """How many requests the ESME may have open; 0: as many as it likes."""


SORTS: Final[Mapping[str, Callable[[SessionRow], Any]]] = {
    "session": lambda row: row.session.number,
    "account": lambda row: (row.system_id, row.session.number),
    "connected": lambda row: row.connected,
    "idle": lambda row: row.idle,
    "in": lambda row: (row.rate_in, row.session.received),
    "out": lambda row: (row.rate_out, row.session.sent),
    "window": lambda row: row.session.replies_pending + len(row.session.outstanding),
}
"""What a list can be sorted by."""


def session_row(console: Console, session: Session) -> SessionRow:
    """A session as it is now."""
    now = console.sockets()
    received, answered = session.enquire_link_received_at, session.enquire_link_answered_at
    last = max(received, answered)
    rate_in, rate_out = console.traffic.rates(session.number)
    account = session.account
    return SessionRow(
        session=session,
        system_id=account.system_id if account is not None else "",
        version=VERSION_NAMES[session.interface_version],
        connected=max(0.0, now - session.opened_at),
        idle=max(0.0, now - session.last_received_at),
        link=max(0.0, now - last) if last else None,
        link_is_ours=answered >= received,
        rate_in=rate_in,
        rate_out=rate_out,
        window=account.definition.window or 0 if account is not None else 0,
    )


def session_rows(console: Console, sessions: Iterable[Session], sort: str = "session") -> Sequence[SessionRow]:
    """Sessions in order; ``sort``: one of :data:`SORTS`, with ``-`` in front for the largest first."""
    rows = [session_row(console, session) for session in sessions]
    key = SORTS.get(sort.removeprefix("-"))
    return rows if key is None else sorted(rows, key=key, reverse=sort.startswith("-"))
