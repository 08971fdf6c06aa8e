"""Live sessions over the API."""

import pytest

from smsc_sim.sim.sessions.session import Ending
from tests.web.site import Site


def test_sessions_are_listed() -> None:
    site = Site(scenario="smsc: 1\naccounts: [{system_id: a}, {system_id: b}]")
    site.bind(system_id="a", password="")
    site.bind("receiver", system_id="b", password="")
    site.smsc.connected("127.0.0.1:9", "127.0.0.1", site.now)
    items = site.api("GET", "/sessions").json["items"]
    assert [(one["id"], one["account"], one["bind_type"], one["state"]) for one in items] == [
        ("s1", "a", "transceiver", "BOUND_TRX"),
        ("s2", "b", "receiver", "BOUND_RX"),
        ("s3", None, None, "OPEN"),
    ]
    assert [one["id"] for one in site.api("GET", "/sessions?account=b").json["items"]] == ["s2"]
    assert [one["id"] for one in site.api("GET", "/sessions?bound=false").json["items"]] == ["s3"]
    cut = site.api("GET", "/sessions?limit=2").json
    assert (len(cut["items"]), cut["more"]) == (2, True)


def test_one_session() -> None:
    site = Site()
    session = site.bind()
    site.clock.advance(2.5)
    shown = site.api("GET", "/sessions/s1").json
    assert shown["peer"] == "127.0.0.1:51234"
    assert shown["idle"] == 2.5
    assert shown["bound_at"] == "2026-11-22T05:53:44.120Z"
    assert (shown["received"], shown["sent"]) == (session.received, session.sent)
    assert site.api("GET", "/sessions/1").json == shown


@pytest.mark.parametrize("name", ["s2", "2", "x", "s", "s-1", "s%C2%B2", "s" + "9" * 40])
def test_a_session_that_is_not_there(name: str) -> None:
    site = Site()
    site.bind()
    assert site.api("GET", f"/sessions/{name}").json["code"] == "not_found"
    assert site.api("POST", f"/sessions/{name}/close", {"how": "close"}).status == 404


@pytest.mark.parametrize(("how", "ending"), [("close", Ending.CLOSE), ("reset", Ending.ABORT)])
def test_closing(how: str, ending: Ending) -> None:
    site = Site()
    session = site.bind()
    response = site.api("POST", "/sessions/s1/close", {"how": how, "reason": "test \u202e"})
    assert response.status == 200
    assert session.ending is ending
    assert site.settled == [site.now]
    assert f"{how} from the console: test \\u202e" in [note.text for note in site.smsc.take_notes()]


def test_unbinding() -> None:
    site = Site()
    session = site.bind()
    assert site.api("POST", "/sessions/s1/close", {"how": "unbind"}).json["unbinding"]
    assert session.outbox[0][4:8] == b"\0\0\0\x06"
    assert not session.ending
    site.smsc.run_until(site.now + 5)
    assert session.ending == Ending.CLOSE


def test_a_session_that_is_not_bound_is_closed_instead_of_unbound() -> None:
    site = Site()
    session = site.smsc.connected("127.0.0.1:9", "127.0.0.1", site.now)
    site.api("POST", "/sessions/s1/close", {"how": "unbind"})
    assert session.ending is Ending.CLOSE


def test_freezing() -> None:
    site = Site()
    session = site.bind()
    assert site.api("POST", "/sessions/s1/close", {"how": "freeze"}).json["frozen"]
    assert session.frozen


@pytest.mark.parametrize("body", [{}, {"how": "explode"}, {"how": "close", "reason": "x" * 201}])
def test_ways_that_there_are_not(body: object) -> None:
    site = Site()
    session = site.bind()
    assert site.api("POST", "/sessions/s1/close", body).status == 422
    assert session.ending is Ending.NONE
