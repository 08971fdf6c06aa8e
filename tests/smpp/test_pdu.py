from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smsc_sim.smpp.commands import COMMANDS_BY_NAME, Command
from smsc_sim.smpp.errors import EncodeError, FramingError, WireError
from smsc_sim.smpp.framing import HEADER
from smsc_sim.smpp.pdu import Pdu, encode, encode_header_only
from smsc_sim.smpp.status import CommandStatus, name_of
from smsc_sim.smpp.tlv import Tlv
from tests.smpp.strategies import bodies, commands, tlv_lists
from tests.smpp.vector_files import MALFORMED, VECTORS, Malformed, Vector

each_vector = pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector.name)
SMPP_5_0 = 0x50


def with_length(octets: bytes) -> bytes:
    """The octets with command_length made to fit."""
    return len(octets).to_bytes(4, "big") + octets[4:]


@each_vector
def test_every_vector_decodes_to_what_its_author_meant(vector: Vector) -> None:
    pdu = Pdu(vector.octets)

    pdu.check(SMPP_5_0)
    assert pdu.name == vector.command
    assert pdu.command is COMMANDS_BY_NAME[vector.command]
    assert pdu.command_length == len(vector.octets)
    assert pdu.command_status == vector.command_status
    assert pdu.sequence_number == vector.sequence_number
    assert pdu.fields == vector.fields
    assert list(pdu.fields) == list(vector.fields)
    assert [(tlv.name, tlv.value) for tlv in pdu.tlvs] == vector.tlvs


@each_vector
def test_every_vector_is_encoded_to_the_same_octets(vector: Vector) -> None:
    octets = encode(
        vector.command,
        sequence_number=vector.sequence_number,
        command_status=vector.command_status,
        fields=vector.fields,
        tlvs=vector.tlvs,
    )

    assert octets == vector.octets


@each_vector
def test_every_vector_cut_short_says_where_it_ends(vector: Vector) -> None:
    mandatory = len(
        encode(vector.command, sequence_number=1, command_status=vector.command_status, fields=vector.fields)
    )
    boundaries = {mandatory}
    for tlv in Pdu(vector.octets).tlvs:
        boundaries.add(max(boundaries) + len(tlv.encode()))
    if vector.command_status and COMMANDS_BY_NAME[vector.command].body_optional_on_error:
        boundaries.add(16)

    for length in range(16, len(vector.octets)):
        pdu = Pdu(with_length(vector.octets[:length]))
        if length in boundaries:
            pdu.check(SMPP_5_0)
            continue
        with pytest.raises(WireError) as caught:
            pdu.check(SMPP_5_0)
        error = caught.value
        assert 16 <= error.offset <= length
        if length > mandatory:
            assert error.status == CommandStatus.ESME_RINVOPTPARSTREAM
        elif error.field == "short_message":
            assert error.status == CommandStatus.ESME_RINVMSGLEN
        else:
            assert error.status == CommandStatus.ESME_RINVCMDLEN


@pytest.mark.parametrize("malformed", MALFORMED, ids=lambda malformed: malformed.name)
def test_every_malformed_pdu_is_refused_with_status_field_and_offset(malformed: Malformed) -> None:
    with pytest.raises(WireError) as caught:
        Pdu(malformed.octets).check()

    assert name_of(caught.value.status) == malformed.status
    assert caught.value.field == malformed.field
    assert caught.value.offset == malformed.offset


def test_a_pdu_decodes_nothing_before_it_is_asked() -> None:
    pdu = Pdu(with_length(HEADER.pack(0, 0x04, 0, 7) + b"\xff" * 30))

    assert (pdu.name, pdu.sequence_number, pdu.command_status) == ("submit_sm", 7, 0)
    for ask in (lambda: pdu.fields, lambda: pdu.tlvs, lambda: pdu.tlv("message_payload"), pdu.check):
        with pytest.raises(WireError, match="service_type"):
            ask()


def test_a_pdu_decodes_once() -> None:
    pdu = Pdu(encode("submit_sm", sequence_number=1, tlvs=[("source_port", 1)]))

    assert pdu.fields is pdu.fields
    assert pdu.tlvs is pdu.tlvs


def test_the_tlvs_can_be_asked_for_first() -> None:
    pdu = Pdu(encode("submit_sm", sequence_number=1, tlvs=[("source_port", 5), ("0x1400", b"own")]))

    assert pdu.tlv("source_port") == 5
    assert pdu.tlv("0x1400") == b"own"
    assert pdu.tlv("destination_port") is None


def test_the_first_tlv_of_a_name_is_given_in_any_spelling() -> None:
    pdu = Pdu(encode("submit_sm", sequence_number=1, tlvs=[("dest_port", 5), ("destination_port", 6)]))

    assert pdu.tlv("destination_port") == pdu.tlv("dest_port") == 5
    assert pdu.tlv("0x14AB") is None


def test_a_vendor_tag_is_found_in_either_case() -> None:
    assert Pdu(encode("unbind", sequence_number=1, tlvs=[(0x14AB, b"own")])).tlv("0x14AB") == b"own"


def test_a_tlv_of_a_wrong_length_is_shown_and_refused_by_the_check() -> None:
    pdu = Pdu(encode("enquire_link", sequence_number=1, tlvs=[(0x020C, b"\x01")]))

    assert pdu.tlvs == [Tlv(0x020C, b"\x01")]
    with pytest.raises(WireError, match=r"tlv\.sar_msg_ref_num at octet 16: 1 octet"):
        pdu.check()


def test_an_unknown_command_is_carried_and_refused_by_the_check() -> None:
    pdu = Pdu(HEADER.pack(20, 0x00000999, 0, 5) + b"what")

    assert (pdu.name, pdu.command, pdu.fields, pdu.tlvs) == ("0x00000999", None, {}, [])
    with pytest.raises(WireError, match="command_id at octet 4: 0x00000999 is not known"):
        pdu.check()


def test_255_destinations_are_for_smpp_5_0() -> None:
    destinations = [{"dest_flag": 2, "dl_name": "crew"}] * 255
    pdu = Pdu(encode("submit_multi", sequence_number=1, fields={"dest_addresses": destinations}))

    pdu.check(SMPP_5_0)
    with pytest.raises(WireError) as caught:
        pdu.check()
    error = caught.value
    assert (error.status, error.field, error.offset) == (
        CommandStatus.ESME_RINVNUMDESTS,
        "number_of_dests",
        20,
    )
    Pdu(encode("submit_multi", sequence_number=1, fields={"dest_addresses": destinations[1:]})).check()


@pytest.mark.parametrize(
    ("octets", "command_length", "sequence_number"),
    [
        (b"", 0, 0),
        (HEADER.pack(16, 0x15, 0, 9)[:15], 16, 0),
        (HEADER.pack(17, 0x15, 0, 9), 17, 9),
        (HEADER.pack(15, 0x15, 0, 9), 15, 9),
    ],
)
def test_octets_that_are_not_one_frame_are_no_pdu(octets: bytes, command_length: int, sequence_number: int) -> None:
    with pytest.raises(FramingError) as caught:
        Pdu(octets)
    assert (caught.value.command_length, caught.value.sequence_number) == (command_length, sequence_number)


def test_a_pdu_shows_what_it_is() -> None:
    pdu = Pdu(encode_header_only(0x80000004, 0x58, 12))

    assert repr(pdu) == "<Pdu submit_sm_resp command_status 0x00000058 sequence_number 12, 16 octets>"


def test_fields_not_given_are_zero_or_empty() -> None:
    pdu = Pdu(encode("submit_sm", sequence_number=1))

    assert set(pdu.fields.values()) == {0, "", b""}
    assert len(pdu.octets) == 33


def test_a_command_is_named_or_numbered() -> None:
    assert encode("enquire_link", sequence_number=3) == encode(0x15, sequence_number=3)


@pytest.mark.parametrize("name", [command.name for command in COMMANDS_BY_NAME.values() if command.is_response])
def test_a_refusing_response_has_no_body_unless_one_is_given(name: str) -> None:
    command = COMMANDS_BY_NAME[name]
    refusal = encode(name, sequence_number=3, command_status=CommandStatus.ESME_RSYSERR)

    assert refusal == encode_header_only(command.command_id, 0x08, 3)
    assert Pdu(refusal).fields == {}
    Pdu(refusal).check()
    if command.fields:
        first = command.fields[0].name
        given = encode(name, sequence_number=3, command_status=0x08, fields={first: ""})
        assert Pdu(given).fields[first] == ""
        with_tlv = encode(name, sequence_number=3, command_status=0x08, tlvs=[("congestion_state", 99)])
        assert Pdu(with_tlv).fields[first] == ""
        assert Pdu(with_tlv).tlv("congestion_state") == 99


def test_a_request_has_its_body_whatever_its_status() -> None:
    assert len(encode("outbind", sequence_number=1, command_status=8)) == 18


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"command": "submit"}, "command_id: submit is not known"),
        ({"command": 0x999}, "command_id: 0x00000999 is not known"),
        ({"sequence_number": -1}, "sequence_number: -1 does not fit 4 octets"),
        ({"sequence_number": 2**32}, "sequence_number: 4294967296 does not fit 4 octets"),
        ({"command_status": 2**32}, "command_status: 4294967296 does not fit 4 octets"),
        ({"fields": {"dest_addr": "1"}}, "dest_addr: submit_sm has no such field"),
        ({"fields": {"data_coding": 256}}, "data_coding: 256 does not fit 1 octet(s)"),
        ({"fields": {"validity_period": "1"}}, "validity_period: 2 octets with its NUL, 1 or 17 needed"),
        ({"fields": {"short_message": "text"}}, "short_message: bytes are needed, not str"),
        ({"fields": {"short_message": bytes(256)}}, "short_message: a length of 256 is not within 0 to 255"),
        ({"command": "submit_multi"}, "dest_addresses: a length of 0 is not within 1 to 255"),
        (
            {"command": "submit_multi", "fields": {"dest_addresses": "crew"}},
            "dest_addresses: a list is needed, not str",
        ),
        ({"tlvs": [("port", 1)]}, "tlv.port: there is no TLV of this name"),
    ],
)
def test_what_cannot_be_encoded_is_named(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(EncodeError) as caught:
        encode(**{"command": "submit_sm", "sequence_number": 1, **arguments})
    assert str(caught.value) == message


@given(st.data(), commands, st.integers(0, 0xFFFFFFFF), tlv_lists)
def test_a_pdu_decodes_to_what_was_encoded(
    data: st.DataObject, command: Command, sequence_number: int, tlvs: list[tuple[str, Any]]
) -> None:
    fields = data.draw(bodies(command))
    status = data.draw(st.integers(0, 0xFFFFFFFF)) if command.is_response else 0

    octets = encode(command.name, sequence_number=sequence_number, command_status=status, fields=fields, tlvs=tlvs)

    pdu = Pdu(octets)
    pdu.check()
    assert (pdu.name, pdu.command_status, pdu.sequence_number) == (command.name, status, sequence_number)
    assert {name: pdu.fields[name] for name in fields} == fields
    assert list(pdu.fields) == [field.name for field in command.fields]
    assert [(tlv.name, tlv.value) for tlv in pdu.tlvs] == tlvs


def read_or_refused(octets: bytes) -> None:
    """Whatever the octets are, they are refused in a known way, or they can be written back."""
    pdu = Pdu(with_length(octets))
    try:
        pdu.check(SMPP_5_0)
    except WireError as error:
        refused = error
    else:
        again = encode(
            pdu.command_id,
            sequence_number=pdu.sequence_number,
            command_status=pdu.command_status,
            fields=pdu.fields,
            tlvs=pdu.tlvs,
        )
        assert again == pdu.octets
        return
    assert refused.status in set(CommandStatus)
    assert refused.status != CommandStatus.ESME_ROK
    assert 4 <= refused.offset <= len(octets)


@given(st.sampled_from(VECTORS), st.data())
def test_a_vector_with_octets_changed_is_refused_or_written_back(vector: Vector, data: st.DataObject) -> None:
    octets = bytearray(vector.octets)
    for _ in range(data.draw(st.integers(1, 3))):
        octets[data.draw(st.integers(4, len(octets) - 1))] = data.draw(st.integers(0, 255))

    read_or_refused(bytes(octets))


@given(commands, st.binary(max_size=150), st.integers(0, 0xFFFFFFFF))
def test_any_body_is_refused_or_written_back(command: Command, body: bytes, status: int) -> None:
    read_or_refused(HEADER.pack(0, command.command_id, status, 1) + body)


@given(st.binary(max_size=200))
def test_any_octets_are_a_pdu_or_no_frame(octets: bytes) -> None:
    if len(octets) >= 16:
        read_or_refused(octets)
    if len(octets) < 16 or int.from_bytes(octets[:4], "big") != len(octets):
        with pytest.raises(FramingError):
            Pdu(octets)
