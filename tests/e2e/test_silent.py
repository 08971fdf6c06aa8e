"""Clients that fall silent or stop reading, against short timers."""

from __future__ import annotations

import contextlib
import re
import select
import socket
import ssl
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e import wire
from tests.e2e.harm import check_bystander, memory, told
from tests.e2e.server import Smsc, running_smsc
from tests.e2e.wire import Esme

TIMERS = (
    "--session-init-timer",
    "700ms",
    "--enquire-link-timer",
    "400ms",
    "--response-timer",
    "600ms",
    "--inactivity-timer",
    "60s",
)
ACCOUNTS = """\
accounts:
  - system_id: smppclient1
    password: password
  - system_id: flooder
    password: password
"""
HALF = wire.pdu(wire.SUBMIT_SM, 9, wire.submit_body())[:30]
BEGINNINGS = (b"", HALF[:3], HALF[:16], HALF)


@pytest.fixture(scope="module")
def smsc(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Smsc]:
    directory = tmp_path_factory.mktemp("smsc")
    config = directory / "accounts.yaml"
    config.write_text(ACCOUNTS, encoding="ascii")
    options = ("--receipt-after", "50ms", "--config", str(config), *TIMERS)
    with running_smsc(directory, *options) as running:
        yield running


@pytest.fixture(autouse=True)
def bystander(smsc: Smsc) -> Iterator[Esme]:
    """A session that answers every enquire_link while the other one is silent, and works afterwards."""
    with smsc.connect() as esme:
        esme.bind()
        yield esme


def outlast(bystander: Esme, smsc: Smsc, other: Esme, reason: str) -> None:
    """Keep one session alive until the log says why the other one was closed."""
    line = re.compile(rf"(?<![\d.]){re.escape(other.peer)}\b.*(?i:{reason})")
    for _ in range(60):
        if any(line.search(one) for one in smsc.program.out.all()):
            break
        bystander.next_request(wire.ENQUIRE_LINK)
    told(smsc, other, reason)


def test_silence_before_the_bind(smsc: Smsc, bystander: Esme) -> None:
    with contextlib.ExitStack() as stack:
        silent = [stack.enter_context(smsc.connect()) for _ in BEGINNINGS]
        handshake = stack.enter_context(Esme(smsc.smpp_tls))
        for esme, octets in zip(silent, BEGINNINGS, strict=True):
            esme.send(octets)
        for esme in (*silent, handshake):
            outlast(bystander, smsc, esme, "session_init")
            assert esme.expect_close() == []
        check_bystander(bystander)


@pytest.mark.parametrize("tls", [False, True], ids=["plain", "tls"])
def test_silence_after_the_bind(smsc: Smsc, bystander: Esme, tls: bool) -> None:
    with contextlib.ExitStack() as stack:
        silent = [stack.enter_context(smsc.connect(tls=tls)).bind() for _ in BEGINNINGS]
        for esme, octets in zip(silent, BEGINNINGS, strict=True):
            esme.send(octets)
        for esme in silent:
            outlast(bystander, smsc, esme, "enquire_link_resp|response timer")
            assert [frame.command_id for frame in esme.expect_close()] == [wire.ENQUIRE_LINK]
        check_bystander(bystander)


def test_inactivity_ends_in_an_unbind(tmp_path: Path) -> None:
    with (
        running_smsc(tmp_path, "--enquire-link-timer", "0", "--inactivity-timer", "500ms", tls=False) as smsc,
        smsc.connect() as esme,
    ):
        esme.bind()
        esme.next_request(wire.UNBIND)
        assert esme.expect_close() == []
        told(smsc, esme, "inactivity")


@pytest.mark.parametrize("tls", [False, True], ids=["plain", "tls"])
@pytest.mark.parametrize("command", ["enquire_link", "submit_sm"])
def test_a_client_that_never_reads(smsc: Smsc, bystander: Esme, tls: bool, command: str) -> None:
    """It floods; the server stops to read it, keeps its memory, serves the others and drops it in the end."""
    before = memory(smsc)
    body = wire.submit_body(registered_delivery=1)
    requests = {
        "enquire_link": b"".join(wire.pdu(wire.ENQUIRE_LINK, number) for number in range(1, 4001)),
        "submit_sm": b"".join(wire.pdu(wire.SUBMIT_SM, number, body) for number in range(1, 1001)),
    }
    flood = requests[command]
    with smsc.connect(tls=tls) as esme:
        esme.bind(system_id="flooder")
        esme.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        esme.socket.settimeout(0.1)
        sent = refused = 0
        while refused < 3 and sent < 64 << 20:
            try:
                sent += esme.socket.send(flood)
                refused = 0
            except TimeoutError:
                refused += 1
            except (ConnectionError, ssl.SSLError):
                break
            while select.select([bystander.socket], [], [], 0)[0]:
                bystander.next_request(wire.ENQUIRE_LINK)
        assert sent < 64 << 20, "the server never stopped to read"
        # An account may have a million receipts pending; what else grows is the journal.
        assert memory(smsc) - before < (96 if command == "submit_sm" else 24) << 20
        outlast(bystander, smsc, esme, "does not read")
        check_bystander(bystander)
