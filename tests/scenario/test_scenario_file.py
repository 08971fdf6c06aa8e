import os
from pathlib import Path

import pytest

from smsc_sim.scenario.account import AccountDefinition
from smsc_sim.scenario.findings import FindingsError
from smsc_sim.scenario.load import check_text, load
from smsc_sim.scenario.scenario_file import ScenarioFile

SHARED = os.environ.get("SMSC_SIM_SHARED")


def parse(text: str, name: str = "f.yaml", *, json: bool = False) -> ScenarioFile | None:
    return check_text(text, name, json=json).file


def test_a_scenario_needs_only_its_version() -> None:
    assert parse("smsc: 1") == ScenarioFile(smsc=1)


def test_every_key_can_be_written() -> None:
    text = "smsc: 1\nname: no\ndescription: 12:30\nseed: 0042\naccounts: [{system_id: acme}]\n"
    assert parse(text) == ScenarioFile(
        smsc=1, name="no", description="12:30", seed=42, accounts=(AccountDefinition(system_id="acme"),)
    )


def test_json_is_a_scenario_too() -> None:
    text = '{"smsc": 1, "name": "\\ud83d\\ude00", "seed": null, "accounts":\t[{"system_id": 123, "sessions": 2}]}'
    assert parse(text, "f.json", json=True) == ScenarioFile(
        smsc=1, name="😀", accounts=(AccountDefinition(system_id="123", sessions=2),)
    )


@pytest.mark.parametrize("seed", ["random", "0", "999999999999999999"])
def test_a_seed_is_a_number_or_random(seed: str) -> None:
    file = parse(f"smsc: 1\nseed: {seed}")
    assert file is not None
    assert str(file.seed) == seed


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
    checked = check_text(text, "f.yaml")
    assert checked.scenario is None
    assert checked.file is None
    assert [str(one) for one in checked.findings] == [finding]


def test_a_warning_leaves_the_scenario_usable() -> None:
    checked = check_text("smsc: 1\naccounts: [{system_id: a, password: 123456789}]", "f.yaml")
    assert checked.scenario is not None
    assert [finding.code for finding in checked.findings] == ["W101"]


def test_a_checked_scenario_is_there_as_it_is_obeyed() -> None:
    checked = check_text("smsc: 1\nrules: [{name: a, reply: nack}]", "f.yaml")
    assert checked.scenario is not None
    assert [rule.name for rule in checked.scenario.rules] == ["a"]
    assert check_text("smsc: 1\nrules: [{name: a, reply: nak}]", "f.yaml").scenario is None


def test_loading_raises_with_every_finding(tmp_path: Path) -> None:
    path = tmp_path / "s.yaml"
    path.write_text("smsc: 1\nseed: x\nnam: y\n")
    with pytest.raises(FindingsError) as raised:
        load(path)
    assert [finding.code for finding in raised.value.findings] == ["E012", "E002"]
    path.write_text("smsc: 1\n")
    assert load(path).rules == ()
    with pytest.raises(FindingsError, match="No such file"):
        load(tmp_path / "missing.yaml")


@pytest.mark.skipif(SHARED is None, reason="SMSC_SIM_SHARED is not set")
def test_the_mistakes_of_the_bad_example_that_any_loader_sees() -> None:
    path = Path(SHARED or "") / "scenarios" / "bad.yaml"
    checked = check_text(path.read_bytes(), "bad.yaml")
    places = {(finding.line, finding.column, finding.code) for finding in checked.findings}
    assert {(3, 1, "E002"), (19, 5, "E003")} <= places
    assert not [finding for finding in checked.findings if finding.line == 4]
