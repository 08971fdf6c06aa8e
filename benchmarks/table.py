"""Tables in plain text."""

from collections.abc import Sequence
from statistics import median

from benchmarks.goals import GOALS, Goal, Outcome, Quantity, judge
from benchmarks.peers import LIMIT, PRODUCT
from benchmarks.results import Results, SeenBy
from benchmarks.scenarios import IDLE, START_UP

ONCE = (IDLE, START_UP)
"""Measured once for a server, whatever puts the load on."""

HEADING = (
    *("binds x window", "generator", "server", "msgs/s", "CPU s/1,000", "p50 ms", "p99 ms", "p99.9 ms"),
    *("server cores", "client cores", "errors", "note"),
)


def columns(rows: Sequence[Sequence[str]], numeric_from: int) -> str:
    """Aligned text; the columns from numeric_from on to the right, the first row is the heading."""
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = [
        "  ".join(
            cell.rjust(width) if column >= numeric_from else cell.ljust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]
    lines.insert(1, "  ".join("-" * width for width in widths))
    return "\n".join(lines)


def _number(value: float | None) -> str:
    if value is None:
        return "-"
    if value >= 100:
        return f"{value:,.0f}"
    return f"{value:.3g}"


def figures(results: Results) -> str:
    """Every scenario, generator and server: rate, processor time, latency, how busy both sides were."""
    rows = [list(HEADING)]
    for scenario in results.scenarios():
        for generator in results.generators():
            servers = results.servers(scenario, generator)
            rows += [_figures_row(results, scenario, generator, server) for server in servers]
    return columns(rows, 3) if len(rows) > 1 else "no load was put on"


def _figures_row(results: Results, scenario: str, generator: str, server: str) -> list[str]:
    key = (scenario, generator, server)
    medians = results.medians(key)
    if medians is None:
        return [scenario, generator, server, *["-"] * 8, "no run succeeded"]
    return [
        scenario,
        generator,
        server,
        f"{medians['rate']:,.0f}",
        f"{medians['cpu_per_1000']:.5f}",
        *(f"{medians[name]:.2f}" for name in ("p50", "p99", "p999")),
        f"{medians['server_cores']:.2f}",
        f"{medians['generator_cores']:.2f}",
        f"{results.errors(key)}",
        "client-bound" if results.client_bound(key) else "",
    ]


def ratios(results: Results) -> str:
    """The simulator by every other server of the same run: rate, and processor time per message."""
    others = list(dict.fromkeys(server for _, _, server in results.runs if server != PRODUCT))
    if not others or not any(server == PRODUCT for _, _, server in results.runs):
        return "nothing to compare"
    heading = [f"x {name}{what}" for name in others for what in ("", ", CPU")]
    rows = [["binds x window", "generator", *heading]]
    for scenario in results.scenarios():
        for generator in results.generators():
            ours = (scenario, generator, PRODUCT)
            if ours not in results.runs:
                continue
            cells = [
                _number(results.ratio(name, ours, (scenario, generator, other)))
                for other in others
                for name in ("rate", "cpu_per_1000")
            ]
            if any(cell != "-" for cell in cells):
                rows.append([scenario, generator, *cells])
    return columns(rows, 2)


def once(results: Results) -> str:
    """What is measured once for a server: memory per idle bind, time from start to ready."""
    names = list(dict.fromkeys((*results.start_up_s, *results.memory_per_bind_kib)))
    if not names:
        return "not measured"
    rows = [["server", "KiB per idle bind", "start to ready, s"]]
    for name in names:
        seconds = results.start_up_s.get(name)
        rows.append(
            [name, _number(results.memory_per_bind_kib.get(name)), f"{median(seconds):.3f}" if seconds else "-"]
        )
    return columns(rows, 1)


def _wanted(goal: Goal) -> str:
    sign = "<=" if goal.at_most else ">="
    if not goal.against:
        return f"{sign} {goal.wanted:g} {goal.quantity.value}"
    whose = f"{goal.against} in {goal.baseline}" if goal.baseline else goal.against
    what = "CPU per message " if goal.quantity is Quantity.CPU else ""
    return f"{what}{sign} {goal.wanted:g} x {whose}"


def _got(outcome: Outcome) -> str:
    if outcome.low is None or outcome.high is None:
        return "-"
    low, high = _number(outcome.low), _number(outcome.high)
    return low if low == high else f"{low} to {high}"


def _by_cpu(goal: Goal, results: Results, generator: str) -> str:
    """The goal's ratio as processor time alone has it; nothing where the other side does not use its core up."""
    outcome = judge(goal, SeenBy(results, generator, by_cpu=True))
    if goal.quantity is not Quantity.RATE or LIMIT in (goal.against, outcome.derived_through):
        return ""
    return _got(outcome)


def _goal_row(goal: Goal, results: Results, generator: str) -> list[str]:
    outcome = judge(goal, SeenBy(results, generator))
    how = f"derived through {outcome.derived_through}" if outcome.derived_through else "measured"
    return [
        goal.scenario,
        "" if goal.scenario in ONCE else generator,
        _wanted(goal),
        _got(outcome),
        outcome.verdict,
        _by_cpu(goal, results, generator),
        how if outcome.low is not None else "",
    ]


def goals(results: Results) -> str:
    """The goals, what was got, and whether that was measured or derived."""
    rows = [["scenario", "generator", "goal", "got", "verdict", "by CPU", "how"]]
    for position, generator in enumerate(results.generators() or [""]):
        rows += [_goal_row(goal, results, generator) for goal in GOALS if not position or goal.scenario not in ONCE]
    return columns(rows, 7)
