"""The course of things: an event that fails costs nobody else anything."""

from __future__ import annotations

from collections.abc import Iterator

from smsc_sim.sim.timeline import Pending
from tests.sim.playing import START, Play


class Failing:
    def fire(self, now: float) -> None:
        raise LookupError("lost")

    def describe(self, due: float) -> Iterator[Pending]:
        raise LookupError("nobody asked")


def test_an_event_that_fails_does_not_take_others_with_it() -> None:
    game = Play()
    esme = game.bind()
    esme.submit()
    game.smsc.timeline.add(START + 1.0, Failing())
    game.smsc.timeline.add(START + 1.0, Failing())
    esme.submit()
    game.advance(1.1)
    assert len(esme.take()) == 2
    assert game.smsc.counters.internal_errors == 2
    (note, _) = [note for note in game.notes if note.level == "error"]
    assert note.text == "internal error LookupError('lost') in Failing"
