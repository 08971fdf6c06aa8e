"""The scenario file: what it may contain, and how it is loaded."""

import os
from typing import Annotated, Literal

from msgspec import Meta, Struct

from smsc_sim.scenario.account import AccountDefinition, check_accounts
from smsc_sim.scenario.convert import convert
from smsc_sim.scenario.document import Document, parse_document, read_document
from smsc_sim.scenario.findings import Finding, FindingsError

Seed = Annotated[int, Meta(ge=0, le=999_999_999_999_999_999)] | Literal["random"]
"""What chance begins with; ``random``: drawn at start, logged and shown."""


class ScenarioFile(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A scenario as it is written."""

    smsc: Literal[1]
    """The version of the format."""
    name: str = ""
    """Shown wherever the scenario is."""
    description: str = ""
    """For the reader of the file."""
    seed: Seed | None = None
    """None: the server's seed."""
    accounts: tuple[AccountDefinition, ...] = ()
    """Who may bind; empty: the server's accounts."""


class CheckedScenario(Struct, frozen=True):
    """A scenario and its findings. ``scenario`` is None exactly when one of the findings is an error."""

    scenario: ScenarioFile | None
    findings: tuple[Finding, ...]


def check_document(document: Document) -> CheckedScenario:
    """Return the scenario in a document, with every error and warning. Does not raise."""
    converted = convert(document, ScenarioFile)
    if converted is not None:
        check_accounts(document, converted, converted.value.accounts)
    valid = converted is not None and document.is_valid
    return CheckedScenario(converted.value if converted and valid else None, tuple(document.findings))


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
