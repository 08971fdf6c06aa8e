"""What the simulator wants to reach, and what a run says about it.

The goals are ratios to other servers, one process on one core, because ratios travel between machines and messages a
second do not.  Some of those servers (jSMPP and ukarim/smscsim, in Java and Go) are not run here.  Where they were
measured beside node-smpp or the limit in C on one machine (2 cores, CPython 3.11, an independent load
generator in C), that ratio converts: a result got this way is derived, not measured, and says so.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Protocol

from benchmarks.peers import LIMIT, NODE, PRODUCT
from benchmarks.scenarios import (
    IDLE,
    PACED,
    S_1_10,
    S_10_10,
    S_10_100,
    S_100_1,
    SR_1_10,
    SR_10_100,
    START_UP,
    TLS_10_100,
)

JSMPP = "jSMPP"
SMSCSIM = "smscsim"


class Quantity(Enum):
    """What is compared."""

    RATE = "rate"
    CPU = "CPU per message"
    P99 = "p99, ms"
    P999 = "p99.9, ms"
    MEMORY = "KiB per bind"
    SECONDS = "s"


@dataclass(frozen=True)
class Conversion:
    """A peer's figure as a multiple, between low and high, of that of a server that is run here."""

    through: str
    low: float
    high: float


CONVERSIONS: Mapping[tuple[str, str, Quantity], Conversion] = {
    (JSMPP, S_10_100, Quantity.RATE): Conversion(NODE, 7.0, 7.1),
    (SMSCSIM, S_10_100, Quantity.RATE): Conversion(NODE, 2.9, 2.9),
    (JSMPP, S_10_10, Quantity.RATE): Conversion(NODE, 4.2, 4.2),
    (SMSCSIM, S_10_10, Quantity.RATE): Conversion(NODE, 2.8, 2.8),
    (JSMPP, S_100_1, Quantity.RATE): Conversion(LIMIT, 0.146, 0.146),
    (SMSCSIM, S_100_1, Quantity.RATE): Conversion(LIMIT, 0.605, 0.605),
    (JSMPP, SR_10_100, Quantity.RATE): Conversion(NODE, 1.35, 1.35),
    # smscsim differs with the Go release and the run.
    (SMSCSIM, SR_10_100, Quantity.RATE): Conversion(NODE, 4.5, 6.0),
    (SMSCSIM, SR_1_10, Quantity.RATE): Conversion(NODE, 3.9, 7.1),
    (SMSCSIM, SR_10_100, Quantity.CPU): Conversion(NODE, 0.40, 0.40),
}


@dataclass(frozen=True)
class Goal:
    """``quantity`` of the simulator in ``scenario`` at least (or at most) ``wanted`` × that of ``against``, or, with
    nothing to compare against, at least (or at most) ``wanted`` itself.

    ``baseline`` is the scenario of the other side where it is not the same.
    """

    scenario: str
    quantity: Quantity
    at_most: bool
    wanted: float
    against: str = ""
    baseline: str = ""


GOALS = (
    Goal(S_10_100, Quantity.RATE, False, 2.0, JSMPP),
    Goal(S_10_100, Quantity.RATE, False, 5.0, SMSCSIM),
    Goal(S_10_10, Quantity.RATE, False, 2.0, JSMPP),
    Goal(S_10_10, Quantity.RATE, False, 3.0, SMSCSIM),
    Goal(S_1_10, Quantity.RATE, False, 0.8, LIMIT),
    Goal(S_100_1, Quantity.RATE, False, 0.7, SMSCSIM),
    Goal(S_100_1, Quantity.RATE, False, 3.0, JSMPP),
    Goal(SR_10_100, Quantity.RATE, False, 3.0, SMSCSIM),
    Goal(SR_10_100, Quantity.RATE, False, 10.0, JSMPP),
    Goal(SR_1_10, Quantity.RATE, False, 1.1, SMSCSIM),
    Goal(SR_10_100, Quantity.CPU, True, 0.2, SMSCSIM),
    Goal(TLS_10_100, Quantity.RATE, False, 0.8, PRODUCT, baseline=S_10_100),
    Goal(IDLE, Quantity.MEMORY, True, 3.0),
    Goal(START_UP, Quantity.SECONDS, True, 0.5),
    Goal(PACED, Quantity.P99, True, 2.0),
    Goal(PACED, Quantity.P999, True, 5.0),
)


@dataclass(frozen=True)
class Outcome:
    """A goal beside what was got.  got is None when a run that it needs is missing; low = high unless derived."""

    goal: Goal
    low: float | None
    high: float | None
    derived_through: str = ""
    client_bound: bool = False

    @property
    def verdict(self) -> str:
        """met, missed, unclear (the client held the other side back), within a conversion's spread, not measured."""
        if self.low is None or self.high is None:
            return "not measured"
        wanted = self.goal.wanted
        worst, best = (self.high, self.low) if self.goal.at_most else (self.low, self.high)
        if (worst <= wanted) if self.goal.at_most else (worst >= wanted):
            return "unclear, client-bound" if self.client_bound else "met"
        if (best <= wanted) if self.goal.at_most else (best >= wanted):
            return "within the conversion's spread"
        return "missed"


class Findings(Protocol):
    """What was found, as the goals need it."""

    def value(self, scenario: str, quantity: Quantity) -> float | None:
        """The simulator's own figure; None when it was not measured."""

    def client_bound(self, scenario: str, server: str) -> bool:
        """Whether the server's rate in the scenario is the load client's."""

    def ratio(self, scenario: str, quantity: Quantity, server: str, baseline: str) -> float | None:
        """The simulator in ``scenario`` by ``server`` in ``baseline``; None when one of them was not measured."""


def judge(goal: Goal, findings: Findings) -> Outcome:
    """What was found says about a goal."""
    if not goal.against:
        value = findings.value(goal.scenario, goal.quantity)
        return Outcome(goal, value, value)
    baseline = goal.baseline or goal.scenario
    conversion = CONVERSIONS.get((goal.against, goal.scenario, goal.quantity))
    other, low, high = (conversion.through, conversion.low, conversion.high) if conversion else (goal.against, 1.0, 1.0)
    ratio = findings.ratio(goal.scenario, goal.quantity, other, baseline)
    return Outcome(
        goal,
        ratio / high if ratio is not None else None,
        ratio / low if ratio is not None else None,
        derived_through=other if conversion else "",
        client_bound=goal.quantity is Quantity.RATE and findings.client_bound(baseline, other),
    )
