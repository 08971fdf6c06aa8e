from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smsc_sim.smpp.commands import COMMANDS, Command
from smsc_sim.smpp.errors import EncodeError, WireError
from smsc_sim.smpp.fields import (
    Count,
    CString,
    DestAddresses,
    Field,
    FieldValue,
    Integer,
    Octets,
    UnsuccessSmes,
)
from smsc_sim.smpp.status import CommandStatus
from tests.smpp.strategies import bodies, commands

NAME = CString("system_type", 5, CommandStatus.ESME_RINVSYSTYP)
TIME = CString("final_date", 5, CommandStatus.ESME_RINVSCHED, lengths=(1, 5))
LENGTH = Count("sm_length", of="short_message")
MESSAGE = Octets("short_message", length_from="sm_length")
DESTS = DestAddresses("dest_addresses", count_from="number_of_dests")
FAILED = UnsuccessSmes("unsuccess_smes", count_from="no_unsuccess")


def decode(field: Field, octets: bytes, values: dict[str, FieldValue] | None = None) -> tuple[Any, int]:
    """The value of a field in the middle of other octets, and how many octets it took."""
    stored = dict(values or {})
    end = field.decode(b"<" + octets + b"\x00>", 1, 1 + len(octets), stored, "path.")
    return stored[field.name], end - 1


def refusal(field: Field, octets: bytes, values: dict[str, FieldValue] | None = None) -> WireError:
    with pytest.raises(WireError) as caught:
        decode(field, octets, values)
    return caught.value


def encode_refusal(field: Field, **values: object) -> str:
    with pytest.raises(EncodeError) as caught:
        field.encode(values, "path.")
    return str(caught.value)


@pytest.mark.parametrize(
    ("size", "octets", "value"), [(1, b"\xff", 255), (2, b"\x01\x02", 0x0102), (4, b"\x80\x00\x00\x01", 0x80000001)]
)
def test_integers_are_unsigned_and_big_endian(size: int, octets: bytes, value: int) -> None:
    field = Integer("number", size)

    assert decode(field, octets + b"more") == (value, size)
    assert field.encode({"number": value}) == octets


def test_an_integer_that_is_cut_short_is_refused() -> None:
    error = refusal(Integer("number", 4), b"\x00\x00\x01")

    assert (error.status, error.field, error.offset) == (CommandStatus.ESME_RINVCMDLEN, "path.number", 1)


def test_an_integer_that_cannot_be_written_is_named() -> None:
    assert encode_refusal(Integer("number"), number=256) == "path.number: 256 does not fit 1 octet(s)"
    assert encode_refusal(Integer("number", 2), number=-1) == "path.number: -1 does not fit 2 octet(s)"
    assert encode_refusal(Integer("number"), number="1") == "path.number: an integer is needed, not str"
    assert Integer("number", 2).encode({}) == b"\x00\x00"


@pytest.mark.parametrize(("octets", "value"), [(b"\x00", ""), (b"four\x00", "four"), (b"\xe9\x01\x00", "\xe9\x01")])
def test_a_c_octet_string_is_latin_1_up_to_its_nul(octets: bytes, value: str) -> None:
    assert decode(NAME, octets + b"more") == (value, len(octets))
    assert NAME.encode({"system_type": value}) == octets


@pytest.mark.parametrize(
    ("octets", "status"),
    [
        (b"", CommandStatus.ESME_RINVCMDLEN),
        (b"four", CommandStatus.ESME_RINVCMDLEN),
        (b"fiver", CommandStatus.ESME_RINVSYSTYP),
        (b"fiver\x00", CommandStatus.ESME_RINVSYSTYP),
        (b"much longer than that", CommandStatus.ESME_RINVSYSTYP),
    ],
)
def test_a_c_octet_string_without_its_nul_is_refused(octets: bytes, status: CommandStatus) -> None:
    error = refusal(NAME, octets)

    assert (error.status, error.field, error.offset) == (status, "path.system_type", 1)


def test_the_nul_must_be_within_the_pdu() -> None:
    with pytest.raises(WireError, match="the PDU ends before the NUL"):
        NAME.decode(b"four\x00", 0, 4, {})


@pytest.mark.parametrize("octets", [b"1\x00", b"123\x00", b"12345\x00"])
def test_a_c_octet_string_of_fixed_lengths_has_one_of_them(octets: bytes) -> None:
    assert refusal(TIME, octets).status == CommandStatus.ESME_RINVSCHED
    assert decode(TIME, b"\x00") == ("", 1)
    assert decode(TIME, b"1234\x00") == ("1234", 5)


def test_a_c_octet_string_that_cannot_be_written_is_named() -> None:
    assert encode_refusal(NAME, system_type="fiver") == ("path.system_type: 6 octets with its NUL, at most 5 allowed")
    assert encode_refusal(NAME, system_type="\u20ac") == ("path.system_type: '\u20ac' is not a character of one octet")
    assert encode_refusal(NAME, system_type="a\x00b") == "path.system_type: a NUL can only end the string"
    assert encode_refusal(NAME, system_type=5) == "path.system_type: a string is needed, not int"
    assert encode_refusal(TIME, final_date="12") == "path.final_date: 3 octets with its NUL, 1 or 5 needed"
    assert NAME.encode({}) == b"\x00"
    assert NAME.encode({"system_type": b"raw"}) == b"raw\x00"


def test_a_message_has_as_many_octets_as_its_length_says() -> None:
    assert decode(MESSAGE, b"\x00two", {"sm_length": 2}) == (b"\x00t", 2)
    assert decode(MESSAGE, b"", {"sm_length": 0}) == (b"", 0)

    error = refusal(MESSAGE, b"four", {"sm_length": 5})
    assert (error.status, error.field) == (CommandStatus.ESME_RINVMSGLEN, "path.short_message")
    assert error.reason == "sm_length is 5 but 4 octet(s) are left"


def test_a_message_that_cannot_be_written_is_named() -> None:
    assert encode_refusal(MESSAGE, short_message=bytes(256)) == ("path.short_message: 256 octets, at most 255 allowed")
    assert encode_refusal(MESSAGE, short_message="text") == "path.short_message: bytes are needed, not str"


def test_counts_are_computed_and_a_given_one_must_agree() -> None:
    assert LENGTH.encode({"short_message": b"four"}) == b"\x04"
    assert LENGTH.encode({"short_message": b"four", "sm_length": 4}) == b"\x04"
    assert LENGTH.encode({}) == b"\x00"
    assert encode_refusal(LENGTH, short_message=b"four", sm_length=5) == (
        "path.sm_length: 5 given, but short_message makes it 4"
    )


def test_a_count_has_a_least_and_a_greatest_value() -> None:
    field = Count("number_of_dests", of="dests", minimum=1, status=CommandStatus.ESME_RINVNUMDESTS)

    assert decode(field, b"\xff") == (255, 1)
    error = refusal(field, b"\x00")
    assert (error.status, error.field, error.offset) == (
        CommandStatus.ESME_RINVNUMDESTS,
        "path.number_of_dests",
        1,
    )
    assert encode_refusal(field, dests=[]) == "path.dests: a length of 0 is not within 1 to 255"
    assert encode_refusal(field, dests=[{}] * 256) == "path.dests: a length of 256 is not within 1 to 255"


SME = {"dest_flag": 1, "dest_addr_ton": 1, "dest_addr_npi": 2, "destination_addr": "4206"}
LIST = {"dest_flag": 2, "dl_name": "crew"}
FAILURE = {"dest_addr_ton": 1, "dest_addr_npi": 2, "destination_addr": "4206", "error_status_code": 0x40B}


def test_destinations_are_addresses_and_lists() -> None:
    octets = b"\x01\x01\x024206\x00\x02crew\x00"

    assert decode(DESTS, octets + b"more", {"number_of_dests": 2}) == ([SME, LIST], len(octets))
    assert DESTS.encode({"dest_addresses": [SME, LIST]}) == octets


def test_failed_destinations_have_a_status_each() -> None:
    octets = b"\x01\x024206\x00\x00\x00\x04\x0b"

    assert decode(FAILED, octets + b"more", {"no_unsuccess": 1}) == ([FAILURE], len(octets))
    assert FAILED.encode({"unsuccess_smes": [FAILURE]}) == octets
    assert decode(FAILED, b"", {"no_unsuccess": 0}) == ([], 0)


def test_an_entry_that_is_wrong_is_named_by_its_index() -> None:
    error = refusal(DESTS, b"\x02crew\x00\x07", {"number_of_dests": 2})
    assert (error.status, error.field, error.offset) == (
        CommandStatus.ESME_RINVDESTFLAG,
        "path.dest_addresses[1].dest_flag",
        7,
    )
    error = refusal(FAILED, b"\x01\x024206\x00\x00", {"no_unsuccess": 1})
    assert (error.field, error.offset) == ("path.unsuccess_smes[0].error_status_code", 8)


@pytest.mark.parametrize(
    ("records", "message"),
    [
        ([SME, {"dest_flag": 3}], "path.dest_addresses[1].dest_flag: 1 or 2 is needed, not 3"),
        ([{"dl_name": "crew"}], "path.dest_addresses[0].dest_flag: 1 or 2 is needed, not None"),
        ([{**LIST, "dl_name": "x" * 21}], "path.dest_addresses[0].dl_name: 22 octets with its NUL, at most 21"),
        ([{**LIST, "ton": 1}], "path.dest_addresses[0].ton: there is no such field here"),
        (["crew"], "path.dest_addresses[0]: a mapping is needed, not str"),
        ("crew", "path.dest_addresses: a list is needed, not str"),
    ],
)
def test_an_entry_that_cannot_be_written_is_named_by_its_index(records: object, message: str) -> None:
    assert encode_refusal(DESTS, dest_addresses=records).startswith(message)


@given(st.data(), commands)
def test_every_field_reads_what_it_writes(data: st.DataObject, command: Command) -> None:
    values = data.draw(bodies(command))
    octets = b"".join(field.encode(values) for field in command.fields)

    read: dict[str, FieldValue] = {}
    offset = 0
    for field in command.fields:
        offset = field.decode(octets, offset, len(octets), read)

    assert offset == len(octets)
    assert {name: read[name] for name in values} == values


@given(st.sampled_from(sorted(COMMANDS)), st.binary(max_size=120))
def test_any_octets_are_read_or_refused_within_the_pdu(command_id: int, octets: bytes) -> None:
    names = {field.name for field in COMMANDS[command_id].fields}
    read: dict[str, FieldValue] = {}
    offset = 0
    try:
        for field in COMMANDS[command_id].fields:
            offset = field.decode(octets, offset, len(octets), read)
    except WireError as error:
        refused = error
    else:
        assert offset <= len(octets)
        assert set(read) == names
        return
    assert offset <= refused.offset <= len(octets)
    assert refused.field.split("[")[0] in names - set(read) | {"number_of_dests"}
