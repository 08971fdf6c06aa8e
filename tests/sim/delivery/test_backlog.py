"""What waits for an account's sessions, and what of it is given up."""

from __future__ import annotations

from smsc_sim.scenario.settings import ReceiptSettings
from smsc_sim.scenario.values import QueueFull
from smsc_sim.sim.delivery.backlog import put_back, queue_for, take_excess, take_older, waiting_for
from smsc_sim.sim.receipts.receipt import ReceiptRecord
from smsc_sim.sim.sessions.account import Account
from smsc_sim.sim.sessions.session import LAST_SEQUENCE_NUMBER
from tests.sim.playing import Play


def record(number: int, origin: int = 1) -> ReceiptRecord:
    return b"%d" % number, b"", b"", b"", float(number), 0, origin


def with_waiting(game: Play, *records: ReceiptRecord, queue: int = 3, queue_full: QueueFull = "refuse") -> Account:
    account = game.account()
    account.receipts = ReceiptSettings(queue=queue, queue_full=queue_full)
    for one in records:
        queue_for(account, one).append(one)
    return account


def test_records_wait_by_policy_and_where_it_matters_by_origin() -> None:
    account = with_waiting(Play(), record(1), record(2, origin=2), record(3))
    assert {key: list(queue) for key, queue in account.waiting.items()} == {
        ("same", 1): [record(1), record(3)],
        ("same", 2): [record(2, origin=2)],
    }
    mo: ReceiptRecord = (b"m", b"", b"any", b"", 0.0, -5, 1)
    assert queue_for(account, mo) is account.waiting["any", 0]


def test_what_comes_back_keeps_its_place_though_sequence_numbers_begin_anew() -> None:
    game = Play()
    session = game.bind().session
    account = with_waiting(game, record(9))
    session.sequence_number = 2
    for number, sequence in ((3, 2), (1, LAST_SEQUENCE_NUMBER), (2, 1)):
        put_back(account, record(number), session, sequence)
    assert list(account.waiting["same", 1]) == [record(1), record(2), record(3), record(9)]


def test_what_only_one_session_may_get() -> None:
    game = Play()
    account = with_waiting(game, record(1), record(2, origin=7))
    first = game.connect().session
    first.account = account
    transmitter = game.bind("transmitter").session
    assert waiting_for(account, transmitter) == 0
    receiver = game.bind("receiver")
    queue_for(account, record(4)).append(record(4))
    assert waiting_for(account, receiver.session) == 1
    game.bind("receiver")
    assert waiting_for(account, receiver.session) == 0


def test_the_old_ones_at_the_heads_are_taken() -> None:
    account = with_waiting(Play(), record(1), record(5), record(2), record(3, origin=2))
    assert take_older(account, 3.0) == [record(1), record(3, origin=2)]
    assert list(account.waiting) == [("same", 1)]


def test_of_too_many_the_oldest_are_taken() -> None:
    records = [record(5), record(2, origin=2), record(4, origin=2), record(6), record(7)]
    account = with_waiting(Play(), *records, queue_full="oldest")
    assert take_excess(account, records[-1:]) == [record(2, origin=2), record(4, origin=2)]
    assert list(account.waiting) == [("same", 1)]
    assert take_excess(account, ()) == []


def test_of_too_many_the_newest_are_taken_if_they_still_wait() -> None:
    records = [record(number) for number in range(1, 6)]
    gone = record(6)
    account = with_waiting(Play(), *records, queue_full="newest")
    assert take_excess(account, [*records[2:], gone]) == [record(5), record(4)]
    account.receipts = ReceiptSettings(queue=0)
    assert take_excess(account, records[2:3]) == [record(3)]
    assert list(account.waiting["same", 1]) == [record(1), record(2)], "what came earlier is not given up for it"
