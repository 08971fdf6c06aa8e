"""The scenario: seeing, checking, replacing and reloading it."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec
from msgspec import Struct

from smsc_sim.scenario.findings import Finding, has_errors
from smsc_sim.scenario.load import Checked, check_text
from smsc_sim.scenario.loaded import Scenario
from smsc_sim.scenario.scenario_file import ScenarioFile
from smsc_sim.scenario.schema import schema_of
from smsc_sim.web.call import Octets, Written
from smsc_sim.web.console import Console
from smsc_sim.web.endpoint import endpoint
from smsc_sim.web.instants import text_of
from smsc_sim.web.problem import CONFLICT, INVALID, FieldError
from smsc_sim.web.scenario_copy import SENT


class ScenarioShown(Struct, frozen=True, kw_only=True):
    """The scenario that is obeyed."""

    path: str
    """As it was named: a file, a name such as ``builtin:test-numbers``, or ``none``."""
    name: str
    description: str
    seed: int
    profile: str
    files: list[str]
    """Every file that was read."""
    loaded_at: str
    accounts: list[str]
    """The system_ids that may bind."""
    switches: list[str]
    rules: list[str]
    """Their names, from top to bottom, temporary ones first."""
    temporary_rules: int
    expectations: int


class CheckedShown(Struct, frozen=True, kw_only=True):
    """What is wrong with a scenario, doubtful, or good to know."""

    valid: bool
    findings: list[Finding]


@endpoint("GET", "/scenario")
def scenario(console: Console) -> ScenarioShown:
    """The scenario that is obeyed."""
    return _shown(console)


@endpoint("PUT", "/scenario")
def put_scenario(console: Console, body: Written) -> ScenarioShown:
    """Obey another scenario, at once and whole; one with errors changes nothing.

    The body is the whole scenario, JSON or YAML. It can include what is built in, and no files. Counters go on for
    rules that are written as they were. The file that the simulator was started with is not written; reloading it
    brings it back.
    """
    checked = check_text(body.octets, SENT, json=body.is_json)
    sent = _valid(checked)
    with console.change() as now:
        console.in_force.load(sent, now)
    console.copy.put(body.octets.decode("utf-8-sig", "replace"), sent, SENT)
    return _shown(console)


@endpoint("POST", "/scenario/check", changes=False)
def check_scenario(body: Written) -> CheckedShown:
    """Check a scenario without obeying it."""
    return _checked(check_text(body.octets, SENT, json=body.is_json).findings)


@endpoint("POST", "/scenario/reload", problems=(CONFLICT, INVALID))
def reload_scenario(console: Console) -> CheckedShown:
    """Read the scenario's file anew and obey it; one with errors changes nothing."""
    checked = console.reload()
    if checked is None:
        raise CONFLICT.error("The simulator was started without a scenario.")
    _valid(checked)
    return _checked(checked.findings)


@endpoint("GET", "/scenario/schema", media_types=("application/schema+json",))
def scenario_schema() -> Octets:
    """The JSON Schema of scenario files."""
    schema = msgspec.json.encode(schema_of(ScenarioFile, "smsc_sim scenario"))
    return Octets("application/schema+json", schema)


def errors_of(findings: Iterable[Finding]) -> list[FieldError]:
    """The errors among findings, for a problem document."""
    return [FieldError.of(finding) for finding in findings if finding.severity == "error"]


def _valid(checked: Checked) -> Scenario:
    if checked.scenario is None:
        errors = errors_of(checked.findings)
        raise INVALID.error(f"The scenario has {len(errors)} errors and is not obeyed.", errors)
    return checked.scenario


def _checked(findings: tuple[Finding, ...]) -> CheckedShown:
    return CheckedShown(valid=not has_errors(findings), findings=list(findings))


def _shown(console: Console) -> ScenarioShown:
    in_force = console.in_force
    current = in_force.scenario
    temporary = in_force.temporary_rules
    return ScenarioShown(
        path=console.scenario_path,
        name=current.name,
        description=current.description,
        seed=in_force.seed,
        profile=current.profile.name,
        files=list(current.files),
        loaded_at=text_of(in_force.loaded_at),
        accounts=[account.system_id for account in console.smsc.accounts],
        switches=[name for name, _ in console.smsc.switches],
        rules=[rule.name for rule in (*(one.rule for one in temporary), *current.rules)],
        temporary_rules=len(temporary),
        expectations=len(current.expectations),
    )
