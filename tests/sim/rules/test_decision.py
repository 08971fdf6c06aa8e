"""The decision point and what registered_delivery asks for."""

import pytest

from smsc_sim.sim.rules.decision import ACCEPT, receipt_wanted
from smsc_sim.smpp.receipt_text import MessageState

SUCCESS = {MessageState.DELIVERED, MessageState.ACCEPTED}
INTERMEDIATE = {MessageState.SCHEDULED, MessageState.ENROUTE}
FAILURE = set(MessageState) - SUCCESS - INTERMEDIATE


def wanted(registered_delivery: int) -> set[MessageState]:
    return {state for state in MessageState if receipt_wanted(registered_delivery, state)}


@pytest.mark.parametrize(
    ("registered_delivery", "states"),
    [
        (0, set()),
        (1, SUCCESS | FAILURE),
        (2, FAILURE),
        (3, SUCCESS),
        (0x10, INTERMEDIATE),
        (0x11, SUCCESS | FAILURE | INTERMEDIATE),
        (0x12, FAILURE | INTERMEDIATE),
        (0x13, SUCCESS | INTERMEDIATE),
    ],
)
def test_bits_ask_for_states(registered_delivery: int, states: set[MessageState]) -> None:
    assert wanted(registered_delivery) == states


def test_other_bits_change_nothing() -> None:
    for registered_delivery in range(256):
        assert wanted(registered_delivery) == wanted(registered_delivery & 0x13)


def test_the_default_accepts_and_delivers() -> None:
    assert ACCEPT.reply.is_accepted
    assert ACCEPT.reply.is_plain
    assert [receipt.states for receipt in ACCEPT.receipts] == [((MessageState.DELIVERED, 1.0),)]
