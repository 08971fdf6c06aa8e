"""Tables to look things up in."""

from __future__ import annotations

from functools import cache

from msgspec import Struct

from smsc_sim.scenario.library import TEST_NUMBERS
from smsc_sim.scenario.load import load
from smsc_sim.scenario.when import FieldCondition
from smsc_sim.sim.messages.outcome_words import in_words
from smsc_sim.sim.rules.decision import ACCEPT, decision_of
from smsc_sim.smpp.status import CommandStatus, meaning_of
from smsc_sim.web.endpoint import endpoint


class StatusCode(Struct, frozen=True, kw_only=True):
    """A command_status."""

    number: int
    hex: str
    name: str
    """As SMPP 3.4 spells it."""
    aliases: list[str]
    """As SMPP 5.0 spells it."""
    meaning: str


class StatusCodes(Struct, frozen=True, kw_only=True):
    """Every command_status that has a name."""

    items: list[StatusCode]


class TestNumber(Struct, frozen=True, kw_only=True):
    """A number that chooses an outcome."""

    number: str
    name: str
    """Of the rule."""
    outcome: str
    """What becomes of a message to it, in words."""


class TestNumbers(Struct, frozen=True, kw_only=True):
    """Numbers that belong to nobody, as the built-in scenario has them."""

    items: list[TestNumber]


@endpoint("GET", "/status-codes")
def status_codes() -> StatusCodes:
    """Every command_status with its names and meaning."""
    return StatusCodes(items=list(all_status_codes()))


@endpoint("GET", "/test-numbers")
def test_numbers() -> TestNumbers:
    """The numbers of the built-in scenario, and what becomes of messages to them."""
    return TestNumbers(items=list(all_test_numbers()))


@cache
def all_status_codes() -> tuple[StatusCode, ...]:
    """Every command_status that has a name, by number."""
    return tuple(
        StatusCode(
            number=status.value,
            hex=f"0x{status.value:08x}",
            name=status.name,
            aliases=[
                name for name, same in CommandStatus.__members__.items() if same is status and name != status.name
            ],
            meaning=meaning_of(status.value),
        )
        for status in sorted(CommandStatus)
    )


@cache
def all_test_numbers() -> tuple[TestNumber, ...]:
    """The numbers of ``builtin:test-numbers`` in the order of its rules."""
    numbers = []
    for rule in load(TEST_NUMBERS).rules:
        for condition in rule.when.conditions:
            if isinstance(condition, FieldCondition) and condition.key == "to":
                outcome = in_words(decision_of(rule, ACCEPT))
                if rule.when.first is not None:
                    outcome += f"; the first {rule.when.first.count} of each message, then as usual"
                numbers.append(TestNumber(number=condition.test.describe().strip("'"), name=rule.name, outcome=outcome))
    return tuple(numbers)
