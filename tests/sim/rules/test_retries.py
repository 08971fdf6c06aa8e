"""Further attempts."""

from __future__ import annotations

from math import inf

import pytest

from smsc_sim.scenario.settings import ReceiptSettings
from smsc_sim.sim.rules.retries import RETRY_LATER, next_attempt
from smsc_sim.smpp.status import name_of


def test_four_statuses_are_temporary() -> None:
    assert {name_of(status) for status in RETRY_LATER} == {
        "ESME_RMSGQFUL",
        "ESME_RX_T_APPN",
        "ESME_RTHROTTLED",
        "ESME_RSYSERR",
    }


@pytest.mark.parametrize(("made", "wait"), [(1, 5.0), (2, 15.0), (3, 60.0), (4, 60.0), (1000, 60.0)])
def test_the_last_step_of_a_ladder_repeats(made: int, wait: float) -> None:
    assert next_attempt(ReceiptSettings(), (5.0, 15.0, 60.0), made, 900.0, 1000.0) == 1000.0 + wait


def test_without_a_ladder_there_is_no_attempt() -> None:
    assert next_attempt(ReceiptSettings(), (), 1, 900.0, 1000.0) == inf


@pytest.mark.parametrize(("attempts", "made", "due"), [(0, 50, 1005.0), (3, 2, 1005.0), (3, 3, inf), (1, 1, inf)])
def test_attempts_are_bounded_by_number(attempts: int, made: int, due: float) -> None:
    assert next_attempt(ReceiptSettings(attempts=attempts), (5.0,), made, 900.0, 1000.0) == due


@pytest.mark.parametrize(("keep", "due"), [(105.0, 1005.0), (104.0, inf)])
def test_attempts_are_bounded_by_age(keep: float, due: float) -> None:
    assert next_attempt(ReceiptSettings(keep=keep), (5.0,), 1, 900.0, 1000.0) == due
