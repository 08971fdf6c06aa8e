"""The service without a network: what a reload changes, and its clocks."""

from __future__ import annotations

from pathlib import Path

from twisted.internet.defer import Deferred
from twisted.internet.task import Clock
from twisted.internet.testing import MemoryReactorClock
from twisted.python.failure import Failure

from smsc_sim.options import Settings
from smsc_sim.scenario.account import AccountDefinition
from smsc_sim.scenario.load import load
from smsc_sim.sim.clock import AdvanceReport, ClockError
from smsc_sim.simulator import Simulator
from tests.sim.playing import START

ACCOUNTS = (AccountDefinition(system_id="alpha", password="secret1"),)


def write(folder: Path, profile: str, rules: str = "") -> Path:
    (folder / "own.yaml").write_text(f"smsc_profile: 1\nname: own\nsource: a test\n{profile}\n")
    path = folder / "scenario.yaml"
    path.write_text(f"smsc: 1\nprofile: own.yaml\n{rules}")
    return path


def test_a_reload_changes_rules_accounts_timers_and_retries_together(tmp_path: Path) -> None:
    path = write(tmp_path, "delivery: {retry: none}")
    reactor = MemoryReactorClock()
    settings = Settings(
        accounts=ACCOUNTS, scenario=load(path), scenario_path=str(path), smpp_tls=(), http=(), origins={}
    )
    simulator = Simulator(settings, reactor, reactor.seconds, draw_token=lambda: "token")
    account = simulator.smsc.accounts.find("alpha")
    assert account is not None
    assert (account.receipts.retry, account.definition.sessions) == ((), None)
    write(tmp_path, "delivery: {retry: 9s}\ntimers: {inactivity: 77s}\nlimits: {sessions: 4}", "rules: [{name: r}]")
    simulator.reload()
    assert simulator.smsc.accounts.find("alpha") is account
    assert (account.receipts.retry, account.timers.inactivity, account.definition.sessions) == ((9.0,), 77.0, 4)
    assert simulator.smsc.rules is not None
    write(tmp_path, "delivery: {retry: never}")
    simulator.reload()
    assert (account.receipts.retry, account.timers.inactivity) == ((9.0,), 77.0)


def simulator(settings: Settings) -> tuple[Simulator, Clock]:
    reactor = Clock()
    return Simulator(settings, reactor, lambda: START + 0.75 + reactor.seconds(), draw_token=lambda: "token"), reactor


def silent(clock: str) -> Settings:
    return Settings(smpp=(), smpp_tls=(), http=(), clock="manual" if clock == "manual" else "real")


def result_of(advancing: Deferred[AdvanceReport]) -> AdvanceReport | Failure:
    results: list[AdvanceReport | Failure] = []
    advancing.addBoth(results.append)
    (result,) = results
    return result


def test_a_manual_clock_begins_at_a_whole_second_and_is_moved() -> None:
    sim, reactor = simulator(silent("manual"))
    reactor.advance(100.0)
    assert sim.console.clock() == START
    assert result_of(sim.advance(86_400.0)) == AdvanceReport(START, START + 86_400.0, (), 0)
    assert result_of(sim.advance_to(START + 90_000.0)) == AdvanceReport(START + 86_400.0, START + 90_000.0, (), 0)
    assert result_of(sim.advance_to_next()) == AdvanceReport(START + 90_000.0, START + 90_000.0, (), 0)
    assert sim.console.clock() == START + 90_000.0


def test_a_real_clock_is_not_moved() -> None:
    sim, reactor = simulator(silent("real"))
    reactor.advance(100.0)
    for advancing in (sim.advance(1.0), sim.advance_to(START + 1000.0), sim.advance_to_next()):
        result = result_of(advancing)
        assert isinstance(result, Failure)
        assert result.check(ClockError)
        assert "--clock manual" in result.getErrorMessage()
    assert sim.console.clock() == START + 100.75
