"""Spoilt PDUs over real sockets: the right status or a clean close, a word in the log, and no harm to anybody else."""

from __future__ import annotations

import itertools
import struct
from collections.abc import Iterator

import pytest

from tests.e2e import wire
from tests.e2e.harm import BINDS, BODIES, DESTINATION, PLAIN, SOURCE, memory, status_of, told
from tests.e2e.server import Smsc
from tests.e2e.wire import Esme

LONG = b"4" * 100 + b"\0"
CUT = {wire.ESME_RINVCMDLEN, wire.ESME_RINVMSGLEN, wire.ESME_RINVOPTPARSTREAM}
OVERLONG = {
    "bind system_id": (wire.BIND_TRANSCEIVER, wire.bind_body(system_id="x" * 16), wire.ESME_RINVSYSID),
    "bind password": (wire.BIND_TRANSMITTER, wire.bind_body(password="x" * 9), wire.ESME_RINVPASWD),
    "bind system_type": (wire.BIND_RECEIVER, wire.bind_body(system_type="x" * 13), wire.ESME_RINVSYSTYP),
    "bind address_range": (wire.BIND_TRANSCEIVER, wire.bind_body(address_range="x" * 41), wire.ESME_RBINDFAIL),
    "service_type": (wire.SUBMIT_SM, wire.submit_body(service_type="xxxxxx"), wire.ESME_RINVSERTYP),
    "source_addr": (wire.SUBMIT_SM, wire.submit_body(source_addr="4" * 21), wire.ESME_RINVSRCADR),
    "destination_addr": (wire.SUBMIT_SM, wire.submit_body(destination_addr="4" * 21), wire.ESME_RINVDSTADR),
    "schedule_delivery_time": (
        wire.SUBMIT_SM,
        wire.submit_body(schedule_delivery_time="0" * 17),
        wire.ESME_RINVSCHED,
    ),
    "validity_period": (wire.SUBMIT_SM, wire.submit_body(validity_period="0" * 17), wire.ESME_RINVEXPIRY),
    "query_sm message_id": (wire.QUERY_SM, b"1" * 65 + b"\0" + SOURCE, wire.ESME_RINVMSGID),
    "query_sm source_addr": (wire.QUERY_SM, b"1\0\1\1" + LONG, wire.ESME_RINVSRCADR),
    "cancel_sm message_id": (wire.CANCEL_SM, b"\0" + LONG + SOURCE + DESTINATION, wire.ESME_RINVMSGID),
    "cancel_sm destination_addr": (wire.CANCEL_SM, b"\0" + b"1\0" + SOURCE + b"\1\1" + LONG, wire.ESME_RINVDSTADR),
    "replace_sm message_id": (wire.REPLACE_SM, LONG + SOURCE, wire.ESME_RINVMSGID),
    "data_sm source_addr": (
        wire.DATA_SM,
        b"\0\1\1" + b"4" * 65 + b"\0" + DESTINATION + b"\0\0\0",
        wire.ESME_RINVSRCADR,
    ),
    "submit_multi dl_name": (wire.SUBMIT_MULTI, b"\0" + SOURCE + b"\1\2" + LONG, 0x34),
}
BAD_TLVS = {
    "overrun": (wire.tlv(0x0424, b"abc")[:-1], wire.ESME_RINVOPTPARSTREAM),
    "overrun of 65535": (b"\x04\x24\xff\xff", wire.ESME_RINVOPTPARSTREAM),
    "one stray octet": (b"\x02", wire.ESME_RINVOPTPARSTREAM),
    "two stray octets": (b"\x02\x0c", wire.ESME_RINVOPTPARSTREAM),
    "three stray octets after a TLV": (wire.tlv(0x020E, b"\2") + b"\x02\x0c\0", wire.ESME_RINVOPTPARSTREAM),
    "sar_msg_ref_num of one octet": (wire.tlv(0x020C, b"\1"), wire.ESME_RINVPARLEN),
    "user_message_reference of three octets": (wire.tlv(0x0204, b"\0\0\1"), wire.ESME_RINVPARLEN),
}


@pytest.fixture
def smsc(shared_smsc: Smsc, bystander: Esme) -> Smsc:
    return shared_smsc


def body_for(esme: Esme, command_id: int) -> None:
    """Bring the session to where the command may be sent."""
    if command_id not in BINDS.values():
        esme.bind()


@pytest.mark.parametrize("bound", [False, True], ids=["open", "bound"])
@pytest.mark.parametrize("length", [0, 4, 10, 15, 1 << 24, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF])
def test_command_length(smsc: Smsc, length: int, bound: bool) -> None:
    with smsc.connect() as esme:
        if bound:
            esme.bind()
        esme.send(struct.pack(">IIII", length, wire.SUBMIT_SM, 0, 77))
        frames = esme.expect_close()
        assert [frame[:2] for frame in frames] == [(wire.GENERIC_NACK, wire.ESME_RINVCMDLEN)]
        assert frames[0].sequence_number in ({0, 77} if length < 16 else {77})
        told(smsc, esme, "command_length|framing")


def test_a_huge_pdu_is_not_kept(smsc: Smsc) -> None:
    before = memory(smsc)
    with smsc.connect() as esme:
        esme.bind()
        esme.send(struct.pack(">IIII", 0x80000000, wire.SUBMIT_SM, 0, 1))
        try:
            for _ in range(512):
                esme.send(bytes(65536))
        except (ConnectionError, TimeoutError):
            pass
        assert memory(smsc) - before < 16 << 20


@pytest.mark.parametrize("name", BODIES)
def test_body_cut_at_every_octet(smsc: Smsc, name: str) -> None:
    command_id, body, mandatory = BODIES[name]
    whole_tlvs = {mandatory, *itertools.accumulate([mandatory, *tlv_lengths(body[mandatory:])])}
    with smsc.connect() as esme:
        esme.bind()
        for stop in range(len(body) + 1):
            status = status_of(esme.call(command_id, body[:stop]), command_id)
            if stop < mandatory:
                assert status in CUT, (stop, status)
            elif stop not in whole_tlvs:
                assert status == wire.ESME_RINVOPTPARSTREAM, (stop, status)
            else:
                assert status not in CUT | {wire.ESME_RSYSERR}, (stop, status)
        assert esme.is_alive()
        told(smsc, esme, name)


def tlv_lengths(octets: bytes) -> Iterator[int]:
    while octets:
        length = 4 + struct.unpack_from(">H", octets, 2)[0]
        yield length
        octets = octets[length:]


@pytest.mark.parametrize("bind", BINDS)
def test_bind_cut_at_every_octet(smsc: Smsc, bind: str) -> None:
    command_id = BINDS[bind]
    body = wire.bind_body()
    with smsc.connect() as esme:
        for stop in range(len(body)):
            assert status_of(esme.call(command_id, body[:stop]), command_id) in CUT, stop
        told(smsc, esme, f"bind_{bind}")
        assert status_of(esme.call(command_id, body), command_id) == 0
        assert esme.is_alive()


@pytest.mark.parametrize("body", [b"x" * 4, b"\0\1\1" + b"4" * 15, b"\0\1\1" + b"4\0" + b"\1\1" + b"4" * 20])
def test_missing_nul(smsc: Smsc, body: bytes) -> None:
    with smsc.connect() as esme:
        esme.bind()
        assert status_of(esme.call(wire.SUBMIT_SM, body), wire.SUBMIT_SM) == wire.ESME_RINVCMDLEN
        told(smsc, esme, "nul")
        assert esme.is_alive()


def test_missing_nul_in_a_bind(smsc: Smsc) -> None:
    with smsc.connect() as esme:
        answer = esme.call(wire.BIND_TRANSCEIVER, b"smppclient1")
        assert status_of(answer, wire.BIND_TRANSCEIVER) == wire.ESME_RINVCMDLEN
        told(smsc, esme, "nul")
        esme.bind()


@pytest.mark.parametrize("field", OVERLONG)
def test_overlong_field(smsc: Smsc, field: str) -> None:
    command_id, body, status = OVERLONG[field]
    with smsc.connect() as esme:
        body_for(esme, command_id)
        assert status_of(esme.call(command_id, body), command_id) == status
        told(smsc, esme, field.rsplit(maxsplit=1)[-1])
        if command_id in BINDS.values():
            esme.bind()
        assert esme.is_alive()


def test_overlong_field_without_end(smsc: Smsc) -> None:
    with smsc.connect() as esme:
        esme.bind()
        answer = esme.call(wire.SUBMIT_SM, b"\0\1\1" + b"4" * 60000)
        assert status_of(answer, wire.SUBMIT_SM) == wire.ESME_RINVSRCADR
        assert esme.is_alive()


def test_sm_length_beyond_the_end(smsc: Smsc) -> None:
    body = wire.submit_body(short_message=b"hello")
    with smsc.connect() as esme:
        esme.bind()
        for sm_length in (6, 200, 254, 255):
            wrong = body[:-6] + bytes([sm_length]) + body[-5:]
            status = status_of(esme.call(wire.SUBMIT_SM, wrong), wire.SUBMIT_SM)
            assert status in {wire.ESME_RINVMSGLEN, wire.ESME_RINVCMDLEN}
        told(smsc, esme, "sm_length|short_message")
        assert esme.is_alive()


@pytest.mark.parametrize("name", BAD_TLVS)
def test_bad_tlv(smsc: Smsc, name: str) -> None:
    octets, status = BAD_TLVS[name]
    with smsc.connect() as esme:
        esme.bind()
        assert status_of(esme.call(wire.SUBMIT_SM, PLAIN + octets), wire.SUBMIT_SM) == status
        told(smsc, esme, "tlv")
        assert status_of(esme.call(wire.ENQUIRE_LINK, octets), wire.ENQUIRE_LINK) == status
        assert esme.is_alive()


def test_unknown_tlvs_are_taken(smsc: Smsc) -> None:
    with smsc.connect() as esme:
        esme.bind()
        esme.submit(tlvs=wire.tlv(0x1400, b"vendor") + wire.tlv(0x3FFF, b"") + wire.tlv(0x0000, b"\0" * 300))


def test_the_longest_message_payload(smsc: Smsc) -> None:
    with smsc.connect() as esme:
        esme.bind()
        esme.submit(short_message=b"", tlvs=wire.tlv(0x0424, b"x" * 65535))
        assert esme.is_alive()
