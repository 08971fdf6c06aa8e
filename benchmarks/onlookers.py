"""What people who look on cost the message path: ``python -m benchmarks.onlookers --help``.

Ten browsers are on live pages of the console and ``/metrics`` is asked for each second, while submit_sm come. Runs with
and without them take turns on one server, and ratios of the two are printed: of messages a second, and of the server's
processor time for each message. On two processors the browsers and the load client share the one that the server does
not have, so that at full speed the second ratio is the one that tells.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from benchmarks import peers
from benchmarks.cores import Cores, choose_cores, pinned
from benchmarks.generator import Generator, Measured, external_generator, own_generator, run_load
from benchmarks.scenarios import Scenario
from benchmarks.server import NotMeasured, Server

HERE = Path(__file__).resolve().parent
PATHS: Final = (
    "/", "/", "/binds", "/messages", "/messages?q=is%3Arefused", "/traffic", "/journal", "/accounts", "/scenario",
    "/expect",
)  # fmt: skip
"""What the ten browsers look at."""
SCRAPE_EVERY: Final = 1.0
"""Seconds."""
GOAL: Final = 0.95
"""Of the rate without them."""
PROBE: Final = 200_000
LOADS: Final = (
    Scenario("S, 10 x 100", 10, 100),
    Scenario("S+R, 10 x 100", 10, 100, receipts=True),
    # Below what either side can do, so that the browsers take nothing from the load client.
    Scenario("S+R, 10 x 1000, 50,000/s", 10, 1000, receipts=True, rate=50_000.0),
    Scenario("S, 10 x 1000, 10,000/s", 10, 1000, rate=10_000.0),
    Scenario("S+R, 10 x 1000, 5,000/s", 10, 1000, receipts=True, rate=5_000.0),
)


class Onlookers:
    """Browsers that come and go when they are told to."""

    def __init__(self, origin: str, node_modules: str, core: int | None) -> None:
        asked = {"origin": origin, "chromium": shutil.which("chromium"), "paths": PATHS}
        self._origin = origin
        with pinned(core):
            self._process = subprocess.Popen(
                ["nice", "-n", "15", "node", str(HERE / "onlookers.js"), json.dumps(asked)],
                env={**os.environ, "NODE_PATH": node_modules},
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )

    @contextmanager
    def looking(self) -> Iterator[None]:
        """Pages are open and metrics are scraped."""
        self._tell("look")
        over = threading.Event()
        scraper = threading.Thread(target=self._scrape, args=(over,))
        scraper.start()
        try:
            yield
        finally:
            over.set()
            scraper.join()
            self.loaded = self._tell("leave")

    def _scrape(self, over: threading.Event) -> None:
        while not over.wait(SCRAPE_EVERY):
            with urllib.request.urlopen(f"{self._origin}metrics", timeout=10) as answer:
                answer.read()

    def _tell(self, word: str) -> int:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(word + "\n")
        self._process.stdin.flush()
        answer = self._process.stdout.readline().split()
        if answer[:1] != ["done"]:
            raise RuntimeError("the browsers have ended")
        return int(answer[1])

    def close(self) -> None:
        """End them."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(20)


def measure(
    server: Server,
    onlookers: Onlookers,
    generator: Generator,
    cores: Cores,
    load: Scenario,
    rounds: int,
    seconds: float,
) -> None:
    """Print the ratios for one load."""

    def run(messages: int) -> Measured:
        return run_load(generator, server, load, messages=messages, timeout=seconds * 4 + 30, core=cores.client)

    rate = load.rate or run(PROBE).answers
    messages = int(rate * seconds)
    rates, costs = [], []
    for _ in range(rounds):
        alone = run(messages)
        with onlookers.looking():
            watched = run(messages)
        rates.append(watched.rate / alone.rate)
        costs.append(watched.cpu_per_1000 / alone.cpu_per_1000)
        print(
            f"  {alone.rate:9,.0f}/s alone, {watched.rate:9,.0f}/s watched; {alone.cpu_per_1000 * 1000:6.2f} and "
            f"{watched.cpu_per_1000 * 1000:6.2f} us a message; {onlookers.loaded} loads; "
            f"{alone.errors + watched.errors} errors",
            flush=True,
        )
    rate_ratio, cost_ratio = statistics.median(rates), statistics.median(costs)
    late = "" if rate_ratio >= GOAL else "  LESS THAN THE GOAL"
    print(f"{load.name:<26} rate x {rate_ratio:.2f}, processor time a message x {cost_ratio:.2f}{late}", flush=True)


def main(arguments: Sequence[str] | None = None) -> int:
    """0: measured; 2: something that is needed is not there."""
    command = argparse.ArgumentParser(prog="python -m benchmarks.onlookers", description=__doc__)
    command.add_argument("--node-modules", default=os.environ.get("NODE_PATH", ""), help="holds playwright-core")
    command.add_argument("--generator", metavar="PATH", help="another load client, with the options of smppload")
    command.add_argument("--product", default="", help="command before the simulator's options")
    command.add_argument("--rounds", type=int, default=3)
    command.add_argument("--seconds", type=float, default=20.0, help="of one run")
    command.add_argument("--load", action="append", choices=[load.name for load in LOADS])
    options = command.parse_args(arguments)
    generator = external_generator(options.generator) if options.generator else own_generator()
    cores = choose_cores()
    if not (Path(options.node_modules) / "playwright-core").is_dir():
        print("no npm package playwright-core (npm install --prefix DIR playwright-core; --node-modules)")
        return 2
    for program in ("node", "chromium"):
        if shutil.which(program) is None:
            print(f"no {program} on PATH")
            return 2
    with tempfile.TemporaryDirectory(prefix="smsc-sim-onlookers-") as name:
        folder = Path(name)
        found = peers.product(peers.Places(options.product), folder, http=peers.LISTEN)
        if isinstance(found, NotMeasured):
            print(found.reason)
            return 2
        with Server(found, folder, cores.server) as server:
            onlookers = Onlookers(server.http, str(Path(options.node_modules).resolve()), cores.client)
            try:
                for load in LOADS:
                    if load.name in (options.load or [load.name]):
                        measure(server, onlookers, generator, cores, load, options.rounds, options.seconds)
            finally:
                onlookers.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
