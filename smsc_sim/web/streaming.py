"""Downloads of any length: made piece by piece, as fast as the client reads, and never all in memory."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IPushProducer
from twisted.logger import Logger
from zope.interface import implementer

_log = Logger()


def sending(chunks: Iterator[bytes]) -> Callable[[Any], Deferred[None]]:
    """What starts a :class:`~smsc_sim.web.call.Stream` of these chunks; the next one is made when there is room."""
    return lambda request: _Sending(request, chunks).over


@implementer(IPushProducer)
class _Sending:
    def __init__(self, request: Any, chunks: Iterator[bytes]) -> None:
        self.over: Deferred[None] = Deferred(lambda _: self._end())
        self._request = request
        self._chunks: Iterator[bytes] | None = chunks
        self._paused = False
        request.registerProducer(self, True)
        self.resumeProducing()

    def resumeProducing(self) -> None:
        """Write until the connection's buffer is full."""
        self._paused = False
        while self._chunks is not None and not self._paused:
            self._write_next(self._chunks)

    def pauseProducing(self) -> None:
        """The connection's buffer is full."""
        self._paused = True

    def stopProducing(self) -> None:
        """The client is gone."""
        self._end()

    def _write_next(self, chunks: Iterator[bytes]) -> None:
        try:
            chunk = next(chunks, None)
        except Exception:
            # What has been sent cannot be taken back; the client sees that the end is missing.
            _log.failure("a download failed")
            self._end()
            channel = self._request.channel
            if channel is not None:
                channel.transport.abortConnection()
            return
        if chunk is None:
            self._end()
            self._request.unregisterProducer()
            self.over.callback(None)
        else:
            self._request.write(chunk)

    def _end(self) -> None:
        self._chunks = None
