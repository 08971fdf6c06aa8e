"""``when`` and ``match`` as they are written."""

from collections.abc import Iterable
from functools import cache
from typing import Annotated, Any, ClassVar

from msgspec import Meta, Struct, field, inspect

from smsc_sim.scenario.gate_values import (
    BetweenValue,
    ChanceValue,
    EveryValue,
    FirstValue,
    RateGateValue,
    SwitchValue,
)
from smsc_sim.scenario.keys import Key, find_key, known_names
from smsc_sim.scenario.matching import Test
from smsc_sim.scenario.reading import NOT_HERE, Reading
from smsc_sim.scenario.rule import Event
from smsc_sim.scenario.when import AnyOf, Condition, FieldCondition, Not, When


class ConditionKeys:
    """The keys of conditions, for the loader."""

    into = "tests"

    @staticmethod
    def type_of(key: str) -> inspect.Type | None:
        """Return the type of a test of this key; None when there is no such key."""
        return _type_of(key)

    @staticmethod
    def names() -> Iterable[str]:
        """Return the keys that can be suggested."""
        return known_names()


@cache
def _type_of(key: str) -> inspect.Type | None:
    found = find_key(key)
    if found is None:
        return None
    annotated: Any = Annotated[Test, found.kind.meta(found.kind.name)]
    return inspect.type_info(annotated)


class Match(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Conditions, all of which must hold."""

    OTHER_KEYS: ClassVar[type[ConditionKeys]] = ConditionKeys

    any: "Annotated[tuple[Match, ...], Meta(min_length=1)] | None" = None
    """At least one of these must hold."""
    not_: "Match | tuple[Match, ...] | None" = field(name="not", default=None)
    """These must not hold; of a list, none."""
    tests: dict[str, Test] = {}
    """Every other key: a property of the message, a field or a TLV."""


class WrittenWhen(Match, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Conditions and gates."""

    switch: SwitchValue | None = None
    between: BetweenValue | None = None
    rate_above: RateGateValue | None = None
    every: EveryValue | None = None
    first: FirstValue | None = None
    chance: ChanceValue | None = None


GATES = ("switch", "between", "rate_above", "every", "first", "chance")


def conditions_of(match: Match, event: Event, reading: Reading) -> tuple[Condition, ...]:
    """Return the conditions in the order of the file; reports keys that the event does not have."""
    conditions: list[Condition] = []
    for key, _ in reading.mapping(match).entries:
        if key.text == "any" and match.any is not None:
            conditions.append(AnyOf(tuple(conditions_of(branch, event, reading) for branch in match.any)))
        elif key.text == "not" and match.not_ is not None:
            refused = match.not_ if isinstance(match.not_, tuple) else (match.not_,)
            conditions += [Not(conditions_of(one, event, reading)) for one in refused]
        elif key.text in match.tests:
            found = find_key(key.text)
            assert found is not None, "the loader takes no other keys"
            if event not in found.events:
                reading.error(key, NOT_HERE, _not_here(key.text, found, event))
            conditions.append(FieldCondition(found.name, match.tests[key.text]))
    return tuple(conditions)


def _not_here(written: str, key: Key, event: Event) -> str:
    return f"a rule for {event} cannot ask for '{written}'; events that have it: {', '.join(sorted(key.events))}"


def when_of(written: WrittenWhen, event: Event, reading: Reading) -> When:
    """Return ``when`` in its normalised form."""
    return When(
        conditions_of(written, event, reading),
        written.switch,
        written.between,
        written.rate_above,
        written.every,
        written.first,
        written.chance,
    )


def is_complete(written: Match, reading: Reading) -> bool:
    """Return whether all that is written could be read, so that the normalised form says the same."""
    for key, _ in reading.mapping(written).entries:
        name = "not_" if key.text == "not" else key.text
        if key.text not in written.tests and getattr(written, name, None) is None:
            return False
    inner = written.not_ if isinstance(written.not_, tuple) else (written.not_,) if written.not_ else ()
    return all(is_complete(one, reading) for one in (*(written.any or ()), *inner))
