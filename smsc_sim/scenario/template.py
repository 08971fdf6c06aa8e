"""Text with placeholders: all the computing that a scenario can do.

The placeholders are ``{to}`` and ``{from}`` (addresses of the message), ``{text}``, ``{word[1]}`` (its first
word; ``{word[2]}`` the second ...), ``{id}`` (the message id), ``{n}`` (how many messages the rule has decided,
this one included) and ``{now:%y%m%d%H%M}`` (the time, UTC). ``{{`` and ``}}`` are braces.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from typing import Any

from smsc_sim.scenario.value_kind import BadValue, alternatives, nearest

PLACEHOLDERS = ("to", "from", "text", "word[1]", "id", "n", "now")
"""What can stand in braces; another number may stand in those of ``word``, a format behind ``now``."""

UNKNOWN_PLACEHOLDER = "E030"

LONGEST_TEMPLATE = 70_000
"""Characters: more than a message_payload holds."""

_NOW = "%y%m%d%H%M"
_PIECE = re.compile(r"\{\{|\}\}|\{([^{}]*)\}|\{")
_WORD = re.compile(r"word\[([1-9][0-9]{0,2})\]", re.ASCII)
_TIME = re.compile(r"now(?::((?:[^%]|%[YymdHMSj%])+))?", re.DOTALL)
_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)

_Part = tuple[str, str | int]
"""What kind of piece it is, and its text, word number or time format."""


@dataclass(frozen=True, slots=True)
class Template:
    """A text with placeholders, read once by :func:`parse_template`."""

    text: str
    """As it was written."""
    parts: tuple[_Part, ...] = field(repr=False, compare=False)

    @property
    def constant(self) -> str | None:
        """The text when it has no placeholders; None when it has."""
        if all(kind == "literal" for kind, _ in self.parts):
            return "".join(str(value) for _, value in self.parts)
        return None

    @property
    def names(self) -> frozenset[str]:
        """The placeholders used, without what stands in brackets or behind the colon: {"to", "word"}."""
        return frozenset(kind for kind, _ in self.parts if kind != "literal")

    def fill(self, values: Mapping[str, Any]) -> str:
        """Return the text for a message.

        ``values`` has under ``to``, ``from``, ``text``, ``id`` and ``n`` what ``str`` makes of it, and under
        ``now`` seconds since the Unix epoch; what is not there is an empty text. A word that the text does not
        have is empty, too.
        """
        return "".join(_fill(kind, value, values) for kind, value in self.parts)

    def __str__(self) -> str:
        """Return the text as it was written."""
        return self.text


def parse_template(text: str) -> Template:
    """Return the template in a text. Raises BadValue for an unknown placeholder."""
    if len(text) > LONGEST_TEMPLATE:
        raise BadValue(text, f"is longer than {LONGEST_TEMPLATE} characters")
    parts: list[_Part] = []
    end = 0
    for found in _PIECE.finditer(text):
        parts.append(("literal", text[end : found.start()]))
        parts.append(_piece(text, found))
        end = found.end()
    parts.append(("literal", text[end:]))
    return Template(text, tuple(part for part in parts if part[1] != ""))


def constant(text: str) -> Template:
    """Return the template that is this very text, braces and all."""
    return Template(text.replace("{", "{{").replace("}", "}}"), (("literal", text),))


def _piece(text: str, found: re.Match[str]) -> _Part:
    name = found[1]
    if name is None:
        if found[0] == "{":
            raise BadValue(text, "has a '{' without its '}'; write '{{' for a brace", code=UNKNOWN_PLACEHOLDER)
        return "literal", found[0][0]
    if name in {"to", "from", "text", "id", "n"}:
        return name, name
    if word := _WORD.fullmatch(name):
        return "word", int(word[1])
    if time := _TIME.fullmatch(name):
        return "now", time[1] or _NOW
    raise _unknown(found[0], name)


def _unknown(written: str, name: str) -> BadValue:
    if name.startswith("now:"):
        reason = "has a time format of which only %Y %y %m %d %H %M %S %j are known"
        return BadValue(written, reason, code=UNKNOWN_PLACEHOLDER)
    if re.fullmatch(r"word(\[.*)?", name):
        return BadValue(written, "takes a number, the first word being {word[1]}", code=UNKNOWN_PLACEHOLDER)
    close = nearest(name, PLACEHOLDERS)
    known = alternatives([f"{{{one}}}" for one in PLACEHOLDERS])
    return UnknownPlaceholder(written, close or "", f"it can be {known}; write '{{{{' for a brace")


class UnknownPlaceholder(BadValue):
    """A name in braces that is none of PLACEHOLDERS."""

    def __init__(self, text: str, suggestion: str, known: str) -> None:
        super().__init__(text, "is no placeholder", suggestion, code=UNKNOWN_PLACEHOLDER)
        self._known = known

    def sentence(self, field: str = "") -> str:
        """Return what is wrong as one sentence; the field does not matter."""
        del field
        return f"unknown placeholder '{self.text[:40]}'"

    def hint(self) -> str:
        """Return the did-you-mean, or what there is."""
        return super().hint() or self._known


def _fill(kind: str, value: str | int, values: Mapping[str, Any]) -> str:
    if isinstance(value, int):
        words = str(values.get("text", "")).split(maxsplit=value)
        return words[value - 1] if len(words) >= value else ""
    if kind == "literal":
        return value
    if kind == "now":
        return (_EPOCH + timedelta(seconds=values.get("now", 0.0))).strftime(value)
    return str(values.get(kind, ""))
