"""``reply`` as it is written: a word, a status, or a mapping."""

import re
from typing import Annotated, Final, Literal

from msgspec import Meta, Struct

from smsc_sim.scenario.amount_values import AmountValue
from smsc_sim.scenario.reading import NOT_TOGETHER, Reading
from smsc_sim.scenario.reply import Corruption, Dribble, Reply, SequenceStyle, Then
from smsc_sim.scenario.text_values import TemplateText
from smsc_sim.scenario.tlv_values import TlvsValue
from smsc_sim.scenario.value_kind import BadValue, ValueKind
from smsc_sim.scenario.values import STATUS, format_duration, parse_duration, write_status
from smsc_sim.smpp.status import CommandStatus, parse_status

USUAL_TIMEOUT: Final = 30.0
"""Seconds after which the first clients give up waiting for a response; most do within a minute."""

NACK_STATUS: Final = CommandStatus.ESME_RINVCMDID
"""command_status of a generic_nack that says no more (SMPP 3.4 section 4.3)."""

Word = int | Literal["none", "nack"]
"""A status that was given by name is a CommandStatus."""

_WORDS: Final[dict[str, Word]] = {"ok": CommandStatus.ESME_ROK, "none": "none", "nack": "nack"}

_DRIBBLE = re.compile(r"([0-9]{1,5}) every (\S+)", re.ASCII)
_LONGEST_MESSAGE_ID = 64


def parse_word(text: str) -> Word:
    """Return ESME_ROK for "ok", a status by name or number, "none" or "nack". Raises BadValue."""
    if text in _WORDS:
        return _WORDS[text]
    try:
        return _status(text)
    except ValueError:
        raise BadValue(text, choices=(*_WORDS, *CommandStatus.__members__)) from None


def parse_named_status(text: str) -> int:
    """Return a status by name or number. Raises BadValue."""
    try:
        return _status(text)
    except ValueError:
        raise BadValue(text, choices=tuple(CommandStatus.__members__)) from None


def _status(text: str) -> int:
    """The status; a CommandStatus if it was given by name, since a provider's dialect changes names only."""
    status = parse_status(text)
    return status if text.strip()[:1].isdigit() else CommandStatus(status)


def parse_dribble(text: str) -> Dribble:
    """Return a dribble from "1 every 200ms". Raises BadValue."""
    found = _DRIBBLE.fullmatch(" ".join(text.split()))
    if found is None:
        raise BadValue(text, "is no dribble; write octets and a time, for example 1 every 200ms")
    every = parse_duration(found[2])
    if int(found[1]) == 0 or every == 0:
        raise BadValue(text, "needs at least one octet, and a time that is not 0")
    return Dribble(int(found[1]), every)


WORD: Final = ValueKind(
    "ok, none, nack or a command_status",
    "REPLY",
    parse_word,
    lambda word: word if isinstance(word, str) else write_status(word),
    {
        "anyOf": [
            {"enum": ["ok", "none", "nack", *CommandStatus.__members__]},
            {"type": "integer", "minimum": 0, "maximum": 0xFFFFFFFF},
            {"type": "string", "pattern": "^0x[0-9a-fA-F]{1,8}$"},
        ]
    },
)
NACK: Final = ValueKind("a command_status", "STATUS", parse_named_status, write_status, STATUS.json_schema)
DRIBBLE: Final = ValueKind(
    "octets and a time",
    "DRIBBLE",
    parse_dribble,
    lambda dribble: f"{dribble.octets} every {format_duration(dribble.every)}",
    {"type": "string", "pattern": r"^[0-9]+ every [0-9.]+(ms|s|m|h|d)$", "examples": ["1 every 200ms"]},
)

ReplyWord = Annotated[Word, WORD.meta("ok, a command_status by name or number, none (no answer) or nack.")]
NackStatus = Annotated[int, NACK.meta("A command_status by name or number.")]
DribbleText = Annotated[Dribble, DRIBBLE.meta("The answer in pieces: 1 every 200ms.")]


class WrittenReply(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The answer to a request, in detail."""

    status: ReplyWord = CommandStatus.ESME_ROK
    """ok, a command_status, none or nack."""
    nack: NackStatus | None = None
    """The answer is a generic_nack with this status."""
    delay: AmountValue | None = None
    """From the request to the answer."""
    message_id: TemplateText | None = None
    """Instead of the message's own id."""
    body: bool | None = None
    """Whether a response that refuses has a body."""
    tlv: TlvsValue | None = None
    """TLVs of the answer."""
    cut_after: Annotated[int, Meta(ge=0, le=65_536)] | None = None
    """Octets of the answer that are sent."""
    then: Then | None = None
    """What happens to the connection after it: close, reset, or hang (nothing more is ever sent)."""
    dribble: DribbleText | None = None
    corrupt: Corruption | None = None
    """Which part of the answer is wrong."""
    repeat: Annotated[int, Meta(ge=1, le=100)] = 1
    """How often the answer is sent."""
    sequence_number: SequenceStyle = "copied"
    """copied from the request, zero, or wrong: one that no request had."""


def reply_of(written: Word | WrittenReply, reading: Reading) -> Reply:
    """Return a reply in its normalised form; reports what does not go together."""
    if not isinstance(written, WrittenReply):
        return _plain(written)
    reading.not_together(written, "nack", "status", "a generic_nack has the one status of 'nack'")
    reply = _plain(written.status)
    if written.nack is not None:
        reply = Reply(how="nack", status=int(written.nack), by_name=isinstance(written.nack, CommandStatus))
    _check(written, reply, reading)
    return Reply(
        how=reply.how,
        status=reply.status,
        by_name=reply.by_name,
        delay=written.delay,
        message_id=written.message_id,
        body=written.body,
        tlvs=tuple((name, value) for name, value in written.tlv or () if value is not None),
        cut_after=written.cut_after,
        then=written.then,
        dribble=written.dribble,
        corrupt=written.corrupt,
        repeat=written.repeat,
        sequence_number=written.sequence_number,
    )


def _plain(word: Word) -> Reply:
    if word == "none":
        return Reply(how="none")
    if word == "nack":
        return Reply(how="nack", status=NACK_STATUS)
    return Reply(status=int(word), by_name=isinstance(word, CommandStatus))


def _check(written: WrittenReply, reply: Reply, reading: Reading) -> None:
    shapes = ("message_id", "body", "tlv", "cut_after", "dribble", "corrupt", "repeat", "sequence_number", "delay")
    if reply.how == "none":
        for name in shapes:
            if reading.is_written(written, name) and not (name == "delay" and written.then):
                message = f"'{name}' says something of an answer, and there is none"
                reading.error(reading.key(written, name), NOT_TOGETHER, message)
    elif reply.how == "nack":
        for name in ("message_id", "body", "tlv"):
            if reading.is_written(written, name):
                message = f"'{name}' has no place in a generic_nack, which is a header only"
                reading.error(reading.key(written, name), NOT_TOGETHER, message)
    reading.not_together(written, "sequence_number", "corrupt")
    text = written.message_id.constant if written.message_id is not None else None
    if text is not None:
        _check_message_id(text, written, reading)
    delay = written.delay
    if delay is not None and delay.high > USUAL_TIMEOUT:
        message = f"clients usually give up after {format_duration(USUAL_TIMEOUT)} to 60s; this answer may come later"
        reading.information(reading.value(written, "delay"), "I101", message)


def _check_message_id(text: str, written: WrittenReply, reading: Reading) -> None:
    node = reading.value(written, "message_id")
    if len(text) > _LONGEST_MESSAGE_ID:
        message = f"a message_id has at most {_LONGEST_MESSAGE_ID} characters, not {len(text)}"
        reading.error(node, "E015", message)
    elif not text.isascii() or not (text.isprintable() or not text):
        reading.error(node, "E012", "a message_id is made of characters of ASCII")
