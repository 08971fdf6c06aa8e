"""A server under measurement: one process that we start, pin to a core, find by its ready file, and stop by its pid."""

import json
import os
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

from benchmarks.cores import pinned

if TYPE_CHECKING:
    from typing_extensions import Self

READY_SECONDS = 20.0
"""How long a server may take to write its ready file."""

STOP_SECONDS = 10.0
"""How long it may take to end after SIGTERM before it is killed."""

_LOOK_AGAIN = 0.0005


@dataclass(frozen=True)
class ServerDefinition:
    """How to start a server.  ``{ready_file}`` in an argument stands for the path of the ready file."""

    name: str
    arguments: Sequence[str]
    environment: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class NotMeasured:
    """A server that cannot be measured here, and why."""

    name: str
    reason: str


class ServerFailed(Exception):
    """A server did not start or has ended by itself."""


class Server:
    """A running server.  A context manager: leaving it stops the process."""

    def __init__(self, definition: ServerDefinition, directory: Path, core: int | None) -> None:
        """Starts the process in ``directory`` on the processor ``core`` (None: wherever) and waits until it is ready.

        Raises ServerFailed.
        """
        self.name = definition.name
        self.log = directory / f"{definition.name}.log"
        ready_file = directory / f"{definition.name}.ready.json"
        ready_file.unlink(missing_ok=True)
        arguments = [argument.format(ready_file=ready_file) for argument in definition.arguments]

        began = time.monotonic()
        with self.log.open("ab") as log, pinned(core):
            self.process = subprocess.Popen(
                arguments,
                cwd=directory,
                env={**os.environ, **definition.environment},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        try:
            self._wait_until_ready(ready_file, began + READY_SECONDS)
            self.start_up_s = time.monotonic() - began
            ready = json.loads(ready_file.read_text())
            self.pid = int(ready["pid"])
            self.address = _address(ready["smpp"])
            self.tls_address = _address(ready["smpp_tls"]) if ready.get("smpp_tls") else None
            self.http = next(iter(ready.get("http") or ()), "")
        except BaseException:
            self.stop()
            raise

    def _wait_until_ready(self, ready_file: Path, deadline: float) -> None:
        while not ready_file.exists():
            if self.process.poll() is not None:
                raise ServerFailed(f"{self.name} ended with {self.process.returncode}: {self.last_words()}")
            if time.monotonic() > deadline:
                raise ServerFailed(f"{self.name} was not ready after {READY_SECONDS:g} s: {self.last_words()}")
            time.sleep(_LOOK_AGAIN)

    def last_words(self) -> str:
        """The end of what the server has logged."""
        return self.log.read_text(errors="replace")[-2000:].strip() or "(it logged nothing)"

    @property
    def running(self) -> bool:
        """Whether the process is still there."""
        return self.process.poll() is None

    def stop(self) -> None:
        """SIGTERM, then SIGKILL; only ever to the process that was started here."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()

    def __enter__(self) -> "Self":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


def _address(listeners: Sequence[str]) -> tuple[str, int]:
    host, _, port = listeners[0].rpartition(":")
    return host, int(port)
