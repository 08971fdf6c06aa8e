import pytest
from hypothesis import given
from hypothesis import strategies as st

from smsc_sim.smpp.status import CommandStatus, meaning_of, name_of, nearest_name, parse_status


def test_the_canonical_names_are_those_of_3_4() -> None:
    assert name_of(0x00) == "ESME_ROK"
    assert name_of(0x58) == "ESME_RTHROTTLED"
    assert name_of(0xC0) == "ESME_RINVOPTPARSTREAM"
    assert name_of(0x112) == "ESME_RINVBCASTCHANIND"
    assert name_of(0x40B) == "ESME_RINVBALANCE"


@pytest.mark.parametrize(
    ("name_3_4", "name_5_0"),
    [
        ("ESME_RINVOPTPARSTREAM", "ESME_RINVTLVSTREAM"),
        ("ESME_ROPTPARNOTALLWD", "ESME_RTLVNOTALLWD"),
        ("ESME_RINVPARLEN", "ESME_RINVTLVLEN"),
        ("ESME_RMISSINGOPTPARAM", "ESME_RMISSINGTLV"),
        ("ESME_RINVOPTPARAMVAL", "ESME_RINVTLVVAL"),
    ],
)
def test_the_renamed_names_of_5_0_are_aliases(name_3_4: str, name_5_0: str) -> None:
    assert CommandStatus[name_5_0] is CommandStatus[name_3_4]


@pytest.mark.parametrize(
    ("value", "name"),
    [
        (0x09, "reserved 0x00000009"),
        (0x10, "reserved 0x00000010"),
        (0x3FF, "reserved 0x000003ff"),
        (0x400, "vendor 0x00000400"),
        (0x4FF, "vendor 0x000004ff"),
        (0x500, "reserved 0x00000500"),
        (0xFFFFFFFF, "reserved 0xffffffff"),
    ],
)
def test_a_number_without_a_name_is_shown_with_its_range(value: int, name: str) -> None:
    assert name_of(value) == name


def test_every_status_has_a_meaning_of_its_own() -> None:
    meanings = [meaning_of(status) for status in CommandStatus]

    assert len(set(meanings)) == len(meanings)
    assert "no meaning in SMPP 3.4 or 5.0" not in meanings
    assert meaning_of(0x401) == "a meaning of the vendor's own"
    assert meaning_of(0x22) == "no meaning in SMPP 3.4 or 5.0"


@given(st.sampled_from(sorted(CommandStatus.__members__)), st.integers(0, 2**24))
def test_every_name_is_understood_in_any_case(name: str, mask: int) -> None:
    mixed = "".join(letter.lower() if mask >> index & 1 else letter for index, letter in enumerate(name))

    assert parse_status(mixed) == parse_status(f"  {name.lower()} ") == CommandStatus[name]


@pytest.mark.parametrize(
    ("spelling", "status"),
    [
        ("ESME_RALYNBD", CommandStatus.ESME_RALYBND),
        ("ESME_RtdROTTLED", CommandStatus.ESME_RTHROTTLED),
        ("ESME_RINVESMSUBMIT", CommandStatus.ESME_RINVESMCLASS),
        ("ESME_OK", CommandStatus.ESME_ROK),
        ("ESME_INVDSTADR", CommandStatus.ESME_RINVDSTADR),
        ("ESME_X_T_APPN", CommandStatus.ESME_RX_T_APPN),
    ],
)
def test_spellings_of_provider_documents_and_libraries_are_understood(spelling: str, status: CommandStatus) -> None:
    assert parse_status(spelling) == status


@pytest.mark.parametrize(
    ("text", "value"),
    [("0x40b", 1035), ("0X40B", 1035), ("1035", 1035), ("0", 0), ("4294967295", 0xFFFFFFFF), ("0x22", 34)],
)
def test_numbers_are_understood_named_or_not(text: str, value: int) -> None:
    assert parse_status(text) == value


@given(st.integers(0, 0xFFFFFFFF))
def test_any_number_survives_in_both_bases(value: int) -> None:
    assert parse_status(str(value)) == parse_status(f"0x{value:x}") == parse_status(f"0x{value:08X}") == value


def test_a_number_that_does_not_fit_is_refused() -> None:
    with pytest.raises(ValueError, match="4294967296 does not fit a command_status of 4 octets"):
        parse_status("4294967296")


def test_a_name_that_is_nearly_right_gets_a_hint() -> None:
    with pytest.raises(
        ValueError, match="'ESME_RINVBALLANCE' is not a command_status; did you mean 'ESME_RINVBALANCE'"
    ):
        parse_status("ESME_RINVBALLANCE")


@pytest.mark.parametrize("text", ["", "banana", "-1", "0x", "0x1_0", "1e3", "0b1", "10.0"])
def test_what_is_nothing_like_a_status_gets_no_hint(text: str) -> None:
    with pytest.raises(ValueError, match=r"is not a command_status$"):
        parse_status(text)


def test_the_nearest_name_is_found_without_the_prefix() -> None:
    assert nearest_name("throttled") == "ESME_RTHROTTLED"
    assert nearest_name("ok") == "ESME_ROK"
    assert nearest_name("xyzzy") is None
