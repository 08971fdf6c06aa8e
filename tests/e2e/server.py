"""The product as its users start it: a process of its own, on free loopback ports, with a scratch data directory."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
import ssl
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.e2e.program import Program
from tests.e2e.wire import Endpoint, Esme

FREE_PORT = "tcp:0:interface=127.0.0.1"
READY = r"(?:^|stdout#info\] )smsc-sim ready "
"""At the start of a line, or where twistd has put its own words before what a program prints."""
# What no log may hold, however the session before it went.
UNEXPECTED = re.compile(r"Traceback|Unhandled|ESME_RSYSERR|internal error|Exception ignored|\bCRITICAL\b")


def clean_environment() -> dict[str, str]:
    """This environment without the product's own settings, which would overlay the ones under test.

    No scenario unless a test names one: the built-in test numbers are no part of what most tests are about.
    """
    environment = {name: value for name, value in os.environ.items() if not name.startswith("SMSC_SIM_")}
    return {**environment, "SMSC_SIM_SCENARIO": "none"}


def endpoint(text: str) -> Endpoint:
    host, _, port = text.rpartition(":")
    return host, int(port)


class Smsc:
    """A running server and what it said when it was ready."""

    def __init__(self, program: Program, directory: Path, ready: dict[str, Any]) -> None:
        self.program = program
        self.directory = directory
        self.ready = ready
        self.stopped = False

    @property
    def smpp(self) -> Endpoint:
        return endpoint(self.ready["smpp"][0])

    @property
    def smpp_tls(self) -> Endpoint:
        return endpoint(self.ready["smpp_tls"][0])

    def log(self) -> str:
        return self.program.output()

    def wait_for_log(self, pattern: str, timeout: float = 10.0) -> str:
        """The first line that `pattern` is found in."""
        return self.program.out.wait_for(pattern, timeout)

    def certificate(self) -> Path:
        """The server's certificate, fetched over TLS and held against the fingerprint of the ready file, as PEM."""
        file = self.directory / "server.pem"
        if not file.exists():
            text = ssl.get_server_certificate(self.smpp_tls, timeout=10)
            fingerprint = hashlib.sha256(ssl.PEM_cert_to_DER_cert(text)).hexdigest()
            assert fingerprint == self.ready["cert_sha256"].replace(":", "").lower()
            file.write_text(text, encoding="ascii")
        return file

    def tls_context(self) -> ssl.SSLContext:
        """A client's context that trusts this server's certificate and no other."""
        return ssl.create_default_context(cafile=str(self.certificate()))

    def connect(self, *, tls: bool = False) -> Esme:
        if tls:
            return Esme(self.smpp_tls, tls=self.tls_context())
        return Esme(self.smpp)

    def stop(self) -> None:
        """SIGTERM; the exit code must be 0 and the log without a traceback."""
        if self.stopped:
            return
        self.stopped = True
        code = self.program.terminate()
        assert code == 0, f"exit code {code}:\n{self.log()}"
        assert not UNEXPECTED.search(self.log()), self.log()


RUN = (sys.executable, "-m", "smsc_sim.cli", "run")
TWISTD = (
    sys.executable,
    "-c",
    "from twisted.scripts.twistd import run; run()",
    "-n",
    "--pidfile=",
    "smsc-sim",
)
"""twistd of the interpreter that runs the tests; from any directory, so the product has to be installed there."""


def ports(*, tls: bool, http: bool = False) -> list[str]:
    """Free ports for SMPP, and for pages and API when they are wanted."""
    return ["--smpp", FREE_PORT, "--smpp-tls", FREE_PORT if tls else "none", "--http", FREE_PORT if http else "none"]


def files(directory: Path) -> list[str]:
    """Everything that the server writes, below a scratch directory."""
    return ["--data-dir", str(directory / "data"), "--ready-file", str(directory / "ready.json")]


def wait_until_ready(program: Program, directory: Path) -> Smsc:
    program.out.wait_for(READY, 20)
    ready = json.loads((directory / "ready.json").read_text(encoding="utf-8"))
    return Smsc(program, directory, ready)


@contextlib.contextmanager
def running_smsc(directory: Path, *options: str, tls: bool = True, http: bool = False) -> Iterator[Smsc]:
    """A server that is stopped, and judged, at the end."""
    directory.mkdir(parents=True, exist_ok=True)
    program = Program(
        [*RUN, *ports(tls=tls, http=http), *files(directory), *options],
        cwd=directory,
        environment=clean_environment(),
        merge=True,
    )
    try:
        smsc = wait_until_ready(program, directory)
        yield smsc
        smsc.stop()
    finally:
        program.kill()
