from pathlib import Path

import pytest

from smsc_sim import __version__
from smsc_sim.options import HelpAsked, OptionsError, Settings, resolve
from smsc_sim.options.table import OPTIONS
from smsc_sim.scenario.account import DEFAULT_ACCOUNT


def settings(cwd: Path, *arguments: str, **environ: str) -> Settings:
    return resolve(arguments, {"HOME": "/home/me", **environ}, cwd, draw=lambda: 4711)


def refusal(cwd: Path, *arguments: str, **environ: str) -> OptionsError:
    with pytest.raises(OptionsError) as raised:
        settings(cwd, *arguments, **environ)
    return raised.value


def test_without_anything_everything_is_built_in(tmp_path: Path) -> None:
    found = settings(tmp_path)
    assert found.smpp == ("tcp:2775:interface=127.0.0.1",)
    assert found.smpp_tls == ("tcp:2776:interface=127.0.0.1",)
    assert found.http == ("tcp:8080:interface=127.0.0.1",)
    assert found.accounts == (DEFAULT_ACCOUNT,)
    assert (found.scenario_path, found.config_path) == ("builtin:test-numbers", None)
    assert len(found.scenario.rules) == 19
    assert found.data_dir == "/home/me/.local/state/smsc_sim"
    assert set(found.origins) == {option.key for option in OPTIONS} | {"accounts"}
    assert set(found.origins.values()) == {"built-in"}


@pytest.mark.parametrize(
    ("given", "seconds", "origin"),
    [
        ("", 5.0, "built-in"),
        ("file", 6.0, "smsc-sim.yaml:1"),
        ("file environment", 7.0, "SMSC_SIM_GRACE"),
        ("file flag", 8.0, "--grace"),
        ("environment flag", 8.0, "--grace"),
        ("file environment flag", 8.0, "--grace"),
    ],
)
def test_a_flag_wins_over_the_environment_and_that_over_the_file(
    given: str, seconds: float, origin: str, tmp_path: Path
) -> None:
    if "file" in given:
        (tmp_path / "smsc-sim.yaml").write_text("grace: 6s\n")
    environ = {"SMSC_SIM_GRACE": "7s"} if "environment" in given else {}
    found = settings(tmp_path, *(["--grace", "8s"] if "flag" in given else []), **environ)
    assert (found.grace, found.origins["grace"]) == (seconds, origin)


@pytest.mark.parametrize(
    ("arguments", "environ", "seed", "origin"),
    [
        ([], {}, 2, "s.yaml"),
        ([], {"SMSC_SIM_SEED": "3"}, 3, "SMSC_SIM_SEED"),
        (["--seed", "4"], {"SMSC_SIM_SEED": "3"}, 4, "--seed"),
        (["--seed=random"], {}, 4711, "--seed: random"),
    ],
)
def test_the_scenarios_seed_stands_between_file_and_environment(
    arguments: list[str], environ: dict[str, str], seed: int, origin: str, tmp_path: Path
) -> None:
    (tmp_path / "smsc-sim.yaml").write_text("seed: 1\nscenario: s.yaml\n")
    (tmp_path / "s.yaml").write_text("smsc: 1\nseed: 2\n")
    found = settings(tmp_path, *arguments, **environ)
    assert (found.seed, found.origins["seed"]) == (seed, origin)
    (tmp_path / "s.yaml").write_text("smsc: 1\n")
    assert settings(tmp_path).seed == 1


def test_a_random_seed_is_another_one_each_time(tmp_path: Path) -> None:
    seeds = {resolve(["--seed", "random"], {}, tmp_path).seed for _ in range(5)}
    assert len(seeds) > 1


def test_accounts_come_from_the_scenario_or_else_the_file(tmp_path: Path) -> None:
    (tmp_path / "smsc-sim.yaml").write_text("accounts: [{system_id: conf}]\n")
    (tmp_path / "s.yaml").write_text("smsc: 1\naccounts: [{system_id: scen}]\n")
    (tmp_path / "empty.yaml").write_text("smsc: 1\n")
    for arguments, name, origin in (
        ([], "conf", "smsc-sim.yaml"),
        (["empty.yaml"], "conf", "smsc-sim.yaml"),
        (["s.yaml"], "scen", "s.yaml"),
    ):
        found = settings(tmp_path, *arguments)
        assert [account.system_id for account in found.accounts] == [name]
        assert found.origins["accounts"] == origin


def test_options_reach_the_settings_of_the_smsc(tmp_path: Path) -> None:
    smsc = settings(
        tmp_path,
        *("--session-init-timer=1s", "--enquire-link-timer=0", "--inactivity-timer=2m", "--response-timer=500ms"),
        *("--receipts-via=any", "--receipt-after=0", "--receipt-window=7", "--frame-limit=64KiB"),
        *("--error-bodies", "--interface-version=5.0", "--max-sessions=3"),
    ).smsc
    assert (smsc.timers.session_init, smsc.timers.enquire_link) == (1.0, 0.0)
    assert (smsc.timers.inactivity, smsc.timers.response) == (120.0, 0.5)
    assert (smsc.receipts.via, smsc.receipts.after, smsc.receipts.window) == ("any", 0.0, 7)
    assert (smsc.frame_limit, smsc.error_bodies, smsc.interface_version, smsc.max_sessions) == (65536, True, "5.0", 3)


def test_none_switches_a_listener_off(tmp_path: Path) -> None:
    found = settings(tmp_path, "--smpp-tls", "none", SMSC_SIM_HTTP="none")
    assert (found.smpp_tls, found.http) == ((), ())


def test_paths_can_be_opened_and_the_scenario_is_called_as_it_was_given(tmp_path: Path) -> None:
    (tmp_path / "s.yaml").write_text("smsc: 1\nname: n\n")
    found = settings(tmp_path, "s.yaml", "--tls-cert=c.pem", "--tls-key=~/k.pem", "--ready-file=/run/r")
    assert found.scenario_path == "s.yaml"
    assert found.scenario is not None
    assert found.scenario.name == "n"
    assert (found.tls_cert, found.tls_key, found.ready_file) == (str(tmp_path / "c.pem"), "/home/me/k.pem", "/run/r")


def test_the_state_directory_is_the_desktops(tmp_path: Path) -> None:
    found = settings(tmp_path, XDG_STATE_HOME="/state")
    assert (found.data_dir, found.origins["data_dir"]) == ("/state/smsc_sim", "XDG_STATE_HOME")
    assert settings(tmp_path, "--data-dir=d", XDG_STATE_HOME="/state").data_dir == str(tmp_path / "d")


def test_the_configuration_file_is_named_from_the_root(tmp_path: Path) -> None:
    (tmp_path / "smsc-sim.yaml").write_text("grace: 1s\n")
    assert settings(tmp_path).config_path == str(tmp_path / "smsc-sim.yaml")


def test_every_mistake_is_told_at_once(tmp_path: Path) -> None:
    (tmp_path / "smsc-sim.yaml").write_text("grace: 7\n")
    (tmp_path / "s.yaml").write_text("smsc: 1\nsed: 9\n")
    error = refusal(tmp_path, "s.yaml", "--grace", "5", "--seed=x")
    assert str(error) == (
        "smsc-sim: --seed: 'x' is not a whole number or 'random'\n"
        "smsc-sim: --grace: '5' needs a unit, for example 5s\n"
        "smsc-sim.yaml:1:8: error E014: grace: '7' needs a unit, for example 7s\n"
        "    grace: 7\n"
        "           ^\n"
        "s.yaml:2:1: error E002: unknown key 'sed'; did you mean 'seed'?\n"
        "    sed: 9\n"
        "    ^"
    )
    assert error.exit_code == 2


def test_a_key_needs_its_certificate(tmp_path: Path) -> None:
    assert "--tls-key: a key needs its certificate" in str(refusal(tmp_path, "--tls-key", "k.pem"))


def test_warnings_are_kept_to_be_shown(tmp_path: Path) -> None:
    found = settings(tmp_path, SMSC_SIM_SEEDS="5")
    assert found.warnings == ("environment: 'SMSC_SIM_SEEDS' is not used; did you mean 'SMSC_SIM_SEED'?",)


@pytest.mark.parametrize("arguments", [["--help"], ["-h", "--bad"], ["x", "--grace", "--help"]])
def test_help_is_an_answer_whatever_else_is_wrong(arguments: list[str], tmp_path: Path) -> None:
    with pytest.raises(HelpAsked, match="Usage: smsc-sim run"):
        settings(tmp_path, *arguments)


def test_the_version_is_an_answer(tmp_path: Path) -> None:
    with pytest.raises(HelpAsked) as raised:
        settings(tmp_path, "--version")
    assert str(raised.value) == f"smsc_sim {__version__}"


SECRET = "0123456789-abcdef"


def test_a_secret_comes_by_the_environment_alone_and_is_never_shown(tmp_path: Path) -> None:
    found = settings(tmp_path, SMSC_SIM_TOKEN=SECRET)
    assert (found.token, found.origins["token"]) == (SECRET, "SMSC_SIM_TOKEN")
    (option,) = [option for option in OPTIONS if option.key == "token"]
    assert SECRET not in option.write(found.token)
    assert "no option '--token'" in str(refusal(tmp_path, "--token", SECRET))
    (tmp_path / "smsc-sim.yaml").write_text(f"token: {SECRET}\n")
    assert "unknown key 'token'" in str(refusal(tmp_path))


def test_a_secret_that_cannot_be_used_is_not_told(tmp_path: Path) -> None:
    error = str(refusal(tmp_path, SMSC_SIM_TOKEN="hunter2"))
    assert "SMSC_SIM_TOKEN: is not a text of 16 to 500 characters" in error
    assert "hunter2" not in error
