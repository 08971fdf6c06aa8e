"""The simulator as a service: what a reload changes."""

from __future__ import annotations

from pathlib import Path

from twisted.internet.testing import MemoryReactorClock

from smsc_sim.options import Settings
from smsc_sim.scenario.account import AccountDefinition
from smsc_sim.scenario.load import load
from smsc_sim.simulator import Simulator

ACCOUNTS = (AccountDefinition(system_id="alpha", password="secret1"),)


def write(folder: Path, profile: str, rules: str = "") -> Path:
    (folder / "own.yaml").write_text(f"smsc_profile: 1\nname: own\nsource: a test\n{profile}\n")
    path = folder / "scenario.yaml"
    path.write_text(f"smsc: 1\nprofile: own.yaml\n{rules}")
    return path


def test_a_reload_changes_rules_accounts_timers_and_retries_together(tmp_path: Path) -> None:
    path = write(tmp_path, "retry: none")
    reactor = MemoryReactorClock()
    settings = Settings(accounts=ACCOUNTS, scenario=load(path), scenario_path=str(path), origins={})
    simulator = Simulator(settings, reactor, reactor.seconds)
    account = simulator.smsc.accounts.find("alpha")
    assert account is not None
    assert (account.retry, account.definition.sessions) == ((), None)
    write(tmp_path, "retry: 9s\ntimers: {inactivity: 77s}\nlimits: {sessions: 4}", "rules: [{name: r}]")
    simulator.reload()
    assert simulator.smsc.accounts.find("alpha") is account
    assert (account.retry, account.timers.inactivity, account.definition.sessions) == ((9.0,), 77.0, 4)
    assert simulator.smsc.rules is not None
    write(tmp_path, "retry: never")
    simulator.reload()
    assert (account.retry, account.timers.inactivity) == ((9.0,), 77.0)
