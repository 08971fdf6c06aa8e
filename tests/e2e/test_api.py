"""The API of a running server, asked by a test while a client on a real socket does its part."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import pytest

from tests.e2e import wire
from tests.e2e.server import Smsc, endpoint, running_smsc
from tests.e2e.wire import Esme

SCENARIO = """
smsc: 1
rules:
  - {name: too fast, when: {to: "*9"}, reply: ESME_RTHROTTLED}
  - {name: handset off, when: {to: "*8"}, receipt: {state: EXPIRED, after: 1d}}
expect:
  - {name: a code, match: {text: "Your code is *"}, reply: ESME_ROK, count: 1}
"""
TO = "447700900120"


@dataclass
class Api:
    """A program that tests with the API."""

    smsc: Smsc

    def ask(self, method: str, path: str, body: object = None) -> tuple[int, bytes]:
        host, port = endpoint(re.sub(r"^http://|/$", "", self.smsc.ready["http"][0]))
        connection = HTTPConnection(host, port, timeout=30)
        octets = None if body is None else json.dumps(body)
        headers = {} if body is None else {"Content-Type": "application/json"}
        prefix = "" if path in {"/metrics", "/readyz"} else "/api/v1"
        connection.request(method, prefix + path, octets, headers)
        response = connection.getresponse()
        found = response.status, response.read()
        connection.close()
        return found

    def __call__(self, method: str, path: str, body: object = None) -> Any:
        status, octets = self.ask(method, path, body)
        assert status < 300, octets
        return json.loads(octets)


@pytest.fixture
def api(tmp_path: Path) -> Iterator[Api]:
    scenario = tmp_path / "scenario.yaml"
    scenario.write_text(SCENARIO, encoding="utf-8")
    with running_smsc(tmp_path, "--clock", "manual", str(scenario), tls=False, http=True) as smsc:
        yield Api(smsc)


def submit(esme: Esme, to: str = TO, text: bytes = b"Your code is 4711") -> wire.Frame:
    body = wire.submit_body(destination_addr=to, short_message=text, registered_delivery=1)
    return esme.call(wire.SUBMIT_SM, body)


def test_a_test_of_a_client(api: Api) -> None:
    with api.smsc.connect() as esme, ThreadPoolExecutor() as pool:
        waiting = pool.submit(api, "GET", "/sessions/wait?account=smppclient1&within=20s")
        esme.bind()
        assert waiting.result()["items"][0]["bind_type"] == "transceiver"

        mark = api("POST", "/mark", {})["seq"]
        match = {"match": {"to": TO, "text": "Your code is *"}, "count": 1, "within": "20s", "since": mark}
        verdict = pool.submit(api, "POST", "/verify", match)
        poll = pool.submit(api, "GET", f"/messages/wait?q=code&within=20s&since={mark}")
        submit(esme)
        assert verdict.result()["messages"] == ["m-1"]
        assert poll.result()["items"][0]["to"] == TO

        submit(esme, "447700900129")
        refused = api("GET", "/messages/latest?q=status:ESME_RTHROTTLED")
        assert refused["why"]["rule"] == "too fast"
        assert api.ask("POST", "/verify", {**match, "count": 2, "within": "100ms"})[0] == 409
        assert api("GET", "/expectations")["ok"] is True


def test_a_message_of_a_subscriber(api: Api) -> None:
    with api.smsc.connect() as esme, ThreadPoolExecutor() as pool:
        esme.bind()
        sent = pool.submit(api, "POST", "/mo", {"from": "447700900123", "to": "100", "text": "STOP", "within": "20s"})
        frame = esme.read() or pytest.fail("closed")
        esme.send(wire.pdu(frame.command_id | wire.RESPONSE, frame.sequence_number, b"\0", 0x64))
        (pdu,) = sent.result()["pdus"]
        (attempt,) = pdu["attempts"]
        assert (attempt["status"], attempt["sequence_number"]) == ("ESME_RX_T_APPN", frame.sequence_number)
        shown = api("GET", f"/messages/{pdu['id']}")
        assert (shown["direction"], shown["text"]) == ("mo", "STOP")


def test_a_day_passes(api: Api) -> None:
    with api.smsc.connect() as esme, ThreadPoolExecutor() as pool:
        esme.bind()
        submit(esme, "447700900128")
        assert api("GET", "/messages/m-1")["state"] == "ENROUTE"
        assert [one["text"] for one in api("GET", "/pending")["items"]] == ["EXPIRED"]
        moved = pool.submit(api, "POST", "/clock/advance", {"by": "2d"})
        esme.next_request(wire.DELIVER_SM)
        assert [one["text"] for one in moved.result()["fired"]] == ["EXPIRED"]
        shown = api("GET", "/messages/m-1")
        assert (shown["state"], shown["receipt_details"][0]["status"]) == ("EXPIRED", "acknowledged")


def test_files_numbers_and_the_end(api: Api) -> None:
    with api.smsc.connect() as esme:
        esme.bind()
        for _ in range(300):
            submit(esme)
        status, capture = api.ask("GET", "/journal?format=pcap")
        assert (status, capture[:4]) == (200, bytes.fromhex("d4c3b2a1"))
        assert capture.count(b"Your code is 4711") == 300
        assert b"password" not in capture
        assert b'smsc_sim_messages_total{result="accepted"} 300.0' in api.ask("GET", "/metrics")[1]
        checks = json.loads(api.ask("GET", "/readyz")[1])["checks"]
        assert checks == {"listening": True, "scenario": True, "store": True}
        assert b"1 expectations" in api.ask("GET", "/report?format=text")[1]
        assert api("POST", "/reset", {"what": ["messages", "counters"]})["messages"] == 300
        assert api("GET", "/messages")["items"] == []
        assert api("GET", "/stats")["counters"]["messages_accepted"] == 0
