"""Who may bind."""

from math import inf

import pytest

from smsc_sim.scenario.account import AccountDefinition
from smsc_sim.scenario.loaded import NO_SCENARIO
from smsc_sim.scenario.values import Rate, parse_network
from smsc_sim.scenario.wallet import Wallet
from smsc_sim.sim.sessions.account import Account, Accounts, password_matches
from tests.sim.playing import ALPHA, BETA, Play, scenario


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


# Defined anew


def test_an_account_that_goes_on_keeps_what_it_has() -> None:
    play = Play(AccountDefinition(system_id="alpha", password="secret1", wallet=Wallet(balance=5)), BETA)
    alpha = play.account()
    play.bind().submit()
    assert (len(alpha.sessions), alpha.pending, alpha.balance) == (1, 1, 4)
    accounts = play.smsc.accounts
    changed = AccountDefinition(
        system_id="alpha", password="other", wallet=Wallet(balance=5), throughput=Rate(5, 1.0, "account")
    )
    gamma = AccountDefinition(system_id="gamma")
    accounts.define([gamma, changed], NO_SCENARIO)
    assert [account.system_id for account in accounts] == ["gamma", "alpha"]
    assert accounts.find("alpha") is alpha
    assert accounts.find("beta") is None
    assert (len(alpha.sessions), alpha.pending, alpha.balance) == (1, 1, 4)
    assert password_matches(alpha, "other")
    assert not password_matches(alpha, "secret1")
    assert alpha.throughput is not None


def test_a_wallet_that_is_written_otherwise_is_filled_anew() -> None:
    accounts = Accounts([AccountDefinition(system_id="a", wallet=Wallet(balance=5))])
    account = accounts.find("a")
    assert account is not None
    account.pay(2)
    assert account.balance == 3
    accounts.define([AccountDefinition(system_id="a", wallet=Wallet(balance=9))], NO_SCENARIO)
    assert account.balance == 9
    account.pay(2)
    accounts.define([AccountDefinition(system_id="a")], NO_SCENARIO)
    assert account.balance == inf
    assert account.can_pay(1_000_000)


def test_the_profile_and_the_ids_of_an_account_may_change() -> None:
    accounts = Accounts([AccountDefinition(system_id="a")])

    def defined_by(text: str) -> tuple[str, bool, bool, str, int | None, str | None]:
        accounts.define([AccountDefinition(system_id="a")], scenario(text))
        account = accounts.find("a")
        assert account is not None
        definition = account.definition
        return (
            account.profile.name,
            account.usual_receipts,
            account.usual,
            account.ids.reply.base,
            definition.sessions,
            definition.receipts_via,
        )

    assert defined_by("") == ("generic", True, True, "decimal", None, None)
    assert defined_by("profile: sms77") == ("sms77", False, False, "decimal", 2, "least_loaded")
    assert defined_by("defaults: {ids: hex, receipts_via: other}") == ("generic", True, False, "hex", None, "other")
