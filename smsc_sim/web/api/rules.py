"""The rules in force with their counters, and temporary rules on top of them."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import replace
from http import HTTPStatus
from typing import Annotated, Any

from msgspec import Meta, Struct

from smsc_sim.scenario.findings import Finding
from smsc_sim.scenario.load import check_text
from smsc_sim.scenario.matching import OneOf, Test
from smsc_sim.scenario.rule import Rule
from smsc_sim.scenario.when import FieldCondition
from smsc_sim.sim.rules.in_force import MOST_TEMPORARY, Full, Taken, TemporaryRule
from smsc_sim.web.console import Console
from smsc_sim.web.endpoint import endpoint
from smsc_sim.web.instants import text_or_none
from smsc_sim.web.problem import CONFLICT, INVALID, NOT_FOUND, FieldError
from smsc_sim.web.seconds import Seconds

AT = "temporary"
"""Where a temporary rule is written."""


class RuleShown(Struct, frozen=True, kw_only=True):
    """One rule, with what it has decided."""

    name: str
    event: str
    at: str
    """Where it is written: ``scenario.yaml:7``, or ``temporary``."""
    decided: int
    """Events that it has decided."""
    last_decided: str | None
    temporary: bool
    until: str | None
    """When it goes by itself; null when it does not."""
    account: str
    """The system_id whose messages alone it is for, if it is a temporary one; empty: everybody's."""


class Rules(Struct, frozen=True, kw_only=True):
    """Rules from top to bottom: the first one that applies decides."""

    items: list[RuleShown]


class AddRule(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A rule to be put on top of all others."""

    rule: dict[str, Any]
    """As it stands in a scenario: name, event, when, reply, receipt ..."""
    ttl: Seconds | None = None
    """How long it stays; not given: until it is removed or the simulator reset."""
    account: Annotated[str, Meta(max_length=15)] = ""
    """The system_id whose messages alone it is for; empty: everybody's."""


@endpoint("GET", "/rules")
def rules(console: Console) -> Rules:
    """Every rule with its counters, from top to bottom."""
    return Rules(items=list(all_rules(console)))


@endpoint("POST", "/rules", status=HTTPStatus.CREATED, problems=(CONFLICT,))
def add_rule(console: Console, body: AddRule) -> RuleShown:
    """Put a temporary rule on top of all others.

    It goes with its ``ttl``, with DELETE, or with a reset. It stays when the scenario is reloaded.
    """
    name = put_on_top(console, body).rule.name
    return next(shown for shown in all_rules(console) if shown.name == name)


@endpoint("DELETE", "/rules/{name}", problems=(NOT_FOUND,))
def remove_rule(console: Console, name: str) -> None:
    """Take a temporary rule away."""
    with console.change() as now:
        found = console.in_force.remove_rule(name, now)
    if not found:
        raise NOT_FOUND.error("There is no temporary rule of this name.")


def put_on_top(console: Console, wanted: AddRule) -> TemporaryRule:
    """Put a temporary rule on top of all others. Raises ProblemError."""
    text = json.dumps({"smsc": 1, "switches": _switches(console), "rules": [wanted.rule]})
    return _put(console, text, is_json=True, lasts=wanted.ttl or 0.0, account=wanted.account)


def put_text_on_top(console: Console, rules: str, *, lasts: float = 0.0, account: str = "") -> TemporaryRule:
    """Put one temporary rule on top of all others.

    ``rules``: YAML, as it stands in a scenario, from ``rules:`` on; the rule may also stand there alone. ``lasts``:
    seconds; 0: until it is removed; ``account``: the system_id whose messages alone it is for, empty: everybody's.
    Raises ProblemError.
    """
    if not rules.lstrip().startswith("rules:"):
        rules = "rules:\n  - " + "\n    ".join(rules.strip().splitlines())
    text = f"smsc: 1\nswitches: {json.dumps(_switches(console))}\n{rules}\n"
    return _put(console, text, is_json=False, lasts=lasts, account=account)


def _switches(console: Console) -> dict[str, dict[str, object]]:
    """Those that a rule may name."""
    return {name: {} for name, _ in console.smsc.switches}


def _put(console: Console, text: str, *, is_json: bool, lasts: float, account: str = "") -> TemporaryRule:
    checked = check_text(text, AT, json=is_json)
    if checked.scenario is None:
        raise INVALID.error("The rule has errors.", list(_errors(checked.findings)))
    if len(checked.scenario.rules) != 1:
        raise INVALID.error(f"One rule is wanted, and these are {len(checked.scenario.rules)}.")
    rule = replace(checked.scenario.rules[0], at=AT)
    try:
        with console.change() as now:
            return console.in_force.add_rule(scoped(rule, account), now, lasts=lasts, account=account)
    except Taken:
        raise CONFLICT.error("There is a rule of this name already.") from None
    except Full:
        raise CONFLICT.error(f"There are {MOST_TEMPORARY} temporary rules already.") from None


def scoped(rule: Rule, account: str) -> Rule:
    """The rule for the messages of one account alone; empty: for everybody's."""
    if not account:
        return rule
    own = FieldCondition("account", Test([OneOf(frozenset({account}))]))
    return replace(
        rule,
        when=replace(rule.when, conditions=(own, *rule.when.conditions)),
        digest=f"{rule.digest} {account}",
    )


def all_rules(console: Console) -> Iterable[RuleShown]:
    """Every rule in force, from top to bottom."""
    book = console.smsc.rules
    temporary = {one.rule.name: one for one in console.in_force.temporary_rules}
    for compiled in book.rules if book is not None else ():
        rule = compiled.rule
        on_top = temporary.get(rule.name)
        yield RuleShown(
            name=rule.name,
            event=rule.event,
            at=rule.at,
            decided=compiled.decided,
            last_decided=text_or_none(compiled.last_decided),
            temporary=on_top is not None,
            until=text_or_none(on_top.until) if on_top is not None else None,
            account=on_top.account if on_top is not None else "",
        )


def _errors(findings: Iterable[Finding]) -> Iterable[FieldError]:
    # The line is that of a text that the caller has never seen.
    for finding in findings:
        if finding.severity == "error":
            yield FieldError(message=finding.message, path="body.rule", code=finding.code, hint=finding.hint)
