from typing import Any

import pytest

from smsc_sim.scenario.when import AnyOf, FieldCondition, Not
from tests.scenario.texts import found, rule


def shape(conditions: Any) -> list[Any]:
    shapes: list[Any] = []
    for one in conditions:
        if isinstance(one, FieldCondition):
            shapes.append(f"{one.key} {one.test.describe()}")
        elif isinstance(one, AnyOf):
            shapes.append([shape(branch) for branch in one.branches])
        else:
            assert isinstance(one, Not)
            shapes.append({"not": shape(one.conditions)})
    return shapes


def test_conditions_stand_in_the_order_of_the_file() -> None:
    when = rule("when: {chance: 5%, text: a, 0x1400: b, to: 1, service_type: CMT, dest_port: 5, first: 1}").when
    expected = ["text 'a'", "tlv:0x1400 'b'", "to '1'", "service_type 'CMT'", "tlv:destination_port 5"]
    assert shape(when.conditions) == expected
    assert (when.chance, when.first is not None, when.every) == (0.05, True, None)


def test_any_and_not_nest() -> None:
    when = rule(
        "when: {any: [{to: 1}, {from: 2, not: {text: a}}], not: [{any: [{to: 3}]}, {length: 5, parts: 2}]}"
    ).when
    assert shape(when.conditions) == [
        [["to '1'"], ["from '2'", {"not": ["text 'a'"]}]],
        {"not": [[["to '3'"]]]},
        {"not": ["length 5", "parts 2"]},
    ]


@pytest.mark.parametrize(
    ("text", "finding"),
    [
        ("when: {too: 1}", "2:26: error E002: unknown key 'too'; did you mean 'to'?"),
        ("when: {destination: 1}", "2:26: error E002: unknown key 'destination'; did you mean 'destination_port'?"),
        ("when: {password: x}", "2:26: error E002: unknown key 'password'"),
        ("when: {tests: x}", "2:26: error E002: unknown key 'tests'"),
        ("when: {any: []}", "2:31: error E015: 'any' needs at least 1 of them"),
        ("when: {any: {to: 1}}", "2:31: error E011: 'any' takes a list here, not a mapping"),
        ("when: {any: [{first: 2}]}", "2:33: error E002: unknown key 'first'"),
        ("when: {not: {switch: x}}", "2:32: error E002: unknown key 'switch'"),
        ("when: always", "2:25: error E011: 'when' takes a mapping here, not a single value"),
        (
            "event: bind, when: {text: a}",
            "2:39: error E022: a rule for bind cannot ask for 'text'; events that have it: data_sm,",
        ),
        (
            "event: bind, when: {any: [{not: {to: 1}}]}",
            "2:52: error E022: a rule for bind cannot ask for 'to'; events that have it: cancel_sm,",
        ),
        ("event: connect, when: {account: a}", "2:42: error E022: a rule for connect cannot ask for 'account'"),
        ("when: {command_status: 8}", "2:26: error E022: a rule for submit_sm cannot ask for 'command_status'"),
        ("event: bind, when: {first: 1 per to}", "2:46: error E022: a rule for bind cannot count per to"),
        (
            "event: connect, when: {every: 1 per account}",
            "2:49: error E022: a rule for connect cannot count per account",
        ),
        (
            "event: connect, when: {first: 1 per message}",
            "2:49: error E022: a rule for connect cannot count per message",
        ),
    ],
)
def test_what_cannot_be_asked_for_is_refused_at_its_place(text: str, finding: str) -> None:
    findings = found(f"rules: [{{name: r, {text}}}]")
    assert len(findings) == 1, findings
    assert findings[0].startswith(finding), findings


@pytest.mark.parametrize(
    "text",
    [
        "event: connect, when: {peer: 192.0.2.1, tls: yes, first: 2 per session}",
        "event: bind, when: {bind: receiver, system_type: VMA, account: 'a*', first: 1 per account}",
        "event: enquire_link, when: {account: a}",
        "event: query_sm, when: {message_id: 5, from: 1}",
        "event: cancel_sm, when: {to: 1, from: 2}",
        "event: replace_sm, when: {validity_period: '', short_message: x}",
        "event: submit_multi, when: {to: 1, text: x}",
        "event: data_sm, when: {message_payload: x, to: 1}",
        "event: deliver_sm_resp, when: {command_status: ESME_RMSGQFUL, message_id: 5, every: 2 per message}",
        "event: unbind, when: {congestion_state: 5}",
    ],
)
def test_each_event_has_keys_of_its_own(text: str) -> None:
    assert found(f"rules: [{{name: r, {text}}}]") == []
