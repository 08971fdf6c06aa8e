"""Messages to an ESME as records for delivery: one PDU with the text, or a part of the text, of a subscriber."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final, Literal, TypeAlias

from smsc_sim.sim.receipts.receipt import ReceiptRecord, routed
from smsc_sim.smpp.commands import CommandId
from smsc_sim.smpp.framing import HEADER_LENGTH
from smsc_sim.smpp.pdu import encode
from smsc_sim.smpp.segments import Segment

MoPdu: TypeAlias = Literal["deliver_sm", "data_sm"]

_COMMANDS: Final[dict[MoPdu, CommandId]] = {"deliver_sm": CommandId.DELIVER_SM, "data_sm": CommandId.DATA_SM}

_INTERNATIONAL, _ISDN, _ALPHANUMERIC, _UNKNOWN = 1, 1, 5, 0


def kind_of(address: str) -> tuple[int, int]:
    """TON and NPI for an address: international for digits, alphanumeric for words (SMPP 3.4 section 5.2.5)."""
    if address.removeprefix("+").isdigit():
        return _INTERNATIONAL, _ISDN
    return (_ALPHANUMERIC, _UNKNOWN) if address else (_UNKNOWN, _UNKNOWN)


def address_fields(source: str, destination: str) -> dict[str, object]:
    """Both addresses as fields of a PDU, with the TON and NPI that follow from them."""
    source_ton, source_npi = kind_of(source)
    destination_ton, destination_npi = kind_of(destination)
    return {
        "source_addr_ton": source_ton,
        "source_addr_npi": source_npi,
        "source_addr": source,
        "dest_addr_ton": destination_ton,
        "dest_addr_npi": destination_npi,
        "destination_addr": destination,
    }


def mo_body(
    segment: Segment,
    fields: Mapping[str, object],
    tlvs: Iterable[tuple[str | int, object]] = (),
    pdu: MoPdu = "deliver_sm",
) -> bytes:
    """What stands behind the header of the PDU with this segment.

    The bits of the segment are added to esm_class; a data_sm, which has no short_message, carries its octets in
    message_payload.  Raises EncodeError.
    """
    esm_class = fields.get("esm_class", 0)
    assert isinstance(esm_class, int), "a field with a number"
    values = {**fields, "esm_class": esm_class | segment.esm_class}
    own: tuple[tuple[str, int | bytes], ...] = segment.tlvs
    if pdu == "deliver_sm":
        values["short_message"] = segment.short_message
    elif all(name != "message_payload" for name, _ in own):
        own = (*own, ("message_payload", segment.short_message))
    return encode(_COMMANDS[pdu], sequence_number=1, fields=values, tlvs=(*own, *tlvs))[HEADER_LENGTH:]


def mo_record(
    key: bytes, body: bytes, now: float, origin: int, via: str | None = None, pdu: MoPdu = "deliver_sm"
) -> ReceiptRecord:
    """The PDU for delivery: ``key`` names it, ``origin`` is the number of the session that policies look at."""
    return key, b"", routed(via), body, now, -_COMMANDS[pdu], origin
