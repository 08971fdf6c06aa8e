"""Long messages: a text split into the parts that carry it, and parts joined to a text again.

A part says which it is in a user data header (3GPP TS 23.040 section 9.2.3.24), in the three sar_ TLVs
(SMPP 3.4 sections 5.3.2.22 to 5.3.2.24), or there is one PDU with the whole in message_payload (section
5.3.2.32).
"""

from __future__ import annotations

import bisect
import itertools
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from smsc_sim.smpp import coding, gsm7, udh
from smsc_sim.smpp.errors import EncodeError, WireError
from smsc_sim.smpp.tlv import Tlv

Style: TypeAlias = Literal["udh8", "udh16", "sar", "payload", "none"]
"""How a long message goes: headers with an 8 or 16 bit reference, sar_ TLVs, message_payload, or uncut."""

USER_DATA_OCTETS: Final = 140
"""What one short message carries, header included (3GPP TS 23.040 section 9.2.3.16); that is 160 septets."""

LONGEST_SHORT_MESSAGE: Final = 254
"""Octets (SMPP 3.4 section 5.2.21)."""

LONGEST_PAYLOAD: Final = 0xFFFF
"""Octets; what the length of a TLV can say (SMPP 3.4 section 5.3.2.32: up to 64 K)."""

_HIGHEST_REFERENCE: Final = {"udh8": 0xFF, "udh16": 0xFFFF, "sar": 0xFFFF}

# The octets that a part leaves to its header. For "sar" the SMSC makes the header, and makes it with 8 bits
# of the reference where it can, so clients cut as for "udh8".
_HEADER_OCTETS: Final = {"udh8": 6, "udh16": 7, "sar": 6}

_ESCAPE: Final = bytes((gsm7.ESCAPE,))

_SAR_MSG_REF_NUM: Final = 0x020C
_SAR_TOTAL_SEGMENTS: Final = 0x020E
_SAR_SEGMENT_SEQNUM: Final = 0x020F
_MESSAGE_PAYLOAD: Final = 0x0424


@dataclass(frozen=True, slots=True)
class Segment:
    """What one PDU of a message needs: short_message, bits to set in esm_class, TLVs for `pdu.encode`."""

    short_message: bytes
    esm_class: int = 0
    tlvs: tuple[tuple[str, int | bytes], ...] = ()


@dataclass(frozen=True, slots=True)
class SegmentInfo:
    """Which part of which message a PDU carries: `sequence` (1..total) of `total` (1..255)."""

    reference: int
    total: int
    sequence: int
    style: Style


@dataclass(frozen=True, slots=True)
class Part:
    """One received part: which it is, its text in octets without the header, and their alphabet.

    Packed septets have been unpacked; `may_end_in_padding` then says that the last one, zero, can be "@" or
    the bits that filled up the last octet.
    """

    info: SegmentInfo
    octets: bytes
    alphabet: coding.Alphabet
    may_end_in_padding: bool = False


@dataclass(frozen=True, slots=True)
class Joined:
    """What came of joining parts: the text of those that are there, and what was odd about them.

    `missing` and `duplicates` name parts by their sequence, ascending; of duplicates the first one counts.
    `out_of_order` is true if a part came after one with a higher sequence.
    """

    text: str
    total: int
    missing: tuple[int, ...]
    duplicates: tuple[int, ...]
    out_of_order: bool

    @property
    def complete(self) -> bool:
        """Whether every part is there."""
        return not self.missing


def split(text: str, *, data_coding: int, style: Style, reference: int = 0, default: str = "gsm7") -> list[Segment]:
    """`text` as the segments that carry it, at least one.

    A text that one message holds (160 septets, 140 octets, 70 UCS-2 characters) is one plain segment,
    except that "payload" always uses message_payload; "none" never splits. Parts hold 153 septets, 134
    octets or 67 UCS-2 characters, with a 16 bit header 152, 133 or 66. No character is cut: neither an
    escape pair of the GSM alphabet nor a surrogate pair. `reference` is 0..255 for "udh8", else 0..65535.
    `default` is the alphabet of data_coding 0.

    Raises EncodeError for a character outside the alphabet, for a reference that is too high, for more than
    255 parts, and for a text longer than short_message ("none", 254 octets) or message_payload (65535
    octets) can be.
    """
    alphabet = coding.alphabet(data_coding, default)
    octets = alphabet.encode(text, False)
    if style == "payload":
        _check_length("tlv.message_payload", octets, LONGEST_PAYLOAD)
        return [Segment(b"", tlvs=(("message_payload", octets),))]
    if style == "none":
        _check_length("short_message", octets, LONGEST_SHORT_MESSAGE)
        return [Segment(octets)]
    if alphabet.units(text) <= _capacity(alphabet, 0):
        return [Segment(octets)]
    if not 0 <= reference <= _HIGHEST_REFERENCE[style]:
        raise EncodeError("reference", f"{reference} is not in 0..{_HIGHEST_REFERENCE[style]}")
    pieces = _cut(text, alphabet, _capacity(alphabet, _HEADER_OCTETS[style]))
    total = len(pieces)
    if total > 255:
        raise EncodeError("short_message", f"the text needs {total} parts, at most 255 can be numbered")
    packed = alphabet is coding.GSM7_PACKED
    return [
        _segment(piece, packed, style, (reference, total, sequence)) for sequence, piece in enumerate(pieces, start=1)
    ]


def user_data(fields: Mapping[str, object], tlvs: Iterable[Tlv]) -> bytes:
    """The octets of the message with its header: short_message, or message_payload where that is empty."""
    short_message = fields.get("short_message")
    if isinstance(short_message, bytes) and short_message:
        return short_message
    return next((tlv.octets for tlv in tlvs if tlv.tag == _MESSAGE_PAYLOAD), b"")


def segment_of(fields: Mapping[str, object], tlvs: Iterable[Tlv]) -> SegmentInfo | None:
    """Which part of a long message a PDU is; None if it is a whole message.

    The user data header says so, or else the sar_ TLVs. Those count only if all three are there and make
    sense (SMPP 3.4 section 5.3.2.22). Raises WireError for a malformed header, as `udh.parse` does, but not
    for a message with no octets at all; its offset counts from the beginning of the user data.
    """
    tlvs = tuple(tlvs)
    octets = user_data(fields, tlvs)
    if octets and _has_header(fields):
        concatenation = udh.parse(octets).concatenation
        if concatenation is not None:
            return SegmentInfo(
                concatenation.reference,
                concatenation.total,
                concatenation.sequence,
                "udh16" if concatenation.wide else "udh8",
            )
    sar = {tlv.tag: int.from_bytes(tlv.octets, "big") for tlv in tlvs}
    reference, total, sequence = map(sar.get, (_SAR_MSG_REF_NUM, _SAR_TOTAL_SEGMENTS, _SAR_SEGMENT_SEQNUM))
    if reference is None or total is None or sequence is None or not 1 <= sequence <= total <= 255:
        return None
    return SegmentInfo(reference, total, sequence, "sar")


def user_text(
    fields: Mapping[str, object],
    tlvs: Iterable[Tlv],
    default: str = "gsm7",
    read_as: coding.Alphabet | None = None,
) -> str:
    """The text that a PDU carries, without its header, from short_message or message_payload.

    `read_as` is an alphabet to read it in instead of the one that data_coding states. Nothing in the PDU
    raises: a malformed header is shown as text, and octets as `coding.decode_text` shows them.
    """
    octets, alphabet, fill_bits = _text_octets(fields, tlvs, read_as or stated_alphabet(fields, default))
    if alphabet is coding.GSM7_PACKED:
        return gsm7.decode(gsm7.unpack(octets, fill_bits=fill_bits))
    return alphabet.decode(octets)


def part_of(
    fields: Mapping[str, object],
    tlvs: Iterable[Tlv],
    default: str = "gsm7",
    read_as: coding.Alphabet | None = None,
) -> Part | None:
    """The part of a long message that a PDU carries, to be given to `join`; None if it is a whole message.

    `read_as` as for `user_text`. Raises WireError for a malformed header, as `udh.parse` does.
    """
    tlvs = tuple(tlvs)
    info = segment_of(fields, tlvs)
    if info is None:
        return None
    octets, alphabet, fill_bits = _text_octets(fields, tlvs, read_as or stated_alphabet(fields, default))
    if alphabet is not coding.GSM7_PACKED:
        return Part(info, octets, alphabet)
    septets = gsm7.unpack(octets, len(octets) * 8 // 7, fill_bits)
    return Part(info, septets, coding.GSM7, septets != gsm7.unpack(octets, fill_bits=fill_bits))


def join(parts: Iterable[Part]) -> Joined:
    """Join the parts of one message, given in the order in which they came.

    The octets are joined before they are decoded, so that a character which the sender cut in two is whole
    again. A septet that may be padding is dropped from the last part, and from a part whose successor
    begins with an escape, since the pair had no room before; an "@" in these two places cannot be told from
    padding. Raises ValueError for no parts at all and for parts that are not of the same message (reference,
    total and style).
    """
    present: dict[int, Part] = {}
    duplicates: set[int] = set()
    out_of_order = False
    highest = 0
    first: Part | None = None
    for part in parts:
        first = first or part
        if (part.info.reference, part.info.total, part.info.style) != (
            first.info.reference,
            first.info.total,
            first.info.style,
        ):
            raise ValueError(f"{part.info} and {first.info} are not of the same message")
        sequence = part.info.sequence
        if sequence in present:
            duplicates.add(sequence)
            continue
        out_of_order = out_of_order or sequence < highest
        highest = max(highest, sequence)
        present[sequence] = part
    if first is None:
        raise ValueError("no parts to join")
    missing = tuple(sequence for sequence in range(1, first.info.total + 1) if sequence not in present)
    text = _joined_text(present, first.info.total)
    return Joined(text, first.info.total, missing, tuple(sorted(duplicates)), out_of_order)


def _joined_text(present: Mapping[int, Part], total: int) -> str:
    text: list[str] = []
    for alphabet, parts in itertools.groupby(
        (present[sequence] for sequence in sorted(present)), key=lambda part: part.alphabet
    ):
        octets = bytearray()
        for part in parts:
            sequence = part.info.sequence
            following = present.get(sequence + 1)
            padded = sequence == total or (following is not None and following.octets[:1] == _ESCAPE)
            octets += part.octets[:-1] if padded and part.may_end_in_padding else part.octets
        text.append(alphabet.decode(bytes(octets)))
    return "".join(text)


def _check_length(field: str, octets: bytes, longest: int) -> None:
    if len(octets) > longest:
        raise EncodeError(field, f"{len(octets)} octets, at most {longest} fit")


def _capacity(alphabet: coding.Alphabet, header_octets: int) -> int:
    """How many septets or octets fit behind a header of `header_octets`."""
    octets = USER_DATA_OCTETS - header_octets
    return octets * 8 // 7 if alphabet.septets else octets


def _cut(text: str, alphabet: coding.Alphabet, limit: int) -> list[bytes]:
    """The octets of each part, whole characters only; where they are to be packed, the septets."""
    if not alphabet.is_text:
        octets = alphabet.encode(text, False)
        return [octets[start : start + limit] for start in range(0, len(octets), limit)]
    pieces: list[bytes] = []
    start = 0
    while start < len(text):
        count = _fitting(text[start : start + limit], alphabet, limit)
        piece = text[start : start + count]
        pieces.append(gsm7.encode(piece) if alphabet is coding.GSM7_PACKED else alphabet.encode(piece, False))
        start += count
    return pieces


def _fitting(text: str, alphabet: coding.Alphabet, limit: int) -> int:
    """How many characters from the beginning of `text` fit into `limit` septets or octets."""
    # No beginning is shorter than one with a character less, so the longest that fits can be bisected.
    return bisect.bisect_right(range(1, len(text) + 1), limit, key=lambda count: alphabet.units(text[:count]))


def _segment(piece: bytes, packed: bool, style: Style, info: tuple[int, int, int]) -> Segment:
    reference, total, sequence = info
    if style == "sar":
        return Segment(
            gsm7.pack(piece) if packed else piece,
            tlvs=(
                ("sar_msg_ref_num", reference),
                ("sar_total_segments", total),
                ("sar_segment_seqnum", sequence),
            ),
        )
    header = udh.build((udh.concatenation(reference, total, sequence, wide=style == "udh16"),))
    text = gsm7.pack(piece, udh.fill_bits(len(header))) if packed else piece
    return Segment(header + text, esm_class=udh.UDHI)


def _has_header(fields: Mapping[str, object]) -> bool:
    esm_class = fields.get("esm_class")
    return isinstance(esm_class, int) and bool(esm_class & udh.UDHI)


def stated_alphabet(fields: Mapping[str, object], default: str = "gsm7") -> coding.Alphabet:
    """The alphabet that the data_coding of a PDU states; `default` is that of data_coding 0."""
    data_coding = fields.get("data_coding")
    return coding.alphabet(data_coding if isinstance(data_coding, int) else 0, default)


def _text_octets(
    fields: Mapping[str, object], tlvs: Iterable[Tlv], alphabet: coding.Alphabet
) -> tuple[bytes, coding.Alphabet, int]:
    """The octets behind the header, their alphabet, and the fill bits before them if they are packed."""
    octets = user_data(fields, tlvs)
    header_octets = 0
    if _has_header(fields):
        try:
            header_octets = udh.parse(octets).octets_used
        except WireError:
            header_octets = 0  # all of it is shown, since where the text begins is unknown
    return octets[header_octets:], alphabet, udh.fill_bits(header_octets)
