import pytest
from hypothesis import given
from hypothesis import strategies as st

from smsc_sim.smpp.commands import COMMANDS
from smsc_sim.smpp.enumerations import (
    MessageType,
    NumberingPlan,
    TypeOfNumber,
    describe,
    describe_esm_class,
    describe_interface_version,
    describe_network_error_code,
    describe_registered_delivery,
)
from smsc_sim.smpp.tlv import TLVS_BY_NAME


@pytest.mark.parametrize(
    ("value", "meaning"),
    [
        (0x00, "default mode"),
        (0x03, "store and forward mode"),
        (0x04, "default mode, delivery receipt"),
        (0x20, "default mode, intermediate notification"),
        (0x41, "datagram mode, user data header"),
        (0xC2, "transaction mode, user data header, reply path"),
        (0x3C, "default mode, reserved type 0x3c"),
    ],
)
def test_an_esm_class_is_told_by_its_parts(value: int, meaning: str) -> None:
    assert describe_esm_class(value) == meaning


@pytest.mark.parametrize(
    ("value", "meaning"),
    [
        (0x00, "no receipt"),
        (0x01, "receipt"),
        (0x02, "receipt on failure"),
        (0x03, "receipt on success"),
        (0x11, "receipt, intermediate notification"),
        (0x0C, "no receipt, delivery acknowledgement, user acknowledgement"),
        (0xE1, "receipt, reserved bits 0xe0"),
    ],
)
def test_a_registered_delivery_is_told_by_its_parts(value: int, meaning: str) -> None:
    assert describe_registered_delivery(value) == meaning


@pytest.mark.parametrize(
    ("value", "meaning"), [(0x00, "3.3"), (0x33, "3.3"), (0x34, "3.4"), (0x50, "5.0"), (0x51, "5.1")]
)
def test_an_interface_version_is_told_as_people_write_it(value: int, meaning: str) -> None:
    assert describe_interface_version(value) == meaning


@pytest.mark.parametrize(
    ("octets", "meaning"),
    [
        (b"\x03\x00\x05", "GSM error 5"),
        (b"\x08\x01\x00", "message centre error 256"),
        (b"\x63\x00\x01", "reserved network type 99 error 1"),
        (b"\x03\x00", "malformed"),
    ],
)
def test_a_network_error_code_is_told_by_network(octets: bytes, meaning: str) -> None:
    assert describe_network_error_code(octets) == meaning


@pytest.mark.parametrize(
    ("field", "value", "meaning"),
    [
        ("source_addr_ton", TypeOfNumber.ALPHANUMERIC, "alphanumeric"),
        ("dest_addr_ton", 13, "reserved 13"),
        ("dest_addr_npi", NumberingPlan.ISDN, "ISDN (E.163/E.164)"),
        ("addr_npi", 2, "reserved 2"),
        ("esm_class", MessageType.DELIVERY_RECEIPT, "default mode, delivery receipt"),
        ("registered_delivery", 1, "receipt"),
        ("replace_if_present_flag", 1, "replace"),
        ("dest_flag", 2, "distribution list"),
        ("sc_interface_version", 0x34, "3.4"),
        ("network_error_code", b"\x03\x00\x05", "GSM error 5"),
        ("delivery_failure_reason", 2, "permanent network error"),
        ("source_addr", "420601000000", None),
        ("sm_length", 7, None),
        ("nothing like it", 7, None),
    ],
)
def test_fields_and_tlvs_are_described_by_name(field: str, value: int | str | bytes, meaning: str | None) -> None:
    assert describe(field, value) == meaning


NAMES = sorted({field.name for command in COMMANDS.values() for field in command.fields} | set(TLVS_BY_NAME))


@given(st.sampled_from(NAMES), st.one_of(st.integers(0, 2**32 - 1), st.binary(max_size=5), st.text()))
def test_any_value_of_any_field_is_described_or_not_but_never_refused(field: str, value: int | str | bytes) -> None:
    meaning = describe(field, value)

    assert meaning is None or meaning
