"""Explaining before running: what is said of a message is what then happens to it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smsc_sim.scenario.load import load
from smsc_sim.scenario.loaded import NO_SCENARIO, Scenario
from smsc_sim.sim.rules.explain import Question, UnknownAccount, explain
from smsc_sim.sim.rules.rulebook import Verdict
from smsc_sim.smpp.errors import EncodeError
from smsc_sim.smpp.pdu import encode
from tests.sim.playing import ALPHA, BETA, START, Address, Play, SubmitSm, rule, scenario


def explained(
    question: Question, loaded: Scenario, times: int = 1, apart: float = 0.0, **options: Any
) -> list[Verdict]:
    values = {"scenario": loaded, "accounts": loaded.accounts or (ALPHA, BETA), "seed": 0, "now": START, **options}
    return list(explain(question, times, apart=apart, **values))


def deciders(verdicts: list[Verdict]) -> list[str]:
    return [verdict.rule.name if verdict.rule is not None else "" for verdict in verdicts]


def test_each_attempt_has_its_verdict_and_says_why_others_have_not() -> None:
    loaded = scenario("""
      rules:
        - {name: vip, when: {from: Bank}}
        - {name: twice, when: {first: 2 per to}, reply: ESME_RTHROTTLED}
        - {name: number, when: {to: "4477*"}, receipt: UNDELIV}
    """)
    verdicts = explained(Question("447700900123", "hi", "Shop"), loaded, 3)
    assert deciders(verdicts) == ["twice", "twice", "number"]
    assert [(passed.rule.name, passed.because) for passed in verdicts[2].passed] == [
        ("vip", "from is 'Shop', not 'Bank'"),
        ("twice", "first 2 per to: used up"),
    ]
    assert verdicts[2].decision is not None
    assert verdicts[2].decision.reply.is_accepted


def test_without_rules_a_message_is_accepted() -> None:
    (verdict,) = explained(Question("1"), NO_SCENARIO)
    assert verdict.rule is None
    assert verdict.decision is not None
    assert verdict.decision.reply.is_accepted
    (verdict,) = explained(Question("1"), scenario("defaults: {reply: ESME_RSYSERR}"))
    assert verdict.decision is not None
    assert verdict.decision.reply.status == 8


def test_the_account_its_bind_and_the_kind_of_request_are_asked_about() -> None:
    loaded = scenario("""
      rules:
        - {name: beta, when: {account: beta}}
        - {name: transmitter, when: {bind: transmitter}}
        - {name: receipt, when: {receipt: yes}}
        - {name: none}
        - {name: data, event: data_sm, when: {text: hi, to: "1"}}
        - {name: multi, event: submit_multi, when: {text: hi, to: "1"}}
    """)
    questions = {
        "beta": Question("1", account="beta"),
        "transmitter": Question("1", bind="transmitter"),
        "receipt": Question("1"),
        "none": Question("1", registered_delivery=0),
        "data": Question("1", "hi", event="data_sm"),
        "multi": Question("1", "hi", event="submit_multi"),
    }
    for wanted, question in questions.items():
        assert deciders(explained(question, loaded)) == [wanted]


def test_an_account_that_is_not_there_cannot_be_asked_about() -> None:
    with pytest.raises(UnknownAccount):
        explained(Question("1", account="nobody"), NO_SCENARIO)
    with pytest.raises(UnknownAccount):
        explained(Question("1"), NO_SCENARIO, accounts=())


def test_a_message_that_smpp_cannot_carry_is_not_explained() -> None:
    with pytest.raises(EncodeError):
        explained(Question("1" * 30), rule("reply: ok"))


@pytest.mark.parametrize("text", ["", "x" * 71, "x" * 300, "\u65e5" * 200, "@\u20ac", "\u00e7"])
def test_texts_of_every_kind(text: str) -> None:
    length = len(text)
    assert deciders(explained(Question("1", text), rule(f"when: {{length: {length}, text: {text!r}}}"))) == ["r"]


def test_a_text_is_that_text_in_the_alphabet_of_the_provider(tmp_path: Path) -> None:
    (tmp_path / "own.yaml").write_text("smsc_profile: 1\nname: own\nsource: a test\nalphabet: latin-1\n")
    file = tmp_path / "scenario.yaml"
    for text in ("@\u00e7", "\u0394"):
        file.write_text(
            f"smsc: 1\nprofile: own.yaml\nrules: [{{name: r, when: {{text: '{text}'}}}}]\n", encoding="utf-8"
        )
        assert deciders(explained(Question("1", text), load(file))) == ["r"]


def test_attempts_may_be_apart() -> None:
    loaded = rule("when: {rate_above: 1/s}")
    assert deciders(explained(Question("1"), loaded, 4)) == ["", "r", "r", "r"]
    assert deciders(explained(Question("1"), loaded, 4, apart=0.5)) == ["", "r", "", "r"]
    assert deciders(explained(Question("1"), loaded, 4, apart=1.0)) == ["", "", "", ""]


def test_switches_are_put_on_and_go_off_as_they_would() -> None:
    loaded = scenario("""
      switches: {down: {for: 10s}}
      rules:
        - {name: down, when: {switch: down}}
        - {name: up, set: {down: on}}
    """)
    assert deciders(explained(Question("1"), loaded, 5, apart=4.0)) == ["up", "down", "down", "up", "down"]


# Against the wire


pick = st.sampled_from
conditions = pick(
    [
        "to: '1*'",
        "to: ['12', '13']",
        "from: Shop",
        "text: hi",
        "keyword: HI",
        "account: alpha",
        "not: {to: '2*'}",
        "receipt: yes",
        "length: '>2'",
    ]
)
counts = st.builds(
    "{} per {}".format, st.integers(1, 3), pick(["session", "account", "from", "to", "message", "server"])
)
gates = st.one_of(
    counts.map("first: {}".format),
    counts.map("every: {}".format),
    st.builds("rate_above: {}/s per {}".format, st.integers(1, 3), pick(["session", "to", "server"])),
    pick(["chance: 50%", "chance: 90%", "between: '11:00-12:00:02'", "between: '12:00:01-11:00'"]),
    pick(["switch: s", "switch: {not: s}", "switch: t"]),
)
whens = st.builds(
    lambda keys, several: ", ".join({text.split(":")[0]: text for text in (*keys, *several)}.values()),
    st.lists(conditions, max_size=2),
    st.lists(gates, max_size=3),
)
sets = pick(["", "", ", set: {s: on}", ", set: {s: off, t: on}"])
scenarios = st.lists(st.tuples(whens, sets), min_size=1, max_size=6).map(
    lambda rules: scenario(
        "switches: {s: {}, t: {for: 2s}}\nrules:\n"
        + "\n".join(
            f"  - {{name: r{number}, when: {{{when}}}, reply: {0x500 + number}{put}}}"
            for number, (when, put) in enumerate(rules)
        )
    )
)
questions = st.builds(
    Question,
    pick(["1", "12", "13", "+12", "2"]),
    pick(["", "hi", "hi there"]),
    pick(["", "Shop"]),
    pick(["alpha", "beta"]),
    pick(["transceiver", "transmitter"]),
    pick([0, 1]),
)


@given(scenarios, questions, st.integers(1, 6), pick([0.0, 0.25, 1.0, 2.5]), st.integers(0, 3), st.booleans())
def test_what_is_explained_is_what_happens(
    loaded: Scenario, question: Question, times: int, apart: float, seed: int, fast: bool
) -> None:
    verdicts = explained(question, loaded, times, apart, seed=seed)
    play = Play(scenario=loaded, seed=seed, fast=fast)
    esme = play.bind(question.bind, ALPHA if question.account == "alpha" else BETA)
    message = SubmitSm(
        source=Address(0, 0, question.source.encode()),
        destination=Address(0, 0, question.to.encode()),
        text=question.text.encode(),
        registered_delivery=question.registered_delivery,
    )
    happened = []
    for attempt in range(times):
        if attempt:
            play.advance(apart)
        status = esme.submit(message).command_status
        happened.append(f"r{status - 0x500}" if status else "")
    assert deciders(verdicts) == happened


def test_the_verdict_on_data_sm_is_what_happens_to_it() -> None:
    loaded = scenario("rules: [{name: r, event: data_sm, when: {chance: 50%}, reply: ESME_RSYSERR}]")
    verdicts = explained(Question("1", "hi", event="data_sm"), loaded, 20)
    esme = Play(scenario=loaded).bind()
    octets = encode("data_sm", sequence_number=1, fields={"destination_addr": "1"}, tlvs=[("message_payload", b"hi")])
    assert [bool(name) for name in deciders(verdicts)] == [bool(esme.give(octets)[0].command_status) for _ in range(20)]
