"""Where rules, expectations and mistakes are written, as places on the scenario's page."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from typing import Final

from smsc_sim.scenario.findings import Finding
from smsc_sim.scenario.library import BUILTIN
from smsc_sim.scenario.listing import Listing, listings, listings_of_text
from smsc_sim.web.console import Console

NO_FILE: Final = "none"
"""How a scenario is named that is none."""


class Places:
    """The lines of the files that the page shows."""

    def __init__(self, files: Sequence[Listing]) -> None:
        folder = os.path.dirname(files[0].name) if files else ""
        self.folder = os.path.join(folder, "") if folder else ""
        """Where the first file lies, as names of the others begin; empty for nowhere."""
        self._by_name = {plain(one.name): index for index, one in enumerate(files)}

    def of(self, name: str, line: int) -> tuple[int, int] | None:
        """The number of the file, from 0, and the line; None when the file is not shown."""
        index = self._by_name.get(plain(name))
        return None if index is None else (index, line)

    def anchor(self, at: str) -> str:
        """The anchor of ``file.yaml:7``; empty when that file is not shown."""
        name, _, line = at.rpartition(":")
        place = self.of(name, int(line)) if line.isdecimal() else None
        return "" if place is None else f"f{place[0]}-{place[1]}"

    def link(self, at: str) -> str:
        """The address of ``file.yaml:7`` for other pages; empty when that file is not shown."""
        anchor = self.anchor(at)
        return f"/scenario#{anchor}" if anchor else ""

    def by_line(self, findings: Iterable[Finding]) -> dict[tuple[int, int], list[Finding]]:
        """What there is to say about each line."""
        found: dict[tuple[int, int], list[Finding]] = {}
        for finding in findings:
            place = self.of(finding.file, finding.line)
            if place is not None:
                found.setdefault(place, []).append(finding)
        return found


def listings_of(console: Console) -> list[Listing]:
    """The files of the scenario in force; of one in no file, its text and the files that it includes."""
    scenario, copy = console.in_force.scenario, console.copy
    if scenario is copy.scenario:
        return listings_of_text(copy.text, copy.name, scenario.files, folder_of(console))
    return listings(scenario.files, console.scenario_path)


def folder_of(console: Console) -> str:
    """Where files that a copy includes may lie; empty for nowhere."""
    path = console.scenario_path
    return "" if path == NO_FILE or path.startswith(BUILTIN) else os.path.dirname(os.path.abspath(path))


def plain(name: str) -> str:
    """A file's name in the one way in which it is compared."""
    return name if name.startswith((BUILTIN, "profile ")) else os.path.normpath(name)
