import os
from pathlib import Path

import pytest

from smsc_sim.scenario.findings import FindingsError
from smsc_sim.scenario.load import MOST_FILES, check, check_path, check_text, load, load_text
from smsc_sim.scenario.profile import NO_PROFILE

SHARED = os.environ.get("SMSC_SIM_SHARED")

MISTAKES = """\
smsc: 1
name: Every kind of mistake
sed: 1
accounts: [{system_id: north}]
switches: {night: {label: Night shift}}
rules:
  - name: one
    when: {account: nort, chance: 25}
    reply: ESME_RTHROTLED
  - name: two
    when: {to: +447700900456, switch: nights}
    reply: ESME_RMSGQFUL
    receipt: {state: EXPIRE, after: 10}
  - name: three
    reply: ok
  - name: four
    when: {every: 3 per destination}
    reply: none
    reply: nack
  - name: three
    event: bind
    mo: {from: "{form}", text: hello}
"""


def test_all_mistakes_at_once_each_at_its_place() -> None:
    checked = check_text(MISTAKES, "m.yaml")
    assert checked.scenario is None
    assert checked.file is None
    assert [(one.line, one.column, one.code) for one in checked.findings] == [
        (3, 1, "E002"),
        (8, 21, "W103"),
        (8, 35, "E014"),
        (9, 12, "E012"),
        (11, 39, "E021"),
        (13, 5, "W110"),
        (13, 22, "E012"),
        (13, 37, "E014"),
        (16, 5, "W120"),
        (17, 19, "E012"),
        (19, 5, "E003"),
        (20, 11, "E020"),
        (22, 16, "E030"),
    ]
    hints = [one.hint for one in checked.findings]
    meant = ["seed", "north", "25%", "ESME_RTHROTTLED", "night", "", "EXPIRED", "", "", "", "", "", "from"]
    for hint, name in zip(hints, meant, strict=True):
        assert hint == f"did you mean '{name}'?" if name else "did you mean" not in hint
    with pytest.raises(FindingsError) as raised:
        load_text(MISTAKES, "m.yaml")
    assert raised.value.findings == checked.findings


@pytest.mark.skipif(SHARED is None, reason="SMSC_SIM_SHARED is not set")
def test_the_mistakes_of_the_shared_example() -> None:
    findings = check(Path(SHARED or "") / "scenarios" / "bad.yaml")
    errors = {(one.line, one.column) for one in findings if one.severity == "error"}
    assert errors == {(3, 1), (8, 36), (9, 12), (11, 39), (13, 22), (13, 40), (17, 19), (19, 5), (20, 11), (22, 16)}
    warnings = {(one.line, one.column) for one in findings if one.severity == "warning"}
    assert warnings == {(8, 21), (13, 5), (16, 5)}
    assert len(findings) == 13


@pytest.mark.skipif(SHARED is None, reason="SMSC_SIM_SHARED is not set")
def test_the_shared_scenarios_load() -> None:
    paths = sorted((Path(SHARED or "") / "scenarios").glob("[01]*.yaml"))
    assert len(paths) == 12
    for path in paths:
        assert {finding.severity for finding in check(path)} <= {"information"}, path.name
        assert load(path).name


def test_an_empty_scenario_is_the_server_as_it_is() -> None:
    scenario = load_text("smsc: 1", "f.yaml")
    assert (scenario.rules, scenario.accounts, scenario.seed, scenario.files) == ((), (), None, ())
    assert scenario.profile is NO_PROFILE


def test_json_is_a_scenario_too() -> None:
    text = '{"smsc": 1, "rules": [{"name": "a", "reply": 1035, "when": {"to": "1", "chance": "5%"}}]}'
    assert load_text(text, "f.json", json=True).rules[0].when.chance == 0.05


def write(folder: Path, **files: str) -> None:
    for name, text in files.items():
        path = folder / f"{name.replace('__', '/')}.yaml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def test_included_files_follow_in_order(tmp_path: Path) -> None:
    write(
        tmp_path,
        main="smsc: 1\nname: Main\nseed: 7\ninclude: [accounts.yaml, more/rules.yaml]\n"
        "rules: [{name: own, when: {to: 1}}]",
        accounts="smsc: 1\nname: ignored\naccounts: [{system_id: a}]\nswitches: {s: {}}",
        more__rules="smsc: 1\ninclude: deeper.yaml\nrules: [{name: first, when: {to: 2, switch: s}}]",
        more__deeper="smsc: 1\nrules: [{name: second, when: {to: 3}}]\nexpect: [{name: e, rule: own}]",
    )
    scenario = load(tmp_path / "main.yaml")
    assert (scenario.name, scenario.seed) == ("Main", 7)
    assert [rule.name for rule in scenario.rules] == ["own", "first", "second"]
    assert [account.system_id for account in scenario.accounts] == ["a"]
    assert list(scenario.switches) == ["s"]
    assert [expectation.name for expectation in scenario.expectations] == ["e"]
    assert scenario.rules[2].at == f"{tmp_path}/more/deeper.yaml:2"
    names = ["main", "accounts", "more/rules", "more/deeper"]
    assert [Path(file) for file in scenario.files] == [tmp_path / f"{name}.yaml" for name in names]


def test_a_file_that_two_include_is_there_once(tmp_path: Path) -> None:
    write(
        tmp_path,
        main="smsc: 1\ninclude: [a.yaml, b.yaml, builtin:test-numbers, 'builtin:test-numbers']",
        a="smsc: 1\ninclude: [c.yaml]",
        b="smsc: 1\ninclude: [./c.yaml]",
        c="smsc: 1\nrules: [{name: c}]",
    )
    scenario = load(tmp_path / "main.yaml")
    assert [rule.name for rule in scenario.rules].count("c") == 1
    assert [rule.name for rule in scenario.rules].count("throttled") == 1


def test_names_are_unique_in_all_files_together(tmp_path: Path) -> None:
    write(
        tmp_path,
        main="smsc: 1\ninclude: b.yaml\naccounts: [{system_id: a}]\nswitches: {s: }\nrules: [{name: r, when: {to: 1}}]",
        b="smsc: 1\naccounts: [{system_id: a}]\nswitches: {s: }\nrules: [{name: r, when: {account: a}}]",
    )
    findings = check(tmp_path / "main.yaml")
    assert [(finding.line, finding.code) for finding in findings] == [(2, "E020"), (3, "E020"), (4, "E020")]
    assert all(finding.file == f"{tmp_path}/b.yaml" for finding in findings)
    assert findings[2].hint == f"the other is at {tmp_path}/main.yaml:5"


def test_distribution_lists_of_all_files_together(tmp_path: Path) -> None:
    write(
        tmp_path,
        main="smsc: 1\ninclude: b.yaml\ndistribution_lists: {a: 0123, b: [1, '+2']}",
        b="smsc: 1\ndistribution_lists: {c: [3]}",
    )
    assert load(tmp_path / "main.yaml").distribution_lists == {"a": ("0123",), "b": ("1", "+2"), "c": ("3",)}
    write(tmp_path, b="smsc: 1\ndistribution_lists: {b: 4}")
    (finding,) = check(tmp_path / "main.yaml")
    assert (finding.line, finding.code, finding.hint) == (2, "E020", f"the other is at {tmp_path}/main.yaml:3")


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("{a: b}", "2:25: error E012: a: 'b' is not a number of 1 to 19 digits, maybe behind a +"),
        ("{a: ['++1']}", "2:26: error E012: a: '++1' is not a number of 1 to 19 digits, maybe behind a +"),
        ("{a: []}", "2:25: error E015: 'a' needs at least 1 of them"),
        ("{'': 1}", "2:22: error E015: distribution_lists: '' must have 1 to 20 characters, not 0"),
    ],
)
def test_what_is_no_distribution_list(written: str, said: str) -> None:
    (finding,) = check_text(f"smsc: 1\ndistribution_lists: {written}", "f").findings
    assert str(finding) == f"f:{said}"


def test_errors_of_an_included_file_are_said_in_its_name(tmp_path: Path) -> None:
    write(tmp_path, main="smsc: 1\ninclude: b.yaml\nrules: [{nam: r}]", b="smsc: 1\nrules: [{nam: r}]")
    (tmp_path / "b.yaml").write_text("smsc: 1\nseed: 1\nprofile: sms77\ndefaults: {}\nrules: [{name: r, reply: k}]")
    checked = check_path(tmp_path / "main.yaml")
    assert checked.scenario is None
    assert [(Path(one.file).name, one.line, one.code) for one in checked.findings] == [
        ("main.yaml", 3, "E010"),
        ("main.yaml", 3, "E002"),
        ("b.yaml", 2, "W102"),
        ("b.yaml", 3, "W102"),
        ("b.yaml", 4, "W102"),
        ("b.yaml", 5, "E012"),
    ]
    assert len(checked.files) == 2


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("missing.yaml", "there is no file 'missing.yaml'"),
        ("../outside.yaml", "'../outside.yaml' does not lie below the folder of this file"),
        ("/etc/hostname", "'/etc/hostname' does not lie below the folder of this file"),
        ("link.yaml", "'link.yaml' does not lie below the folder of this file"),
        ("main.yaml", "this file includes itself"),
        ("loop.yaml", "this file includes itself"),
        (".", "'.' does not lie below the folder of this file"),
        ("folder", "there is no file 'folder'"),
        ("builtin:numbers", "no scenario 'builtin:numbers' is built in"),
    ],
)
def test_what_cannot_be_included(tmp_path: Path, name: str, message: str) -> None:
    folder = tmp_path / "here"
    write(
        tmp_path,
        outside="smsc: 1",
        here__main=f"smsc: 1\ninclude: [good.yaml, '{name}']",
        here__good="smsc: 1",
        here__loop="smsc: 1\ninclude: main.yaml",
        here__folder__x="smsc: 1",
    )
    (folder / "link.yaml").symlink_to(tmp_path / "outside.yaml")
    findings = check(folder / "main.yaml")
    assert [(finding.code, finding.message) for finding in findings] == [("E007", message)]
    if name != "loop.yaml":
        assert (findings[0].line, findings[0].column) == (2, 22)


def test_the_number_of_files_has_a_limit(tmp_path: Path) -> None:
    names = [f"f{number}" for number in range(MOST_FILES + 1)]
    write(tmp_path, main="smsc: 1\ninclude: [" + ", ".join(f"{name}.yaml" for name in names) + "]")
    write(tmp_path, **dict.fromkeys(names, "smsc: 1"))
    assert [finding.message for finding in check(tmp_path / "main.yaml")] == [f"more than {MOST_FILES} files"] * 2


def test_a_text_names_only_what_is_built_in_unless_it_has_a_folder(tmp_path: Path) -> None:
    write(tmp_path, b="smsc: 1\nrules: [{name: b}]", p="smsc_profile: 1\nname: p\nsource: us")
    text = "smsc: 1\ninclude: [b.yaml]\nprofile: ./p.yaml"
    assert [finding.code for finding in check_text(text, "t").findings] == ["E007", "E008"]
    scenario = load_text(text, "t", folder=str(tmp_path))
    assert ([rule.name for rule in scenario.rules], scenario.profile.name) == (["b"], "p")
    assert load_text("smsc: 1\ninclude: builtin:test-numbers\nprofile: sms77", "t").rules
    findings = check_text("smsc: 1\nprofile: ../p.yaml", "t", folder=str(tmp_path / "x")).findings
    assert [finding.message for finding in findings] == ["'../p.yaml' does not lie below the folder of this file"]


def test_what_cannot_be_read_is_said(tmp_path: Path) -> None:
    assert [finding.code for finding in check(tmp_path / "missing.yaml")] == ["E006"]
    assert check_path(tmp_path / "missing.yaml").files == (str(tmp_path / "missing.yaml"),)
    assert str(check("builtin:test-number")[0]) == (
        "builtin:test-number:1:1: error E006: no scenario 'builtin:test-number' is built in; "
        "did you mean 'builtin:test-numbers'?"
    )
    with pytest.raises(FindingsError, match="No such file"):
        load(tmp_path / "missing.yaml")


def test_a_profile_is_checked_as_one_and_is_no_scenario(tmp_path: Path) -> None:
    write(tmp_path, p="smsc_profile: 1\nname: p\nsource: us\nlimit: {}", s="smsc: 1\ninclude: p.yaml")
    assert [str(finding).partition(": ")[2] for finding in check(tmp_path / "p.yaml")] == [
        "error E002: unknown key 'limit'; did you mean 'limits'?"
    ]
    wrong = "error E011: this is a provider profile, and a scenario belongs here; name it in a scenario: profile: PATH"
    for name in ("p.yaml", "s.yaml"):
        findings = check_path(tmp_path / name).findings
        assert [str(finding) for finding in findings] == [f"{tmp_path}/p.yaml:1:1: {wrong}"]
