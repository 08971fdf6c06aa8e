"""Verifications that wait: slices, receipts that change, a store that fails, and messages that are dropped."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pytest
from twisted.internet.defer import CancelledError, Deferred, fail
from twisted.internet.task import Clock

from smsc_sim.net import verifier
from smsc_sim.net.verifier import AGAIN, REST, SHARE, Verifier
from smsc_sim.scenario.expectation import CountRange
from smsc_sim.sim.search.grammar import parse
from smsc_sim.sim.store.store import Store
from smsc_sim.sim.verify.facts import unknown_session
from smsc_sim.sim.verify.verification import Result
from smsc_sim.sim.verify.written import read_verification, wait_for
from tests.sim.playing import START, Address, Esme, Play, SubmitSm
from tests.web.site import SyncKeeper


class Broken(SyncKeeper):
    """A keeper whose store fails for a while."""

    broken = False

    def do(self, job: Callable[[Store], Any]) -> Deferred[Any]:
        return fail(sqlite3.OperationalError("disk I/O error")) if self.broken else super().do(job)


class Game:
    def __init__(self) -> None:
        self.play = Play()
        self.clock = Clock()
        self.keeper = Broken(self.play.smsc)
        self.verifier = Verifier(self.keeper, self.clock, lambda: START + self.clock.seconds(), unknown_session)
        self.esme: Esme = self.play.bind()

    def submit(self, count: int = 1) -> None:
        for _ in range(count):
            self.esme.submit(SubmitSm())
        self.keeper.write()
        self.clock.advance(REST)

    def ask(self, body: str) -> tuple[Deferred[Result], list[Result]]:
        answers: list[Result] = []
        waiting = self.verifier.verify(read_verification(body))

        def told(result: Result) -> Result:
            answers.append(result)
            return result

        return waiting.addCallback(told), answers


def test_a_receipt_that_is_sent_while_somebody_waits() -> None:
    game = Game()
    game.submit()
    _, answers = game.ask('{"receipt": "DELIVRD", "within": "30s"}')
    assert answers == []
    game.play.advance(5)
    game.keeper.write()
    (answer,) = answers
    assert answer.messages == ("m-1",)
    assert len(game.verifier) == 0


@pytest.mark.parametrize("span", [1, 2, 3, 6, 7, 8])
def test_what_is_rare_is_sought_in_spans(monkeypatch: pytest.MonkeyPatch, span: int) -> None:
    monkeypatch.setattr(verifier, "SPAN", span)
    game = Game()
    for number in range(1, 8):
        game.esme.submit(SubmitSm(destination=Address(1, 1, b"44770090000%d" % (number % 7))))
    game.keeper.write()
    for to, found in (("447700900000", ("m-7",)), ("447700900001", ("m-1",)), ("447700900004", ("m-4",))):
        _, answers = game.ask(f'{{"match": {{"to": "{to}"}}, "count": 1}}')
        assert [answer.messages for answer in answers] == [found]
    _, answers = game.ask('{"match": {"to": "44770090000*"}, "count": 7}')
    assert [answer.count for answer in answers] == [7]


def test_nothing_is_offered_while_nobody_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    game = Game()
    monkeypatch.setattr(game.verifier, "_go_on", lambda: pytest.fail("nobody waits"))
    game.submit(3)
    assert game.keeper.store.staging.messages == 3, "they are not made rows for it"


def test_a_store_that_fails_at_the_beginning() -> None:
    game = Game()
    game.keeper.broken = True
    failures: list[Any] = []
    game.verifier.verify(wait_for(parse(""), CountRange(1, None), 5.0, None)).addErrback(failures.append)
    (failure,) = failures
    assert failure.check(sqlite3.OperationalError)
    assert len(game.verifier) == 0


def test_a_store_that_fails_for_a_while() -> None:
    game = Game()
    _, answers = game.ask('{"count": ">=2", "within": "30s"}')
    game.keeper.broken = True
    game.submit()
    game.keeper.broken = False
    game.clock.advance(AGAIN)
    game.submit()
    assert [answer.count for answer in answers] == [2]


def test_whoever_cancels_waits_no_longer() -> None:
    game = Game()
    waiting, answers = game.ask('{"within": "30s"}')
    failures: list[Any] = []
    waiting.addErrback(failures.append)
    waiting.cancel()
    assert failures[0].check(CancelledError)
    assert len(game.verifier) == 0
    game.submit()
    assert answers == []


def test_what_was_dropped_unseen_cannot_be_told() -> None:
    game = Game()
    _, answers = game.ask('{"match": {"text": "x"}, "count": 0, "within": "30s"}')
    store = game.keeper.store
    on_written, game.keeper.on_written = game.keeper.on_written, lambda entries: None
    game.submit()
    game.play.advance(10)
    for pdu in game.esme.take():
        game.esme.answer(pdu)
    game.submit()
    while store.shrink(0):
        pass
    assert store.evicted_seq > 0
    game.keeper.on_written = on_written
    game.submit()
    game.clock.advance(31)
    assert [answer.code for answer in answers] == ["journal_evicted"]


def test_many_with_different_ends() -> None:
    game = Game()
    _, first = game.ask('{"count": 0, "within": "1s"}')
    _, second = game.ask('{"count": ">=1", "within": "9s"}')
    _, third = game.ask('{"match": {"to": "1"}, "within": "5s"}')
    game.clock.advance(1)
    assert [answer.ok for answer in first] == [True]
    game.submit()
    assert [answer.ok for answer in second] == [True]
    game.clock.advance(3.9)
    assert third == []
    game.clock.advance(0.2)
    assert [answer.ok for answer in third] == [False]


def test_while_messages_come_faster_than_they_are_looked_at_most_of_the_time_is_theirs(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    game = Game()
    _, answers = game.ask('{"count": ">=5000", "within": "60s"}')
    looks: list[float] = []

    def slow(messages: int = 0) -> bool:
        looks.append(game.clock.seconds())
        game.clock.rightNow += 0.05
        return True

    with monkeypatch.context() as patched:
        patched.setattr(game.keeper.store, "expand", slow)
        for _ in range(300):
            game.submit()
    assert len(looks) >= 2
    pauses = [later - earlier - 0.05 for earlier, later in pairwise(looks)]
    assert min(pauses[1:]) >= 0.05 * (1 / SHARE - 1) - 1e-6
    # When they cease there is nothing else to do.
    game.submit(5_000)
    game.clock.pump([0.1] * 20)
    assert [answer.ok for answer in answers] == [True]
