"""Message ids are consecutive numbers."""

import pytest

from smsc_sim.sim.messages.message_ids import BLOCK, LOW, MessageIds


def test_ids_are_consecutive_numbers() -> None:
    ids = MessageIds()
    assert [ids.take() for _ in range(3)] == [1, 2, 3]
    assert ids.number == 4


def test_ids_go_on_over_the_end_of_a_block() -> None:
    ids = MessageIds(BLOCK - 1)
    assert [ids.take() for _ in range(3)] == [9999, 10000, 10001]


@pytest.mark.parametrize("first", [0, 1, 123_456_789, 9_999_999_999])
def test_the_prepared_pieces_make_the_same_ids(first: int) -> None:
    ids = MessageIds(first)
    for _ in range(2):
        assert ids.high + LOW[ids.low] == b"%010d" % ids.take()
    ids.roll()
    assert ids.low == 0
    assert ids.high + LOW[ids.low] == b"%010d" % ids.take()
