"""Routing policies: which of an account's sessions a receipt or a subscriber's message takes."""

from __future__ import annotations

from collections.abc import Mapping

from smsc_sim.sim.receipts.receipt import ReceiptRecord
from smsc_sim.sim.sessions.account import Account
from smsc_sim.sim.sessions.session import Session

ONLY = "only"
"""The policy of what is meant for one session and no other: when that session is gone, it is given up."""

BY_ORIGIN = frozenset({"same", "other", ONLY})
"""Policies that look at the session which submitted the message."""

ONE_BY_ONE = frozenset({"least_loaded", "round_robin"})
"""Policies that choose anew for each receipt."""


def policy_of(account: Account, record: ReceiptRecord) -> str:
    """The policy for a record: its own, the account's, or the server's."""
    if record[5] < 0 and record[2]:
        return record[2].decode()
    return account.definition.receipts_via or account.receipts.via


def receiver(account: Account, number: int) -> Session | None:
    """The account's session of this number, if it can still receive."""
    for session in account.sessions:
        if session.number == number:
            return session if session.receives else None
    return None


def suits(policy: str, session: Session, origin: int) -> bool:
    """Whether a session may ever get receipts of messages submitted on session ``origin``."""
    own = session.number == origin
    return session.receives and (own if policy == ONLY else not own or policy != "other")


def choose(policy: str, account: Account, room: Mapping[Session, int], origin: int) -> Session | None:
    """The session that gets the next receipt of a message submitted on session ``origin``; None: wait.

    ``room``: how many deliver_sm each session that receives may get, longest bound first.  ``same``: that session
    itself as long as it is bound and receives, any other afterwards; ``only``: that session and no other; ``other``:
    never that one; ``least_loaded``: fewest unanswered, then least traffic so far; ``any``: the longest bound.
    """
    if policy == "same":
        session = receiver(account, origin)
        if session is not None:
            return session if room[session] > 0 else None
    able = [session for session, free in room.items() if free > 0 and suits(policy, session, origin)]
    if not able:
        return None
    if policy == "least_loaded":
        return min(able, key=lambda session: (len(session.outstanding), session.sent + session.received))
    if policy == "round_robin":
        last = account.last_receiver
        chosen = min(able, key=lambda session: (session.number <= last, session.number))
        account.last_receiver = chosen.number
        return chosen
    return able[0]
