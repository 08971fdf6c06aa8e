"""The scenario over the API."""

from dataclasses import replace

import pytest

from smsc_sim.scenario.load import check_text
from tests.web.site import Site

SCENARIO = "smsc: 1\nname: First\nrules: [{name: no, reply: ESME_RTHROTTLED}]"
OTHER = b"smsc: 1\nname: Second\nswitches: {storm: }\nrules: [{name: no, reply: ESME_RTHROTTLED}, {name: more}]"
BAD = b"smsc: 1\nrules:\n  - {name: x, reply: ESME_NO}\n"


def test_what_is_obeyed() -> None:
    site = Site(scenario=SCENARIO)
    site.api("POST", "/rules", {"rule": {"name": "top"}})
    shown = site.api("GET", "/scenario").json
    assert (shown["name"], shown["rules"], shown["temporary_rules"]) == ("First", ["top", "no"], 1)
    assert (shown["path"], shown["seed"], shown["accounts"]) == ("scenario.yaml", 42, ["smppclient1"])


def test_another_scenario_keeps_what_was_counted() -> None:
    site = Site(scenario=SCENARIO)
    site.submit(site.bind())
    site.clock.advance(3)
    response = site.ask("PUT", "/api/v1/scenario", OTHER, Content_Type="application/yaml")
    assert (response.status, response.json["name"], response.json["switches"]) == (200, "Second", ["storm"])
    assert response.json["loaded_at"] == "2026-11-22T05:53:47.120Z"
    assert [rule["decided"] for rule in site.api("GET", "/rules").json["items"]] == [1, 0]
    assert site.api("PUT", "/scenario", {"smsc": 1, "name": "JSON"}).json["name"] == "JSON"


def test_a_scenario_with_errors_changes_nothing() -> None:
    site = Site(scenario=SCENARIO)
    response = site.ask("PUT", "/api/v1/scenario", BAD, Content_Type="text/yaml")
    assert (response.status, response.json["code"]) == (422, "invalid_body")
    assert (response.json["errors"][0]["line"], response.json["errors"][0]["code"]) == (3, "E012")
    assert site.api("GET", "/scenario").json["name"] == "First"


@pytest.mark.parametrize("path", ["/etc/passwd", "../x.yaml", "x.yaml"])
def test_a_scenario_that_came_over_http_includes_no_files(path: str) -> None:
    response = Site().api("POST", "/scenario/check", {"smsc": 1, "include": [path]})
    assert response.json["valid"] is False
    assert {finding["code"] for finding in response.json["findings"]} == {"E007"}
    assert Site().api("POST", "/scenario/check", {"smsc": 1, "profile": path}).json["valid"] is False


def test_checking() -> None:
    site = Site()
    response = site.ask("POST", "/api/v1/scenario/check", BAD, Content_Type="application/yaml")
    assert (response.status, response.json["valid"]) == (200, False)
    assert response.json["findings"][0]["line"] == 3
    assert site.api("POST", "/scenario/check", {"smsc": 1}).json == {"valid": True, "findings": []}
    assert site.settled == []


@pytest.mark.parametrize("body", [b"\xff", b"a: [", b"x" * 1000, b"a: \x00", b"a: &x [*x]"])
def test_anything_can_be_checked(body: bytes) -> None:
    for content_type in ("application/yaml", "application/json"):
        response = Site().ask("POST", "/api/v1/scenario/check", body, Content_Type=content_type)
        assert response.json["valid"] is False


def test_reloading() -> None:
    site = Site(scenario=SCENARIO)
    assert site.api("POST", "/scenario/reload").json["code"] == "conflict"
    site.found = check_text(BAD, "scenario.yaml")
    assert site.api("POST", "/scenario/reload").status == 422
    site.found = replace(check_text(OTHER, "scenario.yaml"))
    assert site.api("POST", "/scenario/reload").json["valid"] is True


def test_the_schema() -> None:
    response = Site().api("GET", "/scenario/schema")
    assert response.headers["Content-Type"] == "application/schema+json"
    assert response.json["title"] == "smsc_sim scenario"
