from smsc_sim.scenario.amount import Amount
from smsc_sim.scenario.defaults import Defaults
from smsc_sim.scenario.ids import IdChange, IdForm
from smsc_sim.scenario.receipt_action import ReceiptAction
from smsc_sim.scenario.reply import Reply
from tests.scenario.texts import found, scenario


def test_without_defaults_the_server_decides() -> None:
    assert scenario("").defaults == Defaults()


def test_defaults_are_written_like_rules() -> None:
    text = "defaults: {reply: ESME_RSYSERR, receipt: {after: 2s}, ids: {reply: hex}, receipts_via: round_robin}"
    assert scenario(text).defaults == Defaults(
        reply=Reply(status=8),
        receipts=(ReceiptAction(after=Amount.fixed(2)),),
        ids=IdChange(reply=IdForm("hex")),
        receipts_via="round_robin",
    )
    assert scenario("defaults: {receipts: none}").defaults.receipts == ()


def test_mistakes_in_defaults_have_their_place() -> None:
    assert found("defaults: {receipt: DELIVRD, receipts: none}") == [
        "2:30: error E023: 'receipts' and 'receipt' do not go together: write one of them"
    ]
    assert found("defaults: {rules: []}")[0].startswith("2:12: error E002: unknown key 'rules'")
