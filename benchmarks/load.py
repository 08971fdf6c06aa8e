"""A load client for SMPP servers: ``python -m benchmarks.load --help``.

Binds, keeps a window of submit_sm outstanding on every bind, answers receipts, checks everything, and prints
messages a second, latency percentiles, the server's processor time and its memory per bind.  Loopback only, unless
told otherwise: a load client pointed at somebody else's server is an attack.
"""

import argparse
import ipaddress
import json
import multiprocessing
import resource
import sys
import time
from collections.abc import Sequence
from contextlib import ExitStack
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess

from benchmarks.evidence import Evidence
from benchmarks.figures import Figures, Percentiles, combine
from benchmarks.process_usage import usage_of
from benchmarks.worker import UNBIND_SECONDS, Load, LoadFailed, serve

MOST_MESSAGES = 4_000_000
"""Every prepared PDU and every answer stays in memory until it is checked: about 0.5 KB a message."""

CHECKING_SECONDS = 60.0
"""How long the reading of the logs may take after a run."""


def raise_file_limit() -> int:
    """Lets this process and its children open as many files as the system allows; returns how many."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    return most


def _hear(pipe: Connection, process: BaseProcess, seconds: float) -> object:
    """The next word of a worker.  Raises LoadFailed when it says nothing in time or has died."""
    try:
        if not pipe.poll(seconds):
            raise LoadFailed(f"a load process said nothing for {seconds:g} s")
        return pipe.recv()
    except EOFError as error:
        raise LoadFailed("a load process has ended early") from error
    finally:
        process.join(0)


def _stop(process: BaseProcess) -> None:
    process.join(1.0)
    if process.is_alive():
        process.terminate()
        process.join(5.0)


def put_load(load: Load, *, server_pids: Sequence[int] = (), label: str = "") -> Figures:
    """Runs a load and returns its figures.  Raises LoadFailed when it cannot be put on."""
    context = multiprocessing.get_context("fork")
    patience = load.timeout + 10.0
    before = usage_of(server_pids)
    began = time.monotonic()
    with ExitStack() as stack:
        workers: list[tuple[Connection, BaseProcess]] = []
        for share in range(load.processes):
            ours, theirs = context.Pipe()
            process: BaseProcess = context.Process(target=serve, args=(load, share, theirs), daemon=True)
            process.start()
            theirs.close()
            stack.callback(_stop, process)
            stack.callback(ours.close)
            workers.append((ours, process))
        for pipe, worker in workers:
            refusal = _hear(pipe, worker, patience)
            if refusal is not None:
                raise LoadFailed(str(refusal))
        bind_s = time.monotonic() - began
        bound = usage_of(server_pids)
        for pipe, _ in workers:
            pipe.send("go")
        for pipe, worker in workers:
            _hear(pipe, worker, patience)
        after = usage_of(server_pids)
        for pipe, _ in workers:
            pipe.send("leave")
        evidences: list[Evidence] = []
        for pipe, worker in workers:
            evidence = _hear(pipe, worker, UNBIND_SECONDS + CHECKING_SECONDS)
            assert isinstance(evidence, Evidence)
            evidences.append(evidence)
    return combine(load, evidences, (before, bound, after), bind_s=bind_s, label=label)


def _percentile_line(name: str, values: Percentiles | None) -> list[str]:
    if values is None:
        return []
    shown = "  ".join(
        f"{key} {value / 1000:.3f}"
        for key, value in (
            ("p50", values.p50),
            ("p90", values.p90),
            ("p99", values.p99),
            ("p99.9", values.p999),
            ("max", values.max),
        )
    )
    return [f"{name:<22} {shown} ms"]


def describe(figures: Figures, with_server: bool) -> str:
    """The figures for people, a line each."""
    kind = "submit_sm and receipts" if figures.receipts_asked else "submit_sm"
    lines = [
        f"{kind}, {figures.binds} binds x window {figures.window}, {'TLS' if figures.tls else 'plaintext'}, "
        f"{figures.answered} of {figures.messages} messages answered in {figures.wall_s:.3f} s"
        + (f", {figures.rate:.0f} a second asked for" if figures.rate else ""),
        f"{'answers':<22} {figures.msgs_per_s:,.0f} a second",
    ]
    if figures.receipts_asked:
        lines.append(f"{'receipts':<22} {figures.receipts_per_s:,.0f} a second")
        lines.append(f"{'messages with receipt':<22} {figures.sustained_per_s:,.0f} a second")
        if figures.steady_per_s:
            lines.append(f"{'both flows at once':<22} {figures.steady_per_s:,.0f} a second")
    lines += _percentile_line("response latency", figures.latency_us)
    lines += _percentile_line("receipt latency", figures.receipt_latency_us)
    if with_server:
        lines.append(
            f"{'server':<22} {figures.server_cpu_s_per_1000:.5f} CPU s per 1,000 messages, "
            f"{figures.server_cores_used:.2f} cores used"
        )
        lines.append(
            f"{'server memory':<22} {figures.server_rss_kb_before} KiB before the binds, {figures.server_rss_kb_bound} "
            f"with {figures.binds + figures.idle_binds} binds ({figures.memory_per_bind_kib:.2f} KiB per bind), "
            f"{figures.server_rss_kb_after} at the end"
        )
    lines.append(f"{'load client':<22} {figures.generator_cores_used:.2f} cores used")
    detail = ", ".join(f"{name} {count}" for name, count in figures.error_detail.items())
    lines.append(f"{'errors':<22} {figures.errors}" + (f" ({detail})" if detail else ""))
    if figures.first_bad_status:
        lines.append(f"{'first bad status':<22} {figures.first_bad_status:#010x}")
    lines += [f"{'problem':<22} {problem}" for problem in figures.problems]
    return "\n".join(lines)


def parser() -> argparse.ArgumentParser:
    """The command line."""
    command = argparse.ArgumentParser(prog="python -m benchmarks.load", description="SMPP 3.4 load client.")
    command.add_argument("--host", default="127.0.0.1", help="IPv4 address of the server (127.0.0.1)")
    command.add_argument("--port", type=int, default=2775)
    command.add_argument("--tls", action="store_true", help="TLS; the certificate is not checked")
    command.add_argument("--binds", type=int, default=1)
    command.add_argument("--window", type=int, default=10, help="outstanding submit_sm on each bind (10)")
    command.add_argument("--messages", type=int, default=100_000, help="in total (100000)")
    command.add_argument("--receipts", action="store_true", help="ask for a receipt on each, wait for all")
    command.add_argument("--transmitter", action="store_true", help="bind_transmitter, not bind_transceiver")
    command.add_argument("--idle", type=int, default=0, help="further binds that stay idle")
    command.add_argument("--rate", type=float, default=0.0, help="messages a second; latency from when each was due")
    command.add_argument("--min-len", type=int, default=20, help="octets of short_message, at least (20)")
    command.add_argument("--max-len", type=int, default=160, help="at most (160)")
    command.add_argument("--system-id", default="smppclient1")
    command.add_argument("--password", default="password")
    command.add_argument("--server-pid", default="", help="process ids, with commas: report their CPU and memory")
    command.add_argument("--timeout", type=float, default=60.0, help="seconds (60)")
    command.add_argument("--processes", type=int, default=1, help="load processes that share the binds (1)")
    command.add_argument("--label", default="")
    command.add_argument("--json", action="store_true", help="print the figures as JSON")
    command.add_argument("--allow-remote", action="store_true", help="allow a host outside 127.0.0.0/8")
    return command


def _load_of(options: argparse.Namespace, command: argparse.ArgumentParser) -> Load:
    files = raise_file_limit()
    try:
        loopback = ipaddress.IPv4Address(options.host).is_loopback
    except ValueError:
        command.error("--host must be an IPv4 address")
    if not loopback and not options.allow_remote:
        command.error("refusing a host outside 127.0.0.0/8 (see --allow-remote)")
    if min(options.binds, options.window, options.processes, options.messages) < 1 or options.idle < 0:
        command.error("--binds, --window, --processes and --messages must be at least 1, --idle at least 0")
    if options.messages > MOST_MESSAGES:
        command.error(f"--messages is at most {MOST_MESSAGES}: all of them are kept and checked")
    if options.binds < options.processes:
        command.error("every load process needs a bind: --processes is at most --binds")
    if (options.binds + options.idle) // options.processes + 64 > files:
        command.error(f"the system allows {files} open files: fewer binds, or more --processes")
    if not 0 <= options.min_len <= options.max_len <= 254:
        command.error("short_message has 0 to 254 octets, --min-len at most --max-len")
    return Load(
        host=options.host,
        port=options.port,
        tls=options.tls,
        system_id=options.system_id,
        password=options.password,
        transmitter=options.transmitter,
        binds=options.binds,
        window=options.window,
        messages=options.messages,
        receipts=options.receipts,
        idle=options.idle,
        rate=options.rate,
        shortest=options.min_len,
        longest=options.max_len,
        timeout=options.timeout,
        processes=options.processes,
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """0: all right; 1: errors were counted; 2: the load could not be put on."""
    command = parser()
    options = command.parse_args(arguments)
    load = _load_of(options, command)
    pids = [int(pid) for pid in options.server_pid.split(",") if pid]
    try:
        figures = put_load(load, server_pids=pids, label=options.label)
    except LoadFailed as error:
        print(f"benchmarks.load: {error}", file=sys.stderr)
        return 2
    print(json.dumps(figures.as_json(), indent=1) if options.json else describe(figures, bool(pids)))
    return 1 if figures.errors else 0


if __name__ == "__main__":
    sys.exit(main())
