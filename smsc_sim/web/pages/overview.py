"""The first page: what goes on, and the switches."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

import msgspec
from msgspec import Struct
from twisted.internet.defer import Deferred, gatherResults, succeed
from twisted.python.failure import Failure

from smsc_sim.sim.search.query import EVERYTHING
from smsc_sim.sim.store.pages import page as page_of
from smsc_sim.sim.store.store import Store
from smsc_sim.sim.traffic import Lately
from smsc_sim.smpp.status import name_of
from smsc_sim.web.api.reset import Reset, ResetDone, What, put_back
from smsc_sim.web.api.switches import shown as switch_shown
from smsc_sim.web.console import Console
from smsc_sim.web.judging import lately_judged
from smsc_sim.web.kept import ask
from smsc_sim.web.page import Done, Shown, Visit, action, page
from smsc_sim.web.problem import NOT_FOUND, ProblemError
from smsc_sim.web.rows import Row, row_of
from smsc_sim.web.seconds import Seconds
from smsc_sim.web.session_rows import session_row
from smsc_sim.web.telling_number import telling_number

BINDS_SHOWN: Final = 8
MESSAGES_SHOWN: Final = 20
PATIENCE: Final = 0.5
"""Seconds that the page waits for the newest messages to become rows, under heavy traffic."""
SPANS: Final = (60, 300, 900)
"""Seconds."""
LATEST: Final = 2
"""Seconds that "now" is."""
RECEIPT_TONES: Final = {"sent": "in", "acknowledged": "good", "refused": "bad", "expired": "bad", "discarded": "bad"}
RESETS: Final[tuple[tuple[What, str], ...]] = (
    ("messages", "and what is still to be sent for them"),
    ("counters", "of rules, wallets and this page"),
    ("switches", "as the scenario has them"),
    ("rules", "that were put on top"),
    ("accounts", "likewise"),
    ("sessions", "are unbound"),
)


class SwitchForm(Struct, frozen=True, kw_only=True):
    """One switch and what it shall be."""

    name: str
    active: bool
    for_: Seconds | None = msgspec.field(name="for", default=None)
    back: Literal["/", "/scenario"] = "/"
    """The page that the form is on."""


class ResetForm(Struct, frozen=True, kw_only=True):
    """What is put back."""

    messages: bool = False
    counters: bool = False
    switches: bool = False
    rules: bool = False
    accounts: bool = False
    sessions: bool = False


@dataclass(frozen=True, slots=True)
class _Latest:
    """The last messages, as far as the store tells them."""

    rows: Sequence[Row] = ()
    behind: int = 0
    """Newer messages that are no rows yet."""
    trouble: str = ""
    """Why there are none."""


@page("/", title="Overview", menu=1, key="o")
def overview(console: Console, visit: Visit) -> Deferred[Shown]:
    """Counters, live binds, what came of messages lately, and the last of them."""
    report = lately_judged(console) if visit.wants("verdicts") else succeed(None)
    latest = _latest(console) if visit.wants("messages") else succeed(_Latest())
    asked: Deferred[list[Any]] = gatherResults([report, latest], consumeErrors=True)
    return asked.addCallback(lambda found: _shown(console, visit, found[1]) | {"report": found[0]})


def _latest(console: Console) -> Deferred[_Latest]:
    """The last messages; that the store fails is no reason to show nothing at all."""
    if console.kept() is None:
        return succeed(_Latest())
    now = console.clock()

    def look(store: Store) -> _Latest:
        found = page_of(store, EVERYTHING, now, limit=MESSAGES_SHOWN)
        return _Latest([row_of(message, now) for message in found.messages], found.behind)

    def failed(failure: Failure) -> _Latest:
        failure.trap(ProblemError)
        assert isinstance(failure.value, ProblemError)
        return _Latest(trouble=failure.value.detail)

    return ask(console, look, PATIENCE).addErrback(failed)


def _shown(console: Console, visit: Visit, latest: _Latest) -> dict[str, object]:
    smsc = console.smsc
    listening = console.listening()
    bound = [session for session in smsc.sessions.values() if session.bound]
    binds = bound[:BINDS_SHOWN] if visit.wants("binds") else ()
    asks_for_messages = visit.wants("messages") and not latest.rows
    return {
        "bound": len(bound),
        "types": Counter(session.bind_type for session in bound).most_common(),
        "binds": [session_row(console, session) for session in binds],
        "latest": latest,
        "kept": console.kept() is not None,
        "hint": console.hint(),
        "try_number": telling_number(console) if asks_for_messages else None,
        "switches": [(switch_shown(name, switch), switch.until) for name, switch in smsc.switches],
        "scenario": console.in_force.scenario,
        "scenario_path": console.scenario_path,
        "seed": console.in_force.seed,
        "up": console.clock() - console.started_at,
        "started_at": console.started_at,
        "counters": smsc.counters,
        "pending": sum(account.pending for account in smsc.accounts),
        "waiting": sum(account.waiting_count for account in smsc.accounts),
        "plain": list(listening.get("smpp", ())),
        "encrypted": list(listening.get("smpp_tls", ())),
        "pace": next(iter(console.traffic.points(LATEST, 1)), None),
        "resets": RESETS,
        **(_lately([console.traffic.lately(seconds) for seconds in SPANS]) if visit.wants("lately") else {}),
    }


def _lately(spans: Sequence[Lately]) -> dict[str, object]:
    """Rows of what came of messages and receipts: label, colour, how many in each span, and the share in the last."""
    longest = spans[-1]
    messages, receipts = sum(longest.answers.values()), longest.receipts.get("sent", 0)
    return {
        "lately": spans,
        "answers": [
            (
                name_of(status),
                "bad" if status else "good",
                [one.answers.get(status, 0) for one in spans],
                count / messages,
            )
            for status, count in longest.answers.items()
        ],
        "receipts": [
            (name, RECEIPT_TONES[name], [one.receipts.get(name, 0) for one in spans], min(1.0, count / receipts))
            for name, count in longest.receipts.items()
            if receipts and (count or name in ("sent", "acknowledged"))
        ],
    }


@action("/switch")
def put_switch(console: Console, visit: Visit, form: SwitchForm) -> Done:
    """Turn a switch on or off."""
    del visit
    with console.change() as now:
        known = console.smsc.switches.put(form.name, form.active, now, form.for_ or None)
    if not known:
        raise NOT_FOUND.error("The scenario has no switch of this name any more.")
    return Done(form.back, f"Switch “{form.name}” is {'on' if form.active else 'off'}.")


@action("/reset")
def put_back_ticked(console: Console, visit: Visit, form: ResetForm) -> Deferred[Done] | Done:
    """Put back what is ticked."""
    del visit
    what = [one for one, _ in RESETS if getattr(form, one)]
    if not what:
        return Done("/", "Nothing was ticked, so nothing is reset.", "bad")

    def told(done: ResetDone) -> Done:
        return Done("/", f"Reset: {', '.join(done.what)}. {done.messages:,} messages were removed.")

    return put_back(console, Reset(what=what)).addCallback(told)
