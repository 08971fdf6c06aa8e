import pytest

from smsc_sim.smpp.errors import EncodeError, FramingError, SmppError, WireError
from smsc_sim.smpp.status import CommandStatus


def test_a_wire_error_says_where_what_and_which_answer() -> None:
    error = WireError(CommandStatus.ESME_RINVDSTADR, "destination_addr", 40, "longer than 21 octets")

    assert (error.status, error.field, error.offset, error.reason) == (
        0x0B,
        "destination_addr",
        40,
        "longer than 21 octets",
    )
    assert str(error) == "destination_addr at octet 40: longer than 21 octets (ESME_RINVDSTADR)"


def test_a_framing_error_keeps_what_the_answer_needs() -> None:
    error = FramingError(10, 7, "shorter than a header of 16 octets", (b"one",))

    assert (error.command_length, error.sequence_number, error.frames) == (10, 7, (b"one",))
    assert str(error) == "command_length 10: shorter than a header of 16 octets"


def test_an_encode_error_is_a_value_error() -> None:
    with pytest.raises(ValueError, match="short_message: 300 octets"):
        raise EncodeError("short_message", "300 octets, at most 255 allowed")


@pytest.mark.parametrize("kind", [WireError, FramingError, EncodeError])
def test_every_error_is_an_smpp_error(kind: type[Exception]) -> None:
    assert issubclass(kind, SmppError)
