"""What runs here, with every setting and where its value came from."""

from __future__ import annotations

import platform
from typing import Literal

from msgspec import Struct

import twisted
from smsc_sim.web.console import Console
from smsc_sim.web.page import Done, Shown, Visit, action, page


class LogForm(Struct, frozen=True, kw_only=True):
    """The least important lines that are logged."""

    level: Literal["debug", "info", "warn", "error"]


@page("/about", title="About", menu=13, key="a")
def about(console: Console, visit: Visit) -> Shown:
    """Versions, uptime, settings, counters, log level."""
    del visit
    journal = console.smsc.journal
    return {
        "python": platform.python_version(),
        "twisted": twisted.__version__,
        "started_at": console.started_at,
        "now": console.clock(),
        "settings": console.settings,
        "listening": console.listening(),
        "counters": console.smsc.counters,
        "journal_records": len(journal),
        "journal_evicted": journal.evicted,
        "log_level": console.log_level(),
        "log_levels": ("debug", "info", "warn", "error"),
    }


@action("/about/log-level")
def set_log_level(console: Console, visit: Visit, form: LogForm) -> Done:
    """Log more or less from now on."""
    del visit
    console.set_log_level(form.level)
    return Done("/about", f"Lines from “{form.level}” on are logged now.")
