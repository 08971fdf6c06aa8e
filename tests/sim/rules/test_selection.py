"""Selection: which rules are asked about a message at all."""

from __future__ import annotations

from typing import Any

import pytest

from smsc_sim.scenario.rule import Rule
from smsc_sim.sim.messages.positions import find_destination
from smsc_sim.sim.rules import selection
from smsc_sim.sim.rules.facts import MessageFacts
from smsc_sim.sim.rules.rule_code import First, first_that_holds
from smsc_sim.sim.rules.rulebook import RuleBook
from smsc_sim.sim.rules.selection import keys_of, settled_by_flags, settled_by_session
from smsc_sim.sim.sessions.session import Session
from smsc_sim.smpp.framing import HEADER_LENGTH
from tests.sim.playing import BETA, START, Address, Play, SubmitSm, rule, scenario


def asked(book: RuleBook, of: Session, message: SubmitSm) -> list[str]:
    """The rules that the selection leaves for a message."""
    octets = message.wire()
    start = find_destination(octets, HEADER_LENGTH)
    end = start + len(message.destination.octets)
    candidates = book._selection.candidates(of, octets, 0, len(octets), start, end)
    return [each.rule.name for each in candidates.beginning_with(0)]


def book_of(rules: str) -> RuleBook:
    return RuleBook(scenario(f"rules:\n{rules}").rules, is_on=lambda name: False)


RULES = """
  - {name: number, when: {to: "4477"}}
  - {name: account, when: {account: beta}}
  - {name: range, when: {to: "44*", bind: transmitter}}
  - {name: coding, when: {coding: 8, to: ["4477", "4478"]}}
  - {name: receipt, when: {any: [{receipt: no}, {esm_class: 0x40}]}}
  - {name: text, when: {text: Hello}}
  - {name: gate, when: {to: "50", first: 1}}
"""


def test_rules_that_cannot_match_are_not_asked() -> None:
    book, play = book_of(RULES), Play()
    alpha, beta = play.bind().session, play.bind("transmitter", BETA).session
    number = SubmitSm(destination=Address(octets=b"4477"))
    assert asked(book, alpha, number) == ["number", "text"]
    assert asked(book, beta, number) == ["number", "account", "range", "text"]
    unicode = SubmitSm(destination=Address(octets=b"+4478"), data_coding=8, registered_delivery=0)
    assert asked(book, alpha, unicode) == ["coding", "receipt", "text"]
    assert asked(book, beta, unicode) == ["account", "range", "coding", "receipt", "text"]
    assert asked(book, alpha, SubmitSm(destination=Address(octets=b"50"))) == ["text", "gate"]


def test_a_message_to_a_number_that_no_rule_asks_for_is_known_by_its_beginning() -> None:
    book = book_of("  - {name: a, when: {to: ['4477', '4578']}}\n  - {name: b, when: {to: '44770*'}}")
    assert (book.heads, book.head_size) == (frozenset({b"4477", b"4578", b"+447", b"+457"}), 4)
    assert book_of("  - {name: a, when: {to: '4477'}}\n  - {name: b, when: {text: x}}").heads is None
    rules = [each.rule for each in book.rules]
    assert RuleBook(rules, is_on=lambda _: False, default=Rule("")).heads is None


def test_times_do_not_confuse_what_is_remembered_of_flags() -> None:
    book, of = book_of(RULES), Play().bind().session
    number = SubmitSm(destination=Address(octets=b"4478"), data_coding=8)
    late = SubmitSm(destination=Address(octets=b"4478"), data_coding=8, validity_period=b"000000010000000R")
    for _ in range(2):
        assert asked(book, of, number) == ["coding", "text"]
        assert "coding" in asked(book, of, late)


def test_a_session_that_obeys_another_book_is_looked_at_anew() -> None:
    of = Play().bind().session
    assert asked(book_of(RULES), of, SubmitSm()) == ["text"]
    assert asked(book_of("  - {name: other, when: {account: alpha}}"), of, SubmitSm()) == ["other"]


def test_one_function_serves_every_destination(monkeypatch: pytest.MonkeyPatch) -> None:
    made = []

    def counted(rules: Any, nobody: int) -> First:
        made.append(len(rules))
        return first_that_holds(rules, nobody)

    monkeypatch.setattr(selection, "first_that_holds", counted)
    book = book_of(
        "".join(f"  - {{name: n{number}, when: {{to: '44{number}'}}}}\n" for number in range(50))
        + "".join(f"  - {{name: t{number}, when: {{text: {{contains: '{number}'}}}}}}\n" for number in range(50))
    )
    of = Play().bind().session
    for number in range(50):
        for flags in range(3):
            address = Address(octets=b"44%d" % number)
            assert asked(book, of, SubmitSm(destination=address, priority_flag=flags))[0] == f"n{number}"
    assert sum(made) <= 200


def test_rules_for_a_destination_and_others_keep_their_order() -> None:
    book = book_of("""
      - {name: a, when: {text: Hello}}
      - {name: b, when: {to: "44*"}}
      - {name: c, when: {text: Hello}}
      - {name: d, when: {to: ["44", "4477"]}}
      - {name: e, when: {to: "4477"}}
    """)
    of = Play().bind().session
    assert asked(book, of, SubmitSm(destination=Address(octets=b"4477"))) == ["a", "b", "c", "d", "e"]
    assert asked(book, of, SubmitSm(destination=Address(octets=b"44"))) == ["a", "b", "c", "d"]
    assert asked(book, of, SubmitSm(destination=Address(octets=b"45"))) == ["a", "c"]


def test_what_is_remembered_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(selection, "_DESTINATIONS_REMEMBERED", 5)
    monkeypatch.setattr(selection, "_FLAGS_REMEMBERED", 5)
    book, of = book_of("  - {name: r, when: {to: '1*', priority_flag: '>=0'}}"), Play().bind().session
    for number in range(30):
        for priority in range(8):
            message = SubmitSm(destination=Address(octets=b"1%d" % number), priority_flag=priority)
            assert asked(book, of, message) == ["r"]
    assert of.rule_view is not None
    assert len(of.rule_view.by_flags) <= 5
    for each in of.rule_view.by_flags.values():
        assert len(each._remembered) <= 5
        assert len(each._found) <= 5


@pytest.mark.parametrize(
    ("when", "keys"),
    [
        ("to: '1'", {"to"}),
        ("any: [{account: a, to: '1'}, {not: {text: x, '0x1400': y}}]", {"account", "to", "text", "tlv:0x1400"}),
        ("not: {any: [{tls: yes}]}", {"tls"}),
    ],
)
def test_every_key_of_a_condition_is_known(when: str, keys: set[str]) -> None:
    (condition,) = rule(f"when: {{{when}}}").rules[0].when.conditions
    assert keys_of(condition) == keys


@pytest.mark.parametrize(
    ("when", "by_session", "by_flags"),
    [
        ("account: alpha", True, False),
        ("any: [{peer: 10.0.0.0/8}, {not: {bind: receiver, tls: yes}}]", True, False),
        ("coding: 8", False, True),
        ("not: {data_coding: 8, esm_class: 0}", False, True),
        ("to: '1'", False, False),
        ("any: [{account: alpha}, {coding: 8}]", False, False),
        ("part: 1", False, False),
    ],
)
def test_what_settles_a_condition(when: str, by_session: bool, by_flags: bool) -> None:
    (condition,) = rule(f"when: {{{when}}}").rules[0].when.conditions
    assert settled_by_session(condition) is by_session
    assert settled_by_flags(condition) is by_flags


def test_a_decision_is_the_same_whatever_was_remembered_before() -> None:
    book, of = book_of("  - {name: r, when: {to: '4*', coding: 8, account: alpha}, reply: 8}"), Play().bind().session
    for _ in range(2):
        for coding, wanted in ((0, None), (8, "r"), (0, None)):
            octets = SubmitSm(destination=Address(octets=b"44"), data_coding=coding).wire()
            start = find_destination(octets, HEADER_LENGTH)
            decision = book.decide(of, octets, 0, len(octets), start, start + 2, START)
            assert (decision and decision.rule) == wanted
            facts = MessageFacts(of, octets, 0, len(octets), start, start + 2)
            assert facts.value("coding") == coding
