"""Which session: what a policy says of sessions that are there; the whole of it is played in test_delivery."""

from __future__ import annotations

import pytest

from smsc_sim.scenario.account import AccountDefinition
from smsc_sim.sim.delivery.routing import ONLY, choose, policy_of, receiver, suits
from smsc_sim.sim.receipts.receipt import ReceiptRecord
from tests.sim.playing import Play


def record(form: int = 0, own: bytes = b"") -> ReceiptRecord:
    return b"1", b"", own, b"", 0.0, form, 1


def test_a_record_has_its_own_policy_or_that_of_the_account_or_the_server() -> None:
    account = Play().account()
    assert policy_of(account, record()) == "same"
    assert policy_of(account, record(-5, b"any")) == "any"
    assert policy_of(account, record(0, b"any")) == "same", "an address, in a usual receipt"
    own = Play(AccountDefinition(system_id="alpha", password="secret1", receipts_via="other")).account()
    assert policy_of(own, record(-5)) == "other"


def test_a_receiver_is_bound_and_receives() -> None:
    game = Play()
    transmitter, both = game.bind("transmitter"), game.bind()
    account = game.account()
    assert receiver(account, both.session.number) is both.session
    assert receiver(account, transmitter.session.number) is None
    assert receiver(account, 99) is None
    assert not suits("any", transmitter.session, 99)
    assert suits("other", both.session, 99)
    assert not suits("other", both.session, both.session.number)
    assert suits(ONLY, both.session, both.session.number)
    assert not suits(ONLY, both.session, 99)


@pytest.mark.parametrize(
    ("policy", "chosen"), [("same", 1), (ONLY, 1), ("other", 2), ("any", 1), ("least_loaded", 2), ("round_robin", 3)]
)
def test_each_policy_chooses(policy: str, chosen: int) -> None:
    game = Play()
    sessions = [game.bind().session for _ in range(3)]
    account = game.account()
    account.last_receiver = 2
    sessions[0].sent = 5
    sessions[2].received = 5
    target = choose(policy, account, dict.fromkeys(sessions, 1), 1)
    assert target is sessions[chosen - 1]
    assert choose(policy, account, dict.fromkeys(sessions, 0), 1) is None
