"""SMPP spoken octet by octet over a real socket, by a hand that owes nothing to the product's codec.

Field layouts after SMPP 3.4, section 4; statuses after its section 5.1.3.
"""

from __future__ import annotations

import socket
import ssl
import struct
import time
from types import TracebackType
from typing import NamedTuple

from typing_extensions import Self

RESPONSE = 0x80000000

GENERIC_NACK = 0x80000000
BIND_RECEIVER = 0x00000001
BIND_TRANSMITTER = 0x00000002
QUERY_SM = 0x00000003
SUBMIT_SM = 0x00000004
DELIVER_SM = 0x00000005
UNBIND = 0x00000006
REPLACE_SM = 0x00000007
CANCEL_SM = 0x00000008
BIND_TRANSCEIVER = 0x00000009
OUTBIND = 0x0000000B
ENQUIRE_LINK = 0x00000015
SUBMIT_MULTI = 0x00000021
ALERT_NOTIFICATION = 0x00000102
DATA_SM = 0x00000103
BROADCAST_SM = 0x00000111
QUERY_BROADCAST_SM = 0x00000112
CANCEL_BROADCAST_SM = 0x00000113

ESME_ROK = 0x00
ESME_RINVMSGLEN = 0x01
ESME_RINVCMDLEN = 0x02
ESME_RINVCMDID = 0x03
ESME_RINVBNDSTS = 0x04
ESME_RALYBND = 0x05
ESME_RINVPRTFLG = 0x06
ESME_RSYSERR = 0x08
ESME_RINVSRCADR = 0x0A
ESME_RINVDSTADR = 0x0B
ESME_RINVMSGID = 0x0C
ESME_RBINDFAIL = 0x0D
ESME_RINVPASWD = 0x0E
ESME_RINVSYSID = 0x0F
ESME_RCANCELFAIL = 0x11
ESME_RREPLACEFAIL = 0x13
ESME_RMSGQFUL = 0x14
ESME_RINVSERTYP = 0x15
ESME_RINVNUMDESTS = 0x33
ESME_RINVDLNAME = 0x34
ESME_RINVDESTFLAG = 0x40
ESME_RINVSYSTYP = 0x53
ESME_RINVSCHED = 0x61
ESME_RINVEXPIRY = 0x62
ESME_RQUERYFAIL = 0x67
ESME_RINVOPTPARSTREAM = 0xC0
ESME_RINVPARLEN = 0xC2
ESME_RMISSINGOPTPARAM = 0xC3

Endpoint = tuple[str, int]


class Frame(NamedTuple):
    """One PDU as it came: header taken apart, body left alone."""

    command_id: int
    command_status: int
    sequence_number: int
    body: bytes

    @property
    def is_response(self) -> bool:
        return bool(self.command_id & RESPONSE)


def pdu(command_id: int, sequence_number: int, body: bytes = b"", command_status: int = 0) -> bytes:
    return struct.pack(">IIII", 16 + len(body), command_id, command_status, sequence_number) + body


def c_octets(text: str) -> bytes:
    return text.encode("latin-1") + b"\0"


def tlv(tag: int, value: bytes) -> bytes:
    return struct.pack(">HH", tag, len(value)) + value


def bind_body(
    system_id: str = "smppclient1",
    password: str = "password",
    *,
    system_type: str = "",
    interface_version: int = 0x34,
    address_range: str = "",
) -> bytes:
    return (
        c_octets(system_id)
        + c_octets(password)
        + c_octets(system_type)
        + bytes([interface_version, 0, 0])
        + c_octets(address_range)
    )


def submit_body(
    *,
    service_type: str = "",
    source_addr: str = "447700900001",
    destination_addr: str = "447700900002",
    esm_class: int = 0,
    priority_flag: int = 0,
    replace_if_present_flag: int = 0,
    schedule_delivery_time: str = "",
    validity_period: str = "",
    registered_delivery: int = 0,
    data_coding: int = 0,
    short_message: bytes = b"hello",
    tlvs: bytes = b"",
) -> bytes:
    return (
        c_octets(service_type)
        + b"\x01\x01"
        + c_octets(source_addr)
        + b"\x01\x01"
        + c_octets(destination_addr)
        + bytes([esm_class, 0, priority_flag])
        + c_octets(schedule_delivery_time)
        + c_octets(validity_period)
        + bytes([registered_delivery, replace_if_present_flag, data_coding, 0, len(short_message)])
        + short_message
        + tlvs
    )


class Esme:
    """One connection to the SMSC. Every wait is bounded by `patience` seconds."""

    def __init__(
        self,
        endpoint: Endpoint,
        *,
        tls: ssl.SSLContext | None = None,
        patience: float = 10.0,
        connection: socket.socket | None = None,
    ) -> None:
        """`connection`: one that the SMSC has made; else one is made to `endpoint`."""
        self.patience = patience
        plain = connection or socket.create_connection(endpoint, timeout=patience)
        self.peer = "{}:{}".format(*plain.getsockname()[:2])
        self._sequence_number = 0
        self._received = b""
        self.requests: list[Frame] = []
        try:
            self.socket = tls.wrap_socket(plain, server_hostname=endpoint[0]) if tls else plain
        except BaseException:
            plain.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        self.socket.close()

    def next_sequence_number(self) -> int:
        self._sequence_number += 1
        return self._sequence_number

    def send(self, octets: bytes) -> None:
        self.socket.sendall(octets)

    def request(self, command_id: int, body: bytes = b"") -> int:
        """Send a request; its sequence_number."""
        sequence_number = self.next_sequence_number()
        self.send(pdu(command_id, sequence_number, body))
        return sequence_number

    def call(self, command_id: int, body: bytes = b"") -> Frame:
        """Send a request and read its answer."""
        return self.answer(self.request(command_id, body))

    def bind(
        self,
        command_id: int = BIND_TRANSCEIVER,
        *,
        system_id: str = "smppclient1",
        password: str = "password",
        interface_version: int = 0x34,
    ) -> Self:
        answer = self.call(command_id, bind_body(system_id, password, interface_version=interface_version))
        assert (answer.command_id, answer.command_status) == (command_id | RESPONSE, ESME_ROK), answer
        return self

    def read(self, timeout: float | None = None) -> Frame | None:
        """The next PDU; None at the end of the stream (also when the peer resets it)."""
        deadline = time.monotonic() + (self.patience if timeout is None else timeout)
        if not self._fill(16, deadline):
            return None
        length, command_id, status, sequence_number = struct.unpack(">IIII", self._received[:16])
        assert 16 <= length <= 1 << 20, f"a PDU of {length} octets from the SMSC"
        if not self._fill(length, deadline):
            raise AssertionError(f"the stream ended inside a PDU: {self._received.hex()}")
        body = self._received[16:length]
        self._received = self._received[length:]
        return Frame(command_id, status, sequence_number, body)

    def unread(self) -> bytes:
        """What has come behind the last PDU that was read."""
        return self._received

    def _fill(self, wanted: int, deadline: float) -> bool:
        while len(self._received) < wanted:
            self.socket.settimeout(max(0.001, deadline - time.monotonic()))
            try:
                octets = self.socket.recv(65536)
            except TimeoutError:
                raise AssertionError(f"waited in vain for {wanted} octets; had {self._received.hex()!r}") from None
            except (ConnectionResetError, BrokenPipeError, ssl.SSLError):
                octets = b""
            if not octets:
                return False
            self._received += octets
        return True

    def answer(self, sequence_number: int, timeout: float | None = None) -> Frame:
        """The response with this sequence_number; requests of the SMSC on the way are answered and kept."""
        while True:
            frame = self.read(timeout)
            assert frame is not None, f"the SMSC closed before it answered {sequence_number}"
            if frame.is_response:
                assert frame.sequence_number == sequence_number, (sequence_number, frame)
                return frame
            self.respond(frame)

    def respond(self, frame: Frame) -> None:
        """Keep a request of the SMSC and answer it."""
        self.requests.append(frame)
        body = b"\0" if frame.command_id == DELIVER_SM else b""
        self.send(pdu(frame.command_id | RESPONSE, frame.sequence_number, body))

    def next_request(self, command_id: int, timeout: float | None = None) -> Frame:
        """The next request of the SMSC with this command_id, answered; kept ones first."""
        for index, kept in enumerate(self.requests):
            if kept.command_id == command_id:
                return self.requests.pop(index)
        while True:
            frame = self.read(timeout)
            assert frame is not None, f"the SMSC closed before it sent 0x{command_id:08x}"
            assert not frame.is_response, frame
            self.respond(frame)
            if frame.command_id == command_id:
                return self.requests.pop()

    def submit(self, **fields: object) -> str:
        """submit_sm that must be accepted; its message_id."""
        answer = self.call(SUBMIT_SM, submit_body(**fields))  # type: ignore[arg-type]
        assert (answer.command_id, answer.command_status) == (SUBMIT_SM | RESPONSE, ESME_ROK), answer
        message_id = answer.body.removesuffix(b"\0").decode("ascii")
        assert message_id
        return message_id

    def is_alive(self) -> bool:
        """Whether an enquire_link is answered ESME_ROK."""
        answer = self.call(ENQUIRE_LINK)
        return (answer.command_id, answer.command_status) == (ENQUIRE_LINK | RESPONSE, ESME_ROK)

    def finish_sending(self) -> None:
        """Send no more, still read."""
        self.socket.shutdown(socket.SHUT_WR)

    def expect_close(self, timeout: float | None = None) -> list[Frame]:
        """What came before the SMSC closed the connection."""
        frames = []
        while (frame := self.read(timeout)) is not None:
            frames.append(frame)
        return frames


def receipt_text(deliver_sm: Frame) -> tuple[str, dict[int, bytes]]:
    """short_message and TLVs of a receipt, the fields before them stepped over (SMPP 3.4 section 4.6.1)."""
    body = deliver_sm.body
    offset = body.index(b"\0") + 1
    for _address in range(2):
        offset = body.index(b"\0", offset + 2) + 1
    assert body[offset] & 0x3C == 0x04, f"esm_class {body[offset]:#x} is not a receipt's"
    offset += 3
    offset = body.index(b"\0", offset) + 1
    offset = body.index(b"\0", offset) + 1
    sm_length = body[offset + 4]
    offset += 5
    text = body[offset : offset + sm_length].decode("ascii")
    offset += sm_length
    tlvs: dict[int, bytes] = {}
    while offset < len(body):
        tag, length = struct.unpack_from(">HH", body, offset)
        tlvs[tag] = body[offset + 4 : offset + 4 + length]
        offset += 4 + length
    return text, tlvs
