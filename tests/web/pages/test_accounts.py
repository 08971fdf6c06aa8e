"""The page of accounts: limits, queues, wallets, and accounts for a while."""

import pytest

from smsc_sim.smpp.pdu import encode
from tests.web.reader import read
from tests.web.site import Site

SCENARIO = """
smsc: 1
accounts:
  - {system_id: acme, password: secret, sessions: 2, throughput: 5/s, window: 10, allow: 127.0.0.0/8,
     wallet: {balance: 3, price: 1.5}, ids: {reply: hex, receipt: decimal}}
  - {system_id: bulk, binds: [transmitter]}
"""


def text_of(site: Site, target: str = "/accounts") -> str:
    body = site.get(target).body
    assert "secret" not in body
    shown = read(body)
    assert shown.open == []
    return shown.text


def test_limits_are_shown_and_no_password() -> None:
    site = Site(scenario=SCENARIO)
    site.bind(system_id="acme", password="secret")
    text = text_of(site)
    assert (
        "acme Disable Bound 1 of 2 May bind as anything from 127.0.0.0/8 Throughput 5/s per session Window 10" in text
    )
    assert "Message ids 1F response" in text
    assert "Balance 3 1.5 a part" in text
    assert "May bind as transmitter" in text


def test_the_queue_is_shown() -> None:
    site = Site()
    session = site.bind()
    fields = {"destination_addr": "447700900123", "registered_delivery": 1}
    site.smsc.receive(session, encode("submit_sm", sequence_number=2, fields=fields), site.now)
    assert "Receipts pending 1" in text_of(site)
    site.clock.advance(2)
    site.smsc.run_until(site.now)
    assert "On s1 1 of 1,000 unanswered" in text_of(site)


def test_topping_up() -> None:
    site = Site(scenario=SCENARIO)
    response = site.post("/accounts/top-up", system_id="acme", amount="2.5")
    assert response.headers["Location"].partition("?")[0] == "/accounts"
    assert "acme has 5.5 now." in text_of(site, response.headers["Location"].partition("#")[0])
    assert "Balance 5.5" in text_of(site)
    for system_id in ("bulk", "nobody"):
        response = site.post("/accounts/top-up", system_id=system_id, amount="1")
        assert "that has a wallet" in text_of(site, response.headers["Location"])
    for amount in ("0", "-1", "nan", "1e99", "x"):
        assert site.post("/accounts/top-up", system_id="acme", amount=amount).status == 422


def test_an_account_for_a_while() -> None:
    site = Site(scenario=SCENARIO)
    response = site.post("/accounts/add", ttl="30s", throughput="7/s", sessions="1", window="3", balance="9")
    text = text_of(site, response.headers["Location"].partition("#")[0])
    password = text.partition("Its password is ")[2].partition(" ")[0]
    assert "The account t-1 may bind now." in text
    assert "t-1 temporary, 30 s left" in text
    assert "7/s per session" in text
    site.bind(system_id="t-1", password=password)
    response = site.post("/accounts/remove", system_id="t-1")
    assert "its sessions are asked to unbind" in text_of(site, response.headers["Location"])
    response = site.post("/accounts/remove", system_id="t-1")
    assert "no temporary account" in text_of(site, response.headers["Location"])


def test_an_account_that_cannot_be() -> None:
    site = Site(scenario=SCENARIO)
    for fields, words in (
        ({"system_id": "acme"}, "There is an account of this system_id already."),
        ({"system_id": "n" * 16}, "errors"),
        ({"throughput": "quick"}, "is not a rate"),
    ):
        response = site.post("/accounts/add", **fields)
        assert words in text_of(site, response.headers["Location"].partition("#")[0])


def test_a_disabled_account_cannot_bind_until_it_is_enabled() -> None:
    site = Site(scenario=SCENARIO)
    session = site.bind(system_id="acme", password="secret")
    response = site.post("/accounts/disable", system_id="acme")
    assert "acme cannot bind any more" in text_of(site, response.headers["Location"].partition("#")[0])
    assert session.unbinding
    assert "acme disabled Enable" in text_of(site)
    again = site.smsc.connected("127.0.0.1:5", "127.0.0.1", site.now)
    bind = encode("bind_transceiver", sequence_number=1, fields={"system_id": "acme", "password": "secret"})
    site.smsc.receive(again, bind, site.now)
    assert not again.bound
    site.bind("transmitter", "bulk", "")
    response = site.post("/accounts/disable", system_id="acme")
    assert "There is a rule of this name already." in text_of(site, response.headers["Location"].partition("#")[0])
    site.post("/accounts/enable", system_id="acme")
    site.bind(system_id="acme", password="secret")
    response = site.post("/accounts/disable", system_id="nobody")
    assert "There is no account" in text_of(site, response.headers["Location"])


def test_of_many_accounts_some_are_looked_for() -> None:
    site = Site(scenario=SCENARIO)
    text = text_of(site, "/accounts?q=bul")
    assert "bulk" in text
    assert "acme" not in text
    assert "No account has x<y in its system_id." in text_of(site, "/accounts?q=x%3Cy")


def test_binds_are_counted_and_messages_linked() -> None:
    site = Site(scenario="smsc: 1\naccounts: [{system_id: a b, password: x}]")
    site.bind(system_id="a b", password="x")
    with pytest.raises(AssertionError):
        site.bind(system_id="a b", password="y")
    body = site.get("/accounts").body
    assert "Binds so far 1 1 refused" in read(body).text
    assert "/messages?q=account%3A%22a%20b%22" in body
