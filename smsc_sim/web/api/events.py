"""What happens, as it happens."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct

from smsc_sim.web.call import Call, Stream
from smsc_sim.web.console import Console
from smsc_sim.web.endpoint import endpoint
from smsc_sim.web.problem import BAD_PARAMETER, BUSY, FieldError
from smsc_sim.web.sse import CONTENT_TYPE, MOST_CLIENTS


class EventsQuery(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which events."""

    types: str = ""
    """Their names with commas between them; empty: all."""
    since: Annotated[int, Meta(ge=0, le=2**62)] | None = None
    """From after this entry of the journal on; a Last-Event-ID header goes before it."""


@endpoint("GET", "/events", media_types=(CONTENT_TYPE,), problems=(BUSY,))
def events(console: Console, call: Call, query: EventsQuery) -> Stream:
    """A stream of server-sent events.

    The state of a topic (sessions, messages, receipts, switches, rules, accounts, injections, journal, traffic) is sent
    at the beginning and whenever it has changed, at most four times a second. An event ``gap`` says that events are
    missing.
    """
    hub = console.events
    wanted = frozenset(filter(None, query.types.split(","))) or hub.types
    unknown = sorted(wanted - hub.types)
    if unknown:
        message = f"There are no events {unknown[0][:60]!r}; there are {', '.join(sorted(hub.types))}."
        raise BAD_PARAMETER.error(message, [FieldError(message=message, path="query.types")])
    last = call.headers("last-event-id")
    since = int(last) if last.isascii() and last.isdecimal() and len(last) < 19 else query.since
    if len(hub) >= MOST_CLIENTS:
        raise BUSY.error(f"There are {MOST_CLIENTS} streams open already.")
    return Stream(CONTENT_TYPE, lambda request: hub.open(request, wanted, since))
