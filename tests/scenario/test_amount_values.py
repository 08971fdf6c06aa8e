import pytest

from smsc_sim.scenario.amount import Amount
from smsc_sim.scenario.amount_values import parse_after, parse_amount
from tests.scenario.texts import found_in_rule, rule


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("3s", Amount.fixed(3)),
        ("0", Amount.fixed(0)),
        ("500ms..4s", Amount.between(0.5, 4)),
        ("1s .. 1s", Amount.between(1, 1)),
    ],
)
def test_amounts(text: str, amount: Amount) -> None:
    assert parse_amount(text) == amount
    assert parse_after(text) == amount
    reply = rule(f"reply: {{delay: {text}}}").reply
    assert reply is not None
    assert reply.delay == amount


def test_a_long_tail() -> None:
    receipts = rule("receipt: {after: {median: 200ms, p99: 4s}}").receipts
    assert receipts is not None
    assert receipts[0].after == Amount.tail(0.2, 4)
    reply = rule("reply: {delay: {median: 200ms, p99: 4s}}").reply
    assert reply is not None
    assert reply.delay == Amount.tail(0.2, 4)


def test_the_end_of_the_message() -> None:
    receipts = rule("receipt: {state: EXPIRED, after: validity}").receipts
    assert receipts is not None
    assert receipts[0].after == "validity"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("after: 3", "error E014: after: '3' needs a unit, for example 3s"),
        ("after: 1..3s", "error E014: after: '1' needs a unit, for example 1s"),
        ("after: 4s..1s", "error E012: after: '4s..1s' is an empty range; did you mean '1s..4s'?"),
        ("after: later", "error E012: after: 'later' is not a duration; write for example 500ms, 1s, 5m, 24h or 7d"),
        ("after: valid", "error E012: after: 'valid' is not a duration"),
        ("after: [1s]", "error E011: 'after' takes a single value here"),
        ("after: ", "error E010: 'after' has no value; remove the key, or give it a value"),
        ("after: {median: 1s}", "error E010: key 'p99' is missing"),
        ("after: {median: 2s, p99: 1s}", "error E012: p99 must not be less than the median"),
        ("after: {median: 0, p99: 1s}", "error E012: the median of a long tail must be more than 0"),
        ("after: {median: 1s, p99: 1s, p50: 1s}", "error E002: unknown key 'p50'; known here: median, p99"),
    ],
)
def test_what_is_no_amount_is_refused(text: str, message: str) -> None:
    assert found_in_rule(f"receipt: {{{text}}}")[0].startswith(message)


def test_a_delay_cannot_last_as_long_as_the_message() -> None:
    assert found_in_rule("reply: {delay: validity}") == [
        "error E012: delay: 'validity' is not a duration; write for example 500ms, 1s, 5m, 24h or 7d"
    ]
