"""The first page: what goes on, and the switches."""

from __future__ import annotations

from typing import Final, Literal

import msgspec
from msgspec import Struct

from smsc_sim.sim.status import status_view
from smsc_sim.web.api.switches import shown as switch_shown
from smsc_sim.web.console import Console
from smsc_sim.web.page import Done, Shown, Visit, action, page
from smsc_sim.web.problem import NOT_FOUND
from smsc_sim.web.seconds import Seconds

BINDS_SHOWN: Final = 8
MESSAGES_SHOWN: Final = 20


class SwitchForm(Struct, frozen=True, kw_only=True):
    """One switch and what it shall be."""

    name: str
    active: bool
    for_: Seconds | None = msgspec.field(name="for", default=None)
    back: Literal["/", "/scenario"] = "/"
    """The page that the form is on."""


@page("/", title="Overview", menu=1, key="o")
def overview(console: Console, visit: Visit) -> Shown:
    """Counters, live binds and the last messages."""
    del visit
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
