"""Wallets: whatever is done with one is entered into the ledger."""

from smsc_sim.sim.messages.ledger import BALANCE
from smsc_sim.sim.reset import reset_counters
from smsc_sim.sim.sessions.wallet import fill_up, pay, top_up
from tests.sim.playing import ALPHA, Play, SubmitSm, scenario

TEXT = "accounts: [{system_id: alpha, password: secret1, wallet: {balance: 3, price: 1}}]"


def balances(play: Play) -> list[float]:
    return [entry[2] for entry in play.smsc.ledger.take() if entry[0] == BALANCE]


def test_every_change_is_entered() -> None:
    play = Play(scenario=scenario(TEXT))
    play.smsc.ledger.kept = True
    account = play.account()
    pay(play.smsc, account, 2)
    top_up(play.smsc, account, 4.5)
    fill_up(play.smsc, account)
    assert balances(play) == [1.0, 5.5, 3.0]


def test_a_message_and_a_reset_are() -> None:
    play = Play(scenario=scenario(TEXT))
    play.smsc.ledger.kept = True
    play.bind().submit(SubmitSm())
    reset_counters(play.smsc, None)
    assert balances(play) == [2.0, 3.0]


def test_an_account_without_a_wallet_has_nothing_to_enter() -> None:
    play = Play(ALPHA)
    play.smsc.ledger.kept = True
    for change in (lambda: pay(play.smsc, play.account(), 2), lambda: fill_up(play.smsc, play.account())):
        change()
    assert balances(play) == []
