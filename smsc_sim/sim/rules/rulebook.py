"""The rule book: a scenario's rules, compiled once, asked for every event."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Final

from smsc_sim.scenario.rule import SUBMISSIONS, Rule
from smsc_sim.scenario.when import AnyOf, Condition, FieldCondition
from smsc_sim.sim.messages.ledger import Ledger
from smsc_sim.sim.rules.compiled_rule import CompiledRule, check_of
from smsc_sim.sim.rules.decision import ACCEPT, Decision, decision_of
from smsc_sim.sim.rules.facts import Facts, MessageFacts
from smsc_sim.sim.rules.screen import Screen
from smsc_sim.sim.rules.selection import Selection
from smsc_sim.sim.sessions.session import Session

_REMEMBERED: Final = 10_000
DECIDED: Final = "decided"
"""Stands for a gate's name where it is the rule itself that has counted."""
_NO_SCREENS: Final[Mapping[bytes, Screen]] = {}


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
        self._selection = Selection(self._by_event.get("submit_sm", ()))
        self.heads = self._selection.heads if default is None else None
        """Beginnings of destinations outside which nothing is decided about a submit_sm; None: ask about each."""
        self.head_size = self._selection.head_size

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

    def remember_in(self, ledger: Ledger) -> None:
        """Have the ledger told of all that is counted and outlives a restart."""
        for compiled in self._all():
            for gate, tally in compiled.tallies().items():
                tally.told = partial(ledger.counted, compiled.identity, gate)

    def decided_since(self, before: dict[str, int]) -> Iterator[tuple[str, int]]:
        """The rules that have decided since ``before``, which is brought up to date, and how many events in all."""
        for compiled in self._all():
            if compiled.decided != before.get(compiled.identity, 0):
                before[compiled.identity] = compiled.decided
                yield compiled.identity, compiled.decided

    def recall(self, counted: Mapping[tuple[str, str], Iterable[tuple[Hashable, int]]]) -> None:
        """Go on with what an earlier run has counted, by rule and gate; ``decided`` stands for the rule itself."""
        for compiled in self._all():
            for gate, tally in compiled.tallies().items():
                for key, count in counted.get((compiled.identity, gate), ()):
                    tally.recall(key, count)
            for _, count in counted.get((compiled.identity, DECIDED), ()):
                compiled.decided = count

    def _all(self) -> Iterator[CompiledRule]:
        yield from self.rules
        if self._default is not None:
            yield self._default

    def clear(self) -> None:
        """Forget all that was counted."""
        for compiled in self._all():
            compiled.clear()

    def named(self, name: str) -> Rule | None:
        """The rule of this name, if there is one."""
        return next((compiled.rule for compiled in self.rules if compiled.rule.name == name), None)

    def has(self, event: str) -> bool:
        """Whether there is any rule for this event."""
        return event in self._by_event

    def screens(self, session: Session) -> Mapping[bytes, Screen]:
        """By the nine octets from esm_class on: what tells that nothing is decided about a submit_sm of this session.

        There are more as messages come: who finds none asks :meth:`decide`.
        """
        return _NO_SCREENS if self._default is not None else self._selection.view(session).screens

    def decide(
        self, session: Session, octets: bytes, start: int, stop: int, to_start: int, to_end: int, now: float
    ) -> Decision | None:
        """What happens to a submit_sm; None for what happens without rules.  See :data:`~.decision.Decide`."""
        candidates = self._selection.candidates(session, octets, start, stop, to_start, to_end)
        default = self._default
        if candidates.none:
            if default is None:
                return None
            if default.plain is not None:
                default.count(now)
                return default.plain
        facts = MessageFacts(session, octets, start, stop, to_start, to_end)
        first = candidates.first(facts)
        if first != candidates.nobody:
            compiled = candidates.rules[first]
            if compiled.gates is None:
                self._asked.append((session.number, facts.sequence_number, compiled.rule.name, ()))
                return compiled.decide(facts, now)
            # The rest is for the way that keeps why: gates may be shut, and then the rules below are asked.
            decision = self._ask(candidates.beginning_with(first), facts, now)
            if decision is not None:
                return decision
        return None if default is None else default.decide(facts, now)

    def again(self, rule: str, fingerprint: bytes, number: int) -> Decision:
        """What the rule of this name, or the defaults, decided about a message before; nothing is counted."""
        for compiled in self.rules:
            if compiled.rule.name == rule and compiled.rule.event in SUBMISSIONS:
                return compiled.again(fingerprint, number)
        return ACCEPT if self._default is None else self._default.again(fingerprint, number)

    def decide_event(self, event: str, facts: Facts, now: float) -> Decision | None:
        """What happens to any other event; None when no rule decides it."""
        decision = self._ask(self._by_event.get(event, ()), facts, now)
        if decision is None and self._default is not None and event in SUBMISSIONS:
            return self._default.decide(facts, now)
        return decision

    def _ask(self, candidates: Iterable[CompiledRule], facts: Facts, now: float) -> Decision | None:
        """Ask the rules in their order; what only the moment can tell is kept for :meth:`why`."""
        shut: tuple[tuple[str, str], ...] = ()
        sequence = facts.sequence_number
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


def _first_failure(conditions: Iterable[Condition], facts: Facts) -> str | None:
    """The first condition that does not hold, in words, or None."""
    for condition in conditions:
        if not check_of(condition)(facts):
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
