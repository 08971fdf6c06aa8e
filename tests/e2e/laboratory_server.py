"""The product on real sockets, with a clock that stands until it is told to move on.

``python -m tests.e2e.laboratory_server INSTANT [OPTION...] SCENARIO``: INSTANT in seconds since the epoch; options as
``smsc-sim run`` has them. A line on its control port (which it prints) is a command, answered when all that it causes
has been written:

``advance SECONDS``
    let so much time pass, each event at its own instant
``switch NAME on|off``
    what the console does with a click

With ``--clock manual`` only the product's own clock stands, and the answer to ``advance`` says what it reports.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from twisted.internet import reactor
from twisted.internet.protocol import Factory
from twisted.internet.task import Clock
from twisted.logger import globalLogBeginner, textFileLogObserver
from twisted.protocols.basic import LineOnlyReceiver

from smsc_sim.net.ready import ReadyReport
from smsc_sim.options import resolve
from smsc_sim.sim.clock import AdvanceReport
from smsc_sim.simulator import Simulator

_ANY_REACTOR: Any = reactor
_GRAIN = 1e-6
"""Seconds: more than an instant of this century loses as a float."""


class StandingReactor:
    """The reactor for everything but time."""

    def __init__(self, hands: Clock) -> None:
        self.seconds = hands.seconds
        self.callLater = hands.callLater
        self.getDelayedCalls = hands.getDelayedCalls

    def __getattr__(self, name: str) -> Any:
        return getattr(_ANY_REACTOR, name)


class Control(LineOnlyReceiver):
    """Carries out commands."""

    delimiter = b"\n"

    def __init__(self, simulator: Simulator, hands: Clock) -> None:
        self.simulator = simulator
        self.hands = hands

    def lineReceived(self, line: bytes) -> None:
        # What the ESMEs sent before the command lies in the sockets by now; the round in between reads it.
        _ANY_REACTOR.callLater(0, _ANY_REACTOR.callLater, 0, self.carry_out, line.decode())

    def carry_out(self, line: str) -> None:
        command, _, rest = line.partition(" ")
        if command == "advance" and self.simulator.settings.clock == "manual":
            self.simulator.advance(float(rest)).addCallback(self.report)
            return
        if command == "advance":
            self.advance(float(rest))
        else:
            name, _, state = rest.rpartition(" ")
            driver = self.simulator.driver
            assert self.simulator.smsc.switches.put(name, state == "on", driver.clock())
            driver.settle(driver.clock())
        self.sendLine(b"done")

    def report(self, report: AdvanceReport) -> None:
        told = [(pending.due - self.hands.seconds(), str(pending)) for pending in report.fired]
        self.sendLine(f"done {json.dumps(told)}".encode())

    def advance(self, seconds: float) -> None:
        hands, driver = self.hands, self.simulator.driver
        end = hands.seconds() + seconds + _GRAIN
        while (due := driver.smsc.next_due()) is not None and due <= end:
            hands.advance(max(due - hands.seconds(), 0.0) + _GRAIN)
        hands.advance(max(end - hands.seconds(), 0.0))
        # The timeline wakes the driver a little after what is due; a test asks for an instant, and means it.
        driver.smsc.run_until(hands.seconds())
        driver.settle(hands.seconds())


def _running_from(start: float) -> Callable[[], float]:
    ahead = start - time.monotonic()
    return lambda: ahead + time.monotonic()


def main() -> None:
    settings = resolve(sys.argv[2:], {}, Path.cwd())
    globalLogBeginner.beginLoggingTo([textFileLogObserver(sys.stderr)], redirectStandardIO=False)
    hands = Clock()
    hands.rightNow = float(sys.argv[1])
    factory = Factory()

    def ready(report: ReadyReport) -> None:
        assert settings.ready_file is not None, "the option is always given"
        report.write(Path(settings.ready_file), os.getpid())
        sys.stdout.write(f"control port {control.getHost().port}\n{report.line(os.getpid())}\n")
        sys.stdout.flush()

    if settings.clock == "manual":
        simulator = Simulator(
            settings, _ANY_REACTOR, _running_from(hands.seconds()), draw_token=lambda: "token", on_ready=ready
        )
    else:
        simulator = Simulator(
            settings, StandingReactor(hands), hands.seconds, draw_token=lambda: "token", on_ready=ready
        )
    factory.buildProtocol = lambda addr: Control(simulator, hands)  # type: ignore[method-assign]
    control = _ANY_REACTOR.listenTCP(0, factory, interface="127.0.0.1")
    simulator.privilegedStartService()
    simulator.startService()
    _ANY_REACTOR.addSystemEventTrigger("before", "shutdown", simulator.stop_at_once)
    _ANY_REACTOR.run()


if __name__ == "__main__":
    main()
