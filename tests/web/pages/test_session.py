"""The page of one session: live, gone, and long."""

import re

import pytest

from smsc_sim.sim.journal.record import Direction
from smsc_sim.smpp.pdu import encode
from tests.web.reader import read
from tests.web.site import Site


def text_of(site: Site, target: str) -> str:
    shown = read(site.get(target).body)
    assert shown.open == []
    return shown.text


def test_a_live_session_has_its_facts_and_its_ladder() -> None:
    site = Site()
    site.submit(site.bind())
    body = site.get("/binds/s1").body
    text = read(body).text
    assert "Session s1 bound" in text
    assert "Account smppclient1 Bind transceiver Peer 127.0.0.1:51234" in text
    assert "PDUs in 2 0/s, " in text
    assert "Idle 0 s no enquire_link yet" in text
    assert 'href="/inject?where=s1"' in body
    assert "enquire_link 30s, inactivity 5m, response 30s" in text
    assert "submit_sm 2 Acme → 447700900123 “Hello”" in text
    assert "submit_sm_resp 2 ESME_ROK" in text
    assert '<svg xmlns="http://www.w3.org/2000/svg" class="ladder"' in body
    assert "style=" not in body
    assert site.get("/binds/1").status == 200


def test_a_session_that_is_gone_is_still_shown() -> None:
    site = Site()
    session = site.bind()
    site.smsc.disconnected(session, site.now, "lost")
    text = text_of(site, "/binds/s1")
    assert "Session s1 closed" in text
    assert "lost" in text
    assert "End session" not in text


def test_a_session_that_was_forgotten_is_told_from_one_that_never_was() -> None:
    site = Site()
    site.smsc.begin_with(1, 1, 7)
    assert "The session s7 is gone, and nothing is known of it any more." in text_of(site, "/binds/s7")
    assert "There was no such session." in text_of(site, "/binds/s8")


@pytest.mark.parametrize("name", ["s2", "x", "s", "s-1", "s99999999999999999999", "%E2%91%A0"])
def test_a_session_that_nobody_knows(name: str) -> None:
    site = Site()
    site.bind()
    assert site.get(f"/binds/{name}").status == 404


def test_the_ladder_can_be_narrowed() -> None:
    site = Site()
    session = site.bind()
    site.submit(session)
    for number in (7, 8, 9):
        site.smsc.receive(session, encode("enquire_link", sequence_number=number), site.now)
        site.smsc.take_output(session, site.now)
    ladder = text_of(site, "/binds/s1").partition("The same as a table")[2]
    assert "enquire_link, answered, 3 times" in ladder
    assert "enquire_link_resp" not in ladder
    assert "enquire_link_resp 8" in text_of(site, "/binds/s1?links=shown").partition("The same as a table")[2]
    ladder = text_of(site, "/binds/s1?only=submit_sm").partition("The same as a table")[2]
    assert "submit_sm_resp" in ladder
    assert "bind_transceiver" not in ladder
    assert "No query_sm on this session." in text_of(site, "/binds/s1?only=query_sm")
    assert "bind_transceiver" in text_of(site, "/binds/s1?only=nothing").partition("The same as a table")[2]


def test_a_long_ladder_has_pages_and_begins_with_the_last() -> None:
    site = Site()
    session = site.bind()
    request = encode("submit_sm", sequence_number=5, fields={"source_addr": "1", "destination_addr": "2"})
    response = encode("submit_sm_resp", sequence_number=5, fields={"message_id": "1"})
    for _ in range(5000):
        site.smsc.journal.record(site.now, session.number, Direction.IN, request)
        site.smsc.journal.record(site.now, session.number, Direction.OUT, response)
    text = text_of(site, "/binds/s1")
    assert "Page 21 of 21, 10,004 rows" in text
    assert "Later" not in text
    text = text_of(site, "/binds/s1?page=1")
    assert "Page 1 of 21" in text
    assert "connected from 127.0.0.1:51234" in text
    assert "Page 21 of 21" in text_of(site, "/binds/s1?page=999")
    assert "Page 1 of 21" in text_of(site, "/binds/s1?page=0")


def test_what_the_journal_has_dropped_is_said() -> None:
    site = Site()
    session = site.bind()
    while not site.smsc.journal.evicted:
        site.smsc.journal.record(site.now, session.number, Direction.IN, bytes(1_000_000))
    assert "The beginning of this session is no longer held." in text_of(site, "/binds/s1?only=query_sm")


def test_the_ladder_as_mermaid() -> None:
    site = Site()
    site.submit(site.bind())
    response = site.get("/binds/s1/ladder.mmd?only=submit_sm")
    assert response.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert response.body.startswith("sequenceDiagram\n")
    assert "submit_sm 2 Acme" in response.body
    assert "bind" not in response.body.partition("SMSC")[2]


def test_ending_it_comes_back_here_and_the_journal_knows_why() -> None:
    site = Site()
    site.bind()
    response = site.post("/binds/s1/end", how="unbind", reason="tea <time>", back="session")
    assert response.headers["Location"].startswith("/binds/s1?flash=")
    text = text_of(site, response.headers["Location"])
    assert "s1 was asked to unbind." in text
    assert "unbinding: unbind from the console: tea <time>" in text
    assert site.post("/binds/s1/end", how="unbind", back="elsewhere").status == 422


def test_hostile_text_stays_text() -> None:
    site = Site()
    session = site.bind()
    site.submit(session, text="<script>\u202e".encode("utf-16-be"), source="<b>\x1b")
    body = site.get("/binds/s1").body
    assert "<script>&" not in body
    assert "<b>" not in body
    assert not re.search("[\x00-\x09\x0b-\x1f\u202a-\u202e]", body)
