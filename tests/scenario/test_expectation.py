from typing import Any

import pytest

from smsc_sim.scenario.expectation import (
    CountRange,
    Expectation,
    Spacing,
    parse_count,
    parse_spacing,
)
from smsc_sim.scenario.value_kind import BadValue
from tests.scenario.texts import found, scenario


def expectation(text: str) -> Expectation:
    return scenario(f"rules: [{{name: r}}]\nexpect: [{{name: e, {text}}}]").expectations[0]


@pytest.mark.parametrize(
    ("text", "wanted", "holding"),
    [
        ("3", CountRange(3, 3), [3]),
        ("=3", CountRange(3, 3), [3]),
        ("0", CountRange(0, 0), [0]),
        (">=2", CountRange(2, None), [2, 3, 4, 5]),
        (">2", CountRange(3, None), [3, 4, 5]),
        ("<=2", CountRange(0, 2), [0, 1, 2]),
        ("< 2", CountRange(0, 1), [0, 1]),
        ("2..4", CountRange(2, 4), [2, 3, 4]),
        ("2 .. 2", CountRange(2, 2), [2]),
    ],
)
def test_counts(text: str, wanted: CountRange, holding: list[int]) -> None:
    assert parse_count(text) == wanted
    assert [count for count in range(6) if wanted.holds(count)] == holding
    assert parse_count(str(wanted)) == wanted
    assert expectation(f"count: '{text}'").count == wanted


@pytest.mark.parametrize("text", ["many", "4..2", "<0", "-1", "", "1.5", ">=", "9" * 100])
def test_what_is_no_count(text: str) -> None:
    with pytest.raises(BadValue):
        parse_count(text)


@pytest.mark.parametrize(
    ("text", "wanted", "holding"),
    [
        (">=1s per message", Spacing(1, None), [1, 2]),
        (">=1s", Spacing(1, None), [1, 2]),
        ("<=500ms per to", Spacing(0, 0.5, "to"), [0]),
        ("1s..2s per session", Spacing(1, 2, "session"), [1, 2]),
        ("1s .. 2s per session", Spacing(1, 2, "session"), [1, 2]),
    ],
)
def test_spacings(text: str, wanted: Spacing, holding: list[int]) -> None:
    assert parse_spacing(text) == wanted
    assert [seconds for seconds in range(3) if wanted.holds(seconds)] == holding
    assert parse_spacing(str(wanted)) == wanted
    assert expectation(f"spacing: '{text}'").spacing == wanted


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("1s", "'1s' is no spacing; write for example >=1s per message, or 1s..5s per to"),
        (">=1", "'1' needs a unit, for example 1s"),
        (">=1s per mesage", "counts per 'mesage'; it can count per session, account, from, to, message or server"),
        (">=1s..2s", "is no spacing"),
    ],
)
def test_what_is_no_spacing(text: str, message: str) -> None:
    with pytest.raises(BadValue) as raised:
        parse_spacing(text)
    assert message in raised.value.sentence()


def test_everything_can_be_expected() -> None:
    made: Any = expectation(
        "event: data_sm, match: {to: 1, any: [{text: a}]}, rule: r, fired: '>=1', count: 2, within: 30s, settle: 300ms"
        ", spacing: '>=1s', reply: [ESME_ROK, 8], receipt: DELIVRD, order: [{text: a}, {text: b}]"
    )
    assert (made.name, made.event, made.rule, made.within, made.settle) == ("e", "data_sm", "r", 30.0, 0.3)
    assert (made.fired, made.count, made.at) == (CountRange(1, None), CountRange(2, 2), "f.yaml:3")
    assert len(made.conditions) == 2
    assert [len(conditions) for conditions in made.order] == [1, 1]
    assert [made.reply.holds(status) for status in (0, 8, 9)] == [True, True, False]
    assert made.receipt.holds("DELIVRD")


def test_without_a_number_one_message_is_expected() -> None:
    assert expectation("match: {to: 1}").count == CountRange(1, None)
    assert expectation("rule: r, fired: 2").count is None
    assert expectation("spacing: '>=1s'").count is None
    assert expectation("order: [{to: 1}, {to: 2}]").count is None


@pytest.mark.parametrize(
    ("text", "finding"),
    [
        ("expect: [{match: {to: 1}}]", "2:10: error E010: key 'name' is missing"),
        ("expect: [{name: e, match: {too: 1}}]", "2:28: error E002: unknown key 'too'; did you mean 'to'?"),
        ("expect: [{name: e, match: {chance: 1%}}]", "2:28: error E002: unknown key 'chance'"),
        ("expect: [{name: e, event: bind, match: {to: 1}}]", "2:41: error E022: a rule for bind cannot ask for 'to'"),
        ("expect: [{name: e, fired: 1}]", "2:20: error E023: 'fired' needs 'rule', whose decisions it counts"),
        ("expect: [{name: e, order: [{to: 1}]}]", "2:27: error E015: 'order' needs at least 2 of them"),
        ("expect: [{name: e, rule: rr}]\nrules: [{name: r}]", "2:26: warning W104: no rule 'rr'; did you mean 'r'?"),
        ("expect: [{name: e}, {name: e}]", "2:28: error E020: two expectations are called 'e'; the other is at line 2"),
        (
            "accounts: [{system_id: acme}]\nexpect: [{name: e, match: {account: acmee}}]",
            "3:37: warning W103: account 'acmee' is not in this file; did you mean 'acme'?",
        ),
    ],
)
def test_what_cannot_be_expected_is_said(text: str, finding: str) -> None:
    findings = found(text)
    assert len(findings) == 1, findings
    assert findings[0].startswith(finding)
