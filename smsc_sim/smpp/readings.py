"""Readings: the same octets as text under other alphabets than the one that data_coding states.

A message that shows as nonsense was mostly written in another alphabet than its data_coding says. Which one
is seen at once when the octets are shown in each.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from smsc_sim.smpp import coding, segments
from smsc_sim.smpp.coding import Alphabet, codec_alphabet
from smsc_sim.smpp.tlv import Tlv

# What no data_coding states, yet senders write: an operating system's own character set, or UCS-2 with its
# octets the wrong way round.
_UNSTATED: Final = (
    codec_alphabet("utf-16-le", "UTF-16, little endian", "utf-16-le"),
    codec_alphabet("windows-1252", "Windows-1252, Western", "cp1252"),
    codec_alphabet("windows-1251", "Windows-1251, Cyrillic", "cp1251"),
    codec_alphabet("koi8-r", "KOI8-R, Cyrillic", "koi8_r"),
    codec_alphabet("iso-8859-2", "ISO-8859-2, Central European", "iso8859_2"),
    codec_alphabet("iso-8859-6", "ISO-8859-6, Arabic", "iso8859_6"),
    codec_alphabet("iso-8859-7", "ISO-8859-7, Greek", "iso8859_7"),
    codec_alphabet("iso-8859-9", "ISO-8859-9, Turkish", "iso8859_9"),
    codec_alphabet("iso-8859-15", "ISO-8859-15, Western with the euro", "iso8859_15"),
    codec_alphabet("cp437", "code page 437", "cp437"),
    codec_alphabet("gb18030", "GB 18030, Chinese", "gb18030"),
    codec_alphabet("big5", "Big5, Chinese", "big5"),
)

ALPHABETS: Final[dict[str, Alphabet]] = {
    alphabet.name: alphabet
    for alphabet in (
        *(coding.alphabet(0, default) for default in coding.DEFAULT_ALPHABETS),
        *(coding.alphabet(value) for value in range(256)),
        *_UNSTATED,
    )
}
"""Every alphabet that octets can be read in, by its name."""

ALIASES: Final[dict[str, str]] = {
    "iso-8859-1": "latin-1",
    "latin1": "latin-1",
    "ucs2": "ucs-2",
    "utf-16": "ucs-2",
    "utf-16-be": "ucs-2",
    "utf8": "utf-8",
    "cyrillic": "iso-8859-5",
    "hebrew": "iso-8859-8",
    "arabic": "iso-8859-6",
    "greek": "iso-8859-7",
    "turkish": "iso-8859-9",
    "cp1252": "windows-1252",
    "cp1251": "windows-1251",
    "binary": "octets",
    "hex": "octets",
}
"""Other names by which people ask for them."""

_PLAUSIBLE: Final = 0.5
_COMPARED: Final = 1000
"""Characters of a text that are looked at: more of them change nothing."""


@dataclass(frozen=True, slots=True)
class Reading:
    """A text that the octets can be, and the alphabets (by name) in which they are that text.

    `stated`: data_coding states one of these. `damaged`: some octets are no characters there. `likelihood`,
    0.0 to 1.0, says how much it looks like a text that a person wrote.
    """

    text: str
    alphabets: tuple[str, ...]
    stated: bool
    damaged: bool
    likelihood: float


def alphabet_named(name: str) -> Alphabet:
    """The alphabet of this name or alias, in any case. Raises ValueError that lists the names."""
    found = ALPHABETS.get(ALIASES.get(name.lower(), name.lower()))
    if found is None:
        raise ValueError(f"{name[:40]!r} is no alphabet; there are {', '.join(ALPHABETS)}")
    return found


def text_under(fields: Mapping[str, object], tlvs: Iterable[Tlv], name: str) -> str:
    """The text that a PDU carries, without its header, under the alphabet of this name or alias.

    Nothing in the PDU raises; ValueError for a name that is not known.
    """
    return segments.user_text(fields, tlvs, read_as=alphabet_named(name))


def readings_of(
    fields: Mapping[str, object], tlvs: Iterable[Tlv], default: str = "gsm7", *, every: bool = False
) -> list[Reading]:
    """How the text of a PDU can be read; see `readings`. `default` is the alphabet of data_coding 0."""
    tlvs = tuple(tlvs)
    stated = segments.stated_alphabet(fields, default)
    return readings(lambda alphabet: segments.user_text(fields, tlvs, read_as=alphabet), stated, every=every)


def readings(text_in: Callable[[Alphabet], str], stated: Alphabet, *, every: bool = False) -> list[Reading]:
    """The readings of a message, the stated one first, then the plausible ones, the likeliest first.

    `text_in` gives the text under an alphabet. Alphabets in which the text is the same make one reading.
    `every` has those too that are not plausible, such as the hexadecimal digits of the octets.
    """
    by_text: dict[str, list[Alphabet]] = {}
    for alphabet in (stated, *(one for one in ALPHABETS.values() if one is not stated)):
        by_text.setdefault(text_in(alphabet), []).append(alphabet)
    found = [_reading(text, alphabets, stated) for text, alphabets in by_text.items()]
    first, *others = found
    others.sort(key=lambda reading: -reading.likelihood)
    return [first, *(one for one in others if every or (not one.damaged and one.likelihood >= _PLAUSIBLE))]


def _reading(text: str, alphabets: list[Alphabet], stated: Alphabet) -> Reading:
    # Hexadecimal digits always look like a text, but nobody wrote them.
    is_text = any(alphabet.is_text for alphabet in alphabets)
    return Reading(
        text=text,
        alphabets=tuple(alphabet.name for alphabet in alphabets),
        stated=stated in alphabets,
        damaged="\ufffd" in text,
        likelihood=_likelihood(text[:_COMPARED]) if is_text else 0.0,
    )


def _likelihood(text: str) -> float:
    """How much a text looks written by a person: known characters, words of one script, no signs within words."""
    if not text:
        return 0.0
    kinds = [_kind(character) for character in text]
    odd = sum(map(_oddness, pairwise(kinds)))
    return max(0.0, (sum(weight for weight, _, _ in kinds) - odd) / len(kinds))


def _kind(character: str) -> tuple[float, str, bool]:
    """How usual a character is (0.0 to 1.0), its script (empty for none), and whether it is a capital letter."""
    if character.isascii():
        usual = character.isprintable() or character in "\n\r\t"
        mark = "" if character.isspace() or character.isdigit() else "mark"
        return float(usual), "LATIN" if character.isalpha() else mark, character.isupper()
    category = unicodedata.category(character)
    if category in {"Cc", "Cn", "Co", "Cs"} or character == "\ufffd":
        return 0.0, "odd", False
    if category[0] in "LM":
        script = unicodedata.name(character, "").partition(" ")[0]
        return (
            0.8 if script == "CJK" else 0.9,
            "CJK" if script in {"HIRAGANA", "KATAKANA"} else script,
            category == "Lu",
        )
    return 0.6, "sign", False


def _oddness(pair: tuple[tuple[float, str, bool], tuple[float, str, bool]]) -> float:
    """What two neighbouring characters take from the likelihood."""
    (_, before, _), (_, after, capital) = pair
    if "mark" in {before, after}:
        return 0.5 if before == "mark" and after else 0.0
    if before and after and before != after:
        return 1.0
    return 0.25 if capital and before == after else 0.0
