"""The figures of one run: rates, percentiles, processor time, memory, and everything that was wrong."""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field

from benchmarks.evidence import TICKS_A_SECOND, Evidence
from benchmarks.process_usage import Usage
from benchmarks.submissions import destination_addr
from benchmarks.worker import Load

NOT_FAULTS = frozenset({"delivers_not_receipt"})
"""Counted and shown, but no error: a server may send messages of its own."""


SETTLING = 1.1
SHORTEST_STEADY = 0.5


@dataclass(frozen=True)
class Percentiles:
    """Of a set of times, in microseconds."""

    p50: float
    p90: float
    p99: float
    p999: float
    max: float


@dataclass
class Figures:
    """What one run measured.  Rates are messages a second, memory is KiB, the rest as the name says.

    msgs_per_s is the rate of submit_sm_resp, receipts_per_s that of receipts.  sustained_per_s is messages, with their
    receipts where asked for, by the time in which either flow ran: a delay that the server puts between the two
    does not count, and a server that answers first and sends receipts later gains nothing by it.  The cores used are
    processor time by that same time.  steady_per_s is the rate of the slower flow while both run, from SETTLING
    seconds after the first receipt to the last response; 0 when that is shorter than SHORTEST_STEADY.
    """

    label: str = ""
    binds: int = 0
    window: int = 0
    idle_binds: int = 0
    messages: int = 0
    receipts_asked: int = 0
    tls: int = 0
    rate: float = 0.0
    answered: int = 0
    receipts_matched: int = 0
    msgs_per_s: float = 0.0
    receipts_per_s: float = 0.0
    complete_per_s: float = 0.0
    sustained_per_s: float = 0.0
    steady_per_s: float = 0.0
    wall_s: float = 0.0
    latency_us: Percentiles | None = None
    receipt_latency_us: Percentiles | None = None
    server_cpu_s: float = 0.0
    server_cpu_s_per_1000: float = 0.0
    server_cores_used: float = 0.0
    server_rss_kb_before: int = 0
    server_rss_kb_bound: int = 0
    server_rss_kb_after: int = 0
    memory_per_bind_kib: float = 0.0
    bind_s: float = 0.0
    generator_cpu_s: float = 0.0
    generator_cores_used: float = 0.0
    errors: int = 0
    error_detail: dict[str, int] = field(default_factory=dict)
    first_bad_status: int = 0
    problems: list[str] = field(default_factory=list)

    def as_json(self) -> dict[str, object]:
        """Plain values for json.dumps."""
        return asdict(self)


def percentiles(seconds: array[float]) -> Percentiles | None:
    """None when there is nothing to rank."""
    ranked = sorted(seconds)
    if not ranked:
        return None

    def at(share: float) -> float:
        return round(ranked[min(len(ranked) - 1, int(len(ranked) * share))] * 1e6, 1)

    return Percentiles(at(0.50), at(0.90), at(0.99), at(0.999), round(ranked[-1] * 1e6, 1))


def _match_receipts(
    evidences: Sequence[Evidence], faults: Counter[str], receipts_asked: bool
) -> tuple[int, array[float]]:
    """Messages whose receipt came, and the seconds from when each was due until its receipt."""
    by_id: dict[bytes, tuple[int, float]] = {}
    for evidence in evidences:
        for message_id, number, due in zip(evidence.ids, evidence.numbers, evidence.dues, strict=True):
            if message_id in by_id:
                faults["duplicate_message_id"] += 1
            by_id[message_id] = (number, due)
    delays = array("d")
    seen: set[bytes] = set()
    if not receipts_asked:
        return 0, delays
    for evidence in evidences:
        receipts = zip(evidence.receipt_ids, evidence.receipt_sources, evidence.receipt_instants, strict=True)
        for message_id, source, instant in receipts:
            message = by_id.get(message_id)
            if message is None:
                faults["receipt_unknown_id"] += 1
                continue
            if message_id in seen:
                faults["receipt_duplicates"] += 1
                continue
            seen.add(message_id)
            if source != destination_addr(message[0]):
                faults["receipt_wrong_address"] += 1
            delays.append(instant - message[1])
    return len(seen), delays


def _rate(count: int, seconds: float) -> float:
    return round(count / seconds, 1) if seconds > 0 else 0.0


def _steady(evidences: Sequence[Evidence], first_receipt: float, last_response: float) -> float:
    """Messages a second of the slower flow while both run; 0 when they do not run together for long enough."""
    first, stop = int((first_receipt + SETTLING) * TICKS_A_SECOND) + 1, int(last_response * TICKS_A_SECOND)
    if not first_receipt or stop - first < SHORTEST_STEADY * TICKS_A_SECOND:
        return 0.0
    answers = sum(e.answers_by_tick[tick] for e in evidences for tick in range(first, stop))
    receipts = sum(e.receipts_by_tick[tick] for e in evidences for tick in range(first, stop))
    return _rate(min(answers, receipts), (stop - first) / TICKS_A_SECOND)


def combine(
    load: Load,
    evidences: Sequence[Evidence],
    usages: tuple[Usage, Usage, Usage],
    *,
    bind_s: float,
    label: str,
) -> Figures:
    """The figures of a run; usages are the server's before the binds, after them, and at the end."""
    before, bound, after = usages
    faults: Counter[str] = Counter()
    latencies = array("d")
    for evidence in evidences:
        faults.update(evidence.faults)
        latencies.extend(evidence.latencies)
    matched, delays = _match_receipts(evidences, faults, load.receipts)
    answered = len(latencies)
    faults["missing"] = load.messages - answered
    faults["missing_receipts"] = load.messages - matched if load.receipts else 0
    first_submit = min((e.first_submit for e in evidences if e.first_submit), default=0.0)
    last_response = max((e.last_response for e in evidences), default=0.0)
    first_receipt = min((e.first_receipt for e in evidences if e.first_receipt), default=0.0)
    last_receipt = max((e.last_receipt for e in evidences), default=0.0)
    answering = max(0.0, last_response - first_submit)
    receipting = last_receipt - first_receipt if load.receipts and first_receipt else 0.0
    wall = max(last_response, last_receipt if load.receipts else 0.0) - first_submit if answered else 0.0
    # Paced, both flows have the same rate and a run ends with the last receipt: the delay would count as work.
    flowing = answering if load.rate else wall - (max(0.0, first_receipt - last_response) if receipting else 0.0)
    complete = matched if load.receipts else answered
    cpu = after.cpu_s - bound.cpu_s
    generator_cpu = sum(e.generator_cpu for e in evidences)
    return Figures(
        label=label,
        binds=load.binds,
        window=load.window,
        idle_binds=load.idle,
        messages=load.messages,
        receipts_asked=int(load.receipts),
        tls=int(load.tls),
        rate=load.rate,
        answered=answered,
        receipts_matched=matched,
        msgs_per_s=_rate(answered, answering),
        receipts_per_s=_rate(matched, receipting),
        complete_per_s=_rate(complete, max(answering, receipting)),
        sustained_per_s=_rate(complete, flowing),
        steady_per_s=_steady(evidences, first_receipt, last_response) if load.receipts else 0.0,
        wall_s=round(wall, 4),
        latency_us=percentiles(latencies),
        receipt_latency_us=percentiles(delays),
        server_cpu_s=round(cpu, 4),
        server_cpu_s_per_1000=round(cpu / answered * 1000, 6) if answered else 0.0,
        server_cores_used=round(cpu / flowing, 3) if flowing > 0 else 0.0,
        server_rss_kb_before=before.rss_kib,
        server_rss_kb_bound=bound.rss_kib,
        server_rss_kb_after=after.rss_kib,
        memory_per_bind_kib=round((bound.rss_kib - before.rss_kib) / (load.binds + load.idle), 2),
        bind_s=round(bind_s, 3),
        generator_cpu_s=round(generator_cpu, 4),
        generator_cores_used=round(generator_cpu / flowing, 3) if flowing > 0 else 0.0,
        errors=sum(count for name, count in faults.items() if name not in NOT_FAULTS),
        error_detail={name: count for name, count in sorted(faults.items()) if count},
        first_bad_status=next((e.first_bad_status for e in evidences if e.first_bad_status), 0),
        problems=sorted({problem for e in evidences for problem in e.problems}),
    )
