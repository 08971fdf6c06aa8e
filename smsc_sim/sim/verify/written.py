"""What a verification asks for, as it is written: the body of a request, in the language of scenario files."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Final

from msgspec import Meta, Struct

from smsc_sim.scenario.convert import convert
from smsc_sim.scenario.document import parse_document
from smsc_sim.scenario.expectation import (
    AT_LEAST_ONE,
    CountRange,
    CountText,
    Spacing,
    SpacingText,
    StateTest,
    StatusTest,
)
from smsc_sim.scenario.findings import FindingsError
from smsc_sim.scenario.reading import NOT_HERE, Reading
from smsc_sim.scenario.rule import SUBMISSIONS, Event
from smsc_sim.scenario.value_kind import OUT_OF_RANGE, alternatives
from smsc_sim.scenario.values import Duration, format_duration
from smsc_sim.scenario.when import Condition
from smsc_sim.scenario.written_when import Match, conditions_of
from smsc_sim.sim.search.query import Query
from smsc_sim.sim.verify.wanted import Wanted

LONGEST_WAIT: Final = 60.0
"""Seconds."""

MOST_COUNTED: Final = 100_000
"""Messages."""

USUAL_SETTLE: Final = 0.3
"""Seconds to wait for one too many, when nothing is written and there is time to wait at all."""


class WrittenVerification(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A question about messages, and how long its answer can wait."""

    event: Event = "submit_sm"
    """submit_sm, data_sm or submit_multi."""
    match: Match | None = None
    """Which messages, in the words of ``when``; not written: all."""
    rule: str | None = None
    """Those that this rule decided."""
    reply: StatusTest | None = None
    """Only those that were answered like this."""
    receipt: StateTest | None = None
    """Only those that got a receipt of this state."""
    count: CountText | None = None
    """How many: 1, >=1, <=5, 2..4, 0; not written: at least one."""
    within: Duration | None = None
    """How long to wait for them, at most 60s; not written: what is there now decides."""
    settle: Duration | None = None
    """How long to wait for one too many."""
    since: Annotated[int, Meta(ge=0)] | None = None
    """A mark: only what came after it."""
    spacing: SpacingText | None = None
    """The time between two of them."""
    order: Annotated[tuple[Match, ...], Meta(min_length=2)] | None = None
    """What came one after the other; others may have come between."""


@dataclass(frozen=True)
class VerificationSpec:
    """What is asked for, in the form in which it is."""

    wanted: Wanted
    count: CountRange | None = AT_LEAST_ONE
    """None when something else is judged."""
    within: float = 0.0
    """Seconds; 0: now."""
    settle: float = 0.0
    """Seconds."""
    since: int | None = None
    """Only messages whose ``seq`` is higher."""
    spacing: Spacing | None = None
    order: tuple[tuple[Condition, ...], ...] = ()


def read_verification(text: str | bytes, name: str = "body") -> VerificationSpec:
    """Return what a JSON text asks for. Raises FindingsError with every mistake in it."""
    document = parse_document(text, name, json=True)
    converted = convert(document, WrittenVerification)
    if converted is not None:
        spec = _spec(converted.value, Reading(document, converted))
        if document.is_valid:
            return spec
    raise FindingsError(document.findings)


def wait_for(query: Query, count: CountRange, within: float, since: int | None) -> VerificationSpec:
    """Return the question whether a search finds so many messages, in so many seconds."""
    return VerificationSpec(Wanted(query=query), count, min(within, LONGEST_WAIT), since=since)


def _spec(written: WrittenVerification, reading: Reading) -> VerificationSpec:
    event = written.event
    if event not in SUBMISSIONS:
        known = alternatives(sorted(SUBMISSIONS))
        message = f"'event': verification looks at messages, and {event} is none"
        reading.error(reading.value(written, "event"), NOT_HERE, message, f"it can be {known}")
    for field in ("within", "settle"):
        if (getattr(written, field) or 0.0) > LONGEST_WAIT:
            message = f"'{field}': nobody waits longer than {format_duration(LONGEST_WAIT)}"
            reading.error(reading.value(written, field), OUT_OF_RANGE, message)
    if written.count is not None and max(written.count.least, written.count.most or 0) > MOST_COUNTED:
        message = f"'count': more than {MOST_COUNTED} are not counted"
        reading.error(reading.value(written, "count"), OUT_OF_RANGE, message)
    within = written.within or 0.0
    judged = (written.count, written.spacing, written.order)
    return VerificationSpec(
        Wanted(
            event,
            () if written.match is None else conditions_of(written.match, event, reading),
            written.rule,
            written.reply,
            written.receipt,
        ),
        count=AT_LEAST_ONE if all(one is None for one in judged) else written.count,
        within=within,
        settle=(USUAL_SETTLE if within else 0.0) if written.settle is None else written.settle,
        since=written.since,
        spacing=written.spacing,
        order=tuple(conditions_of(match, event, reading) for match in written.order or ()),
    )
