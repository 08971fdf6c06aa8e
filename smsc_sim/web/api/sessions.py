"""Live sessions, and ending them."""

from __future__ import annotations

from typing import Annotated, Final, Literal

from msgspec import Meta, Struct
from twisted.internet.defer import Deferred

from smsc_sim.sim.sessions.binding import VERSION_NAMES
from smsc_sim.sim.sessions.session import Session
from smsc_sim.web.console import Console
from smsc_sim.web.endings import LONGEST_REASON, How, end_session, find_session
from smsc_sim.web.endpoint import endpoint
from smsc_sim.web.instants import text_of, text_or_none
from smsc_sim.web.problem import NOT_FOUND
from smsc_sim.web.seconds import Seconds
from smsc_sim.web.until import LONGEST_WAIT, until

_USUAL_WAIT: Final = 10.0


class SessionShown(Struct, frozen=True, kw_only=True):
    """One connection of an ESME."""

    id: str
    """Such as ``s7``."""
    account: str | None
    """The system_id it is bound with; null while it is not bound."""
    bind_type: str | None
    """``transmitter``, ``receiver`` or ``transceiver``; null while it is not bound."""
    state: str
    """``OPEN``, ``BOUND_TX``, ``BOUND_RX``, ``BOUND_TRX`` or ``CLOSED``."""
    peer: str
    """Address and port of the ESME."""
    tls: str
    """Protocol version such as ``TLSv1.3``; empty in plaintext."""
    cipher: str
    """Of that TLS, such as ``TLS_AES_256_GCM_SHA384``; empty in plaintext."""
    interface_version: str
    """``3.3``, ``3.4`` or ``5.0``: what the session settled on."""
    opened_at: str
    bound_at: str | None
    idle: float
    """Seconds since the last PDU from the ESME."""
    received: int
    """PDUs from the ESME."""
    sent: int
    """PDUs to the ESME."""
    octets_in: int
    octets_out: int
    enquire_link_received_at: str | None
    """The ESME's last one; null when it never sent one."""
    enquire_link_answered_at: str | None
    """When the ESME last answered one of ours; null when it never has."""
    deliver_outstanding: int
    """deliver_sm that the ESME has not answered yet."""
    replies_pending: int
    """Requests of the ESME whose answer is delayed."""
    receipts_waiting: int
    """Receipts of its account that are due and have no bind or no room in a window."""
    unbinding: bool
    """Whether our unbind is on its way."""
    frozen: bool
    """Whether nothing is read or written any more."""
    reads: bool
    """False while the ESME does not read and its connection's buffer is full."""


class Sessions(Struct, frozen=True, kw_only=True):
    """Sessions, the longest connected first."""

    items: list[SessionShown]
    more: bool
    """Whether there are more than ``limit``."""


class SessionsQuery(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which sessions."""

    account: str | None = None
    bound: bool | None = None
    limit: Annotated[int, Meta(ge=1, le=10_000)] = 1000


class WaitForSessions(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """For which sessions to wait, and how long."""

    account: str | None = None
    bind_type: Literal["transmitter", "receiver", "transceiver"] | None = None
    count: Annotated[int, Meta(ge=0, le=10_000)] = 1
    """So many bound ones, at least; 0: none is bound any more."""
    within: Seconds | None = None
    """At most a minute; not given: 10s."""


class WaitedSessions(Struct, frozen=True, kw_only=True):
    """The bound sessions that there are."""

    items: list[SessionShown]
    timed_out: bool
    """Whether there are not as many as were waited for."""


class CloseSession(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How a session ends."""

    how: How
    reason: Annotated[str, Meta(max_length=LONGEST_REASON)] = ""
    """It goes into the log."""


@endpoint("GET", "/sessions")
def sessions(console: Console, query: SessionsQuery) -> Sessions:
    """Live sessions, bound or not."""
    now = console.sockets()
    found = [
        session
        for session in console.smsc.sessions.values()
        if (query.account is None or (session.account is not None and session.account.system_id == query.account))
        and (query.bound is None or session.bound is query.bound)
    ]
    return Sessions(items=[shown(session, now) for session in found[: query.limit]], more=len(found) > query.limit)


@endpoint("GET", "/sessions/wait")
def wait_for_sessions(console: Console, query: WaitForSessions) -> Deferred[WaitedSessions]:
    """Wait until so many sessions are bound; the answer comes as soon as they are."""

    def there() -> list[Session]:
        return [
            session
            for session in console.smsc.sessions.values()
            if session.account is not None
            and session.bound
            and query.account in {None, session.account.system_id}
            and query.bind_type in {None, session.bind_type}
        ]

    def is_so() -> bool:
        return len(there()) >= query.count if query.count else not there()

    waiting = until(console, is_so, min(_USUAL_WAIT if query.within is None else query.within, LONGEST_WAIT))
    return waiting.addCallback(
        lambda in_time: WaitedSessions(
            items=[shown(session, console.sockets()) for session in there()], timed_out=not in_time
        )
    )


@endpoint("GET", "/sessions/{session}", problems=(NOT_FOUND,))
def session(console: Console, session: str) -> SessionShown:
    """One live session."""
    return shown(_found(console, session), console.sockets())


@endpoint("POST", "/sessions/{session}/close", problems=(NOT_FOUND,))
def close_session(console: Console, session: str, body: CloseSession) -> SessionShown:
    """Unbind, close, reset or freeze a session.

    ``unbind``: it is asked to go, and closed when it answers or after 5 s; ``close``: closed in order; ``reset``: a TCP
    reset; ``freeze``: nothing is read or written any more, and the socket is kept.
    """
    found = _found(console, session)
    with console.change() as now:
        end_session(console.smsc, found, body.how, body.reason, now)
    return shown(found, console.sockets())


def shown(session: Session, now: float) -> SessionShown:
    """A session as the API shows it; ``now`` by the clock of the sockets."""
    account = session.account
    return SessionShown(
        id=session.name,
        account=account.system_id if account is not None else None,
        bind_type=session.bind_type or None,
        state=session.state.name,
        peer=session.peer,
        tls=session.tls,
        cipher=session.cipher,
        interface_version=VERSION_NAMES[session.interface_version],
        opened_at=text_of(session.opened_at),
        bound_at=text_or_none(session.bound_at),
        idle=round(max(0.0, now - session.last_received_at), 3),
        received=session.received,
        sent=session.sent,
        octets_in=session.octets_in,
        octets_out=session.octets_out,
        enquire_link_received_at=text_or_none(session.enquire_link_received_at),
        enquire_link_answered_at=text_or_none(session.enquire_link_answered_at),
        deliver_outstanding=len(session.outstanding),
        replies_pending=session.replies_pending,
        receipts_waiting=account.waiting_count if account is not None else 0,
        unbinding=session.unbinding,
        frozen=session.frozen,
        reads=session.writable,
    )


def _found(console: Console, name: str) -> Session:
    found = find_session(console.smsc, name)
    if found is None:
        raise NOT_FOUND.error("No session of this name is connected.")
    return found
