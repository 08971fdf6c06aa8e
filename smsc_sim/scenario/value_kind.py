"""How one kind of value is read from text and written as text, and what is said of a text that is none."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from msgspec import Meta

NOT_A_VALUE = "E012"
OUT_OF_RANGE = "E013"
NO_UNIT = "E014"
BAD_LENGTH = "E015"

LONGEST_SHOWN = 40
"""Characters of somebody's text that an error message repeats."""

_LONGEST_COMPARED = 64
_MOST_CHOICES = 8


class BadValue(ValueError):
    """A text that its field does not take.

    ``reason`` continues a sentence that begins with the quoted text ("needs a unit, for example 5s"), or is
    empty when there is no more to say than that the text is not a valid value. ``suggestion`` is a value that
    would have been right, or empty; ``choices`` are all that would have been. ``code`` is the finding's code.
    """

    def __init__(
        self,
        text: str,
        reason: str = "",
        suggestion: str = "",
        *,
        choices: Sequence[str] = (),
        code: str = NOT_A_VALUE,
    ) -> None:
        self.text = text
        self.reason = reason
        self.suggestion = suggestion or nearest(text, choices)
        self.choices = choices
        self.code = code
        super().__init__(text, reason)

    def __str__(self) -> str:
        """Return what is wrong, and the hint."""
        hint = self.hint()
        return self.sentence() + (f"; {hint}" if hint else "")

    def sentence(self, field: str = "") -> str:
        """Return what is wrong as one sentence, for the field of this name."""
        if not self.reason:
            return f"{quoted(self.text)} is not a valid value" + (f" of '{field}'" if field else "")
        return (f"{field}: " if field else "") + f"{quoted(self.text)} {self.reason}"

    def hint(self) -> str:
        """Return the did-you-mean or, when they are few, what can be written; else an empty text."""
        if self.suggestion:
            return f"did you mean '{self.suggestion}'?"
        if 0 < len(self.choices) <= _MOST_CHOICES:
            return f"it can be {alternatives(self.choices)}"
        return ""


def quoted(text: str) -> str:
    """Return the text in quotes for a message: one line, control characters escaped, cut when it is long."""
    shown = text[:LONGEST_SHOWN]
    if not shown.isprintable():
        shown = "".join(c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in shown)
    return f"'{shown}{'...' if len(text) > LONGEST_SHOWN else ''}'"


def alternatives(choices: Sequence[str]) -> str:
    """Return "a, b or c"."""
    return " or ".join([", ".join(choices[:-1]), choices[-1]]) if len(choices) > 1 else "".join(choices)


def nearest(text: str, choices: Iterable[str], likeness: float = 0.6) -> str:
    """Return the choice that the text most likely meant, or an empty text. Case is ignored.

    ``likeness`` is how much of the two must agree: 1.0 is all, 0.0 nothing.
    """
    if not text or len(text) > _LONGEST_COMPARED:
        return ""
    by_lower = {choice.lower(): choice for choice in choices}
    found = get_close_matches(text.lower(), by_lower, n=1, cutoff=likeness)
    return by_lower[found[0]] if found else ""


@dataclass(frozen=True, eq=False)
class ValueKind:
    """How one kind of value is read from text and written as text.

    ``name`` is the kind with its article ("a duration"), ``metavar`` its placeholder in help texts; ``read``
    raises :class:`BadValue`, ``write`` gives a text that ``read`` takes back, ``json_schema`` describes that
    text. A ``secret`` is never repeated in a message, nor shown.
    """

    name: str
    metavar: str
    read: Callable[[str], Any]
    write: Callable[[Any], str]
    json_schema: dict[str, Any]
    secret: bool = False

    def meta(self, description: str) -> Meta:
        """Return what attaches this kind to a field's type."""
        return Meta(description=description, extra={"kind": self}, extra_json_schema=self.json_schema)
