"""Back to the beginning: between two tests, for everybody or for one account."""

from __future__ import annotations

from typing import Final, Literal, TypeAlias

from msgspec import Struct
from twisted.internet.defer import Deferred, succeed

from smsc_sim.sim.journal.notes import ResetNote
from smsc_sim.sim.reset import reset_counters, reset_switches, stop_injections, take_back, unbind_sessions
from smsc_sim.sim.search.exact import having
from smsc_sim.sim.search.query import EVERYTHING, Query
from smsc_sim.sim.sessions.account import Account
from smsc_sim.sim.store.pages import unended_of
from smsc_sim.sim.store.stored import StoredMessage
from smsc_sim.web.api.messages import remove_by
from smsc_sim.web.console import Console
from smsc_sim.web.endpoint import endpoint
from smsc_sim.web.kept import STORE_FAILED, ask
from smsc_sim.web.problem import INVALID, NOT_FOUND, FieldError

What: TypeAlias = Literal["messages", "counters", "switches", "rules", "accounts", "sessions"]

ALL: Final[tuple[What, ...]] = ("sessions", "messages", "counters", "switches", "rules", "accounts")
"""In the order in which they are put back."""

_OF_EVERYBODY: Final = frozenset({"switches", "accounts"})
_SLICE: Final = 1_000


class Reset(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is put back."""

    what: list[What] | None = None
    """messages: they are removed, with what is still to be sent for them; counters: of rules, wallets and the SMSC;
    switches: as the scenario has them; rules: temporary ones go; accounts: likewise; sessions: they are unbound. Not
    given: all of it, with an account all that can be told apart by account."""
    account: str | None = None
    """A system_id: only what belongs to it. Of counters that is its wallet."""


class ResetDone(Struct, frozen=True, kw_only=True):
    """What was put back."""

    seq: int
    """Of the journal's entry that says so: what comes after it is asked for with ``since``."""
    what: list[str]
    messages: int
    """Removed."""
    rules: int
    accounts: int
    sessions: int
    """That are being unbound."""


@endpoint("POST", "/reset", problems=(NOT_FOUND, STORE_FAILED))
def reset(console: Console, body: Reset) -> Deferred[ResetDone]:
    """Put things back to their beginning; the answer comes when it is done.

    Sessions get five seconds to answer their unbind: wait for them with /sessions/wait?count=0. A manual clock stays
    where it stands.
    """
    return put_back(console, body)


def put_back(console: Console, body: Reset) -> Deferred[ResetDone]:
    """The same for pages.  Raises ProblemError."""
    account = None
    if body.account is not None:
        account = console.smsc.accounts.find(body.account)
        if account is None:
            raise NOT_FOUND.error("There is no account of this system_id.")
    what = [one for one in ALL if (one in body.what if body.what is not None else _usual(one, account))]
    if account is not None and _OF_EVERYBODY & set(what):
        message = f"{', '.join(sorted(_OF_EVERYBODY))} are everybody's: they are reset without an account"
        raise INVALID.error(message, [FieldError(message=message, path="body.what")])
    smsc = console.smsc
    sessions = rules = accounts = 0
    with console.change() as now:
        if "sessions" in what:
            sessions = unbind_sessions(smsc, account, now)
        if "messages" in what and account is None:
            stop_injections(smsc, now)
        if "counters" in what:
            reset_counters(smsc, account)
        if "switches" in what:
            reset_switches(smsc, console.in_force.scenario, now)
        if "rules" in what:
            rules = console.in_force.clear_rules(now, None if account is None else account.system_id)
        if "accounts" in what:
            accounts = console.in_force.clear_accounts(now)

    def done(messages: int) -> ResetDone:
        with console.change() as now:
            smsc.journal.note(ResetNote(at=now, account=body.account or "", what=tuple(what)))
        return ResetDone(
            seq=smsc.journal.last_seq, what=list(what), messages=messages, rules=rules, accounts=accounts,
            sessions=sessions,
        )  # fmt: skip

    removing = _remove(console, account) if "messages" in what and console.kept() is not None else succeed(0)
    return removing.addCallback(done)


def _usual(what: What, account: Account | None) -> bool:
    return account is None or what not in _OF_EVERYBODY


def _remove(console: Console, account: Account | None) -> Deferred[int]:
    """Take back what is still to be sent, slice by slice, then remove the messages."""
    system_id = None if account is None else account.system_id

    def go_on(after: int, within: float | None) -> Deferred[int]:
        asked = ask(console, lambda store: unended_of(store, system_id, after, _SLICE), within)
        return asked.addCallback(taken)

    def taken(messages: list[StoredMessage]) -> Deferred[int]:
        with console.change() as now:
            take_back(console.smsc, messages, now)
        if len(messages) == _SLICE:
            return go_on(messages[-1].id, 0.0)
        return remove_by(console, _of(system_id))

    return go_on(0, None)


def _of(system_id: str | None) -> Query:
    return EVERYTHING if system_id is None else having("account", system_id)
