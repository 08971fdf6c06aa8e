"""What waits, in the order in which it leaves."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from smsc_sim.sim.delivery.waiting_queue import WaitingQueue
from smsc_sim.sim.receipts.receipt import ReceiptRecord


def record(number: int) -> ReceiptRecord:
    return b"%d" % number, b"", b"", b"", 0.0, 0, 0


def test_what_was_sent_before_leaves_first_and_in_the_order_sent() -> None:
    queue = WaitingQueue()
    for number in (7, 8):
        queue.append(record(number))
    for number, session, place in ((5, 2, 1), (4, 1, 9), (3, 1, 2), (1, 1, -5)):
        queue.put_back(record(number), session, place)
    assert [one[0] for one in queue] == [b"1", b"3", b"4", b"5", b"7", b"8"]
    assert (len(queue), queue.first, queue.last) == (6, record(1), record(8))
    assert queue.take(3) == [record(1), record(3), record(4)]
    assert queue.take_last() == record(8)
    assert queue.take(2) == [record(5), record(7)]
    assert (len(queue), queue.last) == (0, None)


@given(st.lists(st.tuples(st.booleans(), st.integers(0, 9), st.integers(1, 4)), max_size=40))
def test_it_is_a_sorted_list_and_a_list(steps: list[tuple[bool, int, int]]) -> None:
    queue, again, fresh = WaitingQueue(), list[tuple[int, int, ReceiptRecord]](), list[ReceiptRecord]()
    for index, (back, session, count) in enumerate(steps):
        if back:
            queue.put_back(record(index), session, index)
            again = sorted([*again, (session, index, record(index))])
        else:
            queue.append(record(index))
            fresh.append(record(index))
        if count == 4:
            both = [one[2] for one in again] + fresh
            taken = min(count, len(both))
            assert queue.take(taken) == both[:taken]
            fresh = fresh[max(0, taken - len(again)) :]
            again = again[taken:]
        assert list(queue) == [one[2] for one in again] + fresh
        assert len(queue) == len(again) + len(fresh)
