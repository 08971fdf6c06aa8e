"""The first command of the README, as a newcomer would paste it."""

import shlex
import subprocess
from pathlib import Path

import pytest

from tests.e2e.program import Program
from tests.packaging.conftest import ROOT, clean_environment


def commands() -> list[str]:
    """The commands that set the product up and do something with it."""
    lines = [line.strip() for line in (ROOT / "README.rst").read_text("utf-8").splitlines()]
    return [line for line in lines if line.startswith("python3 -m venv .venv && ")]


def test_the_readme_opens_with_two_commands() -> None:
    start, test = commands()
    assert start.endswith("/twistd -n --pidfile= smsc-sim")
    assert test.endswith("/pytest")


@pytest.mark.packaging
def test_the_first_command_starts_a_simulator(source: Path) -> None:
    *preparations, start = commands()[0].split(" && ")
    for preparation in preparations:
        subprocess.run(shlex.split(preparation), cwd=source, env=clean_environment(), check=True)
    free = "tcp:0:interface=127.0.0.1"
    options = ["--smpp", free, "--smpp-tls", free, "--http", free, "--data-dir", str(source / "data")]
    program = Program([*shlex.split(start), *options], cwd=source, environment=clean_environment(), merge=True)
    try:
        line = program.out.wait_for(r"smsc-sim ready ", 30)
    finally:
        program.kill()
    assert "smpp=127.0.0.1:" in line
    assert "cert_sha256=" in line
