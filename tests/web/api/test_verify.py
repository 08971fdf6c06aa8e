"""POST /verify: answered as soon as it is known, and not before."""

from __future__ import annotations

from typing import Any

import pytest
from twisted.internet.testing import StringTransport

from smsc_sim.net.verifier import REST
from smsc_sim.sim.sessions.session import Session
from smsc_sim.smpp.pdu import encode
from tests.web.site import Response, Site, request_of, response_of

TO = "447700900120"


@pytest.fixture
def site() -> Site:
    return Site("smsc: 1\nrules:\n  - {name: too fast, when: {to: '*9'}, reply: ESME_RTHROTTLED}\n", keeps=True)


@pytest.fixture
def session(site: Site) -> Session:
    return site.bind()


def verify(site: Site, **body: Any) -> Response:
    return site.api("POST", "/verify", body)


def waiting(site: Site, body: bytes) -> StringTransport:
    transport, protocol = site.connect()
    protocol.dataReceived(request_of("POST", "/api/v1/verify", body, Content_Type="application/json"))
    assert transport.value() == b"", "it waits"
    return transport


def test_it_is_there(site: Site, session: Session) -> None:
    site.submit(session, to=TO, text=b"Your code is 4711")
    found = verify(site, match={"to": TO, "text": "Your code is *"}, count=1)
    assert found.status == 200
    assert found.json == {"ok": True, "count": 1, "waited": "0", "messages": ["m-1"]}


@pytest.mark.parametrize(("octets", "text"), [(b"\x1b\x3c", "["), (b"\0\x80", "\x80"), (b"\xff\xff", "\uffff")])
def test_a_text_with_controls_is_asked_for_like_others(site: Site, session: Session, octets: bytes, text: str) -> None:
    fields = {"destination_addr": TO, "short_message": octets, "data_coding": 0 if text == "[" else 8}
    site.smsc.receive(session, encode("submit_sm", sequence_number=9, fields=fields), site.now)
    assert site.api("GET", "/messages/m-1").json["text"] == text
    assert verify(site, match={"text": text}).status == 200


def test_it_is_not_there(site: Site, session: Session) -> None:
    site.submit(session, to=TO)
    found = verify(site, match={"to": "447700900121"})
    assert found.status == 409
    assert found.json["code"] == "expectation_failed"
    assert found.json["seen"] == 1
    assert found.json["count"] == 0
    differs = [{"field": "to", "wanted": "447700900121", "was": TO}]
    assert found.json["nearest"] == [{"message": "m-1", "differs": differs}]


def test_the_nearest_came_before_anybody_asked_or_since(site: Site, session: Session) -> None:
    site.submit(session, to=TO)
    mark = site.api("POST", "/mark", {}).json["seq"]
    site.submit(session, to="447700900122")
    transport = waiting(site, b'{"match": {"to": "447700900121"}, "within": "5s"}')
    other = waiting(site, b'{"match": {"to": "447700900121"}, "within": "5s", "since": %d}' % mark)
    site.submit(session, to="447700900124")
    site.clock.advance(5.1)
    for answer, near in ((transport, ["m-3", "m-2", "m-1"]), (other, ["m-3", "m-2"])):
        found = response_of(answer.value()).json
        assert sorted(one["message"] for one in found["nearest"]) == sorted(near)
        assert found["seen"] == len(near)


def test_what_is_found_is_seen_once(site: Site, session: Session) -> None:
    site.submit(session, to=TO)
    site.submit(session, to="447700900122")
    found = verify(site, match={"to": TO}, count=2).json
    assert (found["count"], found["seen"]) == (1, 2)


def test_the_nearest_is_told_of_those_that_came_meanwhile(site: Site, session: Session) -> None:
    transport = waiting(site, b'{"match": {"to": "447700900121"}, "within": "5s"}')
    site.submit(session, to=TO)
    site.clock.advance(5.1)
    answer = response_of(transport.value())
    assert answer.status == 409
    assert answer.json["nearest"] == [
        {"message": "m-1", "differs": [{"field": "to", "wanted": "447700900121", "was": TO}]}
    ]


def test_exactly_one_waits_for_one_too_many(site: Site, session: Session) -> None:
    transport = waiting(site, b'{"match": {"to": "447700900120"}, "count": 1, "within": "5s", "settle": "300ms"}')
    site.submit(session, to=TO)
    assert transport.value() == b""
    site.clock.advance(0.31)
    assert response_of(transport.value()).status == 200
    again = waiting(site, b'{"match": {"to": "447700900120"}, "count": 2, "within": "5s", "settle": "300ms"}')
    site.submit(session, to=TO)
    site.submit(session, to=TO)
    site.clock.advance(REST)
    assert response_of(again.value()).json["count"] == 3


def test_none_waits_to_the_end(site: Site) -> None:
    transport = waiting(site, b'{"match": {"to": "447700900120"}, "count": 0, "within": "2s"}')
    site.clock.advance(1.9)
    assert transport.value() == b""
    site.clock.advance(0.2)
    assert response_of(transport.value()).status == 200


def test_a_receipt_that_is_sent_later(site: Site, session: Session) -> None:
    site.submit(session, to=TO)
    transport = waiting(site, b'{"match": {"to": "447700900120"}, "receipt": "UNDELIV", "within": "9s"}')
    assert site.api("POST", "/messages/m-1/receipt", {"state": "UNDELIVERABLE"}).status == 200
    assert site.keeper is not None
    site.keeper.write()
    assert response_of(transport.value()).json["messages"] == ["m-1"]


def test_since_a_mark(site: Site, session: Session) -> None:
    site.submit(session, to=TO)
    mark = site.smsc.journal.mark(site.now)
    assert verify(site, match={"to": TO}, count=0, since=mark).status == 200
    site.submit(session, to=TO)
    assert verify(site, match={"to": TO}, count=1, since=mark).status == 200


def test_the_decision(site: Site, session: Session) -> None:
    site.submit(session, to="447700900129")
    assert verify(site, rule="too fast", reply="ESME_RTHROTTLED", count=1).status == 200
    assert verify(site, reply=["ESME_RSYSERR"]).status == 409


def test_order(site: Site, session: Session) -> None:
    for text in (b"one", b"two"):
        site.submit(session, to=TO, text=text)
    assert verify(site, order=[{"text": "one"}, {"text": "two"}]).status == 200
    assert verify(site, order=[{"text": "two"}, {"text": "one"}]).status == 409


def test_what_was_dropped_cannot_be_told(site: Site, session: Session) -> None:
    for _ in range(4):
        site.submit(session, to=TO)
    assert site.keeper is not None
    store = site.keeper.store
    while store.expand():
        pass
    while store.shrink(2):
        pass
    found = verify(site, match={"to": TO}, count=2)
    assert (found.status, found.json["code"]) == (409, "journal_evicted")
    mark = site.smsc.journal.mark(site.now)
    site.submit(session, to=TO)
    assert verify(site, match={"to": TO}, count=1, since=mark).status == 200


@pytest.mark.parametrize(
    "body",
    [
        {"match": {"too": "1"}},
        {"within": "2m"},
        {"count": "many"},
        {"matches": {}},
        {"reply": "ESME_ROKAY"},
        {"order": [{"text": "one"}]},
    ],
)
def test_mistakes(site: Site, body: dict[str, Any]) -> None:
    found = site.api("POST", "/verify", body)
    assert (found.status, found.json["code"]) == (422, "invalid_body")
    assert found.json["errors"]


def test_so_many_and_no_more(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("smsc_sim.net.verifier.MOST_WAITING", 1)
    waiting(site, b'{"within": "9s"}')
    assert (verify(site).status, verify(site).json["code"]) == (503, "busy")


def test_many_are_looked_at_in_slices(site: Site, session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("smsc_sim.net.verifier.SLICE", 2)
    for _ in range(5):
        site.submit(session, to=TO)
    assert verify(site, match={"to": TO}, count=5).status == 200
    assert verify(site, match={"to": TO}, count="<=4").json["count"] == 5
    assert verify(site, match={"to": TO}, count=">=3").status == 200
    transport = waiting(site, b'{"match": {"text": "Hell*"}, "count": ">=8", "within": "9s"}')
    for _ in range(3):
        site.submit(session, to=TO)
    site.clock.advance(REST)
    assert response_of(transport.value()).json["count"] == 8
