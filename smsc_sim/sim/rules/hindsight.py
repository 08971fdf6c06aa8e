"""Decisions looked at afterwards: why a stored message came out as it did."""

from __future__ import annotations

from typing import TYPE_CHECKING

from smsc_sim.scenario.rule import SUBMISSIONS
from smsc_sim.sim.rules.facts import MessageFacts
from smsc_sim.sim.rules.rulebook import Verdict
from smsc_sim.sim.sessions.account import BIND_STATES
from smsc_sim.sim.sessions.session import Session
from smsc_sim.sim.store.stored import StoredMessage
from smsc_sim.smpp.errors import WireError
from smsc_sim.smpp.pdu import Pdu

if TYPE_CHECKING:
    from smsc_sim.sim.smsc import Smsc


def verdict_on(smsc: Smsc, stored: StoredMessage) -> Verdict | None:
    """What the rules in force say about a stored message, and why the earlier ones did not decide it.

    None for a message of a subscriber, without rules, and for a PDU that cannot be read.  Rules that were changed since
    are asked as they are now; what gates said then is known for the latest events only.
    """
    if smsc.rules is None or stored.direction != "mt" or stored.command not in SUBMISSIONS:
        return None
    try:
        facts = MessageFacts.of(_session_of(smsc, stored), Pdu(stored.octets), stored.destination)
        return smsc.rules.why(stored.command, facts)
    except WireError:
        return None


def _session_of(smsc: Smsc, stored: StoredMessage) -> Session:
    """The session that brought it, or one like it as far as it is known."""
    live = smsc.sessions.get(stored.session)
    if live is not None:
        return live
    known = smsc.journal.sessions.get(stored.session)
    session = Session(stored.session, known.peer, known.peer.rpartition(":")[0], known.opened_at, tls=known.tls)
    session.account = smsc.accounts.find(stored.account)
    if known.bind in BIND_STATES:
        session.state = BIND_STATES[known.bind]
    return session
