"""Accounts: what each may do, what waits for it, its wallet; and accounts for a while. No password is shown."""

from __future__ import annotations

from typing import Annotated, Any, Final
from urllib.parse import quote

from msgspec import Meta, Struct

from smsc_sim.scenario.wallet import MOST_MONEY
from smsc_sim.sim.delivery.queue_view import queue_view
from smsc_sim.sim.rules.in_force import UNBIND_GRACE
from smsc_sim.sim.search.exact import having
from smsc_sim.sim.sessions import wallet
from smsc_sim.sim.sessions.account import Account
from smsc_sim.web.api.accounts import AddAccount, add_account, remove_account
from smsc_sim.web.api.rules import AddRule, put_on_top
from smsc_sim.web.console import Console
from smsc_sim.web.page import Done, Shown, Visit, action, page
from smsc_sim.web.problem import ProblemError
from smsc_sim.web.seconds import Seconds

SHOWN: Final = 100
"""Accounts on the page."""
ATTEMPTS_SHOWN: Final = 10

_EXAMPLE: Final = 31
"""The number of a message whose ids are shown as an example."""


class AddForm(Struct, frozen=True, kw_only=True):
    """An account for a while; what is left empty is made up, or has no limit."""

    system_id: str = ""
    password: str = ""
    ttl: Seconds | None = None
    sessions: int | None = None
    throughput: str = ""
    window: int | None = None
    balance: float | None = None


class AccountForm(Struct, frozen=True, kw_only=True):
    """Which account."""

    system_id: str


class TopUpForm(Struct, frozen=True, kw_only=True):
    """Money for a wallet."""

    system_id: str
    amount: Annotated[float, Meta(gt=0, le=MOST_MONEY)]


@page("/accounts", title="Accounts", menu=9, key="u")
def accounts(console: Console, visit: Visit) -> Shown:
    """All accounts, or those whose system_id has a text in it."""
    now, binds = console.clock(), console.smsc.breakdown.binds
    wanted = visit.query.get("q", "").strip()
    found = [account for account in console.smsc.accounts if wanted in account.system_id]
    until = {one.definition.system_id: one.until for one in console.in_force.temporary_accounts}
    rules = {one.rule.name for one in console.in_force.temporary_rules}
    return {
        "rows": [
            {
                "account": account,
                "definition": account.definition,
                "until": until.get(account.system_id),
                "disabled": _rule_of(account.system_id) in rules,
                "queue": queue_view(account, now, attempts=ATTEMPTS_SHOWN),
                "ids": _ids(account),
                "accepted": binds.get((account.system_id, 0), 0),
                "refused": sum(
                    count for (name, status), count in binds.items() if status and name == account.system_id
                ),
                "search": str(having("account", account.system_id)),
            }
            for account in found[:SHOWN]
        ],
        "total": len(found),
        "q": wanted,
        "hint": console.hint(),
    }


@action("/accounts/add")
def add(console: Console, visit: Visit, form: AddForm) -> Done:
    """Have one more account for a while."""
    del visit
    given = {"system_id": form.system_id, "password": form.password, "throughput": form.throughput}
    written: dict[str, Any] = {name: value for name, value in given.items() if value}
    numbers = {"sessions": form.sessions, "window": form.window}
    written.update((name, value) for name, value in numbers.items() if value is not None)
    if form.balance is not None:
        written["wallet"] = {"balance": form.balance}
    try:
        added = add_account.function(console, AddAccount(account=written, ttl=form.ttl))
    except ProblemError as error:
        return Done("/accounts#add", _words(error), "bad")
    password = "" if form.password else f" Its password is {added.password} and is shown this once."
    return Done(_at(added.system_id), f"The account {added.system_id} may bind now.{password}")


@action("/accounts/remove")
def remove(console: Console, visit: Visit, form: AccountForm) -> Done:
    """Take a temporary account away."""
    del visit
    try:
        remove_account.function(console, form.system_id)
    except ProblemError as error:
        return Done("/accounts", error.detail, "bad")
    return Done("/accounts", f"The account {form.system_id} is gone, its sessions are asked to unbind.")


@action("/accounts/top-up")
def top_up(console: Console, visit: Visit, form: TopUpForm) -> Done:
    """Put money into a wallet."""
    del visit
    account = console.smsc.accounts.find(form.system_id)
    if account is None or account.definition.wallet is None:
        return Done("/accounts", "There is no account of this system_id that has a wallet.", "bad")
    with console.change():
        wallet.top_up(console.smsc, account, form.amount)
    return Done(_at(form.system_id), f"{form.system_id} has {account.balance:g} now.")


@action("/accounts/disable")
def disable(console: Console, visit: Visit, form: AccountForm) -> Done:
    """Refuse its binds by a temporary rule, and unbind its sessions."""
    del visit
    account = console.smsc.accounts.find(form.system_id)
    if account is None:
        return Done("/accounts", "There is no account of this system_id.", "bad")
    name = _rule_of(form.system_id)
    rule = {"name": name, "event": "bind", "reply": "ESME_RBINDFAIL"}
    try:
        put_on_top(console, AddRule(rule=rule, account=form.system_id))
    except ProblemError as error:
        return Done(_at(form.system_id), _words(error), "bad")
    with console.change() as now:
        for session in list(account.sessions):
            console.smsc.unbind(session, now, UNBIND_GRACE, "its account is disabled")
    return Done(_at(form.system_id), f"{form.system_id} cannot bind any more; the rule “{name}” is on top.")


@action("/accounts/enable")
def enable(console: Console, visit: Visit, form: AccountForm) -> Done:
    """Take that rule away."""
    del visit
    with console.change() as now:
        console.in_force.remove_rule(_rule_of(form.system_id), now)
    return Done(_at(form.system_id), f"{form.system_id} may bind again.")


def _at(system_id: str) -> str:
    """Where the page shows it."""
    return f"/accounts#{quote(system_id)}"


def _rule_of(system_id: str) -> str:
    """The name of the rule that refuses its binds."""
    return f"account {system_id} is disabled"


def _ids(account: Account) -> list[tuple[str, str]]:
    """How the id of a message is written in the three places, where they differ."""
    forms = account.ids
    places = [
        (place, "absent" if form.is_absent else form.format(_EXAMPLE) or "empty")
        for place, form in (("response", forms.reply), ("receipt", forms.receipt), ("TLV", forms.tlv))
    ]
    return places[:1] if len({written for _, written in places}) == 1 else places


def _words(error: ProblemError) -> str:
    return " ".join([error.detail, *(f"{one.message}." for one in error.errors)])
