"""Rules as one generated function: the first of several rules that holds for a message, in one call.

A loop over rules spends most of its time on calls between small functions.  Here the usual tests of text and
destination become expressions of one function; every value that a person wrote is a constant of that function's name
space and never part of its source.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from smsc_sim.scenario.matching import Contains, Matches, Numbers, OneOf
from smsc_sim.scenario.when import Condition, FieldCondition, Not
from smsc_sim.sim.rules.facts import MESSAGE_KEYS, MessageFacts

First = Callable[[MessageFacts], int]
"""The number of the first rule that holds for a message, or another number when none does."""


def first_that_holds(rules: Sequence[tuple[int, Sequence[Condition]]], nobody: int) -> First:
    """A function over these rules, each given by its number and the conditions that must hold."""
    writer = _Writer()
    lines = ["def first(facts):", "    text = facts.text", "    to = facts.to"]
    for number, conditions in rules:
        lines += [f"    if {writer.all_of(conditions)}:", f"        return {number}"]
    lines.append(f"    return {nobody}")
    exec(compile("\n".join(lines), "<rules>", "exec"), writer.names)
    first: First = writer.names["first"]
    return first


class _Writer:
    """Writes conditions as expressions over ``facts``, ``text``, ``to`` and names of its own."""

    def __init__(self) -> None:
        self.names: dict[str, Any] = {"__builtins__": {"len": len}}

    def name(self, value: object) -> str:
        """A name that stands for a value."""
        name = f"v{len(self.names)}"
        self.names[name] = value
        return name

    def all_of(self, conditions: Sequence[Condition]) -> str:
        """All of them hold."""
        return " and ".join(self.one(condition) for condition in conditions) or "True"

    def one(self, condition: Condition) -> str:
        """One condition holds."""
        if isinstance(condition, FieldCondition):
            return f"({self.field(condition)})"
        if isinstance(condition, Not):
            return f"(not ({self.all_of(condition.conditions)}))"
        return "(" + " or ".join(f"({self.all_of(branch)})" for branch in condition.branches) + ")"

    def field(self, condition: FieldCondition) -> str:
        """A test of one key; the usual ones take a short way."""
        key, test = condition.key, condition.test
        clause = test.clauses[0] if len(test.clauses) == 1 else None
        holds = self.name(test.holds if clause is None else clause.holds)
        if key == "text":
            return self.text(clause, holds)
        if key == "to":
            if test.prefix is None:
                return f"{holds}(to)"
            # A number may be written with a plus; then the test itself decides what it is without.
            return f"to.startswith({self.name(test.prefix)}) or (to[:1] == '+' and {holds}(to))"
        if key == "length" and isinstance(clause, Numbers):
            bounds = [(clause.least, ">="), (clause.most, "<=")]
            return " and ".join(f"len(text) {sign} {self.name(bound)}" for bound, sign in bounds if bound is not None)
        if key == "keyword" and isinstance(clause, OneOf) and clause.lower:
            words = self.name(tuple(clause.texts))
            first = "(text.lower().split(None, 1) or (None,))[0]"
            return f"text.lstrip().lower().startswith({words}) and {first} in {words}"
        read = MESSAGE_KEYS.get(key)
        return f"{holds}(facts.value({self.name(key)}))" if read is None else f"{holds}({self.name(read)}(facts))"

    def text(self, clause: object, holds: str) -> str:
        """A test of the text."""
        if isinstance(clause, Contains):
            return f"{self.name(clause.text)} in text"
        if isinstance(clause, OneOf) and not clause.address and not clause.lower:
            return f"text in {self.name(clause.texts)}"
        if isinstance(clause, Matches):
            return f"{self.name(clause.regex.found_in)}(text)"
        return f"{holds}(text)"
