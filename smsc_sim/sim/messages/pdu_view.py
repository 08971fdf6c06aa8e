"""A PDU laid out for people: every field and TLV with its value, what that means, and where its octets are."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, TypeAlias

from smsc_sim.smpp import coding
from smsc_sim.smpp.commands import COMMANDS
from smsc_sim.smpp.enumerations import describe
from smsc_sim.smpp.errors import WireError
from smsc_sim.smpp.fields import FieldValue
from smsc_sim.smpp.framing import HEADER_LENGTH
from smsc_sim.smpp.pdu import Pdu
from smsc_sim.smpp.receipt_text import MessageState
from smsc_sim.smpp.status import meaning_of, name_of

Shown: TypeAlias = "int | str"
"""Octets are shown in hexadecimal."""

_HEADER: Final = ("command_length", "command_id", "command_status", "sequence_number")
_TLV_HEAD: Final = 4


@dataclass(frozen=True, slots=True)
class PduField:
    """One field or TLV, and its octets as an extent of the PDU."""

    name: str
    value: Shown
    meaning: str
    """Empty when the value says it all."""
    start: int
    length: int
    tag: int | None = None
    """Of a TLV."""


@dataclass(frozen=True, slots=True)
class PduView:
    """One PDU."""

    name: str
    """Of the command."""
    fields: tuple[PduField, ...]
    """The header's four, then the mandatory ones in their order."""
    tlvs: tuple[PduField, ...]
    broken: str
    """What cannot be read, in words; empty for a PDU that can."""


def view_of(octets: bytes, default: str = "gsm7") -> PduView:
    """The view of one whole PDU; nothing in it raises.  ``default``: the alphabet of data_coding 0."""
    pdu = Pdu(octets)
    fields = list(_header(pdu))
    tlvs: list[PduField] = []
    broken = ""
    try:
        fields += _body(pdu, default)
        tlvs += _tlvs(pdu)
    except WireError as error:
        broken = str(error)
    return PduView(pdu.name, tuple(fields), tuple(tlvs), broken)


def _header(pdu: Pdu) -> Iterator[PduField]:
    meanings = {"command_id": pdu.name, "command_status": f"{name_of(pdu.command_status)}: "}
    meanings["command_status"] += meaning_of(pdu.command_status)
    for place, name in enumerate(_HEADER):
        yield PduField(name, getattr(pdu, name), meanings.get(name, "").rstrip(": "), place * 4, 4)


def _body(pdu: Pdu, default: str) -> Iterator[PduField]:
    command = COMMANDS.get(pdu.command_id)
    if command is None or not pdu.fields:
        return
    offset = HEADER_LENGTH
    decoded: dict[str, FieldValue] = {}
    for field in command.fields:
        stop = field.decode(pdu.octets, offset, pdu.command_length, decoded)
        value = decoded[field.name]
        yield PduField(field.name, _shown(value), _meaning(field.name, value, default), offset, stop - offset)
        offset = stop


def _tlvs(pdu: Pdu) -> Iterator[PduField]:
    offset = pdu.tlvs_offset
    for tlv in pdu.tlvs:
        length = _TLV_HEAD + len(tlv.octets)
        value = tlv.value
        yield PduField(tlv.name, _shown(value), _meaning(tlv.name, value, ""), offset, length, tlv.tag)
        offset += length


def _shown(value: object) -> Shown:
    if isinstance(value, int | str):
        return value
    if isinstance(value, bytes):
        return value.hex()
    assert isinstance(value, list), "there are no other values"
    return ", ".join(" ".join(f"{name}={_shown(part)}" for name, part in record.items()) for record in value)


def _meaning(name: str, value: object, default: str) -> str:
    if name == "data_coding" and isinstance(value, int):
        return coding.name_of(value) if value or not default else coding.alphabet(0, default).title
    if name == "message_state" and isinstance(value, int):
        return MessageState(value).name if value in set(MessageState) else f"reserved {value}"
    return (describe(name, value) or "") if isinstance(value, int | str | bytes) else ""
