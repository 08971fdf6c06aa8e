import pytest

from smsc_sim.scenario.wallet import Wallet
from tests.scenario.texts import found, scenario


def test_an_account_has_a_wallet() -> None:
    text = "accounts: [{system_id: a, wallet: %s}]"
    assert scenario(text % "{balance: 10}").accounts[0].wallet == Wallet(balance=10.0)
    assert scenario(text % "{balance: 0.5, price: 0.05, status: 0xff, at: bind, then: close}").accounts[
        0
    ].wallet == Wallet(balance=0.5, price=0.05, status=255, at="bind", then="close")
    usual = Wallet(balance=1)
    assert (usual.price, usual.status, usual.at, usual.then) == (1, 0x40B, "submit", "keep")


@pytest.mark.parametrize(
    ("written", "message"),
    [
        ("{price: 1}", "error E010: key 'balance' is missing"),
        ("{balance: -1}", "error E013: balance: '-1' is too small; the least is 0"),
        ("{balance: 1e9}", "error E012: balance: '1e9' is not a number"),
        ("{balance: much}", "error E012: balance: 'much' is not a number"),
        ("{balance: 1, at: receipt}", "error E012: 'receipt' is not a valid value of 'at'"),
    ],
)
def test_what_is_no_wallet_is_refused(written: str, message: str) -> None:
    findings = found(f"accounts: [{{system_id: a, wallet: {written}}}]")
    assert len(findings) == 1
    assert findings[0].split(": ", 1)[1].startswith(message)
