"""The product installed in every way that it can be, each in a virtual environment of its own.

``SMSC_SIM_DIST`` names a folder with one wheel and one sdist. The tests need a package index for the dependencies.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
_NOT_SOURCE = shutil.ignore_patterns(
    ".git", ".venv", ".ci", ".*_cache", ".hypothesis", "__pycache__", "*.egg-info", "build", "dist", "node_modules"
)


@dataclass(frozen=True)
class Installed:
    """An environment with the product, and a folder that has nothing to do with it."""

    environment: Path
    elsewhere: Path

    def run(self, program: str, *arguments: str) -> str:
        """The output of one of the environment's programs, started elsewhere."""
        done = subprocess.run(
            [self.environment / "bin" / program, *arguments],
            cwd=self.elsewhere,
            env=clean_environment(),
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout


def clean_environment() -> dict[str, str]:
    """This process's environment without what would lead a program back to this tree or its settings."""
    return {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("SMSC_SIM_", "PYTHON", "COVERAGE", "COV_"))
    }


@pytest.fixture(scope="session")
def dist() -> Path:
    folder = os.environ.get("SMSC_SIM_DIST")
    if not folder:
        pytest.skip("SMSC_SIM_DIST names no folder with a wheel and an sdist")
    return Path(folder)


@pytest.fixture
def source(dist: Path, tmp_path: Path) -> Path:
    """A copy of the tree as it is checked out."""
    copy = tmp_path / "source"
    shutil.copytree(ROOT, copy, symlinks=True, ignore=_NOT_SOURCE)
    return copy


@pytest.fixture(scope="module", params=["wheel", "sdist", "plain", "editable"])
def installed(
    request: pytest.FixtureRequest, dist: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Installed]:
    folder = tmp_path_factory.mktemp(request.param)
    copy = folder / "source"
    if request.param in {"plain", "editable"}:
        shutil.copytree(ROOT, copy, symlinks=True, ignore=_NOT_SOURCE)
    what = {
        "wheel": [str(path) for path in dist.glob("*.whl")],
        "sdist": [str(path) for path in dist.glob("*.tar.gz")],
        "plain": [str(copy)],
        "editable": ["-e", str(copy)],
    }[request.param]
    elsewhere = folder / "elsewhere"
    elsewhere.mkdir()
    result = Installed(folder / "environment", elsewhere)
    subprocess.run([sys.executable, "-m", "venv", result.environment], check=True)
    result.run("python", "-m", "pip", "install", "-q", *what)
    yield result
    shutil.rmtree(folder)
