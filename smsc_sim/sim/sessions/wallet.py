"""Wallets of accounts, changed such that a restart knows: what is paid, put in, or filled up again."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from smsc_sim.sim.sessions.account import Account
    from smsc_sim.sim.smsc import Smsc


def pay(smsc: Smsc, account: Account, parts: int) -> None:
    """Take the price of so many parts of messages out of an account's wallet, if it has one."""
    account.pay(parts)
    _remember(smsc, account)


def top_up(smsc: Smsc, account: Account, amount: float) -> None:
    """Put so much into an account's wallet; a negative amount takes it out."""
    account.top_up(amount)
    _remember(smsc, account)


def fill_up(smsc: Smsc, account: Account) -> None:
    """An account's wallet is as full as at first."""
    wallet = account.definition.wallet
    if wallet is not None:
        account.balance = wallet.balance
        _remember(smsc, account)


def _remember(smsc: Smsc, account: Account) -> None:
    if account.definition.wallet is not None:
        smsc.ledger.paid(account.system_id, account.balance)
