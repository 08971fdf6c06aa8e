"""The metrics: name, help, labels and where each is read.

Labels are bounded: no number, id or text of a message is ever one, and what people name is cut off at
:data:`MOST_VALUES`.
"""

from __future__ import annotations

import platform
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from smsc_sim.sim.breakdown import ERROR_KINDS, FAULT_KINDS, UNKNOWN, Counts, Histogram
from smsc_sim.smpp.commands import COMMANDS, RESPONSE_BIT
from smsc_sim.smpp.status import name_of
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
    kind: Literal["counter", "gauge", "histogram"]
    help: str
    labels: tuple[str, ...]
    read: Callable[[Console], Values | Histogram]
    """Of a histogram that, else the values."""

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


def _received(console: Console) -> Counts[tuple[int, int]]:
    return console.smsc.breakdown.all_received()


def _sent(console: Console) -> Counts[tuple[int, int]]:
    smsc = console.smsc
    return smsc.breakdown.all_sent(smsc.counters.receipts_sent, smsc.delivery.writer.in_data_sm)


def _command(command_id: int) -> str:
    known = COMMANDS.get(command_id)
    return "unknown" if known is None else known.name


def _status(status: int) -> str:
    return OTHER if status == UNKNOWN else name_of(status)


def _pdus(console: Console) -> Values:
    values: dict[tuple[str, ...], float] = {}
    for direction, counts in (("in", _received(console)), ("out", _sent(console))):
        for (command_id, _), count in counts.items():
            labels = (direction, _command(command_id))
            values[labels] = values.get(labels, 0.0) + count
    return values


def _responses(console: Console) -> Values:
    return {
        (_command(command_id), _status(status)): float(count)
        for counts in (_received(console), _sent(console))
        for (command_id, status), count in counts.items()
        if command_id > 0 and command_id & RESPONSE_BIT
    }


def _binds(console: Console) -> Values:
    return _bounded(
        (account or OTHER, (_status(status),), count)
        for (account, status), count in console.smsc.breakdown.binds.items()
    )


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


def _expectations(console: Console) -> Values:
    report = console.judged.report
    return {} if report is None else {(status,): float(report.count(status)) for status in VERDICTS}


VERDICTS: Final = ("met", "not met", "pending")

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
        "smsc_sim_binds", "counter", "Bind requests, by the account asked for and the status of the answer.",
        ("account", "status"), _binds,
    ),
    MetricRow("smsc_sim_pdus", "counter", "PDUs; in: from ESMEs.", ("direction", "command"), _pdus),
    MetricRow(
        "smsc_sim_responses", "counter", "Responses, to ESMEs and from them, and generic_nacks, by their status.",
        ("command", "status"), _responses,
    ),
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
        "smsc_sim_protocol_errors", "counter", "What ESMEs have sent wrong.", ("kind",),
        lambda c: {(kind,): float(c.smsc.breakdown.errors.get(kind, 0)) for kind in ERROR_KINDS},
    ),
    MetricRow(
        "smsc_sim_faults_injected", "counter", "What rules have done to answers and sessions.", ("kind",),
        lambda c: {(kind,): float(c.smsc.breakdown.faults.get(kind, 0)) for kind in FAULT_KINDS},
    ),
    MetricRow(
        "smsc_sim_reply_delay_seconds", "histogram", "How long rules have had answers wait.", (),
        lambda c: c.smsc.breakdown.reply_delays,
    ),
    MetricRow(
        "smsc_sim_client_response_seconds", "histogram",
        "From a deliver_sm to its response; of each session one at a time is timed.", (),
        lambda c: c.smsc.breakdown.client_responses,
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
        "smsc_sim_expectations", "gauge", "Expectations by verdict, when they were looked at last.", ("verdict",),
        _expectations,
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
