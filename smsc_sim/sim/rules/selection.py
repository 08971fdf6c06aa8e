"""Selection: which rules are worth asking about a submit_sm, found without decoding it.

Three things narrow the rules down, each remembered, so that a rule which cannot match costs a message next to nothing:
what the session is (account, bind, peer, TLS), the nine octets of flags behind destination_addr, which most clients
never change, and the destination itself.  For what is left under the same flags there is a screen, too, that looks at
the octets of the text.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator
from heapq import merge
from itertools import islice
from typing import TYPE_CHECKING, Final

from smsc_sim.scenario.matching import normal_address
from smsc_sim.scenario.when import AnyOf, Condition, FieldCondition, Not
from smsc_sim.sim.rules.facts import FLAG_KEYS, SESSION_KEYS, ConnectionFacts, MessageFacts
from smsc_sim.sim.rules.rule_code import First, first_that_holds
from smsc_sim.sim.rules.screen import Screen, can_screen, screen_of
from smsc_sim.sim.sessions.session import Session

if TYPE_CHECKING:
    from smsc_sim.sim.rules.compiled_rule import CompiledRule

_DESTINATIONS_REMEMBERED: Final = 50_000
_FLAGS_REMEMBERED: Final = 256
_TO: Final = frozenset({"to", "destination_addr"})


def keys_of(condition: Condition) -> frozenset[str]:
    """Every key that a condition looks at."""
    if isinstance(condition, FieldCondition):
        return frozenset({condition.key})
    if isinstance(condition, Not):
        return frozenset().union(*map(keys_of, condition.conditions))
    assert isinstance(condition, AnyOf), "there is no other kind"
    return frozenset().union(*(keys_of(inner) for branch in condition.branches for inner in branch))


def settled_by_session(condition: Condition) -> bool:
    """Whether the session alone tells if the condition holds."""
    return keys_of(condition) <= SESSION_KEYS.keys()


def settled_by_flags(condition: Condition) -> bool:
    """Whether the octets of flags alone tell if the condition holds."""
    return keys_of(condition) <= FLAG_KEYS


class Candidates:
    """Rules that are worth asking about a message: many that share one function, and a few for its destination."""

    __slots__ = ("_few", "_many", "first", "nobody", "none", "rules")

    first: First
    """The index, among all rules, of the first that holds for a message; ``nobody`` when none does."""

    def __init__(
        self, rules: tuple[CompiledRule, ...], many: list[int], of_many: First, few: tuple[int, ...] = ()
    ) -> None:
        """``rules``: all there are; ``many`` and ``few``: ascending indexes of them; ``of_many``: first of the many."""
        self.rules = rules
        """All that there are."""
        self._many = many
        self._few = few
        self.nobody = len(rules)
        self.none = not (many or few)
        """Whether there are none."""
        self.first = self._first_of_both(of_many) if few else of_many

    def with_few(self, few: tuple[int, ...]) -> Candidates:
        """The same with a few more; their function is not made anew, for that takes long and there may be thousands."""
        return Candidates(self.rules, self._many, self.first, few)

    def beginning_with(self, index: int) -> Iterator[CompiledRule]:
        """These rules in their order, from the one with this index on."""
        many = islice(self._many, bisect_left(self._many, index), None)
        few = (each for each in self._few if each >= index)
        return map(self.rules.__getitem__, merge(many, few) if self._few else many)

    def _first_of_both(self, of_many: First) -> First:
        few = [(index, self.rules[index].late_checks) for index in self._few]

        def first(facts: MessageFacts) -> int:
            found = of_many(facts)
            for index, checks in few:
                if index > found:
                    break
                if all(check(facts) for check in checks):
                    return index
            return found

        return first


class Selection:
    """The rules for submit_sm of one rule book."""

    def __init__(self, rules: tuple[CompiledRule, ...]) -> None:
        self._rules = rules
        whole = ByDestination(rules)
        self.heads = whole.heads if whole.others.none else None
        """Beginnings of destinations outside which no rule can match; None: any may."""
        self.head_size = whole.head_size
        self._views: dict[tuple[bool, ...], View] = {}

    def candidates(
        self, session: Session, octets: bytes, start: int, stop: int, to_start: int, to_end: int
    ) -> Candidates:
        """The rules whose ``late`` conditions are still to be looked at."""
        view = self.view(session)
        flags = octets[to_end + 1 : to_end + 10]
        by_destination = view.by_flags.get(flags)
        if by_destination is None:
            facts = MessageFacts(session, octets, start, stop, to_start, to_end)
            rules = tuple(rule for rule in view.rules if all(check(facts) for check in rule.by_flags))
            by_destination = view.by_rules.get(rules)
            if by_destination is None:
                by_destination = view.by_rules[rules] = ByDestination(rules)
            if facts.positional:
                if len(view.by_flags) >= _FLAGS_REMEMBERED:
                    view.by_flags.clear()
                    view.screens.clear()
                view.by_flags[flags] = by_destination
                screen = by_destination.screen(flags[0], flags[7])
                if screen is not None:
                    view.screens[flags] = screen
        return by_destination.candidates(octets[to_start:to_end])

    def view(self, session: Session) -> View:
        """What is left for sessions like this one; those with the same rules left share it."""
        view = session.rule_view
        if view is None or view.selection is not self:
            view = session.rule_view = self._view_of(session)
        return view

    def _view_of(self, session: Session) -> View:
        facts = ConnectionFacts(session)
        key = tuple(all(check(facts) for check in rule.by_session) for rule in self._rules)
        view = self._views.get(key)
        if view is None:
            view = self._views[key] = View(
                self, tuple(rule for rule, holds in zip(self._rules, key, strict=True) if holds)
            )
        return view


class View:
    """The rules that can match messages of some sessions."""

    __slots__ = ("by_flags", "by_rules", "rules", "screens", "selection")

    def __init__(self, selection: Selection, rules: tuple[CompiledRule, ...]) -> None:
        self.selection = selection
        self.rules = rules
        self.by_flags: dict[bytes, ByDestination] = {}
        """What is left of them, by the nine octets of flags."""
        self.by_rules: dict[tuple[CompiledRule, ...], ByDestination] = {}
        """The same by what is left: most flags leave the same rules."""
        self.screens: dict[bytes, Screen] = {}
        """By the nine octets of flags, where there is one; for messages whose default alphabet is that of GSM."""


class ByDestination:
    """Which rules can match a destination, by tables for exact values and for prefixes."""

    __slots__ = (
        "_found",
        "_literals",
        "_prefixes",
        "_remembered",
        "_rest",
        "_rules",
        "_screens",
        "head_size",
        "heads",
        "others",
    )

    def __init__(self, rules: tuple[CompiledRule, ...]) -> None:
        self._rules = rules
        self._rest: list[int] = []
        self._literals: dict[str, list[int]] = {}
        self._prefixes: dict[int, dict[str, list[int]]] = {}
        for index, compiled in enumerate(rules):
            self._place(index, compiled.rule.when.conditions)
        of_rest = first_that_holds([(index, rules[index].late) for index in self._rest], len(rules))
        self.others = Candidates(rules, self._rest, of_rest)
        """The rules that do not ask for particular destinations: all there are for most messages."""
        beginnings = [*self._literals, *(prefix for prefixes in self._prefixes.values() for prefix in prefixes)]
        self.head_size = min(map(len, beginnings), default=0)
        self.heads = frozenset(
            sign + beginning.encode("latin-1", "replace")[: self.head_size - len(sign)]
            for beginning in beginnings
            for sign in (b"", b"+")
        )
        """How every destination begins that some rule asks for: a message to another one needs no look at tables."""
        self._remembered: dict[bytes, Candidates] = {}
        self._found: dict[tuple[int, ...], Candidates] = {}
        self._screens: dict[int, Screen | None] = {}

    def _place(self, index: int, conditions: Iterable[Condition]) -> None:
        for condition in conditions:
            if isinstance(condition, FieldCondition) and condition.key in _TO:
                test = condition.test
                if test.literals is not None and all(test.literals):
                    for literal in test.literals:
                        self._literals.setdefault(literal, []).append(index)
                    return
                if test.prefix:
                    self._prefixes.setdefault(len(test.prefix), {}).setdefault(test.prefix, []).append(index)
                    return
        self._rest.append(index)

    def screen(self, esm_class: int, data_coding: int) -> Screen | None:
        """What tells from the octets of a message that none of the rules holds; None when nothing does."""
        if not can_screen(esm_class, data_coding):
            return None
        if data_coding not in self._screens:
            others = [self._rules[index].late for index in self._rest]
            self._screens[data_coding] = screen_of(others, data_coding, self.heads, self.head_size)
        return self._screens[data_coding]

    def candidates(self, destination: bytes) -> Candidates:
        """The rules that are worth asking about a message to this destination."""
        if destination[: self.head_size] not in self.heads:
            return self.others
        found = self._remembered.get(destination)
        if found is None:
            if len(self._remembered) >= _DESTINATIONS_REMEMBERED:
                self._remembered.clear()
                self._found.clear()
            found = self._remembered[destination] = self._find(destination)
        return found

    def _find(self, destination: bytes) -> Candidates:
        written = destination.decode("latin-1")
        indexes: set[int] = set()
        for address in {written, normal_address(written)}:
            indexes.update(self._literals.get(address, ()))
            for size, prefixes in self._prefixes.items():
                indexes.update(prefixes.get(address[:size], ()))
        few = tuple(sorted(indexes))
        found = self._found.get(few)
        if found is None:
            found = self._found[few] = self.others.with_few(few) if few else self.others
        return found
