"""Where options come from: the environment, the command line, the configuration file and the scenario."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from smsc_sim.options.arguments import Arguments
from smsc_sim.options.model import NONE
from smsc_sim.options.table import CONFIG_NAME, ENVIRONMENT_PREFIX, OPTIONS, Option, ServerConfig
from smsc_sim.scenario.account import AccountDefinition
from smsc_sim.scenario.config import check_config
from smsc_sim.scenario.document import read_document
from smsc_sim.scenario.findings import Finding, has_errors
from smsc_sim.scenario.library import BUILTIN, TEST_NUMBERS
from smsc_sim.scenario.load import check_document, check_path
from smsc_sim.scenario.loaded import NO_SCENARIO, Scenario
from smsc_sim.scenario.scalars import read_text
from smsc_sim.scenario.value_kind import BadValue, nearest, quoted

_SURE = 0.8
"""How alike an unknown environment variable must be to a known one to be called a mistake."""

Given = dict[str, tuple[Any, str]]
"""Values by option key, each with its origin."""


@dataclass
class Problems:
    """What is wrong with the options so far, and what is doubtful."""

    mistakes: list[str] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    def add_findings(self, findings: list[Finding]) -> None:
        """Add a file's findings; its warnings are shown even when it has no error."""
        self.findings.extend(findings)
        self.warnings.extend(str(finding) for finding in findings if finding.severity == "warning")

    @property
    def fatal(self) -> bool:
        """Whether the options cannot be used."""
        return bool(self.mistakes) or has_errors(self.findings)


@dataclass
class FileLayer:
    """What one file gives."""

    path: str | None = None
    given: Given = field(default_factory=dict)
    accounts: tuple[AccountDefinition, ...] = ()
    scenario: Scenario = NO_SCENARIO


@dataclass
class Surroundings:
    """Where a process finds itself: its environment and its working directory."""

    environ: Mapping[str, str]
    cwd: str

    def home(self, path: str) -> str:
        """Return the path with ``~`` as the home directory of this environment."""
        if path != "~" and not path.startswith("~/"):
            return path
        return (self.environ.get("HOME") or os.path.expanduser("~")) + path[1:]

    def absolute(self, path: str) -> str:
        """Return the path from the root."""
        return os.path.normpath(os.path.join(self.cwd, self.home(path)))


def environment_layer(environ: Mapping[str, str], problems: Problems) -> Given:
    """Return what the environment gives. An empty variable counts as none; several values have spaces between."""
    given: Given = {}
    for option in OPTIONS:
        text = environ.get(option.environment, "")
        if text:
            texts = text.split() if option.repeatable else [text]
            _read(option, texts, option.environment, given, problems)
    known = {option.environment for option in OPTIONS}
    for name in sorted(environ):
        # Others may use the prefix (Kubernetes does for a service called smsc-sim), so only a near miss is told.
        if name.startswith(ENVIRONMENT_PREFIX) and name not in known:
            close = nearest(name.removeprefix(ENVIRONMENT_PREFIX), _environment_suffixes(), _SURE)
            if close:
                hint = f"did you mean '{ENVIRONMENT_PREFIX}{close}'?"
                problems.warnings.append(f"environment: {quoted(name)} is not used; {hint}")
    return given


def _environment_suffixes() -> list[str]:
    return [option.environment.removeprefix(ENVIRONMENT_PREFIX) for option in OPTIONS]


def flags_layer(arguments: Arguments, problems: Problems) -> Given:
    """Return what the command line gives. Of an option that takes one value, the last one counts."""
    given: Given = {}
    for option in OPTIONS:
        if option.secret:
            continue
        texts = arguments.rest if option.positional else arguments.flags.get(option.flag, [])
        if option.positional and len(texts) > 1:
            problems.mistakes.append(f"{quoted(texts[1])} is one too many: a run has one scenario file")
        elif texts:
            _read(option, texts if option.repeatable else texts[-1:], option.flag, given, problems)
    return given


def _read(option: Option, texts: list[str], origin: str, given: Given, problems: Problems) -> None:
    try:
        values = tuple(read_text(text, option.item_type or option.type) for text in texts)
    except BadValue as bad:
        # What is wrong with a secret is told without it.
        problems.mistakes.append(f"{origin}: is not {option.describe()}" if option.secret else f"{origin}: {bad}")
        return
    _put(option, values if option.repeatable else values[0], origin, given, problems)


def _put(option: Option, value: Any, origin: str, given: Given, problems: Problems) -> None:
    if option.repeatable and NONE in value:
        if len(value) > 1:
            problems.mistakes.append(f"{origin}: '{NONE}' stands alone, not beside others")
        value = ()
    given[option.key] = (value, origin)


def config_layer(outer: Given, surroundings: Surroundings, problems: Problems) -> FileLayer:
    """Return what the configuration file gives: the one that is named, or smsc-sim.yaml if there is one."""
    named, origin = outer.get("config", (None, ""))
    path = named or CONFIG_NAME
    if not os.path.exists(surroundings.absolute(path)):
        if named:
            problems.mistakes.append(f"{origin}: there is no file {quoted(path)}")
        return FileLayer()
    checked = check_config(read_document(surroundings.absolute(path), path), ServerConfig)
    problems.add_findings(checked.findings)
    layer = FileLayer(path)
    if checked.converted is None:
        return layer
    config = checked.converted.value
    layer.accounts = config.accounts
    for option in OPTIONS:
        value = getattr(config, option.key, None)
        if value is not None:
            line = checked.converted.node(config, option.key).line
            if option.is_path:
                value = os.path.join(os.path.dirname(path), surroundings.home(value))
            _put(option, value, f"{path}:{line}", layer.given, problems)
    return layer


def scenario_layer(given: Given, surroundings: Surroundings, problems: Problems) -> FileLayer:
    """Return what the scenario gives: that of the file named, that built in under the name, or the test numbers."""
    path, origin = given.get("scenario", (TEST_NUMBERS, ""))
    path = surroundings.home(path)
    if path == NONE:
        return FileLayer(path)
    if path.startswith(BUILTIN):
        checked = check_path(path)
    elif os.path.exists(surroundings.absolute(path)):
        checked = check_document(read_document(surroundings.absolute(path), path), confined=False)
    else:
        problems.mistakes.append(f"{origin}: there is no file {quoted(path)}")
        return FileLayer()
    problems.add_findings(list(checked.findings))
    layer = FileLayer(path)
    if checked.scenario is not None:
        layer.scenario = checked.scenario
        layer.accounts = checked.scenario.accounts or checked.scenario.profile.accounts
        if checked.scenario.seed is not None:
            layer.given["seed"] = (checked.scenario.seed, path)
    return layer
