"""Accounts, and temporary ones: the best way to keep parallel tests apart."""

from __future__ import annotations

import json
from http import HTTPStatus
from typing import Annotated, Any

from msgspec import Meta, Struct

from smsc_sim.scenario.account import LONGEST_PASSWORD, AccountDefinition
from smsc_sim.scenario.load import check_text
from smsc_sim.sim.rules.in_force import MOST_TEMPORARY, Full, Taken
from smsc_sim.sim.sessions import wallet
from smsc_sim.sim.sessions.account import Account
from smsc_sim.web.console import Console
from smsc_sim.web.endpoint import endpoint
from smsc_sim.web.instants import text_or_none
from smsc_sim.web.problem import CONFLICT, INVALID, NOT_FOUND, FieldError
from smsc_sim.web.seconds import Seconds

Money = Annotated[float, Meta(ge=-1e12, le=1e12)]


class AccountShown(Struct, frozen=True, kw_only=True):
    """One account; never its password."""

    system_id: str
    binds: list[str]
    """What it may bind as."""
    profile: str
    """The provider that it is under."""
    sessions: int
    """Bound now."""
    sessions_limit: int | None
    throughput: str | None
    """Messages in a time, such as ``5/s per session``."""
    window: int | None
    """Messages of one session that may wait for their response."""
    balance: float | None
    """What is left in its wallet; null without one."""
    receipts_pending: int
    receipts_waiting: int
    temporary: bool
    until: str | None
    """When it goes by itself; null when it does not."""


class Accounts(Struct, frozen=True, kw_only=True):
    """All accounts: the scenario's, then temporary ones."""

    items: list[AccountShown]


class AddAccount(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An account for a while."""

    account: dict[str, Any] = {}
    """As it stands in a scenario; what is missing of system_id and password is made up."""
    ttl: Seconds | None = None
    """How long it stays; not given: until it is removed or the simulator reset."""


class AddedAccount(Struct, frozen=True, kw_only=True):
    """A temporary account."""

    system_id: str
    password: str
    """It is shown this once."""
    until: str | None


class FillWallet(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How full; one of both."""

    balance: Money | None = None
    """So full."""
    add: Money | None = None
    """So much fuller; less than 0 takes out."""


class Wallet(Struct, frozen=True, kw_only=True):
    """What is in a wallet."""

    balance: float


@endpoint("GET", "/accounts")
def accounts(console: Console) -> Accounts:
    """All accounts with their limits and counters."""
    return Accounts(items=all_accounts(console))


@endpoint("POST", "/accounts", status=HTTPStatus.CREATED, problems=(CONFLICT,))
def add_account(console: Console, body: AddAccount) -> AddedAccount:
    """Have one more account for a while; an own account for each test keeps parallel tests apart."""
    wanted = dict(body.account)
    if "system_id" not in wanted:
        number = 1
        while console.smsc.accounts.find(f"t-{number}") is not None:
            number += 1
        wanted["system_id"] = f"t-{number}"
    wanted.setdefault("password", console.draw_token()[:LONGEST_PASSWORD])
    definition = _definition(wanted)
    try:
        with console.change() as now:
            added = console.in_force.add_account(definition, now, lasts=body.ttl or 0.0)
    except Taken:
        raise CONFLICT.error("There is an account of this system_id already.") from None
    except Full:
        raise CONFLICT.error(f"There are {MOST_TEMPORARY} temporary accounts already.") from None
    return AddedAccount(system_id=definition.system_id, password=definition.password, until=text_or_none(added.until))


@endpoint("DELETE", "/accounts/{system_id}", problems=(NOT_FOUND,))
def remove_account(console: Console, system_id: str) -> None:
    """Take a temporary account away and unbind its sessions."""
    with console.change() as now:
        found = console.in_force.remove_account(system_id, now)
    if not found:
        raise NOT_FOUND.error("There is no temporary account of this system_id.")


@endpoint("PUT", "/accounts/{system_id}/wallet", problems=(NOT_FOUND, CONFLICT))
def fill_wallet(console: Console, system_id: str, body: FillWallet) -> Wallet:
    """Fill the wallet of an account, or take something out."""
    account = console.smsc.accounts.find(system_id)
    if account is None:
        raise NOT_FOUND.error("There is no account of this system_id.")
    if account.definition.wallet is None:
        raise CONFLICT.error("The account has no wallet; its definition says what messages cost.")
    if (body.balance is None) == (body.add is None):
        raise INVALID.error("Either balance or add is wanted.")
    amount = body.add if body.add is not None else (body.balance or 0.0) - account.balance
    with console.change():
        wallet.top_up(console.smsc, account, amount)
    return Wallet(balance=account.balance)


def all_accounts(console: Console) -> list[AccountShown]:
    """All accounts as the API shows them."""
    until = {one.definition.system_id: one.until for one in console.in_force.temporary_accounts}
    return [_shown(account, until.get(account.system_id)) for account in console.smsc.accounts]


def _shown(account: Account, until: float | None) -> AccountShown:
    definition = account.definition
    return AccountShown(
        system_id=account.system_id,
        binds=list(definition.binds),
        profile=account.profile.name,
        sessions=len(account.sessions),
        sessions_limit=definition.sessions,
        throughput=str(definition.throughput) if definition.throughput is not None else None,
        window=definition.window,
        balance=account.balance if definition.wallet is not None else None,
        receipts_pending=account.pending,
        receipts_waiting=account.waiting_count,
        temporary=until is not None,
        until=text_or_none(until or 0.0),
    )


def _definition(wanted: dict[str, Any]) -> AccountDefinition:
    checked = check_text(json.dumps({"smsc": 1, "accounts": [wanted]}), "account", json=True)
    if checked.scenario is None:
        # The line is that of a text that the caller has never seen.
        errors = [
            FieldError(message=finding.message, path="body.account", code=finding.code, hint=finding.hint)
            for finding in checked.findings
            if finding.severity == "error"
        ]
        raise INVALID.error("The account has errors.", errors)
    return checked.scenario.accounts[0]
