from __future__ import annotations

from smsc_sim.web.columns import FURTHER, LABELS, USUAL, chosen


def test_every_column_has_a_label() -> None:
    assert set(LABELS) == {*USUAL, *FURTHER}


def test_columns_stand_in_one_order_and_unknown_ones_nowhere() -> None:
    assert chosen(["seq", "coding", "<script>"]) == ("coding", "seq")
    assert chosen([]) == chosen(["nothing"]) == USUAL
