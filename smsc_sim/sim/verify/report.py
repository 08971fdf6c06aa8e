"""Verdicts as a report: JUnit XML, JSON, and text. A page of HTML is made from the same :class:`Report`."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from smsc_sim.sim.verify.judging import Verdict
from smsc_sim.sim.verify.verification import near_miss_as_json
from smsc_sim.sim.verify.wanted import NearMiss
from smsc_sim.sim.visible import visible


@dataclass(frozen=True, slots=True)
class Report:
    """The verdicts of one run."""

    scenario: str
    """Its name, or that of its file."""
    file: str
    seed: int
    version: str
    """Of this program."""
    started_at: float
    """Seconds since the epoch."""
    ended_at: float
    verdicts: tuple[Verdict, ...]

    @property
    def ok(self) -> bool:
        """Whether every expectation is met."""
        return all(verdict.status == "met" for verdict in self.verdicts)

    def count(self, status: str) -> int:
        """How many expectations are ``met``, ``not met`` or ``pending``."""
        return sum(verdict.status == status for verdict in self.verdicts)


def place_of(verdict: Verdict) -> tuple[str, int]:
    """The file and line where an expectation is written; no file and 0 for one that is not."""
    file, _, line = verdict.expectation.at.rpartition(":")
    return (file, int(line)) if line.isdigit() else ("", 0)


def junit(report: Report) -> str:
    """The report as JUnit XML, in what all its readers share.

    One suite is the scenario, one case an expectation. What is pending failed, for the run is over.
    """
    failures = len(report.verdicts) - report.count("met")
    totals = {
        "tests": str(len(report.verdicts)),
        "failures": str(failures),
        "errors": "0",
        "skipped": "0",
        "time": f"{max(0.0, report.ended_at - report.started_at):.3f}",
    }
    root = Element("testsuites", totals)
    about = {"name": visible(report.scenario), "timestamp": _instant(report.started_at).removesuffix("Z")}
    suite = SubElement(root, "testsuite", about | totals)
    for verdict in report.verdicts:
        file, line = place_of(verdict)
        case = SubElement(
            suite,
            "testcase",
            {
                "name": visible(verdict.expectation.name),
                "classname": visible(file or report.file),
                "file": visible(file or report.file),
                "line": str(line),
                "time": "0.000",
            },
        )
        if verdict.status != "met":
            failure = SubElement(case, "failure", {"message": visible(verdict.reason), "type": verdict.status})
            failure.text = "\n".join(_details(verdict))
    indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + tostring(root, encoding="unicode") + "\n"


def as_json(report: Report) -> dict[str, Any]:
    """The report as JSON values."""
    return {
        "ok": report.ok,
        "scenario": report.scenario,
        "file": report.file,
        "seed": report.seed,
        "version": report.version,
        "started": _instant(report.started_at),
        "ended": _instant(report.ended_at),
        "met": report.count("met"),
        "not_met": report.count("not met"),
        "pending": report.count("pending"),
        "expectations": [verdict_as_json(verdict) for verdict in report.verdicts],
    }


def verdict_as_json(verdict: Verdict) -> dict[str, Any]:
    """One verdict as JSON values."""
    return {
        "name": verdict.expectation.name,
        "at": verdict.expectation.at,
        "verdict": verdict.status,
        "reason": verdict.reason,
        "wanted": verdict.wanted,
        "was": verdict.was,
        "count": verdict.count,
        "fired": verdict.fired,
        "messages": list(verdict.evidence),
        "nearest": [near_miss_as_json(miss) for miss in verdict.nearest],
        "seen": verdict.seen,
        "time_left": verdict.time_left,
    }


def json_text(report: Report) -> str:
    """The report as a JSON document."""
    return json.dumps(as_json(report), indent=2) + "\n"


def text(report: Report) -> str:
    """The report for a terminal: one line for each verdict, and below it what there is to say."""
    lines = [f"{visible(report.scenario)} (seed {report.seed})"]
    for verdict in report.verdicts:
        lines.append(f"{verdict.status:>8}  {visible(verdict.expectation.name)}")
        if verdict.status != "met":
            lines += [f"{'':10}{line}" for line in _details(verdict)]
    counts = ", ".join(f"{report.count(status)} {status}" for status in ("met", "not met", "pending"))
    return "\n".join([*lines, f"{len(report.verdicts)} expectations: {counts}"]) + "\n"


def _details(verdict: Verdict) -> Iterator[str]:
    """What there is to say about an expectation that is not met, line by line."""
    yield visible(verdict.reason)
    yield f"wanted: {visible(verdict.wanted)}"
    yield f"was: {visible(verdict.was)}; {verdict.seen} looked at"
    if verdict.evidence:
        yield f"evidence: {', '.join(verdict.evidence)}"
    for miss in verdict.nearest:
        yield f"nearest: {_miss(miss)}"
    if verdict.expectation.at:
        yield f"written at {visible(verdict.expectation.at)}"


def _miss(miss: NearMiss) -> str:
    differs = []
    for one in miss.differs:
        was = "not there" if one.was is None else f"'{visible(one.was)}'"
        differs.append(f"{one.field} was {was}, wanted {visible(one.wanted)}")
    return f"{miss.message}: {'; '.join(differs)}"


def _instant(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z")
