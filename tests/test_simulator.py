"""The service without a network: its clocks."""

from __future__ import annotations

from twisted.internet.defer import Deferred
from twisted.internet.task import Clock
from twisted.python.failure import Failure

from smsc_sim.options import Settings
from smsc_sim.sim.clock import AdvanceReport, ClockError
from smsc_sim.simulator import Simulator
from tests.sim.playing import START


def simulator(settings: Settings) -> tuple[Simulator, Clock]:
    reactor = Clock()
    return Simulator(settings, reactor, lambda: START + 0.75 + reactor.seconds()), reactor


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
    assert sim.status().now == START
    assert result_of(sim.advance(86_400.0)) == AdvanceReport(START, START + 86_400.0, (), 0)
    assert result_of(sim.advance_to(START + 90_000.0)) == AdvanceReport(START + 86_400.0, START + 90_000.0, (), 0)
    assert result_of(sim.advance_to_next()) == AdvanceReport(START + 90_000.0, START + 90_000.0, (), 0)
    assert sim.status().now == START + 90_000.0


def test_a_real_clock_is_not_moved() -> None:
    sim, reactor = simulator(silent("real"))
    reactor.advance(100.0)
    for advancing in (sim.advance(1.0), sim.advance_to(START + 1000.0), sim.advance_to_next()):
        result = result_of(advancing)
        assert isinstance(result, Failure)
        assert result.check(ClockError)
        assert "--clock manual" in result.getErrorMessage()
    assert sim.status().now == START + 100.75
