"""The few command_ids and PDUs that a load client needs (SMPP 3.4 section 5.1.2.1).

Written apart from the product's codec on purpose: what measures a server should not share its mistakes.
"""

import struct

GENERIC_NACK = 0x80000000
BIND_TRANSMITTER = 0x00000002
SUBMIT_SM = 0x00000004
SUBMIT_SM_RESP = 0x80000004
DELIVER_SM = 0x00000005
DELIVER_SM_RESP = 0x80000005
UNBIND = 0x00000006
UNBIND_RESP = 0x80000006
BIND_TRANSCEIVER = 0x00000009
ENQUIRE_LINK = 0x00000015
ENQUIRE_LINK_RESP = 0x80000015

BIND_RESPONSES = frozenset({0x80000002, 0x80000009})

HEADER = struct.Struct(">IIII")
"""command_length, command_id, command_status, sequence_number."""


def header_only(command_id: int, sequence_number: int) -> bytes:
    """A PDU without a body, command_status ESME_ROK."""
    return HEADER.pack(HEADER.size, command_id, 0, sequence_number)


def bind_request(command_id: int, sequence_number: int, system_id: str, password: str) -> bytes:
    """A bind_transmitter or bind_transceiver with interface_version 3.4 (SMPP 3.4 section 4.1)."""
    body = system_id.encode("latin-1") + b"\0" + password.encode("latin-1") + b"\0" + b"\0" + b"\x34\0\0\0"
    return HEADER.pack(HEADER.size + len(body), command_id, 0, sequence_number) + body


_DELIVER_SM_RESP = HEADER.pack(HEADER.size + 1, DELIVER_SM_RESP, 0, 0) + b"\0"


def deliver_responses(octets: bytes, start: int, length: int, count: int) -> bytes | bytearray:
    """The answers to count deliver_sm of the same length that lie one after the other in octets.

    Their sequence numbers are copied a column at a time, so the cost hardly depends on count.
    """
    if count == 1:
        return _DELIVER_SM_RESP[:12] + octets[start + 12 : start + 16] + b"\0"
    answers = bytearray(_DELIVER_SM_RESP * count)
    stop = start + count * length
    for column in range(12, 16):
        answers[column :: len(_DELIVER_SM_RESP)] = octets[start + column : stop : length]
    return answers
