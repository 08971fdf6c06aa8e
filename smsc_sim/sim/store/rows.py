"""Rows: what the tables keep of a PDU that carries a message, read out of its octets."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final, TypeAlias

from smsc_sim.sim.messages.positions import DESTINATION_ADDR, find_destination
from smsc_sim.smpp import gsm7
from smsc_sim.smpp.coding import decode_text
from smsc_sim.smpp.commands import CommandId
from smsc_sim.smpp.errors import WireError
from smsc_sim.smpp.framing import HEADER, HEADER_LENGTH
from smsc_sim.smpp.pdu import Pdu
from smsc_sim.smpp.segments import LONGEST_SHORT_MESSAGE, segment_of, user_text
from smsc_sim.smpp.tlv import Tlv

CONTENT_COLUMNS: Final = (
    "command",
    "octets",
    "place",
    "source",
    "destination",
    "text",
    "data_coding",
    "esm_class",
    "registered_delivery",
    "reference",
    "part",
    "parts",
)
"""Columns of table ``message`` that the PDU alone settles, in the order of :data:`Content`."""

Content: TypeAlias = "tuple[str, bytes, int, str, str, str, int, int, int, int | None, int, int]"

_REGISTERED_DELIVERY: Final = 8
_SUBMIT_SM: Final = CommandId.SUBMIT_SM.to_bytes(4, "big")
_NO_TIMES: Final = b"\0\0"
_LONGEST_TEXT: Final = 65_536


def content_of(octets: bytes, default: str = "gsm7", place: int = 0) -> Content:
    """The content of a PDU; of a submit_multi, that for destination ``place``.

    ``default``: the alphabet of data_coding 0.  What cannot be read is left empty, and the text says why.
    """
    if octets[4:8] == _SUBMIT_SM:
        start = find_destination(octets, HEADER_LENGTH)
        end = octets.find(0, start, start + DESTINATION_ADDR) if start else -1
        text = end + 11
        # Without times, header and TLVs everything stands at fixed distances behind destination_addr.
        plain = end > 0 and octets[end + 4 : end + 6] == _NO_TIMES and not octets[end + 1] & 0x40
        if plain and text <= len(octets) == text + octets[text - 1] <= text + LONGEST_SHORT_MESSAGE:
            source = octets.index(0, HEADER_LENGTH) + 3
            data_coding = octets[end + 8]
            usual = data_coding == 0 and default == "gsm7"
            return (
                "submit_sm",
                octets,
                place,
                octets[source : start - 3].decode("latin-1"),
                octets[start:end].decode("latin-1"),
                gsm7.decode(octets[text:]) if usual else decode_text(octets[text:], data_coding, default),
                data_coding,
                octets[end + 1],
                octets[end + 6],
                None,
                1,
                1,
            )
    return _decoded(Pdu(octets), default, place)


def asks_for_receipt(content: Content) -> bool:
    """Whether registered_delivery wants to hear of a delivery (SMPP 3.4 section 5.2.17, and 5.0 section 4.7.21)."""
    return content[_REGISTERED_DELIVERY] & 3 in {1, 3}


def _decoded(pdu: Pdu, default: str, place: int) -> Content:
    fields: Mapping[str, Any] = {}
    tlvs: list[Tlv] = []
    text = ""
    reference, part, parts = None, 1, 1
    try:
        fields = pdu.fields
        tlvs = list(pdu.tlvs)
        text = user_text(fields, tlvs, default)
        segment = segment_of(fields, tlvs)
        if segment is not None:
            reference, part, parts = segment.reference, segment.sequence, segment.total
    except WireError as error:
        text = f"[{error}]"
    destination = fields.get("destination_addr", "")
    destinations = fields.get("dest_addresses")
    if isinstance(destinations, list) and place < len(destinations):
        chosen = destinations[place]
        destination = chosen.get("destination_addr", chosen.get("dl_name", ""))
    return (
        pdu.name,
        pdu.octets,
        place,
        str(fields.get("source_addr", "")),
        str(destination),
        text[:_LONGEST_TEXT],
        _integer(fields, "data_coding"),
        _integer(fields, "esm_class"),
        _integer(fields, "registered_delivery"),
        reference,
        part,
        parts,
    )


def _integer(fields: Mapping[str, Any], name: str) -> int:
    value = fields.get(name, 0)
    return value if isinstance(value, int) else 0


def submits_in(octets: bytes) -> Iterator[bytes]:
    """The submit_sm among whole PDUs, one after the other."""
    offset, end = 0, len(octets)
    while offset < end:
        command_length, command_id, _, _ = HEADER.unpack_from(octets, offset)
        if command_id == CommandId.SUBMIT_SM:
            yield octets[offset : offset + command_length]
        offset += command_length
