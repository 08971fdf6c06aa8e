"""PDUs with a subscriber's text as records for delivery."""

from __future__ import annotations

from typing import Any

import pytest

from smsc_sim.sim.mo.mo_record import address_fields, kind_of, mo_body, mo_record
from smsc_sim.smpp.errors import EncodeError
from smsc_sim.smpp.pdu import Pdu
from smsc_sim.smpp.segments import Segment
from tests.sim.playing import START, frame


@pytest.mark.parametrize(
    ("address", "wanted"), [("4477", (1, 1)), ("+4477", (1, 1)), ("+", (5, 0)), ("Shop", (5, 0)), ("", (0, 0))]
)
def test_the_kind_of_an_address(address: str, wanted: tuple[int, int]) -> None:
    assert kind_of(address) == wanted
    fields = address_fields("", address)
    assert (fields["dest_addr_ton"], fields["dest_addr_npi"], fields["destination_addr"]) == (*wanted, address)


@pytest.mark.parametrize(
    ("segment", "payload"),
    [(Segment(b"abc", 0x40), b"abc"), (Segment(b"", 0, (("message_payload", b"xyz"),)), b"xyz"), (Segment(b""), b"")],
)
def test_a_data_sm_has_its_octets_in_message_payload_once(segment: Segment, payload: bytes) -> None:
    pdu = Pdu(frame(0x103, mo_body(segment, {"esm_class": 0x80}, [("source_port", 7)], "data_sm")))
    assert pdu.fields["esm_class"] == 0x80 | segment.esm_class
    assert [(tlv.name, tlv.value) for tlv in pdu.tlvs] == [("message_payload", payload), ("source_port", 7)]


def test_a_field_that_the_pdu_does_not_have() -> None:
    with pytest.raises(EncodeError, match="protocol_id: data_sm has no such field"):
        mo_body(Segment(b""), {"protocol_id": 1}, pdu="data_sm")


@pytest.mark.parametrize(
    ("via", "pdu", "wanted"),
    [(None, "deliver_sm", (b"", -5)), ("other", "data_sm", (b"other", -0x103)), ("account:b", "deliver_sm", (b"", -5))],
)
def test_records(via: str | None, pdu: Any, wanted: tuple[bytes, int]) -> None:
    assert mo_record(b"key", b"body", START, 7, via, pdu) == (b"key", b"", wanted[0], b"body", START, wanted[1], 7)
