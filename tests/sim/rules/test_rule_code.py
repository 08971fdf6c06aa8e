"""Rules as one generated function: what it finds is what a look at one condition after the other finds."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smsc_sim.scenario.when import Condition
from smsc_sim.sim.rules.compiled_rule import check_of
from smsc_sim.sim.rules.facts import MessageFacts
from smsc_sim.sim.rules.rule_code import first_that_holds
from smsc_sim.sim.sessions.session import Session
from smsc_sim.smpp.pdu import Pdu
from tests.sim.playing import START, Address, SubmitSm, rule
from tests.sim.rules.test_rulebook import rulebooks

SESSION = Session(1, "127.0.0.1:1", "127.0.0.1", START)


def facts_of(text: str = "Hello World", to: str = "4477") -> MessageFacts:
    message = SubmitSm(destination=Address(octets=to.encode()), text=text.encode("utf-16-be"), data_coding=8)
    pdu = Pdu(message.wire())
    return MessageFacts.of(SESSION, pdu, to)


def conditions_of(when: str) -> tuple[Condition, ...]:
    return rule(f"when: {{{when}}}").rules[0].when.conditions


texts = st.sampled_from(
    [
        "",
        " ",
        "Hello",
        " hello world",
        "HELLO\tworld",
        "\u0399\u03a3",
        "\u03a3 x",
        "\u0130x",
        "bye",
        "x\x1chello",
        "hello",
    ]
) | st.text(max_size=6)


@given(rulebooks, st.lists(st.tuples(texts, st.sampled_from(["", "1", "+1", "A", "+A", "12", "0?"])), max_size=8))
def test_the_first_that_holds_is_the_first_that_holds(loaded: Any, messages: list[tuple[str, str]]) -> None:
    rules = [each.when.conditions for each in loaded.rules]
    first = first_that_holds([(number * 10, conditions) for number, conditions in enumerate(rules)], -1)
    for text, to in messages:
        facts = facts_of(text, to)
        holding = [n * 10 for n, conditions in enumerate(rules) if all(check_of(one)(facts) for one in conditions)]
        assert first(facts) == (holding[0] if holding else -1)


words = st.lists(
    st.sampled_from(["hello", "h", "\u03b9\u03c2", "i\u0307x", "''", "b*"]), min_size=1, max_size=3, unique=True
)


@given(words, texts, st.booleans())
def test_first_words_in_any_case(keywords: list[str], text: str, negated: bool) -> None:
    test = f"[{', '.join(keywords)}]"
    conditions = conditions_of(f"keyword: {f'{{not: {test}}}' if negated else test}")
    facts = facts_of(text)
    holds = all(check_of(one)(facts) for one in conditions)
    assert first_that_holds([(0, conditions)], 1)(facts) == (0 if holds else 1)


@pytest.mark.parametrize(
    "when",
    [
        "text: \"' + __import__('os').system('x') + '\"",
        'text: {contains: "\\"); raise SystemExit #"}',
        "to: '\\\\n*'",
        "keyword: [\"');--\", '%s']",
        "'0x1400': \"{facts}\"",
    ],
)
def test_what_a_person_wrote_is_never_part_of_the_source(when: str) -> None:
    first = first_that_holds([(3, conditions_of(when))], 9)
    assert first(facts_of()) == 9


def test_rules_as_deep_as_they_can_be_written() -> None:
    for inner, outer in (("not: {{{}}}", 25), ("any: [{{{}}}, {{text: x}}]", 12)):
        when = "to: '4477'"
        for _ in range(outer):
            when = inner.format(when)
        conditions = conditions_of(when)
        facts = facts_of()
        holds = all(check_of(one)(facts) for one in conditions)
        assert first_that_holds([(0, conditions)], 1)(facts) == (0 if holds else 1)


def test_no_rules_and_rules_without_conditions() -> None:
    assert first_that_holds([], 7)(facts_of()) == 7
    assert first_that_holds([(4, ())], 7)(facts_of()) == 4
