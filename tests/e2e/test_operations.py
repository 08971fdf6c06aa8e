"""Operations on messages over real connections: octet by octet, and as clients that others wrote do them."""

from __future__ import annotations

import contextlib
import socket
import sys
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

from tests.e2e import peers
from tests.e2e.driver import Driver, of_kind
from tests.e2e.messages import failures, multi_body
from tests.e2e.program import Program
from tests.e2e.server import Smsc, clean_environment
from tests.e2e.wire import (
    BIND_RECEIVER,
    BROADCAST_SM,
    CANCEL_BROADCAST_SM,
    CANCEL_SM,
    DATA_SM,
    DELIVER_SM,
    ESME_RCANCELFAIL,
    ESME_RINVDESTFLAG,
    ESME_RINVDLNAME,
    ESME_RINVEXPIRY,
    ESME_RINVNUMDESTS,
    ESME_RINVPRTFLG,
    ESME_RINVSCHED,
    ESME_RMSGQFUL,
    ESME_ROK,
    ESME_RQUERYFAIL,
    ESME_RREPLACEFAIL,
    OUTBIND,
    QUERY_BROADCAST_SM,
    QUERY_SM,
    REPLACE_SM,
    SUBMIT_MULTI,
    SUBMIT_SM,
    Esme,
    c_octets,
    receipt_text,
    submit_body,
    tlv,
)

SOURCE = b"\x01\x01" + c_octets("447700900001")
DESTINATION = b"\x01\x01" + c_octets("447700900002")
ENROUTE, DELIVERED, EXPIRED, DELETED = 1, 2, 3, 4
"""message_state, SMPP 3.4 section 5.2.28."""
LATER = "000001000000000R"

SCENARIO = """\
smsc: 1
accounts: [{system_id: smppclient1, password: password}]
distribution_lists: {friends: [447700900201, 447700900202]}
rules:
  - {name: full, event: submit_multi, when: {to: '447700900202'}, reply: ESME_RMSGQFUL}
"""


def absolute(seconds: float) -> str:
    """So many seconds from now, as SMPP writes it."""
    return f"{datetime.now(timezone.utc) + timedelta(seconds=seconds):%y%m%d%H%M%S}000+"


def query(esme: Esme, message_id: str) -> tuple[int, str, int]:
    """message_state, final_date and error_code of a query_sm that must succeed."""
    answer = esme.call(QUERY_SM, c_octets(message_id) + SOURCE)
    assert answer.command_status == ESME_ROK, answer
    echoed, date, rest = answer.body.split(b"\0", 2)
    assert echoed.decode() == message_id
    return rest[0], date.decode(), rest[1]


def state(esme: Esme, message_id: str) -> int:
    return query(esme, message_id)[0]


def cancel(esme: Esme, message_id: str) -> int:
    return esme.call(CANCEL_SM, b"\0" + c_octets(message_id) + SOURCE + DESTINATION).command_status


def replace(esme: Esme, message_id: str, text: bytes, schedule: str = "") -> int:
    body = c_octets(message_id) + SOURCE + c_octets(schedule) + b"\0" + bytes([1, 0, len(text)]) + text
    return esme.call(REPLACE_SM, body).command_status


@pytest.fixture
def esme(smsc: Smsc) -> Iterator[Esme]:
    with smsc.connect() as connected:
        yield connected.bind()


def test_query_cancel_and_the_receipt_of_that(esme: Esme) -> None:
    message_id = esme.submit(schedule_delivery_time=LATER, registered_delivery=1)
    assert query(esme, message_id) == (ENROUTE, "", 0)
    assert cancel(esme, message_id) == ESME_ROK
    told, date, _ = query(esme, message_id)
    assert (told, len(date), date[-3:]) == (DELETED, 16, "00+")
    text, tlvs = receipt_text(esme.next_request(DELIVER_SM))
    assert f"id:{message_id} " in text
    assert "stat:DELETED" in text
    assert tlvs[0x427] == bytes([DELETED])
    assert cancel(esme, message_id) == ESME_RCANCELFAIL
    assert esme.call(QUERY_SM, c_octets("no-such") + SOURCE).command_status == ESME_RQUERYFAIL


def test_a_message_is_delivered_and_then_nothing_can_be_done_to_it(esme: Esme) -> None:
    message_id = esme.submit(registered_delivery=1)
    assert query(esme, message_id) == (ENROUTE, "", 0)
    esme.next_request(DELIVER_SM)
    assert state(esme, message_id) == DELIVERED
    assert cancel(esme, message_id) == ESME_RCANCELFAIL
    assert replace(esme, message_id, b"late") == ESME_RREPLACEFAIL


def test_replace_changes_text_and_time(esme: Esme) -> None:
    message_id = esme.submit(schedule_delivery_time=LATER, registered_delivery=0)
    assert replace(esme, message_id, b"second", absolute(-3600)) == ESME_RINVSCHED
    assert replace(esme, message_id, b"second", absolute(1)) == ESME_ROK
    text, _ = receipt_text(esme.next_request(DELIVER_SM))
    assert f"id:{message_id} " in text
    assert text.endswith(("text:second", "Text:second"))
    assert state(esme, message_id) == DELIVERED


def test_replace_if_present(esme: Esme) -> None:
    first = esme.submit(schedule_delivery_time=LATER)
    second = esme.submit(schedule_delivery_time=LATER, replace_if_present_flag=1)
    assert (state(esme, first), state(esme, second)) == (DELETED, ENROUTE)
    assert cancel(esme, "") == ESME_ROK
    assert state(esme, second) == DELETED


def test_validity_ends_a_message(esme: Esme) -> None:
    message_id = esme.submit(validity_period=absolute(0), registered_delivery=1)
    text, _ = receipt_text(esme.next_request(DELIVER_SM))
    assert "stat:EXPIRED" in text
    assert state(esme, message_id) == EXPIRED


def test_times_and_priorities_that_are_refused(esme: Esme) -> None:
    for fields, status in (
        ({"schedule_delivery_time": absolute(-60)}, ESME_RINVSCHED),
        ({"schedule_delivery_time": "050000000000000R"}, ESME_RINVSCHED),
        ({"validity_period": absolute(-60)}, ESME_RINVEXPIRY),
        ({"validity_period": absolute(60), "schedule_delivery_time": absolute(90)}, ESME_RINVEXPIRY),
        ({"priority_flag": 4}, ESME_RINVPRTFLG),
    ):
        answer = esme.call(SUBMIT_SM, submit_body(**fields))
        assert answer.command_status == status, fields


def test_data_sm_can_be_asked_for(esme: Esme) -> None:
    body = b"\0" + SOURCE + DESTINATION + b"\0\1\0" + tlv(0x424, b"text") + tlv(0x17, b"\0\0\0\x3c")
    answer = esme.call(DATA_SM, body)
    assert answer.command_status == ESME_ROK
    message_id = answer.body.rstrip(b"\0").decode()
    assert state(esme, message_id) == ENROUTE
    esme.next_request(DELIVER_SM)
    assert state(esme, message_id) == DELIVERED


def test_submit_multi_by_lists(start_smsc: Callable[..., Smsc], tmp_path: Path) -> None:
    file = tmp_path / "lists.yaml"
    file.write_text(SCENARIO)
    smsc = start_smsc("--receipt-after", "200ms", str(file), tls=False)
    one = b"\x01" + DESTINATION
    friends, nobody = b"\x02" + c_octets("friends"), b"\x02" + c_octets("nobody")
    with smsc.connect() as esme:
        esme.bind()
        answer = esme.call(SUBMIT_MULTI, multi_body(one, friends, nobody))
        assert answer.command_status == ESME_ROK
        assert failures(answer) == [("nobody", ESME_RINVDLNAME), ("447700900202", ESME_RMSGQFUL)]
        receipts = [esme.next_request(DELIVER_SM) for _ in range(2)]
        assert [b"447700900002\0" in frame.body[:20] for frame in receipts] == [True, False]
        assert b"447700900201\0" in receipts[1].body[:20]
        assert esme.call(SUBMIT_MULTI, multi_body(nobody)).command_status == ESME_RINVDLNAME
        assert esme.call(SUBMIT_MULTI, multi_body(count=0)).command_status == ESME_RINVNUMDESTS
        assert esme.call(SUBMIT_MULTI, multi_body(b"\x03x\0")).command_status == ESME_RINVDESTFLAG
        assert esme.is_alive()


def test_broadcast(start_smsc: Callable[..., Smsc]) -> None:
    smsc = start_smsc("--interface-version", "5.0", "--receipt-after", "1h", tls=False)
    body = b"\0" + SOURCE + b"\0" + b"\0" + b"\0\0" + b"\0\0\0"
    area = tlv(0x606, b"\x00Town")
    body += area + tlv(0x601, b"\0\0\x10") + tlv(0x604, b"\0\x01") + tlv(0x605, b"\x08\0\x0a")
    with smsc.connect() as esme:
        esme.bind(interface_version=0x50)
        answer = esme.call(BROADCAST_SM, body)
        assert answer.command_status == ESME_ROK
        message_id = answer.body
        asked = esme.call(QUERY_BROADCAST_SM, message_id + SOURCE)
        assert asked.body == message_id + tlv(0x427, bytes([ENROUTE])) + area + tlv(0x608, b"\xff")
        assert esme.call(CANCEL_BROADCAST_SM, b"\0" + message_id + SOURCE).command_status == ESME_ROK
        asked = esme.call(QUERY_BROADCAST_SM, message_id + SOURCE)
        assert asked.body.startswith(message_id + tlv(0x427, bytes([DELETED])))


@contextlib.contextmanager
def outbinder(endpoint: str, directory: Path) -> Iterator[Program]:
    command = [sys.executable, "-m", "tests.e2e.outbinder", endpoint, "centre", "secret99"]
    environment = {**clean_environment(), "PYTHONPATH": str(peers.REPOSITORY)}
    program = Program(command, cwd=directory, environment=environment, merge=True)
    try:
        yield program
        assert program.terminate() == 0, program.output()
        assert "Traceback" not in program.output()
        assert "secret99" not in program.output()
    finally:
        program.kill()


def test_outbind(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as waiting:
        waiting.settimeout(10)
        port = waiting.getsockname()[1]
        with outbinder(f"tcp:127.0.0.1:{port}", tmp_path):
            connection, _ = waiting.accept()
            with Esme(("127.0.0.1", port), connection=connection) as esme:
                frame = esme.read()
                assert frame is not None
                assert (frame.command_id, frame.command_status) == (OUTBIND, 0)
                assert frame.body == c_octets("centre") + c_octets("secret99")
                esme.bind(BIND_RECEIVER)
                assert esme.is_alive()


def test_an_outbind_that_nobody_takes_is_one_line_in_the_log(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as unused:
        port = unused.getsockname()[1]
    with outbinder(f"tcp:127.0.0.1:{port}", tmp_path) as program:
        line = program.out.wait_for("no outbind", 10)
    assert f"no outbind: cannot connect to tcp:127.0.0.1:{port}: connection refused" in line


def task(smsc: Smsc, **more: object) -> dict[str, object]:
    host, port = smsc.smpp
    return {
        "host": host,
        "port": port,
        "system_id": "smppclient1",
        "password": "password",
        "mode": "transceiver",
        "seconds": 20,
        **more,
    }


@contextlib.contextmanager
def running(command: list[str], asked: dict[str, object]) -> Iterator[Driver]:
    driver = Driver(command, asked)
    try:
        yield driver
    finally:
        driver.program.kill()


def test_each_operation_by_npm_smpp(start_smsc: Callable[..., Smsc], tmp_path: Path) -> None:
    file = tmp_path / "lists.yaml"
    file.write_text(SCENARIO)
    smsc = start_smsc("--receipt-after", "200ms", str(file), tls=False)
    with running(peers.node_command(), task(smsc, operations=True, receipts=3)) as driver:
        events = driver.finish()
    told = [(one["command"], one["status"]) for one in of_kind(events, "operation")]
    assert told == [
        ("submit_sm_resp", 0),
        ("query_sm_resp", 0),
        ("replace_sm_resp", 0),
        ("query_sm_resp", 0),
        ("cancel_sm_resp", 0),
        ("query_sm_resp", 0),
        ("cancel_sm_resp", ESME_RCANCELFAIL),
        ("submit_multi_resp", 0),
    ]
    asked = [one for one in of_kind(events, "operation") if one["command"] == "query_sm_resp"]
    assert [one["message_state"] for one in asked] == [ENROUTE, ENROUTE, DELETED]
    assert [bool(one["final_date"]) for one in asked] == [False, False, True]
    ended = datetime.fromisoformat(asked[2]["final_date"].replace("Z", "+00:00"))
    assert abs(datetime.now(timezone.utc) - ended) < timedelta(minutes=1)
    multi = of_kind(events, "operation")[-1]
    assert multi["unsuccess"] == [["nobody", ESME_RINVDLNAME], ["447700900202", ESME_RMSGQFUL]]
    receipts = of_kind(events, "receipt")
    assert sorted(one["stat"] for one in receipts) == ["DELETED", "DELIVRD", "DELIVRD"]
    assert [one["text"] for one in receipts if one["stat"] == "DELETED"] == ["second text"]


def test_query_by_smpplib(smsc: Smsc) -> None:
    command = peers.python_command("smpplib_client", "smpplib")
    with running(command, task(smsc, submit=["gsm7"], query_sent=True, receipts=1)) as driver:
        events = driver.finish()
    (answered,) = of_kind(events, "query_answered")
    assert (answered["status"], answered["message_state"]) == (ESME_ROK, ENROUTE)
    assert of_kind(events, "receipt")[0]["stat"] == "DELIVRD"
