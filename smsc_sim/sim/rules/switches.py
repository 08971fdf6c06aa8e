"""Switches: conditions that a person puts on and off while the SMSC runs."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from smsc_sim.sim.timeline import Pending, Timeline


@dataclass(slots=True)
class Switch:
    """One switch."""

    label: str = ""
    active: bool = False
    lasts: float | None = None
    """Seconds after which it goes off by itself; None: it stays on."""
    until: float = 0.0
    """When it goes off by itself, seconds since the epoch; 0 when it does not."""


class _Off:
    """The end of a switch that lasts: an event of the timeline."""

    __slots__ = ("name", "switches", "until")

    def __init__(self, switches: Switches, name: str, until: float) -> None:
        self.switches = switches
        self.name = name
        self.until = until

    def fire(self, now: float) -> None:
        """Put it off, unless it was put on anew since."""
        switch = self.switches.get(self.name)
        if switch is not None and switch.active and switch.until == self.until:
            self.switches.put(self.name, False, now)

    def describe(self, due: float) -> Iterator[Pending]:
        """The switch, unless it was put on anew since."""
        switch = self.switches.get(self.name)
        if switch is not None and switch.active and switch.until == self.until:
            yield Pending(due, "switch", text=f"{self.name} off")


class Switches:
    """All switches, by name."""

    def __init__(self, timeline: Timeline, changed: Callable[[str, bool, float, float], None]) -> None:
        """``changed(name, active, now, until)`` is told of each change; ``until`` 0: until it is put again."""
        self._switches: dict[str, Switch] = {}
        self._timeline = timeline
        self._changed = changed

    def __iter__(self) -> Iterator[tuple[str, Switch]]:
        return iter(self._switches.items())

    def get(self, name: str) -> Switch | None:
        """The switch of this name, or None."""
        return self._switches.get(name)

    def is_on(self, name: str) -> bool:
        """Whether it is on; a switch that does not exist is off."""
        switch = self._switches.get(name)
        return switch is not None and switch.active

    def define(self, definitions: Mapping[str, Switch], now: float) -> None:
        """Have these switches from now on; one that exists already stays as it stands."""
        former, self._switches = self._switches, dict(definitions)
        for name, switch in self._switches.items():
            before = former.get(name)
            if before is not None:
                switch.active, switch.until = before.active, before.until
            elif switch.active and switch.lasts is not None:
                self._last(name, switch, now, switch.lasts)

    def put(self, name: str, active: bool, now: float, lasts: float | None = None) -> bool:
        """Put a switch on or off; on for ``lasts`` seconds, or for as long as it is defined to last.

        Returns False when there is no such switch.
        """
        switch = self._switches.get(name)
        if switch is None:
            return False
        changed = switch.active is not active
        switch.active = active
        switch.until = 0.0
        seconds = switch.lasts if lasts is None else lasts
        if active and seconds is not None:
            self._last(name, switch, now, seconds)
        if changed:
            self._changed(name, active, now, switch.until)
        return True

    def _last(self, name: str, switch: Switch, now: float, seconds: float) -> None:
        switch.until = now + seconds
        self._timeline.add(switch.until, _Off(self, name, switch.until))
