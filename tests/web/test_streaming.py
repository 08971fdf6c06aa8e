"""Downloads: as fast as the client reads, and no faster."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import pytest
from twisted.internet.error import ConnectionLost
from twisted.internet.testing import StringTransport
from twisted.logger import capturedLogs
from twisted.python.failure import Failure

from smsc_sim.web.api import journal
from tests.web.site import Site, request_of, response_of

PIECES = 5


class Pieces:
    """A download of five pieces."""

    def __init__(self, broken_at: int = PIECES) -> None:
        self.made = 0
        self.broken_at = broken_at

    def __iter__(self) -> Iterator[bytes]:
        for number in range(PIECES):
            if number == self.broken_at:
                raise ValueError("broken")
            self.made += 1
            yield b"%d" % number * 10


class Slow(StringTransport):
    """A connection whose buffer is full after each piece of a body."""

    aborted = False

    def writeSequence(self, data: Iterable[bytes]) -> None:
        super().writeSequence(list(data))
        if self.producer is not None:
            self.producer.pauseProducing()

    def abortConnection(self) -> None:
        self.aborted = True


def begin(monkeypatch: pytest.MonkeyPatch, pieces: Pieces, transport: StringTransport) -> object:
    monkeypatch.setattr(journal, "_chunks", lambda *_: iter(pieces))
    site = Site()
    protocol = site.factory.buildProtocol(None)
    protocol.makeConnection(transport)
    protocol.dataReceived(request_of("GET", "/api/v1/journal"))
    return protocol


def test_all_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    transport = StringTransport()
    begin(monkeypatch, Pieces(), transport)
    answer = response_of(transport.value())
    assert answer.body == "".join(str(number) * 10 for number in range(PIECES))
    assert answer.headers["Content-Disposition"] == 'attachment; filename="journal.jsonl"'


def test_no_faster_than_it_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    pieces, transport = Pieces(), Slow()
    begin(monkeypatch, pieces, transport)
    assert pieces.made < PIECES
    turns = 0
    while pieces.made < PIECES:
        turns += 1
        producer: Any = transport.producer
        producer.resumeProducing()
        assert pieces.made <= turns + 2
    assert turns > 1


def test_a_client_that_goes(monkeypatch: pytest.MonkeyPatch) -> None:
    pieces, transport = Pieces(), Slow()
    protocol = begin(monkeypatch, pieces, transport)
    made = pieces.made
    protocol.connectionLost(Failure(ConnectionLost()))  # type: ignore[attr-defined]
    assert pieces.made == made


def test_what_breaks_ends_the_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    transport = Slow()
    with capturedLogs() as told:
        begin(monkeypatch, Pieces(broken_at=0), transport)
    assert transport.aborted
    assert [event["log_format"] for event in told] == ["a download failed"]
