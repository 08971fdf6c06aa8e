"""A program of the outside world: started here, watched line by line, always stopped by its process id."""

from __future__ import annotations

import re
import subprocess
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import IO


class Lines:
    """What a program has written so far, with a bounded wait for what it is yet to write."""

    def __init__(self, stream: IO[bytes], name: str) -> None:
        self._stream = stream
        self._changed = threading.Condition()
        self._lines: list[str] = []
        self._ended = False
        self._reader = threading.Thread(target=self._read, name=name, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        for line in self._stream:
            with self._changed:
                self._lines.append(line.decode("utf-8", "replace").rstrip("\r\n"))
                self._changed.notify_all()
        with self._changed:
            self._ended = True
            self._changed.notify_all()

    def all(self) -> list[str]:
        with self._changed:
            return list(self._lines)

    def text(self) -> str:
        return "\n".join(self.all())

    def wait(self, found: Callable[[Sequence[str]], bool], timeout: float) -> bool:
        """True as soon as `found` holds of the lines, False after `timeout` seconds or at the end of output."""
        with self._changed:
            self._changed.wait_for(lambda: self._ended or found(self._lines), timeout)
            return found(self._lines)

    def wait_for(self, pattern: str, timeout: float = 10.0, *, start: int = 0) -> str:
        """The first line from number `start` on that `pattern` is found in."""
        expression = re.compile(pattern)
        seen: list[str] = []

        def found(lines: Sequence[str]) -> bool:
            seen[:] = [line for line in lines[start:] if expression.search(line)][:1]
            return bool(seen)

        if not self.wait(found, timeout):
            raise AssertionError(f"no line with {pattern!r} within {timeout} s:\n{self.text()}")
        return seen[0]

    def close(self, timeout: float = 5.0) -> None:
        """Read to the end; for a program that has ended."""
        self._reader.join(timeout)
        self._stream.close()


class Program:
    """A child process whose outputs are read as they come; with `merge` both are in `out`."""

    def __init__(
        self,
        arguments: Sequence[str],
        *,
        cwd: Path,
        environment: Mapping[str, str] | None = None,
        merge: bool = False,
    ) -> None:
        self.arguments = list(arguments)
        self.process = subprocess.Popen(
            self.arguments,
            cwd=cwd,
            env=None if environment is None else dict(environment),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT if merge else subprocess.PIPE,
        )
        assert self.process.stdout is not None
        self.out = Lines(self.process.stdout, f"stdout of {self.process.pid}")
        self.err = self.out
        if self.process.stderr is not None:
            self.err = Lines(self.process.stderr, f"stderr of {self.process.pid}")

    @property
    def pid(self) -> int:
        return self.process.pid

    def output(self) -> str:
        return self.out.text() if self.err is self.out else f"{self.out.text()}\n{self.err.text()}"

    def wait(self, timeout: float = 10.0) -> int:
        """The exit code; a program that outstays `timeout` seconds fails the test and is killed."""
        try:
            code = self.process.wait(timeout)
        except subprocess.TimeoutExpired:
            self.kill()
            raise AssertionError(f"{self.arguments[:4]} still ran after {timeout} s:\n{self.output()}") from None
        self._close()
        return code

    def terminate(self, timeout: float = 10.0) -> int:
        """SIGTERM, then the exit code."""
        self.process.terminate()
        return self.wait(timeout)

    def kill(self) -> None:
        """End it whatever it does; harmless for one that has ended."""
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait(10)
        self._close()

    def _close(self) -> None:
        self.out.close()
        self.err.close()


def poll(condition: Callable[[], bool], timeout: float, what: str) -> None:
    """Wait for what has no event to wait for: a file or a port that another program makes."""
    deadline = time.monotonic() + timeout
    pause = threading.Event()
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError(f"{what}: not within {timeout} s")
        pause.wait(0.02)
