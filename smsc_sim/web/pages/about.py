"""What runs here, with every setting and where its value came from."""

from __future__ import annotations

import platform
from itertools import groupby
from typing import Final, Literal, get_args

from msgspec import Struct

import twisted
from smsc_sim.web.console import Console
from smsc_sim.web.page import Done, Shown, Visit, action, page

Level = Literal["debug", "info", "warn", "error"]
LEVELS: Final[tuple[str, ...]] = get_args(Level)

_BUILT_IN: Final = "built-in"


class LogForm(Struct, frozen=True, kw_only=True):
    """The least important lines that are logged."""

    level: Level


@page("/about", title="About", menu=13, key="a")
def about(console: Console, visit: Visit) -> Shown:
    """Versions, uptime, settings, counters, log level."""
    del visit
    journal, kept = console.smsc.journal, console.kept()
    return {
        "python": platform.python_version(),
        "twisted": twisted.__version__,
        "started_at": console.started_at,
        "now": console.clock(),
        "groups": [(name, list(rows)) for name, rows in groupby(console.settings, lambda one: one.group)],
        "own": [one for one in console.settings if one.origin != _BUILT_IN],
        "built_in": _BUILT_IN,
        "listening": console.listening(),
        "counters": console.smsc.counters,
        "journal_records": len(journal),
        "journal_evicted": journal.evicted,
        "kept": kept is not None,
        "failing": kept.failing if kept is not None else "",
        "log_level": console.log_level(),
        "log_levels": LEVELS,
    }


@action("/about/log-level")
def set_log_level(console: Console, visit: Visit, form: LogForm) -> Done:
    """Log more or less from now on."""
    del visit
    console.set_log_level(form.level)
    return Done("/about", f"Lines from “{form.level}” on are logged now.")
