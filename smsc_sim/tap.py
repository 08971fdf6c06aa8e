"""The door for twistd, and the foreground run of ``smsc-sim``: the only place that names the reactor and the clock."""

from __future__ import annotations

import gc
import os
import resource
import secrets
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any

from smsc_sim.net.endpoints import CannotListen, EndpointError
from smsc_sim.net.journal_file import JournalFileError
from smsc_sim.net.ready import ReadyReport
from smsc_sim.net.tls import TlsError
from smsc_sim.options import OptionsError, Settings, twistd_options
from smsc_sim.options.errors import PROGRAM
from smsc_sim.scenario.findings import FindingsError
from smsc_sim.sim.store.schema import StoreError
from smsc_sim.simulator import Simulator

Options = twistd_options()
"""What twistd's plugin asks for: the options of ``twistd smsc-sim``."""

GC_THRESHOLDS = (10_000, 1_000, 1_000)
"""The message path makes many short-lived tuples and no cycles: frequent collections only cost it time."""


class CannotStart(SystemExit, Exception):
    """The simulator does not start, and has said why.

    A SystemExit, so that no traceback hides the line, and an Exception, so that a twistd in the background reports it
    to the terminal that started it.
    """

    def __init__(self, line: str, exit_code: int) -> None:
        super().__init__(exit_code)
        self.line = line

    def __str__(self) -> str:
        return self.line


class _UnderTwistd(Simulator):
    """A simulator under twistd: what keeps it from starting is one line and an exit code."""

    def privilegedStartService(self) -> None:
        try:
            super().privilegedStartService()
        except CannotListen as error:
            raise refuse(str(error), CannotListen.exit_code) from None
        except StoreError as error:
            raise refuse(str(error), OptionsError.exit_code) from None

    def startService(self) -> None:
        super().startService()
        _reload_on_hangup(self)

    def stopService(self) -> Any:
        _stop_at_once_on_second_signal(self)
        return super().stopService()


def makeService(options: Any) -> Simulator:
    """The service for ``twistd smsc-sim``; ``options`` are parsed :data:`Options`."""
    from twisted.internet import reactor

    settings: Settings = options.settings
    if settings.log_format != "text":
        raise refuse(
            "--log-format json is for `smsc-sim run`; twistd has --logger for its own log", OptionsError.exit_code
        )
    return _make(_UnderTwistd, settings, reactor)


def run(settings: Settings) -> int:
    """Run a simulator in the foreground until SIGINT or SIGTERM; returns the exit code."""
    from twisted.internet import reactor
    from twisted.logger import globalLogBeginner, jsonFileLogObserver, textFileLogObserver

    file_observer = jsonFileLogObserver if settings.log_format == "json" else textFileLogObserver
    globalLogBeginner.beginLoggingTo([file_observer(sys.stderr)], redirectStandardIO=False)
    anyone: Any = reactor
    simulator = _make(Simulator, settings, anyone)
    try:
        simulator.privilegedStartService()
    except CannotListen as error:
        raise refuse(str(error), CannotListen.exit_code) from None
    except StoreError as error:
        raise refuse(str(error), OptionsError.exit_code) from None
    simulator.startService()
    _reload_on_hangup(simulator)

    def stop() -> Any:
        _stop_at_once_on_second_signal(simulator)
        return simulator.stopService()

    anyone.addSystemEventTrigger("before", "shutdown", stop)
    anyone.run()
    return 0


def wall_clock() -> Callable[[], float]:
    """A clock that tells seconds since the epoch and never goes back."""
    offset = time.time() - time.monotonic()
    monotonic = time.monotonic
    return lambda: offset + monotonic()


def refuse(line: str, exit_code: int) -> CannotStart:
    """Say in one line why the simulator does not start; the exception is to be raised."""
    print(f"{PROGRAM}: {line}", file=sys.stderr)
    return CannotStart(line, exit_code)


def _make(kind: type[Simulator], settings: Settings, reactor: Any) -> Simulator:
    for warning in settings.warnings:
        print(f"{PROGRAM}: {warning}", file=sys.stderr)
    if settings.ready_file is not None:
        Path(settings.ready_file).unlink(missing_ok=True)
    _raise_file_limit()
    try:
        return kind(
            settings,
            reactor,
            wall_clock(),
            draw_token=secrets.token_urlsafe,
            on_ready=lambda report: _tell_ready(settings, report),
            on_token=_tell_token,
        )
    except (TlsError, EndpointError, FindingsError, JournalFileError) as error:
        raise refuse(str(error), OptionsError.exit_code) from None


def _tell_ready(settings: Settings, report: ReadyReport) -> None:
    gc.collect()
    gc.freeze()
    gc.set_threshold(*GC_THRESHOLDS)
    pid = os.getpid()
    if settings.ready_file is not None:
        try:
            report.write(Path(settings.ready_file), pid)
        except OSError as error:
            print(f"{PROGRAM}: cannot write {settings.ready_file}: {error.strerror}", file=sys.stderr)
    print(report.line(pid), flush=True)


def _tell_token(token: str) -> None:
    print(
        f"{PROGRAM}: the console can be reached from elsewhere, so it wants this token, made for this run: {token}\n"
        f"{PROGRAM}: --auth-file says who else may come in",
        file=sys.stderr,
        flush=True,
    )


def _raise_file_limit() -> None:
    """Let the process have as many connections as the system allows; the usual soft limit is 1024."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def _reload_on_hangup(simulator: Simulator) -> None:
    """Have SIGHUP read the scenario anew."""
    from twisted.internet import reactor

    anyone: Any = reactor
    signal.signal(signal.SIGHUP, lambda number, frame: anyone.callFromThread(simulator.reload))


def _stop_at_once_on_second_signal(simulator: Simulator) -> None:
    """While the simulator waits for unbind responses, another SIGINT or SIGTERM ends the waiting."""
    from twisted.internet import reactor

    anyone: Any = reactor

    def at_once(number: int, frame: FrameType | None) -> None:
        anyone.callFromThread(simulator.stop_at_once)

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, at_once)
