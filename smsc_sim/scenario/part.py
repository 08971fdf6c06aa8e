"""One file of a scenario while it is loaded: what is written, and its normalised form."""

from dataclasses import dataclass, field

from smsc_sim.scenario.expectation import Expectation, WrittenExpectation
from smsc_sim.scenario.reading import Reading
from smsc_sim.scenario.rule import Rule
from smsc_sim.scenario.scenario_file import ScenarioFile
from smsc_sim.scenario.written_rule import WrittenRule


@dataclass
class Part:
    """A file, with what was made of it."""

    reading: Reading
    file: ScenarioFile
    rules: list[tuple[WrittenRule, Rule]] = field(default_factory=list)
    expectations: list[tuple[WrittenExpectation, Expectation]] = field(default_factory=list)
