"""What rules cost: the same load against the simulator with no rules, ten, a thousand, ten of mixed kinds, and one
that decides every message.

``python -m benchmarks.rules``: interleaved rounds on one core, messages a second and the server's processor time per
1,000 messages, and the ratios to the run without rules; window 100, submit only.
"""

import argparse
import shutil
import statistics
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from benchmarks.cores import choose_cores
from benchmarks.generator import Generator, Measured, external_generator, own_generator, run_load
from benchmarks.scenarios import S_10_100, Scenario
from benchmarks.server import Server, ServerDefinition
from benchmarks.table import columns

NO_RULES = "no rules"
TEN = "10 rules, own destinations"
THOUSAND = "1,000 rules, own destinations"
MIXED = "10 mixed rules"
OUTCOMES = "1 rule, mixed outcomes"

_MIXED = """\
smsc: 1
rules:
  - {name: exact,    when: {to: "15550000001"},                        reply: ESME_RTHROTTLED}
  - {name: prefix,   when: {to: "1555*"},                              reply: ESME_RMSGQFUL}
  - {name: keyword,  when: {keyword: [STOP, HELP]},                    receipt: UNDELIV}
  - {name: text,     when: {text: {contains: "never there"}},          reply: ESME_RSYSERR}
  - {name: long,     when: {length: ">400"},                           reply: ESME_RINVMSGLEN}
  - {name: coding,   when: {coding: 8},                                receipt: EXPIRED}
  - {name: account,  when: {account: nobody},                          reply: ESME_RINVBALANCE}
  - {name: priority, when: {priority_flag: 3},                         reply: ESME_RINVPRTFLG}
  - {name: either,   when: {any: [{to: "15551*"}, {text: "exactly"}]}, reply: ESME_RSUBMITFAIL}
  - {name: regex,    when: {text: {regex: "^code [0-9]{6}$"}},         receipt: REJECTD}
"""

_OUTCOMES = """\
smsc: 1
rules:
  - {name: as in real life, receipt: {state: {DELIVRD: 90, UNDELIV: 8, EXPIRED: 2}, after: 500ms..4s}}
"""


def _distinct(count: int) -> str:
    rules = "".join(
        f"  - {{name: r{number}, when: {{to: '1555{number:07}'}}, reply: ESME_RTHROTTLED}}\n" for number in range(count)
    )
    return f"smsc: 1\nrules:\n{rules}"


SCENARIO_FILES: Mapping[str, str] = {TEN: _distinct(10), THOUSAND: _distinct(1000), MIXED: _MIXED, OUTCOMES: _OUTCOMES}
"""The file for each case.  The load's own destinations are none of theirs, as in a test with many special numbers."""


def _definition(command: Sequence[str], name: str, directory: Path) -> ServerDefinition:
    slug = name.replace(" ", "-").replace(",", "")
    scenario = "none"
    if name in SCENARIO_FILES:
        scenario = str(directory / f"{slug}.yaml")
        Path(scenario).write_text(SCENARIO_FILES[name])
    port = "tcp:0:interface=127.0.0.1"
    options = ["--smpp", port, "--smpp-tls", "none", "--http", "none", "--data-dir", str(directory)]
    return ServerDefinition(slug, [*command, scenario, *options, "--ready-file", "{ready_file}"])


def _round(definition: ServerDefinition, generator: Generator, directory: Path, messages: int) -> Measured:
    cores = choose_cores()
    with Server(definition, directory, cores.server) as server:
        load = Scenario(S_10_100, 10, 100)
        return run_load(generator, server, load, messages=messages, timeout=60.0, core=cores.client)


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print; 0 when every run was free of errors."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.rules", description=__doc__)
    parser.add_argument("--rounds", type=int, default=3, choices=range(1, 20), metavar="N")
    parser.add_argument("--messages", type=int, default=400_000)
    parser.add_argument("--generator", default="", help="another load generator with smppload's command line")
    given = parser.parse_args(arguments)
    found = shutil.which("smsc-sim", path=str(Path(sys.executable).parent)) or shutil.which("smsc-sim")
    if found is None:
        print("smsc-sim is not beside this Python nor on PATH: nothing measured", file=sys.stderr)
        return 1
    generator = external_generator(given.generator) if given.generator else own_generator()
    names = [NO_RULES, TEN, THOUSAND, MIXED, OUTCOMES]
    measured: dict[str, list[Measured]] = {name: [] for name in names}
    with tempfile.TemporaryDirectory(prefix="smsc-sim-rules-") as folder:
        directory = Path(folder)
        definitions = {name: _definition([found, "run"], name, directory) for name in names}
        for _ in range(given.rounds):
            for name in names:
                measured[name].append(_round(definitions[name], generator, directory, given.messages))
    rows = [["rules", "msgs/s", "CPU s/1,000", "rate ratio", "CPU ratio"]]
    base = measured[NO_RULES]
    for name in names:
        runs = measured[name]
        rate = statistics.median(run.rate / bare.rate for run, bare in zip(runs, base, strict=True))
        cpu = statistics.median(run.cpu_per_1000 / bare.cpu_per_1000 for run, bare in zip(runs, base, strict=True))
        medians = (statistics.median(run.rate for run in runs), statistics.median(run.cpu_per_1000 for run in runs))
        rows.append([name, f"{medians[0]:,.0f}", f"{medians[1]:.5f}", f"{rate:.2f}", f"{cpu:.2f}"])
    cost = [
        thousand.cpu_per_1000 / ten.cpu_per_1000
        for thousand, ten in zip(*(measured[n] for n in (THOUSAND, TEN)), strict=True)
    ]
    print(f"{S_10_100}; medians of {given.rounds} interleaved rounds; ratios to no rules, round by round\n")
    print(columns(rows, 1))
    print(f"\n1,000 rules against 10: {statistics.median(cost):.3f} x the processor time")
    return 0 if all(run.errors == 0 for runs in measured.values() for run in runs) else 1


if __name__ == "__main__":
    sys.exit(main())
