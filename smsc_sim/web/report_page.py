"""The report of a run as one page of HTML that needs nothing beside it."""

from __future__ import annotations

from functools import cache

from smsc_sim.sim.verify.report import Report
from smsc_sim.web.templates import Templates


def page_of(report: Report) -> bytes:
    """The page."""
    return _templates().render("report.html", report=report)


@cache
def _templates() -> Templates:
    return Templates()
