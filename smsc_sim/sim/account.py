"""Accounts: who may bind, with what limits, and the receipts that wait for them."""

from __future__ import annotations

import hmac
from collections import deque
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from smsc_sim.scenario.account import AccountDefinition
from smsc_sim.sim.throughput import SlidingWindow
from smsc_sim.smpp.legality import State

if TYPE_CHECKING:
    from smsc_sim.sim.receipt import ReceiptRecord
    from smsc_sim.sim.session import Session

BIND_STATES = {"transmitter": State.BOUND_TX, "receiver": State.BOUND_RX, "transceiver": State.BOUND_TRX}
"""The state that each type of bind leads to."""


class Account:
    """One account while the SMSC runs: its definition, its bound sessions, its queue of receipts."""

    __slots__ = (
        "attempts",
        "definition",
        "last_receiver",
        "pending",
        "sessions",
        "sweep_planned",
        "throughput",
        "waiting",
    )

    def __init__(self, definition: AccountDefinition) -> None:
        self.definition = definition
        self.sessions: list[Session] = []
        """Bound sessions, the longest bound first."""
        self.waiting: dict[int, deque[ReceiptRecord]] = {}
        """Receipts that are due but have no suitable bind or no room in a window, first in first out.

        The key is the number of the session that submitted, where the routing policy looks at it, else 0.
        """
        self.attempts: dict[bytes, int] = {}
        """Attempts made so far, by message id, of receipts that were not acknowledged the first time."""
        self.pending = 0
        """Receipts not yet acknowledged or given up: scheduled, waiting, or sent and unanswered."""
        self.sweep_planned = False
        """Whether the timeline has a look at how long ``waiting`` has waited."""
        self.last_receiver = 0
        """Number of the session that got the last receipt: where ``round_robin`` goes on."""
        rate = definition.throughput
        self.throughput = SlidingWindow(rate) if rate is not None and rate.scope == "account" else None
        """The limit that all sessions share, when it is ``per account``."""

    @property
    def system_id(self) -> str:
        """The name that its ESMEs bind with."""
        return self.definition.system_id

    @property
    def waiting_count(self) -> int:
        """How many receipts are due and wait."""
        return sum(map(len, self.waiting.values()))

    def receivers(self) -> list[Session]:
        """Sessions that can take a deliver_sm now or later: bound as receiver or transceiver."""
        return [session for session in self.sessions if session.receives]

    def allows(self, host: str) -> bool:
        """Whether an ESME at this address may bind; a host that is no address may only when all may."""
        allow = self.definition.allow
        return not allow or any(network.contains(host) for network in allow)


class Accounts:
    """All accounts, by system_id."""

    def __init__(self, definitions: Iterable[AccountDefinition]) -> None:
        self._accounts = {definition.system_id: Account(definition) for definition in definitions}

    def __iter__(self) -> Iterator[Account]:
        return iter(self._accounts.values())

    def find(self, system_id: str) -> Account | None:
        """The account of this system_id (case matters), or None."""
        return self._accounts.get(system_id)


def password_matches(account: Account | None, password: str) -> bool:
    """Whether ``password`` is the account's; takes the same time wherever the first difference is.

    Without an account a comparison is made all the same, so that the time does not tell which system_ids exist.
    """
    wanted = account.definition.password if account is not None else "\0"
    return hmac.compare_digest(wanted.encode("latin-1", "replace"), password.encode("latin-1", "replace"))
