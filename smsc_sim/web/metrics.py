"""Metrics for Prometheus: plain counters, read when somebody asks, so that counting costs an addition.

Labels are bounded: no number, id or text of a message is ever one, and what people name is cut off at
:data:`MOST_VALUES`.
"""

from __future__ import annotations

import platform
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from prometheus_client import CollectorRegistry, ProcessCollector
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.exposition import choose_encoder
from prometheus_client.registry import Collector

from smsc_sim.web.console import Console
from twisted import __version__ as twisted_version

MOST_VALUES: Final = 100
"""Values that a label with names by people has, before all further ones are :data:`OTHER`."""

OTHER: Final = "other"

Values: TypeAlias = "Mapping[tuple[str, ...], float]"
"""By the values of the labels."""


@dataclass(frozen=True, slots=True)
class MetricRow:
    """One metric."""

    name: str
    """Without ``_total``."""
    kind: Literal["counter", "gauge"]
    help: str
    labels: tuple[str, ...]
    read: Callable[[Console], Values]

    @property
    def shown_name(self) -> str:
        """As it is scraped."""
        return f"{self.name}_total" if self.kind == "counter" else self.name


def _plain(value: Callable[[Console], float]) -> Callable[[Console], Values]:
    return lambda console: {(): float(value(console))}


def _counters(**names: str) -> Callable[[Console], Values]:
    """Counters of the SMSC, by the value of the one label."""

    def read(console: Console) -> Values:
        return {(label,): float(getattr(console.smsc.counters, name)) for label, name in names.items()}

    return read


def _bounded(found: Iterable[tuple[str, Sequence[str], float]]) -> Values:
    """Values with a name by people as first label; those of further names together."""
    known: dict[str, None] = {}
    values: dict[tuple[str, ...], float] = {}
    for name, others, value in found:
        if name not in known and len(known) < MOST_VALUES:
            known[name] = None
        labels = (name if name in known else OTHER, *others)
        values[labels] = values.get(labels, 0.0) + value
    return values


def _sessions(console: Console) -> Values:
    return _bounded(
        (session.account.system_id, (session.bind_type,), 1)
        for session in console.smsc.sessions.values()
        if session.account is not None and session.bound
    )


def _pdus(console: Console) -> Values:
    counters, sessions = console.smsc.counters, console.smsc.sessions.values()
    return {
        ("in",): counters.pdus_received + sum(session.received for session in sessions),
        ("out",): counters.pdus_sent + sum(session.sent for session in sessions),
    }


def _rules(console: Console) -> Values:
    book = console.smsc.rules
    return _bounded((compiled.rule.name, (), compiled.decided) for compiled in (book.rules if book is not None else ()))


def _window(console: Console) -> Values:
    sessions = console.smsc.sessions.values()
    return {
        ("in",): float(sum(session.replies_pending for session in sessions)),
        ("out",): float(sum(len(session.outstanding) for session in sessions)),
    }


def _build(console: Console) -> Values:
    return {(console.version, platform.python_version(), twisted_version): 1.0}


def _failing(console: Console) -> Values:
    kept = console.kept()
    return {} if kept is None else {(): float(bool(kept.failing))}


def _lost(console: Console) -> Values:
    kept = console.kept()
    return {} if kept is None else {(): float(kept.lost)}


ROWS: Final = (
    MetricRow("smsc_sim_build_info", "gauge", "What runs here; always 1.", ("version", "python", "twisted"), _build),
    MetricRow(
        "smsc_sim_uptime_seconds", "gauge", "Seconds since the start.", (), _plain(lambda c: c.clock() - c.started_at)
    ),
    MetricRow(
        "smsc_sim_connections", "gauge", "SMPP connections, bound or not.", (), _plain(lambda c: len(c.smsc.sessions))
    ),
    MetricRow("smsc_sim_sessions", "gauge", "Bound sessions.", ("account", "bind"), _sessions),
    MetricRow(
        "smsc_sim_connections_opened",
        "counter",
        "SMPP connections, by whether they were let in.",
        ("result",),
        _counters(opened="sessions_opened", refused="sessions_refused"),
    ),
    MetricRow(
        "smsc_sim_binds", "counter", "Bind requests.", ("result",),
        _counters(accepted="binds_accepted", refused="binds_refused"),
    ),
    MetricRow("smsc_sim_pdus", "counter", "PDUs.", ("direction",), _pdus),
    MetricRow(
        "smsc_sim_messages", "counter", "Messages submitted.", ("result",),
        _counters(accepted="messages_accepted", refused="messages_refused"),
    ),
    MetricRow("smsc_sim_rule_matches", "counter", "Events that a rule in force has decided.", ("rule",), _rules),
    MetricRow(
        "smsc_sim_receipts", "counter",
        "Receipts and messages of subscribers, each attempt, by what came of it; expired: not answered in time.",
        ("result",),
        _counters(
            sent="receipts_sent",
            acknowledged="receipts_acknowledged",
            refused="receipts_refused",
            expired="receipts_expired",
            discarded="receipts_discarded",
        ),
    ),
    MetricRow(
        "smsc_sim_receipts_pending", "gauge", "Receipts not yet acknowledged or given up.", (),
        _plain(lambda c: sum(account.pending for account in c.smsc.accounts)),
    ),
    MetricRow(
        "smsc_sim_receipts_waiting", "gauge", "Those that are due and have no bind or no room in a window.", (),
        _plain(lambda c: sum(account.waiting_count for account in c.smsc.accounts)),
    ),
    MetricRow(
        "smsc_sim_mo", "counter", "Injected PDUs that are through, by what they came to.", ("result",),
        lambda c: {(str(name),): float(count) for name, count in c.smsc.injector.counts.items()},
    ),
    MetricRow(
        "smsc_sim_protocol_errors", "counter", "What ESMEs have sent wrong.", (),
        _plain(lambda c: c.smsc.counters.protocol_errors),
    ),
    MetricRow(
        "smsc_sim_responses_unmatched", "counter", "Responses to nothing that was asked.", (),
        _plain(lambda c: c.smsc.counters.responses_unmatched),
    ),
    MetricRow(
        "smsc_sim_internal_errors", "counter", "Faults of the simulator.", (),
        _plain(lambda c: c.smsc.counters.internal_errors),
    ),
    MetricRow(
        "smsc_sim_window_outstanding", "gauge",
        "Requests without an answer; in: of ESMEs, that are answered late; out: to ESMEs.", ("direction",), _window,
    ),
    MetricRow(
        "smsc_sim_switch_active", "gauge", "1 while a switch is on.", ("switch",),
        lambda c: _bounded((name, (), switch.active) for name, switch in c.smsc.switches),
    ),
    MetricRow(
        "smsc_sim_events_pending", "gauge", "Events that are still to happen.", (),
        _plain(lambda c: len(c.smsc.timeline)),
    ),
    MetricRow(
        "smsc_sim_journal_events", "gauge", "Entries that the journal holds.", (), _plain(lambda c: len(c.smsc.journal))
    ),
    MetricRow(
        "smsc_sim_journal_evicted", "counter", "Entries that it holds no longer.", (),
        _plain(lambda c: c.smsc.journal.evicted),
    ),
    MetricRow("smsc_sim_store_failing", "gauge", "1 while the message store cannot be written.", (), _failing),
    MetricRow("smsc_sim_store_lost", "counter", "Entries that never got into the message store.", (), _lost),
    MetricRow("smsc_sim_sse_clients", "gauge", "Streams of events that are open.", (), _plain(lambda c: len(c.events))),
    MetricRow(
        "smsc_sim_http_requests", "counter", "HTTP requests that were answered.", ("route", "code"),
        lambda c: {(route, str(int(code))): float(count) for (route, code), count in c.requests.items()},
    ),
)  # fmt: skip
"""All metrics of our own; those of the process come beside them."""


class SmscCollector(Collector):
    """Reads the counters of one simulator."""

    def __init__(self, console: Console) -> None:
        self._console = console

    def describe(self) -> Iterable[Metric]:
        """Nothing is read to register."""
        return ()

    def collect(self) -> Iterator[Metric]:
        """Every metric as it stands."""
        for row in ROWS:
            make = CounterMetricFamily if row.kind == "counter" else GaugeMetricFamily
            family = make(row.name, row.help, labels=row.labels)
            for labels, value in row.read(self._console).items():
                family.add_metric(list(labels), value)
            yield family


def registry_of(console: Console) -> CollectorRegistry:
    """The metrics of one simulator, and of the process it runs in."""
    registry = CollectorRegistry()
    registry.register(SmscCollector(console))
    ProcessCollector(registry=registry)
    return registry


def exposition(registry: CollectorRegistry, accept: str) -> tuple[str, bytes]:
    """The Content-Type and octets of all metrics, in the format that an Accept header asks for."""
    encode, content_type = choose_encoder(accept)
    return content_type, encode(registry)


def page() -> str:
    """The page of the documentation."""
    lines = [
        "Metrics",
        "=======",
        "",
        "``GET /metrics`` answers in the text format of Prometheus, or in that of OpenMetrics where it is asked for.",
        "Credentials are needed as for the console, unless the file of ``--auth-file`` opens the metrics. Counters",
        "begin at 0 when the simulator starts and when counters are reset.",
        "",
        "No number, id or text of a message is ever a label. Labels that people name (``account``, ``rule``,",
        f"``switch``) have {MOST_VALUES} values at most; all further ones are ``{OTHER}``.",
        "",
    ]
    for row in ROWS:
        labels = "".join(f" ``{label}``" for label in row.labels)
        lines += [f"``{row.shown_name}`` ({row.kind}{', by' + labels if labels else ''})", f"   {row.help}", ""]
    lines += [
        "``process_*``",
        "   Memory, processor time and open files of the process, as the Prometheus client has them.",
        "",
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    sys.stdout.write(page())
