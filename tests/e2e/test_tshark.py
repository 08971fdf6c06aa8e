"""Whole conversations, refusals among them, as Wireshark's dissector sees them: no PDU of the product is malformed."""

from __future__ import annotations

import struct
import subprocess
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.e2e import peers, wire
from tests.e2e.driver import Driver
from tests.e2e.relay import SMPP_PORT, Capture, Conversation, running_relay
from tests.e2e.server import Smsc
from tests.e2e.test_clients import ALL_RECEIPTS, KINDS, PEERS
from tests.e2e.wire import Endpoint, Esme, Frame

SUBJECT = wire.submit_body(registered_delivery=1, short_message=b"x" * 140)
PAYLOAD = wire.submit_body(short_message=b"", tlvs=wire.tlv(0x0424, b"y" * 4000), registered_delivery=1)
CANCEL = b"\0" + b"1\0" + b"\0\0\0" * 2
REPLACE = b"1\0" + b"\0\0\0" + b"\0\0" + b"\0\0\2hi"
DATA = b"\0" + b"\1\1447700900001\0" + b"\1\1447700900002\0" + b"\0\1\0"
MULTI = b"\0\1\1447700900001\0" + b"\1\1\1\1447700900002\0" + b"\0\0\0" + b"\0\0" + b"\1\0\0\0\2hi"
REQUESTS: list[tuple[int, bytes]] = [
    (wire.SUBMIT_SM, SUBJECT),
    (wire.SUBMIT_SM, PAYLOAD),
    (wire.SUBMIT_SM, wire.submit_body(registered_delivery=1, data_coding=8, short_message="żółć".encode("utf-16-be"))),
    (wire.SUBMIT_SM, wire.submit_body(source_addr="4" * 40)),
    (wire.SUBMIT_SM, SUBJECT + b"\x02"),
    (wire.SUBMIT_SM, b"\0\1"),
    (wire.SUBMIT_MULTI, MULTI),
    (wire.DATA_SM, DATA + wire.tlv(0x0424, b"data")),
    (wire.DATA_SM, DATA),
    (wire.QUERY_SM, b"1\0\0\0\0"),
    (wire.CANCEL_SM, CANCEL),
    (wire.REPLACE_SM, REPLACE),
    (wire.ENQUIRE_LINK, b""),
    (wire.BIND_TRANSCEIVER, wire.bind_body()),
    (wire.DELIVER_SM, wire.submit_body()),
    (wire.ALERT_NOTIFICATION, b"\1\1447700900002\0\1\1447700900001\0"),
    (0x00000999, b"unknown"),
]


def converse(smsc: Endpoint, command_id: int) -> None:
    """One session of everything: each request is answered, receipts are taken, the session is unbound."""
    with Esme(smsc) as esme:
        for system_id, password in (("nobody", "password"), ("smppclient1", "wrong")):
            with Esme(smsc) as refused:
                assert refused.call(command_id, wire.bind_body(system_id, password)).command_status
        esme.call(wire.SUBMIT_SM, SUBJECT)
        esme.bind(command_id)
        message_ids = []
        for request, body in REQUESTS:
            answer = esme.call(request, body)
            if answer.command_id == wire.SUBMIT_SM | wire.RESPONSE and not answer.command_status:
                message_ids.append(answer.body.removesuffix(b"\0").decode("ascii"))
        if message_ids:
            esme.call(wire.QUERY_SM, wire.c_octets(message_ids[0]) + b"\1\1447700900001\0")
        if command_id == wire.BIND_TRANSCEIVER:
            for _receipt in range(3):
                esme.next_request(wire.DELIVER_SM)
        esme.next_request(wire.ENQUIRE_LINK)
        assert esme.call(wire.UNBIND).command_status == 0
    with Esme(smsc) as broken:
        broken.send(struct.pack(">IIII", 10, wire.SUBMIT_SM, 0, 1))
        broken.expect_close()


def frames(octets: bytes) -> list[Frame]:
    found = []
    while octets:
        length, command_id, status, sequence_number = struct.unpack_from(">IIII", octets)
        found.append(Frame(command_id, status, sequence_number, octets[16:length]))
        octets = octets[length:]
    return found


def dissect(capture: Path, *arguments: str) -> list[str]:
    """tshark's lines on the frames that come from the SMSC."""
    command = [
        peers.program("tshark"), "-r", str(capture), "-n", "-2",
        "-d", f"tcp.port=={SMPP_PORT},smpp",
        "-o", "tcp.check_checksum:FALSE", "-o", "ip.check_checksum:FALSE",
        *arguments,
    ]  # fmt: skip
    finished = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    return finished.stdout.splitlines()


@pytest.mark.parametrize("options", [(), ("--error-bodies",)], ids=["header only on errors", "bodies on errors"])
def test_tshark_finds_nothing_malformed(
    tmp_path: Path, start_smsc: Callable[..., Smsc], options: tuple[str, ...]
) -> None:
    peers.program("tshark")
    smsc = start_smsc("--receipt-after", "50ms", "--enquire-link-timer", "300ms", *options, tls=False)
    with running_relay(smsc.smpp) as relay:
        for command_id in (wire.BIND_TRANSMITTER, wire.BIND_RECEIVER, wire.BIND_TRANSCEIVER):
            converse(relay.endpoint, command_id)
        conversations = relay.conversations
    dissected = check_with_tshark(tmp_path, conversations)
    assert {wire.GENERIC_NACK, wire.DELIVER_SM, wire.ENQUIRE_LINK, wire.UNBIND | wire.RESPONSE} <= set(dissected)


@pytest.mark.parametrize("name", ["smpplib", "node-smpp"])
def test_conversation_of_a_client(tmp_path: Path, smsc: Smsc, name: str) -> None:
    peers.program("tshark")
    with running_relay(smsc.smpp) as relay:
        host, port = relay.endpoint
        task = {
            "host": host,
            "port": port,
            "system_id": "smppclient1",
            "password": "password",
            "mode": "transceiver",
            "submit": KINDS,
            "receipts": ALL_RECEIPTS,
            "enquire_link": True,
            "seconds": 20,
        }
        driver = Driver(PEERS[name].command(), task)
        try:
            driver.finish()
        finally:
            driver.program.kill()
        conversations = relay.conversations
    dissected = check_with_tshark(tmp_path, conversations)
    assert dissected[wire.DELIVER_SM] == dissected[wire.SUBMIT_SM | wire.RESPONSE] == ALL_RECEIPTS


def check_with_tshark(directory: Path, conversations: list[Conversation]) -> Counter[int]:
    """tshark sees every PDU that the SMSC sent, and has nothing to say against one; how many of which command."""
    file = directory / "conversations.pcap"
    capture = Capture()
    for number, conversation in enumerate(conversations):
        capture.add(conversation, 40000 + number)
    capture.write(file)
    ours = f"tcp.srcport=={SMPP_PORT} && smpp"
    complaint = "_ws.malformed || _ws.short || _ws.unreassembled || _ws.expert.severity >= 0x600000"
    assert dissect(file, "-Y", f"{ours} && ({complaint})", "-V") == []
    lines = dissect(file, "-Y", ours, "-T", "fields", "-e", "smpp.command_id", "-E", "aggregator=,")
    dissected = Counter(int(number, 16) for line in lines for number in line.split(",") if number)
    sent = [frame for one in conversations for frame in frames(one.octets(from_smsc=True))]
    assert dissected == Counter(frame.command_id for frame in sent)
    return dissected


def test_tshark_would_find_what_is_malformed(tmp_path: Path) -> None:
    """The dissector is asked in a way that does complain."""
    peers.program("tshark")
    broken = wire.pdu(wire.SUBMIT_SM | wire.RESPONSE, 1, b"1\0" + b"\x02\x05\x00\x09ab")
    file = tmp_path / "broken.pcap"
    capture = Capture()
    capture.add(Conversation([(True, broken)]), 40000)
    capture.write(file)
    assert dissect(file, "-Y", "smpp && _ws.malformed")
