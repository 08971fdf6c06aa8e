import os
from collections.abc import Callable
from pathlib import Path

import pytest

from smsc_sim.options.arguments import Arguments
from smsc_sim.options.layers import (
    FileLayer,
    Given,
    Problems,
    Surroundings,
    config_layer,
    environment_layer,
    flags_layer,
    scenario_layer,
)


@pytest.fixture
def problems() -> Problems:
    return Problems()


def config(cwd: Path, problems: Problems, outer: Given | None = None) -> Given:
    return config_layer(outer or {}, Surroundings({"HOME": "/home/me"}, str(cwd)), problems).given


def test_the_environment_gives_values_with_spaces_between_several(problems: Problems) -> None:
    environ = {
        "SMSC_SIM_GRACE": "7s",
        "SMSC_SIM_SMPP": "tcp:1  tcp:2",
        "SMSC_SIM_HTTP": "none",
        "SMSC_SIM_SEED": "",
        "X": "y",
    }
    assert environment_layer(environ, problems) == {
        "grace": (7.0, "SMSC_SIM_GRACE"),
        "smpp": (("tcp:1", "tcp:2"), "SMSC_SIM_SMPP"),
        "http": ((), "SMSC_SIM_HTTP"),
    }
    assert not problems.fatal


def test_a_misspelt_variable_is_told_and_anothers_variable_is_not(problems: Problems) -> None:
    kubernetes = {"SMSC_SIM_PORT": "tcp://10.0.0.1:2775", "SMSC_SIM_SERVICE_HOST": "10.0.0.1"}
    assert environment_layer({"SMSC_SIM_GRCAE": "7s", **kubernetes}, problems) == {}
    assert problems.warnings == ["environment: 'SMSC_SIM_GRCAE' is not used; did you mean 'SMSC_SIM_GRACE'?"]
    assert not problems.fatal


def test_flags_give_values_and_the_last_of_a_single_one_counts(problems: Problems) -> None:
    arguments = Arguments({"--grace": ["x", "7s"], "--smpp": ["tcp:1", "tcp:2"], "--error-bodies": ["yes"]}, ["s.yaml"])
    assert flags_layer(arguments, problems) == {
        "scenario": ("s.yaml", "SCENARIO"),
        "grace": (7.0, "--grace"),
        "smpp": (("tcp:1", "tcp:2"), "--smpp"),
        "error_bodies": (True, "--error-bodies"),
    }


def test_all_mistakes_are_found_at_once(problems: Problems) -> None:
    environment_layer({"SMSC_SIM_GRACE": "5", "SMSC_SIM_SMPP": "none tcp:1"}, problems)
    flags_layer(Arguments({"--log-level": ["inof"], "--max-sessions": ["0"]}, ["a", "b"]), problems)
    assert problems.mistakes == [
        "SMSC_SIM_SMPP: 'none' stands alone, not beside others",
        "SMSC_SIM_GRACE: '5' needs a unit, for example 5s",
        "'b' is one too many: a run has one scenario file",
        "--max-sessions: '0' is too small; the least is 1",
        "--log-level: 'inof' is not a valid value; did you mean 'info'?",
    ]
    assert problems.fatal


def test_the_configuration_file_of_the_working_directory_is_read(tmp_path: Path, problems: Problems) -> None:
    assert config(tmp_path, problems) == {}
    (tmp_path / "smsc-sim.yaml").write_text("grace: 7s\nsmpp: none\nhttp: [tcp:1, tcp:2]\nerror_bodies: on\nseed:\n")
    assert config(tmp_path, problems) == {
        "grace": (7.0, "smsc-sim.yaml:1"),
        "smpp": ((), "smsc-sim.yaml:2"),
        "http": (("tcp:1", "tcp:2"), "smsc-sim.yaml:3"),
        "error_bodies": (True, "smsc-sim.yaml:4"),
    }
    assert not problems.fatal


def test_a_named_configuration_file_replaces_it_and_paths_begin_there(tmp_path: Path, problems: Problems) -> None:
    (tmp_path / "smsc-sim.yaml").write_text("grace: 7s\n")
    (tmp_path / "etc").mkdir()
    (tmp_path / "etc" / "x.yaml").write_text("scenario: s.yaml\ntls_cert: /abs.pem\nready_file: ~/r\n")
    assert config(tmp_path, problems, {"config": ("etc/x.yaml", "--config")}) == {
        "scenario": ("etc/s.yaml", "etc/x.yaml:1"),
        "tls_cert": ("/abs.pem", "etc/x.yaml:2"),
        "ready_file": ("/home/me/r", "etc/x.yaml:3"),
    }


def test_a_bad_configuration_file_gives_nothing_but_findings(tmp_path: Path, problems: Problems) -> None:
    (tmp_path / "smsc-sim.yaml").write_text("grace: 7\nseeds: 1\nconfig: x\n")
    assert config(tmp_path, problems) == {}
    assert [finding.code for finding in problems.findings] == ["E014", "E002", "E002"]
    assert problems.fatal


@pytest.mark.parametrize(("key", "layer"), [("config", config_layer), ("scenario", scenario_layer)])
def test_a_file_that_is_named_must_be_there(
    key: str, layer: Callable[[Given, Surroundings, Problems], FileLayer], tmp_path: Path, problems: Problems
) -> None:
    layer({key: ("missing.yaml", "SOMEWHERE")}, Surroundings({}, str(tmp_path)), problems)
    assert problems.mistakes == ["SOMEWHERE: there is no file 'missing.yaml'"]


def test_the_scenario_gives_accounts_and_its_seed(tmp_path: Path, problems: Problems) -> None:
    (tmp_path / "s.yaml").write_text("smsc: 1\nseed: 9\naccounts: [{system_id: acme, password: 123456789}]\n")
    layer = scenario_layer({"scenario": ("s.yaml", "")}, Surroundings({}, str(tmp_path)), problems)
    assert layer.given == {"seed": (9, "s.yaml")}
    assert [account.system_id for account in layer.accounts] == ["acme"]
    assert layer.scenario is not None
    assert [warning.partition(":")[0] for warning in problems.warnings] == ["s.yaml"]
    assert not problems.fatal


def test_without_a_home_in_the_environment_the_systems_is_taken() -> None:
    surroundings = Surroundings({}, "/work")
    assert surroundings.home("~/x") == os.path.expanduser("~") + "/x"
    assert surroundings.absolute("a/../b") == "/work/b"
    assert surroundings.absolute("~other") == "/work/~other"
