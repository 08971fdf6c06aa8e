"""Where the third-party SMPP programs are that the product is tried against.

``SMSC_SIM_PEERS_PYTHON``
    an interpreter whose packages include those of ``clients/requirements.txt``; default: the one that runs the tests
``SMSC_SIM_PEERS_NODE_MODULES``
    a ``node_modules`` directory that ``npm install`` made from ``clients/package.json``
``SMSC_SIM_REQUIRE_PEERS=1``
    a missing peer fails the test instead of skipping it

Perl's Net::SMPP, Kannel (bearerbox and smsbox), tshark and Chromium are looked for on PATH and in the system's sbin
directories.
"""

from __future__ import annotations

import functools
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NoReturn

import pytest

CLIENTS = Path(__file__).parent / "clients"
BROWSER = Path(__file__).parent / "browser"
REPOSITORY = Path(__file__).parents[2]
SEARCH_PATH = os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", "/sbin", "/usr/local/sbin"])


def missing(reason: str) -> NoReturn:
    """Skip, or fail where every peer is demanded."""
    if os.environ.get("SMSC_SIM_REQUIRE_PEERS") == "1":
        pytest.fail(f"a peer is missing: {reason}", pytrace=False)
    pytest.skip(f"a peer is missing: {reason}")


def program(name: str) -> str:
    """The path of an installed program."""
    found = shutil.which(name, path=SEARCH_PATH)
    if found is None:
        missing(f"{name} is not installed")
    return found


@functools.cache
def _works(*command: str) -> bool:
    finished = subprocess.run(command, capture_output=True, timeout=30, check=False)
    return finished.returncode == 0


def python_command(driver: str, module: str) -> list[str]:
    """How to run `driver` of ``clients`` in the interpreter that has the third-party `module`."""
    return [interpreter_with(module), "-m", f"tests.e2e.clients.{driver}"]


def interpreter_with(module: str) -> str:
    """The interpreter that has the third-party `module`."""
    interpreter = os.environ.get("SMSC_SIM_PEERS_PYTHON", sys.executable)
    if not _works(interpreter, "-c", f"import {module}"):
        missing(f"{interpreter} cannot import {module}; SMSC_SIM_PEERS_PYTHON names another interpreter")
    return interpreter


def node_command() -> list[str]:
    """How to run the driver for npm ``smpp``."""
    node = program("node")
    modules = node_modules()
    if not (modules / "smpp" / "package.json").exists():
        missing(f"no npm package smpp in {modules}; SMSC_SIM_PEERS_NODE_MODULES names another directory")
    return [node, str(CLIENTS / "node_client.js")]


def browser_command() -> list[str]:
    """How to run what leads the browser."""
    node, modules = program("node"), node_modules()
    for package in ("playwright-core", "axe-core"):
        if not (modules / package / "package.json").exists():
            missing(f"no npm package {package} in {modules}; SMSC_SIM_PEERS_NODE_MODULES names another directory")
    return [node, str(BROWSER / "browser.js")]


def chromium() -> str:
    """The path of Chromium (Debian: chromium)."""
    return program("chromium")


def node_modules() -> Path:
    return Path(os.environ.get("SMSC_SIM_PEERS_NODE_MODULES", REPOSITORY / "node_modules"))


def perl_command() -> list[str]:
    """How to run the driver for Net::SMPP."""
    perl = program("perl")
    if not _works(perl, "-MNet::SMPP", "-e", "1"):
        missing("Perl has no Net::SMPP (Debian: libnet-smpp-perl)")
    return [perl, str(CLIENTS / "net_smpp_client.pl")]
