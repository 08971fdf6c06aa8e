"""A store in trouble: a clear refusal at start, and while it runs a state that says so, survives, and recovers."""

from __future__ import annotations

import os
import re
import resource
import sqlite3
import sys
from pathlib import Path

import pytest

from smsc_sim.sim.store.store import Store
from tests.e2e.program import Program
from tests.e2e.server import RUN, Smsc, clean_environment, files, ports, wait_until_ready
from tests.e2e.wire import ESME_ROK, ESME_RSYSERR, SUBMIT_SM, submit_body

SMALL = 400_000
"""Octets that no file of the server may grow beyond."""


def refused(directory: Path, *options: str) -> str:
    """What a server says that does not start: one line, and the exit code of a wrong configuration."""
    program = Program([*RUN, *ports(tls=False), *options], cwd=directory, environment=clean_environment(), merge=True)
    try:
        assert program.wait(20) == 2
        (line,) = [line for line in program.output().splitlines() if line.startswith("smsc-sim:")]
        assert "Traceback" not in program.output()
        return line
    finally:
        program.kill()


@pytest.mark.parametrize("octets", [b"this is no database. " * 500, b"SQLite format 3\0" + b"\xff" * 8000])
def test_a_damaged_database_is_refused(tmp_path: Path, octets: bytes) -> None:
    (tmp_path / "messages.db").write_bytes(octets)
    assert re.search(r"messages\.db.*(damaged|something else)", refused(tmp_path, "--data-dir", str(tmp_path)))


def test_a_database_of_a_newer_version_is_refused(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "messages.db") as connection:
        connection.execute("PRAGMA user_version = 1000")
    connection.close()
    assert "written by a newer smsc_sim" in refused(tmp_path, "--data-dir", str(tmp_path))


def test_a_folder_that_cannot_be_made_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert "file/data" in refused(tmp_path, "--data-dir", str(tmp_path / "file" / "data"))


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_cannot_be_written_is_refused(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    try:
        assert "cannot be written" in refused(tmp_path.parent, "--data-dir", str(tmp_path))
    finally:
        tmp_path.chmod(0o700)


def test_a_folder_that_is_in_use_is_refused(tmp_path: Path, start_smsc: object) -> None:
    assert callable(start_smsc)
    smsc: Smsc = start_smsc()
    assert "in use" in refused(tmp_path, "--data-dir", str(smsc.directory / "data"))


@pytest.mark.skipif(not hasattr(resource, "prlimit"), reason="limits of other processes are Linux's")
def test_a_full_disk_refuses_messages_and_nothing_else(tmp_path: Path) -> None:
    small = (
        "import os, resource, sys\n"
        f"resource.setrlimit(resource.RLIMIT_FSIZE, ({SMALL}, -1))\n"
        "os.execv(sys.argv[1], sys.argv[1:])"
    )
    command = [sys.executable, "-c", small, *RUN, *ports(tls=False), *files(tmp_path)]
    program = Program(command, cwd=tmp_path, environment=clean_environment(), merge=True)
    accepted: list[str] = []
    try:
        smsc = wait_until_ready(program, tmp_path)
        with smsc.connect() as esme:
            esme.bind()
            for _ in range(5000):
                answer = esme.call(SUBMIT_SM, submit_body(short_message=b"x" * 200))
                if answer.command_status:
                    break
                accepted.append(answer.body.rstrip(b"\0").decode())
            assert answer.command_status == ESME_RSYSERR
            smsc.wait_for_log("the store cannot be written: .*(full|disk)")
            assert esme.is_alive()
            assert esme.call(SUBMIT_SM, submit_body(short_message=b"no")).command_status == ESME_RSYSERR
            resource.prlimit(program.process.pid, resource.RLIMIT_FSIZE, (-1, -1))
            smsc.wait_for_log("the store can be written again")
            answer = esme.call(SUBMIT_SM, submit_body(short_message=b"yes"))
            assert answer.command_status == ESME_ROK
            accepted.append(answer.body.rstrip(b"\0").decode())
        assert program.terminate() == 0
    finally:
        program.kill()
    store = Store(tmp_path / "data" / "messages.db")
    while store.expand():
        pass
    stored = {message_id for (message_id,) in store.connection.execute("SELECT message_id FROM message")}
    store.close()
    assert set(accepted) <= stored
