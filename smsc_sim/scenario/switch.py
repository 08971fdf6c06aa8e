"""Switches: failures that people turn on and off while the server runs."""

from dataclasses import dataclass
from typing import Annotated

from msgspec import Meta, Struct, field

from smsc_sim.scenario.values import Duration


class WrittenSwitch(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A switch as it is written."""

    label: Annotated[str, Meta(max_length=200)] = ""
    """What the console calls it; as a rule its name."""
    active: bool = False
    """Whether it is on at the start."""
    for_: Duration | None = field(name="for", default=None)
    """How long it stays on; not written: until it is turned off."""


@dataclass(frozen=True, slots=True)
class SwitchDefinition:
    """A switch, known by its name in the scenario."""

    label: str
    active: bool = False
    for_seconds: float | None = None
    """How long it stays on; None: until it is turned off."""


def switch_of(name: str, written: WrittenSwitch | None) -> SwitchDefinition:
    """Return a switch in its normalised form."""
    written = written or WrittenSwitch()
    return SwitchDefinition(written.label or name, written.active, written.for_ or None)
