"""PDUs of other projects' test suites over the wire, each on a fresh session in the state that suits it.

``SMSC_SIM_SHARED`` names the directory whose ``vectors/pdus_open.jsonl`` holds them: one JSON object per line with
``hex``, ``valid``, ``command``, and for what is not valid ``class``, ``defect`` and ``expect``.
"""

from __future__ import annotations

import json
import os
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.e2e import wire
from tests.e2e.server import Smsc, running_smsc
from tests.e2e.wire import Esme, Frame

SENTINEL = 0x7ABCDEF0
BINDS = {wire.BIND_RECEIVER, wire.BIND_TRANSMITTER, wire.BIND_TRANSCEIVER}
ONLY_FROM_SMSC = {wire.DELIVER_SM, wire.OUTBIND, wire.ALERT_NOTIFICATION}
WITHOUT_RESPONSE = {wire.OUTBIND, wire.ALERT_NOTIFICATION}
NOT_FOR_AN_ESME = {wire.ESME_RINVBNDSTS, wire.ESME_RINVCMDID}
FIELD_STATUSES = {
    "system_id": wire.ESME_RINVSYSID,
    "password": wire.ESME_RINVPASWD,
    "system_type": wire.ESME_RINVSYSTYP,
    "address_range": wire.ESME_RBINDFAIL,
    "service_type": wire.ESME_RINVSERTYP,
    "source_addr": wire.ESME_RINVSRCADR,
    "destination_addr": wire.ESME_RINVDSTADR,
    "schedule_delivery_time": wire.ESME_RINVSCHED,
    "validity_period": wire.ESME_RINVEXPIRY,
    "message_id": wire.ESME_RINVMSGID,
    "dl_name": 0x34,
}


def read_vectors() -> list[Any]:
    shared = os.environ.get("SMSC_SIM_SHARED")
    if not shared:
        reason = "SMSC_SIM_SHARED is not set: no vectors of other projects"
        return [pytest.param({}, id="none", marks=pytest.mark.skip(reason=reason))]
    file = Path(shared) / "vectors" / "pdus_open.jsonl"
    vectors = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    return [
        pytest.param(vector, id=f"{vector['id']}-{vector['command']}-{vector.get('class') or 'valid'}")
        for vector in vectors
    ]


@pytest.fixture(scope="module")
def smsc(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Smsc]:
    """Receipts stay away: what comes back is the answer to the vector."""
    with running_smsc(tmp_path_factory.mktemp("smsc"), "--receipt-after", "1h", "--grace", "1s", tls=False) as running:
        yield running


class Exchange:
    """What one vector brought: the answers before the sentinel's, and whether the session outlived it."""

    def __init__(self, smsc: Smsc, octets: bytes) -> None:
        self.command_id: int
        self.sequence_number: int
        _, self.command_id, _, self.sequence_number = struct.unpack(">IIII", (octets + bytes(16))[:16])
        self.answers: list[Frame] = []
        self.alive = False
        with Esme(smsc.smpp) as esme:
            if self.command_id not in BINDS:
                esme.bind(interface_version=0x50)
            esme.send(octets + wire.pdu(wire.ENQUIRE_LINK, SENTINEL))
            while (frame := esme.read()) is not None:
                if frame == Frame(wire.ENQUIRE_LINK | wire.RESPONSE, 0, SENTINEL, b""):
                    self.alive = True
                    break
                self.answers.append(frame)

    def one_answer(self) -> Frame:
        assert len(self.answers) == 1, self.answers
        answer = self.answers[0]
        assert answer.sequence_number == self.sequence_number, answer
        return answer


@pytest.mark.parametrize("vector", read_vectors())
def test_vector(smsc: Smsc, vector: dict[str, Any]) -> None:
    octets = bytes.fromhex(vector["hex"])
    if vector.get("class") == "incomplete":
        check_incomplete(smsc, octets)
        return
    exchange = Exchange(smsc, octets)
    assert all(answer.command_status != wire.ESME_RSYSERR for answer in exchange.answers)
    if vector["valid"]:
        check_valid(exchange)
    elif vector["class"] in {"length_below_16", "length_too_large"}:
        assert not exchange.alive
        answer = exchange.answers[0]
        assert answer[:2] == (wire.GENERIC_NACK, wire.ESME_RINVCMDLEN)
        assert len(exchange.answers) == 1
    elif exchange.command_id & wire.RESPONSE:
        assert exchange.answers == []
        assert exchange.alive
    else:
        check_refused(exchange, vector)


def check_incomplete(smsc: Smsc, octets: bytes) -> None:
    """The rest never comes: nothing is answered, at the end of the stream all is dropped."""
    command_id = struct.unpack_from(">I", (octets + bytes(8))[:8], 4)[0]
    with Esme(smsc.smpp) as esme:
        if command_id not in BINDS:
            esme.bind()
        esme.send(octets)
        esme.finish_sending()
        assert esme.expect_close() == []


def check_valid(exchange: Exchange) -> None:
    command_id = exchange.command_id
    if command_id & wire.RESPONSE:
        assert exchange.answers == []
        assert exchange.alive
        return
    answer = exchange.one_answer()
    if command_id == wire.UNBIND:
        assert answer[:2] == (wire.UNBIND | wire.RESPONSE, 0)
        return
    assert exchange.alive, "a valid PDU never costs the connection"
    if command_id in ONLY_FROM_SMSC:
        expected = {wire.GENERIC_NACK, *([] if command_id in WITHOUT_RESPONSE else [command_id | wire.RESPONSE])}
        assert answer.command_id in expected
        assert answer.command_status in NOT_FOR_AN_ESME
    else:
        assert answer.command_id == command_id | wire.RESPONSE, answer


def check_refused(exchange: Exchange, vector: dict[str, Any]) -> None:
    answer = exchange.one_answer()
    command_id = exchange.command_id
    assert exchange.alive or command_id == wire.UNBIND, "the session stays open"
    if vector["class"] == "unknown_command":
        assert answer[:2] == (wire.GENERIC_NACK, wire.ESME_RINVCMDID)
        return
    statuses = wanted_statuses(vector)
    if command_id in ONLY_FROM_SMSC:
        statuses |= NOT_FOR_AN_ESME
    if command_id not in WITHOUT_RESPONSE:
        allowed = {command_id | wire.RESPONSE}
        if command_id in ONLY_FROM_SMSC:
            allowed.add(wire.GENERIC_NACK)
        assert answer.command_id in allowed, answer
    else:
        assert answer.command_id == wire.GENERIC_NACK
    assert answer.command_status in statuses, (hex(answer.command_status), vector["defect"])


def wanted_statuses(vector: dict[str, Any]) -> set[int]:
    kind = vector["class"]
    field = vector["defect"].partition(":")[0].rpartition(".")[2].partition("[")[0]
    named = {FIELD_STATUSES[field]} if field in FIELD_STATUSES else set()
    statuses: dict[str, set[int]] = {
        "body_short": {wire.ESME_RINVCMDLEN},
        "missing_nul": {wire.ESME_RINVCMDLEN, *named},
        "field_overlong": named or {wire.ESME_RINVCMDLEN, *FIELD_STATUSES.values()},
        "sm_length_overrun": {wire.ESME_RINVMSGLEN, wire.ESME_RINVCMDLEN},
        "tlv_overrun": {wire.ESME_RINVOPTPARSTREAM},
        "tlv_stray_octets": {wire.ESME_RINVOPTPARSTREAM},
        "tlv_wrong_size": {wire.ESME_RINVPARLEN},
        "bad_dest_flag": {wire.ESME_RINVDESTFLAG},
    }
    return statuses[kind]
