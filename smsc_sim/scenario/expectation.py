"""Expectations: what the client is expected to have done when the run is judged."""

import re
from dataclasses import dataclass
from typing import Annotated, Final

from msgspec import Meta, Struct

from smsc_sim.scenario.matching import Test
from smsc_sim.scenario.patterns import STATUS, TEXT
from smsc_sim.scenario.reading import NOT_TOGETHER, Reading
from smsc_sim.scenario.rule import Event
from smsc_sim.scenario.value_kind import BadValue, ValueKind, alternatives, nearest, quoted
from smsc_sim.scenario.values import Duration, format_duration, parse_duration
from smsc_sim.scenario.when import SCOPES, Condition, Scope
from smsc_sim.scenario.written_when import Match, conditions_of

_COUNT = re.compile(r"(>=|<=|>|<|=)?\s*([0-9]{1,9})|([0-9]{1,9})\s*\.\.\s*([0-9]{1,9})", re.ASCII)
_SPACING = re.compile(r"(>=|<=|>|<)?\s*(\S+?)(?:\s*\.\.\s*(\S+))?(?: per (\S+))?", re.ASCII)


@dataclass(frozen=True, slots=True)
class CountRange:
    """So many: at least ``least``, and at most ``most`` unless that is None."""

    least: int
    most: int | None

    def holds(self, count: int) -> bool:
        """Return whether the count lies in the range."""
        return count >= self.least and (self.most is None or count <= self.most)

    def __str__(self) -> str:
        """Return the text that parse_count takes."""
        if self.most is None:
            return f">={self.least}"
        if self.least == 0 and self.most:
            return f"<={self.most}"
        return str(self.least) if self.least == self.most else f"{self.least}..{self.most}"


@dataclass(frozen=True, slots=True)
class Spacing:
    """The time between two messages of the same scope, in seconds."""

    least: float
    most: float | None
    scope: Scope = "message"

    def holds(self, seconds: float) -> bool:
        """Return whether the time lies in the range."""
        return seconds >= self.least and (self.most is None or seconds <= self.most)

    def __str__(self) -> str:
        """Return the text that parse_spacing takes."""
        if self.most is None:
            return f">={format_duration(self.least)} per {self.scope}"
        if self.least == 0:
            return f"<={format_duration(self.most)} per {self.scope}"
        return f"{format_duration(self.least)}..{format_duration(self.most)} per {self.scope}"


AT_LEAST_ONE: Final = CountRange(1, None)


def parse_count(text: str) -> CountRange:
    """Return a range of counts from "3", ">=1", "<=5" or "2..4". Raises BadValue."""
    found = _COUNT.fullmatch(text.strip())
    if found is None:
        raise BadValue(text, "is no count; write for example 3, >=1, <=5 or 2..4")
    if found[3] is not None:
        if int(found[4]) < int(found[3]):
            raise BadValue(text, "is an empty range", f"{found[4]}..{found[3]}")
        return CountRange(int(found[3]), int(found[4]))
    number = int(found[2])
    if found[1] == "<" and number == 0:
        raise BadValue(text, "can never be")
    ranges = {
        ">=": CountRange(number, None),
        ">": CountRange(number + 1, None),
        "<=": CountRange(0, number),
        "<": CountRange(0, number - 1),
    }
    return ranges.get(found[1] or "", CountRange(number, number))


def parse_spacing(text: str) -> Spacing:
    """Return a spacing from ">=1s per message" or "1s..5s per to". Raises BadValue."""
    found = _SPACING.fullmatch(" ".join(text.split()))
    if found is None or (found[1] is None) == (found[3] is None):
        raise BadValue(text, "is no spacing; write for example >=1s per message, or 1s..5s per to")
    scope: Scope = "message"
    if found[4] is not None:
        scopes: dict[str, Scope] = {one: one for one in SCOPES}
        if found[4] not in scopes:
            close = nearest(found[4], SCOPES)
            suggestion = text.replace(f"per {found[4]}", f"per {close}") if close else ""
            raise BadValue(text, f"counts per {quoted(found[4])}; it can count per {alternatives(SCOPES)}", suggestion)
        scope = scopes[found[4]]
    first = parse_duration(found[2])
    if found[3] is not None:
        return Spacing(first, parse_duration(found[3]), scope)
    return Spacing(first, None, scope) if found[1].startswith(">") else Spacing(0.0, first, scope)


COUNT: Final = ValueKind(
    "a count",
    "COUNT",
    parse_count,
    str,
    {"type": ["integer", "string"], "pattern": _COUNT.pattern, "examples": [3, ">=1", "2..4"]},
)
SPACING: Final = ValueKind(
    "a spacing", "SPACING", parse_spacing, str, {"type": "string", "examples": [">=1s per message"]}
)

CountText = Annotated[CountRange, COUNT.meta("How many: 3, >=1, <=5, 2..4.")]
SpacingText = Annotated[Spacing, SPACING.meta("The time between two messages: >=1s per message.")]
StatusTest = Annotated[Test, STATUS.meta("The command_status that the message was answered with.")]
StateTest = Annotated[Test, TEXT.meta("The state of its receipt: DELIVRD, UNDELIV ...")]


class WrittenExpectation(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One of ``expect`` as it is written."""

    name: Annotated[str, Meta(min_length=1, max_length=200)]
    """What is expected, in words."""
    event: Event = "submit_sm"
    """What is looked at."""
    match: Match | None = None
    """Which of them; not written: all."""
    rule: str | None = None
    """Those that this rule decided."""
    fired: CountText | None = None
    """How often the rule decided."""
    count: CountText | None = None
    """How many there were."""
    within: Duration | None = None
    """All of them in this time, from the first one on."""
    settle: Duration | None = None
    """How long to wait for one too many."""
    spacing: SpacingText | None = None
    """The time between two of them."""
    reply: StatusTest | None = None
    """Only those that were answered like this."""
    receipt: StateTest | None = None
    """Only those that got a receipt of this state."""
    order: Annotated[tuple[Match, ...], Meta(min_length=2)] | None = None
    """What came one after the other."""


@dataclass(frozen=True, slots=True)
class Expectation:
    """What is to be judged, in the form in which it is."""

    name: str
    event: Event = "submit_sm"
    conditions: tuple[Condition, ...] = ()
    rule: str | None = None
    fired: CountRange | None = None
    count: CountRange | None = None
    """None when something else is judged: ``fired``, ``spacing`` or ``order``."""
    within: float | None = None
    """Seconds from the first message on."""
    settle: float | None = None
    """Seconds."""
    spacing: Spacing | None = None
    reply: Test | None = None
    receipt: Test | None = None
    order: tuple[tuple[Condition, ...], ...] = ()
    at: str = ""
    """Where it is written: ``file.yaml:7``."""


def expectation_of(written: WrittenExpectation, reading: Reading) -> Expectation:
    """Return an expectation in its normalised form; without a number it expects at least one message."""
    if reading.is_written(written, "fired") and not reading.is_written(written, "rule"):
        reading.error(reading.key(written, "fired"), NOT_TOGETHER, "'fired' needs 'rule', whose decisions it counts")
    judged = (written.fired, written.count, written.spacing, written.order)
    return Expectation(
        name=written.name,
        event=written.event,
        conditions=() if written.match is None else conditions_of(written.match, written.event, reading),
        rule=written.rule,
        fired=written.fired,
        count=AT_LEAST_ONE if all(one is None for one in judged) else written.count,
        within=written.within,
        settle=written.settle,
        spacing=written.spacing,
        reply=written.reply,
        receipt=written.receipt,
        order=tuple(conditions_of(match, written.event, reading) for match in written.order or ()),
        at=f"{reading.file}:{reading.mapping(written).line}",
    )
