"""A scenario in no file, an edited copy or one that came by the API: obeyed until the scenario is read anew."""

from __future__ import annotations

import os
import re
import shutil
from dataclasses import dataclass
from typing import Final

from smsc_sim.scenario.load import Checked, check_text
from smsc_sim.scenario.loaded import Scenario

NAME: Final = "copy"
"""What findings and rules call one that was edited."""

SENT: Final = "request"
"""What they call one that came by the API."""

_STARS: Final = re.compile(r"""^[^#]*[:=]\s*["']?\*{3,}["']?\s*(?:[,}\]#]|$)""")


@dataclass(slots=True)
class ScenarioCopy:
    """The one that was put in force last."""

    text: str = ""
    scenario: Scenario | None = None
    """It is in force while this very one is."""
    name: str = NAME

    def put(self, text: str, scenario: Scenario, name: str = NAME) -> None:
        """Remember what it was read from."""
        self.text, self.scenario, self.name = text, scenario, name


def check_copy(text: str, folder: str) -> Checked:
    """The scenario in a copy; ``folder``: where the files that it includes may lie, empty for nowhere."""
    return check_text(text, NAME, folder=folder)


def still_masked(text: str) -> int | None:
    """The number of the first line in which a mask stands instead of a secret, from 1 on; None when there is none."""
    return next((number for number, line in enumerate(text.splitlines(), 1) if _STARS.match(line)), None)


def write_scenario(path: str, text: str) -> None:
    """Put a text in the place of a file's, all or nothing.  Raises OSError."""
    beside = f"{path}.new"
    with open(beside, "w", encoding="utf-8") as file:
        file.write(text)
    try:
        shutil.copymode(path, beside)
        os.replace(beside, path)
    except OSError:
        os.unlink(beside)
        raise
