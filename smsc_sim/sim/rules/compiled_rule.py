"""One rule, compiled: its conditions as functions, its gates, and what it has counted."""

from __future__ import annotations

from collections.abc import Callable
from itertools import compress

from smsc_sim.scenario.rule import Rule
from smsc_sim.scenario.when import Condition, FieldCondition, Not
from smsc_sim.sim.rules.decision import Decision, Dice, decision_of, needs_dice
from smsc_sim.sim.rules.facts import Facts, Valued
from smsc_sim.sim.rules.gates import Gates
from smsc_sim.sim.rules.selection import settled_by_flags, settled_by_session
from smsc_sim.sim.rules.tally import Tally

Check = Callable[[Valued], bool]


class CompiledRule:
    """One rule ready to be asked, with what it has counted."""

    __slots__ = (
        "_says",
        "by_flags",
        "by_session",
        "checks",
        "decided",
        "gates",
        "last_decided",
        "late",
        "late_checks",
        "plain",
        "repeats",
        "rule",
        "seed",
    )

    def __init__(self, rule: Rule, seed: int, is_on: Callable[[str], bool], default: Decision) -> None:
        self.rule = rule
        self.seed = seed
        conditions = rule.when.conditions
        checks = [check_of(condition) for condition in conditions]
        self.checks: tuple[Check, ...] = tuple(checks)
        """All of them must hold."""
        by_session = [settled_by_session(condition) for condition in conditions]
        by_flags = [settled_by_flags(condition) for condition in conditions]
        self.by_session = tuple(compress(checks, by_session))
        """Those of them that the session alone settles."""
        self.by_flags = tuple(compress(checks, by_flags))
        """Those of a message that the octets of flags settle."""
        rest = [not (one or other) for one, other in zip(by_session, by_flags, strict=True)]
        self.late = tuple(compress(conditions, rest))
        """The conditions that a message itself must settle."""
        self.late_checks: tuple[Check, ...] = tuple(compress(checks, rest))
        self.gates = Gates(rule, seed, is_on) if rule.when.has_gates else None
        self.decided = 0
        """Events that this rule has decided."""
        self.last_decided = 0.0
        """When it did so last, seconds since the epoch; 0 when never."""
        self.repeats = Tally()
        self._says = decision_of(rule, default)
        self.plain = None if needs_dice(rule, default) else self._says
        """What it says about every event, where that is the same."""

    def decide(self, facts: Facts, now: float) -> Decision:
        """Count the event as decided by this rule and return what is to happen."""
        self.count(now)
        if self.plain is not None:
            return self.plain
        fingerprint = facts.fingerprint()
        seen = self.repeats.count(fingerprint)
        return self._says.with_dice(Dice(self.seed, self.rule.name, fingerprint, seen), self.decided)

    def count(self, now: float) -> None:
        """Count an event as decided by this rule."""
        self.decided += 1
        self.last_decided = now

    def again(self, fingerprint: bytes, number: int) -> Decision:
        """What the rule says about a message that it has decided already; the dice are not those it had."""
        if self.plain is not None:
            return self.plain
        return self._says.with_dice(Dice(self.seed, self.rule.name, fingerprint, 0), number)

    def keep_counters_of(self, other: CompiledRule) -> None:
        """Go on counting where the same rule of a former rule book stopped."""
        self.decided = other.decided
        self.last_decided = other.last_decided
        self.repeats = other.repeats
        if self.gates is not None and other.gates is not None:
            self.gates.keep_counters_of(other.gates)

    @property
    def identity(self) -> str:
        """What is the same for the same rule in another run."""
        return f"{self.rule.name}\n{self.rule.digest}"

    def tallies(self) -> dict[str, Tally]:
        """What it has counted and what outlives a restart, by a name for each."""
        gates = self.gates.tallies() if self.gates is not None else {}
        return gates if self.plain is not None else {**gates, "repeats": self.repeats}

    def clear(self) -> None:
        """Forget all that was counted."""
        self.decided = 0
        self.last_decided = 0.0
        self.repeats.clear()
        if self.gates is not None:
            self.gates.clear()


def check_of(condition: Condition) -> Check:
    """The condition as a function of any event."""
    if isinstance(condition, FieldCondition):
        holds, key = condition.test.holds, condition.key
        return lambda facts: holds(facts.value(key))
    if isinstance(condition, Not):
        checks = tuple(map(check_of, condition.conditions))
        return lambda facts: not all(check(facts) for check in checks)
    branches = tuple(tuple(map(check_of, branch)) for branch in condition.branches)
    return lambda facts: any(all(check(facts) for check in branch) for branch in branches)
