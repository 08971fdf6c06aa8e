"""The GSM 7 bit default alphabet with its extension table, and the packing of septets (3GPP TS 23.038).

A septet is one code of the alphabet. SMPP usually carries one septet in each octet ("unpacked"); on the
radio path, and at some SMSCs already in SMPP, eight septets share seven octets ("packed", 3GPP TS 23.038
section 6.1.2.1).
"""

from __future__ import annotations

import codecs
import re
from typing import Any, Final

from smsc_sim.smpp.errors import EncodeError

ESCAPE: Final = 0x1B
"""Announces a septet of the extension table (3GPP TS 23.038 section 6.2.1)."""

_BASIC: Final = (
    "@£$¥èéùìòÇ\nØø\rÅå"
    "Δ_ΦΓΛΩΠΨΣΘΞ\x1bÆæßÉ"
    " !\"#¤%&'()*+,-./"
    "0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNO"
    "PQRSTUVWXYZÄÖÑÜ§"
    "¿abcdefghijklmno"
    "pqrstuvwxyzäöñüà"
)
"""By septet (3GPP TS 23.038 section 6.2.1); 0x1B is the escape and has no character."""

EXTENSION: Final[dict[int, str]] = {
    0x0A: "\f",
    0x14: "^",
    0x28: "{",
    0x29: "}",
    0x2F: "\\",
    0x3C: "[",
    0x3D: "~",
    0x3E: "]",
    0x40: "|",
    0x65: "€",
}
"""The characters behind an escape, by septet (3GPP TS 23.038 section 6.2.1.1); 0x0A is the page break."""

_TO_SEPTETS: Final[dict[int, Any]] = {
    ord(character): septet for septet, character in enumerate(_BASIC) if septet != ESCAPE
} | {ord(character): bytes((ESCAPE, septet)) for septet, character in EXTENSION.items()}

# What a receiver without an extension table shows for an escape is a space (3GPP TS 23.038 section 6.2.1).
_SHOWN: Final = _BASIC.replace("\x1b", " ")

_ASCII: Final = bytes(septet for septet in range(0x80) if _BASIC[septet] == chr(septet) and septet != ESCAPE)
"""Septets that are what they are in ASCII; most texts have no others, and a plain decoding is the quickest."""

_ESCAPED: Final = re.compile(rb"\x1b(.)", re.DOTALL)


def is_encodable(text: str) -> bool:
    """Whether every character of `text` is in the default alphabet or its extension table."""
    return all(ord(character) in _TO_SEPTETS for character in text)


def encode(text: str, replace: bool = False) -> bytes:
    """`text` as septets, one in each octet; a character of the extension table takes two.

    Raises EncodeError that names the first character outside the alphabet; with `replace`, such characters
    become "?".
    """
    try:
        return codecs.charmap_encode(text, "replace" if replace else "strict", _TO_SEPTETS)[0]
    except UnicodeEncodeError as error:
        raise EncodeError(
            "short_message",
            f"character {text[error.start]!r} (U+{ord(text[error.start]):04X}) at position {error.start} "
            f"is not in the GSM 7 bit default alphabet",
        ) from None


def decode(octets: bytes) -> str:
    """The text of septets that stand one in each octet. Never raises.

    After an escape, a septet that the extension table lacks shows as its character of the basic table; a
    second escape, or an escape with nothing behind it, shows as a space (3GPP TS 23.038 sections 6.2.1 and
    6.2.1.1). An octet above 0x7F is no septet and shows as U+FFFD.
    """
    if not octets.translate(None, _ASCII):
        return octets.decode("ascii")
    if ESCAPE not in octets:
        return codecs.charmap_decode(octets, "replace", _SHOWN)[0]
    shown: list[str] = []
    start = 0
    for match in _ESCAPED.finditer(octets):
        shown.append(codecs.charmap_decode(octets[start : match.start()], "replace", _SHOWN)[0])
        septet = match[1]
        shown.append(EXTENSION.get(septet[0]) or codecs.charmap_decode(septet, "replace", _SHOWN)[0])
        start = match.end()
    shown.append(codecs.charmap_decode(octets[start:], "replace", _SHOWN)[0])
    return "".join(shown)


def pack(septets: bytes, fill_bits: int = 0) -> bytes:
    """Septets packed into octets, the lowest bits first (3GPP TS 23.038 section 6.1.2.1.1).

    `fill_bits` (0..6) zero bits come first: after a user data header they bring the first septet to a
    septet boundary (3GPP TS 23.040 section 9.2.3.24). Raises EncodeError for an octet above 0x7F,
    ValueError for other fill_bits.
    """
    _check_fill_bits(fill_bits)
    packed = bytearray()
    accumulator = 0
    bits = fill_bits
    for position, septet in enumerate(septets):
        if septet > 0x7F:
            raise EncodeError("short_message", f"octet 0x{septet:02X} at position {position} is no septet")
        accumulator |= septet << bits
        bits += 7
        if bits >= 8:
            packed.append(accumulator & 0xFF)
            accumulator >>= 8
            bits -= 8
    if bits and septets:
        packed.append(accumulator)
    return bytes(packed)


def unpack(octets: bytes, septet_count: int | None = None, fill_bits: int = 0) -> bytes:
    """The septets packed in `octets`, one in each octet of the result.

    `septet_count` says how many there are; more than fit are not invented. Without it, as in SMPP where
    only the number of octets is known, all that fit are returned, except that seven zero bits filling up
    the last octet are taken for padding and not for "@", since a text of 8n-1 septets is the likelier
    reading. Raises ValueError for `fill_bits` outside 0..6.
    """
    _check_fill_bits(fill_bits)
    fitting = max(0, len(octets) * 8 - fill_bits) // 7
    wanted = fitting if septet_count is None else min(septet_count, fitting)
    septets = bytearray()
    accumulator = 0
    bits = 0
    skip = fill_bits
    for octet in octets:
        accumulator |= octet << bits
        bits += 8
        if skip:
            accumulator >>= skip
            bits -= skip
            skip = 0
        while bits >= 7:
            septets.append(accumulator & 0x7F)
            accumulator >>= 7
            bits -= 7
    del septets[wanted:]
    if septet_count is None and fitting > 1 and fitting * 7 + fill_bits == len(octets) * 8 and not septets[-1]:
        del septets[-1]
    return bytes(septets)


def _check_fill_bits(fill_bits: int) -> None:
    if not 0 <= fill_bits <= 6:
        raise ValueError(f"fill_bits {fill_bits} is not in 0..6")
