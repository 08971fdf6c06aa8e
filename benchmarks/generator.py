"""The program that puts the load on: our own client, or another with the same command line and JSON."""

import json
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from benchmarks.cores import pinned
from benchmarks.scenarios import Scenario
from benchmarks.server import Server

OWN = "benchmarks.load"
GRACE_SECONDS = 90.0
"""Beyond the time-out of a load: preparing and checking."""


@dataclass(frozen=True)
class Generator:
    """A name for the tables, and the command that its options are added to."""

    name: str
    command: tuple[str, ...]


def own_generator() -> Generator:
    """benchmarks.load under this Python."""
    return Generator(OWN, (sys.executable, "-m", OWN, "--json"))


def external_generator(path: str) -> Generator:
    """Another program, for instance one in C, to check our own client against."""
    return Generator(Path(path).name, (str(Path(path).resolve()),))


@dataclass(frozen=True)
class Measured:
    """What one run gave.  Rate: messages a second, with their receipts where asked for; latencies in ms.

    With receipts there are two ways to a rate, and each can only be too low.  Messages by the time in which either
    flow ran is right where processor time is what limits: it counts a flow that waits for round trips twice when the
    flows do not overlap.  The rate of the slower flow while both run needs a run that is long enough.  The rate is
    the higher of the two.
    """

    rate: float
    answers: float
    cpu_per_1000: float
    server_cores: float
    generator_cores: float
    p50: float
    p99: float
    p999: float
    memory_per_bind_kib: float
    messages: int
    errors: int
    error_detail: Mapping[str, int]


class RunFailed(Exception):
    """The load client did not give figures."""


def run_load(
    generator: Generator,
    server: Server,
    scenario: Scenario,
    *,
    messages: int,
    timeout: float,
    core: int | None,
    idle: int = 0,
) -> Measured:
    """One run against one server, the client pinned to ``core``.  Raises RunFailed."""
    address = server.tls_address if scenario.tls else server.address
    if address is None:
        raise RunFailed(f"{server.name} has no TLS listener")
    options: dict[str, object] = {
        "--host": address[0],
        "--port": address[1],
        "--binds": scenario.binds,
        "--window": scenario.window,
        "--messages": messages,
        "--system-id": "smppclient1",
        "--password": "password",
        "--server-pid": server.pid,
        "--timeout": int(timeout),
    }
    if idle:
        options["--idle"] = idle
    if scenario.rate:
        options["--rate"] = scenario.rate
    flags = [*(["--receipts"] if scenario.receipts else []), *(["--tls"] if scenario.tls else [])]

    try:
        with pinned(core):
            done = subprocess.run(
                [*generator.command, *(str(part) for pair in options.items() for part in pair), *flags],
                cwd=Path(__file__).resolve().parent.parent,
                capture_output=True,
                text=True,
                timeout=timeout + GRACE_SECONDS,
                check=False,
            )
        figures = json.loads(done.stdout)
    except subprocess.TimeoutExpired as error:
        raise RunFailed(f"{generator.name} gave nothing in {error.timeout:g} s") from error
    except ValueError as error:
        raise RunFailed(f"{generator.name} against {server.name}: {done.stderr.strip()[-500:]}") from error
    return _measured(figures)


def _measured(figures: Mapping[str, object]) -> Measured:
    def number(name: str) -> float:
        value = figures.get(name)
        return float(value) if isinstance(value, (int, float)) else 0.0

    latency = figures.get("latency_us")
    latency = latency if isinstance(latency, dict) else {}
    detail = figures.get("error_detail")
    connections = number("binds") + number("idle_binds")
    flowing = _flowing_seconds(number)
    finished = number("receipts_matched") if number("receipts_asked") else number("answered")
    return Measured(
        rate=max(finished / flowing if flowing > 0 else 0.0, 0.0 if number("rate") else number("steady_per_s")),
        answers=number("msgs_per_s"),
        cpu_per_1000=number("server_cpu_s_per_1000"),
        server_cores=number("server_cpu_s") / flowing if flowing > 0 else 0.0,
        generator_cores=number("generator_cpu_s") / flowing if flowing > 0 else 0.0,
        p50=latency.get("p50", 0.0) / 1000,
        p99=latency.get("p99", 0.0) / 1000,
        p999=latency.get("p999", 0.0) / 1000,
        memory_per_bind_kib=(number("server_rss_kb_bound") - number("server_rss_kb_before")) / max(1.0, connections),
        messages=int(number("messages")),
        errors=int(number("errors")),
        error_detail={k: v for k, v in detail.items() if v} if isinstance(detail, dict) else {},
    )


def _flowing_seconds(number: Callable[[str], float]) -> float:
    """The time in which submit_sm or receipts flowed: without what a server waits between the two.

    Paced, that of the submit_sm alone, as the receipts follow at the same rate.
    """
    answering = number("answered") / number("msgs_per_s") if number("msgs_per_s") else 0.0
    receipting = number("receipts_matched") / number("receipts_per_s") if number("receipts_per_s") else 0.0
    if not number("receipts_asked") or not receipting or number("rate"):
        return answering
    return min(number("wall_s"), answering + receipting)
