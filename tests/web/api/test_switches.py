"""Switches over the API."""

from tests.web.site import Site

SCENARIO = "smsc: 1\nswitches:\n  no credit: {for: 10s}\n  storm: {label: Storm, active: true}"


def test_switches_are_listed() -> None:
    assert Site(scenario=SCENARIO).api("GET", "/switches").json["items"] == [
        {"name": "no credit", "label": "no credit", "active": False, "until": None},
        {"name": "storm", "label": "Storm", "active": True, "until": None},
    ]


def test_on_for_a_while() -> None:
    site = Site(scenario=SCENARIO)
    assert (
        site.api("PUT", "/switches/storm", {"active": True, "for": "30s"}).json["until"] == "2026-11-22T05:54:14.120Z"
    )
    assert site.api("PUT", "/switches/no%20credit", {"active": True}).json["until"] == "2026-11-22T05:53:54.120Z"
    site.smsc.run_until(site.now + 30)
    assert not site.smsc.switches.is_on("storm")
    assert site.settled == [site.now] * 2


def test_off() -> None:
    site = Site(scenario=SCENARIO)
    assert site.api("PUT", "/switches/storm", {"active": False}).json["active"] is False
    assert not site.smsc.switches.is_on("storm")


def test_a_switch_that_is_not_there() -> None:
    assert Site(scenario=SCENARIO).api("PUT", "/switches/x", {"active": True}).json["code"] == "not_found"


def test_what_is_no_duration() -> None:
    response = Site(scenario=SCENARIO).api("PUT", "/switches/storm", {"active": True, "for": "soon"})
    assert response.json["errors"] == [
        {"message": "'soon' is not a duration; write for example 500ms, 1s, 5m, 24h or 7d", "path": "body.for"}
    ]
