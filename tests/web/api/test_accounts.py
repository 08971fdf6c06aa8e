"""Accounts and temporary accounts over the API."""

from typing import Any

import pytest

from tests.web.site import Site

SCENARIO = """
smsc: 1
accounts:
  - system_id: acme
    password: secret
    sessions: 2
    throughput: 5/s per account
    window: 5
    wallet: {balance: 3, price: 1}
"""


def test_accounts_are_listed_without_their_passwords() -> None:
    site = Site(scenario=SCENARIO)
    site.submit(site.bind(system_id="acme", password="secret"))
    response = site.api("GET", "/accounts")
    (account,) = response.json["items"]
    assert "secret" not in response.body
    assert (account["system_id"], account["sessions"], account["sessions_limit"]) == ("acme", 1, 2)
    assert (account["window"], account["balance"], account["temporary"]) == (5, 2, False)


def test_an_account_for_a_test() -> None:
    site = Site(scenario=SCENARIO)
    added = site.api("POST", "/accounts", {"ttl": "1m"})
    assert added.status == 201
    assert added.json["system_id"] == "t-1"
    assert site.api("POST", "/accounts", {}).json["system_id"] == "t-2"
    session = site.bind(system_id="t-1", password=added.json["password"])
    items = site.api("GET", "/accounts").json["items"]
    assert [(one["system_id"], one["temporary"]) for one in items] == [("acme", False), ("t-1", True), ("t-2", True)]
    site.clock.advance(60)
    site.smsc.run_until(site.now)
    assert session.unbinding
    assert site.smsc.accounts.find("t-1") is None


def test_an_account_as_one_wants_it() -> None:
    site = Site(scenario=SCENARIO)
    account = {"system_id": "mine", "password": "x", "binds": ["receiver"]}
    added = site.api("POST", "/accounts", {"account": account}).json
    assert added == {"system_id": "mine", "password": "x", "until": None}
    site.bind("receiver", system_id="mine", password="x")
    assert site.api("DELETE", "/accounts/mine").status == 204
    assert site.api("DELETE", "/accounts/mine").status == 404
    assert site.api("DELETE", "/accounts/acme").status == 404


@pytest.mark.parametrize("account", [{"system_id": ""}, {"system_id": "x", "pasword": "y"}, {"binds": ["x"]}])
def test_an_account_with_errors(account: dict[str, Any]) -> None:
    site = Site(scenario=SCENARIO)
    response = site.api("POST", "/accounts", {"account": account})
    assert (response.status, response.json["code"]) == (422, "invalid_body")
    assert response.json["errors"][0]["path"] == "body.account"
    assert site.settled == []


def test_an_account_that_is_there_already() -> None:
    response = Site(scenario=SCENARIO).api("POST", "/accounts", {"account": {"system_id": "acme"}})
    assert (response.status, response.json["code"]) == (409, "conflict")
