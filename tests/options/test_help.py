import pytest

from smsc_sim.options.help import help_text, shown_default
from smsc_sim.options.resolve import COMMAND
from smsc_sim.options.table import OPTIONS, Option
from smsc_sim.options.twistd import COMMAND as TWISTD_COMMAND

COMMANDS = [COMMAND, TWISTD_COMMAND]


@pytest.mark.parametrize("command", COMMANDS)
def test_the_help_fits_two_screens(command: str) -> None:
    lines = help_text(command).splitlines()
    assert len(lines) <= 2 * 24
    assert max(map(len, lines)) <= 80


USUAL = [option for option in OPTIONS if not (option.rare or option.secret)]


@pytest.mark.parametrize("option", [option for option in OPTIONS if option.rare], ids=lambda option: option.key)
def test_a_rare_option_is_named(option: Option) -> None:
    _, _, rest = help_text(COMMAND).partition("Rarely needed")
    assert f" {option.flag} " in " ".join(rest.split())


@pytest.mark.parametrize("option", USUAL, ids=[option.key for option in USUAL])
def test_each_option_has_a_line_with_default_and_environment_name(option: Option) -> None:
    (line,) = [line for line in help_text(COMMAND).splitlines() if line.endswith(f" {option.environment}")]
    assert line.startswith(f"  {option.flag}")
    assert shown_default(option) in line


@pytest.mark.parametrize("command", COMMANDS)
def test_three_examples_are_at_the_end(command: str) -> None:
    _, _, examples = help_text(command).partition("Examples:\n")
    assert len(examples.splitlines()) == 3
    assert all(example.startswith(f"  {command}") for example in examples.splitlines())
