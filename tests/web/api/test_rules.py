"""Rules and temporary rules over the API."""

from typing import Any

import pytest

from smsc_sim.sim.rules.in_force import MOST_TEMPORARY
from tests.web.site import Site

SCENARIO = """
smsc: 1
accounts: [{system_id: a}, {system_id: b}]
switches: {storm: }
rules:
  - name: no credit
    when: {to: "1"}
    reply: ESME_RINVBALANCE
"""


def refused(site: Site) -> int:
    return site.smsc.counters.messages_refused


def test_rules_have_their_counters() -> None:
    site = Site(scenario=SCENARIO)
    site.submit(site.bind(system_id="a", password=""), to="1")
    (rule,) = site.api("GET", "/rules").json["items"]
    assert rule == {
        "name": "no credit",
        "event": "submit_sm",
        "at": "scenario.yaml:6",
        "decided": 1,
        "last_decided": "2026-11-22T05:53:44.120Z",
        "temporary": False,
        "until": None,
        "account": "",
    }


def test_a_temporary_rule_decides_until_it_goes() -> None:
    site = Site(scenario=SCENARIO)
    session = site.bind(system_id="a", password="")
    response = site.api("POST", "/rules", {"rule": {"name": "x", "reply": "ESME_RTHROTTLED"}, "ttl": "10s"})
    assert response.status == 201
    assert (response.json["at"], response.json["until"]) == ("temporary", "2026-11-22T05:53:54.120Z")
    site.submit(session)
    assert refused(site) == 1
    site.clock.advance(10)
    site.smsc.run_until(site.now)
    site.submit(session)
    assert refused(site) == 1


def test_a_rule_for_one_account_alone() -> None:
    site = Site(scenario=SCENARIO)
    rule = {"name": "x", "when": {"to": "2"}, "reply": "ESME_RTHROTTLED"}
    assert site.api("POST", "/rules", {"rule": rule, "account": "b"}).json["account"] == "b"
    site.submit(site.bind(system_id="a", password=""), to="2")
    assert refused(site) == 0
    session = site.bind(system_id="b", password="")
    site.submit(session, to="2")
    site.submit(session, to="3")
    assert refused(site) == 1


def test_taking_a_rule_away() -> None:
    site = Site(scenario=SCENARIO)
    site.api("POST", "/rules", {"rule": {"name": "x y", "reply": "ESME_RTHROTTLED", "when": {"switch": "storm"}}})
    assert site.api("DELETE", "/rules/x%20y").status == 204
    assert site.api("DELETE", "/rules/x%20y").status == 404
    assert site.api("DELETE", "/rules/no%20credit").status == 404
    assert [rule["name"] for rule in site.api("GET", "/rules").json["items"]] == ["no credit"]


@pytest.mark.parametrize(
    ("rule", "code"),
    [
        ({}, "E010"),
        ({"name": "x", "reply": "ESME_RTROTTLED"}, "E012"),
        ({"name": "x", "when": {"switch": "gone"}}, "E021"),
        ({"name": "x", "wen": {}}, "E002"),
        ({"name": 3.5}, ""),
    ],
)
def test_a_rule_with_errors(rule: dict[str, Any], code: str) -> None:
    site = Site(scenario=SCENARIO)
    response = site.api("POST", "/rules", {"rule": rule})
    assert response.status == (422 if code else 201)
    if code:
        assert (response.status, response.json["code"]) == (422, "invalid_body")
        assert response.json["errors"][0]["code"] == code
    assert len(site.api("GET", "/rules").json["items"]) == (1 if code else 2)


def test_two_rules_of_one_name_and_too_many() -> None:
    site = Site(scenario=SCENARIO)
    assert site.api("POST", "/rules", {"rule": {"name": "no credit"}}).json["code"] == "conflict"
    in_force = site.console.in_force
    site.api("POST", "/rules", {"rule": {"name": "x"}})
    in_force._rules.update({str(number): in_force.temporary_rules[0] for number in range(MOST_TEMPORARY)})
    assert site.api("POST", "/rules", {"rule": {"name": "y"}}).json["code"] == "conflict"
