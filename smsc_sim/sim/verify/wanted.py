"""What a message has to be, and in what another one falls short of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cached_property
from heapq import nsmallest
from typing import Final

from smsc_sim.scenario.expectation import Expectation
from smsc_sim.scenario.matching import Like, OneOf, Test, text_of
from smsc_sim.scenario.values import write_status
from smsc_sim.scenario.when import AnyOf, Condition, FieldCondition, Not
from smsc_sim.sim.rules.compiled_rule import check_of
from smsc_sim.sim.search.query import FieldFilter, Query, Term, WordsFilter
from smsc_sim.sim.verify.facts import StoredFacts

MOST_NEAREST: Final = 3
LONGEST_SHOWN: Final = 200
"""Characters of a value in a difference."""

_LOOKED_AT_CLOSELY: Final = 30
"""Messages whose texts are compared character by character."""

_MOST_CHOICES: Final = 10


@dataclass(frozen=True, slots=True)
class Difference:
    """One condition that a message does not fulfil."""

    field: str
    wanted: str
    was: str | None
    """None: it has nothing there."""
    distance: float = 1.0
    """How far away: from 0 to 1."""


@dataclass(frozen=True, slots=True)
class NearMiss:
    """A message that nearly was what was wanted."""

    message: str
    """``m-31``."""
    differs: tuple[Difference, ...]

    @property
    def distance(self) -> float:
        """All its differences together."""
        return sum(difference.distance for difference in self.differs)


@dataclass(frozen=True)
class Wanted:
    """What a message has to be; all of it must be so."""

    event: str = ""
    """Its command; empty: any."""
    conditions: tuple[Condition, ...] = ()
    rule: str | None = None
    """The rule that decided."""
    reply: Test | None = None
    """What its response must pass; a message without one passes nothing."""
    receipt: Test | None = None
    """What a receipt that was sent must pass, as the word in its text or as the name of the state."""
    query: Query | None = None
    """A search that must find it."""

    @classmethod
    def by(cls, expectation: Expectation) -> Wanted:
        """What an expectation looks at, whatever it expects of it."""
        return cls(
            event=expectation.event,
            conditions=expectation.conditions,
            rule=expectation.rule,
            reply=expectation.reply,
            receipt=expectation.receipt,
        )

    def and_also(self, conditions: tuple[Condition, ...]) -> Wanted:
        """The same, and more."""
        return Wanted(self.event, (*self.conditions, *conditions), self.rule, self.reply, self.receipt, self.query)

    @cached_property
    def _checks(self) -> tuple[Callable[[StoredFacts], bool], ...]:
        return tuple(map(check_of, self.conditions))

    def holds(self, facts: StoredFacts, now: float) -> bool:
        """Whether a message is what is wanted, when it is ``now``."""
        message = facts.message
        return (
            (not self.event or message.command == self.event)
            and all(check(facts) for check in self._checks)
            and (self.rule is None or message.rule == self.rule)
            and (self.reply is None or _answered(self.reply, message.command_status))
            and (self.receipt is None or _receipted(self.receipt, facts))
            and (self.query is None or self.query.holds(message, facts.instant(now)))
        )

    def differences(self, facts: StoredFacts, now: float) -> Iterator[Difference]:
        """Every condition that a message does not fulfil."""
        message = facts.message
        if self.event and message.command != self.event:
            yield Difference("event", self.event, message.command)
        for condition in self.conditions:
            yield from _differing(condition, facts)
        if self.rule is not None and message.rule != self.rule:
            yield Difference("rule", self.rule, message.rule or None, _unlike(self.rule, message.rule))
        if self.reply is not None and not _answered(self.reply, message.command_status):
            status = message.command_status
            yield Difference("reply", _described(self.reply), None if status is None else write_status(status))
        if self.receipt is not None and not _receipted(self.receipt, facts):
            yield Difference("receipt", _described(self.receipt), ", ".join(facts.receipts_sent) or None)
        if self.query is not None and not self.query.holds(message, facts.instant(now)):
            yield from _not_found(self.query, facts, facts.instant(now))


def nearest(wanted: Wanted, messages: Iterable[StoredFacts], now: float) -> tuple[NearMiss, ...]:
    """The messages that are nearest to what is wanted and are not it, at most three, the nearest first.

    Of messages that are as near the later ones; ``messages`` come in the order of their ids.
    """
    misses = []
    for facts in messages:
        differs = tuple(wanted.differences(facts, now))
        if differs:
            misses.append((len(differs), -facts.message.id, facts.name, differs))
    rough = nsmallest(_LOOKED_AT_CLOSELY, misses, key=lambda one: one[:2])
    close = [NearMiss(name, differs) for _, _, name, differs in rough]
    return tuple(sorted(close, key=lambda miss: miss.distance)[:MOST_NEAREST])


def _answered(reply: Test, status: int | None) -> bool:
    return status is not None and reply.holds(status)


def _receipted(receipt: Test, facts: StoredFacts) -> bool:
    sent = [one.state for one in facts.message.receipts if one.sent_at > 0]
    return any(map(receipt.holds, (*facts.receipts_sent, *sent)))


def _differing(condition: Condition, facts: StoredFacts) -> Iterator[Difference]:
    if check_of(condition)(facts):
        return
    if isinstance(condition, FieldCondition):
        yield _difference(condition, facts)
    elif isinstance(condition, AnyOf):
        branches = [[one for inner in branch for one in _differing(inner, facts)] for branch in condition.branches]
        yield from min(branches, key=lambda differs: sum(one.distance for one in differs))
    else:
        assert isinstance(condition, Not), "there is no other kind"
        for inner in condition.conditions:
            if isinstance(inner, FieldCondition):
                yield Difference(_shown_key(inner.key), f"not {inner.test.describe()}", _value(inner.key, facts))
            else:
                yield Difference("not", "that these do not all hold", None)


def _difference(condition: FieldCondition, facts: StoredFacts) -> Difference:
    was = _value(condition.key, facts)
    wishes = [wish for clause in condition.test.clauses[:_MOST_CHOICES] for wish in _wishes(clause)]
    distance = min((_unlike(wish, was) for wish in wishes), default=1.0) if was is not None else 1.0
    return Difference(_shown_key(condition.key), _described(condition.test), was, distance)


def _wishes(clause: object) -> Iterable[str]:
    if isinstance(clause, OneOf):
        return sorted(clause.texts)[:_MOST_CHOICES]
    return [clause.glob.pattern.replace("*", "")] if isinstance(clause, Like) else []


def _unlike(wish: str, was: str) -> float:
    """How little of two texts agrees; above nothing, for they are not the same."""
    return 1.0 - SequenceMatcher(None, wish[:LONGEST_SHOWN], was[:LONGEST_SHOWN], autojunk=False).ratio() * 0.9


def _described(test: Test) -> str:
    """What passes; one text without quotes."""
    if test.literals is not None and len(test.literals) == 1:
        return next(iter(test.literals))
    if len(test.clauses) == 1 and isinstance(test.clauses[0], Like):
        return test.clauses[0].glob.pattern
    return test.describe()[:LONGEST_SHOWN]


def _value(key: str, facts: StoredFacts) -> str | None:
    value = facts.value(key)
    if isinstance(value, bytes):
        return f"0x{value[:LONGEST_SHOWN].hex()}"
    return None if value is None else text_of(value)[:LONGEST_SHOWN]


def _shown_key(key: str) -> str:
    return key.removeprefix("tlv:")


def _not_found(query: Query, facts: StoredFacts, now: float) -> list[Difference]:
    """What keeps a search from finding a message: the terms of the alternative that is nearest."""
    groups = [[term for term in group if not term.holds(facts.message, now)] for group in query.groups]
    return [Difference(term.key or "text", str(term), _of_term(term, facts)) for term in min(groups, key=len)]


def _of_term(term: Term, facts: StoredFacts) -> str | None:
    if isinstance(term.filter, FieldFilter):
        value = term.filter.key.value(facts.message)
        return None if value is None else text_of(value)[:LONGEST_SHOWN]
    return facts.message.text[:LONGEST_SHOWN] if isinstance(term.filter, WordsFilter) else None
