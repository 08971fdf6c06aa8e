from __future__ import annotations

from dataclasses import replace

import pytest

from smsc_sim.scenario import matching
from smsc_sim.scenario.patterns import read_status_test, read_text
from smsc_sim.sim.search.grammar import parse
from smsc_sim.sim.verify.wanted import Difference, Wanted, nearest
from tests.scenario.texts import rule
from tests.sim.search.stored import NOW, RECEIPT
from tests.sim.verify.storing import facts


def wanted(when: str = "", **others: object) -> Wanted:
    conditions = rule(f"when: {{{when}}}").when.conditions if when else ()
    return Wanted(conditions=conditions, **others)  # type: ignore[arg-type]


def differences(what: Wanted, **fields: object) -> list[tuple[str, str, str | None]]:
    of = facts(**fields)  # type: ignore[arg-type]
    assert what.holds(of, NOW) is not bool(list(what.differences(of, NOW)))
    return [(one.field, one.wanted, one.was) for one in what.differences(of, NOW)]


@pytest.mark.parametrize(
    ("when", "differs"),
    [
        ("to: 447700900123", []),
        ("to: '4478*'", [("to", "4478*", "447700900123")]),
        ("to: [1, 2]", [("to", "'1' or '2'", "447700900123")]),
        ("to: 1, text: '*code*', parts: '>1'", [("to", "1", "447700900123"), ("parts", ">1", "1")]),
        ("from: {not: Acme}", [("from", "not 'Acme'", "Acme")]),
        ("not: {to: '44*'}", [("to", "not '44*'", "447700900123")]),
        ("any: [{to: 1, text: b}, {to: 4477009001}]", [("to", "4477009001", "447700900123")]),
        ("peer: 127.0.0.1", [("peer", "in 127.0.0.1", None)]),
        ("receipt: no", [("receipt", "no", "yes")]),
    ],
)
def test_differences_of_conditions(when: str, differs: list[tuple[str, str, str | None]]) -> None:
    assert differences(wanted(when)) == differs


def test_differences_of_everything_else() -> None:
    delivered = matching.Test((read_text("DELIVRD"),))
    throttled = matching.Test((read_status_test("ESME_RTHROTTLED"),))
    assert differences(wanted(event="data_sm")) == [("event", "data_sm", "submit_sm")]
    assert differences(wanted(rule="too fast")) == [("rule", "too fast", None)]
    assert differences(wanted(rule="a"), rule="a") == []
    assert differences(wanted(reply=throttled)) == [("reply", "ESME_RTHROTTLED", "ESME_ROK")]
    assert differences(wanted(reply=throttled), command_status=None) == [("reply", "ESME_RTHROTTLED", None)]
    assert differences(wanted(reply=throttled), command_status=0x58) == []
    assert differences(wanted(receipt=delivered)) == [("receipt", "DELIVRD", None)]
    assert differences(wanted(receipt=delivered), receipts=(RECEIPT,)) == []
    assert differences(wanted(receipt=matching.Test((read_text("DELIVERED"),))), receipts=(RECEIPT,)) == []
    expired = replace(RECEIPT, state="EXPIRED")
    assert differences(wanted(receipt=delivered), receipts=(expired,)) == [("receipt", "DELIVRD", "EXPIRED")]
    search = Wanted(query=parse("to:1 code OR from:Beta is:mo"))
    assert differences(search) == [("to", "to:1", "447700900123")]
    assert differences(Wanted(query=parse("-code"))) == [("text", "-code", "Your code is 4711")]


def test_the_nearest_come_first_and_are_three() -> None:
    messages = [
        facts(1, to="1", text="x"),
        facts(2, to="+4477009001234"),
        facts(3, to="999"),
        facts(4, to="447700900124"),
        facts(5, to="447700900123"),
    ]
    misses = nearest(wanted("to: 447700900123, text: '*code*'"), messages, NOW)
    assert [miss.message for miss in misses] == ["m-2", "m-4", "m-3"]
    assert misses[0].differs[0].wanted == "447700900123"
    assert misses[0].differs[0].was == "+4477009001234"
    assert nearest(wanted("to: 447700900123"), messages[4:], NOW) == ()


def test_values_in_differences_are_bounded() -> None:
    (difference,) = wanted("text: a").differences(facts(text="b" * 10_000), NOW)
    assert difference == Difference("text", "a", "b" * 200, difference.distance)
