"""GET /metrics: plain counters with bounded labels."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from smsc_sim.smpp.pdu import encode
from smsc_sim.web import metric_rows, metrics
from tests.sim.playing import frame
from tests.web.site import Site

DOCS = Path(__file__).parents[2] / "docs"


def scraped(site: Site) -> dict[tuple[str, tuple[str, ...]], float]:
    answer = site.get("/metrics")
    assert answer.status == 200
    assert answer.headers["Content-Type"].startswith("text/plain")
    return {
        (sample.name, tuple(sample.labels.values())): sample.value
        for family in text_string_to_metric_families(answer.body)
        for sample in family.samples
    }


def test_what_has_happened() -> None:
    site = Site(
        "smsc: 1\nswitches:\n  outage:\nrules:\n  - {name: no, when: {to: '*9'}, reply: ESME_RSYSERR}\n", keeps=True
    )
    session = site.bind()
    site.submit(session)
    site.submit(session, to="447700900129")
    site.api("PUT", "/switches/outage", {"active": True})
    found = scraped(site)
    assert found["smsc_sim_build_info", next(labels for name, labels in found if name == "smsc_sim_build_info")] == 1
    assert found["smsc_sim_sessions", ("smppclient1", "transceiver")] == 1
    assert found["smsc_sim_binds_total", ("smppclient1", "ESME_ROK")] == 1
    assert found["smsc_sim_messages_total", ("accepted",)] == 1
    assert found["smsc_sim_messages_total", ("refused",)] == 1
    assert found["smsc_sim_rule_matches_total", ("no",)] == 1
    assert found["smsc_sim_switch_active", ("outage",)] == 1
    for command, count in (("bind_transceiver", 1), ("submit_sm", 2)):
        assert found["smsc_sim_pdus_total", (command, "in")] == count
        assert found["smsc_sim_pdus_total", (f"{command}_resp", "out")] == count
    assert found["smsc_sim_responses_total", ("submit_sm_resp", "ESME_ROK")] == 1
    assert found["smsc_sim_responses_total", ("submit_sm_resp", "ESME_RSYSERR")] == 1
    assert found["smsc_sim_http_requests_total", ("200", "put_switch")] == 1
    assert found["smsc_sim_store_failing", ()] == 0
    assert found["process_open_fds", ()] > 0


def test_pdus_of_sessions_that_are_gone_count_on() -> None:
    site = Site()
    session = site.bind()
    before = scraped(site)["smsc_sim_pdus_total", ("bind_transceiver", "in")]
    site.smsc.disconnected(session, site.now)
    assert scraped(site)["smsc_sim_pdus_total", ("bind_transceiver", "in")] == before == 1


def test_injected_messages() -> None:
    site = Site(keeps=True)
    session = site.bind()
    site.api("POST", "/mo", {"to": "1", "text": "x", "within": "0"})
    site.answer(session)
    assert scraped(site)["smsc_sim_mo_total", ("acknowledged",)] == 1


def test_labels_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(metric_rows, "MOST_VALUES", 2)
    accounts = ", ".join(f"{{system_id: a{number}, password: p}}" for number in range(4))
    site = Site(f"smsc: 1\naccounts: [{accounts}]\n")
    for number in range(4):
        site.bind(system_id=f"a{number}", password="p")
    found = scraped(site)
    assert {labels[0]: value for (name, labels), value in found.items() if name == "smsc_sim_sessions"} == {
        "a0": 1,
        "a1": 1,
        "other": 2,
    }


def test_what_esmes_send_is_no_label() -> None:
    site = Site()
    session = site.smsc.connected("127.0.0.1:1", "127.0.0.1", site.now)
    fields = {"system_id": "ghost", "password": "hunter2"}
    site.smsc.receive(session, encode("bind_transmitter", sequence_number=1, fields=fields), site.now)
    body = site.get("/metrics").body
    assert "ghost" not in body
    assert 'smsc_sim_binds_total{account="other",status="ESME_RINVSYSID"} 1.0' in body
    site.smsc.receive(session, frame(0x0BAD, sequence_number=2), site.now)
    site.smsc.receive(session, frame(0x80000005, sequence_number=3, command_status=0x12345), site.now)
    found = scraped(site)
    assert found["smsc_sim_pdus_total", ("unknown", "in")] == 1
    assert found["smsc_sim_protocol_errors_total", ("unmatched_response",)] == 1


def test_what_rules_do_to_answers_is_counted_by_kind() -> None:
    site = Site("smsc: 1\nrules: [{name: r, reply: {delay: 2s, repeat: 2, then: close}}]\n")
    session = site.bind()
    site.submit(session)
    found = scraped(site)
    faults = {labels[0]: value for (name, labels), value in found.items() if name == "smsc_sim_faults_injected_total"}
    assert {kind for kind, value in faults.items() if value} == {"late", "repeated"}
    assert found["smsc_sim_reply_delay_seconds_sum", ()] == 2.0
    assert found["smsc_sim_reply_delay_seconds_bucket", ("1.0",)] == 0
    assert found["smsc_sim_reply_delay_seconds_bucket", ("2.0",)] == 1
    assert found["smsc_sim_reply_delay_seconds_bucket", ("+Inf",)] == 1


def test_how_long_clients_take_to_answer() -> None:
    site = Site(keeps=True)
    session = site.bind()
    site.api("POST", "/mo", {"to": "1", "text": "x", "within": "0"})
    site.clock.advance(0.3)
    site.answer(session)
    found = scraped(site)
    assert found["smsc_sim_client_response_seconds_count", ()] == 1
    assert 0.29 < found["smsc_sim_client_response_seconds_sum", ()] < 0.31


def test_the_board_asks_for_metrics_that_there_are() -> None:
    board = json.loads((DOCS / "grafana-board.json").read_text(encoding="utf-8"))
    asked = {
        name
        for panel in board["panels"]
        for target in panel["targets"]
        for name in re.findall(r"\b(?:smsc_sim|process)_\w+", target["expr"])
    }
    offered = {name for name, _ in scraped(Site("smsc: 1\nswitches: {outage: {}}\n", keeps=True))}
    families = {row.shown_name for row in metric_rows.ROWS}
    assert {name for name in asked if name not in offered and name not in families} == set()
    assert {panel["id"] for panel in board["panels"]} == set(range(1, len(board["panels"]) + 1))


def test_every_name_is_of_its_kind() -> None:
    names = [row.name for row in metric_rows.ROWS]
    assert len(set(names)) == len(names)
    assert all(name.startswith("smsc_sim_") and not name.endswith("_total") for name in names)


def test_open_metrics() -> None:
    answer = Site().get("/metrics", Accept="application/openmetrics-text; version=1.0.0")
    assert answer.headers["Content-Type"].startswith("application/openmetrics-text")
    assert answer.body.endswith("# EOF\n")


def test_the_page_of_metrics_is_the_tables() -> None:
    page = DOCS / "metrics.rst"
    assert page.read_text(encoding="utf-8") == metrics.page(), "python -m smsc_sim.web.metrics > docs/metrics.rst"
