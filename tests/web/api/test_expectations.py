"""What the scenario expects, judged over the API."""

from __future__ import annotations

from xml.etree.ElementTree import fromstring

import pytest

from tests.web.reader import read
from tests.web.site import Site

SCENARIO = """
smsc: 1
name: night <shift>
rules:
  - {name: too fast, when: {to: "*9"}, reply: ESME_RTHROTTLED}
expect:
  - {name: codes, match: {text: "Your code is *"}, count: ">=1"}
  - {name: throttled, rule: too fast, fired: 1}
"""


@pytest.fixture
def site() -> Site:
    site = Site(SCENARIO, keeps=True)
    session = site.bind()
    site.submit(session, text=b"Your code is 4711")
    return site


def test_as_they_stand(site: Site) -> None:
    answer = site.api("GET", "/expectations").json
    assert (answer["ok"], answer["met"], answer["pending"]) == (False, 1, 1)
    codes, throttled = answer["expectations"]
    assert (codes["verdict"], codes["messages"]) == ("met", ["m-1"])
    assert (throttled["verdict"], throttled["fired"]) == ("pending", 0)
    site.submit(site.smsc.sessions[1], to="447700900129")
    assert site.api("GET", "/expectations").json["ok"] is True


def test_at_the_end(site: Site) -> None:
    answer = site.api("POST", "/expectations/evaluate").json
    assert [one["verdict"] for one in answer["expectations"]] == ["met", "not met"]


def test_near_misses_are_found(site: Site) -> None:
    other = Site(SCENARIO, keeps=True)
    other.submit(other.bind(), text=b"Your kode is 4711")
    (codes, _) = other.api("POST", "/expectations/evaluate").json["expectations"]
    assert codes["nearest"][0]["message"] == "m-1"


def test_reports(site: Site) -> None:
    suite = fromstring(site.api("GET", "/report").body)
    assert (suite.get("tests"), suite.get("failures")) == ("2", "1")
    assert site.api("GET", "/report?finished=false&format=json").json["pending"] == 1
    assert "2 expectations: 1 met" in site.api("GET", "/report?format=text").body
    page = site.api("GET", "/report?format=html")
    assert page.headers["Content-Type"] == "text/html; charset=utf-8"
    assert "night &lt;shift&gt;" in page.body
    assert "not met" in page.body
    assert "src=" not in page.body


def test_a_scenario_without_any() -> None:
    site = Site()
    assert site.api("GET", "/expectations").json["ok"] is True
    assert "has no expectations" in site.api("GET", "/report?format=html").body


def test_nothing_is_kept() -> None:
    assert Site(SCENARIO).api("GET", "/expectations").json["code"] == "messages_not_kept"


def test_the_page_says_how_the_run_went(site: Site) -> None:
    for text in (b"<script>alert(1)</script>", b"x"):
        site.submit(site.smsc.sessions[1], to="447700900129", text=text)
    site.traffic.look(site.now)
    site.clock.advance(1)
    site.traffic.look(site.now)
    page = site.api("GET", "/report?format=html").body
    shown = read(page)
    assert shown.open == []
    assert "✕ Not met night <shift>" in shown.text
    assert "Messages accepted 1 Messages refused 2" in shown.text
    assert "What went wrong most Failure Times ESME_RTHROTTLED" in shown.text
    assert "too fast scenario.yaml:5 2" in shown.text
    assert "<polyline" in page
    assert "<script" not in page
    assert "default-src 'none'; style-src 'unsafe-inline'" in page
    assert shown.links == [], "it needs nothing beside it"
