"""A whole benchmark: servers side by side, rounds interleaved, everything that was started stopped again."""

import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from benchmarks.cores import Cores
from benchmarks.generator import Generator, Measured, RunFailed, run_load
from benchmarks.results import Results
from benchmarks.scenarios import IDLE, Scenario
from benchmarks.server import Server, ServerDefinition, ServerFailed

PROBES = (2_000, 20_000)
"""Messages of the runs that find out how many make up the seconds asked for, and warm a just-in-time compiler up."""

SLOW = 7_000
"""Messages a second: a server below it gets through no more than the first probe."""

FEWEST = 1_000
RECEIPT_SECONDS = 3.0
"""Of submit_sm in a run with receipts, which may come a second later."""

RUN_TIMEOUT = 60.0
SERVED_BESIDE_IDLE = 1_000
"""Messages that one bind sends while all the others are idle."""


@dataclass(frozen=True)
class Plan:
    """How much to do; seconds of one run, rounds, most messages of a run, idle binds, starts, seconds in all."""

    scenarios: Sequence[Scenario]
    generators: Sequence[Generator]
    rounds: int
    seconds: float
    most: int
    idle: int
    starts: int
    time_limit: float


class Campaign:
    """Carries out a plan on the servers given."""

    def __init__(
        self,
        plan: Plan,
        servers: Sequence[ServerDefinition],
        cores: Cores,
        directory: Path,
        tell: Callable[[str], None],
    ) -> None:
        self.plan = plan
        self.servers = servers
        self.cores = cores
        self.directory = directory
        self.tell = tell
        self.results = Results()
        self.deadline = time.monotonic() + plan.time_limit

    def run(self) -> Results:
        """Start-up first, then memory, then load; stops early, and says so, when the time is up."""
        self.measure_start_up()
        self.measure_idle()
        self.measure_load()
        return self.results

    def _trouble(self, text: str) -> None:
        self.tell(text)
        self.results.trouble.append(text)

    def _out_of_time(self, what: str) -> bool:
        if time.monotonic() < self.deadline:
            return False
        self._trouble(f"not measured, the time limit of {self.plan.time_limit:g} s is reached: {what}")
        return True

    def _start(self, definition: ServerDefinition) -> Server | None:
        # A directory for each start: nothing that a former process left behind is taken for this one's.
        directory = Path(tempfile.mkdtemp(prefix="server-", dir=self.directory))
        try:
            return Server(definition, directory, self.cores.server)
        except (ServerFailed, OSError, ValueError, KeyError) as error:
            self._trouble(f"{definition.name} did not start: {error}")
            return None

    def measure_start_up(self) -> None:
        """Process start to ready file, every server in turn, several times."""
        for _ in range(self.plan.starts):
            for definition in self.servers:
                if self._out_of_time(f"start of {definition.name}"):
                    return
                server = self._start(definition)
                if server is not None:
                    with server:
                        self.results.start_up_s.setdefault(definition.name, []).append(server.start_up_s)

    def measure_idle(self) -> None:
        """Resident memory by idle bind, each server freshly started, while one more bind is served."""
        if not self.plan.idle:
            return
        for definition in self.servers:
            if self._out_of_time(f"idle binds of {definition.name}"):
                return
            server = self._start(definition)
            if server is None:
                continue
            with server:
                measured = self._load(
                    self.plan.generators[0],
                    server,
                    Scenario(f"{self.plan.idle:,} {IDLE}", 1, 10),
                    SERVED_BESIDE_IDLE,
                    idle=self.plan.idle - 1,
                )
            if measured is not None:
                self.results.memory_per_bind_kib[definition.name] = measured.memory_per_bind_kib

    def measure_load(self) -> None:
        """All servers run side by side; in every round of a scenario each has its turn."""
        with ExitStack() as stack:
            running: list[Server] = []
            for definition in self.servers:
                server = self._start(definition)
                if server is not None:
                    running.append(stack.enter_context(server))
            for scenario in self.plan.scenarios:
                wanted = [server for server in running if not scenario.servers or server.name in scenario.servers]
                self._measure_scenario(scenario, wanted)

    def _measure_scenario(self, scenario: Scenario, servers: Sequence[Server]) -> None:
        counts = {
            (generator.name, server.name): self._count(generator, server, scenario)
            for server in servers
            for generator in self.plan.generators
        }
        for round_number in range(1, self.plan.rounds + 1):
            for server in servers:
                for generator in self.plan.generators:
                    count = counts[generator.name, server.name]
                    if not count or self._out_of_time(f"{scenario.name}, round {round_number}, {server.name}"):
                        continue
                    measured = self._load(generator, server, scenario, count)
                    self.results.add(scenario.name, generator.name, server.name, measured)

    def _count(self, generator: Generator, server: Server, scenario: Scenario) -> int:
        """Messages for the seconds asked for; 0 when the server does not get through the probe."""
        if scenario.rate:
            return int(scenario.rate * max(2.0, 2 * self.plan.seconds))
        rate, seconds, most = 0.0, self.plan.seconds, self.plan.most
        if scenario.receipts:
            # Long enough for both flows to settle; each message is twice the work for the load client too.
            seconds, most = max(seconds, RECEIPT_SECONDS), most // 3
        for probe in PROBES:
            if self._out_of_time(f"{scenario.name} of {server.name}"):
                return 0
            measured = self._load(generator, server, scenario, probe)
            if measured is None or not measured.rate:
                return 0
            rate = measured.answers
            if rate < SLOW:
                break
        return max(FEWEST, min(most, int(rate * seconds)))

    def _load(
        self, generator: Generator, server: Server, scenario: Scenario, messages: int, idle: int = 0
    ) -> Measured | None:
        try:
            measured = run_load(
                generator,
                server,
                scenario,
                messages=messages,
                timeout=RUN_TIMEOUT,
                core=self.cores.client,
                idle=idle,
            )
        except RunFailed as error:
            words = "" if server.running else f"; the server has ended: {server.last_words()}"
            self._trouble(f"{scenario.name}, {server.name}: {error}{words}")
            return None
        note = f", {measured.errors} errors {dict(measured.error_detail)}" if measured.errors else ""
        self.tell(f"{scenario.name:<26} {server.name:<14} {messages:>9,} messages {measured.rate:>12,.0f}/s{note}")
        if measured.errors:
            self.results.trouble.append(f"{scenario.name}, {server.name}, {generator.name}{note}")
        return measured
