"""The scenario: the file as it is written, and what loading it gives."""

import os

from msgspec import Struct

from smsc_sim.scenario import load
from smsc_sim.scenario.document import Document, parse_document, read_document
from smsc_sim.scenario.findings import Finding, FindingsError
from smsc_sim.scenario.loaded import NO_SCENARIO, Scenario
from smsc_sim.scenario.scenario_file import ScenarioFile, Seed

__all__ = [
    "NO_SCENARIO",
    "CheckedScenario",
    "Scenario",
    "ScenarioFile",
    "Seed",
    "check_document",
    "check_scenario",
    "load_scenario",
    "parse_scenario",
]


class CheckedScenario(Struct, frozen=True):
    """A scenario and its findings. ``scenario`` is None exactly when one of the findings is an error."""

    scenario: ScenarioFile | None
    """As it is written."""
    findings: tuple[Finding, ...]
    plan: Scenario | None = None
    """As it is obeyed, with all that it includes."""


def check_document(document: Document) -> CheckedScenario:
    """Return the scenario in a document, with every error and warning. Does not raise."""
    checked = load.check_document(document, confined=not document.path)
    return CheckedScenario(checked.file, checked.findings, checked.scenario)


def check_scenario(text: str | bytes, name: str, *, json: bool = False) -> CheckedScenario:
    """Return the scenario in a text that findings call by this name, with every finding. Does not raise."""
    return check_document(parse_document(text, name, json=json))


def parse_scenario(text: str | bytes, name: str, *, json: bool = False) -> ScenarioFile:
    """Return the scenario in a text. Raises FindingsError."""
    return _valid(check_scenario(text, name, json=json))


def load_scenario(path: str | os.PathLike[str]) -> ScenarioFile:
    """Return the scenario in a file; a name that ends in ``.json`` is JSON. Raises FindingsError."""
    return _valid(check_document(read_document(path)))


def _valid(checked: CheckedScenario) -> ScenarioFile:
    if checked.scenario is None:
        raise FindingsError(checked.findings)
    return checked.scenario
