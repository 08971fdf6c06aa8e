"""Downloads that are made while they are sent, at the pace of who takes them, with everybody else served between."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IDelayedCall, IPushProducer, IReactorTime
from twisted.python.failure import Failure
from zope.interface import implementer

from smsc_sim.web.call import Stream

PAUSE: Final = 0.0
"""Seconds between two chunks: none, but whatever else is due comes first."""


def download(reactor: IReactorTime, content_type: str, chunks: Iterator[bytes], file_name: str) -> Stream:
    """An answer of these chunks, each of which takes only moments to make; a client that does not read stops it."""

    def start(request: Any) -> Deferred[None]:
        return _Sender(reactor, request, chunks).over

    return Stream(content_type, start, file_name)


@implementer(IPushProducer)
class _Sender:
    """Writes the next chunk whenever the last one has left."""

    def __init__(self, reactor: IReactorTime, request: Any, chunks: Iterator[bytes]) -> None:
        self._reactor = reactor
        self._request = request
        self._chunks = chunks
        self._next: IDelayedCall | None = None
        self._paused = False
        self.over: Deferred[None] = Deferred(lambda _: self.stopProducing())
        request.registerProducer(self, True)
        self._write()

    def _plan(self) -> None:
        if self._next is None and not self._paused and not self.over.called:
            self._next = self._reactor.callLater(PAUSE, self._write)

    def _write(self) -> None:
        self._next = None
        try:
            chunk = next(self._chunks, None)
        except Exception:
            # The beginning has been sent as a success; the connection ends without the last chunk.
            self._request.unregisterProducer()
            self.over.errback(Failure())
            return
        if chunk is None:
            self._request.unregisterProducer()
            self.over.callback(None)
            return
        if chunk:
            # This may pause us.
            self._request.write(chunk)
        self._plan()

    def _stop(self) -> None:
        if self._next is not None and self._next.active():
            self._next.cancel()
        self._next = None
        self._paused = True

    def pauseProducing(self) -> None:
        """The client does not take what is written."""
        self._stop()

    def resumeProducing(self) -> None:
        """It does again."""
        self._paused = False
        self._plan()

    def stopProducing(self) -> None:
        """It is gone, and what was to be sent goes with it, for that may be large."""
        self._stop()
        self._chunks = iter(())
