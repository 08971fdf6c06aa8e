"""From built-in values, configuration file, scenario, environment and flags to settings, each with its origin."""

import os
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, TypeVar

from msgspec import Struct, structs

from smsc_sim import __version__
from smsc_sim.options.arguments import Arguments, HelpAsked, Takes, asks_for, take_apart
from smsc_sim.options.errors import OptionsError
from smsc_sim.options.help import help_text
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
from smsc_sim.options.model import BUILT_IN, STATE_HOME, Settings
from smsc_sim.options.table import OPTIONS
from smsc_sim.scenario.account import DEFAULT_ACCOUNT, AccountDefinition
from smsc_sim.scenario.findings import has_errors

COMMAND: Final = "smsc-sim run"

StructT = TypeVar("StructT", bound=Struct)


def draw_seed() -> int:
    """Return a seed from the system, 0 to 4294967295."""
    return int.from_bytes(os.urandom(4), "big")


def known_flags() -> dict[str, Takes]:
    """Return every flag, with what stands behind it."""
    flags = {option.flag: option.is_switch for option in OPTIONS if not (option.positional or option.secret)}
    return {flag: Takes.NOTHING if is_switch else Takes.VALUE for flag, is_switch in flags.items()}


def resolve(
    arguments: Sequence[str],
    environ: Mapping[str, str],
    cwd: str | os.PathLike[str],
    *,
    command: str = COMMAND,
    draw: Callable[[], int] = draw_seed,
) -> Settings:
    """Return the settings: built-in < configuration file < scenario < environment < flags.

    ``command`` is what the help calls the program; ``draw`` gives the seed when it shall be random.
    Raises HelpAsked for --help and --version, and OptionsError with every mistake that there is.
    """
    if asks_for(arguments, "--help", "-h"):
        raise HelpAsked(help_text(command))
    if asks_for(arguments, "--version"):
        raise HelpAsked(f"smsc_sim {__version__}")
    surroundings = Surroundings(environ, os.path.abspath(cwd))
    return _resolve(take_apart(arguments, known_flags()), surroundings, draw)


def _resolve(arguments: Arguments, surroundings: Surroundings, draw: Callable[[], int]) -> Settings:
    problems = Problems()
    outer = {
        **environment_layer(surroundings.environ, problems),
        **flags_layer(arguments, problems),
    }
    config = config_layer(outer, surroundings, problems)
    scenario = scenario_layer({**config.given, **outer}, surroundings, problems)
    given = {**config.given, **scenario.given, **outer}
    if "tls_key" in given and "tls_cert" not in given:
        problems.mistakes.append(f"{given['tls_key'][1]}: a key needs its certificate: --tls-cert")
    if problems.fatal:
        raise OptionsError(problems.mistakes, problems.findings if has_errors(problems.findings) else ())
    if given.get("seed", (0, ""))[0] == "random":
        given["seed"] = (draw(), f"{given['seed'][1]}: random")
    accounts, accounts_origin = _accounts(config, scenario)
    settings = Settings(accounts=accounts, scenario=scenario.scenario, warnings=tuple(problems.warnings), origins={})
    origins = {"accounts": accounts_origin}
    for key, (value, origin) in _complete(given, config, surroundings).items():
        option = next(option for option in OPTIONS if option.key == key)
        settings = _with(settings, option.target, value)
        origins[key] = origin
    return structs.replace(settings, origins=origins)


def _accounts(config: FileLayer, scenario: FileLayer) -> tuple[tuple[AccountDefinition, ...], str]:
    written = scenario.scenario.accounts
    for layer in (scenario, config) if written else (config, scenario):
        if layer.accounts:
            return layer.accounts, str(layer.path)
    return (DEFAULT_ACCOUNT,), BUILT_IN


def _complete(given: Given, config: FileLayer, surroundings: Surroundings) -> Given:
    """Return a value and an origin for every option, paths as they can be opened."""
    complete: Given = {}
    for option in OPTIONS:
        value, origin = given.get(option.key, (option.default, BUILT_IN))
        if option.key == "config":
            value = config.path
        elif option.key == "data_dir" and origin == BUILT_IN and surroundings.environ.get(STATE_HOME):
            # XDG Base Directory Specification 0.8.
            value = os.path.join(surroundings.environ[STATE_HOME], "smsc_sim")
            origin = STATE_HOME
        if option.is_path and value is not None:
            value = surroundings.home(value) if option.positional else surroundings.absolute(value)
        complete[option.key] = (value, origin)
    return complete


def _with(settings: StructT, target: str, value: Any) -> StructT:
    first, _, rest = target.partition(".")
    return structs.replace(settings, **{first: _with(getattr(settings, first), rest, value) if rest else value})
