"""What is wrong with the options, as lines for the person who gave them."""

from collections.abc import Iterable
from typing import Final

from smsc_sim.scenario.findings import Finding, format_findings

PROGRAM: Final = "smsc-sim"


class OptionsError(Exception):
    """Options that cannot be used. ``str()`` is ready to be printed: a line for each mistake, or file findings."""

    exit_code: Final = 2

    def __init__(self, mistakes: Iterable[str] = (), findings: Iterable[Finding] = ()) -> None:
        self.mistakes = tuple(mistakes)
        self.findings = tuple(findings)
        super().__init__(*self.mistakes)

    def __str__(self) -> str:
        """Return every mistake behind the program's name, and the findings behind them."""
        lines = [f"{PROGRAM}: {mistake}" for mistake in self.mistakes]
        if self.findings:
            lines.append(format_findings(self.findings))
        return "\n".join(lines)
