"""The simulator beside other servers, in one run on one machine: ``python -m benchmarks.run --help``."""

import argparse
import json
import os
import platform
import signal
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from types import FrameType

from benchmarks import peers, table
from benchmarks.campaign import Campaign, Plan
from benchmarks.cores import Cores, choose_cores
from benchmarks.generator import external_generator, own_generator
from benchmarks.load import raise_file_limit
from benchmarks.process_usage import machine_busy_s, own_busy_s
from benchmarks.results import Results
from benchmarks.scenarios import QUICK, SCENARIOS
from benchmarks.server import NotMeasured, ServerDefinition

QUICK_SERVERS = (peers.PRODUCT, peers.LIMIT, peers.NODE)


def parser() -> argparse.ArgumentParser:
    """The command line."""
    command = argparse.ArgumentParser(prog="python -m benchmarks.run", description=__doc__)
    command.add_argument("--quick", action="store_true", help="about a minute: fewer scenarios, servers and rounds")
    command.add_argument("--rounds", type=int, help="rounds of every scenario, medians are taken (3; quick 2)")
    command.add_argument("--seconds", type=float, help="of load in one run (1.5; quick 0.7)")
    command.add_argument("--most", type=int, help="messages of one run at most (1000000; quick 300000)")
    command.add_argument("--idle", type=int, help="idle binds, 0 for none (10000; quick 2000)")
    command.add_argument("--starts", type=int, help="starts of every server, 0 for none (5; quick 3)")
    command.add_argument("--time-limit", type=float, help="seconds in all (1800; quick 120)")
    command.add_argument("--servers", help=f"with commas, of: {', '.join(peers.NAMES)}")
    command.add_argument(
        "--scenario", action="append", help=f"may be repeated; of: {'; '.join(s.name for s in SCENARIOS)}"
    )
    command.add_argument("--no-load", action="store_true", help="only start-up and idle binds")
    command.add_argument("--generator", metavar="PATH", help="a second load client, with the options of smppload")
    command.add_argument("--only-generator", action="store_true", help="use that one alone")
    command.add_argument(
        "--product", default="", help="command before the simulator's options (smsc-sim run, else twistd)"
    )
    command.add_argument("--node", default="", help="path of node")
    command.add_argument("--node-modules", default="", help="directory that holds the npm package smpp")
    command.add_argument(
        "--peer-python", action="append", default=[], help="a Python that has smpp.twisted3 or smpp34; may be repeated"
    )
    command.add_argument("--json", type=Path, metavar="FILE", help="every run and every median")
    command.add_argument("--verbose", action="store_true", help="a line for every run on standard error")
    return command


def plan_of(options: argparse.Namespace, command: argparse.ArgumentParser) -> Plan:
    """The plan that the options ask for."""
    quick = options.quick
    names = options.scenario or (QUICK if quick else [scenario.name for scenario in SCENARIOS])
    by_name = {scenario.name: scenario for scenario in SCENARIOS}
    for name in names:
        if name not in by_name:
            command.error(f"no scenario {name!r}; there are: {'; '.join(by_name)}")
    if options.only_generator and not options.generator:
        command.error("--only-generator needs --generator")
    generators = [] if options.only_generator else [own_generator()]
    if options.generator:
        generators.append(external_generator(options.generator))

    def chosen(value: float | None, usual: float, quickly: float) -> float:
        return value if value is not None else quickly if quick else usual

    return Plan(
        scenarios=[] if options.no_load else [by_name[name] for name in names],
        generators=generators,
        rounds=max(1, int(chosen(options.rounds, 3, 2))),
        seconds=chosen(options.seconds, 1.5, 0.7),
        most=int(chosen(options.most, 1_000_000, 300_000)),
        idle=int(chosen(options.idle, 10_000, 2_000)),
        starts=int(chosen(options.starts, 5, 3)),
        time_limit=chosen(options.time_limit, 1800.0, 120.0),
    )


def find_servers(
    options: argparse.Namespace, command: argparse.ArgumentParser, directory: Path
) -> tuple[list[ServerDefinition], list[NotMeasured]]:
    """The servers that can be run here, and those that cannot."""
    usual = QUICK_SERVERS if options.quick else peers.NAMES
    names = [name.strip() for name in options.servers.split(",")] if options.servers else list(usual)
    for name in names:
        if name not in peers.NAMES:
            command.error(f"no server {name!r}; there are: {', '.join(peers.NAMES)}")
    places = peers.Places(options.product, options.node, options.node_modules, tuple(options.peer_python))
    found = [peers.find(name, places, directory) for name in names]
    missing = [entry for entry in found if isinstance(entry, NotMeasured)]
    missing += [NotMeasured(name, "left out of this run") for name in peers.NAMES if name not in names]
    return [entry for entry in found if isinstance(entry, ServerDefinition)], missing


def report(results: Results, missing: Sequence[NotMeasured], plan: Plan, cores: Cores) -> str:
    """Everything for people."""
    pinned = (
        f"server on processor {cores.server}, load client on processor {cores.client}"
        if cores.server is not None
        else "one processor for server and load client: the figures say little"
    )
    machine = (
        f"Python {platform.python_version()}, {platform.machine()}, {os.cpu_count()} processors, {pinned}, "
        f"load average {os.getloadavg()[0]:.1f}\n"
        f"medians of {plan.rounds} interleaved rounds of about {plan.seconds:g} s; binds x window; S: submit_sm "
        "answered, S+R: submit_sm answered and its receipt delivered, answered and matched"
    )
    parts = [
        machine,
        table.figures(results),
        "smsc-sim by the others, the median of the rounds' ratios\n\n" + table.ratios(results),
        f"{plan.idle:,} idle binds, {plan.starts} starts\n\n" + table.once(results),
        "Goals; by CPU is the same ratio from processor time per message, as if each server had a core to itself\n\n"
        + table.goals(results),
    ]
    if missing:
        parts.append("Not measured\n\n" + "\n".join(f"{entry.name}: {entry.reason}" for entry in missing))
    if results.trouble:
        parts.append("Trouble\n\n" + "\n".join(results.trouble))
    return "\n\n".join(parts)


def _end(number: int, frame: FrameType | None) -> None:
    del frame
    # Unwinds through every `with`, so that what was started is stopped.
    raise SystemExit(128 + number)


def main(arguments: Sequence[str] | None = None) -> int:
    """0: measured; 1: something went wrong in a run; 2: nothing to measure."""
    command = parser()
    options = command.parse_args(arguments)
    plan = plan_of(options, command)
    signal.signal(signal.SIGTERM, _end)
    raise_file_limit()

    def tell(line: str) -> None:
        if options.verbose:
            print(line, file=sys.stderr, flush=True)

    cores = choose_cores()
    began, busy, own = time.monotonic(), machine_busy_s(), own_busy_s()
    with tempfile.TemporaryDirectory(prefix="smsc-sim-benchmarks-") as name:
        servers, missing = find_servers(options, command, Path(name))
        if not servers:
            print("\n".join(f"{entry.name}: {entry.reason}" for entry in missing), file=sys.stderr)
            return 2
        results = Campaign(plan, servers, cores, Path(name), tell).run()
    print(report(results, missing, plan, cores))
    seconds = time.monotonic() - began
    others = max(0.0, machine_busy_s() - busy - (own_busy_s() - own)) / seconds
    print(f"\n{seconds:.0f} s; meanwhile other processes kept {others:.2f} processors busy")
    if options.json:
        document = {**results.as_json(), "not_measured": {entry.name: entry.reason for entry in missing}}
        options.json.write_text(json.dumps(document, indent=1) + "\n")
    return 1 if results.trouble else 0


if __name__ == "__main__":
    sys.exit(main())
