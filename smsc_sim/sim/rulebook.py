"""The rule book: a scenario's rules, compiled once, asked for every event."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Final

from smsc_sim.scenario.matching import normal_address
from smsc_sim.scenario.rule import SUBMISSIONS, Rule
from smsc_sim.scenario.when import AnyOf, Condition, FieldCondition, Not
from smsc_sim.sim.decision import ACCEPT, Decision, Dice, decision_of, needs_dice
from smsc_sim.sim.facts import Facts, MessageFacts
from smsc_sim.sim.gates import Gates
from smsc_sim.sim.session import Session
from smsc_sim.sim.tally import Tally

_DESTINATIONS_REMEMBERED: Final = 50_000
_REMEMBERED: Final = 10_000

Check = Callable[[Facts], bool]


@dataclass(frozen=True, slots=True)
class Passed:
    """A rule that did not decide an event, and why not."""

    rule: Rule
    because: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the rule book said about one event."""

    rule: Rule | None
    """The rule that decided; None: the defaults."""
    decision: Decision | None
    passed: tuple[Passed, ...]
    """The rules of this event before it, in order, each with the first thing that failed."""


class CompiledRule:
    """One rule ready to be asked, with what it has counted."""

    __slots__ = ("_default", "_plain", "checks", "decided", "gates", "last_decided", "repeats", "rule", "seed")

    def __init__(self, rule: Rule, seed: int, is_on: Callable[[str], bool], default: Decision) -> None:
        self.rule = rule
        self.seed = seed
        self.checks: tuple[Check, ...] = tuple(_compiled(condition) for condition in rule.when.conditions)
        self.gates = Gates(rule, seed, is_on) if rule.when.has_gates else None
        self.decided = 0
        """Events that this rule has decided."""
        self.last_decided = 0.0
        """When it did so last, seconds since the epoch; 0 when never."""
        self.repeats = Tally()
        self._default = default
        self._plain = None if needs_dice(rule, default) else decision_of(rule, default)

    def decide(self, facts: Facts, now: float) -> Decision:
        """Count the event as decided by this rule and return what is to happen."""
        self.decided += 1
        self.last_decided = now
        if self._plain is not None:
            return self._plain
        fingerprint = facts.fingerprint()
        seen = self.repeats.count(fingerprint)
        dice = Dice(self.seed, self.rule.name, fingerprint, seen)
        return decision_of(self.rule, self._default, dice, self.decided)

    def keep_counters_of(self, other: CompiledRule) -> None:
        """Go on counting where the same rule of a former rule book stopped."""
        self.decided = other.decided
        self.last_decided = other.last_decided
        self.repeats = other.repeats
        if self.gates is not None and other.gates is not None:
            self.gates.keep_counters_of(other.gates)

    def clear(self) -> None:
        """Forget all that was counted."""
        self.decided = 0
        self.last_decided = 0.0
        self.repeats.clear()
        if self.gates is not None:
            self.gates.clear()


class RuleBook:
    """All rules by event.  For messages the destination leads to the few rules that can match it at all."""

    def __init__(
        self, rules: Iterable[Rule], *, seed: int = 0, is_on: Callable[[str], bool], default: Rule | None = None
    ) -> None:
        """``is_on(name)``: whether a switch is on now; ``default``: what happens to messages where no rule decides."""
        fallback = ACCEPT if default is None else decision_of(default, ACCEPT)
        self.rules = tuple(
            CompiledRule(rule, seed, is_on, fallback if rule.event in SUBMISSIONS else ACCEPT) for rule in rules
        )
        self._default = None if default is None else CompiledRule(default, seed, is_on, ACCEPT)
        self._by_event: dict[str, tuple[CompiledRule, ...]] = {}
        for compiled in self.rules:
            event = compiled.rule.event
            self._by_event[event] = (*self._by_event.get(event, ()), compiled)
        self._asked: deque[tuple[int, bytes, str, tuple[tuple[str, str], ...]]] = deque(maxlen=_REMEMBERED)
        """Of the latest events that a rule decided, or nearly: session, sequence_number, rule, gates that were shut."""
        self._messages = _ByDestination(self._by_event.get("submit_sm", ()))
        quiet = not self._messages.others and default is None
        self.heads = self._messages.heads if quiet else None
        """Beginnings of destinations outside which nothing is decided about a submit_sm; None: ask about each."""
        self.head_size = self._messages.head_size

    def keep_counters_of(self, former: RuleBook) -> None:
        """Take over the counters of the rules that are written as they were."""
        known = {_as_written(compiled.rule): compiled for compiled in former.rules}
        for compiled in self.rules:
            other = known.get(_as_written(compiled.rule))
            if other is not None:
                compiled.keep_counters_of(other)
        default, before = self._default, former._default
        if default is not None and before is not None and default.rule == before.rule:
            default.keep_counters_of(before)

    def clear(self) -> None:
        """Forget all that was counted."""
        for compiled in (*self.rules, self._default):
            if compiled is not None:
                compiled.clear()

    def has(self, event: str) -> bool:
        """Whether there is any rule for this event."""
        return event in self._by_event

    def decide(
        self, session: Session, octets: bytes, start: int, stop: int, to_start: int, to_end: int, now: float
    ) -> Decision | None:
        """What happens to a submit_sm; None for what happens without rules.  See :data:`~.decision.Decide`."""
        candidates = self._messages.candidates(octets[to_start:to_end])
        default = self._default
        if not candidates and default is None:
            return None
        facts = MessageFacts(session, octets, start, stop, to_start, to_end)
        decision = self._ask(candidates, facts, octets[start + 12 : start + 16], now)
        return default.decide(facts, now) if decision is None and default is not None else decision

    def decide_event(self, event: str, facts: Facts, now: float) -> Decision | None:
        """What happens to any other event; None when no rule decides it."""
        decision = self._ask(self._by_event.get(event, ()), facts, facts.sequence_number, now)
        if decision is None and self._default is not None and event in SUBMISSIONS:
            return self._default.decide(facts, now)
        return decision

    def _ask(self, candidates: tuple[CompiledRule, ...], facts: Facts, sequence: bytes, now: float) -> Decision | None:
        """Ask the rules in their order; what only the moment can tell is kept for :meth:`why`."""
        shut: tuple[tuple[str, str], ...] = ()
        for compiled in candidates:
            for check in compiled.checks:
                if not check(facts):
                    break
            else:
                reason = compiled.gates.blocked(facts, now) if compiled.gates is not None else ""
                if not reason:
                    self._asked.append((facts.session.number, sequence, compiled.rule.name, shut))
                    return compiled.decide(facts, now)
                shut = (*shut, (compiled.rule.name, reason))
        if shut:
            self._asked.append((facts.session.number, sequence, "", shut))
        return None

    def explain(self, event: str, facts: Facts, now: float) -> Verdict:
        """Decide as the event itself would be decided upon, counters and all, and say why the rules before did not."""
        return self.why(event, facts, self.decide_event(event, facts, now))

    def why(self, event: str, facts: Facts, decision: Decision | None = None) -> Verdict:
        """Why an event came out as it did: the rule that decided, and for each before it the first thing that failed.

        Conditions are looked at anew; what gates said then is known for the latest :data:`_REMEMBERED` events.
        """
        key = (facts.session.number, facts.sequence_number)
        decided, shut = next(
            ((rule, dict(reasons)) for *about, rule, reasons in reversed(self._asked) if tuple(about) == key), ("", {})
        )
        passed: list[Passed] = []
        for compiled in self._by_event.get(event, ()):
            rule = compiled.rule
            failed = _first_failure(rule.when.conditions, facts)
            if failed is None:
                if compiled.gates is None or rule.name == decided:
                    return Verdict(rule, decision, tuple(passed))
                failed = shut.get(rule.name, "a gate was shut; which one is no longer known")
            passed.append(Passed(rule, failed))
        return Verdict(None, decision, tuple(passed))


def _as_written(rule: Rule) -> tuple[str, object]:
    """What is the same for two rules that are written alike, wherever they stand."""
    return rule.name, rule.digest or replace(rule, at="")


class _ByDestination:
    """Which rules can match a destination, by tables for exact values and for prefixes."""

    def __init__(self, rules: tuple[CompiledRule, ...]) -> None:
        self._rules = rules
        self._rest: list[int] = []
        self._literals: dict[str, list[int]] = {}
        self._prefixes: dict[int, dict[str, list[int]]] = {}
        for index, compiled in enumerate(rules):
            self._place(index, compiled.rule.when.conditions)
        self.others = tuple(rules[index] for index in self._rest)
        """The rules that do not ask for particular destinations: all there are for most messages."""
        beginnings = [*self._literals, *(prefix for prefixes in self._prefixes.values() for prefix in prefixes)]
        self.head_size = min(map(len, beginnings), default=0)
        self.heads = frozenset(
            sign + beginning.encode("latin-1", "replace")[: self.head_size - len(sign)]
            for beginning in beginnings
            for sign in (b"", b"+")
        )
        """How every destination begins that some rule asks for: a message to another one needs no look at tables."""
        self._remembered: dict[bytes, tuple[CompiledRule, ...]] = {}

    def _place(self, index: int, conditions: tuple[Condition, ...]) -> None:
        for condition in conditions:
            if isinstance(condition, FieldCondition) and condition.key in ("to", "destination_addr"):
                test = condition.test
                if test.literals is not None and all(test.literals):
                    for literal in test.literals:
                        self._literals.setdefault(literal, []).append(index)
                    return
                if test.prefix:
                    self._prefixes.setdefault(len(test.prefix), {}).setdefault(test.prefix, []).append(index)
                    return
        self._rest.append(index)

    def candidates(self, destination: bytes) -> tuple[CompiledRule, ...]:
        """The rules that are worth asking, in their order."""
        if destination[: self.head_size] not in self.heads:
            return self.others
        found = self._remembered.get(destination)
        if found is None:
            if len(self._remembered) >= _DESTINATIONS_REMEMBERED:
                self._remembered.clear()
            found = self._remembered[destination] = tuple(self._rules[index] for index in self._find(destination))
        return found

    def _find(self, destination: bytes) -> list[int]:
        written = destination.decode("latin-1")
        indexes = set(self._rest)
        for address in {written, normal_address(written)}:
            indexes.update(self._literals.get(address, ()))
            for size, prefixes in self._prefixes.items():
                indexes.update(prefixes.get(address[:size], ()))
        return sorted(indexes)


def _compiled(condition: Condition) -> Check:
    if isinstance(condition, FieldCondition):
        holds, key = condition.test.holds, condition.key
        return lambda facts: holds(facts.value(key))
    if isinstance(condition, Not):
        checks = tuple(map(_compiled, condition.conditions))
        return lambda facts: not all(check(facts) for check in checks)
    branches = tuple(tuple(map(_compiled, branch)) for branch in condition.branches)
    return lambda facts: any(all(check(facts) for check in branch) for branch in branches)


def _first_failure(conditions: Iterable[Condition], facts: Facts) -> str | None:
    """The first condition that does not hold, in words, or None."""
    for condition in conditions:
        if not _compiled(condition)(facts):
            return "; ".join(_words(condition, facts))
    return None


def _words(condition: Condition, facts: Facts) -> Iterator[str]:
    if isinstance(condition, FieldCondition):
        value = facts.value(condition.key)
        shown = "absent" if value is None else repr(value)
        yield f"{condition.key} is {shown}, not {condition.test.describe()}"
    elif isinstance(condition, AnyOf):
        yield "none of the branches of 'any' holds"
    else:
        yield "'not' holds"
