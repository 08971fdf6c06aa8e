"""The pages of reference and about: what is in them comes from tables, so that it cannot be wrong."""

import re

from smsc_sim.scenario.reference import sections
from smsc_sim.smpp.receipt_text import MessageState
from smsc_sim.smpp.status import CommandStatus
from smsc_sim.web.api import ENDPOINTS
from smsc_sim.web.metric_rows import ROWS
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


def test_every_coding_key_and_metric_is_there() -> None:
    text = read(Site().get("/reference").body).text
    assert "8 0x08 UCS-2, ISO/IEC 10646 ucs-2" in text
    assert "32–35 0x20–0x23 GSM 7 bit, compressed" in text
    for section in sections():
        for entry in section.entries:
            assert f"{entry.name} " in text
    for row in ROWS:
        assert row.shown_name in text


def test_fields_of_the_api_have_types_and_meanings() -> None:
    text = read(Site().get("/reference").body).text
    assert "limit integer, 1 to 10000 1000" in text
    assert "within text At most a minute; not given: 10s." in text
    assert "items[].cipher text Of that TLS, such as TLS_AES_256_GCM_SHA384 ; empty in plaintext." in text


def test_another_scenario_than_that_of_the_test_numbers_is_told() -> None:
    assert "Another scenario is in force now" in Site("smsc: 1").get("/reference").body
    assert "Another scenario" not in Site(scenario_path="builtin:test-numbers").get("/reference").body


def test_every_setting_has_its_origin() -> None:
    text = read(Site().get("/about").body).text
    assert "grace 5s built-in" in text
    assert "Settings: Scenario Setting Value Where from seed What chance begins with. 42 smsc-sim.yaml:3" in text
    assert "Not as built in: seed ." in text
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
