"""The scenario files that the tests play: those of the repository, and those beside it that SMSC_SIM_SHARED names."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.e2e.peers import REPOSITORY

EXAMPLES = REPOSITORY / "examples"


def example(name: str) -> str:
    """The path of an example."""
    return str(EXAMPLES / f"{name}.yaml")


def shared_folder() -> Path | None:
    """The folder of scenarios that others wrote; None: it is not here."""
    folder = os.environ.get("SMSC_SIM_SHARED")
    return Path(folder) / "scenarios" if folder else None


def shared(name: str) -> str:
    """The path of a scenario that others wrote; without it the test is skipped."""
    folder = shared_folder()
    if folder is None:
        pytest.skip("SMSC_SIM_SHARED does not name a folder")
    return str(folder / f"{name}.yaml")
