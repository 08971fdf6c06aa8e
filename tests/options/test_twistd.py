from pathlib import Path
from typing import Any

import pytest
from twisted.python import usage

from smsc_sim.options.table import OPTIONS
from smsc_sim.options.twistd import twistd_options


@pytest.fixture
def options(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.chdir(tmp_path)
    return twistd_options()()


def test_parsed_options_have_settings(options: Any) -> None:
    options.parseOptions(["--smpp", "tcp:0", "--smpp=tcp:1", "--error-bodies"])
    assert options.settings.smpp == ("tcp:0", "tcp:1")
    assert options.settings.smsc.error_bodies


def test_the_command_line_is_the_default(options: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.argv", ["twistd", "--grace", "9s"])
    options.parseOptions()
    assert options.settings.grace == 9.0


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (["--grace", "5"], "smsc-sim: --grace: '5' needs a unit, for example 5s\n"),
        (["--grase", "5"], "smsc-sim: no option '--grase'; did you mean '--grace'?\n"),
    ],
)
def test_a_mistake_is_one_line_and_exit_code_2(
    arguments: list[str], line: str, options: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as raised:
        options.parseOptions(arguments)
    assert raised.value.code == 2
    assert capsys.readouterr() == ("", line)


def test_help_is_ours_and_exit_code_0(options: Any, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as raised:
        options.parseOptions(["--help"])
    assert raised.value.code == 0
    assert capsys.readouterr().out.startswith("Usage: twistd -n smsc-sim [SCENARIO]")
    assert "--session-init-timer" in options.getUsage()


def test_the_class_lists_the_table() -> None:
    listed: Any = twistd_options()
    assert issubclass(listed, usage.Options)
    names = [row[0] for row in (*listed.optParameters, *listed.optFlags)]
    assert sorted(names) == sorted(option.flag[2:] for option in OPTIONS if not (option.positional or option.secret))
