"""Error responses have no body, as SMPP 3.4 has it; ``--error-bodies`` is for the clients that stumble over that."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.e2e import peers, wire
from tests.e2e.driver import Driver, Event, of_kind
from tests.e2e.server import Smsc

REFUSALS = [
    pytest.param({"password": "wrong"}, wire.ESME_RINVPASWD, id="wrong password"),
    pytest.param({"system_id": "nobody"}, wire.ESME_RINVSYSID, id="unknown system_id"),
]
NO_MESSAGE = {wire.ESME_RINVMSGID, wire.ESME_RQUERYFAIL}


def run(command: list[str], smsc: Smsc, **task: Any) -> tuple[int, list[Event]]:
    host, port = smsc.smpp
    whole = {
        "host": host,
        "port": port,
        "system_id": "smppclient1",
        "password": "password",
        "mode": "transceiver",
        "seconds": 15,
        **task,
    }
    driver = Driver(command, whole)
    try:
        code = driver.program.wait(20)
        return code, driver.events()
    finally:
        driver.program.kill()


def aiosmpplib() -> list[str]:
    return peers.python_command("aiosmpplib_client", "aiosmpplib")


def twisted3() -> list[str]:
    return peers.python_command("twisted3_client", "smpp.twisted.client")


@pytest.mark.parametrize("bodies", [False, True], ids=["header only", "bodies"])
def test_octets(start_smsc: Callable[..., Smsc], bodies: bool) -> None:
    smsc = start_smsc(*(["--error-bodies"] if bodies else []), tls=False)
    with smsc.connect() as esme:
        refused = esme.call(wire.BIND_TRANSCEIVER, wire.bind_body(password="wrong"))
        assert refused.command_status == wire.ESME_RINVPASWD
        assert refused.body == (b"smsc_sim\0" if bodies else b"")
        esme.bind()
        asked = esme.call(wire.QUERY_SM, b"no-such-message\0\0\0\0")
        assert asked.command_status in NO_MESSAGE
        assert bool(asked.body) is bodies
        rejected = esme.call(wire.SUBMIT_SM, wire.submit_body(source_addr="4" * 30))
        assert rejected.command_status == wire.ESME_RINVSRCADR
        assert rejected.body == (b"\0" if bodies else b"")
        assert esme.call(0x999).body == b"", "a generic_nack never has one"


@pytest.mark.parametrize(("task", "status"), REFUSALS)
@pytest.mark.parametrize("bodies", [False, True], ids=["header only", "bodies"])
def test_aiosmpplib_refused(start_smsc: Callable[..., Smsc], bodies: bool, task: dict[str, str], status: int) -> None:
    smsc = start_smsc(*(["--error-bodies"] if bodies else []), tls=False)
    _, events = run(aiosmpplib(), smsc, **task)
    refused = of_kind(events, "refused")[0]
    assert refused["status"] == status
    assert refused["parsed"] is bodies, "aiosmpplib wants a body in every bind response"


def test_aiosmpplib_second_bind(start_smsc: Callable[..., Smsc]) -> None:
    smsc = start_smsc("--error-bodies", tls=False)
    code, events = run(aiosmpplib(), smsc, bind_twice=True)
    assert [event["status"] for event in of_kind(events, "second_bind")] == [wire.ESME_RALYBND]
    assert of_kind(events, "unbound")
    assert code == 0


@pytest.mark.parametrize("bodies", [False, True], ids=["header only", "bodies"])
def test_twisted3_query(start_smsc: Callable[..., Smsc], bodies: bool) -> None:
    smsc = start_smsc(*(["--error-bodies"] if bodies else []), tls=False)
    code, events = run(twisted3(), smsc, query=True)
    answered = of_kind(events, "query_answered")
    if bodies:
        assert answered[0]["status"] in NO_MESSAGE
        assert of_kind(events, "unbound")
        assert code == 0
    else:
        assert not answered, "smpp.twisted3 wants a body in every query_sm_resp"


@pytest.mark.parametrize(("task", "status"), REFUSALS)
def test_twisted3_refused_with_bodies(start_smsc: Callable[..., Smsc], task: dict[str, str], status: int) -> None:
    smsc = start_smsc("--error-bodies", tls=False)
    code, events = run(twisted3(), smsc, **task)
    assert [event["status"] for event in of_kind(events, "refused")] == [status]
    assert code == 0
