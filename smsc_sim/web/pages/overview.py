"""The first page: what goes on, and the switches."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Literal

import msgspec
from msgspec import Struct
from twisted.internet.defer import Deferred

from smsc_sim.scenario.library import TEST_NUMBERS
from smsc_sim.sim.status import status_view
from smsc_sim.sim.traffic import Lately
from smsc_sim.smpp.status import name_of
from smsc_sim.web.api.reset import Reset, ResetDone, What, put_back
from smsc_sim.web.api.switches import shown as switch_shown
from smsc_sim.web.console import Console
from smsc_sim.web.judging import lately_judged
from smsc_sim.web.page import Done, Shown, Visit, action, page
from smsc_sim.web.problem import NOT_FOUND
from smsc_sim.web.seconds import Seconds

BINDS_SHOWN: Final = 8
MESSAGES_SHOWN: Final = 20
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


@page("/", title="Overview", menu=1, key="o")
def overview(console: Console, visit: Visit) -> Deferred[Shown]:
    """Counters, live binds, what came of messages lately, and the last of them."""
    del visit
    return lately_judged(console).addCallback(lambda report: {**_shown(console), "report": report})


def _shown(console: Console) -> dict[str, object]:
    listening = console.listening()
    view = status_view(
        console.smsc,
        console.clock(),
        version=console.version,
        started_at=console.started_at,
        endpoints=[*listening.get("smpp", ()), *listening.get("smpp_tls", ())],
        messages=MESSAGES_SHOWN,
    )
    return {
        "view": view,
        "binds": view.binds[:BINDS_SHOWN],
        "messages": view.messages,
        "hint": console.hint(),
        "switches": [(switch_shown(name, switch), switch.until) for name, switch in console.smsc.switches],
        "scenario": console.in_force.scenario,
        "scenario_path": console.scenario_path,
        "seed": console.in_force.seed,
        "counters": console.smsc.counters,
        "plain": list(listening.get("smpp", ())),
        "encrypted": list(listening.get("smpp_tls", ())),
        "has_test_numbers": console.scenario_path == TEST_NUMBERS,
        "latest": next(iter(console.traffic.points(LATEST, 1)), None),
        "resets": RESETS,
        **_lately([console.traffic.lately(seconds) for seconds in SPANS]),
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
