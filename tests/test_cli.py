import io
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from smsc_sim import __version__, cli
from smsc_sim.cli import main
from smsc_sim.options import Settings
from smsc_sim.web.passwords import matches

ENVIRONMENT = {"PYTHONPATH": str(Path(cli.__file__).parents[1]), "HOME": "/nonexistent"}

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run the command in an empty folder; gives exit code, output and errors."""
    monkeypatch.chdir(tmp_path)

    def command(*words: str) -> tuple[int, str, str]:
        code = main(words)
        printed = capsys.readouterr()
        return code, printed.out, printed.err

    return command


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[Settings]:
    """Collect the settings that a server would have been started with."""
    from smsc_sim import tap

    settings: list[Settings] = []

    def start(given: Settings) -> int:
        settings.append(given)
        return 0

    monkeypatch.setattr(tap, "run", start)
    return settings


@pytest.mark.parametrize("words", [["--help"], ["-h"], ["help"], ["check", "--help"], ["wait-ready", "-h"]])
def test_help_lists_the_commands(words: list[str], run: Run) -> None:
    code, out, err = run(*words)
    assert (code, err) == (0, "")
    assert all(f"\n  {command}" in out for command in ("run", "check", "config", "wait-ready", "version"))


def test_nothing_at_all_is_wrong_usage(run: Run) -> None:
    code, out, err = run()
    assert (code, out) == (2, "")
    assert err.startswith("Usage: smsc-sim COMMAND")


def test_a_password_is_hashed_and_not_repeated(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("s3cret\n"))
    code, out, err = run("hash-password")
    assert (code, err) == (0, "")
    assert "s3cret" not in out
    assert matches(out.strip(), "s3cret")
    monkeypatch.setattr("sys.stdin", io.StringIO(""))
    assert run("hash-password")[0] == 2
    assert run("hash-password", "s3cret")[0] == 2


@pytest.mark.parametrize("word", ["version", "--version"])
def test_the_version(word: str, run: Run) -> None:
    assert run(word) == (0, f"smsc_sim {__version__}\n", "")


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (["chekc"], "no command 'chekc'; did you mean 'check'?"),
        (["zzz"], "no command 'zzz'; --help lists them"),
        (["--smpp"], "no command '--smpp'; to start a server: smsc-sim run --smpp"),
        (["."], "no command '.'; to start a server: smsc-sim run ."),
        (["version", "x"], "version takes nothing behind it"),
        (["check"], "check: which file? smsc-sim check FILE..."),
        (["check", "--frmat", "x"], "check: no option '--frmat'; did you mean '--format'?"),
        (["check", "x", "--format=jsn"], "--format: 'jsn' is not a valid value; did you mean 'json'?"),
        (["wait-ready"], "wait-ready: one URL or ready file is needed: smsc-sim wait-ready URL|FILE"),
        (["wait-ready", "x", "--timeout", "5"], "--timeout: '5' needs a unit, for example 5s"),
        (["wait-ready", "http://[", "--timeout", "0"], "wait-ready: Invalid IPv6 URL"),
        (["run", "--grace", "5"], "--grace: '5' needs a unit, for example 5s"),
        (["config", "--seed", "x"], "--seed: 'x' is not a whole number or 'random'"),
    ],
)
def test_a_mistake_is_one_line_and_exit_code_2(words: list[str], line: str, run: Run) -> None:
    assert run(*words) == (2, "", f"smsc-sim: {line}\n")


def test_run_hands_the_settings_to_the_server(run: Run, started: list[Settings]) -> None:
    assert run("run", "--grace", "0", "--smpp-tls", "none") == (0, "", "")
    assert [(settings.grace, settings.smpp_tls) for settings in started] == [(0.0, ())]


@pytest.mark.parametrize("command", ["run", "config"])
def test_the_help_of_the_options_is_an_answer(command: str, run: Run, started: list[Settings]) -> None:
    code, out, err = run(command, "--help")
    assert (code, err, started) == (0, "", [])
    assert out.startswith(f"Usage: smsc-sim {command} [SCENARIO]")


def test_an_exception_in_the_server_is_exit_code_4(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    from smsc_sim import tap

    def fail(settings: Settings) -> int:
        raise RuntimeError("it broke")

    monkeypatch.setattr(tap, "run", fail)
    code, _, err = run("run")
    assert code == 4
    assert err.endswith("RuntimeError: it broke\n")


def test_the_servers_own_exit_code_is_kept(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    from smsc_sim import tap

    def cannot_listen(settings: Settings) -> int:
        raise SystemExit(3)

    monkeypatch.setattr(tap, "run", cannot_listen)
    with pytest.raises(SystemExit) as raised:
        run("run")
    assert raised.value.code == 3


def test_check_says_which_files_are_fine(tmp_path: Path, run: Run) -> None:
    (tmp_path / "s.yaml").write_text("smsc: 1\n")
    (tmp_path / "smsc-sim.yaml").write_text("{}\n")
    (tmp_path / "prod.yaml").write_text("grace: 7s\n")
    assert run("check", "s.yaml", "smsc-sim.yaml", "prod.yaml") == (
        0,
        "s.yaml: fine\nsmsc-sim.yaml: fine\nprod.yaml: fine\n",
        "",
    )


def test_check_finds_the_mistakes_of_every_file(tmp_path: Path, run: Run) -> None:
    (tmp_path / "s.yaml").write_text("smsc: 1\nsed: 5\n")
    (tmp_path / "smsc-sim.yaml").write_text("grace: 7\n")
    code, out, _ = run("check", "s.yaml", "smsc-sim.yaml", "missing.yaml")
    assert code == 2
    assert out == (
        "s.yaml:2:1: error E002: unknown key 'sed'; did you mean 'seed'?\n"
        "    sed: 5\n"
        "    ^\n"
        "smsc-sim.yaml:1:8: error E014: grace: '7' needs a unit, for example 7s\n"
        "    grace: 7\n"
        "           ^\n"
        "missing.yaml:1:1: error E006: cannot read the file: No such file or directory\n"
    )


def test_a_warning_is_no_failure(tmp_path: Path, run: Run) -> None:
    (tmp_path / "s.yaml").write_text("smsc: 1\naccounts: [{system_id: a, password: hunter2hunter2}]\n")
    code, out, _ = run("check", "s.yaml")
    assert code == 0
    assert "warning W101" in out
    assert "hunter2" not in out


@pytest.mark.parametrize(("text", "code"), [("smsc: 1\n", 0), ("smsc: 2\n", 2)])
def test_check_answers_in_json(text: str, code: int, tmp_path: Path, run: Run) -> None:
    (tmp_path / "s.yaml").write_text(text)
    found, out, _ = run("check", "--format", "json", "s.yaml")
    assert found == code
    assert json.loads(out)["valid"] == (code == 0)


def test_check_answers_for_github(tmp_path: Path, run: Run) -> None:
    (tmp_path / "s.yaml").write_text("smsc: 2\n")
    assert run("check", "--format=github", "s.yaml")[1].startswith("::error file=s.yaml,line=1,col=7,title=E012::")


def test_config_shows_values_origins_and_no_secret(tmp_path: Path, run: Run) -> None:
    (tmp_path / "smsc-sim.yaml").write_text("grace: 7s\naccounts: [{system_id: acme, password: hunter2}]\n")
    code, out, err = run("config", "--seed", "5")
    assert (code, err) == (0, "")
    rows = {line.split()[0]: line.split()[1:] for line in out.splitlines()}
    assert rows["grace"] == ["7s", "smsc-sim.yaml:1"]
    assert rows["seed"] == ["5", "--seed"]
    assert rows["scenario"] == ["builtin:test-numbers", "built-in"]
    assert rows["accounts"] == ["acme/***", "smsc-sim.yaml"]
    assert "hunter2" not in out


def test_config_shows_warnings_aside(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SMSC_SIM_GRCAE", "5s")
    code, out, err = run("config")
    assert code == 0
    assert "GRCAE" not in out
    assert err == "smsc-sim: environment: 'SMSC_SIM_GRCAE' is not used; did you mean 'SMSC_SIM_GRACE'?\n"


class Clock:
    """Time that passes only while somebody sleeps."""

    def __init__(self) -> None:
        self.now = 0.0

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(cli, "time", clock)
    return clock


def test_wait_ready_gives_up_with_exit_code_5(run: Run, clock: Clock) -> None:
    assert run("wait-ready", "ready.json") == (5, "", "smsc-sim: 'ready.json' is not ready after 10s\n")
    assert clock.now == pytest.approx(10, abs=0.1)
    assert run("wait-ready", "ready.json", "--timeout", "0")[0] == 5


def test_wait_ready_believes_a_file_whose_address_answers(
    tmp_path: Path, run: Run, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Any] = []

    class Connection:
        def __enter__(self) -> None:
            pass

        def __exit__(self, *error: object) -> None:
            pass

    def connect(address: Any, timeout: float) -> Connection:
        asked.append(address)
        if len(asked) == 1:
            raise ConnectionRefusedError
        return Connection()

    monkeypatch.setattr("socket.create_connection", connect)
    ready = {"smpp": ["127.0.0.1:2775"], "smpp_tls": [], "http": ["http://[::1]:8080/"]}
    (tmp_path / "ready.json").write_text(json.dumps(ready))
    assert run("wait-ready", "ready.json")[0] == 0
    assert asked == [("::1", 8080), ("::1", 8080)]
    assert clock.now > 0


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"smpp": 1}', "null"])
def test_wait_ready_does_not_believe_half_a_file(text: str, tmp_path: Path, run: Run, clock: Clock) -> None:
    (tmp_path / "ready.json").write_text(text)
    assert run("wait-ready", "ready.json", "--timeout", "1s")[0] == 5


def test_wait_ready_believes_a_file_without_addresses_to_try(tmp_path: Path, run: Run, clock: Clock) -> None:
    (tmp_path / "ready.json").write_text('{"smpp": ["unix:/run/smsc.sock"], "smpp_tls": [], "http": []}')
    assert run("wait-ready", "ready.json")[0] == 0


@pytest.mark.parametrize(
    ("url", "page"),
    [
        ("http://127.0.0.1:1", "http://127.0.0.1:1/readyz"),
        ("http://127.0.0.1:1/", "http://127.0.0.1:1/readyz"),
        ("https://h/sim/readyz", "https://h/sim/readyz"),
    ],
)
def test_wait_ready_asks_the_server(
    url: str, page: str, run: Run, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    from io import BytesIO
    from urllib.error import HTTPError, URLError
    from urllib.request import OpenerDirector

    answers: list[Any] = [URLError("refused"), HTTPError(page, 503, "starting", None, None), BytesIO()]  # type: ignore[arg-type]
    asked: list[str] = []

    def open_page(opener: OpenerDirector, address: str, timeout: float) -> Any:
        asked.append(address)
        answer = answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    monkeypatch.setattr(OpenerDirector, "open", open_page)
    assert run("wait-ready", url)[0] == 0
    assert asked == [page] * 3


@pytest.mark.parametrize("words", [["version"], ["check", "s.yaml"]])
def test_small_commands_start_without_twisted(words: list[str], tmp_path: Path) -> None:
    (tmp_path / "s.yaml").write_text("smsc: 1\n")
    program = (
        "import sys; from smsc_sim.cli import main; code = main(sys.argv[1:]);"
        " sys.exit(code or 'twisted' in sys.modules)"
    )
    result = subprocess.run(
        [sys.executable, "-c", program, *words], cwd=tmp_path, env=ENVIRONMENT, capture_output=True, check=False
    )
    assert (result.returncode, result.stderr) == (0, b"")


def test_a_reader_that_goes_away_is_no_error(tmp_path: Path) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    with open(writer, "wb") as nobody:
        result = subprocess.run(
            [sys.executable, "-m", "smsc_sim.cli", "config"],
            cwd=tmp_path,
            env=ENVIRONMENT,
            stdout=nobody,
            stderr=subprocess.PIPE,
            check=False,
        )
    assert (result.returncode, result.stderr) == (0, b"")
