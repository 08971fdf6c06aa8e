"""The pages of the console. To add one: a module here, a template of the same name, and the module in MODULES."""

from typing import Final

from smsc_sim.web.page import Action, File, Page
from smsc_sim.web.pages import (
    about,
    accounts,
    binds,
    expect,
    inject,
    journal,
    login,
    message,
    messages,
    overview,
    reference,
    scenario,
    session,
    traffic,
)

MODULES: Final = (
    overview,
    binds,
    session,
    messages,
    message,
    inject,
    scenario,
    expect,
    accounts,
    traffic,
    journal,
    reference,
    about,
    login,
)

PAGES: Final[tuple[Page, ...]] = tuple(
    value for module in MODULES for value in vars(module).values() if isinstance(value, Page)
)
ACTIONS: Final[tuple[Action, ...]] = tuple(
    value for module in MODULES for value in vars(module).values() if isinstance(value, Action)
)
"""What forms on the pages do."""

FILES: Final[tuple[File, ...]] = tuple(
    value for module in MODULES for value in vars(module).values() if isinstance(value, File)
)
"""What pages link to, beside pages."""
