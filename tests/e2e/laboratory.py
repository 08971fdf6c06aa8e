"""A server whose clock the test moves: what takes an hour is over at once, and nothing happens by itself."""

from __future__ import annotations

import contextlib
import json
import re
import socket
import sys
from collections.abc import Iterator
from datetime import datetime, timezone
from pathlib import Path
from types import TracebackType

from typing_extensions import Self

from tests.e2e.peers import REPOSITORY
from tests.e2e.program import Program
from tests.e2e.server import Smsc, clean_environment, files, ports, wait_until_ready
from tests.e2e.wire import Esme

NOON = datetime(2026, 1, 31, 12, tzinfo=timezone.utc).timestamp()


class Laboratory:
    """The server, and the hands of its clock."""

    def __init__(self, smsc: Smsc) -> None:
        self.smsc = smsc
        found = re.search(r"^control port (\d+)$", smsc.log(), re.MULTILINE)
        assert found, smsc.log()
        self._control = socket.create_connection(("127.0.0.1", int(found[1])), timeout=20)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._control.close()

    def connect(self) -> Esme:
        """Connect, and have every request at the server before the next command."""
        esme = self.smsc.connect()
        esme.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return esme

    def advance(self, seconds: float) -> None:
        """Let time pass; what is to be written meanwhile has been written on return."""
        self._tell(f"advance {seconds}")

    def switch(self, name: str, *, on: bool) -> None:
        """Throw a switch of the scenario."""
        self._tell(f"switch {name} {'on' if on else 'off'}")

    def begin_advance(self, seconds: float) -> None:
        """Let time pass meanwhile; :meth:`arrived` is to follow."""
        self._control.sendall(f"advance {seconds}\n".encode())

    def arrived(self) -> list[tuple[float, str]]:
        """Wait until the time that was to pass has passed; returns what a manual clock reports, seconds from `now`."""
        reported: list[tuple[float, str]] = json.loads(self._answer().removeprefix("done") or "[]")
        return [(instant, text) for instant, text in reported]

    def _tell(self, command: str) -> None:
        self._control.sendall(f"{command}\n".encode())
        assert self._answer() == "done"

    def _answer(self) -> str:
        answer = b""
        while not answer.endswith(b"\n"):
            octets = self._control.recv(100)
            assert octets, self.smsc.log()
            answer += octets
        return answer.decode().strip()


@contextlib.contextmanager
def laboratory(directory: Path, *options: str, now: float = NOON) -> Iterator[Laboratory]:
    """A server that is stopped, and judged, at the end; `now` is what its clock shows at first."""
    directory.mkdir(parents=True, exist_ok=True)
    program = Program(
        [
            *(sys.executable, "-m", "tests.e2e.laboratory_server", str(now)),
            *ports(tls=False),
            *files(directory),
            # A commit takes real time, which is none while the hands stand.
            "--durable=no",
            *options,
        ],
        cwd=REPOSITORY,
        environment=clean_environment(),
        merge=True,
    )
    try:
        smsc = wait_until_ready(program, directory)
        with Laboratory(smsc) as running:
            yield running
        smsc.stop()
    finally:
        program.kill()
