import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from smsc_sim.scenario import library
from smsc_sim.scenario.load import check_text
from smsc_sim.scenario.scenario_file import ScenarioFile
from smsc_sim.scenario.schema import DRAFT, documented_fields, schema_of
from smsc_sim.scenario.wallet import Wallet
from smsc_sim.scenario.written_profile import ProfileFile
from smsc_sim.scenario.written_when import WrittenWhen
from smsc_sim.smpp.status import CommandStatus
from tests.scenario.draft07 import is_valid

SCENARIO = schema_of(ScenarioFile, "A scenario")
PROFILE = schema_of(ProfileFile, "A profile")

GOOD = [
    "{}",
    "seed: 42",
    "seed: random",
    "include: builtin:test-numbers",
    "include: [a.yaml]",
    "switches: {a: {label: x, active: no, for: 5m}, b: }",
    "accounts: [{system_id: 123, password: secret, sessions: 2, binds: receiver, allow: 192.0.2.0/24}]",
    "accounts: [{system_id: a, throughput: 5/s, throughput_status: ESME_RTHROTTLED, window_status: 0x14}]",
    "accounts: [{system_id: a, wallet: {balance: 10.5, price: 1}, ids: hex, profile: sms77, receipts_via: any}]",
    "defaults: {reply: ok, receipt: {after: 0}, ids: {reply: hex, receipt: {form: decimal, width: 10}}}",
    "rules: [{name: 5, reply: 1035}, {name: b, reply: 0x40b, session: close}]",
    "rules: [{name: a, when: {to: 0123, from: [Acme, '4*'], text: {contains: x, not: {regex: y}}, tls: yes}}]",
    "rules: [{name: a, when: {any: [{to: 1}, {not: {to: 2}}], not: [{length: '>5'}, {length: 5}]}}]",
    "rules: [{name: a, when: {switch: {not: s}, between: 02:00-02:30, rate_above: 5/s per to}}]",
    "rules: [{name: a, when: {every: 3, first: 2 per to, chance: 10%, '0x1400': 0x31, dest_port: 5000, coding: 8}}]",
    "rules: [{name: a, reply: {status: none, delay: {median: 1s, p99: 2s}, then: hang}}]",
    "rules: [{name: a, reply: {nack: 3, sequence_number: zero, repeat: 2, cut_after: 9, dribble: 1 every 200ms}}]",
    "rules: [{name: a, receipt: {state: {DELIVRD: 90, UNDELIV: 8}, after: 500ms..4s, err: 027, via: account:b}}]",
    "rules: [{name: a, receipts: [DELIVRD, {state: EXPIRED, after: validity, tlv: {message_state: none}}]}]",
    "rules: [{name: a, mo: {text: hi, coding: 8, split: sar}}, {name: b, mo: [{text: hi}]}]",
    "rules: [{name: a, event: deliver_sm_resp, when: {command_status: ESME_RMSGQFUL}, retry: [5s, 15s]}]",
    "distribution_lists: {friends: [447700900201, '+447700900202'], team: 1}",
    "expect: [{name: a, match: {to: 1}, count: 3, fired: '>=1', rule: r, within: 30s, spacing: '>=1s per message'}]",
]
BAD = [
    "seeds: 3",
    "seed: -1",
    "rules: [{reply: ok}]",
    "rules: [{name: a, reply: ESME_RINVBALLANCE}]",
    "rules: [{name: a, event: submit}]",
    "rules: [{name: a, receipt: DELIVERED}]",
    "rules: [{name: a, receipt: {after: 3 s}}]",
    "rules: [{name: a, when: {too: 1}}]",
    "rules: [{name: a, when: {first: 2 per destination}}]",
    "rules: [{name: a, when: {text: {contain: x}}}]",
    "rules: [{name: a, when: {any: []}}]",
    "rules: [{name: a, reply: {tlv: {congestion_sate: 5}}}]",
    "rules: [{name: a, session: kill}]",
    "switches: {a: {lable: x}}",
    "accounts: [{password: x}]",
    "distribution_lists: {friends: []}",
    "distribution_lists: [1]",
]


def valid(text: str) -> bool:
    """Whether an editor, which reads YAML in the usual way, takes the scenario."""
    return is_valid({"smsc": 1, **yaml.safe_load(text)}, SCENARIO, SCENARIO)


@pytest.mark.parametrize("text", GOOD)
def test_an_editor_takes_what_the_loader_takes(text: str) -> None:
    lines = text if text != "{}" else ""
    findings = check_text(f"smsc: 1\n{lines}\n", "f.yaml").findings
    assert not [one for one in findings if one.severity == "error" and one.code not in {"E007", "E021"}]
    assert valid(text)


@pytest.mark.parametrize("text", BAD)
def test_an_editor_refuses_what_the_loader_refuses(text: str) -> None:
    assert check_text(f"smsc: 1\n{text}\n", "f.yaml").scenario is None
    assert not valid(text)


def test_it_is_draft_07_and_json() -> None:
    for schema in (SCENARIO, PROFILE):
        assert schema["$schema"] == DRAFT
        assert json.loads(json.dumps(schema)) == schema


@pytest.mark.parametrize("folder", ["builtin", "profiles"])
def test_the_files_that_come_with_the_product_are_valid(folder: str) -> None:
    schema = SCENARIO if folder == "builtin" else PROFILE
    paths = sorted((Path(library.__file__).parent / folder).glob("*.yaml"))
    assert paths
    for path in paths:
        assert is_valid(yaml.safe_load(path.read_text(encoding="utf-8")), schema, schema), path.name


def test_names_are_completed() -> None:
    rule: Any = SCENARIO["definitions"]["WrittenRule"]
    assert "deliver_sm_resp" in rule["properties"]["event"]["enum"]
    assert set(CommandStatus.__members__) <= set(str(SCENARIO["definitions"]).split("'"))
    when: Any = SCENARIO["definitions"]["WrittenWhen"]
    assert {"to", "keyword", "data_coding", "user_message_reference", "first", "any", "not"} <= set(when["properties"])
    assert "tests" not in when["properties"]


def test_every_field_says_what_it_is() -> None:
    assert SCENARIO["definitions"]["WrittenRule"]["properties"]["name"]["description"] == (
        "Its own: no other rule has it."
    )

    when = documented_fields(WrittenWhen)
    assert when["any"] == "At least one of these must hold."
    assert "switch" not in when
    assert documented_fields(Wallet)["balance"] == "At the start, and after a reset."
