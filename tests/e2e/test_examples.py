"""The examples: each loads without a word, is in the list for readers, and is proved by a conversation."""

from __future__ import annotations

import importlib
import json
import re
import subprocess
import sys

import pytest

from tests.e2e.scenario_files import EXAMPLES
from tests.e2e.server import clean_environment

NAMES = sorted(path.stem for path in EXAMPLES.glob("*.yaml"))
PROFILES = sorted(path.name for path in (EXAMPLES / "profiles").glob("*.yaml"))
CONVERSATIONS = [
    importlib.import_module(f"tests.e2e.test_examples_{theme}")
    for theme in ("limits", "responses", "receipts", "receipt_forms", "sessions", "messages")
]


def check(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "smsc_sim.cli", "check", *arguments],
        cwd=EXAMPLES,
        env=clean_environment(),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_there_is_something_to_start_from() -> None:
    assert len(NAMES) >= 24


def test_no_errors_and_no_warnings() -> None:
    checked = check("--format", "json", *(f"{name}.yaml" for name in NAMES))
    assert checked.returncode == 0, checked.stdout + checked.stderr
    report = json.loads(checked.stdout)
    assert (report["errors"], report["warnings"]) == (0, 0), checked.stdout


@pytest.mark.parametrize("name", NAMES)
def test_is_written_for_people(name: str) -> None:
    text = (EXAMPLES / f"{name}.yaml").read_text(encoding="utf-8")
    comment, _, scenario = text.partition("\nsmsc: 1\n")
    assert all(line.startswith("#") for line in comment.splitlines())
    assert "# What it proves:" in comment
    assert "# What the client should do:" in comment
    assert re.match(r"name: \S", scenario)
    assert len(text.splitlines()) <= 45
    assert max(map(len, text.splitlines())) <= 120


@pytest.mark.parametrize("name", NAMES)
def test_has_a_conversation(name: str) -> None:
    wanted = f"test_{name.replace('-', '_')}"
    assert [module.__name__ for module in CONVERSATIONS if hasattr(module, wanted)], wanted


def test_conversations_are_about_examples() -> None:
    for module in CONVERSATIONS:
        for name in vars(module):
            if name.startswith("test_"):
                assert name.removeprefix("test_").replace("_", "-") in NAMES


def test_every_profile_is_used() -> None:
    used = {
        found
        for name in NAMES
        for found in re.findall(r"profiles/([\w.-]+)", (EXAMPLES / f"{name}.yaml").read_text(encoding="utf-8"))
    }
    assert used == set(PROFILES)


def test_the_list_is_complete() -> None:
    listed = re.findall(r"^``([\w.-]+\.yaml)``$", (EXAMPLES / "README.rst").read_text(encoding="utf-8"), re.MULTILINE)
    assert sorted(listed) == [f"{name}.yaml" for name in NAMES]
