"""data_coding: what each value means, and text to octets and back in its alphabet.

The values 0..15 are those of SMPP 3.4 section 5.2.19. It reserves 16..191; where handsets give those a
meaning (3GPP TS 23.038 section 4, the general data coding groups), peers send them in SMPP too, and they
are read that way here, as are the groups 192..255 (message waiting indication and message class).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from smsc_sim.smpp import gsm7
from smsc_sim.smpp.errors import EncodeError


@dataclass(frozen=True, slots=True)
class Alphabet:
    """How characters stand in octets.

    `septets` says whether a message holds 160 units of 7 bits or 140 octets (3GPP TS 23.040 section
    9.2.3.16); `is_text` is false where the octets are no text that can be decoded: their text is their
    hexadecimal digits.
    """

    name: str
    title: str
    septets: bool
    is_text: bool
    decode: Callable[[bytes], str]
    """Octets to text. Never raises; what cannot be decoded shows as U+FFFD."""
    encode: Callable[[str, bool], bytes]
    """Text to octets; the flag asks for "?" instead of EncodeError where a character does not fit."""

    def units(self, text: str) -> int:
        """The length of `text` in septets or octets, as `septets` says; raises EncodeError like `encode`."""
        return len(gsm7.encode(text) if self is GSM7_PACKED else self.encode(text, False))


def codec_alphabet(name: str, title: str, codec: str, septets: bool = False) -> Alphabet:
    """The alphabet that Python's codec of this name reads and writes."""

    def decode(octets: bytes) -> str:
        return octets.decode(codec, "replace")

    def encode(text: str, replace: bool) -> bytes:
        try:
            return text.encode(codec, "replace" if replace else "strict")
        except UnicodeEncodeError as error:
            raise EncodeError(
                "short_message",
                f"character {text[error.start]!r} (U+{ord(text[error.start]):04X}) at position {error.start} "
                f"is not in {title}",
            ) from None

    return Alphabet(name, title, septets, True, decode, encode)


def _decode_packed(octets: bytes) -> str:
    return gsm7.decode(gsm7.unpack(octets))


def _encode_packed(text: str, replace: bool) -> bytes:
    return gsm7.pack(gsm7.encode(text, replace))


def _encode_hex(text: str, replace: bool) -> bytes:
    for position, digit in enumerate(text):
        if digit not in "0123456789abcdefABCDEF":
            raise EncodeError("short_message", f"character {digit!r} at position {position} is no hexadecimal digit")
    if len(text) % 2:
        raise EncodeError("short_message", f"{len(text)} hexadecimal digits are no whole number of octets")
    return bytes.fromhex(text)


GSM7: Final = Alphabet("gsm7", "GSM 7 bit default alphabet", True, True, gsm7.decode, gsm7.encode)
GSM7_PACKED: Final = Alphabet(
    "gsm7-packed", "GSM 7 bit default alphabet, packed", True, True, _decode_packed, _encode_packed
)
_ASCII: Final = codec_alphabet("ascii", "IA5/ASCII", "ascii", septets=True)
_LATIN_1: Final = codec_alphabet("latin-1", "ISO-8859-1", "latin-1")
_UTF_8: Final = codec_alphabet("utf-8", "UTF-8", "utf-8")
_UCS_2: Final = codec_alphabet("ucs-2", "UCS-2", "utf-16-be")
OCTETS: Final = Alphabet("octets", "octets", False, False, bytes.hex, _encode_hex)

_SELECTABLE: Final = {alphabet.name: alphabet for alphabet in (GSM7, GSM7_PACKED, _LATIN_1, _ASCII, _UTF_8)}

DEFAULT_ALPHABETS: Final[tuple[str, ...]] = tuple(_SELECTABLE)
"""What data_coding 0 can mean at an SMSC; SMPP 3.4 section 5.2.19 leaves it to each."""

# By data_coding (SMPP 3.4 section 5.2.19). None is the alphabet of data_coding 0. The Japanese and Korean
# values name character sets, not encodings of them; these are the encodings in which SMPP peers send them.
_SMPP: Final[dict[int, tuple[str, Alphabet | None]]] = {
    0x00: ("SMSC default alphabet", None),
    0x01: ("IA5/ASCII", _ASCII),
    0x02: ("octets, 8 bit", OCTETS),
    0x03: ("Latin-1, ISO-8859-1", _LATIN_1),
    0x04: ("octets, 8 bit", OCTETS),
    0x05: ("JIS X 0208-1990", codec_alphabet("shift-jis", "JIS X 0208-1990", "shift_jis")),
    0x06: ("Cyrillic, ISO-8859-5", codec_alphabet("iso-8859-5", "ISO-8859-5", "iso8859_5")),
    0x07: ("Latin/Hebrew, ISO-8859-8", codec_alphabet("iso-8859-8", "ISO-8859-8", "iso8859_8")),
    0x08: ("UCS-2, ISO/IEC 10646", _UCS_2),
    0x09: ("pictograms", OCTETS),
    0x0A: ("ISO-2022-JP, music codes", codec_alphabet("iso-2022-jp", "ISO-2022-JP", "iso2022_jp")),
    0x0B: ("reserved 0x0B", OCTETS),
    0x0C: ("reserved 0x0C", OCTETS),
    0x0D: ("extended Kanji JIS X 0212-1990", codec_alphabet("euc-jp", "JIS X 0212-1990", "euc_jp")),
    0x0E: ("KS C 5601", codec_alphabet("euc-kr", "KS C 5601", "euc_kr")),
    0x0F: ("reserved 0x0F", OCTETS),
}

_CLASSES: Final = ("class 0 (flash)", "class 1 (ME)", "class 2 (SIM)", "class 3 (TE)")
_INDICATIONS: Final = ("voicemail", "fax", "electronic mail", "other")


def _general_group(value: int) -> tuple[str, Alphabet | None]:
    """The groups 00xx and 01xx of 3GPP TS 23.038 section 4."""
    title, alphabet = (
        ("GSM 7 bit", None),
        ("octets, 8 bit", OCTETS),
        ("UCS-2", _UCS_2),
        ("reserved alphabet", OCTETS),
    )[value >> 2 & 3]
    if value & 0x20:
        title, alphabet = f"{title}, compressed", OCTETS
    if value & 0x10:
        title = f"{title}, {_CLASSES[value & 3]}"
    return (f"{title}, automatic deletion" if value & 0x40 else title), alphabet


def _waiting_group(value: int) -> tuple[str, Alphabet | None]:
    """The groups 1100 (discard), 1101 (store) and 1110 (store, UCS-2) of 3GPP TS 23.038 section 4."""
    action = "discard" if value < 0xD0 else "store"
    state = "active" if value & 0x08 else "inactive"
    name = f"message waiting, {action}, {_INDICATIONS[value & 3]} {state}"
    return (f"{name}, UCS-2", _UCS_2) if value >= 0xE0 else (name, None)


def _meaning(value: int) -> tuple[str, Alphabet | None]:
    if value < 0x10:
        return _SMPP[value]
    if value < 0x80:
        return _general_group(value)
    if value < 0xC0:
        return f"reserved 0x{value:02X}", OCTETS
    if value < 0xF0:
        return _waiting_group(value)
    title, alphabet = ("octets, 8 bit", OCTETS) if value & 0x04 else ("GSM 7 bit", None)
    return f"{title}, {_CLASSES[value & 3]}", alphabet


_MEANINGS: Final = tuple(_meaning(value) for value in range(256))


def name_of(data_coding: int) -> str:
    """What `data_coding` (0..255) says, for people: "UCS-2, ISO/IEC 10646", "GSM 7 bit, class 0 (flash)"."""
    return _MEANINGS[data_coding][0]


def alphabet(data_coding: int, default: str = "gsm7") -> Alphabet:
    """The alphabet of `data_coding` (0..255) at an SMSC whose default alphabet is `default`.

    Raises ValueError for a `default` that is not in DEFAULT_ALPHABETS.
    """
    if default not in _SELECTABLE:
        raise ValueError(f"default alphabet {default!r} is none of {', '.join(DEFAULT_ALPHABETS)}")
    return _MEANINGS[data_coding][1] or _SELECTABLE[default]


def decode_text(octets: bytes, data_coding: int, default: str = "gsm7") -> str:
    """The text of `octets`, without a user data header.

    Nothing in the octets raises: what cannot be decoded shows as U+FFFD, and octets that are no text, or
    whose alphabet is reserved, as their hexadecimal digits. UCS-2 is read as UTF-16, so that surrogate
    pairs show as one character.
    """
    return alphabet(data_coding, default).decode(octets)


def encode_text(text: str, data_coding: int, default: str = "gsm7", *, replace: bool = False) -> bytes:
    """The octets of `text`; the reverse of `decode_text`.

    Raises EncodeError that names the first character that does not fit; with `replace`, such characters
    become "?".
    """
    return alphabet(data_coding, default).encode(text, replace)


def message_class(data_coding: int) -> int | None:
    """The message class, 0 (flash) to 3, or None where `data_coding` states none (3GPP TS 23.038 section
    4).
    """
    if data_coding >= 0xF0 or (0x10 <= data_coding < 0x80 and data_coding & 0x10):
        return data_coding & 3
    return None


def choose_coding(text: str, default: str = "gsm7") -> int:
    """The data_coding for a person's text: 0 if the default alphabet holds it, else 3 (Latin-1), else 8
    (UCS-2).

    Raises ValueError for a `default` that is not in DEFAULT_ALPHABETS.
    """
    for data_coding in (0, 3):
        try:
            encode_text(text, data_coding, default)
        except EncodeError:
            continue
        return data_coding
    return 8
