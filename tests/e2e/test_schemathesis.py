"""The API as its own description says it is: schemathesis makes requests of all kinds and holds the answers to it."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.e2e import peers
from tests.e2e.server import running_smsc

LEFT_OUT = "/api/v1/events"
"""A stream that does not end."""

NOT_HELD_TO = "positive_data_acceptance"
"""A schema cannot say everything: whether an account is there, what a search or a scenario means."""

CONFIGURATION = """
[[operations]]
include-path-regex = "/wait$"
parameters = { within = "10ms" }
"""
"""Nobody waits for what does not come."""

TOKENS = {"admin": "a-token-of-an-admin", "read-only": "a-token-that-only-reads"}
AUTH = "\n".join(["tokens:", *(f"  - {{name: {role}, role: {role}, token: {text}}}" for role, text in TOKENS.items())])


def check(folder: Path, *options: str, words: tuple[str, ...] = ()) -> None:
    """Let schemathesis have a server that was started with these options."""
    interpreter = peers.interpreter_with("schemathesis")
    (folder / "schemathesis.toml").write_text(CONFIGURATION, encoding="utf-8")
    with running_smsc(folder, *options, tls=False, http=True) as smsc:
        command = [interpreter, "-m", "schemathesis.cli", "--config-file", "schemathesis.toml", "run"]
        command += [f"{smsc.ready['http'][0]}api/v1/openapi.json", "--exclude-path", LEFT_OUT]
        command += ["--seed", "7", "--workers", "1", "--request-timeout", "70", "--exclude-checks", NOT_HELD_TO]
        finished = subprocess.run(
            [*command, *words], cwd=folder, capture_output=True, text=True, timeout=240, check=False
        )
        assert finished.returncode == 0, finished.stdout[-20_000:] + finished.stderr[-2_000:]
        assert "Test cases" in finished.stdout


@pytest.mark.parametrize("raw", [False, True])
def test_no_request_gets_an_answer_that_is_not_described(tmp_path: Path, raw: bool) -> None:
    check(tmp_path, *(["--allow-raw"] if raw else []), words=("--max-examples", "25"))


@pytest.mark.parametrize("role", TOKENS)
def test_credentials_are_needed_where_they_are_said_to_be(tmp_path: Path, role: str) -> None:
    """The check ``ignored_auth`` repeats requests without credentials, and with wrong ones."""
    (tmp_path / "auth.yaml").write_text(AUTH, encoding="utf-8")
    header = f"Authorization: Bearer {TOKENS[role]}"
    check(tmp_path, "--auth-file", "auth.yaml", words=("--phases", "coverage", "-H", header))
