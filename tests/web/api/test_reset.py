"""POST /reset: everything back, or what belongs to one account."""

from __future__ import annotations

import pytest

from smsc_sim.smpp.pdu import encode
from tests.web.site import Site

SCENARIO = """
smsc: 1
switches:
  outage:
accounts:
  - {system_id: a, password: p, wallet: {balance: 10, price: 1}}
  - {system_id: b, password: p}
rules:
  - {name: third, when: {every: 3}, reply: ESME_RSYSERR}
"""


@pytest.fixture
def site() -> Site:
    site = Site(SCENARIO, keeps=True)
    for system_id in ("a", "b"):
        session = site.bind(system_id=system_id, password="p")
        for number in (2, 3):
            fields = {"source_addr": system_id, "destination_addr": "447700900120", "registered_delivery": 1}
            site.smsc.receive(session, encode("submit_sm", sequence_number=number, fields=fields), site.now)
        site.smsc.take_output(session, site.now)
    site.run()
    return site


def ids(site: Site) -> list[str]:
    return [one["id"] for one in site.api("GET", "/messages").json["items"]]


def test_everything(site: Site) -> None:
    site.api("PUT", "/switches/outage", {"active": True})
    site.api("POST", "/rules", {"rule": {"name": "t", "reply": "ESME_RSYSERR"}})
    site.api("POST", "/accounts", {})
    answer = site.api("POST", "/reset", {}).json
    assert (answer["messages"], answer["rules"], answer["accounts"], answer["sessions"]) == (4, 1, 1, 2)
    assert answer["seq"] == site.smsc.journal.last_seq
    assert ids(site) == []
    assert not site.smsc.switches.is_on("outage")
    assert site.smsc.counters.messages_accepted == 0
    assert site.api("GET", "/rules").json["items"][0]["decided"] == 0
    assert site.api("GET", "/accounts").json["items"][0]["balance"] == 10
    assert all(session.unbinding for session in site.smsc.sessions.values())


def test_what_is_still_to_be_sent_is_not(site: Site) -> None:
    site.api("POST", "/reset", {"what": ["messages"]})
    site.clock.advance(60)
    site.run()
    session = site.smsc.sessions[1]
    assert site.smsc.take_output(session, site.now).find(b"stat:") < 0
    account = site.smsc.accounts.find("a")
    assert account is not None
    assert account.pending == 0
    assert site.smsc.delivery.withdrawn == set()


def test_one_account(site: Site) -> None:
    site.api("POST", "/rules", {"rule": {"name": "t"}, "account": "a"})
    site.api("POST", "/rules", {"rule": {"name": "u"}})
    answer = site.api("POST", "/reset", {"account": "a"}).json
    assert (answer["messages"], answer["rules"], answer["sessions"]) == (2, 1, 1)
    assert answer["what"] == ["sessions", "messages", "counters", "rules"]
    assert {one["account"] for one in site.api("GET", "/messages").json["items"]} == {"b"}
    assert site.smsc.counters.messages_accepted > 0
    assert not site.smsc.sessions[2].unbinding
    assert site.api("GET", "/accounts").json["items"][0]["balance"] == 10


def test_a_message_that_waits_for_its_esme(site: Site) -> None:
    site.smsc.disconnected(site.smsc.sessions[2], site.now)
    site.api("POST", "/mo", {"account": "b", "text": "x", "within": "0"})
    site.api("POST", "/reset", {"what": ["messages"], "account": "b"})
    session = site.bind(system_id="b", password="p")
    site.run()
    assert b"\0\0\0\x05\0\0\0\0" not in site.smsc.take_output(session, site.now)


def test_mistakes(site: Site) -> None:
    assert site.api("POST", "/reset", {"account": "c"}).status == 404
    assert site.api("POST", "/reset", {"account": "a", "what": ["switches"]}).status == 422
    assert site.api("POST", "/reset", {"what": ["clock"]}).status == 422


def test_without_a_store() -> None:
    answer = Site().api("POST", "/reset", {}).json
    assert answer["messages"] == 0


def test_a_wallet(site: Site) -> None:
    assert site.api("PUT", "/accounts/a/wallet", {"add": 2.5}).json == {"balance": 10.5}
    assert site.api("PUT", "/accounts/a/wallet", {"balance": 0}).json == {"balance": 0.0}
    assert site.api("PUT", "/accounts/a/wallet", {}).status == 422
    assert site.api("PUT", "/accounts/b/wallet", {"add": 1}).status == 409
    assert site.api("PUT", "/accounts/c/wallet", {"add": 1}).status == 404


def test_numbers(site: Site) -> None:
    stats = site.api("GET", "/stats").json
    assert stats["counters"]["messages_accepted"] == 3
    assert stats["counters"]["messages_refused"] == 1
    assert stats["now"]["bound"] == 2
    assert stats["now"]["receipts_pending"] == 3
    assert stats["journal"]["evicted"] == 0
    assert stats["store"] == {"failing": "", "lost": 0}
    assert Site().api("GET", "/stats").json["store"] is None


def test_waiting_for_sessions(site: Site) -> None:
    assert len(site.api("GET", "/sessions/wait?account=a").json["items"]) == 1
    site.smsc.disconnected(site.smsc.sessions[1], site.now)
    assert site.api("GET", "/sessions/wait?account=a&count=0").json == {"items": [], "timed_out": False}
