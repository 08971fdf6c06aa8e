"""How messages stand: before their end, after it, and when receipts tell another one."""

from __future__ import annotations

from dataclasses import replace

import pytest

from smsc_sim.sim.store.standing import Standing, standing
from tests.sim.search.stored import NOW, PLAIN, RECEIPT

SLOW = replace(PLAIN, state="DELIVERED", state_at=NOW, scheduled_at=NOW - 5)
TOLD = replace(RECEIPT, state="UNDELIVERABLE", error_code="012", due=NOW + 5, sent_at=0.0, status="scheduled")


@pytest.mark.parametrize(
    ("now", "wanted"),
    [
        (NOW - 5.1, Standing("SCHEDULED")),
        (NOW - 5, Standing("ENROUTE")),
        (NOW - 0.1, Standing("ENROUTE")),
        (NOW, Standing("DELIVERED", NOW, "000")),
    ],
)
def test_a_message_is_on_its_way_until_its_end(now: float, wanted: Standing) -> None:
    assert standing(SLOW, now) == wanted


def test_who_has_no_end_stays_on_its_way() -> None:
    assert standing(replace(PLAIN, state="ENROUTE", state_at=0.0), NOW) == Standing("ENROUTE")
    assert standing(replace(PLAIN, state="", state_at=0.0, receipts=(RECEIPT,)), NOW) == Standing("")


def test_later_receipts_tell_another_end() -> None:
    message = replace(SLOW, receipts=(RECEIPT, replace(TOLD, index=1)))
    assert standing(message, NOW + 4) == Standing("DELIVERED", NOW, "000")
    assert standing(message, NOW + 5) == Standing("UNDELIVERABLE", NOW + 5, "012")
    sent = replace(SLOW, receipts=(RECEIPT, replace(TOLD, index=1, sent_at=NOW + 1)))
    assert standing(sent, NOW + 1).state == "UNDELIVERABLE"
    cancelled = replace(SLOW, receipts=(RECEIPT, replace(TOLD, index=1, status="cancelled")))
    assert standing(cancelled, NOW + 5).state == "DELIVERED"


def test_further_attempts_at_the_only_receipt_change_nothing() -> None:
    message = replace(SLOW, receipts=(replace(RECEIPT, due=NOW + 60, sent_at=NOW + 30, attempts=2),))
    assert standing(message, NOW + 60) == Standing("DELIVERED", NOW, "000")
