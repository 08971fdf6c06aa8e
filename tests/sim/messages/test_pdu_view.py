"""PDUs laid out for people: every octet belongs to one field, and nothing that is sent breaks it."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from smsc_sim.sim.messages.pdu_view import view_of
from smsc_sim.smpp.commands import COMMANDS
from smsc_sim.smpp.framing import HEADER, HEADER_LENGTH
from smsc_sim.smpp.pdu import encode

SUBMIT = encode(
    "submit_sm",
    sequence_number=7,
    fields={"source_addr": "Acme", "destination_addr": "447700900123", "data_coding": 8, "short_message": b"\0h\0i"},
    tlvs=[("user_message_reference", 9), ("0x1400", b"\x01\x02")],
)


def test_a_message() -> None:
    view = view_of(SUBMIT)
    fields = {one.name: one for one in view.fields}
    assert (view.name, view.broken) == ("submit_sm", "")
    assert fields["command_id"].meaning == "submit_sm"
    assert fields["data_coding"].meaning == "UCS-2, ISO/IEC 10646"
    assert fields["short_message"].value == "00680069"
    assert fields["registered_delivery"].meaning == "no receipt"
    assert [(one.name, one.tag, one.value) for one in view.tlvs] == [
        ("user_message_reference", 0x0204, 9),
        ("0x1400", 0x1400, "0102"),
    ]


def test_several_destinations() -> None:
    octets = encode(
        "submit_multi",
        sequence_number=1,
        fields={
            "dest_addresses": [
                {"dest_flag": 1, "dest_addr_ton": 1, "dest_addr_npi": 1, "destination_addr": "1"},
                {"dest_flag": 2, "dl_name": "all"},
            ]
        },
    )
    (shown,) = [one.value for one in view_of(octets).fields if one.name == "dest_addresses"]
    assert isinstance(shown, str)
    assert "destination_addr=1" in shown
    assert "dl_name=all" in shown


def test_each_octet_has_its_place() -> None:
    view = view_of(SUBMIT)
    end = 0
    for one in (*view.fields, *view.tlvs):
        assert one.start == end
        end += one.length
    assert end == len(SUBMIT)


@given(st.sampled_from([*COMMANDS, 0x999]), st.integers(0, 0xFFFFFFFF), st.binary(max_size=80))
def test_nothing_that_is_sent_breaks_it(command_id: int, command_status: int, body: bytes) -> None:
    octets = HEADER.pack(HEADER_LENGTH + len(body), command_id, command_status, 1) + body
    view = view_of(octets)
    for one in (*view.fields, *view.tlvs):
        assert 0 <= one.start <= one.start + one.length <= len(octets)


def test_what_cannot_be_read_is_told() -> None:
    octets = HEADER.pack(HEADER_LENGTH + 2, 4, 0, 1) + b"\0\1"
    view = view_of(octets)
    assert [one.name for one in view.fields] == ["command_length", "command_id", "command_status", "sequence_number"]
    assert view.broken
