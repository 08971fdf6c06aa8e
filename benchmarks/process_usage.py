"""What processes have used, from /proc (Linux)."""

import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Usage:
    """Processor time in seconds (user and system), resident memory in KiB."""

    cpu_s: float = 0.0
    rss_kib: int = 0


def usage_of(pids: Iterable[int]) -> Usage:
    """The sum over the processes; one that has ended counts as nothing."""
    cpu, rss = 0.0, 0
    for pid in pids:
        cpu += _cpu_seconds(pid)
        rss += _resident_kib(pid)
    return Usage(cpu, rss)


def machine_busy_s() -> float:
    """Processor seconds that the whole machine has spent working since it started; 0 where nobody counts them."""
    try:
        # user nice system idle iowait irq softirq steal
        fields = [int(value) for value in Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:9]]
    except (OSError, ValueError):
        return 0.0
    return (sum(fields) - sum(fields[3:5])) / os.sysconf("SC_CLK_TCK")


def own_busy_s() -> float:
    """Processor seconds of this process and of the children that have ended."""
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


def _cpu_seconds(pid: int) -> float:
    """From the scheduler's nanoseconds where the kernel keeps them, else from clock ticks (10 ms)."""
    try:
        tasks = list(Path(f"/proc/{pid}/task").iterdir())
        return sum(int((task / "schedstat").read_text().split()[0]) for task in tasks) / 1e9
    except (OSError, ValueError, IndexError):
        pass
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _resident_kib(pid: int) -> int:
    try:
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Rss:"):
                return int(line.split()[1])
    except OSError:
        pass
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    except (OSError, IndexError):
        return 0
    return pages * os.sysconf("SC_PAGE_SIZE") // 1024
