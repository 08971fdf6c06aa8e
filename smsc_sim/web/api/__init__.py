"""The endpoints of the API. To add one: write it in a module here; a new module goes into MODULES."""

from typing import Final

from smsc_sim.web.api import (
    accounts,
    clock,
    events,
    expectations,
    explain,
    info,
    journal,
    ladder,
    messages,
    mo,
    reset,
    rules,
    scenario,
    sessions,
    stats,
    switches,
    tables,
    verify,
)
from smsc_sim.web.endpoint import Endpoint

MODULES: Final = (
    info,
    scenario,
    explain,
    rules,
    switches,
    accounts,
    sessions,
    ladder,
    messages,
    verify,
    mo,
    expectations,
    clock,
    journal,
    reset,
    stats,
    events,
    tables,
)
"""In the order of the document."""

ENDPOINTS: Final[tuple[Endpoint, ...]] = tuple(
    value for module in MODULES for value in vars(module).values() if isinstance(value, Endpoint)
)
"""The route table."""
