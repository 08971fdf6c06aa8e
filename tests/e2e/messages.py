"""What an ESME gets in deliver_sm and data_sm, taken apart by position (SMPP 3.4 sections 4.6.1 and 4.7.1)."""

from __future__ import annotations

import struct
from typing import NamedTuple

from tests.e2e import wire
from tests.e2e.wire import Esme, Frame

RECEIPTED_MESSAGE_ID = 0x001E
MESSAGE_PAYLOAD = 0x0424
MESSAGE_STATE = 0x0427
NETWORK_ERROR_CODE = 0x0423
SAR_MSG_REF_NUM = 0x020C
SAR_TOTAL_SEGMENTS = 0x020E
SAR_SEGMENT_SEQNUM = 0x020F

_FROM = b"\0\x01\x01447700900001\0"
"""service_type and source address of what is submitted here."""


class Message(NamedTuple):
    """A request of the SMSC that carries a text."""

    command_id: int
    source_addr: str
    destination_addr: str
    esm_class: int
    data_coding: int
    short_message: bytes
    tlvs: dict[int, bytes]

    @property
    def octets(self) -> bytes:
        """The text as it came, wherever it stood."""
        return self.short_message or self.tlvs.get(MESSAGE_PAYLOAD, b"")

    @property
    def text(self) -> str:
        return self.octets.decode("latin-1")

    @property
    def is_receipt(self) -> bool:
        return self.esm_class & 0x3C == 0x04

    @property
    def receipted_message_id(self) -> str | None:
        value = self.tlvs.get(RECEIPTED_MESSAGE_ID)
        return None if value is None else value.removesuffix(b"\0").decode("ascii")

    @property
    def message_state(self) -> int | None:
        value = self.tlvs.get(MESSAGE_STATE)
        return None if value is None else int.from_bytes(value, "big")

    def part(self, name: str) -> str | None:
        """What stands behind ``name:`` in the text of a receipt, up to the next blank; None: nothing like that."""
        _, found, rest = f" {self.text}".partition(f" {name}:")
        return rest.partition(" ")[0] if found else None


def parse(frame: Frame) -> Message:
    """Take a deliver_sm or data_sm apart."""
    assert frame.command_id in {wire.DELIVER_SM, wire.DATA_SM}, frame
    body = frame.body
    offset = body.index(b"\0") + 1
    source_addr, offset = _address(body, offset)
    destination_addr, offset = _address(body, offset)
    esm_class = body[offset]
    if frame.command_id == wire.DATA_SM:
        data_coding, short_message, offset = body[offset + 2], b"", offset + 3
    else:
        offset = body.index(b"\0", offset + 3) + 1
        offset = body.index(b"\0", offset) + 1
        data_coding, size = body[offset + 2], body[offset + 4]
        short_message, offset = body[offset + 5 : offset + 5 + size], offset + 5 + size
    tlvs: dict[int, bytes] = {}
    while offset < len(body):
        tag, length = struct.unpack_from(">HH", body, offset)
        tlvs[tag] = body[offset + 4 : offset + 4 + length]
        offset += 4 + length
    return Message(frame.command_id, source_addr, destination_addr, esm_class, data_coding, short_message, tlvs)


def _address(body: bytes, offset: int) -> tuple[str, int]:
    """The address behind its ton and npi at `offset`, and where it ends."""
    end = body.index(b"\0", offset + 2)
    return body[offset + 2 : end].decode("latin-1"), end + 1


def next_message(esme: Esme, timeout: float | None = None, *, command_id: int = wire.DELIVER_SM) -> Message:
    """The next message for the ESME, which has answered it."""
    return parse(esme.next_request(command_id, timeout))


def nothing_came(esme: Esme) -> bool:
    """Whether the SMSC has sent no request so far that has not been looked at; the session must be alive."""
    return esme.is_alive() and not esme.requests


def multi_body(*destinations: bytes, count: int | None = None) -> bytes:
    """A submit_multi to destinations that are given with their dest_flag; ``count``: another number of them."""
    flags = bytes(3) + b"\0\0" + bytes([1, 0, 0, 0, 2]) + b"hi"
    number = len(destinations) if count is None else count
    return _FROM + bytes([number]) + b"".join(destinations) + flags


def failures(answer: Frame) -> list[tuple[str, int]]:
    """unsuccess_sme of a submit_multi_resp."""
    _, _, rest = answer.body.partition(b"\0")
    found = []
    count, rest = rest[0], rest[1:]
    for _ in range(count):
        address, _, rest = rest[2:].partition(b"\0")
        found.append((address.decode(), struct.unpack(">I", rest[:4])[0]))
        rest = rest[4:]
    assert rest == b""
    return found


def attempt(esme: Esme, to: str = "447700900002", text: bytes = b"hello", **fields: object) -> Frame:
    """Submit and return the answer, whatever it is."""
    body = wire.submit_body(destination_addr=to, short_message=text, **fields)  # type: ignore[arg-type]
    return esme.call(wire.SUBMIT_SM, body)


def request(esme: Esme, to: str = "447700900002", text: bytes = b"hello", **fields: object) -> int:
    """Submit without waiting for an answer; the sequence_number."""
    body = wire.submit_body(destination_addr=to, short_message=text, **fields)  # type: ignore[arg-type]
    return esme.request(wire.SUBMIT_SM, body)


def accepted(esme: Esme, to: str = "447700900002", text: bytes = b"hello", **fields: object) -> str:
    """Submit with a receipt asked for; the message_id of a message that must be accepted."""
    return esme.submit(**{"registered_delivery": 1, "destination_addr": to, "short_message": text, **fields})


def refused(esme: Esme, to: str = "447700900002", text: bytes = b"hello", **fields: object) -> int:
    """Submit; the command_status of the submit_sm_resp, which has no body, of a message that must be refused."""
    answer = attempt(esme, to, text, **fields)
    assert answer.command_id == wire.SUBMIT_SM | wire.RESPONSE, answer
    assert answer.command_status, answer
    assert not answer.body, answer
    return answer.command_status


def refused_bind(esme: Esme, system_id: str = "", password: str = "", command_id: int = wire.BIND_TRANSCEIVER) -> int:
    """Bind; the command_status of the response to a bind that must be refused.

    Without a system_id it is that of the default account; the password of any other one is ``secret``.
    """
    body = wire.bind_body(system_id, password or "secret") if system_id else wire.bind_body()
    answer = esme.call(command_id, body)
    assert answer.command_id == command_id | wire.RESPONSE, answer
    assert answer.command_status, answer
    return answer.command_status
