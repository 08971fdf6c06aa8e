"""What the tests of bad octets share: whole PDUs to spoil, and how to tell that nobody else was harmed."""

from __future__ import annotations

import re
from pathlib import Path

from tests.e2e import wire
from tests.e2e.server import Smsc
from tests.e2e.wire import Esme, Frame

BINDS = {
    "transmitter": wire.BIND_TRANSMITTER,
    "receiver": wire.BIND_RECEIVER,
    "transceiver": wire.BIND_TRANSCEIVER,
}
SOURCE = b"\x01\x01447700900001\0"
DESTINATION = b"\x01\x01447700900002\0"
SAR = wire.tlv(0x020C, b"\0\x07") + wire.tlv(0x020E, b"\x02") + wire.tlv(0x020F, b"\x01")
QUERY_SM = b"1\0" + SOURCE
CANCEL_SM = b"\0" + b"1\0" + SOURCE + DESTINATION
REPLACE_SM = b"1\0" + SOURCE + b"\0\0" + b"\0\0\2hi"
DATA_SM = b"\0" + SOURCE + DESTINATION + b"\0\0\0" + wire.tlv(0x0424, b"data")
SUBMIT_MULTI = b"\0" + SOURCE + b"\2" + b"\1" + DESTINATION + b"\2list\0" + b"\0\0\0" + b"\0\0" + b"\0\0\0\0\2hi"
PLAIN = wire.submit_body()
# Whole PDUs, each with the number of its octets that the mandatory fields take.
BODIES = {
    "submit_sm": (wire.SUBMIT_SM, wire.submit_body(tlvs=SAR), len(wire.submit_body())),
    "data_sm": (wire.DATA_SM, DATA_SM, len(DATA_SM) - 8),
    "submit_multi": (wire.SUBMIT_MULTI, SUBMIT_MULTI + SAR, len(SUBMIT_MULTI)),
    "query_sm": (wire.QUERY_SM, QUERY_SM, len(QUERY_SM)),
    "cancel_sm": (wire.CANCEL_SM, CANCEL_SM, len(CANCEL_SM)),
    "replace_sm": (wire.REPLACE_SM, REPLACE_SM, len(REPLACE_SM)),
}


def check_bystander(esme: Esme) -> None:
    message_id = esme.submit(registered_delivery=1)
    text, tlvs = wire.receipt_text(esme.next_request(wire.DELIVER_SM))
    assert text.startswith(f"id:{message_id} ")
    assert tlvs[0x001E] == message_id.encode("ascii") + b"\0"
    assert esme.is_alive()


def told(smsc: Smsc, esme: Esme, reason: str) -> None:
    """The log has a line with the peer and the reason."""
    smsc.wait_for_log(rf"(?<![\d.]){re.escape(esme.peer)}\b.*(?i:{reason})")


def status_of(answer: Frame, command_id: int) -> int:
    assert answer.command_id == command_id | wire.RESPONSE, answer
    return answer.command_status


def memory(smsc: Smsc) -> int:
    """Resident octets of the server (Linux)."""
    statistics = Path(f"/proc/{smsc.program.pid}/statm").read_text(encoding="ascii").split()
    return int(statistics[1]) * 4096
