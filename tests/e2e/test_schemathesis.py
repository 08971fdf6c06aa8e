"""The API as its own description says it is: schemathesis makes requests of all kinds and holds the answers to it."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.e2e import peers
from tests.e2e.server import running_smsc

LEFT_OUT = ("/api/v1/events", "/api/v1/scenario/check")
"""A stream that does not end; and the one that takes whatever it is given, to say what is wrong with it."""

NOT_HELD_TO = "positive_data_acceptance"
"""A schema cannot say everything: whether an account is there, what a search or a scenario means."""


@pytest.mark.parametrize("raw", [False, True])
def test_no_request_gets_an_answer_that_is_not_described(tmp_path: Path, raw: bool) -> None:
    interpreter = peers.interpreter_with("schemathesis")
    with running_smsc(tmp_path, *(["--allow-raw"] if raw else []), tls=False, http=True) as smsc:
        command = [interpreter, "-m", "schemathesis.cli", "run", f"{smsc.ready['http'][0]}api/v1/openapi.json"]
        command += ["--seed", "7", "--max-examples", "25", "--workers", "1", "--request-timeout", "70"]
        command += ["--exclude-checks", NOT_HELD_TO, "--exclude-path-regex", "/wait$"]
        for path in LEFT_OUT:
            command += ["--exclude-path", path]
        finished = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=240, check=False)
        assert finished.returncode == 0, finished.stdout[-20_000:] + finished.stderr[-2_000:]
        assert "Test cases" in finished.stdout
