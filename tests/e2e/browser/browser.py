"""The browser as an object: each call is a line to ``browser.js`` and waits for its answer."""

from __future__ import annotations

import json
import os
import subprocess
from typing import Any

from tests.e2e import peers
from tests.e2e.program import Lines

PATIENCE = 30.0
"""Seconds for one call."""


class Browser:
    """Chromium on one origin; see ``browser.js`` for what it can be told."""

    def __init__(self, origin: str) -> None:
        environment = {**os.environ, "SMSC_SIM_PEERS_NODE_MODULES": str(peers.node_modules())}
        command = [*peers.browser_command(), json.dumps({"origin": origin, "chromium": peers.chromium()})]
        self._process = subprocess.Popen(
            command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
        )
        assert self._process.stdout is not None
        self._lines = Lines(self._process.stdout, f"browser {self._process.pid}")
        self._answers = 0

    def __getattr__(self, call: str) -> Any:
        if call.startswith("_"):
            raise AttributeError(call)
        return lambda *arguments: self._call(call, arguments)

    def _call(self, call: str, arguments: tuple[Any, ...]) -> Any:
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps({"call": call, "arguments": arguments}).encode() + b"\n")
        self._process.stdin.flush()
        wanted = self._answers + 1
        if not self._lines.wait(lambda lines: len(lines) >= wanted, PATIENCE):
            raise AssertionError(f"{call}{arguments}: no answer within {PATIENCE} s\n{self._lines.text()}")
        self._answers = wanted
        line = self._lines.all()[wanted - 1]
        if not line.startswith("{"):
            raise AssertionError(f"{call}{arguments}:\n{self._lines.text()}")
        answer = json.loads(line)
        assert "error" not in answer, f"{call}{arguments}: {answer['error']}"
        return answer["result"]

    def close(self) -> None:
        """End it, and the browser with it."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait(10)
        self._lines.close()
