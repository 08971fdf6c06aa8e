"""The clock over the API, and what is to happen by it."""

from __future__ import annotations

import pytest
from twisted.internet.defer import Deferred, succeed

from smsc_sim.sim.clock import AdvanceReport
from smsc_sim.sim.timeline import Pending
from smsc_sim.smpp.pdu import encode
from tests.web.site import NOW, Site

SCENARIO = "smsc: 1\nswitches:\n  outage:\n"


def test_a_clock_that_is_real() -> None:
    site = Site()
    assert site.api("GET", "/clock").json == {"clock": "real", "now": "2026-11-22T05:53:44.120Z", "next": None}
    answer = site.api("POST", "/clock/advance", {"by": "1h"})
    assert (answer.status, answer.json["code"]) == (409, "conflict")


def test_a_clock_that_is_moved() -> None:
    site = Site()
    moved: list[object] = []

    def move(to: float) -> Deferred[AdvanceReport]:
        moved.append(to)
        fired = (Pending(NOW + 60, "receipt", "acme", 7, "1f", "EXPIRED"),)
        return succeed(AdvanceReport(NOW, NOW + 3600, fired, 2))

    object.__setattr__(site.console, "advance", move)
    object.__setattr__(site.console, "advance_to", move)
    object.__setattr__(site.console, "advance_to_next", lambda: move(0.0))
    answer = site.api("POST", "/clock/advance", {"by": "1h"}).json
    assert answer["now"] == "2026-11-22T06:53:44.120Z"
    assert answer["more"] == 2
    assert answer["fired"] == [
        {
            "at": "2026-11-22T05:54:44.120Z",
            "kind": "receipt",
            "account": "acme",
            "session": "s7",
            "message_id": "1f",
            "text": "EXPIRED",
        }
    ]
    assert site.api("POST", "/clock/advance", {"to": "2026-11-22T06:53:44.12Z"}).status == 200
    assert site.api("POST", "/clock/advance", {"next": True}).status == 200
    assert moved == [3600.0, NOW + 3600, 0.0]
    kinds = [line for line in site.api("GET", "/journal?kinds=clock").body.splitlines() if '"clock"' in line]
    assert len(kinds) == 3


@pytest.mark.parametrize("body", [{}, {"by": "1s", "next": True}, {"to": "noon"}, {"by": 5}])
def test_mistakes(body: dict[str, object]) -> None:
    assert Site().api("POST", "/clock/advance", body).status == 422


def test_what_is_to_happen() -> None:
    site = Site(SCENARIO)
    session = site.bind()
    fields = {"source_addr": "1", "destination_addr": "2", "registered_delivery": 1}
    site.smsc.receive(session, encode("submit_sm", sequence_number=9, fields=fields), site.now)
    site.api("PUT", "/switches/outage", {"active": True, "for": "1m"})
    answer = site.api("GET", "/pending").json
    assert [(one["kind"], one["text"]) for one in answer["items"]] == [
        ("receipt", "DELIVERED"),
        ("switch", "outage off"),
    ]
    assert answer["events"] == 2
    assert len(site.api("GET", "/pending?limit=1").json["items"]) == 1
    assert site.api("GET", "/clock").json["next"] == answer["items"][0]["at"]
