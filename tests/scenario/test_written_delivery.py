import pytest

from smsc_sim.scenario.settings import ReceiptSettings
from smsc_sim.scenario.values import Pace
from smsc_sim.scenario.written_delivery import WrittenDelivery
from tests.scenario.texts import found, scenario

FULL = WrittenDelivery(retry=(1.0, 2.0), attempts=3, keep=60.0, queue=5, queue_full="newest", flush=Pace(10, 1.0))


def test_an_account_says_how_receipts_get_to_it() -> None:
    text = "accounts: [{system_id: a, delivery: %s}]"
    written = "{retry: [1s, 2s], attempts: 3, keep: 1m, queue: 5, queue_full: newest, flush: 10/s}"
    assert scenario(text % written).accounts[0].delivery == FULL
    assert scenario(text % "{retry: none}").accounts[0].delivery == WrittenDelivery(retry=())
    assert scenario(text % "{flush: 30/m}").accounts[0].delivery.flush == Pace(30, 60.0)
    assert scenario("accounts: [{system_id: a}]").accounts[0].delivery == WrittenDelivery()


@pytest.mark.parametrize(
    ("written", "message"),
    [
        ("{retry: []}", "error E015: 'retry' needs at least 1 of them, or none"),
        ("{attempts: -1}", "error E013: attempts: '-1' is too small; the least is 0"),
        ("{queue_full: latest}", "error E012: 'latest' is not a valid value of 'queue_full'"),
        ("{flush: 10}", "error E014: flush: '10' needs a unit, for example 10/s"),
        ("{flush: 0/s}", "error E013: flush: '0/s' must be at least 1"),
        ("{flush: 10/s per session}", "error E012: flush: '10/s per session' says what it counts by"),
        ("{window: 5}", "error E002: unknown key 'window'"),
    ],
)
def test_what_is_no_delivery_is_refused(written: str, message: str) -> None:
    findings = found(f"accounts: [{{system_id: a, delivery: {written}}}]")
    assert len(findings) == 1
    assert findings[0].split(": ", 1)[1].startswith(message)


def test_what_is_not_written_is_as_the_server_has_it() -> None:
    settings = ReceiptSettings(window=7, attempts=9)
    assert WrittenDelivery().applied_to(settings) == settings
    applied = FULL.applied_to(settings)
    assert (applied.window, applied.attempts, applied.retry, applied.flush) == (7, 3, (1.0, 2.0), FULL.flush)


def test_what_somebody_has_set_is_not_replaced_from_below() -> None:
    settings = ReceiptSettings(attempts=9, flush=Pace(1, 1.0))
    below = FULL.below(settings)
    assert (below.attempts, below.flush) == (9, settings.flush)
    assert (below.retry, below.keep, below.queue, below.queue_full) == ((1.0, 2.0), 60.0, 5, "newest")
