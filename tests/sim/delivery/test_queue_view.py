"""What pages see of a queue."""

from __future__ import annotations

from smsc_sim.scenario.settings import ReceiptSettings
from smsc_sim.scenario.values import Pace
from smsc_sim.sim.delivery.queue_view import AttemptView, InFlightView, WaitingView, queue_view
from smsc_sim.smpp.status import CommandStatus
from tests.sim.playing import START, Esme, Play, SubmitSm, smsc_settings


def game_of(**receipts: object) -> tuple[Play, Esme]:
    game = Play(settings=smsc_settings(receipts=ReceiptSettings(**receipts)))  # type: ignore[arg-type]
    return game, game.bind()


def submit(game: Play, esme: Esme, count: int) -> None:
    for _ in range(count):
        esme.submit(SubmitSm())
    game.advance(1.02)


def test_an_empty_queue() -> None:
    game, esme = game_of()
    view = queue_view(game.account(), game.now)
    assert (view.account, view.pending, view.waiting, view.oldest) == ("alpha", 0, (), 0.0)
    assert view.in_flight == (InFlightView(esme.session.name, 0, 1000),)
    assert (view.held_until, view.flushing, view.dropped, view.retried, view.attempts) == (0.0, 0, 0, 0, ())


def test_what_waits_and_what_is_in_flight() -> None:
    game, esme = game_of(window=2)
    submit(game, esme, 5)
    game.advance(9.0)
    view = queue_view(game.account(), game.now)
    assert view.pending == 5
    assert view.in_flight == (InFlightView(esme.session.name, 2, 2),)
    (waiting,) = view.waiting
    assert (waiting.policy, waiting.count) == ("same", 3)
    assert waiting.oldest == view.oldest == game.now - START


def test_attempts_with_their_last_answer_and_the_next_instant() -> None:
    game, esme = game_of(retry=(10.0,))
    submit(game, esme, 60)
    for index, receipt in enumerate(pdu for pdu in esme.take() if pdu.name == "deliver_sm"):
        if index == 1:
            game.advance(1.0)
        esme.answer(receipt, CommandStatus.ESME_RX_T_APPN)
    view = queue_view(game.account(), game.now)
    assert view.held_until == game.now + 10.0
    assert (view.retried, len(view.attempts)) == (60, 50)
    assert view.attempts[0] == AttemptView("0000000001", 1, CommandStatus.ESME_RX_T_APPN, view.held_until)
    assert queue_view(game.account(), game.now, attempts=1).attempts == view.attempts[:1]
    game.advance(11.0)
    assert queue_view(game.account(), game.now).held_until == 0.0


def test_what_is_flushed_and_what_was_dropped() -> None:
    game, esme = game_of(queue=3, queue_full="oldest", flush=Pace(1, 1.0))
    transmitter = game.bind("transmitter")
    esme.hang_up()
    submit(game, transmitter, 3)
    submit(game, transmitter, 2)
    game.bind("receiver")
    view = queue_view(game.account(), game.now)
    assert (view.dropped, view.flushing) == (2, 2)
    assert view.waiting == (WaitingView("same", 2, view.oldest),)
