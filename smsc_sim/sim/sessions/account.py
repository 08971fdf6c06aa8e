"""Accounts: who may bind, with what limits, and the receipts that wait for them."""

from __future__ import annotations

import hmac
from collections.abc import Iterable, Iterator
from math import inf
from typing import TYPE_CHECKING

from msgspec import structs

from smsc_sim.scenario.account import AccountDefinition
from smsc_sim.scenario.ids import IdForms
from smsc_sim.scenario.loaded import NO_SCENARIO, Scenario
from smsc_sim.scenario.profile import NO_PROFILE, Profile
from smsc_sim.scenario.settings import ReceiptSettings, Timers
from smsc_sim.scenario.wallet import MOST_MONEY
from smsc_sim.sim.sessions.throughput import SlidingWindow
from smsc_sim.smpp.commands import CommandId
from smsc_sim.smpp.legality import State

if TYPE_CHECKING:
    from smsc_sim.sim.delivery.flush import Flush
    from smsc_sim.sim.delivery.waiting_queue import WaitingQueue
    from smsc_sim.sim.receipts.manual_receipts import ManualReceipt
    from smsc_sim.sim.rules.decision import Decision
    from smsc_sim.sim.rules.retries import Attempts
    from smsc_sim.sim.sessions.session import Session

_IDS = IdForms()

_MONEY_DIGITS = 6
"""Behind the point: what is less than that is nothing but the rounding of binary fractions."""

BINDS = frozenset({CommandId.BIND_TRANSMITTER, CommandId.BIND_RECEIVER, CommandId.BIND_TRANSCEIVER})
"""The requests that bind a session."""

BIND_STATES = {"transmitter": State.BOUND_TX, "receiver": State.BOUND_RX, "transceiver": State.BOUND_TRX}
"""The state that each type of bind leads to."""


class Account:
    """One account while the SMSC runs: its definition, its bound sessions, its queue of receipts."""

    __slots__ = (
        "attempts",
        "balance",
        "definition",
        "dropped",
        "flush",
        "held_until",
        "ids",
        "last_receiver",
        "manual",
        "pending",
        "profile",
        "receipts",
        "sessions",
        "sweep_planned",
        "throughput",
        "timers",
        "usual",
        "usual_receipts",
        "waiting",
        "wake_at",
    )

    def __init__(
        self, definition: AccountDefinition, profile: Profile = NO_PROFILE, ids: IdForms | None = None
    ) -> None:
        """``definition``: with the limits that ``profile`` adds; ``ids``: None for ten decimal digits."""
        self.sessions: list[Session] = []
        """Bound sessions, the longest bound first."""
        self.waiting: dict[tuple[str, int], WaitingQueue] = {}
        """What is due but has no suitable bind or no room in a window, or may not leave yet, first in first out.

        The key is the routing policy, and the number of the session that submitted where the policy looks at it.
        """
        self.attempts: dict[bytes, Attempts] = {}
        """Those made so far, by the key of the record, of what was not acknowledged the first time."""
        self.held_until = 0.0
        """Until when nothing is sent, because the ESME has said that it cannot take anything."""
        self.flush: Flush | None = None
        """What waited while nobody was bound, as long as it leaves at a rate."""
        self.wake_at = 0.0
        """When the timeline looks at what may leave then; 0 when that is not planned."""
        self.dropped = 0
        """Receipts given up because the queue was full."""
        self.timers = Timers()
        """Of its sessions; the SMSC sets what its settings and the provider make of them."""
        self.receipts = ReceiptSettings()
        """How receipts go to its ESMEs; set likewise."""
        self.manual: dict[bytes, list[ManualReceipt]] = {}
        """Messages whose receipts somebody has to send, by their key, in the order accepted."""
        self.pending = 0
        """Receipts not yet acknowledged or given up: scheduled, waiting, or sent and unanswered."""
        self.sweep_planned = False
        """Whether the timeline has a look at how long ``waiting`` has waited."""
        self.last_receiver = 0
        """Number of the session that got the last receipt: where ``round_robin`` goes on."""
        self.balance = definition.wallet.balance if definition.wallet is not None else inf
        """What is left in the wallet."""
        self.define(definition, profile, ids)

    def define(self, definition: AccountDefinition, profile: Profile, ids: IdForms | None) -> None:
        """Be this from now on; what has been counted, and what is left in a wallet, stays."""
        former = getattr(self, "definition", definition)
        self.definition = definition
        self.profile = profile
        """Its provider."""
        self.ids = _IDS if ids is None else ids
        """How message ids are written."""
        self.usual_receipts = profile.receipt == NO_PROFILE.receipt and profile.alphabet == NO_PROFILE.alphabet
        """Whether receipts look as the prepared pieces of the message path have them."""
        offered = profile.pdus is None or "submit_sm" in profile.pdus
        self.usual = offered and self.usual_receipts and self.ids == _IDS
        """Whether ids do, too, and submit_sm is offered at all."""
        if former.wallet != definition.wallet:
            self.balance = definition.wallet.balance if definition.wallet is not None else inf
        rate = definition.throughput
        self.throughput = SlidingWindow(rate) if rate is not None and rate.scope == "account" else None
        """The limit that all sessions share, when it is ``per account``."""

    @property
    def system_id(self) -> str:
        """The name that its ESMEs bind with."""
        return self.definition.system_id

    @property
    def throughput_status(self) -> int:
        """The answer to a message beyond the throughput."""
        own = self.definition.throughput_status
        return self.profile.throughput_status if own is None else own

    @property
    def window_status(self) -> int:
        """The answer to a message beyond the window."""
        own = self.definition.window_status
        return self.profile.window_status if own is None else own

    @property
    def waiting_count(self) -> int:
        """How many receipts are due and wait."""
        return sum(map(len, self.waiting.values()))

    def receivers(self) -> list[Session]:
        """Sessions that can take a deliver_sm now or later: bound as receiver or transceiver."""
        return [session for session in self.sessions if session.receives]

    def status(self, decision: Decision) -> int:
        """The number that the ESME gets for the status of a decision: the provider's, when it was said by name."""
        status = decision.reply.status
        return self.profile.statuses.get(status, status) if decision.reply.by_name else status

    def can_pay(self, parts: int) -> bool:
        """Whether the wallet covers so many parts of messages."""
        wallet = self.definition.wallet
        return wallet is None or self.balance >= round(wallet.price * parts, _MONEY_DIGITS)

    def pay(self, parts: int) -> None:
        """Take the price of so many parts out of the wallet."""
        wallet = self.definition.wallet
        if wallet is not None:
            # Rounded, for 10 messages at 0.1 are to cost 1 and not a little more.
            self.balance = round(self.balance - wallet.price * parts, _MONEY_DIGITS)

    def top_up(self, amount: float) -> None:
        """Put so much into the wallet; it never has more than MOST_MONEY."""
        self.balance = min(round(self.balance + amount, _MONEY_DIGITS), MOST_MONEY)

    def allows(self, host: str) -> bool:
        """Whether an ESME at this address may bind; a host that is no address may only when all may."""
        allow = self.definition.allow
        return not allow or any(network.contains(host) for network in allow)


class Accounts:
    """All accounts, by system_id."""

    def __init__(self, definitions: Iterable[AccountDefinition], scenario: Scenario = NO_SCENARIO) -> None:
        """``scenario``: whose profiles and defaults the accounts are under."""
        self._accounts: dict[str, Account] = {}
        self.define(definitions, scenario)

    def define(self, definitions: Iterable[AccountDefinition], scenario: Scenario) -> None:
        """Have these accounts from now on.

        An account that goes on to exist keeps its sessions and receipts; one that does not can no longer be bound to.
        """
        former, self._accounts = self._accounts, {}
        for written in definitions:
            profile = scenario.profile_of(written)
            ids = profile.ids
            for change in (scenario.defaults.ids, written.ids):
                ids = change.applied_to(ids) if change is not None else ids
            definition = profile.applied_to(written)
            if definition.receipts_via is None and scenario.defaults.receipts_via is not None:
                definition = structs.replace(definition, receipts_via=scenario.defaults.receipts_via)
            account = former.get(written.system_id)
            if account is None:
                account = Account(definition, profile, ids)
            else:
                account.define(definition, profile, ids)
            self._accounts[written.system_id] = account

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
