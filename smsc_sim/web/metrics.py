"""Metrics for Prometheus: plain counters, read when somebody asks, so that counting costs an addition."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from itertools import accumulate

from prometheus_client import CollectorRegistry, ProcessCollector
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.exposition import choose_encoder
from prometheus_client.registry import Collector

from smsc_sim.sim.breakdown import BOUNDS, Histogram
from smsc_sim.web.console import Console
from smsc_sim.web.metric_rows import MOST_VALUES, OTHER, ROWS


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
            found = row.read(self._console)
            if isinstance(found, Histogram):
                yield HistogramMetricFamily(row.name, row.help, buckets=_buckets(found), sum_value=found.total)
                continue
            make = CounterMetricFamily if row.kind == "counter" else GaugeMetricFamily
            family = make(row.name, row.help, labels=row.labels)
            for labels, value in found.items():
                family.add_metric(list(labels), value)
            yield family


def _buckets(histogram: Histogram) -> list[tuple[str, float]]:
    """Its buckets as they are scraped: how many up to each end."""
    ends = [*map(str, BOUNDS), "+Inf"]
    return list(zip(ends, map(float, accumulate(histogram.counts)), strict=True))


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
        "`grafana-board.json <grafana-board.json>`_ is a board of them for Grafana, to be imported there.",
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
