"""When a rule applies: conditions on the message, then gates, in a fixed order."""

from dataclasses import dataclass
from typing import Literal, get_args

from smsc_sim.scenario.matching import Test

Scope = Literal["session", "account", "from", "to", "message", "server"]
"""What a gate counts by. ``message``: account, from, to, text and part, that is the client's retry of a message."""

SCOPES: tuple[Scope, ...] = get_args(Scope)

SECONDS_OF_DAY = 86400


@dataclass(frozen=True, slots=True)
class FieldCondition:
    """One property of the message passes a test."""

    key: str
    """``to``, ``text`` ..., the SMPP name of a field, or ``tlv:NAME`` (``tlv:0x1400`` for one without a name)."""
    test: Test


@dataclass(frozen=True, slots=True)
class AnyOf:
    """At least one of the branches holds; a branch holds when all its conditions do."""

    branches: "tuple[tuple[Condition, ...], ...]"


@dataclass(frozen=True, slots=True)
class Not:
    """The conditions do not all hold."""

    conditions: "tuple[Condition, ...]"


Condition = FieldCondition | AnyOf | Not


@dataclass(frozen=True, slots=True)
class SwitchTest:
    """The switch of this name is on, or off."""

    name: str
    wanted: bool = True


@dataclass(frozen=True, slots=True)
class Between:
    """A time of day, in seconds since midnight UTC: from ``start`` up to, but not including, ``end``.

    When ``end`` lies before ``start`` the time goes over midnight.
    """

    start: int
    end: int

    def holds(self, now: float) -> bool:
        """Return whether the instant (seconds since the Unix epoch) lies in it."""
        second = now % SECONDS_OF_DAY
        if self.start <= self.end:
            return self.start <= second < self.end
        return second >= self.start or second < self.end


@dataclass(frozen=True, slots=True)
class RateGate:
    """Open for what comes beyond ``count`` messages in a sliding window of ``seconds``; the others fill the window."""

    count: int
    seconds: float = 1.0
    scope: Scope = "session"


@dataclass(frozen=True, slots=True)
class CountGate:
    """``first``: open for the first ``count`` messages; ``every``: open for each ``count``-th one."""

    count: int
    scope: Scope = "server"


@dataclass(frozen=True, slots=True)
class When:
    """All of it must hold. Gates are asked in the order they have here, each only when all before it held."""

    conditions: tuple[Condition, ...] = ()
    """In the order of the file."""
    switch: SwitchTest | None = None
    between: Between | None = None
    rate_above: RateGate | None = None
    every: CountGate | None = None
    first: CountGate | None = None
    chance: float | None = None
    """0 to 1."""

    @property
    def is_always(self) -> bool:
        """Whether there is nothing that could fail."""
        return self == ALWAYS

    @property
    def has_gates(self) -> bool:
        """Whether more than the conditions decides."""
        return any(
            gate is not None
            for gate in (self.switch, self.between, self.rate_above, self.every, self.first, self.chance)
        )


ALWAYS = When()
"""Holds for every message."""
