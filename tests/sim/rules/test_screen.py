"""Screens: what they keep back, no rule would have taken; and most of what no rule takes they keep back."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smsc_sim.scenario.when import Condition
from smsc_sim.sim.messages.positions import find_destination
from smsc_sim.sim.rules.compiled_rule import check_of
from smsc_sim.sim.rules.facts import MessageFacts
from smsc_sim.sim.rules.rulebook import RuleBook
from smsc_sim.sim.rules.screen import Screen, can_screen, screen_of
from smsc_sim.sim.sessions.session import Session
from smsc_sim.smpp import coding
from smsc_sim.smpp.framing import HEADER_LENGTH
from smsc_sim.smpp.pdu import Pdu
from tests.sim.playing import START, Address, SubmitSm, scenario
from tests.sim.rules.test_rulebook import rulebooks

SESSION = Session(1, "127.0.0.1:1", "127.0.0.1", START)
NO_HEADS: frozenset[bytes] = frozenset()


def gets_through(screen: Screen, message: SubmitSm) -> bool:
    octets = b"before" + message.wire() + b"after"
    start = find_destination(octets, 6 + HEADER_LENGTH)
    text = start + len(message.destination.octets) + 11
    return screen(octets, start, text, text + len(message.text))


def holds(conditions: Iterable[Condition], message: SubmitSm) -> bool:
    pdu = Pdu(message.wire())
    facts = MessageFacts.of(SESSION, pdu, message.destination.octets.decode("latin-1"))
    return all(check_of(condition)(facts) for condition in conditions)


def conditions_of(when: str) -> tuple[Condition, ...]:
    return scenario(f"rules:\n  - {{name: r, when: {{{when}}}}}").rules[0].when.conditions


letters = "@\u00a3$_{}\u20ac[\u00e9\u00c9\u00e4\u03a3\u00a0\ufffd\u0416K\u212aaA1 \n\fi\u0130\u00df"
fragments = st.sampled_from(["stop", "Stop", *letters])
pieces = st.lists(fragments, max_size=4).map("".join)
raw = st.lists(
    st.sampled_from(
        [b"\x1b", b"\x1b(", b"\x1be", b"\x1ba", b"\0", b"\x02", b"\x09", b"\x1c", b"\x85", b"\xa0", b"\xe9"]
    )
    | st.sampled_from([b"stop", b"STOP", b"@", b"_", b"$", b" ", b"\r", b"k", b"K"]),
    max_size=5,
).map(b"".join)
codings = st.sampled_from([0, 0, 0, 1, 3, 3, 0x10, 0xF0, 0xF1, 0xC0])


@st.composite
def messages(draw: st.DrawFn) -> SubmitSm:
    data_coding = draw(codings)
    text = draw(raw | pieces.map(lambda text: coding.encode_text(text, data_coding, replace=True)[:254]))
    destinations = st.sampled_from([b"", b"1", b"+1", b"12", b"+12", b"A", b"+A", b"\xe9", b"0?"])
    return SubmitSm(
        source=Address(5, 0, draw(st.sampled_from([b"", b"1", b"+1", b"Sender", b"xSender"]))),
        destination=Address(octets=draw(destinations)),
        data_coding=data_coding,
        text=text,
    )


def quoted(text: str) -> str:
    return '"' + text.encode("unicode_escape").decode("ascii").replace("\\x", "\\u00").replace('"', '\\"') + '"'


texts = pieces.map(quoted)
patterns = st.builds(lambda one, sign, other: quoted(one + sign + other), pieces, st.sampled_from("*?"), pieces)
some = st.lists(texts | patterns, min_size=1, max_size=3).map(lambda items: f"[{', '.join(items)}]")
expressions = st.sampled_from(
    [
        "^stop",
        "(?i)stop",
        "(?i)k",
        "@",
        "_ ?a",
        "[$]",
        "(?i)@stop",
        "stop$",
        "^(stop|a)",
        "\\\\{",
        "\\u00e9",
        "(?i)\\u00e9",
    ]
).map(lambda pattern: f'{{regex: "{pattern}"}}')
contained = st.lists(texts, min_size=1, max_size=2).map(lambda items: f"{{contains: [{', '.join(items)}]}}")
both = st.builds(
    lambda one, other: f'{{contains: {one}, regex: "{other}"}}', texts, st.sampled_from(["stop", "(?i)K", "_"])
)
text_tests = st.one_of(texts, patterns, some, expressions, contained, both)
words = st.sampled_from(
    ["stop", "@", "@stop", "_a", "k*", "s?op", "*", "\u00e9a", "a\u00e9", "\u03c3", "{", "i", "\u0436", ""]
)
keyword_tests = st.one_of(
    words.map(quoted),
    st.lists(words.map(quoted), min_size=1, max_size=3).map(lambda items: f"[{', '.join(items)}]"),
    expressions,
    contained,
)
plain = st.one_of(
    text_tests.map(lambda test: f"text: {test}"),
    text_tests.map(lambda test: f"text: {{not: {test}}}"),
    keyword_tests.map(lambda test: f"keyword: {test}"),
    st.sampled_from(["3", "'>3'", "'<3'", "'<=0'", "2..4", "'>=254'", "'>254'", "['0', '4']", "{not: 4}"]).map(
        lambda test: f"length: {test}"
    ),
    st.sampled_from(
        ["''", "'1'", "'+1'", "'1*'", "'+1?'", "['1', 'A']", "A", "+A", "'*1'", "{not: '1'}", "'\u0416'"]
    ).flatmap(
        lambda test: st.sampled_from(["to", "from", "destination_addr", "source_addr"]).map(
            lambda key: f"{key}: {test}"
        )
    ),
    st.sampled_from(["part: 1", "part: '>1'", "parts: {not: 1}", "parts: 2..3", "'0x1400': '*'", "'0x1400': {not: x}"]),
    st.sampled_from(["coding: 0", "account: alpha", "service_type: ''"]),
)
nested = st.one_of(
    plain,
    st.builds(lambda one, other: f"any: [{{{one}}}, {{{other}}}]", plain, plain),
    plain.map(lambda one: f"not: {{{one}}}"),
)
conditions = st.lists(nested, min_size=1, max_size=2, unique_by=lambda text: text.split(":", 1)[0]).map(
    lambda tests: conditions_of(", ".join(tests))
)


def assert_keeps_nothing_back(rules: list[tuple[Condition, ...]], message: SubmitSm) -> None:
    if can_screen(message.esm_class, message.data_coding):
        screen = screen_of(rules, message.data_coding, NO_HEADS, 0)
        assert screen is None or gets_through(screen, message) or not any(holds(rule, message) for rule in rules)


@given(st.lists(conditions, min_size=1, max_size=3), st.lists(messages(), min_size=1, max_size=10))
def test_what_it_keeps_back_no_rule_would_take(rules: list[tuple[Condition, ...]], submitted: list[SubmitSm]) -> None:
    for message in submitted:
        assert_keeps_nothing_back(rules, message)


@given(pieces, pieces, raw, raw, codings, st.sampled_from(["{{contains: {}}}", "{}", "[x, {}]"]))
def test_what_is_sought_gets_through(
    sought: str, more: str, before: bytes, after: bytes, data_coding: int, test: str
) -> None:
    octets = coding.encode_text(sought + more, data_coding, replace=True)
    rules = [conditions_of(f"text: {test.format(quoted(sought))}")]
    for text in (octets, before + octets + after):
        assert_keeps_nothing_back(rules, SubmitSm(data_coding=data_coding, text=text))


@given(rulebooks, st.lists(messages(), min_size=1, max_size=10))
def test_nor_would_any_other_book(loaded: Any, submitted: list[SubmitSm]) -> None:
    for message in submitted:
        assert_keeps_nothing_back([rule.when.conditions for rule in loaded.rules], message)


@given(text_tests, st.sampled_from(["text", "keyword"]), st.sampled_from([0, 1, 3, 0xF0]), st.binary(max_size=8))
def test_whatever_the_octets_are(test: str, key: str, data_coding: int, octets: bytes) -> None:
    if key == "text" or " " not in test:
        assert_keeps_nothing_back([conditions_of(f"text: {test}")], SubmitSm(data_coding=data_coding, text=octets))


@pytest.mark.parametrize(
    ("when", "kept", "through"),
    [
        ("text: {contains: 'in it'}", [b"on it", b""], [b"is in it"]),
        ("text: {contains: '@'}", [b"@"], [b"a\0b"]),
        ("text: {contains: ['\u00a3', '$']}", [b"$", b"#"], [b"\x01", b"\x02"]),
        ("text: {contains: '_'}", [b"_"], [b"\x11"]),
        ("text: {contains: '{'}", [b"{"], [b"\x1b("]),
        ("text: {contains: '\u0416'}", [b"\x16"], []),
        ("text: {contains: ''}", [], [b""]),
        ("text: [one, two]", [b"on", b"one "], [b"one", b"two"]),
        ("text: 'on*ly'", [b"no"], [b"only"]),
        ("text: {regex: '^code [0-9]+$'}", [b"cod 1"], [b"code 1"]),
        ("text: {regex: '(?i)^Code'}", [b"cod"], [b"CODE", b"code"]),
        ("text: {contains: a, regex: b}", [b"a", b"b"], [b"ab"]),
        ("keyword: [stop, help]", [b"s", b"x stop", b"hop", b""], [b"stop", b" \nSToP it", b"HELP"]),
        ("keyword: '@stop'", [b"@stop"], [b"\0STOP"]),
        ("keyword: 's*p'", [b"top"], [b"soap"]),
        ("length: '>160'", [b"x" * 160], [b"x" * 161]),
        ("length: '>300'", [b"x" * 254], []),
        ("length: [3, 5]", [b"1234"], [b"123", b"12345"]),
        ("part: '>1'", [b"x"], []),
        ("'0x1400': '*'", [b"x"], []),
        ("any: [{text: a}, {text: b, length: 2}]", [b"b", b"ab"], [b"a"]),
        ("to: '50', text: a", [b"a"], []),
        ("from: other, text: a", [b"a"], []),
        ("from: Sender, text: a", [b"b"], [b"a"]),
    ],
)
def test_what_cannot_hold_is_kept_back(when: str, kept: list[bytes], through: list[bytes]) -> None:
    screen = screen_of([conditions_of(when)], 0, NO_HEADS, 0)
    assert [screen is None or gets_through(screen, SubmitSm(text=text)) for text in kept] == [False] * len(kept)
    assert [screen is None or gets_through(screen, SubmitSm(text=text)) for text in through] == [True] * len(through)


def test_letters_of_latin_1_are_found_as_they_are() -> None:
    screen = screen_of([conditions_of("text: {contains: '\u00e9'}")], 3, NO_HEADS, 0)
    assert screen is not None
    found = [gets_through(screen, SubmitSm(data_coding=3, text=text)) for text in (b"\x05", b"caf\xe9", b"\x1b")]
    assert found == [False, True, False]


@pytest.mark.parametrize(
    "when", ["text: {not: a}", "not: {text: a}", "any: [{text: a}, {account: alpha}]", "text: {contains: '\ufffd'}"]
)
def test_where_octets_tell_nothing_there_is_none(when: str) -> None:
    assert screen_of([conditions_of("text: x"), conditions_of(when)], 0, NO_HEADS, 0) is None


def test_without_rules_only_the_destination_matters() -> None:
    screen = screen_of([], 0, frozenset({b"44", b"+4"}), 2)
    assert screen is not None
    sent = [SubmitSm(destination=Address(octets=octets)) for octets in (b"44", b"+441", b"4", b"", b"144")]
    assert [gets_through(screen, message) for message in sent] == [True, True, False, False, False]


@pytest.mark.parametrize(
    ("esm_class", "data_coding", "can"),
    [
        (0, 0, True),
        (3, 1, True),
        (0, 3, True),
        (0, 0xF1, True),
        (0x40, 0, False),
        (0, 8, False),
        (0, 4, False),
        (0, 5, False),
    ],
)
def test_only_texts_of_one_octet_to_a_character(esm_class: int, data_coding: int, can: bool) -> None:
    assert can_screen(esm_class, data_coding) is can


@pytest.mark.parametrize(
    "when",
    ["text: \"' + __import__('os').system('x') + '\"", 'keyword: "\\\\"', "to: '\\\\n*'", 'text: {contains: "\'\\")"}'],
)
def test_what_a_person_wrote_is_never_part_of_the_source(when: str) -> None:
    screen = screen_of([conditions_of(when)], 0, NO_HEADS, 0)
    assert screen is not None
    assert not gets_through(screen, SubmitSm())


def test_with_a_default_for_all_there_are_no_screens() -> None:
    rules = scenario("rules: [{name: r, when: {text: x}}]").rules
    octets = SubmitSm().wire()
    start = find_destination(octets, HEADER_LENGTH)
    end = octets.index(0, start)
    for default, count in ((None, 1), (rules[0], 0)):
        of = Session(1, "127.0.0.1:1", "127.0.0.1", START)
        book = RuleBook(rules, is_on=lambda _: False, default=default)
        assert not book.screens(of)
        assert book.decide(of, octets, 0, len(octets), start, end, START) is None or default
        assert len(book.screens(of)) == count
