"""The report of a run as one page of HTML that needs nothing beside it: verdicts, and how the run went."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final

from markupsafe import Markup

from smsc_sim.sim.counters import Counters
from smsc_sim.sim.rules.compiled_rule import CompiledRule
from smsc_sim.sim.verify.report import Report
from smsc_sim.smpp.status import meaning_of, name_of
from smsc_sim.web import charts
from smsc_sim.web.console import Console
from smsc_sim.web.templates import Templates

LONGEST_CURVE: Final = 3600
"""Seconds."""
FAILURES_SHOWN: Final = 10
RULES_SHOWN: Final = 50
STATUSES_SHOWN: Final = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """How a run went, beside what was expected of it."""

    counters: Counters
    answers: Sequence[tuple[str, str, int]]
    """Statuses of responses, success first and then the most usual: name, meaning, how many."""
    errors: Sequence[tuple[str, int]]
    """What went wrong otherwise, the most usual first."""
    rules: Sequence[CompiledRule]
    """Those that decided something, the most usual first."""
    idle_rules: Sequence[CompiledRule]
    """Those that decided nothing."""
    curve: Markup | None
    """Messages a second; None for a run of which there are no looks yet."""
    curve_seconds: float

    @property
    def failures(self) -> list[tuple[str, str, int]]:
        """Refusals and errors together, the most usual first."""
        refused = [one for one in self.answers if one[0] != name_of(0)]
        others = [(name.replace("_", " "), "", count) for name, count in self.errors if name != "messages_refused"]
        return sorted((*refused, *others), key=lambda one: -one[2])[:FAILURES_SHOWN]


def course_of(console: Console) -> Course:
    """How the run has gone up to now."""
    smsc, traffic = console.smsc, console.traffic
    statuses = sorted(smsc.breakdown.answers().items(), key=lambda one: (one[0] != 0, -one[1], one[0]))
    errors = [(name, total) for name, (_, total) in traffic.errors(LONGEST_CURVE).items() if total]
    rules = smsc.rules.rules if smsc.rules is not None else ()
    points = traffic.points(LONGEST_CURVE)
    curve = None
    if points:
        curve = charts.lines(
            "Messages a second",
            [
                ("accepted", "good", [point.accepted for point in points]),
                ("refused", "bad", [point.refused for point in points]),
                ("receipts sent", "soft", [point.receipts for point in points]),
            ],
        )
    return Course(
        counters=smsc.counters,
        answers=[(name_of(status), meaning_of(status), count) for status, count in statuses if count],
        errors=sorted(errors, key=lambda one: -one[1]),
        rules=sorted((one for one in rules if one.decided), key=lambda one: -one.decided),
        idle_rules=[one for one in rules if not one.decided],
        curve=curve,
        curve_seconds=points[-1].at - points[0].at if points else 0.0,
    )


def page_of(report: Report, course: Course) -> bytes:
    """The page."""
    return _templates().render(
        "report.html",
        report=report,
        course=course,
        rules_shown=RULES_SHOWN,
        statuses_shown=STATUSES_SHOWN,
    )


@cache
def _templates() -> Templates:
    return Templates()
