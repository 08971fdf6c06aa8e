"""Message ids in both forms."""

import pytest

from smsc_sim.sim.message_ids import BLOCK, LOW, MessageIds


def test_ids_are_consecutive_numbers_of_ten_digits() -> None:
    ids = MessageIds()
    assert [ids.take() for _ in range(3)] == [b"0000000001", b"0000000002", b"0000000003"]
    assert ids.number == 4


@pytest.mark.parametrize("version", [0x34, 0x50])
def test_ids_go_on_over_the_end_of_a_block(version: int) -> None:
    ids = MessageIds(BLOCK - 1)
    assert [ids.take(version) for _ in range(3)] == [b"0000009999", b"0000010000", b"0000010001"]


def test_smpp_3_3_gets_eight_hexadecimal_digits_out_of_the_same_count() -> None:
    ids = MessageIds(0xBEEE)
    assert ids.take(0x33) == b"0000BEEE"
    assert ids.take(0x34) == b"%010d" % 0xBEEF
    assert ids.take(0x33) == b"0000BEF0"
    assert MessageIds(0x1_0000_0001).take(0x33) == b"00000001"


def test_the_prepared_pieces_make_the_same_ids() -> None:
    ids = MessageIds(123_456_789)
    assert ids.high + LOW[ids.low] == ids.take() == b"0123456789"
    ids.roll()
    assert ids.number == 123_460_000
    assert ids.high + LOW[ids.low] == ids.take() == b"0123460000"


def test_beyond_ten_digits_ids_grow_and_stay_different() -> None:
    ids = MessageIds(9_999_999_999)
    assert [ids.take(), ids.take()] == [b"9999999999", b"10000000000"]
