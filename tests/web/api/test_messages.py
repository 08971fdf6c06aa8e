"""GET /messages and its kin: what was kept, searched, looked at, waited for, removed."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

import pytest
from twisted.internet.error import ConnectionLost
from twisted.python.failure import Failure

from smsc_sim.net.verifier import REST
from smsc_sim.scenario.load import load_text
from smsc_sim.sim.sessions.session import Session
from smsc_sim.smpp.pdu import encode
from tests.sim.store.many import many
from tests.web.site import Site, request_of, response_of

SCENARIO = """
smsc: 1
rules:
  - {name: too fast, when: {to: "*9"}, reply: ESME_RTHROTTLED}
  - {name: by hand, when: {to: "*8"}, receipt: {state: manual}}
"""


@pytest.fixture
def site() -> Site:
    return Site(SCENARIO, keeps=True)


@pytest.fixture
def session(site: Site) -> Session:
    return site.bind()


def ids(site: Site, target: str) -> list[str]:
    found = site.api("GET", target)
    assert found.status == 200, found.body
    return [one["id"] for one in found.json["items"]]


def test_a_list_and_its_pages(site: Site, session: Session) -> None:
    for number in range(5):
        site.submit(session, to=f"44770090012{number}", text=b"Hello %d" % number)
    first = site.api("GET", "/messages?limit=2").json
    assert [one["id"] for one in first["items"]] == ["m-5", "m-4"]
    assert first["more"] is True
    assert first["behind"] == 0
    second = site.api("GET", f"/messages?limit=3&cursor={first['cursor']}").json
    assert [one["id"] for one in second["items"]] == ["m-3", "m-2", "m-1"]
    assert (second["more"], second["cursor"]) == (False, None)
    assert ids(site, "/messages?sort=to&limit=2") == ["m-1", "m-2"]


def test_a_line(site: Site, session: Session) -> None:
    site.submit(session, to="447700900129", text=b"Hello")
    (line,) = site.api("GET", "/messages").json["items"]
    assert line["from"] == "Acme"
    assert line["to"] == "447700900129"
    assert line["text"] == "Hello"
    assert line["status"] == "ESME_RTHROTTLED"
    assert line["rule"] == "too fast"
    assert line["session"] == "s1"
    assert line["state"] == ""


def test_a_search(site: Site, session: Session) -> None:
    site.submit(session, to="447700900129")
    site.submit(session, to="447700900120", text=b"Your code is 4711")
    assert ids(site, f"/messages?q={quote('status:ESME_RTHROTTLED')}") == ["m-1"]
    assert ids(site, "/messages?q=code") == ["m-2"]
    assert ids(site, "/messages?q=nothing") == []


def test_mistakes_of_a_search_are_told_with_their_place(site: Site) -> None:
    found = site.api("GET", f"/messages?q={quote('ok too:4477')}")
    assert found.status == 400
    assert found.json["code"] == "bad_search"
    (error,) = found.json["errors"]
    assert error["column"] == 4
    assert "unknown key 'too'" in error["message"]


@pytest.mark.parametrize("target", ["/messages?sort=size", "/messages?cursor=x", "/messages?limit=0", "/messages?a=b"])
def test_bad_parameters(site: Site, target: str) -> None:
    found = site.api("GET", target)
    assert (found.status, found.json["code"]) == (400, "bad_parameter")


def test_since_a_mark(site: Site, session: Session) -> None:
    site.submit(session)
    mark = site.smsc.journal.mark(site.now)
    assert ids(site, f"/messages?since={mark}") == []
    site.submit(session)
    assert ids(site, f"/messages?since={mark}") == ["m-2"]
    assert site.api("GET", f"/messages/latest?since={mark}").json["id"] == "m-2"


def test_one_message(site: Site, session: Session) -> None:
    site.submit(session, to="447700900129", text=b"Hello")
    shown = site.api("GET", "/messages/m-1").json
    fields = {one["name"]: one for one in shown["pdu"]}
    assert fields["destination_addr"]["value"] == "447700900129"
    assert fields["command_id"]["meaning"] == "submit_sm"
    octets = bytes.fromhex(shown["octets"])
    place = fields["destination_addr"]
    assert octets[place["start"] : place["start"] + place["length"]] == b"447700900129\0"
    assert shown["why"]["rule"] == "too fast"
    assert [step["what"] for step in shown["timeline"]] == ["refused"]
    assert shown["whole"] is None


def test_why_a_rule_did_not_decide(site: Site, session: Session) -> None:
    site.submit(session, to="447700900120")
    why = site.api("GET", "/messages/m-1").json["why"]
    assert why["rule"] is None
    assert why["tried"][0] == {"rule": "too fast", "at": "scenario.yaml:4", "because": "to is '447700900120', not '*9'"}


def test_parts_are_joined(site: Site, session: Session) -> None:
    for part, text in ((2, b"world"), (1, b"Hello ")):
        fields = {"source_addr": "Acme", "destination_addr": "4477", "esm_class": 0x40}
        fields["short_message"] = bytes([5, 0, 3, 7, 2, part]) + text
        site.smsc.receive(session, encode("submit_sm", sequence_number=9 + part, fields=fields), site.now)
    whole = site.api("GET", "/messages/m-1").json["whole"]
    assert whole["text"] == "Hello world"
    assert whole["complete"] is True
    assert [(part["id"], part["part"]) for part in whole["parts"]] == [("m-1", 2), ("m-2", 1)]


@pytest.mark.parametrize("name", ["m-1", "1", "m-x", "m-", "m-99999999999999999999"])
def test_no_such_message(site: Site, name: str) -> None:
    assert site.api("GET", f"/messages/{name}").status == 404
    assert site.api("GET", "/messages/latest").status == 404


def test_nothing_is_kept() -> None:
    found = Site().api("GET", "/messages")
    assert (found.status, found.json["code"]) == (409, "messages_not_kept")


def test_removal(site: Site, session: Session) -> None:
    for number in range(3):
        site.submit(session, to=f"44770090012{number}")
    assert site.api("DELETE", "/messages?q=to:447700900121").json == {"removed": 1}
    assert ids(site, "/messages") == ["m-3", "m-1"]
    assert site.api("DELETE", "/messages").json == {"removed": 2}
    assert ids(site, "/messages") == []


def test_a_receipt_by_hand(site: Site, session: Session) -> None:
    site.submit(session, to="447700900120")
    answer = site.api("POST", "/messages/m-1/receipt", {"state": "UNDELIVERABLE", "err": "042"})
    assert answer.json == {"message": "m-1", "state": "UNDELIVERABLE", "manual": False}
    octets = site.smsc.take_output(session, site.now)
    assert b"stat:UNDELIV err:042" in octets
    shown = site.api("GET", "/messages/m-1").json
    assert [(one["state"], one["status"]) for one in shown["receipt_details"]] == [("UNDELIVERABLE", "sent")]
    assert site.api("POST", "/messages/m-1/receipt", {}).status == 200
    again = site.api("GET", "/messages/m-1").json
    assert [one["index"] for one in again["receipt_details"]] == [0, 1]
    assert again["state"] == "DELIVERED"


def test_a_receipt_that_was_left_to_somebody(site: Site, session: Session) -> None:
    fields = {"source_addr": "Acme", "destination_addr": "447700900128", "registered_delivery": 1}
    site.smsc.receive(session, encode("submit_sm", sequence_number=9, fields=fields), site.now)
    site.smsc.take_output(session, site.now)
    assert site.api("GET", "/messages/m-1").json["receipt_details"][0]["status"] == "manual"
    answer = site.api("POST", "/messages/m-1/receipt", {"state": "EXPIRED", "err": "7"})
    assert answer.json["manual"] is True
    assert b"stat:EXPIRED err:007 " in site.smsc.take_output(session, site.now)
    details = site.api("GET", "/messages/m-1").json["receipt_details"]
    assert [(one["state"], one["status"]) for one in details] == [("EXPIRED", "sent")]


def test_a_refused_message_has_no_receipt(site: Site, session: Session) -> None:
    site.submit(session, to="447700900129")
    answer = site.api("POST", "/messages/m-1/receipt", {})
    assert (answer.status, answer.json["code"]) == (409, "conflict")


def test_forms(site: Site, session: Session) -> None:
    hostile = b'it\'s "$(x)" *: #\n- {a'
    site.submit(session, to="447700900129", text=hostile)
    curl = site.api("GET", "/messages/m-1/as")
    assert curl.body.startswith("curl -f http://127.0.0.1:8080/api/v1/verify ")
    rule = site.api("GET", "/messages/m-1/as?form=rule")
    (loaded,) = load_text(f"smsc: 1\n{rule.body}", "x.yaml").rules
    assert loaded.name == "like m-1"
    fields = {"source_addr": "Acme", "destination_addr": "447700900129", "short_message": hostile}
    other = Site(f"smsc: 1\n{rule.body}", keeps=True)
    site_session = other.bind()
    other.smsc.receive(site_session, encode("submit_sm", sequence_number=9, fields=fields), other.now)
    (line,) = other.api("GET", "/messages").json["items"]
    assert (line["rule"], line["status"]) == ("like m-1", "ESME_RTHROTTLED")
    test = site.api("GET", "/messages/m-1/as?form=pytest").body
    assert test.startswith("smsc.expect(to='447700900129', from_='Acme', text=")
    compile(test, "test", "eval")


def test_a_long_poll(site: Site, session: Session) -> None:
    transport, protocol = site.connect()
    protocol.dataReceived(request_of("GET", "/api/v1/messages/wait?q=code&within=5s"))
    assert transport.value() == b""
    site.submit(session, text=b"nothing")
    assert transport.value() == b""
    site.submit(session, text=b"your code")
    site.clock.advance(REST)
    answer = response_of(transport.value())
    assert answer.status == 200
    assert [one["id"] for one in answer.json["items"]] == ["m-2"]
    assert answer.json["timed_out"] is False


def test_a_long_poll_in_vain(site: Site) -> None:
    transport, protocol = site.connect()
    protocol.dataReceived(request_of("GET", "/api/v1/messages/wait?within=5s&count=2"))
    site.clock.advance(4.9)
    assert transport.value() == b""
    site.clock.advance(0.2)
    assert json.loads(response_of(transport.value()).body) == {"items": [], "count": 0, "timed_out": True}


def test_whoever_goes_is_not_waited_for(site: Site) -> None:
    verifier = site.console.verifier()
    assert verifier is not None
    _, protocol = site.connect()
    protocol.dataReceived(request_of("GET", "/api/v1/messages/wait?within=50s"))
    assert len(verifier) == 1
    protocol.connectionLost(Failure(ConnectionLost()))
    assert len(verifier) == 0


def test_why_nothing_is_found(site: Site, session: Session) -> None:
    site.submit(session, text=b"one")
    site.submit(session, text=b"two")
    found = site.api("GET", "/messages?q=one+two&explain=true").json
    assert found["items"] == []
    assert [
        (one["term"], one["alone"], one["so_far"], one["whole"], one["took_the_last"]) for one in found["empty"]
    ] == [
        ("one", 1, 1, True, False),
        ("two", 1, 0, True, True),
    ]
    assert site.api("GET", "/messages?q=one+two").json["empty"] is None
    assert site.api("GET", "/messages?q=one&explain=true").json["empty"] is None


def test_a_search_that_would_look_at_too_many_stops_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("smsc_sim.sim.store.pages.EFFORT", 0)
    site = Site(keeps=True)
    assert site.keeper is not None
    site.keeper.store = many()
    asked = f"/messages?explain=true&limit=1&q={quote('text:*r?25555')}"
    pages = [site.api("GET", asked).json]
    assert (pages[0]["items"], pages[0]["more"], pages[0]["stopped"]) == ([], True, True)
    while pages[-1]["more"]:
        pages.append(site.api("GET", f"{asked}&cursor={pages[-1]['cursor']}").json)
    assert [name for one in pages for name in ids_of(one)] == ["m-25555"]
    assert all(one["empty"] is None for one in pages)
    assert (pages[-1]["cursor"], pages[-1]["stopped"]) == (None, False)
    assert site.api("GET", f"/messages/latest?q={quote('text:*r?25555')}").json["id"] == "m-25555"
    assert site.api("GET", "/messages/latest?q=text:*nothing").status == 404
    found = [f"m-{number}9999" for number in ("", 1, 2, 3, 4, 5)]
    lines = site.get("/messages/download?q=text:*9999").body.splitlines()
    assert [json.loads(line)["id"] for line in lines] == found
    assert site.api("DELETE", "/messages?q=text:*9999").json == {"removed": len(found)}
    assert ids(site, f"/messages?q={quote('text:*r?9999')}") == []


def ids_of(found: Any) -> list[str]:
    return [one["id"] for one in found["items"]]
