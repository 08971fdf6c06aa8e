"""Server-sent events: what has happened, told to any number of browsers, at their pace and in bounded memory.

Nothing is done while nobody listens. While somebody does, four times a second (under very much traffic each five
seconds) the state of things is looked at and the journal read on from where it was read last; every client has a place
in the one short list of latest events. A client that does not read is not written to; what it has missed when it reads
again, it gets as one ``gap``: the page then loads its list anew.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Protocol

import msgspec
from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IPushProducer, IReactorTime
from twisted.internet.task import LoopingCall
from zope.interface import implementer

TICK: Final = 0.25
"""Seconds from one batch to the next."""
BUSY_TICK: Final = 5.0
"""The same while there is very much traffic, for each batch has pages load their parts anew."""
HEARTBEAT: Final = 15.0
"""Seconds of silence after which a comment is sent, so that nobody on the way takes the stream for dead."""
MOST_CLIENTS: Final = 100
KEPT: Final = 1000
"""Events in the list; a client that is further behind gets a gap."""
PER_TICK: Final = 500
"""Events read from the journal in one go; when there are more, all of them become a gap."""

_LATE: Final = 0.01
"""Seconds that a tick may come too early without being left out."""

CONTENT_TYPE: Final = "text/event-stream"
GAP: Final = "gap"


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that has happened."""

    seq: int
    """Of the journal's entry; several events may share it."""
    type: str
    data: bytes
    """JSON on one line."""

    def octets(self) -> bytes:
        """As it goes over the wire."""
        return b"id: %d\nevent: %s\ndata: %s\n\n" % (self.seq, self.type.encode(), self.data)


class Feed(Protocol):
    """Where events come from."""

    types: frozenset[str]
    """All types that there are."""

    def newest(self) -> int:
        """The seq of the journal's latest entry."""

    def after(self, seq: int, limit: int) -> Sequence[Event] | None:
        """The events of all entries after ``seq``, oldest first; None when they are more than ``limit``, or gone."""


Pulse = Callable[[], Mapping[str, Any]]
"""The state of things by topic: whenever a topic's changes, an event of that type tells the new one."""


class Full(Exception):
    """There are :data:`MOST_CLIENTS` listening already."""


class EventHub:
    """Tells clients what happens."""

    def __init__(
        self,
        reactor: IReactorTime,
        pulse: Pulse,
        topics: frozenset[str],
        feed: Feed | None = None,
        busy: Callable[[], bool] = lambda: False,
    ) -> None:
        """``topics``: all that ``pulse`` tells about; ``busy()``: whether there is very much traffic."""
        self._busy = busy
        self._told_at = 0.0
        self._reactor = reactor
        self._pulse = pulse
        self._topics = topics
        self._feed = feed
        self._events: deque[Event] = deque(maxlen=KEPT)
        self._last = 0
        """How many events have ever been in the list."""
        self._read_to = 0
        self._state: dict[str, bytes] = {}
        self._clients: set[_Client] = set()
        self._ticking = LoopingCall(self._tick)
        self._ticking.clock = reactor

    def __len__(self) -> int:
        return len(self._clients)

    @property
    def types(self) -> frozenset[str]:
        """All types of events that there are."""
        return self._topics | (self._feed.types if self._feed is not None else frozenset())

    def open(self, request: Any, types: Iterable[str], since: int | None) -> Deferred[None]:
        """Send events of these types to a request until its client goes; from after ``since`` on, if that is known.

        First comes the present state of those topics that are asked for. Raises Full.
        """
        if len(self._clients) >= MOST_CLIENTS:
            raise Full
        if not self._clients:
            self._begin()
        client = _Client(self, request, frozenset(types), self._last, self._reactor.seconds())
        self._clients.add(client)
        request.setHeader(b"X-Accel-Buffering", b"no")
        request.registerProducer(client, True)
        first = [Event(self._newest(), topic, data) for topic, data in self._state.items()]
        client.write(b"retry: 2000\n\n" + client.wanted(first) + client.wanted(self._missed(since)))
        return client.over

    def drop(self, client: _Client) -> None:
        """Forget a client."""
        self._clients.discard(client)
        if not self._clients and self._ticking.running:
            self._ticking.stop()

    def behind(self, position: int) -> list[Event] | None:
        """The events after a place in the list; None when some of them are no longer there."""
        missing = self._last - position
        if missing > len(self._events):
            return None
        return [self._events[index] for index in range(len(self._events) - missing, len(self._events))]

    def gap(self) -> Event:
        """What stands for all events that a client will not get."""
        return Event(self._newest(), GAP, b"{}")

    @property
    def position(self) -> int:
        """The place behind the latest event."""
        return self._last

    def _begin(self) -> None:
        self._events.clear()
        self._read_to = self._newest()
        self._state = self._look()
        self._ticking.start(TICK, now=False)

    def _newest(self) -> int:
        return self._feed.newest() if self._feed is not None else 0

    def _look(self) -> dict[str, bytes]:
        return {topic: msgspec.json.encode(state) for topic, state in self._pulse().items()}

    def _missed(self, since: int | None) -> Sequence[Event]:
        if since is None or self._feed is None:
            return ()
        missed = self._feed.after(since, PER_TICK)
        if missed is None:
            return (self.gap(),)
        # What came after the last tick comes with the next one.
        return [event for event in missed if event.seq <= self._read_to]

    def _tick(self) -> None:
        now = self._reactor.seconds()
        if now - self._told_at >= (BUSY_TICK if self._busy() else TICK) - _LATE:
            self._told_at = now
            for event in self._happened():
                self._events.append(event)
                self._last += 1
        for client in list(self._clients):
            client.tick(now)

    def _happened(self) -> Iterable[Event]:
        newest = self._newest()
        happened: list[Event] = []
        feed = self._feed
        if feed is not None and newest > self._read_to and any(client.types & feed.types for client in self._clients):
            read = feed.after(self._read_to, PER_TICK)
            happened += (self.gap(),) if read is None else read
        self._read_to = newest
        state = self._look()
        happened += [Event(newest, topic, data) for topic, data in state.items() if data != self._state.get(topic)]
        self._state = state
        return happened


@implementer(IPushProducer)
@dataclass(eq=False)
class _Client:
    hub: EventHub
    request: Any
    types: frozenset[str]
    position: int
    written_at: float
    paused: bool = False
    over: Deferred[None] = field(init=False)

    def __post_init__(self) -> None:
        self.over = Deferred(lambda _: self._end())

    def wanted(self, events: Iterable[Event]) -> bytes:
        return b"".join(event.octets() for event in events if event.type in self.types or event.type == GAP)

    def tick(self, now: float) -> None:
        if self.paused:
            return
        events = self.hub.behind(self.position)
        self.position = self.hub.position
        octets = self.wanted([self.hub.gap()] if events is None else events)
        if not octets and now - self.written_at >= HEARTBEAT:
            octets = b": still here\n\n"
        if octets:
            self.written_at = now
            self.write(octets)

    def write(self, octets: bytes) -> None:
        self.request.write(octets)

    def pauseProducing(self) -> None:
        self.paused = True

    def resumeProducing(self) -> None:
        self.paused = False

    def stopProducing(self) -> None:
        self._end()

    def _end(self) -> None:
        self.hub.drop(self)
