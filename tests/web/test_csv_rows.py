"""Files of messages: read with everybody else served between, and no longer than somebody wants it."""

from __future__ import annotations

from typing import Any

import pytest
from twisted.internet.defer import CancelledError, Deferred
from twisted.internet.interfaces import IDelayedCall
from twisted.internet.task import Clock

from smsc_sim.sim.mo.injection import BadInjection, Injection
from smsc_sim.web.csv_rows import AT_ONCE, ReadRows, read_rows


def test_others_have_their_turn_between_good_bad_and_empty_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    clock, checked = Clock(), list[str]()

    def check(one: Injection) -> None:
        checked.append(one.text or "")
        if one.text == "bad":
            raise BadInjection.because("text", "is bad")

    text = "text\n" + "good\n" * AT_ONCE + "bad\n" * AT_ONCE + "\n" * AT_ONCE + "good\n"
    reading = read_rows(clock, text, base=Injection(), check=check)
    assert checked == ["good"] * AT_ONCE
    turns = 0
    later = clock.callLater

    def counted(*planned: Any) -> IDelayedCall:
        nonlocal turns
        turns += 1
        return later(*planned)

    monkeypatch.setattr(clock, "callLater", counted)
    clock.advance(0)
    # One was planned before anybody counted.
    assert turns == 2
    good, problems = result_of(reading)
    assert (len(good), len(problems)) == (AT_ONCE + 1, AT_ONCE)


def result_of(reading: Deferred[ReadRows]) -> ReadRows:
    found: list[ReadRows] = []
    reading.addCallback(found.append)
    return found[0]


def test_it_ends_when_nobody_wants_it() -> None:
    clock, checked = Clock(), list[Injection]()
    reading = read_rows(clock, "text\n" + "x\n" * 5 * AT_ONCE, base=Injection(), check=checked.append)
    reading.addErrback(lambda failure: failure.trap(CancelledError))
    reading.cancel()
    clock.advance(0)
    assert len(checked) == AT_ONCE
    assert not clock.getDelayedCalls()
