"""Delivery receipts as text: the format of SMPP 3.4 appendix B, its variations, and a permissive parser.

    id:IIIIIIIIII sub:SSS dlvrd:DDD submit date:YYMMDDhhmm done date:YYMMDDhhmm stat:DDDDDDD err:EEE text:...

The specification calls the format vendor specific, and vendors take it at its word: parts are left out,
dates have seconds or the century, the last label is written in several ways.
"""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from enum import IntEnum
from typing import Final

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=timezone.utc)


class MessageState(IntEnum):
    """The states of a message (SMPP 3.4 section 5.2.28; SCHEDULED and SKIPPED by SMPP 5.0 section 4.7.15)."""

    SCHEDULED = 0
    ENROUTE = 1
    DELIVERED = 2
    EXPIRED = 3
    DELETED = 4
    UNDELIVERABLE = 5
    ACCEPTED = 6
    UNKNOWN = 7
    REJECTED = 8
    SKIPPED = 9

    @property
    def stat(self) -> str:
        """The seven letters of the state in a receipt, "DELIVRD" for DELIVERED (SMPP 3.4 appendix B).

        Appendix B has no word for ENROUTE, SCHEDULED and SKIPPED; theirs begin the name of the state.
        """
        return _STAT_WORDS[self]


# By the value of the state.
_STAT_WORDS: Final = (
    "SCHEDUL",
    "ENROUTE",
    "DELIVRD",
    "EXPIRED",
    "DELETED",
    "UNDELIV",
    "ACCEPTD",
    "UNKNOWN",
    "REJECTD",
    "SKIPPED",
)

# Words beside those of appendix B and the names of the states that SMSCs are known to send.
_VENDOR_WORDS: Final = {
    "ACKED": MessageState.ACCEPTED,
    "BUFFERD": MessageState.ENROUTE,
    "BUFFRED": MessageState.ENROUTE,
    "FAILED": MessageState.UNDELIVERABLE,
    "0": MessageState.DELIVERED,
    "00": MessageState.DELIVERED,
}

_STATES: Final = (
    _VENDOR_WORDS | {state.name: state for state in MessageState} | {state.stat: state for state in MessageState}
)


def state_of(word: str) -> MessageState | None:
    """The state that a `stat` word stands for, in any case; None for a word that no SMSC is known to send."""
    return _STATES.get(word.strip().upper())


PARTS: Final = ("id", "sub", "dlvrd", "submit date", "done date", "stat", "err", "text")
"""The parts of a receipt in the order of appendix B."""

_VALUES: Final = {
    "id": "id:%(id)s",
    "sub": "sub:%(sub)03d",
    "dlvrd": "dlvrd:%(dlvrd)03d",
    "submit date": "submit date:%(submitted)s",
    "done date": "done date:%(done)s",
    "stat": "stat:%(stat)s",
    "err": "err:%(err)s",
}

_DATE_PATTERNS: Final = {10: "%y%m%d%H%M", 12: "%y%m%d%H%M%S", 14: "%Y%m%d%H%M%S"}

_READINGS: Final = {
    10: (_DATE_PATTERNS[10],),
    12: (_DATE_PATTERNS[12], "%Y%m%d%H%M"),
    14: (_DATE_PATTERNS[14],),
}

_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")

_LABEL: Final = re.compile(
    r"(?<![^\s,;])(?:(?:(id|sub|dlvrd|stat|err|text)|(submit|done)(?:[ _]?date)?)\s*:|(text)(?=\s|$))",
    re.IGNORECASE,
)

# "@" is what a NUL that was counted in becomes when it is read in the GSM alphabet.
_SEPARATORS: Final = re.compile(r"[\s,;\0@]+")

_COUNT: Final = re.compile("[0-9]{1,9}")

_POSITIONAL: Final = re.compile(r"(\d{2}),(\d{10,14}),(\d{10,14}),(\w*),[^,]*,[^,]*,[^,]*")


@dataclass(frozen=True, slots=True)
class ReceiptFormat:
    """A variation of the format; the default is appendix B in the spelling that all known parsers accept.

    `parts` of PARTS, in their order. `label` stands before the text: "text:", "Text:"; one without a colon
    is followed by a space. `text_length` counts the characters of the message that are kept. `date_digits`
    10 (YYMMDDhhmm), 12 (with ss) or 14 (YYYYMMDDhhmmss); `quarter_hours` (-48..48) is how far the dates are
    ahead of UTC. `err_width` is the number of digits to which `err` is filled up with zeros; a longer one
    stays as it is. Raises ValueError for parts or numbers that are none of these.
    """

    parts: tuple[str, ...] = PARTS
    label: str = "text:"
    text_length: int = 20
    date_digits: int = 10
    quarter_hours: int = 0
    err_width: int = 3
    template: str = field(init=False, repr=False, compare=False)
    """The parts as a pattern for the % operator, made once."""

    def __post_init__(self) -> None:
        unknown = [part for part in self.parts if part not in PARTS]
        if unknown:
            raise ValueError(f"receipt parts {', '.join(unknown)} are none of {', '.join(PARTS)}")
        if self.date_digits not in _DATE_PATTERNS:
            raise ValueError(f"date_digits {self.date_digits} is none of 10, 12, 14")
        if not -48 <= self.quarter_hours <= 48:
            raise ValueError(f"quarter_hours {self.quarter_hours} is not in -48..48")
        if self.err_width < 0 or self.text_length < 0:
            raise ValueError("err_width and text_length must not be negative")
        label = self.label.replace("%", "%%")
        joined = label.endswith((":", " ")) or not label or not self.text_length
        text = f"{label}%(text)s" if joined else f"{label} %(text)s"
        object.__setattr__(self, "template", " ".join(_VALUES.get(part, text) for part in self.parts))


APPENDIX_B: Final = ReceiptFormat()
"""The default."""


def format_receipt(
    *,
    message_id: str,
    state: MessageState,
    submitted: float,
    done: float,
    err: int | str = 0,
    text: str = "",
    sub: int = 1,
    dlvrd: int | None = None,
    state_word: str | None = None,
    receipt_format: ReceiptFormat = APPENDIX_B,
) -> str:
    """The text of a receipt for one message.

    `submitted` and `done` are instants in seconds since the Unix epoch, UTC. `err` is the error code of the
    network or the SMSC. `text` is the message; its beginning is copied, with control characters as spaces,
    since a line break there ends the match of many a parser. `sub` and `dlvrd` count short messages;
    `dlvrd` None stands for `sub` if the state is DELIVERED, else 0. `state_word` replaces the word of the
    state.
    """
    beginning = text[: receipt_format.text_length]
    if not beginning.isprintable():
        beginning = _CONTROL.sub(" ", beginning)
    if dlvrd is None:
        dlvrd = sub if state is MessageState.DELIVERED else 0
    digits, ahead = receipt_format.date_digits, receipt_format.quarter_hours * 900
    unit = 60 if digits == 10 else 1
    return receipt_format.template % {
        "id": message_id,
        "sub": sub,
        "dlvrd": dlvrd,
        "submitted": _date(int(submitted // unit) * unit + ahead, digits),
        "done": _date(int(done // unit) * unit + ahead, digits),
        "stat": state.stat if state_word is None else state_word,
        "err": str(err).zfill(receipt_format.err_width),
        "text": beginning,
    }


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a receipt says; None for parts that are missing, empty, or no number where one belongs.

    The dates are the digits as sent; `instant_of` reads them.
    """

    message_id: str | None = None
    sub: int | None = None
    dlvrd: int | None = None
    submit_date: str | None = None
    done_date: str | None = None
    stat: str | None = None
    err: str | None = None
    text: str | None = None

    @property
    def state(self) -> MessageState | None:
        """The state that `stat` stands for; None for a missing or unknown word."""
        return None if self.stat is None else state_of(self.stat)


def parse_receipt(text: str) -> Receipt | None:
    """Read a receipt in any of the known grammars; None for a text that is none.

    The labels may be in any case and order (what follows the text label is text), separated by spaces,
    commas or line breaks, with spaces about the colon; any may be missing. A receipt has `id` or `stat` and
    at least one label more, so that a person's words are not taken for one. The positional form of seven
    values with commas (status, done date, submit date, error, destination, origin, reserved) is read as
    well; it has no id.
    """
    values: dict[str, str] = {}
    end = len(text)
    for name, start, begin in reversed(_labels(text)):
        values[name] = text[begin:end]
        end = start
    if len(values) < 2 or not values.keys() & {"id", "stat"}:
        return _parse_positional(text)
    words = {name: _first_word(value) for name, value in values.items()}
    return Receipt(
        message_id=words.get("id"),
        sub=_number(words.get("sub")),
        dlvrd=_number(words.get("dlvrd")),
        submit_date=words.get("submit"),
        done_date=words.get("done"),
        stat=words.get("stat"),
        err=words.get("err"),
        text=values["text"].strip(" \0\r\n") if "text" in values else None,
    )


def instant_of(digits: str, quarter_hours: int = 0) -> float | None:
    """The instant of a receipt's date, in seconds since the Unix epoch, UTC.

    `quarter_hours` (-48..48) is how far the local time in the receipt is ahead of UTC. 10 digits are
    YYMMDDhhmm in this century, 12 YYMMDDhhmmss or, if that is no date, YYYYMMDDhhmm, and 14 YYYYMMDDhhmmss.
    None for anything else.
    """
    for pattern in _READINGS.get(len(digits), ()):
        if not digits.isascii() or not digits.isdigit():
            break
        century = "20" if "%y" in pattern else ""
        try:
            local = datetime.strptime(century + digits, pattern.replace("%y", "%Y")).replace(tzinfo=timezone.utc)
        except ValueError:
            continue
        return (local - _EPOCH).total_seconds() - quarter_hours * 900
    return None


def _labels(text: str) -> list[tuple[str, int, int]]:
    """Each label up to the text: its name, where it starts, and where its value begins."""
    labels: list[tuple[str, int, int]] = []
    for match in _LABEL.finditer(text):
        name = (match[1] or match[2] or match[3]).lower()
        # "Text" without its colon is a word like any other until something before it makes this a receipt.
        if labels or not match[3]:
            labels.append((name, match.start(), match.end()))
            if name == "text":
                break
    return labels


def _parse_positional(text: str) -> Receipt | None:
    match = _POSITIONAL.fullmatch(text.strip(" \0\r\n"))
    if match is None:
        return None
    return Receipt(stat=match[1], done_date=match[2], submit_date=match[3], err=match[4] or None)


def _first_word(value: str) -> str | None:
    return next((word for word in _SEPARATORS.split(value) if word), None)


def _number(word: str | None) -> int | None:
    return int(word) if word is not None and _COUNT.fullmatch(word) else None


@functools.lru_cache(maxsize=4096)
def _date(seconds: int, digits: int) -> str:
    return (_EPOCH + timedelta(seconds=seconds)).strftime(_DATE_PATTERNS[digits])
