"""Live parts of pages: what a page asks for anew is what it shows, and nothing else."""

from __future__ import annotations

import html
import re

import pytest

from tests.web.site import Site

SCENARIO = """\
smsc: 1
switches: {outage: {label: Outage}}
rules: [{name: no credit, when: {to: '1'}, reply: ESME_RINVBALANCE}]
expect: [{name: one of them, match: {to: '447700900123'}, count: 1}]
"""
PAGES = {
    "/": {"tiles", "verdicts", "switches", "binds", "lately", "messages"},
    "/accounts": {"accounts"},
    "/binds": {"sessions"},
    "/binds/s1": {"session", "rungs"},
    "/expect": {"verdicts"},
    "/inject": {"nobody", "history"},
    "/journal": {"events"},
    "/messages": {"new", "rows"},
    "/messages/m-1": {"state", "story", "receipts"},
    "/scenario": {"switches", "rules"},
    "/traffic": {"now", "points", "outcomes"},
}


@pytest.fixture(scope="module")
def site() -> Site:
    site = Site(keeps=True, scenario=SCENARIO)
    session = site.bind()
    site.submit(session)
    site.submit(session, to="1")
    site.run()
    return site


@pytest.mark.parametrize("path", PAGES)
def test_a_part_is_what_the_page_shows_there(site: Site, path: str) -> None:
    page = site.get(path).body
    live = re.findall(r'<\w+[^>]*\sid="(\w+)"[^>]*\sdata-live="[^"]+"(?: data-from="([^"]*)")?', page)
    assert {part for part, _ in live} == PAGES[path]
    for part, source in live:
        answer = site.get(html.unescape(source) or path, **{"smsc-sim-parts": part})
        assert answer.status == 200
        assert re.match(rf'\s*<\w+[^>]*\sid="{part}"[^>]*\shx-swap-oob="true"', answer.body)
        assert answer.body.strip() in page


def test_several_parts_come_with_one_answer(site: Site) -> None:
    answer = site.get("/", **{"smsc-sim-parts": "tiles,binds"}).body
    assert re.findall(r'id="(\w+)"[^>]*hx-swap-oob', answer) == ["binds", "tiles"]
    assert "<html" not in answer


def test_a_part_that_a_page_has_not_is_not_found(site: Site) -> None:
    answer = site.get("/binds", **{"smsc-sim-parts": "sessions,nonsense"})
    assert answer.status == 404
    assert "The page has no part &#39;nonsense&#39;." in answer.body


def test_every_page_with_live_parts_is_known_here() -> None:
    from importlib.resources import files

    templates = files("smsc_sim") / "templates"
    written = [path.read_text("utf-8") for path in templates.iterdir() if path.name.endswith(".html")]
    found = {part for text in written for part in re.findall(r'\sid="(\w+)"[^>]*?\sdata-live="', text)}
    assert found - {"first"} == set().union(*PAGES.values())
