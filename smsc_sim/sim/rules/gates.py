"""Gates: conditions of a rule that count, draw or look at the clock."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from smsc_sim.scenario.rule import Rule
from smsc_sim.scenario.values import Rate, format_duration
from smsc_sim.scenario.when import CountGate, RateGate
from smsc_sim.sim.rules.draw import draw
from smsc_sim.sim.rules.facts import Facts
from smsc_sim.sim.rules.tally import RateTally, Tally


class Gates:
    """The gates of one rule and what they have counted.

    They are asked in one order: switch, between, rate_above, every, first, chance.  Each counts only what every
    condition and gate before it let through.
    """

    __slots__ = ("_every", "_first", "_is_on", "_rate", "_rule", "_seed", "_seen")

    def __init__(self, rule: Rule, seed: int, is_on: Callable[[str], bool]) -> None:
        """``is_on(name)``: whether a switch is on now."""
        self._rule = rule
        self._seed = seed
        self._is_on = is_on
        rate = rule.when.rate_above
        self._rate = RateTally(Rate(rate.count, rate.seconds)) if rate is not None else None
        self._every = Tally()
        self._first = Tally()
        self._seen = Tally()

    def blocked(self, facts: Facts, now: float) -> str:
        """The first gate that keeps the rule from this event, in words; empty when all are open."""
        when = self._rule.when
        if when.switch is not None and self._is_on(when.switch.name) is not when.switch.wanted:
            return f"switch {when.switch.name} is {'off' if when.switch.wanted else 'on'}"
        if when.between is not None and not when.between.holds(now):
            return "between: not at this time of day"
        for gate in (self._above_rate, self._every_nth, self._first_few, self._by_chance):
            reason = gate(facts, now)
            if reason:
                return reason
        return ""

    def _above_rate(self, facts: Facts, now: float) -> str:
        gate = self._rule.when.rate_above
        if gate is None or self._rate is None or self._rate.above(facts.scope(gate.scope), now):
            return ""
        return f"rate_above: within {gate.count} in {format_duration(gate.seconds)} per {gate.scope}"

    def _every_nth(self, facts: Facts, now: float) -> str:
        gate = self._rule.when.every
        if gate is None:
            return ""
        number = self._every.count(facts.scope(gate.scope)) + 1
        if number % gate.count == 0:
            return ""
        return f"every {gate.count} per {gate.scope}: this is number {number}"

    def _first_few(self, facts: Facts, now: float) -> str:
        gate = self._rule.when.first
        if gate is None:
            return ""
        before = self._first.count(facts.scope(gate.scope))
        return "" if before < gate.count else f"first {gate.count} per {gate.scope}: used up"

    def _by_chance(self, facts: Facts, now: float) -> str:
        chance = self._rule.when.chance
        if chance is None:
            return ""
        fingerprint = facts.fingerprint()
        seen = self._seen.count(fingerprint)
        drawn = draw(self._seed, self._rule.name.encode(), b"chance", fingerprint, seen)
        return "" if drawn < chance else f"chance {chance:.4%}: drew {drawn:.4%}"

    def tallies(self) -> dict[str, Tally]:
        """What outlives a restart, by the name of the gate: counts by session do not."""
        when = self._rule.when
        kept = {}
        if when.every is not None and when.every.scope != "session":
            kept["every"] = self._every
        if when.first is not None and when.first.scope != "session":
            kept["first"] = self._first
        if when.chance is not None:
            kept["chance"] = self._seen
        return kept

    def uses(self) -> Iterator[str]:
        """What each gate wants and has counted, in words such as ``first 2: 2 used``."""
        when = self._rule.when
        if when.switch is not None:
            is_on = self._is_on(when.switch.name)
            wanted = "on" if when.switch.wanted else "off"
            yield f"switch {when.switch.name} {wanted}: {'open' if is_on is when.switch.wanted else 'shut'}"
        if when.between is not None:
            yield f"between {_time(when.between.start)} and {_time(when.between.end)}"
        if when.rate_above is not None:
            yield f"above {when.rate_above.count} in {format_duration(when.rate_above.seconds)}{_per(when.rate_above)}"
        if when.every is not None:
            yield f"every {when.every.count}{_per(when.every)}: {_counted(self._every, when.every)}"
        if when.first is not None:
            yield f"first {when.first.count}{_per(when.first)}: {_used(self._first, when.first)}"
        if when.chance is not None:
            yield f"chance {when.chance * 100:g} %"

    def keep_counters_of(self, other: Gates) -> None:
        """Go on counting where the gates of the same rule stopped."""
        self._rate, self._every, self._first, self._seen = other._rate, other._every, other._first, other._seen

    @property
    def forgotten(self) -> int:
        """Keys that were forgotten to bound the memory."""
        rate = self._rate.forgotten if self._rate is not None else 0
        return rate + self._every.forgotten + self._first.forgotten + self._seen.forgotten

    def clear(self) -> None:
        """Forget all that was counted."""
        for tally in (self._rate, self._every, self._first, self._seen):
            if tally is not None:
                tally.clear()


def _per(gate: CountGate | RateGate) -> str:
    return "" if gate.scope == "server" else f" per {gate.scope}"


def _counted(tally: Tally, gate: CountGate) -> str:
    if gate.scope == "server":
        return f"{tally.seen(None)} so far"
    return f"{len(tally)} counted" if len(tally) else "none counted"


def _used(tally: Tally, gate: CountGate) -> str:
    if gate.scope == "server":
        return f"{min(gate.count, tally.seen(None))} of {gate.count} used"
    return _counted(tally, gate)


def _time(second: int) -> str:
    return f"{second // 3600:02d}:{second // 60 % 60:02d}"
