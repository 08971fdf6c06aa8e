"""A number to begin with: one that the rules in force treat in a way of its own."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from smsc_sim.scenario.loaded import Scenario
from smsc_sim.scenario.when import FieldCondition
from smsc_sim.sim.messages.outcome_words import in_words
from smsc_sim.sim.rules.decision import ACCEPT
from smsc_sim.sim.rules.explain import Question, explain
from smsc_sim.smpp.errors import EncodeError
from smsc_sim.web.api.tables import TestNumber
from smsc_sim.web.console import Console

_TRIED: Final = 5
"""Numbers that are tried, for each is asked of rules made anew."""


def telling_number(console: Console) -> TestNumber | None:
    """The first number of the rules to which a message, the first one there is, would not simply be delivered."""
    in_force = console.in_force
    scenario = in_force.together
    accounts = [account.definition for account in console.smsc.accounts]
    if not accounts:
        return None
    for number in _numbers(scenario):
        try:
            (verdict,) = explain(
                Question(to=number, text="Hello"),
                1,
                scenario=scenario,
                accounts=accounts,
                seed=in_force.seed,
                now=console.clock(),
            )
        except EncodeError:
            continue
        outcome = in_words(verdict.decision)
        if verdict.rule is not None and outcome != in_words(ACCEPT):
            return TestNumber(number=number, name=verdict.rule.name, outcome=outcome)
    return None


def _numbers(scenario: Scenario) -> Iterator[str]:
    """Whole numbers that conditions on the destination name, in the order of the rules."""
    found = dict.fromkeys(
        number
        for rule in scenario.rules
        for condition in rule.when.conditions
        if isinstance(condition, FieldCondition) and condition.key == "to"
        if (number := condition.test.describe().strip("'")).isascii() and number.isdecimal()
    )
    yield from list(found)[:_TRIED]
