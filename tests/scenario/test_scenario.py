import os
from pathlib import Path

import pytest

from smsc_sim.scenario.account import AccountDefinition
from smsc_sim.scenario.findings import FindingsError
from smsc_sim.scenario.scenario import ScenarioFile, check_scenario, load_scenario, parse_scenario

SHARED = os.environ.get("SMSC_SIM_SHARED")


def test_a_scenario_needs_only_its_version() -> None:
    assert parse_scenario("smsc: 1", "f.yaml") == ScenarioFile(smsc=1)


def test_every_key_can_be_written() -> None:
    text = "smsc: 1\nname: no\ndescription: 12:30\nseed: 0042\naccounts: [{system_id: acme}]\n"
    assert parse_scenario(text, "f.yaml") == ScenarioFile(
        smsc=1, name="no", description="12:30", seed=42, accounts=(AccountDefinition(system_id="acme"),)
    )


def test_json_is_a_scenario_too() -> None:
    text = '{"smsc": 1, "name": "\\ud83d\\ude00", "seed": null, "accounts":\t[{"system_id": 123, "sessions": 2}]}'
    assert parse_scenario(text, "f.json", json=True) == ScenarioFile(
        smsc=1, name="😀", accounts=(AccountDefinition(system_id="123", sessions=2),)
    )


@pytest.mark.parametrize("seed", ["random", "0", "999999999999999999"])
def test_a_seed_is_a_number_or_random(seed: str) -> None:
    assert str(parse_scenario(f"smsc: 1\nseed: {seed}", "f.yaml").seed) == seed


@pytest.mark.parametrize(
    ("text", "finding"),
    [
        ("smsc: 2", "f.yaml:1:7: error E012: '2' is not a valid value of 'smsc'; it can be 1"),
        ("name: x", "f.yaml:1:1: error E010: key 'smsc' is missing"),
        ("smsc: 1\nseeds: 3", "f.yaml:2:1: error E002: unknown key 'seeds'; did you mean 'seed'?"),
        ("smsc: 1\nseed: -1", "f.yaml:2:7: error E013: seed: '-1' is too small; the least is 0"),
        ("smsc: 1\nseed: 1\nseed: 2", "f.yaml:3:1: error E003: key 'seed' is given twice; the other is at line 2"),
    ],
)
def test_a_mistake_has_its_place(text: str, finding: str) -> None:
    checked = check_scenario(text, "f.yaml")
    assert checked.scenario is None
    assert [str(one) for one in checked.findings] == [finding]


def test_a_warning_leaves_the_scenario_usable() -> None:
    checked = check_scenario("smsc: 1\naccounts: [{system_id: a, password: 123456789}]", "f.yaml")
    assert checked.scenario is not None
    assert [finding.code for finding in checked.findings] == ["W101"]


def test_a_checked_scenario_is_there_as_it_is_obeyed() -> None:
    checked = check_scenario("smsc: 1\nrules: [{name: a, reply: nack}]", "f.yaml")
    assert checked.plan is not None
    assert [rule.name for rule in checked.plan.rules] == ["a"]
    assert check_scenario("smsc: 1\nrules: [{name: a, reply: nak}]", "f.yaml").plan is None


def test_loading_raises_with_every_finding(tmp_path: Path) -> None:
    path = tmp_path / "s.yaml"
    path.write_text("smsc: 1\nseed: x\nnam: y\n")
    with pytest.raises(FindingsError) as raised:
        load_scenario(path)
    assert [finding.code for finding in raised.value.findings] == ["E012", "E002"]
    path.write_text("smsc: 1\n")
    assert load_scenario(path) == ScenarioFile(smsc=1)
    with pytest.raises(FindingsError, match="No such file"):
        load_scenario(tmp_path / "missing.yaml")


@pytest.mark.skipif(SHARED is None, reason="SMSC_SIM_SHARED is not set")
def test_the_mistakes_of_the_bad_example_that_any_loader_sees() -> None:
    path = Path(SHARED or "") / "scenarios" / "bad.yaml"
    checked = check_scenario(path.read_bytes(), "bad.yaml")
    places = {(finding.line, finding.column, finding.code) for finding in checked.findings}
    assert {(3, 1, "E002"), (19, 5, "E003")} <= places
    assert not [finding for finding in checked.findings if finding.line == 4]
