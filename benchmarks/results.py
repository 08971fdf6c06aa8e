"""The runs of a benchmark, kept by scenario, generator and server, and their medians."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from statistics import median

from benchmarks.generator import Measured
from benchmarks.goals import Quantity
from benchmarks.peers import PRODUCT

Key = tuple[str, str, str]
"""Scenario, generator, server."""

SATURATED = 0.9
"""Of a core: below it a server was waiting for something else, at or above it a load client has nothing left."""

_NUMBERS = tuple(entry.name for entry in fields(Measured) if entry.name not in ("messages", "errors", "error_detail"))


@dataclass
class Results:
    """Every run by key, in the order of the rounds (None: that run failed), and what is measured once for a server."""

    runs: dict[Key, list[Measured | None]] = field(default_factory=dict)
    memory_per_bind_kib: dict[str, float] = field(default_factory=dict)
    start_up_s: dict[str, list[float]] = field(default_factory=dict)
    trouble: list[str] = field(default_factory=list)

    def add(self, scenario: str, generator: str, server: str, measured: Measured | None) -> None:
        """The run of the next round."""
        self.runs.setdefault((scenario, generator, server), []).append(measured)

    def medians(self, key: Key) -> Mapping[str, float] | None:
        """The median of every number over the rounds."""
        done = [run for run in self.runs.get(key, []) if run is not None]
        if not done:
            return None
        return {name: median(getattr(run, name) for run in done) for name in _NUMBERS}

    def client_bound(self, key: Key) -> bool:
        """Whether the load client had nothing left while the server did: the server's figure is then too low."""
        medians = self.medians(key)
        return medians is not None and medians["generator_cores"] >= SATURATED > medians["server_cores"]

    def errors(self, key: Key) -> int:
        """What was wrong, over all rounds."""
        return sum(run.errors for run in self.runs.get(key, []) if run is not None)

    def servers(self, scenario: str, generator: str) -> list[str]:
        """In the order in which they were run."""
        return [server for name, by, server in self.runs if (name, by) == (scenario, generator)]

    def generators(self) -> list[str]:
        """In the order in which they were run."""
        return list(dict.fromkeys(generator for _, generator, _ in self.runs))

    def scenarios(self) -> list[str]:
        """In the order in which they were run."""
        return list(dict.fromkeys(scenario for scenario, _, _ in self.runs))

    def ratio(self, name: str, ours: Key, theirs: Key) -> float | None:
        """The median over the rounds of ours by theirs in the same round."""
        pairs = zip(self.runs.get(ours, []), self.runs.get(theirs, []), strict=False)
        ratios = [getattr(a, name) / getattr(b, name) for a, b in pairs if a and b and getattr(b, name)]
        return median(ratios) if ratios else None

    def as_json(self) -> dict[str, object]:
        """Plain values for json.dumps."""
        return {
            "runs": [
                {
                    "scenario": scenario,
                    "generator": generator,
                    "server": server,
                    "median": self.medians((scenario, generator, server)),
                    "rounds": [asdict(run) if run else None for run in rounds],
                }
                for (scenario, generator, server), rounds in self.runs.items()
            ],
            "memory_per_bind_kib": self.memory_per_bind_kib,
            "start_up_s": {name: list(seconds) for name, seconds in self.start_up_s.items()},
            "trouble": self.trouble,
        }


_MEASURED_NAMES = {
    Quantity.RATE: "rate",
    Quantity.CPU: "cpu_per_1000",
    Quantity.P99: "p99",
    Quantity.P999: "p999",
}


@dataclass(frozen=True)
class SeenBy:
    """The results as one generator saw them, in the terms of the goals.

    With ``by_cpu`` the rate of a server is what its processor time per message would let it do with a core to itself:
    what other processes on the machine take away does not count, nor does anything that is not computing.
    """

    results: Results
    generator: str
    by_cpu: bool = False

    def value(self, scenario: str, quantity: Quantity) -> float | None:
        """The simulator's own figure; None when it was not measured."""
        if quantity is Quantity.MEMORY:
            return self.results.memory_per_bind_kib.get(PRODUCT)
        if quantity is Quantity.SECONDS:
            seconds = self.results.start_up_s.get(PRODUCT)
            return median(seconds) if seconds else None
        medians = self.results.medians((scenario, self.generator, PRODUCT))
        return medians[_MEASURED_NAMES[quantity]] if medians else None

    def client_bound(self, scenario: str, server: str) -> bool:
        """Whether the server's rate in the scenario is the load client's."""
        return self.results.client_bound((scenario, self.generator, server))

    def ratio(self, scenario: str, quantity: Quantity, server: str, baseline: str) -> float | None:
        """The simulator in ``scenario`` by ``server`` in ``baseline``; None when one of them was not measured."""
        ours, theirs = (scenario, self.generator, PRODUCT), (baseline, self.generator, server)
        if quantity is Quantity.RATE and self.by_cpu:
            cost = self.results.ratio(_MEASURED_NAMES[Quantity.CPU], ours, theirs)
            return 1 / cost if cost else None
        return self.results.ratio(_MEASURED_NAMES[quantity], ours, theirs)
