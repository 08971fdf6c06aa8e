"""Messages of subscribers, alerts and raw octets by the API."""

from __future__ import annotations

from typing import Any

import pytest
from twisted.internet.defer import Deferred, fail, succeed

from smsc_sim.sim.sessions.session import Session
from smsc_sim.smpp.framing import whole_frames
from smsc_sim.smpp.pdu import Pdu, encode
from tests.web.site import Response, Site, request_of, response_of

HELLO = b'{"from": "447700900123", "to": "100", "text": "Hello", "within": "5s"}'


@pytest.fixture
def site() -> Site:
    return Site(keeps=True)


def sent(site: Site, session: Session) -> list[Pdu]:
    return [Pdu(octets) for octets in whole_frames(site.smsc.take_output(session, site.now))]


def test_it_waits_for_the_response(site: Site) -> None:
    session = site.bind()
    transport, protocol = site.connect()
    protocol.dataReceived(request_of("POST", "/api/v1/mo", HELLO, Content_Type="application/json"))
    assert transport.value() == b""
    site.clock.advance(0.25)
    site.answer(session, command_status=8)
    answer = response_of(transport.value())
    assert answer.status == 200
    assert answer.json["done"] is False, "there is another attempt"
    (pdu,) = answer.json["pdus"]
    (attempt,) = pdu["attempts"]
    assert (pdu["id"], pdu["status"]) == ("m-1", "waiting")
    assert (attempt["session"], attempt["sequence_number"], attempt["status"]) == ("s1", 1, "ESME_RSYSERR")
    assert attempt["took"] == 0.25
    assert site.api("GET", "/messages/m-1").json["direction"] == "mo"


def test_it_waits_no_longer_than_said(site: Site) -> None:
    site.bind()
    transport, protocol = site.connect()
    protocol.dataReceived(request_of("POST", "/api/v1/mo", HELLO, Content_Type="application/json"))
    site.clock.advance(5.1)
    answer = response_of(transport.value()).json
    assert (answer["done"], answer["open"], answer["pdus"][0]["status"]) == (False, 1, "sent")


def test_the_answer_comes_with_the_last_part(site: Site) -> None:
    session = site.bind()
    transport, protocol = site.connect()
    body = b'{"from": "1", "to": "100", "text": "%b"}' % (b"x" * 200)
    protocol.dataReceived(request_of("POST", "/api/v1/mo", body, Content_Type="application/json"))
    site.answer(session)
    answer = response_of(transport.value()).json
    assert answer["done"] is True
    assert [(pdu["part"], pdu["parts"], pdu["status"]) for pdu in answer["pdus"]] == [
        (1, 2, "acknowledged"),
        (2, 2, "acknowledged"),
    ]
    assert answer["counts"] == {"acknowledged": 2}
    assert answer["statuses"] == {"ESME_ROK": 2}


def test_many_and_an_end(site: Site) -> None:
    site.bind()
    answer = site.api("POST", "/mo", {"to": "100", "text": "x", "rate": 10, "seconds": 60, "within": "0"}).json
    assert (answer["number"], answer["wanted"], answer["done"]) == (1, 600, False)
    site.clock.advance(1)
    site.run()
    assert site.api("GET", "/mo/1").json["messages"] == 11
    assert site.api("DELETE", "/mo/1").status == 204
    assert site.api("GET", "/mo").json["items"][0]["cancelled"] is True
    assert site.api("GET", "/mo/2").status == 404


@pytest.mark.parametrize(
    ("body", "path"),
    [
        ({"text": "x", "account": "nobody"}, "body.account"),
        ({"text": "x", "session": "s9"}, "body.session"),
        ({"text": "x", "octets": "00"}, "body.octets"),
        ({"text": "x", "rate": 0}, "body.rate"),
        ({"text": "x", "colour": 1}, "body"),
        ({"text": "x", "tlvs": {"no_such": 1}}, "body.tlvs.no_such"),
    ],
)
def test_mistakes(site: Site, body: dict[str, Any], path: str) -> None:
    answer = site.api("POST", "/mo", body)
    assert (answer.status, answer.json["code"]) == (422, "invalid_body")
    assert answer.json["errors"][0]["path"] == path


def csv(site: Site, rows: bytes, query: str = "") -> Response:
    return site.ask("POST", f"/api/v1/mo/csv{query}", rows, Content_Type="text/csv")


def test_rows(site: Site) -> None:
    session = site.bind()
    answer = csv(site, b"from,to,text\n1,100,one\n2,100,two\n3,100\n", "?account=smppclient1")
    assert answer.status == 200
    assert answer.json["problems"] == ["4:3: 2 cells, 3 are needed"]
    site.answer(session)
    assert site.api("GET", f"/mo/{answer.json['number']}").json["counts"] == {"acknowledged": 2}


def test_rows_that_are_none(site: Site) -> None:
    assert csv(site, b"colour\nred\n").json["errors"][0]["line"] == 1
    assert csv(site, b"\xff").status == 422
    assert site.api("POST", "/mo/csv", {}).status == 415


def test_an_alert(site: Site) -> None:
    session = site.bind()
    answer = site.api("POST", "/alerts", {"from": "447700900123", "to": "100", "ms_availability_status": 0})
    assert (answer.json["session"], answer.json["sequence_number"]) == ("s1", 1)
    (pdu,) = sent(site, session)
    assert (pdu.name, pdu.fields["source_addr"]) == ("alert_notification", "447700900123")
    assert site.api("POST", "/alerts", {"session": "s7"}).status == 422


def test_an_outbind(site: Site) -> None:
    asked: list[tuple[str, str, str]] = []
    session = site.bind()

    def outbind(endpoint: str, system_id: str, password: str) -> Deferred[Session]:
        asked.append((endpoint, system_id, password))
        return succeed(session) if endpoint.endswith("1") else fail(OSError("nobody is there"))

    object.__setattr__(site.console, "outbind", outbind)
    answer = site.api("POST", "/outbind", {"endpoint": "tcp:127.0.0.1:1", "password": "p"})
    assert answer.json == {"session": "s1"}
    assert asked == [("tcp:127.0.0.1:1", "", "p")]
    refused = site.api("POST", "/outbind", {"endpoint": "tcp:127.0.0.1:2"})
    assert (refused.status, refused.json["detail"]) == (409, "nobody is there")
    assert site.api("POST", "/outbind", {"endpoint": "ssl:x:1:privateKey=/etc/passwd"}).status == 422


def test_octets_are_sent_only_when_that_is_allowed(site: Site) -> None:
    octets = encode("enquire_link", sequence_number=7)
    body = {"session": "s1", "hex": octets.hex(" ") + "00"}
    site.bind()
    assert site.api("POST", "/pdu", body).status == 403
    site = Site(allow_raw=True)
    session = site.bind()
    assert site.api("POST", "/pdu", body).json == {"session": "s1", "octets": 17, "pdus": 1}
    assert site.smsc.take_output(session, site.now) == octets + b"\0"
    assert site.api("POST", "/pdu", {**body, "session": "s2"}).status == 404
    assert site.api("POST", "/pdu", {**body, "hex": "0x"}).status == 422
