"""A copy of the scenario that somebody edits and tries: obeyed until the scenario is read anew, and in no file."""

from __future__ import annotations

import os
import re
import shutil
from dataclasses import dataclass
from typing import Final

from smsc_sim.scenario.load import Checked, check_text
from smsc_sim.scenario.loaded import Scenario

NAME: Final = "copy"
"""What findings and rules call it."""

_STARS: Final = re.compile(r"""^[^#]*[:=]\s*["']?\*{3,}["']?\s*(?:[,}\]#]|$)""")


@dataclass(slots=True)
class ScenarioCopy:
    """The copy that was tried last."""

    text: str = ""
    scenario: Scenario | None = None
    """It is in force while this very one is."""


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
