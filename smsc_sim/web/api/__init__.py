"""The endpoints of the API. To add one: write it in a module here; a new module goes into MODULES."""

from typing import Final

from smsc_sim.web.api import (
    accounts,
    events,
    explain,
    info,
    messages,
    rules,
    scenario,
    sessions,
    switches,
    tables,
    verify,
)
from smsc_sim.web.endpoint import Endpoint

MODULES: Final = (info, scenario, explain, rules, switches, accounts, sessions, messages, verify, events, tables)
"""In the order of the document."""

ENDPOINTS: Final[tuple[Endpoint, ...]] = tuple(
    value for module in MODULES for value in vars(module).values() if isinstance(value, Endpoint)
)
"""The route table."""
