"""The scenario's expectations as they stand: each with its evidence, its nearest miss, and the time that is left."""

from __future__ import annotations

from twisted.internet.defer import Deferred

from smsc_sim.sim.verify.report import Report
from smsc_sim.web.console import Console
from smsc_sim.web.endpoint import PREFIX
from smsc_sim.web.judging import report_of
from smsc_sim.web.page import Shown, Visit, page
from smsc_sim.web.places import Places, listings_of


@page("/expect", title="Expectations", menu=8, key="e")
def expect(console: Console, visit: Visit) -> Shown | Deferred[Shown]:
    """The verdicts now; with ``finished`` as if nothing more were to come."""
    finished = "finished" in visit.query
    line_of = Places(listings_of(console)).link
    if console.kept() is None:
        return {"report": None, "finished": finished, "prefix": PREFIX, "line_of": line_of}

    def shown(report: Report) -> Shown:
        return {"report": report, "finished": finished, "prefix": PREFIX, "line_of": line_of}

    return report_of(console, finished=finished).addCallback(shown)
