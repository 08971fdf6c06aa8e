from pathlib import Path

import pytest

from smsc_sim.scenario.account import AccountDefinition
from smsc_sim.scenario.findings import FindingsError
from smsc_sim.scenario.load import check, load, load_text
from smsc_sim.scenario.profile_loader import is_path, load_profile
from smsc_sim.scenario.when import FieldCondition

OWN = "smsc_profile: 1\nname: Ours\nsource: our own notes\n"


@pytest.mark.parametrize(
    ("name", "path"), [("sms77", False), ("./p", True), ("p.yaml", True), ("a/p", True), ("p.x", False)]
)
def test_a_name_is_built_in_or_a_path(name: str, path: bool) -> None:
    assert is_path(name) is path


def test_a_profile_of_ones_own_by_path(tmp_path: Path) -> None:
    (tmp_path / "profiles").mkdir()
    (tmp_path / "profiles" / "ours.yaml").write_text(OWN + "limits: {sessions: 3}")
    (tmp_path / "s.yaml").write_text("smsc: 1\nprofile: profiles/ours.yaml\naccounts: [{system_id: a}]")
    scenario = load(tmp_path / "s.yaml")
    assert (scenario.profile.name, scenario.profile.sessions) == ("Ours", 3)
    assert scenario.profile_of(scenario.accounts[0]).sessions == 3
    assert str(tmp_path / "profiles" / "ours.yaml") in scenario.files
    assert load_profile("profiles/ours.yaml", str(tmp_path)).name == "Ours"
    assert load_profile(str(tmp_path / "profiles" / "ours.yaml")).name == "Ours"
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "s.yaml").write_text("smsc: 1\nprofile: ../profiles/ours.yaml")
    assert load(tmp_path / "elsewhere" / "s.yaml").profile.name == "Ours"


def test_two_files_may_call_different_profiles_the_same(tmp_path: Path) -> None:
    (tmp_path / "more").mkdir()
    for folder, name in ((tmp_path, "one"), (tmp_path / "more", "two")):
        (folder / "p.yaml").write_text(f"smsc_profile: 1\nname: {name}\nsource: us")
        (folder / "s.yaml").write_text(f"smsc: 1\naccounts: [{{system_id: {name}, profile: ./p.yaml}}]")
    (tmp_path / "main.yaml").write_text("smsc: 1\ninclude: [s.yaml, more/s.yaml]")
    scenario = load(tmp_path / "main.yaml")
    assert [scenario.profile_of(account).name for account in scenario.accounts] == ["one", "two"]


def test_its_mistakes_are_said_in_its_name(tmp_path: Path) -> None:
    (tmp_path / "ours.yaml").write_text("smsc_profile: 1\nname: Ours\nlimits: {sesions: 3}\nerrors: {ESME_NONE: 5}")
    (tmp_path / "s.yaml").write_text("smsc: 1\nprofile: ours.yaml\naccounts: [{system_id: a, profile: ours.yaml}]")
    assert [(Path(one.file).name, one.line, one.column, one.code) for one in check(tmp_path / "s.yaml")] == [
        ("ours.yaml", 1, 1, "E010"),
        ("ours.yaml", 3, 10, "E002"),
        ("ours.yaml", 4, 10, "E012"),
    ]


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("sms78", "error E008: no profile 'sms78'; did you mean 'sms77'?"),
        ("zzz", "error E008: no profile 'zzz'; there is generic, jasmin, kannel-friendly, movider, smppsim, sms77; or"),
        ("none.yaml", "error E008: there is no file 'none.yaml'"),
        ("./folder", "error E008: there is no file './folder'"),
    ],
)
def test_a_profile_that_is_not_there(tmp_path: Path, name: str, message: str) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "s.yaml").write_text(f"smsc: 1\naccounts: [{{system_id: a, profile: {name}}}]")
    findings = check(tmp_path / "s.yaml")
    assert len(findings) == 1
    assert (findings[0].line, findings[0].column) == (2, 36)
    assert message in str(findings[0])
    with pytest.raises(FindingsError, match=message[13:30]):
        load_profile(name, str(tmp_path))


def test_a_profile_based_on_another_says_only_what_is_different(tmp_path: Path) -> None:
    (tmp_path / "short.yaml").write_text(
        OWN + "based_on: movider\nreceipt: {parts: [id, submit date, done date, stat, err]}\nlimits: {sessions: 1}"
    )
    (tmp_path / "shorter.yaml").write_text(
        OWN + "based_on: ./short.yaml\nreceipt: {err_width: 1}\nbind: {versions: '3.4'}"
    )
    base, own = load_profile("movider"), load_profile("shorter.yaml", str(tmp_path))
    assert (own.name, own.source, own.description) == ("Ours", "our own notes", "")
    assert (own.pdus, own.timers, own.accounts) == (base.pdus, base.timers, base.accounts)
    assert own.receipt.format.parts == ("id", "submit date", "done date", "stat", "err")
    assert (own.receipt.format.err_width, own.sessions, own.versions) == (1, 1, ("3.4",))


def test_mistakes_above_a_base_keep_their_places(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(OWN + "based_on: sms77\nreceipt: {labl: x}")
    with pytest.raises(FindingsError) as raised:
        load_profile("a.yaml", str(tmp_path))
    assert [(one.line, one.column, one.code) for one in raised.value.findings] == [(5, 11, "E002")]


@pytest.mark.parametrize(
    ("base", "message"),
    [
        ("nothing", "no profile 'nothing'"),
        ("./bad.yaml", "'./bad.yaml' has errors itself"),
        ("./a.yaml", "'./a.yaml' has errors itself"),
    ],
)
def test_a_base_that_cannot_be_used(tmp_path: Path, base: str, message: str) -> None:
    (tmp_path / "bad.yaml").write_text("smsc_profile: 1\nname: 5\nsource: x\nzzz: 1")
    (tmp_path / "a.yaml").write_text(OWN + f"based_on: {base}")
    with pytest.raises(FindingsError) as raised:
        load_profile("a.yaml", str(tmp_path))
    finding = raised.value.findings[0]
    assert (finding.code, finding.message) == ("E008", message)
    assert finding.line == 4


def conditions(text: str) -> list[tuple[str, str]]:
    rules = load_text(f"smsc: 1\n{text}", "f.yaml").rules
    return [
        (
            rule.name,
            " & ".join(f"{one.key}={one.test!r}" for one in rule.when.conditions if isinstance(one, FieldCondition)),
        )
        for rule in rules
    ]


def test_rules_of_a_profile_decide_after_those_of_the_scenario() -> None:
    rules = conditions("profile: smppsim\nrules: [{name: own, when: {to: 1}}]")
    assert rules[:2] == [("own", "to=Test('1')"), ("smppsim: expired", "to=Test('1*')")]
    assert len(rules) == 6


def test_rules_of_an_accounts_own_profile_decide_for_that_account_only() -> None:
    accounts = "accounts: [{system_id: a, profile: smppsim}, {system_id: b}]"
    rules = conditions(accounts)
    assert rules[0] == ("smppsim: expired", "account=Test('a') & to=Test('1*')")
    assert len(rules) == 5
    both = conditions(f"profile: smppsim\n{accounts.replace('smppsim', 'sms77')}")
    assert both[0] == ("smppsim: expired", "account=Test(not 'a') & to=Test('1*')")


def test_each_account_is_under_its_own_profile_or_the_scenarios() -> None:
    text = "profile: movider\naccounts: [{system_id: a, profile: sms77, sessions: 9}, {system_id: b}]"
    scenario = load_text(f"smsc: 1\n{text}", "f.yaml")
    first, second = scenario.accounts
    assert (scenario.profile_of(first).name, scenario.profile_of(second).name) == ("sms77", "movider")
    limited = scenario.profile_of(first).applied_to(first)
    assert (limited.sessions, str(limited.throughput), limited.receipts_via) == (9, "5/s per session", "least_loaded")
    assert scenario.profile_of(second).applied_to(second) == second
    assert isinstance(second, AccountDefinition)
