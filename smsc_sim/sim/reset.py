"""Putting parts of the SMSC back to their beginning, for everybody or for one account."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from smsc_sim.scenario.loaded import Scenario
from smsc_sim.sim.messages.cancellation import withdraw
from smsc_sim.sim.messages.kept_message import KeptMessage
from smsc_sim.sim.rules.in_force import UNBIND_GRACE
from smsc_sim.sim.sessions.wallet import fill_up
from smsc_sim.sim.store.stored import StoredMessage

if TYPE_CHECKING:
    from smsc_sim.sim.sessions.account import Account
    from smsc_sim.sim.smsc import Smsc


def reset_counters(smsc: Smsc, account: Account | None) -> None:
    """Counters of the SMSC and of its rules go to zero, and wallets are as full as at first; of one account the wallet
    alone, for the others count for everybody.
    """
    if account is None:
        smsc.counters.clear()
        smsc.breakdown.clear()
        smsc.delivery.writer.in_data_sm = 0
        if smsc.rules is not None:
            smsc.rules.clear()
            smsc.ledger.forgotten()
    for one in smsc.accounts if account is None else [account]:
        fill_up(smsc, one)


def reset_switches(smsc: Smsc, scenario: Scenario, now: float) -> None:
    """Switches stand as the scenario has them."""
    for name, definition in scenario.switches.items():
        smsc.switches.put(name, definition.active, now)


def unbind_sessions(smsc: Smsc, account: Account | None, now: float) -> int:
    """Unbind the sessions of an account, or all; returns how many there were."""
    sessions = [
        session
        for session in smsc.sessions.values()
        if session.bound and not session.muted and (account is None or session.account is account)
    ]
    for session in sessions:
        smsc.unbind(session, now, UNBIND_GRACE)
    return len(sessions)


def stop_injections(smsc: Smsc, now: float) -> None:
    """No more messages of subscribers are made."""
    for result in smsc.injector.results.values():
        result.cancel(now)


def take_back(smsc: Smsc, messages: Iterable[StoredMessage], now: float) -> None:
    """What is still to be sent for these messages is not: their receipts, and themselves where they go to an ESME."""
    for stored in messages:
        account = smsc.accounts.find(stored.account)
        if account is not None and stored.direction == "mt":
            withdraw(smsc, account, KeptMessage.at(stored, now), now)
        elif account is not None:
            for receipt in stored.receipts:
                smsc.delivery.withdrawn.add(receipt.key)
                smsc.ledger.failed(receipt.key, None, "cancelled", now)
