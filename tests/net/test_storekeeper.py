"""The storekeeper: nothing leaves before it is safe, and a store that fails is told, survived and recovered from."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from typing import Any

import pytest
from twisted.internet.defer import Deferred
from twisted.internet.task import Clock
from twisted.python.failure import Failure

from smsc_sim.net import storekeeper
from smsc_sim.net.storekeeper import AGAIN, PAUSE, Storekeeper
from smsc_sim.sim.log_lines import Note
from smsc_sim.sim.store.reading import messages_where
from smsc_sim.sim.store.store import Store
from smsc_sim.smpp.status import CommandStatus
from tests.sim.playing import Esme, Play, SubmitSm, brief, message_id_of


class Hand:
    """In place of the store's thread: does a job when it is told to."""

    def __init__(self, store: Store, reactor: Clock, *, keep: int) -> None:
        self.store = store
        self.jobs: list[tuple[Callable[[Store], Any], Deferred[Any]]] = []
        self.quiet_from = 0.0
        self.started = False
        self.stopped = False

    def start(self) -> None:
        self.started = True

    def stop(self) -> Deferred[None]:
        self.stopped = True
        return self.do(lambda store: None)

    def do(self, job: Callable[[Store], Any]) -> Deferred[Any]:
        deferred: Deferred[Any] = Deferred()
        self.jobs.append((job, deferred))
        return deferred

    def work(self, error: Exception | None = None) -> int:
        """Do what has been asked for, or fail to; returns how many jobs that were."""
        jobs, self.jobs = self.jobs, []
        for job, deferred in jobs:
            if error is not None:
                deferred.errback(Failure(error))
            else:
                deferred.callback(job(self.store))
        return len(jobs)


class Shop:
    """An SMSC to play with whose output goes through a storekeeper."""

    def __init__(self, *, durable: bool = True) -> None:
        self.clock = Clock()
        self.play = Play()
        self.notes: list[Note] = []
        self.store = Store()
        self.keeper = Storekeeper(
            self.play.smsc,
            self.store,
            self.clock,
            self.notes.append,
            lambda: self.play.now,
            self.settle,
            durable=durable,
            keep=1000,
        )
        self.hand: Any = self.keeper.thread
        self.play.settle = self.settle  # type: ignore[method-assign]

    def settle(self) -> None:
        smsc = self.play.smsc
        self.keeper.carry_out(
            [
                (session.link, smsc.take_output(session, self.play.now), session.ending)
                for session in smsc.take_touched()
                if session.link is not None
            ]
        )

    def bind(self) -> Esme:
        esme = self.play.bind()
        self.everything()
        return esme

    def everything(self) -> None:
        """Let the store keep up."""
        for _ in range(10):
            self.clock.advance(PAUSE)
            self.hand.work()

    def stored(self) -> list[str]:
        while self.store.expand():
            pass
        return [message.message_id for message in messages_where(self.store.connection, "1")]


@pytest.fixture(autouse=True)
def hand(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(storekeeper, "StoreThread", Hand)


def test_a_response_waits_until_the_message_is_stored() -> None:
    shop = Shop()
    esme = shop.bind()
    assert esme.give(SubmitSm().wire()) == []
    shop.clock.advance(0)
    assert esme.take() == []
    shop.hand.work()
    assert brief(esme.take()) == [("submit_sm_resp", 0, 1)]
    assert shop.stored() == ["0000000001"]


def test_an_answer_waits_for_one_round_of_the_reactor_and_no_pause() -> None:
    shop = Shop()
    esme = shop.bind()
    esme.give(SubmitSm().wire(1))
    shop.everything()
    shop.play.advance(2)
    shop.everything()
    _, receipt = esme.take()
    esme.give(SubmitSm().wire(2))
    shop.clock.advance(0)
    # While that is written something happens that brings no answer.
    esme.answer(receipt)
    shop.hand.work()
    assert brief(esme.give(SubmitSm().wire(3))) == [("submit_sm_resp", 0, 2)]
    shop.clock.advance(0)
    shop.hand.work()
    assert brief(esme.take()) == [("submit_sm_resp", 0, 3)]


def test_a_store_that_does_not_keep_up_is_not_flooded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(storekeeper, "HELD_LIMIT", 100)
    shop = Shop()
    one, other = shop.bind(), shop.bind()
    one.give(*[SubmitSm().wire(number) for number in range(1, 6)])
    assert (one.held, other.held) == (True, False)
    shop.everything()
    assert not one.held
    assert len(one.take()) == 5


def test_what_rests_on_nothing_leaves_at_once() -> None:
    shop = Shop()
    esme = shop.bind()
    assert esme.ask("enquire_link").name == "enquire_link_resp"


def test_nothing_overtakes_what_waits() -> None:
    shop = Shop()
    esme = shop.bind()
    esme.give(SubmitSm().wire(7))
    esme.give(b"\0\0\0\x10\0\0\0\x15\0\0\0\0\0\0\0\x08")
    assert esme.take() == []
    shop.everything()
    assert brief(esme.take()) == [("submit_sm_resp", 0, 7), ("enquire_link_resp", 0, 8)]


def test_what_comes_while_a_batch_is_written_is_one_batch() -> None:
    shop = Shop()
    one, other = shop.bind(), shop.bind()
    one.give(SubmitSm().wire(1))
    shop.clock.advance(0)
    for number in range(5):
        one.give(SubmitSm().wire(2 + number))
        other.give(SubmitSm().wire(2 + number))
    assert shop.hand.work() == 1
    assert len(one.take()) == 1
    assert shop.hand.work() == 1
    assert (len(one.take()), len(other.take())) == (5, 5)


def test_without_durability_an_answer_leaves_at_once_and_is_written_soon() -> None:
    shop = Shop(durable=False)
    esme = shop.bind()
    assert esme.submit().command_status == 0
    assert shop.stored() == []
    shop.everything()
    assert shop.stored() == ["0000000001"]


def test_what_cannot_be_stored_is_refused_and_gets_no_receipt() -> None:
    shop = Shop()
    esme = shop.bind()
    esme.give(SubmitSm().wire(1) + SubmitSm().wire(2))
    shop.clock.advance(0)
    shop.hand.work(sqlite3.OperationalError("database or disk is full"))
    assert brief(esme.take()) == [
        ("submit_sm_resp", CommandStatus.ESME_RSYSERR, 1),
        ("submit_sm_resp", CommandStatus.ESME_RSYSERR, 2),
    ]
    assert shop.keeper.failing == "database or disk is full"
    (note,) = [note for note in shop.notes if note.level == "error"]
    assert "database or disk is full" in note.text
    shop.play.advance(5)
    shop.everything()
    assert esme.take() == []
    assert shop.play.account().pending == 0


def test_only_receipts_that_were_to_come_are_withdrawn() -> None:
    shop = Shop()
    esme = shop.bind()
    esme.give(SubmitSm(registered_delivery=0).wire(1) + SubmitSm(registered_delivery=1).wire(2))
    shop.clock.advance(0)
    shop.hand.work(sqlite3.OperationalError("disk I/O error"))
    assert shop.play.smsc.delivery.withdrawn == {b"0000000002"}
    shop.play.advance(5)
    assert shop.play.smsc.delivery.withdrawn == set()


def test_while_it_fails_messages_are_refused_and_sessions_live() -> None:
    shop = Shop()
    esme = shop.bind()
    esme.give(SubmitSm().wire(1))
    shop.clock.advance(0)
    shop.hand.work(sqlite3.OperationalError("disk I/O error"))
    esme.take()
    for number in range(2, 5):
        assert esme.submit(SubmitSm(), number).command_status == CommandStatus.ESME_RSYSERR
        shop.clock.advance(AGAIN)
        shop.hand.work(sqlite3.OperationalError("disk I/O error"))
    assert esme.session.bound
    assert len([note for note in shop.notes if note.level == "error"]) == 1


def test_it_recovers_and_says_so() -> None:
    shop = Shop()
    esme = shop.bind()
    esme.give(SubmitSm().wire(1))
    shop.clock.advance(0)
    shop.hand.work(sqlite3.OperationalError("disk I/O error"))
    esme.take()
    shop.clock.advance(AGAIN)
    shop.hand.work()
    assert shop.keeper.failing == ""
    assert "can be written again" in shop.notes[-1].text
    esme.give(SubmitSm().wire(2))
    shop.everything()
    assert brief(esme.take()) == [("submit_sm_resp", 0, 2)]
    assert shop.stored() == ["0000000002"]


def test_what_became_of_receipts_meanwhile_is_written_when_it_can_be() -> None:
    shop = Shop()
    esme = shop.bind()
    esme.give(SubmitSm().wire(1))
    shop.everything()
    shop.play.advance(2)
    shop.everything()
    _, receipt = esme.take()
    assert message_id_of(receipt) == "0000000001"
    esme.answer(receipt)
    shop.clock.advance(PAUSE)
    shop.hand.work(sqlite3.OperationalError("disk I/O error"))
    shop.clock.advance(AGAIN)
    shop.hand.work()
    shop.everything()
    while shop.store.expand():
        pass
    (message,) = messages_where(shop.store.connection, "1")
    assert [one.status for one in message.receipts] == ["acknowledged"]
    assert shop.keeper.lost == 0


def test_the_store_is_asked_after_all_that_has_happened() -> None:
    shop = Shop(durable=False)
    esme = shop.bind()
    esme.submit()
    answers: list[Any] = []
    shop.keeper.ask(lambda store: len(messages_where(store.connection, "1"))).addCallback(answers.append)
    shop.everything()
    assert answers == [1]


def test_who_would_wait_in_vain_is_answered_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(storekeeper, "ROWS", 10)
    shop = Shop(durable=False)
    esme = shop.bind()
    for _ in range(6):
        esme.submit()
    behind: list[int] = []
    for within in (0.5, 0.6, None):
        shop.keeper.ask(lambda store: store.staging.messages, within).addCallback(behind.append)
        shop.hand.work()
        shop.hand.work()
    shop.everything()
    assert behind == [6, 0, 0], "five rows are made in half a second, and six in a little more"


def test_a_question_that_fails_hurts_only_who_asked() -> None:
    shop = Shop()
    esme = shop.bind()
    failures: list[Failure] = []

    def question(store: Store) -> None:
        raise sqlite3.DatabaseError("database disk image is malformed")

    shop.keeper.ask(question).addErrback(failures.append)
    jobs = 0
    for _ in range(5):
        shop.clock.advance(PAUSE)
        for job, deferred in [shop.hand.jobs.pop(0) for _ in range(len(shop.hand.jobs))]:
            jobs += 1
            try:
                deferred.callback(job(shop.store))
            except sqlite3.DatabaseError:
                deferred.errback(Failure())
    assert failures
    assert failures[0].check(sqlite3.DatabaseError)
    esme.give(SubmitSm().wire())
    shop.everything()
    assert brief(esme.take()) == [("submit_sm_resp", 0, 1)]


def test_all_is_written_before_it_stops() -> None:
    shop = Shop(durable=False)
    esme = shop.bind()
    esme.submit()
    stopped: list[Any] = []
    shop.keeper.stop().addCallback(stopped.append)
    shop.everything()
    assert stopped
    assert shop.hand.stopped
    assert shop.stored() == ["0000000001"]


def test_traffic_puts_off_what_can_wait() -> None:
    shop = Shop(durable=False)
    esme = shop.bind()
    before = shop.hand.quiet_from
    for _ in range(3):
        for _ in range(2000):
            esme.give(SubmitSm().wire())
        shop.clock.advance(PAUSE)
        shop.hand.work()
    assert shop.hand.quiet_from > max(before, shop.clock.seconds())
