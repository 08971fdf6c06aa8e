"""One of the programs in ``clients``, running: its events as they come."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from typing import Any

from tests.e2e import peers
from tests.e2e.program import Program

Event = dict[str, Any]


class Driver:
    """A client process and the events it has written."""

    def __init__(self, command: Sequence[str], task: Mapping[str, Any]) -> None:
        environment = dict(os.environ)
        environment["SMSC_SIM_PEERS_NODE_MODULES"] = str(peers.node_modules())
        environment["PYTHONUNBUFFERED"] = "1"
        self.task = dict(task)
        self.program = Program([*command, json.dumps(self.task)], cwd=peers.REPOSITORY, environment=environment)

    def wait_for(self, event: str) -> None:
        """Until the client has written this event."""
        self.program.out.wait_for(rf'"event": ?"{event}"', self.task["seconds"])

    def events(self) -> list[Event]:
        return [json.loads(line) for line in self.program.out.all() if line.startswith("{")]

    def finish(self) -> list[Event]:
        """Wait for its end, which must be a good one; all its events."""
        code = self.program.wait(self.task["seconds"] + 5)
        assert code == 0, f"exit code {code}:\n{self.program.output()}"
        return self.events()


def of_kind(events: Sequence[Event], event: str) -> list[Event]:
    return [one for one in events if one["event"] == event]
