from collections import Counter

from smsc_sim.scenario.receipt_action import ReceiptAction
from smsc_sim.smpp.receipt_text import MessageState


def test_the_state_is_drawn_by_its_share() -> None:
    action = ReceiptAction(
        states=((MessageState.DELIVERED, 0.9), (MessageState.UNDELIVERABLE, 0.08), (MessageState.EXPIRED, 0.02))
    )
    drawn = Counter(action.pick((number + 0.5) / 1000) for number in range(1000))
    assert drawn == {MessageState.DELIVERED: 900, MessageState.UNDELIVERABLE: 80, MessageState.EXPIRED: 20}


def test_shares_that_do_not_quite_add_up_still_give_a_state() -> None:
    states = ((MessageState.DELIVERED, 1 / 3), (MessageState.EXPIRED, 1 / 3), (MessageState.UNKNOWN, 1 / 3))
    assert ReceiptAction(states=states).pick(1 - 2**-53) is MessageState.UNKNOWN
    assert ReceiptAction().pick(0.999) is MessageState.DELIVERED
