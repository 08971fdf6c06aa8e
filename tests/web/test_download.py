"""Downloads: at the client's pace, and no longer than it is there."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from twisted.internet.defer import CancelledError, Deferred
from twisted.internet.task import Clock

from smsc_sim.web.download import download


class Request:
    def __init__(self, room: int = 100) -> None:
        self.room = room
        self.written: list[bytes] = []
        self.producer: Any = None

    def registerProducer(self, producer: Any, streaming: bool) -> None:
        assert streaming
        self.producer = producer

    def unregisterProducer(self) -> None:
        self.producer = None

    def write(self, octets: bytes) -> None:
        self.written.append(octets)
        self.room -= 1
        if not self.room:
            self.producer.pauseProducing()


def begin(request: Request, chunks: Iterator[bytes]) -> tuple[Clock, Deferred[None]]:
    clock = Clock()
    return clock, download(clock, "text/plain", chunks, "a.txt").start(request)


def test_nothing_leaves_before_others_have_had_their_turn() -> None:
    request = Request()
    clock, over = begin(request, iter([b"a", b"b"]))
    assert request.written == [b"a"]
    clock.advance(0)
    assert request.written == [b"a", b"b"]
    assert over.called
    assert request.producer is None


def test_who_does_not_read_is_not_written_to() -> None:
    request = Request(room=2)
    clock, over = begin(request, (b"%d" % number for number in range(5)))
    clock.advance(0)
    assert request.written == [b"0", b"1"]
    request.producer.resumeProducing()
    clock.advance(0)
    assert request.written == [b"0", b"1", b"2", b"3", b"4"]
    assert over.called


def test_a_client_that_goes_ends_it() -> None:
    request = Request(room=1)
    clock, over = begin(request, iter([b"a", b"b", b"c"]))
    clock.advance(0)
    request.producer.resumeProducing()
    request.producer.stopProducing()
    over.cancel()
    over.addErrback(lambda failure: failure.trap(CancelledError))
    clock.advance(0)
    assert request.written == [b"a"]
    assert not clock.getDelayedCalls()


@pytest.mark.parametrize(
    "goes", [lambda request, over: request.producer.stopProducing(), lambda _, over: over.cancel()]
)
def test_what_was_to_be_sent_goes_with_the_client(goes: Callable[[Request, Deferred[None]], None]) -> None:
    """At once: the server collects cycles of objects next to never."""
    gone: list[bool] = []

    def endless() -> Iterator[bytes]:
        try:
            while True:
                yield b"a"
        finally:
            gone.append(True)

    request = Request()
    gc.disable()
    try:
        clock, over = begin(request, endless())
        over.addErrback(lambda failure: failure.trap(CancelledError))
        assert not gone
        goes(request, over)
        assert gone
    finally:
        gc.enable()
    clock.advance(1)
    assert request.written == [b"a"]


def test_chunks_that_cannot_be_made_fail_it() -> None:
    def chunks() -> Iterator[bytes]:
        yield b"a"
        raise ValueError("broken")

    request = Request()
    clock, over = begin(request, chunks())
    clock.advance(0)
    assert request.producer is None
    failures: list[Any] = []
    over.addErrback(failures.append)
    with pytest.raises(ValueError, match="broken"):
        failures[0].raiseException()
