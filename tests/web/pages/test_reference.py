"""The pages of reference and about: what is in them comes from tables, so that it cannot be wrong."""

import re

from smsc_sim.smpp.receipt_text import MessageState
from smsc_sim.smpp.status import CommandStatus
from smsc_sim.web.api import ENDPOINTS
from smsc_sim.web.pages import ACTIONS, PAGES
from tests.web.reader import read
from tests.web.site import Site


def test_every_status_state_endpoint_and_problem_is_there() -> None:
    shown = read(Site().get("/reference").body)
    assert shown.open == []
    for name in (*CommandStatus.__members__, *MessageState.__members__):
        assert name in shown.text
    for row in ENDPOINTS:
        assert f"{row.method} {row.url} {row.summary}" in shown.text
        for kind in row.problems:
            assert f"problem-{kind.code}" in shown.ids
    assert len(set(shown.ids)) == len(shown.ids)


def test_every_setting_has_its_origin() -> None:
    text = read(Site().get("/about").body).text
    assert "grace 5s built-in" in text
    assert "seed 42 smsc-sim.yaml:3" in text
    assert "internal errors 0" in text


def test_links_lead_to_pages() -> None:
    site = Site(scenario="smsc: 1\nswitches: {storm: }")
    site.bind()
    for page in PAGES:
        if "{" in page.path:
            continue
        shown = read(site.get(page.path).body)
        for link in shown.links:
            path, _, fragment = link.partition("#")
            posted = any(re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", action.path), path) for action in ACTIONS)
            target = path if posted else link.partition("#")[0]
            assert path == "" or site.ask("POST" if posted else "GET", target).status in {200, 415}, link
            if fragment:
                assert fragment in (shown if path == "" else read(site.get(path).body)).ids
