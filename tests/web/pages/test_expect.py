"""The page of expectations: verdicts with what they rest on."""

from __future__ import annotations

import re
from html import unescape

from tests.web.reader import Reader, read
from tests.web.site import Site

SCENARIO = """
smsc: 1
expect:
  - {name: codes, match: {text: 'Your code*'}, count: '>=1'}
  - {name: "<b>nobody</b>", match: {to: '33*'}, count: 0}
  - {name: to one, match: {to: '447700900124'}, count: 1, within: 1m}
"""


def page(site: Site, query: str = "") -> Reader:
    shown = read(site.get(f"/expect{query}").body)
    assert shown.open == []
    return shown


def test_verdicts_have_evidence_and_what_came_nearest() -> None:
    site = Site(keeps=True, scenario=SCENARIO)
    session = site.bind()
    site.submit(session, text=b"Your code is 7")
    site.submit(session, to="331")
    shown = page(site)
    assert "Met 1 Not met 1 Pending 1" in shown.text
    assert "✓ met codes scenario.yaml:4" in shown.text
    assert "✕ not met <b>nobody</b>" in shown.text
    assert "Message Field Was Wanted m-1 to 447700900123 447700900124" in shown.text
    assert "/messages/m-1" in shown.links


def test_evaluating_now_leaves_nothing_pending() -> None:
    site = Site(keeps=True, scenario=SCENARIO)
    site.submit(site.bind())
    assert "Pending 0" in page(site, "?finished=1").text


def test_reports_can_be_saved() -> None:
    site = Site(keeps=True, scenario=SCENARIO)
    site.submit(site.bind())
    links = [link for link in page(site).links if "/report?" in link]
    assert len(links) == 3
    for link in links:
        answer = site.get(link)
        assert answer.status == 200
        assert "<b>nobody</b>" not in answer.body or link.endswith("json")


def test_nothing_is_expected_or_kept() -> None:
    assert "The scenario expects nothing." in page(Site(keeps=True)).text
    assert "No messages are kept," in page(Site(scenario=SCENARIO)).text


def test_what_can_be_copied_is_what_is_shown() -> None:
    body = Site(keeps=True).get("/expect").body
    (copied,) = re.findall(r'data-copy="([^"]*)"', body.partition("<main")[2])
    assert unescape(copied).endswith('spacing: ">=1s per message"')
