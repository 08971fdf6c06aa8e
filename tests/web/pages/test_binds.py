"""The page of binds."""

import re

import pytest

from smsc_sim.sim.sessions.session import Ending
from smsc_sim.smpp.pdu import encode
from smsc_sim.web.hint import ClientHint
from smsc_sim.web.pages.binds import SHOWN
from tests.web.reader import read
from tests.web.site import Site


def test_sessions_are_listed_bound_or_not() -> None:
    site = Site()
    site.bind()
    site.smsc.connected("127.0.0.1:9", "127.0.0.1", site.now)
    shown = read(site.get("/binds").body)
    assert shown.open == []
    assert "s1 bound smppclient1 transceiver, SMPP 3.4 127.0.0.1:51234 TLSv1.3 0 s 0 s no link yet" in shown.text
    assert "s2 open not bound no bind, SMPP 3.4 127.0.0.1:9 plaintext" in shown.text
    assert "1 bound of 2 connected." in shown.text
    assert "smppclient1 1 0 0" in shown.text


def test_without_sessions_the_page_says_how_to_bind() -> None:
    assert "No client is bound" in Site(client_hint=ClientHint("127.0.0.1", 2775)).get("/binds").body


def test_of_one_account() -> None:
    site = Site(scenario="smsc: 1\naccounts: [{system_id: a}, {system_id: b}]")
    site.bind(system_id="a", password="")
    site.bind(system_id="b", password="")
    text = read(site.get("/binds?account=b").body).text
    assert "Account b only" in text
    assert "s2 bound b" in text
    assert "s1 bound" not in text
    assert "No session of nobody is connected." in read(site.get("/binds?account=nobody").body).text


def test_a_long_list_has_pages() -> None:
    site = Site()
    for _ in range(SHOWN + 1):
        site.bind()
    body = site.get("/binds").body
    assert f"Page 1 of 2: {SHOWN} of {SHOWN + 1} sessions" in read(body).text
    assert f"s{SHOWN + 1}</code>" not in body
    for page in ("2", "99"):
        body = site.get(f"/binds?page={page}").body
        assert "Page 2 of 2: 1 of" in read(body).text
        assert f"s{SHOWN + 1}</code>" in body


def test_what_a_session_has_carried_and_when_it_was_asked_whether_it_lives() -> None:
    site = Site(scenario="smsc: 1\naccounts: [{system_id: smppclient1, password: password, window: 20}]")
    session = site.bind()
    session.cipher = "TLS_AES_256_GCM_SHA384"
    site.console.traffic.look(site.now)
    site.clock.advance(1)
    for _ in range(3):
        site.submit(session)
    site.console.traffic.look(site.now)
    octets = f"{session.octets_in} B", f"{session.octets_out} B"
    text = read(site.get("/binds").body).text
    assert f"4 3/s, {octets[0]} 4 3/s, {octets[1]}" in text
    assert "→ in 0 /20" in text
    assert "AES_\u200b256" in text
    site.smsc.receive(session, encode("enquire_link", sequence_number=9), site.now)
    site.clock.advance(7)
    body = site.get("/binds").body
    assert "7 s link 7 s" in read(body).text
    assert "the ESME’s, came" in body


def test_our_own_enquire_link_counts_when_it_is_answered() -> None:
    site = Site()
    session = site.bind()
    site.clock.advance(31)
    site.run()
    assert "no link yet" in site.get("/binds").body
    site.answer(session)
    site.clock.advance(2)
    assert "ours, was answered" in site.get("/binds").body


@pytest.mark.parametrize(
    ("sort", "first"), [("session", "s1"), ("-session", "s2"), ("-in", "s2"), ("account", "s2"), ("nonsense", "s1")]
)
def test_sorting(sort: str, first: str) -> None:
    site = Site(scenario="smsc: 1\naccounts: [{system_id: b}, {system_id: a}]")
    site.bind(system_id="b", password="")
    site.submit(site.bind(system_id="a", password=""))
    body = site.get(f"/binds?sort={sort}").body
    assert re.search(r'id="at-(s\d)"', body)[1] == first  # type: ignore[index]
    assert body.count("aria-sort=") == 1


@pytest.mark.parametrize(("how", "ending"), [("close", Ending.CLOSE), ("reset", Ending.ABORT), ("freeze", Ending.NONE)])
def test_ending_a_session(how: str, ending: Ending) -> None:
    site = Site()
    session = site.bind()
    response = site.post("/binds/s1/end", how=how, reason="because")
    assert response.headers["Location"].startswith("/binds?flash=")
    assert (session.ending, session.frozen) == (ending, how == "freeze")
    assert "because" in " ".join(note.text for note in site.smsc.take_notes())
    assert "s1 " in read(site.get(response.headers["Location"]).body).text
    assert site.settled == [site.now]


def test_a_session_that_has_gone() -> None:
    site = Site()
    response = site.post("/binds/s9/end", how="close")
    assert "s9 had gone already" in read(site.get(response.headers["Location"]).body).text
    assert site.post("/binds/s9/end", how="explode").status == 422
