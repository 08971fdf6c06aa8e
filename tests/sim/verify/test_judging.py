from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from smsc_sim.scenario.expectation import Expectation
from smsc_sim.scenario.load import load
from smsc_sim.sim.verify.facts import StoredFacts
from smsc_sim.sim.verify.judging import Verdict, describe, judge
from tests.scenario.texts import scenario
from tests.sim.search.stored import NOW, RECEIPT
from tests.sim.verify.storing import facts

EXAMPLES = Path(__file__).parents[3] / "examples"


def expectation(text: str) -> Expectation:
    return scenario(f"rules: [{{name: r}}]\nexpect: [{{name: e, {text}}}]").expectations[0]


def verdict(text: str, *messages: StoredFacts, at: float = 0.0, fired: int = 0, **how: bool) -> Verdict:
    return judge(expectation(text), messages, NOW + at, fired={"r": fired}, **how)


def hit(number: int, at: float = 0.0, **fields: object) -> StoredFacts:
    return facts(number, to="1", **{"at": NOW + at, **fields})  # type: ignore[arg-type]


OTHER = facts(90, to="2")


@pytest.mark.parametrize(
    ("text", "times", "at", "status", "at_the_end"),
    [
        ("count: 2", [], 0, "pending", "not met"),
        ("count: 2", [0], 0, "pending", "not met"),
        ("count: 2", [0, 1], 1, "met", "met"),
        ("count: 2", [0, 1, 2], 2, "not met", "not met"),
        ("count: '>=2'", [0, 1, 2], 2, "met", "met"),
        ("count: '>=2'", [0], 2, "pending", "not met"),
        ("count: 0", [], 0, "met", "met"),
        ("count: 0", [0], 0, "not met", "not met"),
        ("count: '<=1'", [0], 0, "met", "met"),
        ("count: 2, settle: 10s", [0, 1], 10, "pending", "met"),
        ("count: 2, settle: 10s", [0, 1], 11, "met", "met"),
        ("count: 2, within: 5s", [0], 5, "pending", "not met"),
        ("count: 2, within: 5s", [0], 5.1, "not met", "not met"),
        ("count: 2, within: 5s", [0, 4], 4, "pending", "met"),
        ("count: 2, within: 5s", [0, 4], 5, "met", "met"),
        ("count: 2, within: 5s", [0, 6], 6, "not met", "not met"),
        ("count: '>=2', within: 5s", [0, 4, 9], 1, "met", "met"),
        ("within: 5s", [], 9, "pending", "not met"),
        ("spacing: '>=1s'", [], 0, "pending", "not met"),
        ("spacing: '>=1s'", [0], 0, "pending", "not met"),
        ("spacing: '>=1s'", [0, 1, 2], 2, "met", "met"),
        ("spacing: '>=1s'", [0, 1, 1.5], 2, "not met", "not met"),
    ],
)
def test_verdicts(text: str, times: list[float], at: float, status: str, at_the_end: str) -> None:
    messages = [hit(number, time) for number, time in enumerate(times, 1)]
    text = f"match: {{to: 1}}, {text}"
    assert verdict(text, *messages, OTHER, at=at).status == status
    assert verdict(text, *messages, OTHER, at=at, finished=True).status == at_the_end


@pytest.mark.parametrize("text", ["count: 0", "count: '<=5'", "rule: r, fired: 0", "reply: 8, count: 0"])
def test_without_any_traffic_nothing_is_met(text: str) -> None:
    assert verdict(text).status == "pending"
    ended = verdict(text, finished=True)
    assert (ended.status, ended.reason) == ("not met", "no message has come")


@pytest.mark.parametrize(
    ("fired", "decided", "status"),
    [("'>=1'", 0, "not met"), ("'>=1'", 3, "met"), ("2", 3, "not met"), ("0", 0, "met"), ("2", 1, "not met")],
)
def test_decisions_of_a_rule(fired: str, decided: int, status: str) -> None:
    judged = verdict(f"rule: r, fired: {fired}", OTHER, fired=decided, finished=True)
    assert (judged.status, judged.fired) == (status, decided)
    if status == "not met":
        assert judged.reason == f"rule 'r' decided {decided} times, and {fired.strip(chr(39))} expected"


def test_of_what_is_no_message_the_decisions_of_a_rule_are_counted() -> None:
    assert verdict("event: bind, rule: r, count: 2", fired=2, finished=True).status == "not met"
    assert verdict("event: bind, rule: r, count: 2", OTHER, fired=2, finished=True).status == "met"
    judged = verdict("event: bind, match: {account: a}", OTHER, finished=True)
    assert judged.reason == "bind is no message; of such only a rule's decisions are counted"


def test_order() -> None:
    text = "order: [{text: a}, {text: b}]"
    one, other = hit(1, text="a"), hit(2, text="b")
    assert verdict(text, one, OTHER, other).status == "met"
    judged = verdict(text, other, hit(3, text="a"), hit(4, text="bc"), finished=True)
    assert (judged.status, judged.nearest[0].message) == ("not met", "m-4")
    assert judged.reason == "nothing was number 2 of the 2 that were to come in order"


def test_a_verdict_names_evidence_and_the_nearest() -> None:
    broken = verdict("match: {to: 1}, count: 1", hit(1), hit(2), OTHER)
    assert (broken.evidence, broken.nearest, broken.seen) == (("m-1", "m-2"), (), 3)
    assert (broken.wanted, broken.was) == ("count 1", "2 messages")
    close = verdict("match: {to: 1}, spacing: '>=1s'", hit(1), hit(2, 0.5), hit(3, 5))
    assert (close.evidence, close.reason) == (
        ("m-1", "m-2"),
        "m-1 and m-2 are 500ms apart, and >=1s per message expected",
    )
    few = verdict("match: {to: 3}", OTHER, hit(1), finished=True)
    assert [miss.message for miss in few.nearest] == ["m-90", "m-1"]


def test_time_that_is_left() -> None:
    assert verdict("match: {to: 1}, count: 2, within: 5s", hit(1), at=2).time_left == 3
    assert verdict("match: {to: 1}, count: 1, settle: 5s", hit(1), at=2).time_left == 3
    assert verdict("match: {to: 1}", OTHER).time_left is None
    assert verdict("match: {to: 1}", hit(1)).time_left is None


def test_replies_receipts_and_rules_choose_messages() -> None:
    text = "reply: ESME_RTHROTTLED, rule: r, receipt: UNDELIV"
    undelivered = replace(RECEIPT, state="UNDELIVERABLE")
    right = hit(1, command_status=0x58, rule="r", receipts=(undelivered,))
    assert verdict(text, right).status == "met"
    assert verdict(text, hit(1), finished=True).status == "not met"


def test_what_was_dropped_may_have_been_one_too_many() -> None:
    assert verdict("count: 1", hit(1), evicted=True).reason == "messages have been dropped, so nobody can tell"
    assert verdict("count: '>=1'", hit(1), evicted=True).status == "met"


def test_messages_can_be_chosen_before() -> None:
    judged = judge(expectation("match: {to: 1}, count: 0"), [], NOW, fired={}, seen=7)
    assert (judged.status, judged.seen) == ("met", 7)


def test_what_is_expected_in_short() -> None:
    assert describe(expectation("rule: r, fired: 2, count: 1..3, within: 1m, spacing: '>=1s'")) == (
        "count 1..3 fired 2 spacing >=1s per message within 1m"
    )


def test_the_expectations_of_the_examples() -> None:
    """Three attempts at one message, a second apart, the first two throttled: who is content with that?"""
    came = [facts(number, at=NOW + number, command_status=0x58 if number < 3 else 0) for number in (1, 2, 3)]
    judged = {}
    for name in ("fails-twice-then-works", "window-of-ten", "throttled-per-session", "balance-runs-out"):
        for one in load(EXAMPLES / f"{name}.yaml").expectations:
            judged[one.name] = judge(one, came, NOW + 100, fired={"too fast": 1}, finished=True).status
    assert judged == {
        "three attempts for each message": "met",
        "the window was never exceeded": "not met",
        "the limit was reached at all": "met",
        "a message is not tried again within a second": "met",
        "one message meets the empty balance, and is not tried again": "not met",
    }
