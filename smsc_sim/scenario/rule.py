"""A rule: for which event and when it decides, and what then happens."""

from dataclasses import dataclass
from typing import Literal, get_args

from smsc_sim.scenario.ids import IdChange
from smsc_sim.scenario.mo import MoAction
from smsc_sim.scenario.receipt_action import ReceiptAction
from smsc_sim.scenario.reply import Reply
from smsc_sim.scenario.when import ALWAYS, When

Event = Literal[
    "submit_sm",
    "connect",
    "bind",
    "data_sm",
    "submit_multi",
    "query_sm",
    "cancel_sm",
    "replace_sm",
    "enquire_link",
    "unbind",
    "deliver_sm_resp",
]
"""``connect``: a connection was made; ``bind``: any of the three bind requests; the others are PDUs of the ESME."""

EVENTS: tuple[Event, ...] = get_args(Event)

SUBMISSIONS: frozenset[str] = frozenset({"submit_sm", "data_sm", "submit_multi"})
"""Events that bring a message."""

SessionAction = Literal["close", "reset", "unbind", "unbind_at_once", "freeze"]
"""``close``: after the reply; ``reset``: a TCP reset; ``unbind``: an unbind is sent, its response waited for, then
closed; ``unbind_at_once``: closed without waiting; ``freeze``: nothing is read or written, the socket is kept."""


@dataclass(frozen=True, slots=True)
class Rule:
    """What a person decided, in the form that is compiled."""

    name: str
    event: Event = "submit_sm"
    when: When = ALWAYS
    reply: Reply | None = None
    """None: the default reply."""
    receipts: tuple[ReceiptAction, ...] | None = None
    """None: the default receipts; empty: none."""
    mo: tuple[MoAction, ...] = ()
    session: SessionAction | None = None
    ids: IdChange | None = None
    set: tuple[tuple[str, bool], ...] = ()
    """Switches that are put on or off, in the order of the file."""
    retry: tuple[float, ...] | None = None
    """Of deliver_sm_resp: seconds before each further attempt of what was not taken, the last one repeating; empty:
    it is not sent again; None: as the server does it."""
    at: str = ""
    """Where it is written: ``file.yaml:7``."""
    digest: str = ""
    """Of the rule as it is written: two rules with the same one were written alike, so counters can be kept."""
