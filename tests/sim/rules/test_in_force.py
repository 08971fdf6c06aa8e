"""What is temporary lies on top of the scenario, and goes by itself."""

from dataclasses import replace

import pytest

from smsc_sim.scenario.account import DEFAULT_ACCOUNT, AccountDefinition
from smsc_sim.scenario.load import load_text
from smsc_sim.scenario.loaded import Scenario
from smsc_sim.scenario.rule import Rule
from smsc_sim.scenario.settings import SmscSettings, Timers
from smsc_sim.sim.rules.in_force import MOST_TEMPORARY, Full, InForce, Taken
from smsc_sim.sim.smsc import Smsc
from smsc_sim.smpp.pdu import encode

SCENARIO = load_text("smsc: 1\nrules: [{name: own, reply: ESME_RSYSERR}]", "s.yaml")
TIMERS = Timers(enquire_link=7.0)


def begin(scenario: Scenario = SCENARIO) -> tuple[Smsc, InForce]:
    smsc = Smsc(SmscSettings(timers=TIMERS), (DEFAULT_ACCOUNT,), scenario=scenario, seed=1, now=100.0)
    return smsc, InForce(smsc, scenario, (DEFAULT_ACCOUNT,), 1, 100.0)


def names(smsc: Smsc) -> list[str]:
    return [compiled.rule.name for compiled in smsc.rules.rules] if smsc.rules is not None else []


def test_the_latest_rule_is_asked_first() -> None:
    smsc, in_force = begin()
    in_force.add_rule(Rule("one"), 100.0)
    in_force.add_rule(Rule("two"), 100.0)
    assert names(smsc) == ["two", "one", "own"]
    assert [temporary.rule.name for temporary in in_force.temporary_rules] == ["two", "one"]
    assert in_force.remove_rule("one", 101.0)
    assert not in_force.remove_rule("one", 101.0)
    assert not in_force.remove_rule("own", 101.0)
    assert names(smsc) == ["two", "own"]


def test_rules_go_by_themselves() -> None:
    smsc, in_force = begin()
    in_force.add_rule(Rule("short"), 100.0, lasts=5.0)
    in_force.add_rule(Rule("long"), 100.0, lasts=50.0)
    smsc.run_until(104.9)
    assert names(smsc) == ["long", "short", "own"]
    smsc.run_until(105.0)
    assert names(smsc) == ["long", "own"]


def test_a_rule_that_is_put_there_again_lasts_as_it_says() -> None:
    smsc, in_force = begin()
    in_force.add_rule(Rule("x"), 100.0, lasts=5.0)
    in_force.remove_rule("x", 101.0)
    in_force.add_rule(Rule("x"), 101.0, lasts=50.0)
    smsc.run_until(110.0)
    assert names(smsc) == ["x", "own"]


def test_counters_of_the_other_rules_go_on() -> None:
    smsc, in_force = begin()
    assert smsc.rules is not None
    smsc.rules.rules[0].decided = 7
    in_force.add_rule(Rule("x"), 100.0)
    in_force.remove_rule("x", 100.0)
    assert smsc.rules.rules[0].decided == 7


def test_names_are_unique_and_numbers_bounded() -> None:
    _, in_force = begin()
    in_force.add_rule(Rule("x"), 100.0)
    for name in ("x", "own"):
        with pytest.raises(Taken):
            in_force.add_rule(Rule(name), 100.0)
    with pytest.raises(Taken):
        in_force.add_account(DEFAULT_ACCOUNT, 100.0)
    in_force._rules.update({str(n): in_force.temporary_rules[0] for n in range(MOST_TEMPORARY)})
    with pytest.raises(Full):
        in_force.add_rule(Rule("y"), 100.0)


def test_accounts_come_with_the_timers_of_the_server_and_go_with_their_sessions() -> None:
    smsc, in_force = begin()
    definition = AccountDefinition(system_id="t-1", password="x")
    in_force.add_account(definition, 100.0, lasts=60.0)
    account = smsc.accounts.find("t-1")
    assert account is not None
    assert account.timers == TIMERS
    session = smsc.connected("127.0.0.1:1", "127.0.0.1", 100.0)
    fields = {"system_id": "t-1", "password": "x", "interface_version": 0x34}
    smsc.receive(session, encode("bind_transceiver", sequence_number=1, fields=fields), 100.0)
    assert session.bound
    smsc.run_until(160.0)
    assert smsc.accounts.find("t-1") is None
    assert smsc.accounts.find("smppclient1") is not None
    assert session.unbinding


def test_another_scenario_leaves_what_is_temporary_but_for_names_that_it_has_itself() -> None:
    smsc, in_force = begin()
    in_force.add_rule(Rule("x"), 100.0)
    in_force.add_rule(Rule("fresh"), 100.0)
    in_force.add_account(AccountDefinition(system_id="t-1"), 100.0)
    text = "smsc: 1\naccounts: [{system_id: acme}]\nrules: [{name: fresh}]"
    in_force.load(load_text(text, "s.yaml"), 200.0)
    assert names(smsc) == ["x", "fresh"]
    assert [account.system_id for account in smsc.accounts] == ["acme", "t-1"]
    assert in_force.loaded_at == 200.0
    in_force.load(replace(SCENARIO), 300.0)
    assert [account.system_id for account in smsc.accounts] == ["smppclient1", "t-1"]
    in_force.clear(300.0)
    assert names(smsc) == ["own"]
    assert [account.system_id for account in smsc.accounts] == ["smppclient1"]
