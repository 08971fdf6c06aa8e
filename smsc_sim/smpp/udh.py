"""The user data header: what stands before the text when esm_class has the UDHI bit.

Its first octet is the number of octets that follow; then come information elements, each with an
identifier, a length and its octets (3GPP TS 23.040 section 9.2.3.24). In SMPP the header begins
short_message or message_payload (SMPP 3.4 section 5.2.12).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from smsc_sim.smpp.errors import EncodeError, WireError
from smsc_sim.smpp.status import CommandStatus

UDHI: Final = 0x40
"""The bit of esm_class that announces a user data header (SMPP 3.4 section 5.2.12)."""

CONCATENATION_8: Final = 0x00
"""Concatenated short messages, 8 bit reference (3GPP TS 23.040 section 9.2.3.24.1)."""
PORTS_8: Final = 0x04
"""Application port addressing, 8 bit (3GPP TS 23.040 section 9.2.3.24.3)."""
PORTS_16: Final = 0x05
"""Application port addressing, 16 bit (3GPP TS 23.040 section 9.2.3.24.4)."""
CONCATENATION_16: Final = 0x08
"""Concatenated short messages, 16 bit reference (3GPP TS 23.040 section 9.2.3.24.8)."""


@dataclass(frozen=True, slots=True)
class Element:
    """One information element; any identifier, known or not."""

    identifier: int
    octets: bytes


@dataclass(frozen=True, slots=True)
class Concatenation:
    """Which part of which message this is: `sequence` (1..total) of `total` (1..255).

    `reference` is 0..255, or 0..65535 if `wide` (the 16 bit element).
    """

    reference: int
    total: int
    sequence: int
    wide: bool


@dataclass(frozen=True, slots=True)
class Ports:
    """Application ports, 0..255 or 0..65535."""

    destination: int
    source: int


@dataclass(frozen=True, slots=True)
class UserDataHeader:
    """A parsed header: its elements in their order, and how many octets it takes with its length octet."""

    elements: tuple[Element, ...]
    octets_used: int

    @property
    def concatenation(self) -> Concatenation | None:
        """The concatenation, from the last element that states a possible one.

        The last of repeated or mutually exclusive elements counts (3GPP TS 23.040 section 9.2.3.24), and
        one with total 0, or with a sequence of 0 or above the total, is to be ignored (sections 9.2.3.24.1
        and 9.2.3.24.8).
        """
        for element in reversed(self.elements):
            octets = element.octets
            wide = element.identifier == CONCATENATION_16
            if (wide and len(octets) == 4) or (element.identifier == CONCATENATION_8 and len(octets) == 3):
                total, sequence = octets[-2], octets[-1]
                if 1 <= sequence <= total:
                    return Concatenation(int.from_bytes(octets[:-2], "big"), total, sequence, wide)
        return None

    @property
    def ports(self) -> Ports | None:
        """The ports, from the last element that has them in its right length."""
        for element in reversed(self.elements):
            octets = element.octets
            if (element.identifier, len(octets)) in {(PORTS_8, 2), (PORTS_16, 4)}:
                half = len(octets) // 2
                return Ports(int.from_bytes(octets[:half], "big"), int.from_bytes(octets[half:], "big"))
        return None


def parse(octets: bytes, offset: int = 0) -> UserDataHeader:
    """The header at the beginning of user data; the text behind it is `octets[header.octets_used:]`.

    Raises WireError with the field "short_message.udh" for a header that does not end where its lengths
    say. The status is ESME_RINVMSGLEN (SMPP 3.4 section 5.1.3): the message is too short for the header
    that esm_class announces, or the header for its elements. `offset` is where in the PDU the user data
    begins; it is added to the error's offset.
    """
    if not octets:
        raise _malformed(offset, "esm_class announces a user data header, but there is no user data")
    stop = 1 + octets[0]
    if stop > len(octets):
        raise _malformed(offset, f"a header of {octets[0]} octets after its length, {len(octets) - 1} there")
    elements: list[Element] = []
    position = 1
    while position < stop:
        begin = position + 2
        if begin > stop:
            raise _malformed(offset + position, f"element 0x{octets[position]:02X} has no length octet")
        end = begin + octets[position + 1]
        if end > stop:
            raise _malformed(
                offset + position,
                f"element 0x{octets[position]:02X} of {end - begin} octets, {stop - begin} left for it",
            )
        elements.append(Element(octets[position], octets[begin:end]))
        position = end
    return UserDataHeader(tuple(elements), stop)


def build(elements: Iterable[Element]) -> bytes:
    """The octets of a header with these elements, its length octet first.

    Raises EncodeError for an identifier outside 0..255, and for an element or a header of more than 255
    octets.
    """
    body = bytearray()
    for element in elements:
        _check("element identifier", element.identifier, 0, 0xFF)
        _check("element length", len(element.octets), 0, 0xFF)
        body += bytes((element.identifier, len(element.octets))) + element.octets
    _check("header length", len(body), 0, 0xFF)
    return bytes((len(body),)) + bytes(body)


def concatenation(reference: int, total: int, sequence: int, wide: bool = False) -> Element:
    """The element of part `sequence` of `total`, with an 8 bit reference, or a 16 bit one if `wide`.

    Raises EncodeError for a reference, total or sequence that the element cannot hold or that means nothing.
    """
    size = 2 if wide else 1
    _check("reference", reference, 0, 256**size - 1)
    _check("total", total, 1, 0xFF)
    _check("sequence", sequence, 1, total)
    octets = reference.to_bytes(size, "big") + bytes((total, sequence))
    return Element(CONCATENATION_16 if wide else CONCATENATION_8, octets)


def ports(destination: int, source: int, wide: bool = True) -> Element:
    """The element that addresses applications: 16 bit ports if `wide`, else 8 bit ones.

    Raises EncodeError for a port outside 0..65535 or 0..255.
    """
    size = 2 if wide else 1
    _check("destination port", destination, 0, 256**size - 1)
    _check("source port", source, 0, 256**size - 1)
    octets = destination.to_bytes(size, "big") + source.to_bytes(size, "big")
    return Element(PORTS_16 if wide else PORTS_8, octets)


def fill_bits(header_octets: int) -> int:
    """How many bits (0..6) separate a header of so many octets from the first packed septet behind it."""
    return -8 * header_octets % 7


def _malformed(offset: int, reason: str) -> WireError:
    return WireError(CommandStatus.ESME_RINVMSGLEN, "short_message.udh", offset, reason)


def _check(what: str, value: int, lowest: int, highest: int) -> None:
    if not lowest <= value <= highest:
        raise EncodeError("short_message.udh", f"{what} {value} is not in {lowest}..{highest}")
