"""An SMSC that only connects: ``python -m tests.e2e.outbinder ENDPOINT SYSTEM_ID PASSWORD``, until it is stopped."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import Any

from twisted.internet import reactor
from twisted.logger import globalLogBeginner, textFileLogObserver

from smsc_sim.options.resolve import resolve
from smsc_sim.simulator import Simulator

_ANY_REACTOR: Any = reactor


def main() -> None:
    endpoint, system_id, password = sys.argv[1:]
    options = ["none", "--smpp", "none", "--smpp-tls", "none", "--http", "none", "--data-dir", "data"]
    globalLogBeginner.beginLoggingTo([textFileLogObserver(sys.stdout)], redirectStandardIO=False)
    simulator = Simulator(resolve(options, {}, Path.cwd()), reactor, time.time, draw_token=lambda: "token")
    simulator.startService()
    simulator.outbind(endpoint, system_id, password).addBoth(lambda _: None)
    _ANY_REACTOR.addSystemEventTrigger("before", "shutdown", simulator.stopService)
    _ANY_REACTOR.run()


if __name__ == "__main__":
    main()
