import pytest

from smsc_sim.scenario.amount import Amount
from smsc_sim.scenario.ids import IdForm
from smsc_sim.scenario.receipt_action import ReceiptAction
from smsc_sim.scenario.template import parse_template
from smsc_sim.scenario.written_receipt import STATES
from smsc_sim.smpp.receipt_text import MessageState
from tests.scenario.texts import found_in_rule, rule

DELIVERED = ((MessageState.DELIVERED, 1.0),)


@pytest.mark.parametrize(
    ("written", "actions"),
    [
        ("receipt: none", ()),
        ("receipts: none", ()),
        ("receipts: []", ()),
        ("receipt: manual", (ReceiptAction(manual=True),)),
        ("receipt: {state: manual, err: '5'}", (ReceiptAction(manual=True, err="5"),)),
        ("receipt: {}", (ReceiptAction(),)),
        ("receipt: {err: '027'}", (ReceiptAction(err="027"),)),
        ("receipt: {after: 3s}", (ReceiptAction(after=Amount.fixed(3)),)),
        ("receipt: {before: reply}", (ReceiptAction(before_reply=True),)),
        ("receipt: {times: 2, every: 5s}", (ReceiptAction(times=2, every=5),)),
        ("receipt: {times: 2}", (ReceiptAction(times=2),)),
        ("receipt: {via: other}", (ReceiptAction(via="other"),)),
        ("receipt: {via: account:b}", (ReceiptAction(via="account:b"),)),
        ("receipt: {id: zero}", (ReceiptAction(id=IdForm("zero")),)),
        ("receipt: {text: 'id:{id}'}", (ReceiptAction(text=parse_template("id:{id}")),)),
        ("receipt: {text: ''}", (ReceiptAction(text=parse_template("")),)),
        ("receipt: {pdu: data_sm, force: yes}", (ReceiptAction(pdu="data_sm", force=True),)),
        (
            "receipts: [{state: ENROUTE}, DELIVRD]",
            (ReceiptAction(states=((MessageState.ENROUTE, 1.0),)), ReceiptAction(states=DELIVERED)),
        ),
        ("receipt: [DELIVRD, DELIVRD]", (ReceiptAction(), ReceiptAction())),
    ],
)
def test_receipts(written: str, actions: tuple[ReceiptAction, ...]) -> None:
    assert rule(written).receipts == actions


def test_a_rule_that_does_not_say_leaves_the_default() -> None:
    assert rule("reply: ok").receipts is None


@pytest.mark.parametrize(("word", "state"), STATES.items())
def test_every_state_by_its_word(word: str, state: MessageState) -> None:
    assert rule(f"receipt: {word}").receipts == (ReceiptAction(states=((state, 1.0),)),)
    assert rule(f"receipt: {{state: {word}}}").receipts == (ReceiptAction(states=((state, 1.0),)),)


def test_weights_become_shares() -> None:
    receipts = rule("receipt: {state: {DELIVRD: 90, UNDELIV: 8, EXPIRED: 2, DELETED: 0}}").receipts
    assert receipts is not None
    assert dict(receipts[0].states) == pytest.approx(
        {MessageState.DELIVERED: 0.9, MessageState.UNDELIVERABLE: 0.08, MessageState.EXPIRED: 0.02}
    )


@pytest.mark.parametrize(
    ("written", "message"),
    [
        ("receipt: DELIVERED", "error E012: 'DELIVERED' is not a valid value of 'receipt'; did you mean 'DELIVRD'?"),
        ("receipt: {state: delivrd}", "error E012: 'delivrd' is not a valid value of 'state'; did you mean 'DELIVRD'?"),
        ("receipt: {state: none}", "error E012: 'none' stands alone: receipt: none"),
        ("receipt: {state: {DELIVRD: 0}}", "error E013: the weights of the states must add up to more than 0"),
        ("receipt: {state: {DELIVRD: -1}}", "error E013: DELIVRD: '-1' is too small; the least is 0"),
        ("receipt: {state: {OK: 1}}", "error E012: 'OK' is not a valid value of 'state'"),
        ("receipt: {err: ''}", "error E015: err: '' must have 1 to 10 characters, not 0"),
        ("receipt: {before: reply, after: 1s}", "error E023: 'after' and 'before' do not go together"),
        ("receipt: {before: response}", "error E012: 'response' is not a valid value of 'before'; it can be reply"),
        ("receipt: {every: 1s}", "error E023: 'every' needs 'times', how often it is sent"),
        ("receipt: {via: nobody}", "error E012: 'nobody' is not a valid value of 'via'"),
        ("receipt: {text: '{too}'}", "error E030: unknown placeholder '{too}'; did you mean 'to'?"),
        ("receipt: DELIVRD, receipts: none", "error E023: 'receipts' and 'receipt' do not go together: write one of"),
    ],
)
def test_what_cannot_be_a_receipt_is_refused(written: str, message: str) -> None:
    findings = found_in_rule(written)
    assert len(findings) == 1, findings
    assert findings[0].startswith(message)
