"""Who may bind."""

import pytest

from smsc_sim.scenario.account import AccountDefinition
from smsc_sim.scenario.values import Rate, parse_network
from smsc_sim.sim.account import Account, Accounts, password_matches
from tests.sim.playing import ALPHA, BETA, Play


def test_accounts_are_found_by_their_exact_system_id() -> None:
    accounts = Accounts([ALPHA, BETA])
    found = accounts.find("alpha")
    assert found is not None
    assert found.system_id == "alpha"
    assert accounts.find("Alpha") is None
    assert accounts.find("") is None
    assert [account.system_id for account in accounts] == ["alpha", "beta"]


@pytest.mark.parametrize(
    ("password", "matches"),
    [("secret1", True), ("secret2", False), ("secret", False), ("", False), ("secret1\xe9", False), ("SECRET1", False)],
)
def test_passwords_must_be_the_same(password: str, matches: bool) -> None:
    assert password_matches(Account(ALPHA), password) is matches


def test_an_empty_password_matches_only_the_empty_one() -> None:
    account = Account(AccountDefinition(system_id="open"))
    assert password_matches(account, "")
    assert not password_matches(account, "x")


def test_octets_beyond_ascii_are_compared_as_octets() -> None:
    account = Account(AccountDefinition(system_id="latin", password="caf\xe9"))
    assert password_matches(account, "caf\xe9")
    assert not password_matches(account, "caf?")


@pytest.mark.parametrize("password", ["", "secret1", "\0"])
def test_without_an_account_no_password_that_can_come_over_the_wire_matches(password: str) -> None:
    assert password_matches(None, password) is (password == "\0")  # which a C-octet string cannot contain


@pytest.mark.parametrize(
    ("allow", "host", "allowed"),
    [
        ((), "192.0.2.1", True),
        ((), "unix", True),
        (("192.0.2.0/24",), "192.0.2.200", True),
        (("192.0.2.0/24",), "192.0.3.1", False),
        (("192.0.2.0/24", "2001:db8::/32"), "2001:db8::7", True),
        (("192.0.2.0/24",), "::ffff:192.0.2.9", True),
        (("192.0.2.0/24",), "unix", False),
    ],
)
def test_the_allow_list(allow: tuple[str, ...], host: str, allowed: bool) -> None:
    definition = AccountDefinition(system_id="a", allow=tuple(parse_network(text) for text in allow))
    assert Account(definition).allows(host) is allowed


def test_only_a_rate_per_account_is_shared_by_its_sessions() -> None:
    assert Account(AccountDefinition(system_id="a", throughput=Rate(5))).throughput is None
    assert Account(AccountDefinition(system_id="a", throughput=Rate(5, 1.0, "account"))).throughput is not None


def test_receivers_are_the_sessions_that_take_deliver_sm() -> None:
    play = Play()
    play.bind("transmitter")
    receiver, transceiver = play.bind("receiver"), play.bind("transceiver")
    assert play.account().receivers() == [receiver.session, transceiver.session]
    play.smsc.unbind(receiver.session, play.now, 5.0)
    assert play.account().receivers() == [transceiver.session]
    assert play.account().waiting_count == 0
