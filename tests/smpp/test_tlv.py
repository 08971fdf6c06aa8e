import pytest
from hypothesis import given
from hypothesis import strategies as st

from smsc_sim.smpp.errors import EncodeError, WireError
from smsc_sim.smpp.status import CommandStatus
from smsc_sim.smpp.tlv import TLVS, TLVS_BY_NAME, Tlv, TlvDefinition, decode_tlvs, encode_tlv, tag_of
from tests.smpp.strategies import tlv_lists, tlv_values

each_tlv = pytest.mark.parametrize("definition", TLVS.values(), ids=lambda definition: definition.name)


def decode(octets: bytes) -> list[Tlv]:
    return decode_tlvs(octets, 0, len(octets))


def refusal(octets: bytes) -> WireError:
    with pytest.raises(WireError) as caught:
        decode(octets)
    return caught.value


def test_order_duplicates_and_unknown_tags_are_kept() -> None:
    octets = bytes.fromhex("0427000102 14030001aa 020c00020102 14030000 0427000105")

    assert decode(octets) == [
        Tlv(0x0427, b"\x02"),
        Tlv(0x1403, b"\xaa"),
        Tlv(0x020C, b"\x01\x02"),
        Tlv(0x1403, b""),
        Tlv(0x0427, b"\x05"),
    ]
    assert b"".join(tlv.encode() for tlv in decode(octets)) == octets


def test_only_the_octets_between_the_bounds_are_read() -> None:
    assert decode_tlvs(b"??\x02\x04\x00\x02\x12\x34??", 2, 8) == [Tlv(0x0204, b"\x12\x34")]
    assert decode_tlvs(b"????", 2, 2) == []


@pytest.mark.parametrize(
    ("tlv", "name", "value"),
    [
        (Tlv(0x0204, b"\x12\x34"), "user_message_reference", 0x1234),
        (Tlv(0x001E, b"abc\x00"), "receipted_message_id", "abc"),
        (Tlv(0x001E, b"abc"), "receipted_message_id", "abc"),
        (Tlv(0x001E, b"\x00"), "receipted_message_id", ""),
        (Tlv(0x001E, b"a\x00\x00"), "receipted_message_id", "a\x00"),
        (Tlv(0x0423, b"\x03\x00\x05"), "network_error_code", b"\x03\x00\x05"),
        (Tlv(0x130C, b""), "alert_on_message_delivery", b""),
        (Tlv(0x1400, b"\x01"), "0x1400", b"\x01"),
        (Tlv(0x020C, b"\x01"), "sar_msg_ref_num", b"\x01"),
        (Tlv(0x1204, b"\x04\x09\x00\x1e"), "ms_validity", b"\x04\x09\x00\x1e"),
    ],
)
def test_a_tlv_has_a_name_and_a_value(tlv: Tlv, name: str, value: object) -> None:
    assert tlv.name == name
    assert tlv.value == value
    assert type(tlv.value) is type(value)


def test_a_tlv_knows_what_smpp_says_of_it() -> None:
    assert Tlv(0x0424, b"").definition is TLVS_BY_NAME["message_payload"]
    assert Tlv(0x1400, b"").definition is None
    assert TLVS_BY_NAME["congestion_state"].since == "5.0"
    assert TLVS_BY_NAME["ussd_service_op"].since == "3.4"


@pytest.mark.parametrize(
    ("other", "name"),
    [
        ("dest_port", "destination_port"),
        ("more_msgs_to_follow", "more_messages_to_send"),
        ("additional_status_info", "additional_status_info_text"),
        ("dest_bear_type", "dest_bearer_type"),
    ],
)
def test_other_spellings_name_the_same_tlv(other: str, name: str) -> None:
    assert TLVS_BY_NAME[other] is TLVS_BY_NAME[name]
    assert encode_tlv(other, TLVS_BY_NAME[name].minimum * b"1") == encode_tlv(name, TLVS_BY_NAME[name].minimum * b"1")


@pytest.mark.parametrize("left", [b"\x02", b"\x02\x04", b"\x02\x04\x00"])
def test_octets_that_are_no_tlv_are_refused(left: bytes) -> None:
    error = refusal(b"\x14\x00\x00\x00" + left)

    assert (error.status, error.field, error.offset) == (CommandStatus.ESME_RINVOPTPARSTREAM, "tlv", 4)
    assert error.reason == f"{len(left)} octet(s) left over after the last parameter"


@pytest.mark.parametrize(("tag", "name"), [(0x0424, "message_payload"), (0x1400, "0x1400")])
def test_a_length_beyond_the_end_is_refused(tag: int, name: str) -> None:
    error = refusal(tag.to_bytes(2, "big") + b"\x00\x03" + b"ab")

    assert (error.status, error.field, error.offset) == (
        CommandStatus.ESME_RINVOPTPARSTREAM,
        f"tlv.{name}",
        0,
    )


@each_tlv
def test_a_length_that_smpp_does_not_allow_is_refused(definition: TlvDefinition) -> None:
    for length in {definition.minimum - 1, definition.maximum + 1}:
        if not 0 <= length <= 0xFFFF:
            continue
        octets = Tlv(definition.tag, bytes(length)).encode()
        error = refusal(octets)
        assert (error.status, error.field) == (CommandStatus.ESME_RINVPARLEN, f"tlv.{definition.name}")
        assert decode_tlvs(octets, 0, len(octets), check_lengths=False) == [Tlv(definition.tag, bytes(length))]
        with pytest.raises(EncodeError, match=rf"tlv.{definition.name}: {length} octet\(s\)"):
            encode_tlv(definition.name, bytes(length))


@each_tlv
def test_every_allowed_length_is_taken(definition: TlvDefinition) -> None:
    for length in {definition.minimum, (definition.minimum + definition.maximum) // 2, definition.maximum}:
        assert decode(encode_tlv(definition.name, bytes(length))) == [Tlv(definition.tag, bytes(length))]


def test_a_number_takes_octets_as_they_are() -> None:
    assert encode_tlv(0x020C, b"\x01") == b"\x02\x0c\x00\x01\x01"
    assert encode_tlv("0x020c", b"") == b"\x02\x0c\x00\x00"
    assert encode_tlv("0x1400", b"own") == b"\x14\x00\x00\x03own"
    assert encode_tlv(0x020C, 258) == encode_tlv("sar_msg_ref_num", 258)


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("sar_msg_ref_nun", 1, "tlv.sar_msg_ref_nun: there is no TLV of this name"),
        ("sar_msg_ref_num", 65536, "tlv.sar_msg_ref_num: 65536 does not fit 2 octet(s)"),
        ("sar_msg_ref_num", -1, "tlv.sar_msg_ref_num: -1 does not fit 2 octet(s)"),
        ("sar_msg_ref_num", "1", "tlv.sar_msg_ref_num: an integer is needed, not str"),
        ("message_payload", "text", "tlv.message_payload: bytes are needed, not str"),
        ("message_payload", bytes(65536), "tlv.message_payload: 65536 octet(s), 0 to 65535 needed"),
        ("receipted_message_id", 7, "tlv.receipted_message_id: a string is needed, not int"),
        ("receipted_message_id", "x" * 65, "tlv.receipted_message_id: 66 octet(s), 1 to 65 needed"),
        ("receipted_message_id", "a\x00b", "tlv.receipted_message_id: a NUL can only end the string"),
        ("receipted_message_id", "\u20ac", "tlv.receipted_message_id: '\u20ac' is not a character of one octet"),
        (0x1400, 1, "tlv.0x1400: bytes are needed, not int"),
        (0x1400, bytes(65536), "tlv.0x1400: 65536 octets, at most 65535 allowed"),
        (0x10000, b"", "tlv: 65536 does not fit a tag of 2 octets"),
        (-1, b"", "tlv: -1 does not fit a tag of 2 octets"),
    ],
)
def test_what_cannot_be_written_is_named(name: str | int, value: object, message: str) -> None:
    with pytest.raises(EncodeError) as caught:
        encode_tlv(name, value)
    assert str(caught.value) == message


@each_tlv
def test_every_tlv_reads_what_it_writes(definition: TlvDefinition) -> None:
    @given(tlv_values(definition))
    def reads_what_it_writes(value: int | str | bytes) -> None:
        (tlv,) = decode(encode_tlv(definition.name, value))
        if isinstance(value, bytes) and definition.kind == "integer":
            assert tlv.octets == value
        else:
            assert tlv.value == value

    reads_what_it_writes()


@given(tlv_lists)
def test_lists_of_tlvs_survive(tlvs: list[tuple[str, int | str | bytes]]) -> None:
    octets = b"".join(encode_tlv(name, value) for name, value in tlvs)

    assert [(tlv.name, tlv.value) for tlv in decode(octets)] == tlvs


@given(st.binary(max_size=60))
def test_any_octets_are_read_or_refused(octets: bytes) -> None:
    try:
        tlvs = decode(octets)
    except WireError as error:
        refused = error
    else:
        assert b"".join(tlv.encode() for tlv in tlvs) == octets
        return
    assert refused.status in (CommandStatus.ESME_RINVOPTPARSTREAM, CommandStatus.ESME_RINVPARLEN)
    assert refused.offset < len(octets)


def test_the_tag_behind_every_name_and_number() -> None:
    for name, definition in TLVS_BY_NAME.items():
        assert tag_of(name) == tag_of(definition.tag) == tag_of(f"0x{definition.tag:04x}") == definition.tag
    with pytest.raises(KeyError):
        tag_of("no_such_tlv")
