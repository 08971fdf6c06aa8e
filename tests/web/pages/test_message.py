"""The page of one message: text, octets, parts, what happened, why, and what can be done."""

from __future__ import annotations

import re

import pytest

from smsc_sim.sim.mo.injection import Injection
from smsc_sim.smpp.pdu import encode
from smsc_sim.smpp.segments import split
from smsc_sim.web.auth_file import AuthFile, TokenEntry
from tests.sim.hostile import SURROGATES, TEXTS, submit
from tests.web.pages.test_messages import CONTROLS, HOSTILE
from tests.web.reader import Reader, read
from tests.web.site import Site

RULES = """
smsc: 1
rules:
  - {name: no credit, when: {to: '1'}, reply: ESME_RINVBALANCE}
  - {name: fails, when: {to: '2'}, receipt: UNDELIV}
  - {name: by hand, when: {to: '3'}, receipt: manual}
"""


def page(site: Site, name: str = "m-1", query: str = "") -> Reader:
    answer = site.get(f"/messages/{name}{query}")
    assert answer.status == 200
    shown = read(answer.body)
    assert shown.open == []
    assert len(set(shown.ids)) == len(shown.ids)
    return shown


def sent(site: Site, to: str, **fields: object) -> None:
    session = next((one for one in site.smsc.sessions.values()), None) or site.bind()
    values = {"source_addr": "Acme", "destination_addr": to, "registered_delivery": 1, "short_message": b"Hi", **fields}
    site.smsc.receive(session, encode("submit_sm", sequence_number=session.received + 1, fields=values), site.now)
    site.smsc.take_output(session, site.now)


def later(site: Site, seconds: float) -> None:
    site.clock.advance(seconds)
    site.smsc.run_until(site.now)


def test_fields_and_octets_belong_together() -> None:
    site = Site(keeps=True)
    sent(site, "447700900123")
    body = site.get("/messages/m-1").body
    text = page(site).text
    assert "0008 command_status 0 ESME_ROK: success" in text
    assert "registered_delivery 1" in text
    assert '<a href="#f1" data-f="1" title="command_id" tabindex="-1">00 00 00 04</a>' in body
    assert '<tr role="row" id="f1" data-f="1"' in body
    stored = site.get("/messages/m-1/octets")
    assert stored.headers["Content-Disposition"] == 'attachment; filename="m-1.bin"'


def test_why_names_the_condition_of_each_earlier_rule() -> None:
    site = Site(keeps=True, scenario=RULES)
    sent(site, "2")
    text = page(site).text
    assert "✕ no credit scenario.yaml:4 to is '2', not '1'" in text
    assert "✓ fails scenario.yaml:5" in text


def test_rules_that_say_something_else_now() -> None:
    site = Site(keeps=True, scenario=RULES)
    sent(site, "447700900123")
    site.clock.advance(1)
    assert "✓ No rule : what always happens" in page(site).text
    site.post("/messages/m-1/rule", rule="name: new\nwhen: {to: '447700900123'}\nreply: ESME_RTHROTTLED")
    assert "✓ new temporary That is what the rules say now. Then none decided" in page(site).text


def test_what_happened_comes_with_the_receipt() -> None:
    site = Site(keeps=True, scenario=RULES)
    sent(site, "2")
    assert "receipt due to come UNDELIVERABLE scheduled" in page(site).text
    later(site, 5)
    text = page(site).text
    assert "receipt sent UNDELIVERABLE" in text
    assert "UNDELIV sent, not answered" in text


def test_a_receipt_now() -> None:
    site = Site(keeps=True, scenario=RULES)
    sent(site, "447700900123")
    later(site, 5)
    done = site.post("/messages/m-1/receipt", state="EXPIRED", err="007")
    assert "A receipt (EXPIRED) is on its way." in site.get(done.headers["Location"]).body
    later(site, 1)
    assert "EXPIRED sent, not answered err:007" in page(site).text
    assert site.post("/messages/m-1/receipt", state="GONE").status == 422
    assert site.post("/messages/m-9/receipt", state="EXPIRED").status == 404


def test_a_receipt_that_waits_for_somebody() -> None:
    site = Site(keeps=True, scenario=RULES)
    sent(site, "3")
    assert "waits for you to send it" in page(site).text
    done = site.post("/messages/m-1/receipt", state="REJECTED")
    assert "The receipt that waited (REJECTD) is on its way." in site.get(done.headers["Location"]).body


def test_a_refused_message_has_no_receipts() -> None:
    site = Site(keeps=True, scenario=RULES)
    sent(site, "1")
    assert "none: the message was refused" in page(site).text
    done = site.post("/messages/m-1/receipt", state="EXPIRED")
    assert "No receipt: only messages that were accepted" in site.get(done.headers["Location"]).body


def test_parts_are_joined_and_the_missing_named() -> None:
    site = Site(keeps=True)
    segments = split("x" * 400, data_coding=0, style="udh8", reference=7)
    for number in (2, 0, 0):
        segment = segments[number]
        sent(site, "1", short_message=segment.short_message, esm_class=segment.esm_class)
    text = page(site).text
    assert "part 3 of 3" in text
    assert "missing 2 twice: 1 out of order" in text
    assert "2 has not come" in text
    assert "/messages/m-3" in page(site).links


def test_readings_are_there_when_asked_for() -> None:
    site = Site(keeps=True)
    sent(site, "1", short_message="Привет".encode("cp1251"), data_coding=3)
    assert "Привет" not in page(site).text
    assert "windows-1251" in page(site, query="?readings=1").text
    assert "Привет" in page(site, query="?readings=1").text


def test_neighbours_are_linked() -> None:
    site = Site(keeps=True)
    for _ in range(3):
        sent(site, "1")
    assert {"/messages/m-1", "/messages/m-3"} <= set(page(site, "m-2").links)


def test_a_rule_can_be_made_of_it() -> None:
    site = Site(keeps=True, scenario=RULES)
    sent(site, "447700900123")
    written = re.search(r'<textarea id="rule-text"[^>]*>(.*?)</textarea>', site.get("/messages/m-1").body, re.DOTALL)
    assert written is not None
    from html import unescape

    done = site.post("/messages/m-1/rule", rule=unescape(written[1]), ttl="10m")
    assert "is asked first from now on" in site.get(done.headers["Location"].partition("#")[0]).body
    (temporary,) = site.console.in_force.temporary_rules
    assert temporary.until == site.now + 600
    again = site.post("/messages/m-1/rule", rule=unescape(written[1]))
    assert "There is a rule of this name already." in again.body


@pytest.mark.parametrize("rule", ["", "name: [", "name: x\nwhen: {too: 1}", "rules: []", "smsc: 2\n---\n"])
def test_a_rule_with_mistakes_is_shown_again(rule: str) -> None:
    site = Site(keeps=True)
    sent(site, "1")
    answer = site.post("/messages/m-1/rule", rule=rule)
    assert answer.status in {200, 422}
    assert not site.console.in_force.temporary_rules
    if answer.status == 200:
        assert 'class="wrong"' in answer.body


def test_a_subscribers_message_can_be_sent_again() -> None:
    site = Site(keeps=True)
    site.bind()
    site.smsc.injector.inject(Injection(text="Stop", from_="447700900123", to="12345"), site.now)
    assert "MO, to the ESME" in page(site).text
    done = site.post("/messages/m-1/again")
    assert done.headers["Location"].startswith("/messages/m-2?")
    assert "Stop" in page(site, "m-2").text
    sent(site, "1")
    assert "It was not sent again" in site.get(site.post("/messages/m-3/again").headers["Location"]).body


def test_no_such_message() -> None:
    site = Site(keeps=True)
    for name in ("m-1", "31", "m-99999999999999999999", "m-x"):
        assert site.get(f"/messages/{name}").status == 404
    assert Site().get("/messages/m-1").status == 409


def test_readers_get_no_forms() -> None:
    site = Site(keeps=True, auth=AuthFile(tokens=(TokenEntry(name="r", token="r" * 32, role="read-only"),)))
    sent(site, "1")
    answer = site.get("/messages/m-1", Authorization="Bearer " + "r" * 32)
    assert answer.status == 200
    assert "Send a receipt now" not in answer.body
    assert "Put it on top" not in answer.body


@pytest.mark.parametrize("number", range(1, len(TEXTS) + 2))
def test_hostile_texts_stay_texts(number: int) -> None:
    for query in ("", "?readings=1"):
        body = HOSTILE.get(f"/messages/m-{number}{query}").body
        shown = read(body)
        assert shown.tags.count("script") == 3
        assert shown.open == []
        assert not CONTROLS.search(body)
        assert len(body) < 300_000


def test_half_a_pair_of_surrogates_is_no_fault() -> None:
    site = Site(keeps=True)
    session = site.bind()
    site.smsc.receive(session, submit(SURROGATES, 2), site.now)
    site.smsc.take_output(session, site.now)
    assert page(site).text


def test_an_address_with_a_message_id_leads_to_the_message() -> None:
    site = Site(keeps=True)
    session = site.bind()
    site.submit(session)
    site.submit(session)
    response = site.get("/messages/0000000002")
    assert (response.status, response.headers["Location"]) == (303, "/messages/m-2")
    response = site.get("/messages/0000000003")
    assert response.status == 404
    assert "No message that is kept has this message_id." in response.body


def test_rules_lead_to_their_lines() -> None:
    text = "smsc: 1\nrules:\n  - {name: busy, when: {to: '1'}, reply: ESME_RTHROTTLED}\n"
    site = Site(keeps=True)
    assert site.ask("PUT", "/api/v1/scenario", text.encode(), Content_Type="application/yaml").status == 200
    session = site.bind()
    for to in ("1", "2"):
        site.submit(session, to=to)
    for name in ("m-1", "m-2"):
        assert "/scenario#f0-3" in read(site.get(f"/messages/{name}").body).links
    assert 'id="f0-3"' in site.get("/scenario").body
