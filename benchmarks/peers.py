"""The servers that the benchmarks know: the simulator itself, the limit in C, and peers from public registries."""

import os
import shlex
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from benchmarks.server import NotMeasured, ServerDefinition

HERE = Path(__file__).resolve().parent
PRODUCT = "smsc-sim"
LIMIT = "C limit"
NODE = "node-smpp"
TWISTED3 = "smpp.twisted3"
SMPP34 = "smpp34"
NAMES = (PRODUCT, LIMIT, NODE, TWISTED3, SMPP34)

LISTEN = "tcp:0:interface=127.0.0.1"
COMPILE_SECONDS = 60.0
PROBE_SECONDS = 20.0


@dataclass(frozen=True)
class Places:
    """Where the programs of the peers are to be found; empty: look on PATH."""

    product: str = ""
    node: str = ""
    node_modules: str = ""
    peer_pythons: tuple[str, ...] = ()


def product(places: Places, directory: Path, http: str = "none") -> ServerDefinition | NotMeasured:
    """The simulator, plaintext and TLS, its certificate kept in ``directory``; ``http``: where the console listens."""
    path = os.pathsep.join((str(Path(sys.executable).parent), os.environ.get("PATH", "")))
    if places.product:
        command = shlex.split(places.product)
    elif found := shutil.which("smsc-sim", path=path):
        command = [found, "run", "none"]
    elif found := shutil.which("twistd", path=path):
        command = [found, "-n", "--pidfile=", "smsc-sim", "none"]
    else:
        return NotMeasured(PRODUCT, "neither smsc-sim nor twistd beside this Python or on PATH (see --product)")
    python_path = os.pathsep.join(filter(None, (str(HERE.parent), os.environ.get("PYTHONPATH", ""))))
    return ServerDefinition(
        PRODUCT,
        [
            *command,
            *("--smpp", LISTEN, "--smpp-tls", LISTEN, "--http", http),
            *("--ready-file", "{ready_file}"),
        ],
        {"PYTHONPATH": python_path, "XDG_STATE_HOME": str(directory), "HOME": str(directory)},
    )


def limit(directory: Path) -> ServerDefinition | NotMeasured:
    """limit_server.c, compiled here and now."""
    compiler = os.environ.get("CC") or shutil.which("cc") or shutil.which("gcc") or shutil.which("clang")
    if not compiler:
        return NotMeasured(LIMIT, "no C compiler")
    program = directory / "limit_server"
    compiled = subprocess.run(
        [*shlex.split(compiler), "-O2", "-o", str(program), str(HERE / "limit_server.c")],
        capture_output=True,
        text=True,
        timeout=COMPILE_SECONDS,
        check=False,
    )
    if compiled.returncode:
        return NotMeasured(LIMIT, f"limit_server.c did not compile: {compiled.stderr.strip()[-500:]}")
    return ServerDefinition(LIMIT, [str(program), "--ready-file", "{ready_file}"])


def node(places: Places) -> ServerDefinition | NotMeasured:
    """node_smpp_server.js on the npm package smpp."""
    program = places.node or shutil.which("node") or shutil.which("nodejs")
    if not program:
        return NotMeasured(NODE, "no node on PATH (see --node)")
    modules = places.node_modules or os.environ.get("NODE_PATH") or str(HERE / "node_modules")
    if not (Path(modules) / "smpp").is_dir():
        return NotMeasured(NODE, f"no npm package smpp in {modules} (npm install --prefix DIR smpp; --node-modules)")
    return ServerDefinition(
        NODE,
        [program, str(HERE / "node_smpp_server.js"), "--ready-file", "{ready_file}"],
        {"NODE_PATH": str(Path(modules).resolve())},
    )


def python_peer(name: str, module: str, script: str, places: Places) -> ServerDefinition | NotMeasured:
    """A peer in Python: the first of the given interpreters, and then this one, that has its package."""
    for program in (*places.peer_pythons, sys.executable):
        probe = subprocess.run(
            [program, "-c", f"import {module}"], capture_output=True, timeout=PROBE_SECONDS, check=False
        )
        if probe.returncode == 0:
            return ServerDefinition(name, [program, str(HERE / script), "--ready-file", "{ready_file}"])
    return NotMeasured(name, f"no Python given that has {module} (see --peer-python)")


def find(name: str, places: Places, directory: Path) -> ServerDefinition | NotMeasured:
    """The definition of one of NAMES."""
    if name == PRODUCT:
        return product(places, directory)
    if name == LIMIT:
        return limit(directory)
    if name == NODE:
        return node(places)
    if name == TWISTED3:
        return python_peer(TWISTED3, "smpp.twisted.server", "twisted3_smpp_server.py", places)
    return python_peer(SMPP34, "smpp34", "smpp34_server.py", places)
