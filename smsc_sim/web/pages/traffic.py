"""Traffic of the last seconds to the last hour: rates, windows, outcomes, and how long things took."""

from __future__ import annotations

import sqlite3
from typing import Any, Final

import msgspec
from twisted.internet.defer import Deferred
from twisted.python.failure import Failure

from smsc_sim.sim.store.mix import BOUNDS, MOST, Mix, mix_since
from smsc_sim.smpp.status import name_of
from smsc_sim.web import charts
from smsc_sim.web.call import Octets
from smsc_sim.web.console import Console
from smsc_sim.web.endpoint import JSON
from smsc_sim.web.kept import PATIENCE
from smsc_sim.web.page import Shown, Visit, file, page

SPANS: Final = {"5s": 5, "1m": 60, "5m": 300, "15m": 900, "1h": 3600}
"""Seconds by what the page calls them."""
USUAL: Final = "5m"
ROWS: Final = 20
"""Points in the table twin of the curves."""

CHARTS: Final = (
    ("messages", "Messages a second", (("accepted", "good"), ("refused", "bad"), ("receipts", "soft"))),
    ("pdus", "PDUs a second", (("received", "in"), ("sent", "out"))),
    ("windows", "Windows", (("replies_pending", "in"), ("outstanding", "out"))),
)
"""Name, title, and curves with their colours: fields of :class:`~smsc_sim.sim.traffic.Point`."""

LABELS: Final = {
    "accepted": "accepted", "refused": "refused", "receipts": "receipts sent", "received": "from ESMEs",
    "sent": "to ESMEs", "replies_pending": "ESMEs’: answers delayed", "outstanding": "ours: deliver_sm unanswered",
}  # fmt: skip


@page("/traffic", title="Traffic", menu=10, key="t")
def traffic(console: Console, visit: Visit) -> Shown | Deferred[Shown]:
    """The curves and what is counted."""
    span = _span(visit)
    points = console.traffic.points(SPANS[span])
    rows = console.traffic.points(SPANS[span], ROWS) if visit.wants("points") else []
    drawn = CHARTS if not visit.parts else ()
    shown: dict[str, Any] = {
        "span": span,
        "spans": list(SPANS),
        "points": points,
        "rows": rows[::-1],
        "latest": points[-1] if points else None,
        "errors": console.traffic.errors(SPANS[span]),
        "labels": LABELS,
        "charts": [
            (
                name,
                title,
                curves,
                charts.lines(title, [(LABELS[one], kind, _values(points, one)) for one, kind in curves]),
            )
            for name, title, curves in drawn
        ],
        "mix": None,
        "failed": "",
        "most": MOST,
    }
    kept = console.kept()
    if kept is None or not visit.wants("outcomes"):
        return shown
    since = console.clock() - SPANS[span]
    counted = kept.ask(lambda store: mix_since(store, since), PATIENCE)
    return counted.addCallbacks(
        lambda mix: {**shown, **_mixed(mix)}, lambda failure: {**shown, "failed": _why(failure)}
    )


@file("/traffic/data")
def data(console: Console, visit: Visit) -> Octets:
    """The points of the curves for the script: a list of values for each, in the order of their instants."""
    points = console.traffic.points(SPANS[_span(visit)])
    names = ("at", *LABELS)
    return Octets(JSON, msgspec.json.encode({name: _values(points, name) for name in names}))


def _span(visit: Visit) -> str:
    span = visit.query.get("span", "")
    return span if span in SPANS else USUAL


def _values(points: list[Any], name: str) -> list[float]:
    return [getattr(point, name) for point in points]


def _mixed(mix: Mix) -> dict[str, Any]:
    return {
        "mix": mix,
        "statuses": [
            ("no response" if status is None else name_of(status), count, status == 0) for status, count in mix.statuses
        ],
        "histograms": [
            ("delays", "From the message to its receipt", _bars(mix.delays)),
            ("responses", "From our deliver_sm to the client’s response", _bars(mix.responses)),
        ],
    }


def _bars(counts: tuple[int, ...]) -> list[tuple[str, int]]:
    """Each span with its count, from the first that has any to the last."""
    filled = [index for index, count in enumerate(counts) if count]
    if not filled:
        return []
    labels = [f"up to {_brief(bound)}" for bound in BOUNDS] + ["longer"]
    return [(labels[index], counts[index]) for index in range(filled[0], filled[-1] + 1)]


def _brief(seconds: float) -> str:
    if seconds < 1:
        return f"{seconds * 1000:g} ms"
    return f"{seconds:g} s" if seconds < 60 else f"{seconds / 60:g} min"


def _why(failure: Failure) -> str:
    failure.trap(sqlite3.Error)
    return str(failure.value)
