"""The process: its exit codes, its one-line complaints, its ready file, and how it goes."""

from __future__ import annotations

import contextlib
import json
import re
import signal
import socket
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from tests.e2e import wire
from tests.e2e.program import Program, poll
from tests.e2e.server import (
    READY,
    RUN,
    TWISTD,
    UNEXPECTED,
    Smsc,
    clean_environment,
    files,
    ports,
    running_smsc,
    wait_until_ready,
)
from tests.e2e.wire import Esme

LOGGED = re.compile(r"\d{4}-\d\d-\d\dT")
"""How a line of the log begins."""
DOORS = [pytest.param(RUN, id="smsc-sim run"), pytest.param(TWISTD, id="twistd")]
BAD_OPTIONS = [
    pytest.param(("--no-such-option",), "no-such-option", id="unknown option"),
    pytest.param(("--receipt-after", "soon"), "soon", id="bad duration"),
    pytest.param(("--receipt-after", "5"), "unit", id="duration without a unit"),
    pytest.param(("--smpp", "2775"), "tcp:2775", id="a port is no endpoint"),
    pytest.param(("--smpp", "tcp:70000"), "70000", id="port out of range"),
    pytest.param(("--smpp", "carrier-pigeon:1"), "carrier-pigeon", id="unknown endpoint type"),
    pytest.param(("--tls-cert", "no-such-file.pem"), "no-such-file.pem", id="no certificate"),
    pytest.param(("--config", "no-such-file.yaml"), "no-such-file.yaml", id="no configuration"),
    pytest.param(("no-such-scenario.yaml",), "no-such-scenario.yaml", id="no scenario"),
]


def finished(door: Sequence[str], directory: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """Run to the end what is to end by itself."""
    return subprocess.run(
        [*door, *options],
        cwd=directory,
        env=clean_environment(),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )


def is_refused(smsc: Smsc) -> bool:
    try:
        socket.create_connection(smsc.smpp, timeout=5).close()
    except (ConnectionRefusedError, ConnectionResetError):
        return True
    return False


@contextlib.contextmanager
def started(door: Sequence[str], directory: Path, *options: str, tls: bool = False) -> Iterator[Smsc]:
    """A server whose end is the test's business."""
    program = Program(
        [*door, *ports(tls=tls), *files(directory), *options],
        cwd=directory,
        environment=clean_environment(),
        merge=True,
    )
    try:
        yield wait_until_ready(program, directory)
    finally:
        program.kill()


def by_signal(door: Sequence[str], number: signal.Signals) -> int:
    """The return code after a signal: twistd dies by it, ``smsc-sim run`` ends in order."""
    return 0 if door is RUN else -number


@pytest.mark.parametrize("option", ["--smpp", "--smpp-tls", "--http"])
@pytest.mark.parametrize("door", DOORS)
def test_taken_port(tmp_path: Path, door: Sequence[str], option: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        given = [*ports(tls=False), *files(tmp_path)]
        given[given.index(option) + 1] = f"tcp:{port}:interface=127.0.0.1"
        result = finished(door, tmp_path, *given)
    assert result.returncode == 3, result
    words = f"smsc-sim: cannot listen on 127.0.0.1:{port}: address already in use"
    lines = [*result.stdout.splitlines(), *result.stderr.splitlines()]
    assert "Traceback" not in result.stdout + result.stderr
    assert not (tmp_path / "ready.json").exists()
    if door is RUN:
        assert result.stdout == ""
        assert [line for line in lines if not LOGGED.match(line)] == [words]
    else:  # whose log, on standard output, takes over what goes to standard error
        assert [line.partition("] ")[2] for line in lines if "cannot listen" in line] == [words]


@pytest.mark.parametrize(("options", "words"), BAD_OPTIONS)
@pytest.mark.parametrize("door", DOORS)
def test_bad_option(tmp_path: Path, door: Sequence[str], options: Sequence[str], words: str) -> None:
    result = finished(door, tmp_path, *ports(tls=True), *files(tmp_path), *options)
    assert result.returncode == 2, result
    lines = result.stderr.splitlines()
    assert len(lines) == 1, result.stderr
    assert words in lines[0]
    assert result.stdout == ""


def test_taken_port_of_another_server(tmp_path: Path) -> None:
    """The first one is not disturbed."""
    with running_smsc(tmp_path / "first", tls=False) as first, first.connect() as esme:
        esme.bind()
        result = finished(
            RUN, tmp_path, "--smpp", f"tcp:{first.smpp[1]}:interface=127.0.0.1", "--smpp-tls", "none",
            "--http", "none",
        )  # fmt: skip
        assert result.returncode == 3
        assert esme.is_alive()


@pytest.mark.parametrize("door", DOORS)
def test_works_from_another_directory(tmp_path: Path, door: Sequence[str]) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    with started(door, elsewhere, "--receipt-after", "50ms", tls=True) as smsc:
        for tls in (False, True):
            with smsc.connect(tls=tls) as esme:
                esme.bind()
                message_id = esme.submit(registered_delivery=1)
                text, _ = wire.receipt_text(esme.next_request(wire.DELIVER_SM))
                assert text.startswith(f"id:{message_id} ")
                esme.call(wire.UNBIND)
        assert smsc.program.terminate() == by_signal(door, signal.SIGTERM)
        assert not UNEXPECTED.search(smsc.log())
    assert {file.name for file in elsewhere.iterdir()} <= {"data", "ready.json", "server.pem"}


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT], ids=["SIGTERM", "SIGINT"])
@pytest.mark.parametrize("door", DOORS)
def test_signal_unbinds_every_session(tmp_path: Path, door: Sequence[str], number: signal.Signals) -> None:
    """Each session is told, the server goes as soon as all have answered, well before the grace is over."""
    with started(door, tmp_path, "--grace", "25s") as smsc, contextlib.ExitStack() as stack:
        sessions = [stack.enter_context(smsc.connect()) for _ in range(3)]
        for session, bind in zip(
            sessions, (wire.BIND_TRANSMITTER, wire.BIND_RECEIVER, wire.BIND_TRANSCEIVER), strict=True
        ):
            session.bind(bind)
        unbound = stack.enter_context(smsc.connect())
        unbound.call(wire.ENQUIRE_LINK)
        smsc.program.process.send_signal(number)
        unbind = [session.read() for session in sessions]
        assert [frame and frame.command_id for frame in unbind] == [wire.UNBIND] * 3
        assert unbound.expect_close() == []
        unbound.close()
        poll(lambda: is_refused(smsc), 5, "end of listening")
        for session, frame in zip(sessions, unbind, strict=True):
            assert frame is not None
            session.respond(frame)
        for session in sessions:
            assert session.expect_close() == []
            session.close()
        assert smsc.program.wait(10) == by_signal(door, number)
        assert not UNEXPECTED.search(smsc.log())


@pytest.mark.parametrize("door", DOORS)
def test_grace_ends_the_waiting(tmp_path: Path, door: Sequence[str]) -> None:
    with started(door, tmp_path, "--grace", "300ms") as smsc, smsc.connect() as esme:
        esme.bind()
        smsc.program.process.terminate()
        assert [frame.command_id for frame in esme.expect_close()] == [wire.UNBIND]
        assert smsc.program.wait(10) == by_signal(door, signal.SIGTERM)
        assert not UNEXPECTED.search(smsc.log())


@pytest.mark.parametrize("door", DOORS)
def test_second_signal_ends_the_waiting(tmp_path: Path, door: Sequence[str]) -> None:
    with started(door, tmp_path, "--grace", "60s") as smsc, smsc.connect() as esme:
        esme.bind()
        smsc.program.process.terminate()
        frame = esme.read()
        assert frame is not None
        assert frame.command_id == wire.UNBIND
        smsc.program.process.terminate()
        assert smsc.program.wait(10) == by_signal(door, signal.SIGTERM)
        assert not UNEXPECTED.search(smsc.log())


def test_messages_in_flight_are_answered_while_stopping(tmp_path: Path) -> None:
    """What was submitted before the signal has its response before the unbind."""
    with started(RUN, tmp_path) as smsc, smsc.connect() as esme:
        esme.bind()
        numbers = [esme.request(wire.SUBMIT_SM, wire.submit_body()) for _ in range(50)]
        answered = [esme.answer(number).sequence_number for number in numbers]
        smsc.program.process.terminate()
        assert answered == numbers
        esme.next_request(wire.UNBIND)
        assert esme.expect_close() == []
        esme.close()
        assert smsc.program.wait(10) == 0


@pytest.mark.parametrize("door", DOORS)
def test_ready_line_and_file(tmp_path: Path, door: Sequence[str]) -> None:
    """The file is whole at the moment at which it is there, and both say the same."""
    file = tmp_path / "ready.json"
    file.write_text("of an earlier server", encoding="ascii")
    program = Program(
        [*door, "--smpp", "tcp:0:interface=127.0.0.1", *ports(tls=True), *files(tmp_path)],
        cwd=tmp_path,
        environment=clean_environment(),
        merge=True,
    )
    seen: list[str] = []

    def look() -> bool:
        try:
            text = file.read_text(encoding="utf-8")
        except FileNotFoundError:
            return False
        if text != "of an earlier server":
            seen.append(text)
        return bool(seen)

    try:
        poll(look, 20, "ready file")
        ready = json.loads(seen[0])
        line = program.out.wait_for(READY)
        assert set(ready) >= {"smpp", "smpp_tls", "http", "pid", "cert_sha256", "scenario", "seed", "clock"}
        assert (len(ready["smpp"]), len(ready["smpp_tls"]), ready["http"]) == (2, 1, [])
        assert ready["pid"] == program.pid
        words = dict(word.split("=", 1) for word in line.partition("smsc-sim ready ")[2].split())
        assert words["smpp"] == ",".join(ready["smpp"])
        assert words["smpp_tls"] == ",".join(ready["smpp_tls"])
        assert words["cert_sha256"] == ready["cert_sha256"]
        assert words["pid"] == str(program.pid)
        smsc = Smsc(program, tmp_path, ready)
        smsc.certificate()
        for address in ready["smpp"]:
            host, _, port = address.rpartition(":")
            with Esme((host, int(port))) as esme:
                esme.bind()
        assert program.terminate() == by_signal(door, signal.SIGTERM)
    finally:
        program.kill()


def test_the_certificate_is_kept(tmp_path: Path) -> None:
    fingerprints = []
    for _ in range(2):
        with started(RUN, tmp_path, tls=True) as smsc:
            smsc.certificate()
            fingerprints.append(smsc.ready["cert_sha256"])
            assert smsc.program.terminate() == 0
    assert fingerprints[0] == fingerprints[1]


def test_help_and_version() -> None:
    """``smsc-sim`` says what it can; twistd lists the plugin."""
    directory = Path.home()
    for arguments in ((*RUN, "--help"), (*RUN[:3], "--help"), (*RUN[:3], "version")):
        result = finished(arguments, directory)
        assert (result.returncode, result.stderr) == (0, ""), result
        assert result.stdout
    result = finished((*TWISTD[:3], "--help"), directory)
    assert result.returncode == 0
    assert "smsc-sim" in result.stdout
