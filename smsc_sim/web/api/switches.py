"""Switches: failures that people turn on and off."""

from __future__ import annotations

import msgspec
from msgspec import Struct

from smsc_sim.sim.rules.switches import Switch
from smsc_sim.web.console import Console
from smsc_sim.web.endpoint import endpoint
from smsc_sim.web.instants import text_or_none
from smsc_sim.web.problem import NOT_FOUND
from smsc_sim.web.seconds import Seconds


class SwitchShown(Struct, frozen=True, kw_only=True):
    """One switch."""

    name: str
    label: str
    active: bool
    until: str | None
    """When it goes off by itself; null when it does not."""


class Switches(Struct, frozen=True, kw_only=True):
    """All switches, in the order of the scenario."""

    items: list[SwitchShown]


class PutSwitch(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """On or off."""

    active: bool
    for_: Seconds | None = msgspec.field(name="for", default=None)
    """How long it stays on; not given: as the scenario says, or until it is turned off."""


@endpoint("GET", "/switches")
def switches(console: Console) -> Switches:
    """All switches."""
    return Switches(items=[shown(name, switch) for name, switch in console.smsc.switches])


@endpoint("PUT", "/switches/{name}", problems=(NOT_FOUND,))
def put_switch(console: Console, name: str, body: PutSwitch) -> SwitchShown:
    """Turn a switch on, for a while or for good, or off."""
    switch = console.smsc.switches.get(name)
    if switch is None:
        raise NOT_FOUND.error("The scenario has no switch of this name.")
    with console.change() as now:
        console.smsc.switches.put(name, body.active, now, body.for_ or None)
    return shown(name, switch)


def shown(name: str, switch: Switch) -> SwitchShown:
    """A switch as the API shows it."""
    return SwitchShown(name=name, label=switch.label or name, active=switch.active, until=text_or_none(switch.until))
