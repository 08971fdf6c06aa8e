"""The journal as files, and marks in it."""

from __future__ import annotations

import csv
import io
import json

import pytest

from tests.web.site import Site


@pytest.fixture
def site() -> Site:
    site = Site()
    site.submit(site.bind(), text=b"=cmd' /C calc'!A0")
    return site


def test_json_lines(site: Site) -> None:
    answer = site.api("GET", "/journal")
    assert answer.headers["Content-Type"] == "application/x-ndjson"
    head, *events = map(json.loads, answer.body.splitlines())
    assert (head["kind"], head["v"]) == ("journal", 1)
    assert [event["pdu"] for event in events if event["kind"] == "pdu"] == [
        "bind_transceiver",
        "bind_transceiver_resp",
        "submit_sm",
        "submit_sm_resp",
    ]
    assert b"password".hex() not in answer.body


def test_what_is_asked_for(site: Site) -> None:
    mark = site.api("POST", "/mark", {"name": "now"}).json["seq"]
    assert mark == site.smsc.journal.last_seq
    assert len(site.api("GET", f"/journal?since={mark}").body.splitlines()) == 1
    only = site.api("GET", "/journal?kinds=mark,switch&session=s1")
    assert len(only.body.splitlines()) == 1
    (_, event) = map(json.loads, site.api("GET", "/journal?kinds=mark").body.splitlines())
    assert event["name"] == "now"


def test_rows_are_harmless(site: Site) -> None:
    rows = list(csv.DictReader(io.StringIO(site.api("GET", "/journal?format=csv").body)))
    assert [row["text"] for row in rows if row["pdu"] == "submit_sm"] == ["'=cmd' /C calc'!A0"]


def test_a_capture_file(site: Site) -> None:
    answer = site.api("GET", "/journal?format=pcap")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="journal.pcap"'
    assert answer.body.encode("utf-8", "surrogateescape")[:4] == bytes.fromhex("d4c3b2a1")


def test_entries_that_are_gone(site: Site) -> None:
    answer = site.api("GET", "/journal?since=1000000")
    assert (answer.status, answer.json["code"]) == (409, "entries_gone")
    assert answer.json["last_seq"] == site.smsc.journal.last_seq


@pytest.mark.parametrize("query", ["kinds=ghost", "session=x", "format=xml", "since=-1", "format=pcap&kinds=pdu"])
def test_mistakes(site: Site, query: str) -> None:
    answer = site.api("GET", f"/journal?{query}")
    assert (answer.status, answer.json["code"]) == (400, "bad_parameter")


@pytest.mark.parametrize(
    ("form", "beginning"), [("svg", "<svg "), ("mermaid", "sequenceDiagram"), ("text", "s1 "), ("json", '{"session"')]
)
def test_a_ladder(site: Site, form: str, beginning: str) -> None:
    answer = site.api("GET", f"/sessions/s1/ladder?format={form}")
    assert answer.status == 200
    assert answer.body.startswith(beginning)
    assert "submit_sm" in answer.body


def test_a_ladder_of_a_session_that_is_gone(site: Site) -> None:
    site.smsc.disconnected(site.smsc.sessions[1], site.now)
    rows = site.api("GET", "/sessions/s1/ladder").json["rows"]
    assert rows[-1]["text"].startswith("closed")
    assert site.api("GET", "/sessions/s2/ladder").status == 404
    assert site.api("GET", "/sessions/x/ladder").status == 404


def test_a_search(site: Site) -> None:
    answer = site.api("GET", "/journal?q=pdu:submit_sm")
    (event,) = [json.loads(line) for line in answer.body.splitlines()][1:]
    assert (event["pdu"], event["sequence_number"]) == ("submit_sm", 2)
    wrong = site.api("GET", "/journal?q=pud:x")
    assert (wrong.status, wrong.json["code"]) == (400, "bad_search")
    assert "did you mean" in wrong.json["errors"][0]["hint"] if "hint" in wrong.json["errors"][0] else wrong.body
