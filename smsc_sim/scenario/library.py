"""The data files that come with the product: profiles and scenarios."""

import os
from functools import cache
from typing import Final

from smsc_sim.scenario.document import Document, read_document

BUILTIN: Final = "builtin:"
"""Begins the name of a scenario that comes with the product."""

TEST_NUMBERS: Final = f"{BUILTIN}test-numbers"
"""The scenario that is obeyed where none is named."""

_HERE: Final = os.path.dirname(__file__)
_ENDING: Final = ".yaml"


def profile_names() -> tuple[str, ...]:
    """Return the names of the built-in profiles."""
    return _names("profiles")


def scenario_names() -> tuple[str, ...]:
    """Return the names of the built-in scenarios, with their prefix."""
    return tuple(BUILTIN + name for name in _names("builtin"))


def read_profile(name: str) -> Document:
    """Return the file of a built-in profile."""
    return read_document(os.path.join(_HERE, "profiles", name + _ENDING), f"profile {name}")


def read_scenario(name: str) -> Document:
    """Return the file of a built-in scenario; ``name`` with its prefix."""
    return read_document(os.path.join(_HERE, "builtin", name.removeprefix(BUILTIN) + _ENDING), name)


def library_name(path: str) -> str:
    """Return what findings call the file with this whole path; empty for one that does not come with the product."""
    folder, file = os.path.split(path)
    if os.path.dirname(folder) != _HERE or not file.endswith(_ENDING):
        return ""
    prefix = {"builtin": BUILTIN, "profiles": "profile "}.get(os.path.basename(folder))
    return "" if prefix is None else prefix + file.removesuffix(_ENDING)


@cache
def _names(folder: str) -> tuple[str, ...]:
    files = sorted(os.listdir(os.path.join(_HERE, folder)))
    return tuple(file.removesuffix(_ENDING) for file in files if file.endswith(_ENDING))
