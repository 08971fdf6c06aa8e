"""How a stored message stands at an instant; rows say what is planned, searches in SQL follow the same rules."""

from __future__ import annotations

from typing import NamedTuple

from smsc_sim.scenario.receipt_action import TRANSIENT_STATES
from smsc_sim.sim.store.stored import StoredMessage
from smsc_sim.smpp.receipt_text import MessageState

TRANSIENT: frozenset[str] = frozenset(state.name for state in TRANSIENT_STATES)
"""Names of the states after which another one comes."""
UNTOLD = ("cancelled", "manual")
"""Receipts that tell nobody anything."""


class Standing(NamedTuple):
    """A state, since when, and its error code."""

    state: str
    """The name of a MessageState; empty for a message that was refused, or is one to an ESME."""
    since: float = 0.0
    """Seconds since the epoch; 0 when it is not final."""
    error_code: str = ""


def standing(stored: StoredMessage, now: float) -> Standing:
    """The message at ``now`` (seconds since the epoch).

    It is in the state that the last of its receipts by then tells, asked for or not, so that nobody is told two
    things. Where all receipts are the first one, and repetitions of it, the row itself says what they tell.
    """
    if not stored.state:
        return Standing("")
    told = [(stored.state_at, stored.state, stored.error_code)]
    if any(receipt.index > 0 for receipt in stored.receipts):
        told += [
            (min(receipt.due, receipt.sent_at or receipt.due), receipt.state, receipt.error_code)
            for receipt in stored.receipts
            if receipt.status not in UNTOLD
        ]
    found = Standing((MessageState.SCHEDULED if now < stored.scheduled_at else MessageState.ENROUTE).name)
    for instant, state, error_code in told:
        if found.since < instant <= now and state and state not in TRANSIENT:
            found = Standing(state, instant, error_code)
    return found
