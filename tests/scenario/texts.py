"""Short scenario texts, and what loading them gives."""

from smsc_sim.scenario.load import check_text, load_text
from smsc_sim.scenario.loaded import Scenario
from smsc_sim.scenario.rule import Rule

FILE = "f.yaml"


def scenario(text: str) -> Scenario:
    """The scenario whose keys, beside its version, are in the text."""
    return load_text(f"smsc: 1\n{text}\n", FILE)


def rule(text: str) -> Rule:
    """The rule whose keys, beside its name, are in the text, in braces."""
    return scenario(f"rules:\n  - {{name: r, {text}}}").rules[0]


def found(text: str) -> list[str]:
    """All findings of a scenario whose keys begin in line 2."""
    return [str(one).removeprefix(f"{FILE}:") for one in check_text(f"smsc: 1\n{text}\n", FILE).findings]


def found_in_rule(text: str) -> list[str]:
    """All findings of the one rule of a scenario, without their line and column."""
    return [one.split(": ", 1)[1] for one in found(f"rules:\n  - {{name: r, {text}}}")]
