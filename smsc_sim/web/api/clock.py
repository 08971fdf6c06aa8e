"""The clock of the messages, and what is to happen by it."""

from __future__ import annotations

from typing import Annotated, Final, Literal, NoReturn

from msgspec import Meta, Struct
from twisted.internet.defer import Deferred
from twisted.python.failure import Failure

from smsc_sim.sim.clock import AdvanceReport, ClockError
from smsc_sim.sim.journal.notes import ClockNote
from smsc_sim.sim.timeline import Pending
from smsc_sim.web.console import Console
from smsc_sim.web.endpoint import endpoint
from smsc_sim.web.instants import instant_in, text_of
from smsc_sim.web.problem import CONFLICT, INVALID, FieldError
from smsc_sim.web.seconds import Seconds

_MOST: Final = 1_000


class PendingShown(Struct, frozen=True, kw_only=True):
    """One thing that is to happen, or has."""

    at: str
    kind: str
    """``receipt``, ``mo``, ``response``, ``switch``, ``discard``, ``session``, ``rule`` or ``account``."""
    account: str
    session: str
    message_id: str
    text: str
    """What else there is to say: the state of a receipt, the name of a switch."""


class ClockShown(Struct, frozen=True, kw_only=True):
    """The clock of the messages."""

    clock: Literal["real", "manual"]
    now: str
    next: str | None
    """When the next thing is due."""


class AdvanceClock(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How far, in one of three ways."""

    by: Seconds | None = None
    """So long."""
    to: Annotated[str, Meta(max_length=40, extra_json_schema={"format": "date-time"})] | None = None
    """To this instant: 2026-11-22T05:53:44Z."""
    next: bool = False
    """To the next thing that is due."""


class Advanced(Struct, frozen=True, kw_only=True):
    """What has happened by it."""

    was: str
    now: str
    fired: list[PendingShown]
    """In their order, the first ones."""
    more: int
    """How many more there were."""


class PendingQuery(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How much of it."""

    limit: Annotated[int, Meta(ge=1, le=_MOST)] = 100


class PendingList(Struct, frozen=True, kw_only=True):
    """What comes next, the earliest first."""

    items: list[PendingShown]
    events: int
    """Events that wait in all; one may concern several messages."""


@endpoint("GET", "/clock")
def clock(console: Console) -> ClockShown:
    """Where the clock of the messages stands."""
    due = console.smsc.timeline.first_due()
    return ClockShown(
        clock=console.clock_kind, now=text_of(console.clock()), next=None if due is None else text_of(due)
    )


@endpoint("POST", "/clock/advance", problems=(CONFLICT,))
def advance_clock(console: Console, body: AdvanceClock) -> Deferred[Advanced]:
    """Let time pass at once: everything that falls due on the way happens in its order, each at its own instant.

    Only with --clock manual.
    """
    if sum((body.by is not None, body.to is not None, body.next)) != 1:
        raise INVALID.error("Exactly one of by, to and next is wanted.")
    if body.to is not None:
        instant = instant_in(body.to)
        if instant is None:
            message = "an instant is wanted, such as 2026-11-22T05:53:44Z"
            raise INVALID.error(message, [FieldError(message=message, path="body.to")])
        moved = console.advance_to(instant)
    else:
        moved = console.advance_to_next() if body.by is None else console.advance(body.by)

    def report(found: AdvanceReport) -> Advanced:
        with console.change() as now:
            console.smsc.journal.note(ClockNote(at=now, advanced=found.end - found.start))
        return Advanced(
            was=text_of(found.start),
            now=text_of(found.end),
            fired=[_pending(one) for one in found.fired],
            more=found.more,
        )

    def refused(failure: Failure) -> NoReturn:
        failure.trap(ClockError)
        raise CONFLICT.error(f"{failure.getErrorMessage()}.")

    # Not given up half-way when the client goes.
    answer: Deferred[Advanced] = Deferred()
    moved.addCallbacks(report, refused).chainDeferred(answer)
    return answer


@endpoint("GET", "/pending")
def pending(console: Console, query: PendingQuery) -> PendingList:
    """What is to happen, the earliest first: receipts, delayed answers, messages of subscribers, ends of switches."""
    timeline = console.smsc.timeline
    return PendingList(items=[_pending(one) for one in timeline.upcoming(query.limit)], events=len(timeline))


def _pending(one: Pending) -> PendingShown:
    return PendingShown(
        at=text_of(one.due),
        kind=one.kind,
        account=one.account,
        session=f"s{one.session}" if one.session else "",
        message_id=one.message_id,
        text=one.text,
    )
