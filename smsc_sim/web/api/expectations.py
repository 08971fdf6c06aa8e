"""The scenario's expectations: what is met, what is not, what may still come; and the report of a run."""

from __future__ import annotations

from typing import Final, Literal

import msgspec
from msgspec import Struct
from twisted.internet.defer import Deferred

from smsc_sim.sim.verify.report import Report, as_json, json_text, junit, text
from smsc_sim.web.api.verify import NearMiss
from smsc_sim.web.call import Octets
from smsc_sim.web.console import Console
from smsc_sim.web.endpoint import JSON, endpoint
from smsc_sim.web.judging import report_of
from smsc_sim.web.kept import STORE_PROBLEMS
from smsc_sim.web.report_page import course_of, page_of

XML: Final = "application/xml"
TEXT: Final = "text/plain"
HTML: Final = "text/html"


class VerdictShown(Struct, frozen=True, kw_only=True):
    """What became of one expectation."""

    name: str
    at: str
    """Where it is written."""
    verdict: Literal["met", "not met", "pending"]
    reason: str
    """Why it is not met, or what is waited for."""
    wanted: str
    was: str
    count: int
    """Messages that it is about."""
    fired: int | None
    """How often its rule has decided, where that is asked."""
    messages: list[str]
    """Which ones: those that were counted, or that break it."""
    nearest: list[NearMiss]
    seen: int
    """Messages that were looked at."""
    time_left: float | None
    """Seconds until it is known, where that is only a matter of time."""


class Expectations(Struct, frozen=True, kw_only=True):
    """All of them, with what they came to."""

    ok: bool
    """Whether all are met."""
    scenario: str
    file: str
    seed: int
    version: str
    started: str
    ended: str
    met: int
    not_met: int
    pending: int
    expectations: list[VerdictShown]


class ReportQuery(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """As what, and whether the run is over."""

    format: Literal["junit", "json", "text", "html"] = "junit"
    finished: bool = True
    """Whether nothing more will come, so that what is pending is not met."""


@endpoint("GET", "/expectations", problems=STORE_PROBLEMS)
def expectations(console: Console) -> Deferred[Expectations]:
    """The expectations as they stand now; what may still be met is pending."""
    return report_of(console, finished=False).addCallback(_shown)


@endpoint("POST", "/expectations/evaluate", changes=False, problems=STORE_PROBLEMS)
def evaluate_expectations(console: Console) -> Deferred[Expectations]:
    """Judge as if the run were over: what has not come by now, does not come."""
    return report_of(console, finished=True).addCallback(_shown)


@endpoint("GET", "/report", media_types=(XML, JSON, TEXT, HTML), problems=STORE_PROBLEMS)
def report(console: Console, query: ReportQuery) -> Deferred[Octets]:
    """The verdicts as JUnit XML, JSON, text, or a page that needs nothing beside it."""

    def written(found: Report) -> Octets:
        if query.format == "html":
            return Octets(f"{HTML}; charset=utf-8", page_of(found, course_of(console)), "report.html")
        content_type, name, write = _FORMATS[query.format]
        return Octets(content_type, write(found).encode("utf-8", "backslashreplace"), name)

    return report_of(console, finished=query.finished).addCallback(written)


_FORMATS: Final = {
    "junit": (f"{XML}; charset=utf-8", "report.xml", junit),
    "json": (JSON, "report.json", json_text),
    "text": (f"{TEXT}; charset=utf-8", "", text),
}


def _shown(found: Report) -> Expectations:
    return msgspec.convert(as_json(found), Expectations)
