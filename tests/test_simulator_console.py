"""The service, on a reactor in memory: who may use its console, and that what the console changes is carried out."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from msgspec import structs
from twisted.internet.testing import MemoryReactorClock

from smsc_sim.options import Settings, resolve
from smsc_sim.scenario.findings import FindingsError
from smsc_sim.scenario.rule import Rule
from smsc_sim.simulator import Simulator
from smsc_sim.web.access import SESSION_SECONDS, TooMany, User
from smsc_sim.web.throttle import BURST, PER_SECOND


class Running:
    """A simulator that listens, as far as a reactor in memory lets it."""

    def __init__(self, folder: Path, *words: str, **environ: str) -> None:
        self.tokens: list[str] = []
        settings: Settings = resolve(["--smpp-tls", "none", "--data-dir", str(folder), *words], environ, folder)
        # The reactor in memory has no threads and its ports listen everywhere.
        self.reactor: Any = MemoryReactorClock()
        self.simulator = Simulator(
            structs.replace(settings, smpp=("tcp:2775",)),
            self.reactor,
            lambda: 1000.0 + float(self.reactor.seconds()),
            draw_token=lambda: "a-token-of-some-length",
            on_token=self.tokens.append,
        )
        self.simulator.privilegedStartService()


def test_a_console_that_can_be_reached_from_elsewhere_wants_a_token(tmp_path: Path) -> None:
    running = Running(tmp_path)
    assert running.tokens == ["a-token-of-some-length"]
    access = running.simulator.console.access
    assert access.required
    assert access.by_token("a-token-of-some-length") is not None


def test_without_a_console_there_is_no_token(tmp_path: Path) -> None:
    assert Running(tmp_path, "--http", "none").tokens == []


def test_users_of_a_file_need_no_token(tmp_path: Path) -> None:
    (tmp_path / "auth.yaml").write_text("tokens: [{name: ci, token: 0123456789abcdef}]")
    running = Running(tmp_path, "--auth-file", "auth.yaml")
    assert running.tokens == []
    assert running.simulator.console.access.by_token("0123456789abcdef") is not None


def test_who_guessed_may_try_again_where_the_clock_of_messages_stands_still(tmp_path: Path) -> None:
    (tmp_path / "auth.yaml").write_text("users: [{name: alice, password: secret}]")
    running = Running(tmp_path, "--auth-file", "auth.yaml", "--clock", "manual")
    access = running.simulator.console.access
    for _ in range(BURST):
        access.throttle.failed(running.simulator.driver.sockets())
    with pytest.raises(TooMany):
        access.by_password("alice", "guess")
    session = access.log_in(User("ci", "admin"))
    running.simulator.advance(2 * SESSION_SECONDS)
    assert access.by_session(session) is not None
    running.reactor.advance(1 / PER_SECOND)
    looked_at: list[object] = []
    pool = SimpleNamespace(callInThreadWithCallback=lambda _, look: looked_at.append(look))
    running.reactor.getThreadPool = lambda: pool
    access.by_password("alice", "guess")
    assert looked_at


def test_a_file_of_users_with_errors_keeps_it_from_starting(tmp_path: Path) -> None:
    (tmp_path / "auth.yaml").write_text("users: [{name: ci}]")
    with pytest.raises(FindingsError, match="password"):
        Running(tmp_path, "--auth-file", "auth.yaml")


def test_what_the_console_changes_is_carried_out(tmp_path: Path) -> None:
    (tmp_path / "s.yaml").write_text("smsc: 1\nswitches: {storm: {for: 5s}}")
    running = Running(tmp_path, "s.yaml")
    console = running.simulator.console
    with console.change() as now:
        console.smsc.switches.put("storm", True, now)
    running.reactor.advance(6)
    assert not console.smsc.switches.is_on("storm")


def test_reloading_keeps_what_is_temporary(tmp_path: Path) -> None:
    path = tmp_path / "s.yaml"
    path.write_text("smsc: 1\nrules: [{name: one}]")
    simulator = Running(tmp_path, str(path)).simulator
    path.write_text("smsc: 1\nrules: [{name: two}]")
    simulator.in_force.add_rule(Rule("top"), 1000.0)
    checked = simulator.reload()
    assert checked is not None
    assert simulator.smsc.rules is not None
    assert [compiled.rule.name for compiled in simulator.smsc.rules.rules] == ["top", "two"]
    path.write_text("smsc: 2")
    checked = simulator.reload()
    assert checked is not None
    assert checked.scenario is None
    assert simulator.in_force.scenario.rules[0].name == "two"


def test_the_settings_shown_are_those_of_the_table(tmp_path: Path) -> None:
    settings = {
        one.name: (one.value, one.origin) for one in Running(tmp_path, "--grace", "7s").simulator.console.settings
    }
    assert settings["grace"] == ("7s", "--grace")
    assert settings["smpp_tls"] == ("none", "--smpp-tls")


def test_what_has_to_be_well(tmp_path: Path) -> None:
    running = Running(tmp_path, "--journal", str(tmp_path / "run.jsonl"))
    simulator = running.simulator
    assert simulator.console.ready() == {"listening": False, "scenario": True, "store": True, "journal_file": True}
    assert simulator.store is not None
    simulator.store.failing = "database or disk is full"
    assert simulator.journal_file is not None
    simulator.journal_file.degraded = "no space left on device"
    assert simulator.console.ready() == {"listening": False, "scenario": True, "store": False, "journal_file": False}


def test_without_a_store_none_has_to_be_well(tmp_path: Path) -> None:
    assert "store" not in Running(tmp_path, "--retain", "0").simulator.console.ready()


def test_the_environments_token_is_wanted_and_shown_nowhere(tmp_path: Path) -> None:
    secret = "0123456789-abcdef"
    running = Running(tmp_path, SMSC_SIM_TOKEN=secret)
    console = running.simulator.console
    assert running.tokens == []
    assert console.access.required
    user = console.access.by_token(secret)
    assert user is not None
    assert user.may_change
    assert not any(secret in shown.value for shown in console.settings)


def test_it_stands_beside_those_of_the_file(tmp_path: Path) -> None:
    secret = "0123456789-abcdef"
    file = tmp_path / "auth.yaml"
    file.write_text("tokens: [{name: ci, token: a-long-random-text, role: read-only}]\n")
    access = Running(tmp_path, "--auth-file", str(file), SMSC_SIM_TOKEN=secret).simulator.console.access
    assert access.by_token(secret) is not None
    assert access.by_token("a-long-random-text") is not None
    assert access.by_token("another-long-text") is None
