"""HTTP connections: how many there may be, and how long one may keep us waiting.

A file descriptor that a browser holds is one that an ESME has not. So connections that wait for nothing give way to
new ones, a request has to arrive within a time however slowly it trickles, and who does not take an answer is left.
"""

from __future__ import annotations

from typing import Any, Final, Protocol, cast

from twisted.internet.interfaces import IDelayedCall, ITCPTransport
from twisted.python.failure import Failure
from twisted.web.http import HTTPChannel

MOST_CONNECTIONS: Final = 500
"""At the same time; one more, and of those that wait for no answer the oldest is closed, or else the new one."""
IDLE_TIMEOUT: Final = 60.0
"""Seconds from the beginning of a connection, or from an answer, to the next request, and from the first octets of a
request to its last."""
STALLED: Final = 60.0
"""Seconds that somebody may take nothing of an answer."""


class Connections:
    """The open connections of one site."""

    def __init__(self) -> None:
        self._open: set[GatedChannel] = set()
        self._idle: dict[GatedChannel, None] = {}

    def __len__(self) -> int:
        """How many are open."""
        return len(self._open)

    def add(self, channel: GatedChannel) -> None:
        """Take one more, at the cost of another one when there are too many."""
        self._open.add(channel)
        self.rests(channel)
        if len(self._open) > MOST_CONNECTIONS:
            oldest = next(iter(self._idle))
            self.remove(oldest)
            oldest.abort()

    def rests(self, channel: GatedChannel) -> None:
        """It waits for no answer now."""
        if channel in self._open:
            self._idle[channel] = None

    def works(self, channel: GatedChannel) -> None:
        """It waits for an answer."""
        self._idle.pop(channel, None)

    def remove(self, channel: GatedChannel) -> None:
        """It is gone."""
        self._open.discard(channel)
        self._idle.pop(channel, None)


class _Site(Protocol):
    connections: Connections


class GatedChannel(HTTPChannel):
    """One connection, HTTP/1.1."""

    site: _Site
    """Site.buildProtocol sets it."""

    _begun = False
    """Whether octets of the next request are there."""
    _stall: IDelayedCall | None = None

    def connectionMade(self) -> None:
        """It begins."""
        super().connectionMade()
        self.site.connections.add(self)

    def resetTimeout(self) -> None:
        """Octets have come; only the first ones of a request give it time."""
        if not self._begun:
            self._begun = True
            super().resetTimeout()

    def allContentReceived(self) -> None:
        """A request is there."""
        self._begun = False
        self.site.connections.works(self)
        super().allContentReceived()

    def requestDone(self, request: Any) -> None:
        """It has been answered."""
        self.site.connections.rests(self)
        super().requestDone(request)

    def pauseProducing(self) -> None:
        """The client takes nothing of what is written."""
        if self._stall is None:
            self._stall = cast("Any", self).callLater(STALLED, self.abort)
        super().pauseProducing()

    def resumeProducing(self) -> None:
        """It has taken all."""
        self._goes_on()
        super().resumeProducing()

    def connectionLost(self, reason: Failure) -> None:  # type: ignore[override]
        """It is over."""
        self._goes_on()
        self.site.connections.remove(self)
        super().connectionLost(reason)

    def abort(self) -> None:
        """End it at once; what is not sent yet is not sent."""
        cast("ITCPTransport", self.transport).abortConnection()

    def _goes_on(self) -> None:
        stall, self._stall = self._stall, None
        if stall is not None and stall.active():
            stall.cancel()
