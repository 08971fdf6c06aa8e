"""The rule book: from top to bottom the first match decides, however the rule was found."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smsc_sim.scenario import matching
from smsc_sim.scenario.receipt_action import ReceiptAction
from smsc_sim.scenario.reply import Reply
from smsc_sim.scenario.rule import Rule
from smsc_sim.scenario.when import AnyOf, Condition, FieldCondition, Not
from smsc_sim.sim.messages.positions import find_destination
from smsc_sim.sim.rules.decision import Decision
from smsc_sim.sim.rules.facts import Facts, MessageFacts, PduFacts
from smsc_sim.sim.rules.gates import Gates
from smsc_sim.sim.rules.rulebook import RuleBook
from smsc_sim.sim.sessions.session import Session
from smsc_sim.smpp.framing import HEADER_LENGTH
from smsc_sim.smpp.pdu import Pdu
from smsc_sim.smpp.receipt_text import MessageState
from tests.sim.playing import BETA, START, Address, Esme, Play, SubmitSm, frame, rule, scenario


def off(name: str) -> bool:
    return False


def book_of(rules: str, **options: Any) -> RuleBook:
    return RuleBook(scenario(f"rules:\n{rules}").rules, is_on=off, **options)


def session() -> Session:
    return Session(1, "127.0.0.1:1", "127.0.0.1", START)


def asked(book: RuleBook, message: SubmitSm, of: Session | None = None, now: float = START) -> Decision | None:
    """The decision on a message as the message path asks for it: octets and places."""
    octets = b"before" + message.wire() + b"after"
    start = find_destination(octets, 6 + HEADER_LENGTH)
    end = start + len(message.destination.octets)
    return book.decide(of or session(), octets, 6, len(octets) - 5, start, end, now)


def facts_of(message: SubmitSm, of: Session | None = None) -> MessageFacts:
    pdu = Pdu(message.wire())
    return MessageFacts.of(of or session(), pdu, str(pdu.fields["destination_addr"]))


def to(address: bytes, text: bytes = b"Hello") -> SubmitSm:
    return SubmitSm(destination=Address(octets=address), text=text)


def decider(book: RuleBook, message: SubmitSm) -> str:
    decision = asked(book, message)
    return "" if decision is None else decision.rule


# Order


def test_the_first_match_decides() -> None:
    book = book_of("""
      - {name: long, when: {text: {regex: "^.{10}"}}}
      - {name: number, when: {to: "4477"}}
      - {name: range, when: {to: "44*"}}
      - {name: list, when: {to: ["44", "45", "4477"]}}
      - {name: rest, when: {from: Sender}}
    """)
    assert decider(book, to(b"4477", b"long enough")) == "long"
    assert decider(book, to(b"4477")) == "number"
    assert decider(book, to(b"+4477")) == "number"
    assert decider(book, to(b"44")) == "range"
    assert decider(book, to(b"+44771")) == "range"
    assert decider(book, to(b"45")) == "list"
    assert decider(book, to(b"46")) == "rest"
    assert decider(book, replace(to(b"46"), source=Address(octets=b"x"))) == ""


@pytest.mark.parametrize("upside_down", [False, True])
def test_a_rule_above_decides_whether_it_is_found_by_a_table_or_not(upside_down: bool) -> None:
    rules = ['{name: a, when: {to: "44*"}}', '{name: b, when: {to: "4477"}}', "{name: c, when: {text: Hello}}"]
    names = "abc"
    if upside_down:
        rules.reverse()
        names = "cba"
    assert decider(book_of("\n".join(f"  - {each}" for each in rules)), to(b"4477")) == names[0]


def test_rules_for_one_event_do_not_decide_another() -> None:
    book = book_of("""
      - {name: link, event: enquire_link, reply: ESME_RSYSERR}
      - {name: data, event: data_sm}
      - {name: sm}
    """)
    of = session()
    assert [book.has(event) for event in ("enquire_link", "data_sm", "submit_sm", "bind")] == [True, True, True, False]
    decided = {
        event: book.decide_event(event, PduFacts(of, Pdu(frame(0x15))), START)
        for event in ("enquire_link", "bind", "unbind")
    }
    assert {event: decision and decision.rule for event, decision in decided.items()} == {
        "enquire_link": "link",
        "bind": None,
        "unbind": None,
    }
    assert decider(book, SubmitSm()) == "sm"
    decision = book.decide_event("data_sm", facts_of(SubmitSm()), START)
    assert decision is not None
    assert decision.rule == "data"


def test_without_rules_nothing_is_decided() -> None:
    book = RuleBook((), is_on=off)
    assert asked(book, SubmitSm()) is None
    assert book.decide_event("bind", PduFacts(session(), Pdu(frame(0x15))), START) is None


# The tables against a plain scan


@dataclass
class Scan:
    """All rules from top to bottom, each condition in its turn."""

    rules: tuple[Rule, ...]

    def __post_init__(self) -> None:
        self.gates = [Gates(each, 0, off) for each in self.rules]

    def decide(self, facts: Facts, now: float) -> str:
        for each, gates in zip(self.rules, self.gates, strict=True):
            if all(self.holds(condition, facts) for condition in each.when.conditions) and not (
                each.when.has_gates and gates.blocked(facts, now)
            ):
                return each.name
        return ""

    def holds(self, condition: Condition, facts: Facts) -> bool:
        if isinstance(condition, FieldCondition):
            return condition.test.holds(facts.value(condition.key))
        if isinstance(condition, AnyOf):
            return any(all(self.holds(one, facts) for one in branch) for branch in condition.branches)
        assert isinstance(condition, Not)
        return not all(self.holds(one, facts) for one in condition.conditions)


numbers = st.text("012", max_size=4)
signs = st.sampled_from(["", "", "+"])
literals = st.builds(str.__add__, signs, st.text("012", min_size=1, max_size=4)) | st.sampled_from(
    ["", "+", "A", "+A", "1A", "A1", "é", "日本", "0?", "²"]
)
globs = st.builds(
    lambda sign, head, tail: f"{sign}{head}{tail}", signs, numbers, st.sampled_from(["*", "?", "**", "*1", "?*"])
)
one_of = literals | globs | st.sampled_from(["*", "+*", "A*", "+A*", "1A*", "?*", "é*"])
quoted = one_of.map(lambda text: f"'{text}'")
tests = st.one_of(
    quoted,
    st.lists(quoted, min_size=1, max_size=4).map(lambda items: f"[{', '.join(items)}]"),
    quoted.map(lambda text: f"{{not: {text}}}"),
    st.lists(literals, min_size=1, max_size=3).map(lambda items: f"{{contains: [{', '.join(map(repr, items))}]}}"),
    st.sampled_from(["{regex: '^1'}", "{regex: '2$'}"]),
)
keys = st.sampled_from(["to", "to", "to", "destination_addr"])
to_tests = st.builds(lambda key, test: f"{key}: {test}", keys, tests)
others = st.sampled_from(
    [
        "from: Sender",
        "from: ['1', 'é']",
        "text: Hello",
        "text: {contains: Bye}",
        "text: {regex: '^H'}",
        "text: {regex: '(?i)hello'}",
        "text: {contains: ['@', '_']}",
        "text: {contains: '{'}",
        "text: ['\u20ac$', Hello]",
        "text: 'caf\u00e9*'",
        "text: {contains: Hello, regex: B}",
        "keyword: ['@', b*e]",
        "keyword: bye",
        "keyword: [hello, bye]",
        "keyword: 'h*'",
        "length: 5",
        "length: '>5'",
        "dest_addr_ton: 1",
        "'0x1400': x",
        "validity_period: ''",
        "coding: 8",
        "esm_class: {not: 0}",
        "priority_flag: '>=1'",
        "receipt: yes",
        "part: 1",
        "parts: '>1'",
        "account: alpha",
        "account: {not: alpha}",
        "bind: transceiver",
        "peer: 192.0.2.0/24",
        "tls: yes",
    ]
)
plain = st.lists(to_tests | others, max_size=3, unique_by=lambda text: text.split(":", 1)[0])
nested = st.one_of(
    plain,
    st.builds(
        lambda outer, branches: [*outer, f"any: [{', '.join('{' + ', '.join(branch) + '}' for branch in branches)}]"],
        plain,
        st.lists(plain.filter(bool), min_size=1, max_size=2),
    ),
    st.builds(lambda outer, inner: [*outer, f"not: {{{', '.join(inner)}}}"], plain, plain.filter(bool)),
)
gates = st.sampled_from(["", "", "", "first: 1", "first: 1 per to", "every: 2 per message", "chance: 50%"])
whens = st.builds(lambda conditions, gate: ", ".join([*conditions, *filter(None, [gate])]), nested, gates)
rulebooks = st.lists(whens, max_size=8).map(
    lambda conditions: scenario(
        "rules:\n"
        + "\n".join(
            f"  - {{name: r{number}, when: {{{when}}}, reply: {0x500 + number}}}"
            for number, when in enumerate(conditions)
        )
        if conditions
        else ""
    )
)
destinations = st.builds(str.__add__, st.sampled_from(["", "", "+", "++"]), numbers) | st.sampled_from(
    ["A", "+A", "1A", "A1", "é", "+é", "0?", "\xb2", "+\xb2", "1*", "+1*"]
)
GSM = [b"\0", b"BYE\x11", b"\x1be\x02", b"\x1b(", b"Hel\x1blo", b" \nhello", b"{_@", b"\x1c\x09bye"]
"""Octets that are other characters in ASCII and Latin-1."""

texts = st.sampled_from(
    [b"Hello", b"Hello", b"Bye Hello", b"", b"caf\xe9", b"\x05\0\x03\x07\x02\x01Hello"]
) | st.sampled_from([*GSM, "Hello".encode("utf-16-be"), "\u20ac$".encode("utf-16-be")])
short = st.builds(
    SubmitSm,
    service_type=st.sampled_from([b"", b"", b"CMT"]),
    source=st.sampled_from([Address(5, 0, b"Sender"), Address(1, 1, b"+1"), Address(octets=b"\xe9"), Address()]),
    destination=st.builds(Address, octets=destinations.map(lambda text: text.encode("latin-1"))),
    esm_class=st.sampled_from([0, 0, 0x40]),
    priority_flag=st.sampled_from([0, 0, 1]),
    validity_period=st.sampled_from([b"", b"", b"000000010000000R"]),
    registered_delivery=st.sampled_from([0, 2]),
    data_coding=st.sampled_from([0, 0, 0, 1, 3, 4, 8, 0xF1]),
    text=texts,
)
payloads = st.builds(
    lambda message: replace(message, text=b"", tlvs=b"\x04\x24" + len(message.text).to_bytes(2, "big") + message.text),
    short,
)
messages = st.sampled_from([short, short, short, payloads]).flatmap(lambda kind: kind)
submissions = st.lists(st.tuples(st.integers(0, 3), messages), min_size=1, max_size=12)
"""Messages, each with the session that sends it."""


def sessions_of(play: Play) -> list[Esme]:
    return [play.bind(), play.bind("transmitter", BETA), play.bind(host="192.0.2.1"), play.bind(tls="TLSv1.3")]


@given(rulebooks, submissions)
def test_tables_find_what_a_scan_over_all_rules_finds(loaded: Any, submitted: list[tuple[int, SubmitSm]]) -> None:
    book, scan = RuleBook(loaded.rules, is_on=off), Scan(loaded.rules)
    sessions = [esme.session for esme in sessions_of(Play())]
    for number, message in submitted:
        decision = asked(book, message, sessions[number])
        found = scan.decide(facts_of(message, sessions[number]), START)
        assert (decision.rule if decision is not None else "") == found


@given(rulebooks, submissions, st.booleans())
def test_and_so_does_the_message_path(loaded: Any, submitted: list[tuple[int, SubmitSm]], fast: bool) -> None:
    play = Play(scenario=loaded, fast=fast)
    esmes = sessions_of(play)
    scan = Scan(loaded.rules)
    for (number, message), together in zip(submitted, [2, 1] * len(submitted), strict=False):
        facts = facts_of(message, esmes[number].session)
        wanted = [scan.decide(facts, START) for _ in range(together)]
        answers = esmes[number].give(message.wire() * together)
        assert [pdu.command_status for pdu in answers if pdu.name == "submit_sm_resp"] == [
            0x500 + int(name.removeprefix("r")) if name else 0 for name in wanted
        ]


def test_a_thousand_destinations_cost_a_message_to_another_one_no_condition(monkeypatch: pytest.MonkeyPatch) -> None:
    rules = "\n".join(f"  - {{name: r{number}, when: {{to: '4477{number:04d}'}}, reply: 8}}" for number in range(1000))
    book = book_of(rules)
    monkeypatch.setattr(matching.Test, "holds", lambda test, value: pytest.fail("this rule cannot match"))
    monkeypatch.setattr(matching.OneOf, "holds", lambda clause, value: pytest.fail("this rule cannot match"))
    assert asked(book, to(b"4478")) is None
    assert asked(book, to(b"44770000x")) is None


# What a rule says, and what it leaves to the defaults


def test_a_rule_that_says_nothing_does_as_the_defaults_do() -> None:
    play = Play(
        scenario=scenario("""
          defaults: {reply: ESME_RMSGQFUL}
          rules:
            - {name: quiet, when: {to: "1"}}
            - {name: loud, when: {to: "2"}, reply: ok}
        """)
    )
    esme = play.bind()
    assert [esme.submit(to(octet)).command_status for octet in (b"1", b"2", b"3")] == [0x14, 0, 0x14]


def test_the_default_reply_is_to_messages_and_to_nothing_else() -> None:
    play = Play(
        scenario=scenario("""
          defaults: {reply: ESME_RMSGQFUL}
          switches: {seen: {}}
          rules:
            - {name: bind, event: bind, set: {seen: on}}
            - {name: link, event: enquire_link, set: {seen: on}}
        """)
    )
    esme = play.bind()
    assert esme.ask("enquire_link").command_status == 0
    assert esme.submit().command_status == 0x14
    one = {"dest_flag": 1, "destination_addr": "1"}
    assert esme.ask("submit_multi", dest_addresses=[one]).command_status == 0x14
    assert esme.ask("data_sm", tlvs=[("message_payload", b"x")]).command_status == 0x14


@pytest.mark.parametrize("rules", ["", "rules: [{name: other, when: {to: '1'}, reply: ok}]"])
def test_default_receipts_are_drawn_for_each_message(rules: str) -> None:
    play = Play(
        scenario=scenario(f"""
          defaults: {{receipt: {{state: {{DELIVRD: 60, UNDELIV: 40}}, after: 1s..9s}}}}
          {rules}
        """)
    )
    esme = play.bind()
    for number in range(200):
        esme.submit(to(b"49%d" % number))
    play.advance(0.9)
    assert esme.take() == []
    states = []
    instants = set()
    for _ in range(100):
        play.advance(0.1)
        for receipt in esme.take():
            states.append(receipt.tlv("message_state"))
            instants.add(round(play.now - START, 1))
    assert len(states) == 200
    assert 50 < states.count(MessageState.UNDELIVERABLE) < 110
    assert len(instants) > 50


def test_what_the_rule_says_of_ids_comes_before_the_defaults() -> None:
    play = Play(
        scenario=scenario("""
          defaults: {ids: {reply: hex, receipt: hex}}
          rules: [{name: r, when: {to: "1"}, ids: {reply: {form: decimal, width: 4}}}]
        """)
    )
    esme = play.bind()
    play.smsc.message_ids.low = 26
    assert [esme.submit(to(octet)).fields["message_id"] for octet in (b"2", b"1")] == ["1A", "0027"]


# Counters


def test_rules_count_what_they_decided_and_when() -> None:
    book = book_of("  - {name: a, when: {to: '1', first: 2}}\n  - {name: b}")
    for number in range(4):
        asked(book, to(b"1"), now=START + number)
    assert [(each.decided, each.last_decided) for each in book.rules] == [(2, START + 1), (2, START + 3)]
    book.clear()
    assert [(each.decided, each.last_decided) for each in book.rules] == [(0, 0.0), (0, 0.0)]
    assert decider(book, to(b"1")) == "a"


def test_the_number_of_the_message_is_counted_by_its_rule() -> None:
    esme = Play(
        scenario=scenario("""
          rules:
            - {name: a, when: {to: "1"}, reply: {message_id: "a{n}"}}
            - {name: b, reply: {message_id: "b{n}"}}
        """)
    ).bind()
    ids = [esme.submit(to(octet)).fields["message_id"] for octet in (b"1", b"2", b"1", b"3", b"1")]
    assert ids == ["a1", "b1", "a2", "b2", "a3"]


def test_counters_go_on_for_rules_that_are_written_as_they_were() -> None:
    text = """
      - {name: a, when: {to: "1*", first: 2}}
      - {name: b, when: {to: "2*", first: 2}}
    """
    former = book_of(text)
    for address in (b"1", b"2"):
        assert decider(former, to(address)) in ("a", "b")
    latter = book_of("""
      - {name: b, when: {to: "2*", first: 3}}
      # Moved, and with another comment.
      - {name: a, when:   {to: "1*", first: 2}}
      - {name: new, when: {to: "2*"}}
    """)
    latter.keep_counters_of(former)
    assert [decider(latter, to(b"1")) for _ in range(2)] == ["a", ""]
    assert [decider(latter, to(b"2")) for _ in range(4)] == ["b", "b", "b", "new"]
    assert [each.decided for each in latter.rules] == [3, 2, 1]


def test_rules_that_nobody_wrote_are_compared_themselves() -> None:
    def book(*gates: str) -> RuleBook:
        rules = scenario(
            "rules: [" + ", ".join(f"{{name: r{n}, when: {{{g}}}}}" for n, g in enumerate(gates)) + "]"
        ).rules
        return RuleBook([replace(each, digest="", at="") for each in rules], is_on=off)

    former = book("first: 1", "rate_above: 1/h")
    assert decider(former, SubmitSm()) == "r0"
    assert decider(former, SubmitSm()) == ""
    same, other = book("first: 1", "rate_above: 1/h"), book("rate_above: 1/h", "first: 1")
    same.keep_counters_of(former)
    other.keep_counters_of(former)
    assert decider(same, SubmitSm()) == "r1"
    assert [decider(other, SubmitSm()) for _ in range(2)] == ["r1", "r0"]


# Why


WHY = """
      - {name: a, when: {from: nobody, to: "9*"}}
      - {name: b, when: {to: ["1", "2"]}}
      - {name: c, when: {'0x1400': "*"}}
      - {name: d, when: {any: [{to: "1"}, {to: "2"}]}}
      - {name: e, when: {not: {text: Hello}}}
      - {name: f, when: {first: 1}}
      - {name: g, when: {text: Hello}}
      - {name: h}
"""


def test_each_rule_above_names_the_first_thing_that_failed() -> None:
    book = book_of(WHY)
    facts = facts_of(to(b"49"))
    verdicts = [book.explain("submit_sm", facts, START) for _ in range(2)]
    assert [verdict.rule and verdict.rule.name for verdict in verdicts] == ["f", "g"]
    assert [(passed.rule.name, passed.because) for passed in verdicts[1].passed] == [
        ("a", "from is 'Sender', not 'nobody'"),
        ("b", "to is '49', not '1' or '2'"),
        ("c", "tlv:0x1400 is absent, not '*'"),
        ("d", "none of the branches of 'any' holds"),
        ("e", "'not' holds"),
        ("f", "first 1 per server: used up"),
    ]
    assert verdicts[1].decision is not None
    assert verdicts[1].decision.rule == "g"


def test_what_nothing_decides_is_explained_by_every_rule() -> None:
    book = book_of("  - {name: a, when: {to: '1'}}\n  - {name: b, when: {chance: 0%}}")
    verdict = book.explain("submit_sm", facts_of(SubmitSm()), START)
    assert verdict.rule is None
    assert verdict.decision is None
    assert [passed.rule.name for passed in verdict.passed] == ["a", "b"]
    assert book.explain("bind", PduFacts(session(), Pdu(frame(0x15))), START).passed == ()


@given(rulebooks, st.lists(messages, max_size=8))
def test_explaining_decides_as_deciding_does(loaded: Any, submitted: list[SubmitSm]) -> None:
    one, other, of = RuleBook(loaded.rules, is_on=off), RuleBook(loaded.rules, is_on=off), session()
    for message in submitted * 2:
        explained = one.explain("submit_sm", facts_of(message, of), START)
        decision = asked(other, message, of)
        assert (explained.rule.name if explained.rule else "") == (decision.rule if decision is not None else "")
        names = [each.name for each in loaded.rules]
        above = names.index(explained.rule.name) if explained.rule else len(names)
        assert [passed.rule.name for passed in explained.passed] == names[:above]
        assert all(passed.because for passed in explained.passed)


# What is drawn


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("reply: {delay: 1s..9s}", lambda one: one.reply.delay.draw(one.draw("delay"))),
        ("receipt: {state: {DELIVRD: 50, UNDELIV: 50}}", lambda one: one.receipts[0].pick(one.draw("state 0"))),
        ("receipt: {after: {median: 1s, p99: 9s}}", lambda one: one.receipts[0].after.draw(one.draw("after 0"))),
        ("reply: {corrupt: garbage}", lambda one: one.draw("garbage")),
    ],
)
def test_draws_are_of_the_message_and_how_often_it_came(text: str, what: Callable[[Decision], object]) -> None:
    def drawn(order: list[int], seed: int = 3) -> dict[int, list[object]]:
        book = RuleBook(rule(text).rules, seed=seed, is_on=off)
        values: dict[int, list[object]] = {}
        for number in order:
            decision = asked(book, to(b"%d" % number))
            assert decision is not None
            values.setdefault(number, []).append(what(decision))
        return values

    order = [number % 20 for number in range(60)]
    assert drawn(order) == drawn(sorted(order)) == drawn(order[::-1])
    assert drawn(order) != drawn(order, seed=4)
    assert len({str(value) for values in drawn(order).values() for value in values}) > 1


def test_a_rule_that_draws_nothing_is_decided_once_for_all() -> None:
    book = book_of("  - {name: r, reply: {delay: 3s}, receipts: [DELIVRD, {state: UNDELIV, after: validity}]}")
    assert asked(book, SubmitSm()) is asked(book, to(b"1"))
    assert asked(book, SubmitSm()) == Decision(
        reply=Reply(delay=replace(book.rules[0].rule.reply.delay)),  # type: ignore[union-attr,type-var]
        receipts=(ReceiptAction(), ReceiptAction(((MessageState.UNDELIVERABLE, 1.0),), after="validity")),
        rule="r",
        says_reply=True,
    )
