"""GET /metrics: plain counters with bounded labels."""

from __future__ import annotations

from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from smsc_sim.smpp.pdu import encode
from smsc_sim.web import metrics
from tests.web.site import Site


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
    assert found["smsc_sim_binds_total", ("accepted",)] == 1
    assert found["smsc_sim_messages_total", ("accepted",)] == 1
    assert found["smsc_sim_messages_total", ("refused",)] == 1
    assert found["smsc_sim_rule_matches_total", ("no",)] == 1
    assert found["smsc_sim_switch_active", ("outage",)] == 1
    assert found["smsc_sim_pdus_total", ("in",)] == 3
    assert found["smsc_sim_pdus_total", ("out",)] == 3
    assert found["smsc_sim_http_requests_total", ("200", "put_switch")] == 1
    assert found["smsc_sim_store_failing", ()] == 0
    assert found["process_open_fds", ()] > 0


def test_pdus_of_sessions_that_are_gone_count_on() -> None:
    site = Site()
    session = site.bind()
    before = scraped(site)["smsc_sim_pdus_total", ("in",)]
    site.smsc.disconnected(session, site.now)
    assert scraped(site)["smsc_sim_pdus_total", ("in",)] == before == 1


def test_injected_messages() -> None:
    site = Site(keeps=True)
    session = site.bind()
    site.api("POST", "/mo", {"to": "1", "text": "x", "within": "0"})
    site.answer(session)
    assert scraped(site)["smsc_sim_mo_total", ("acknowledged",)] == 1


def test_labels_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(metrics, "MOST_VALUES", 2)
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
    assert 'smsc_sim_binds_total{result="refused"} 1.0' in body


def test_every_name_is_of_its_kind() -> None:
    names = [row.name for row in metrics.ROWS]
    assert len(set(names)) == len(names)
    assert all(name.startswith("smsc_sim_") and not name.endswith("_total") for name in names)


def test_open_metrics() -> None:
    answer = Site().get("/metrics", Accept="application/openmetrics-text; version=1.0.0")
    assert answer.headers["Content-Type"].startswith("application/openmetrics-text")
    assert answer.body.endswith("# EOF\n")


def test_the_page_of_metrics_is_the_tables() -> None:
    page = Path(__file__).parents[2] / "docs" / "metrics.rst"
    assert page.read_text(encoding="utf-8") == metrics.page(), "python -m smsc_sim.web.metrics > docs/metrics.rst"
