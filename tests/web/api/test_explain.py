"""Explaining over the API."""

import pytest

from tests.web.site import Site

SCENARIO = """
smsc: 1
rules:
  - name: bind only
    when: {to: "9"}
    reply: ESME_RSYSERR
  - name: twice
    when: {to: "1", first: 2 per message}
    reply: ESME_RTHROTTLED
"""


def test_attempt_by_attempt_and_nothing_is_counted() -> None:
    site = Site(scenario=SCENARIO)
    response = site.api("POST", "/explain", {"to": "1", "text": "x", "from": "Acme", "times": 3, "every": "1s"})
    attempts = response.json["attempts"]
    assert [attempt["rule"] for attempt in attempts] == ["twice", "twice", None]
    assert attempts[0]["outcome"] == "ESME_RTHROTTLED"
    assert attempts[2]["outcome"] == "ESME_ROK; then DELIVRD"
    assert attempts[0]["tried"] == [{"rule": "bind only", "at": "scenario.yaml:4", "because": "to is '1', not '9'"}]
    assert {rule["decided"] for rule in site.api("GET", "/rules").json["items"]} == {0}
    assert site.settled == []


def test_temporary_rules_are_asked_too() -> None:
    site = Site(scenario=SCENARIO)
    site.api("POST", "/rules", {"rule": {"name": "top", "reply": "none"}})
    assert site.api("POST", "/explain", {"to": "1"}).json["attempts"][0]["rule"] == "top"


@pytest.mark.parametrize(
    ("body", "path"),
    [({"to": "1", "account": "nobody"}, "body.account"), ({"to": "1" * 30}, "body"), ({"to": "\0"}, "body")],
)
def test_messages_that_cannot_be(body: object, path: str) -> None:
    response = Site(scenario=SCENARIO).api("POST", "/explain", body)
    assert response.status == 422
    assert response.json["errors"][0]["path"] == path
