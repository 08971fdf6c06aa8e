"""Where fields of a submit_sm stand."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smsc_sim.sim.messages.positions import DESTINATION_ADDR, SERVICE_TYPE, SOURCE_ADDR, find_destination
from smsc_sim.smpp.framing import HEADER_LENGTH
from smsc_sim.smpp.pdu import Pdu
from tests.sim.playing import Address, SubmitSm


def test_the_longest_strings_are_those_of_the_field_table() -> None:
    assert (SERVICE_TYPE, SOURCE_ADDR, DESTINATION_ADDR) == (6, 21, 21)


def strings(longest: int) -> st.SearchStrategy[bytes]:
    return st.binary(max_size=longest).map(lambda octets: octets.replace(b"\0", b"0"))


@given(strings(5), strings(20), strings(20), st.binary(max_size=30), st.integers(0, 255), st.integers(0, 255))
def test_the_destination_is_where_the_decoder_finds_it(
    service_type: bytes, source: bytes, destination: bytes, before: bytes, ton: int, npi: int
) -> None:
    octets = SubmitSm(
        service_type=service_type, source=Address(ton, npi, source), destination=Address(npi, ton, destination)
    ).wire()
    found = find_destination(before + octets + b"after", len(before) + HEADER_LENGTH) - len(before)
    decoded = str(Pdu(octets).fields["destination_addr"]).encode("latin-1")
    assert octets[found : octets.index(0, found)] == decoded == destination


@pytest.mark.parametrize(
    "octets",
    [
        SubmitSm(service_type=b"123456").wire(),
        SubmitSm(source=Address(octets=b"1" * 21)).wire(),
        SubmitSm().wire()[: HEADER_LENGTH + 4],
        SubmitSm().wire()[:HEADER_LENGTH],
    ],
)
def test_what_is_unusual_before_it_is_left_to_the_decoder(octets: bytes) -> None:
    assert find_destination(octets, HEADER_LENGTH) == 0


@given(st.binary(max_size=60), st.integers(0, 20))
def test_any_octets_have_a_place_within_or_none(octets: bytes, start: int) -> None:
    found = find_destination(octets, start)
    assert found == 0 or start + 7 <= found <= len(octets) + 2
