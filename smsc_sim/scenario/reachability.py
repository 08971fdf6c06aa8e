"""Which rules are never reached, because those above them take all that they would."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from smsc_sim.scenario.matching import Test
from smsc_sim.scenario.rule import Rule
from smsc_sim.scenario.when import Condition, FieldCondition, When

_MOST_COMPARED = 200
"""Rules above that are compared one by one; those that ask for exact values are found by table, however many."""

_MOST_WORK = 500_000
"""Values compared in all; in a scenario that would need more, some rules are not looked at."""


@dataclass
class Above:
    """The rules of one event that stand above the next one."""

    everything: Rule | None = None
    """The first that takes every event."""
    exact: dict[tuple[str, str], Rule] = field(default_factory=dict)
    """Those that take all with one value under one key."""
    others: list[Rule] = field(default_factory=list)
    """Those that take all for which some conditions hold."""
    counting: list[Rule] = field(default_factory=list)
    """Those that take the first few."""
    work: int = 0
    """Values compared so far."""

    def add(self, rule: Rule) -> None:
        """Put a rule below all that were added before."""
        when = rule.when
        if when.is_always:
            self.everything = self.everything or rule
        elif not when.has_gates:
            self._add_conditions(rule)
        elif when == When(when.conditions, first=when.first) and len(self.counting) < _MOST_COMPARED:
            self.counting.append(rule)

    def _add_conditions(self, rule: Rule) -> None:
        conditions = rule.when.conditions
        if len(conditions) == 1 and isinstance(conditions[0], FieldCondition) and conditions[0].test.literals:
            for text in conditions[0].test.literals:
                self.exact.setdefault((conditions[0].key, text), rule)
        elif len(self.others) < _MOST_COMPARED:
            self.others.append(rule)

    def taker(self, rule: Rule) -> Rule | None:
        """Return a rule above that takes all that this one would; None when something is left for it."""
        if self.everything is not None:
            return self.everything
        for condition in rule.when.conditions:
            if isinstance(condition, FieldCondition) and condition.test.literals:
                takers = [self.exact.get((condition.key, text)) for text in sorted(condition.test.literals)]
                if takers[0] is not None and all(taker is not None for taker in takers):
                    return takers[0]
        return self._first_that_covers(self.others, rule)

    def counted_before(self, rule: Rule) -> Rule | None:
        """Return a rule above that takes the first few of what this one counts."""
        return None if rule.when.first is None else self._first_that_covers(self.counting, rule)

    def _first_that_covers(self, rules: Iterable[Rule], rule: Rule) -> Rule | None:
        below = rule.when.conditions
        weight = 1 + sum(len(one.test.literals or ()) for one in below if isinstance(one, FieldCondition))
        for above in rules:
            self.work += weight
            if self.work > _MOST_WORK:
                return None
            if covers(above.when.conditions, below):
                return above
        return None


def covers(above: tuple[Condition, ...], below: tuple[Condition, ...]) -> bool:
    """Return whether the conditions above hold whenever those below do, as far as that can be seen."""
    return all(any(_follows(wanted, given) for given in below) for wanted in above)


def _follows(wanted: Condition, given: Condition) -> bool:
    """Return whether ``wanted`` holds whenever ``given`` does."""
    if isinstance(wanted, FieldCondition) and isinstance(given, FieldCondition):
        return wanted.key == given.key and _is_wider(wanted.test, given.test)
    return wanted == given


def _is_wider(wide: Test, narrow: Test) -> bool:
    if narrow.literals is not None:
        return all(wide.holds(text) for text in narrow.literals)
    if wide.prefix is not None and narrow.prefix is not None:
        return narrow.prefix.startswith(wide.prefix)
    return wide == narrow
