"""The page of binds."""

import pytest

from smsc_sim.sim.sessions.session import Ending
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
    assert "s1 smppclient1 transceiver 127.0.0.1:51234 TLSv1.3 3.4 0 s 0 s 1 1 0 / 0 bound" in shown.text
    assert "s2 not bound none 127.0.0.1:9 plaintext" in shown.text
    assert "smppclient1 1 0 0" in shown.text


def test_without_sessions_the_page_says_how_to_bind() -> None:
    assert "No client is bound" in Site(client_hint=ClientHint("127.0.0.1", 2775)).get("/binds").body


def test_of_one_account() -> None:
    site = Site(scenario="smsc: 1\naccounts: [{system_id: a}, {system_id: b}]")
    site.bind(system_id="a", password="")
    site.bind(system_id="b", password="")
    text = read(site.get("/binds?account=b").body).text
    assert "Of the account b only" in text
    assert "s2 b" in text
    assert "s1 a" not in text


def test_a_long_list_is_cut_and_says_so() -> None:
    site = Site()
    for _ in range(SHOWN + 1):
        site.bind()
    assert f"Shown are {SHOWN} of {SHOWN + 1}." in read(site.get("/binds").body).text


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
