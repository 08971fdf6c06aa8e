from __future__ import annotations

import json
from dataclasses import replace
from xml.etree import ElementTree

from hypothesis import given
from hypothesis import strategies as st

from smsc_sim.sim.verify.judging import judge
from smsc_sim.sim.verify.report import Report, as_json, json_text, junit, place_of, text
from smsc_sim.sim.visible import visible
from tests.sim.search.stored import NOW
from tests.sim.verify.storing import facts
from tests.sim.verify.test_judging import expectation, hit

EVIL = "<b>\u202e\x00\x1b]]>\ufffe&\"'\n|\ud800"


def report(name: str = "nightly", evil: str = "2") -> Report:
    messages = [hit(1), hit(2), facts(3, to=evil, text=evil)]
    texts = (
        "match: {to: 1}, count: 2",
        "match: {to: 1}, count: 1",
        "match: {to: 3}",
        "match: {to: 1}, settle: 1s, count: 2",
    )
    verdicts = tuple(
        judge(replace(expectation(one), name=f"{name} {number}"), messages, NOW, fired={}, finished=number < 3)
        for number, one in enumerate(texts)
    )
    return Report(name, "f.yaml", 42, "1.0", NOW, NOW + 1.5, verdicts)


def test_junit_has_a_suite_with_a_case_for_each_expectation() -> None:
    root = ElementTree.fromstring(junit(report()))
    (suite,) = root
    assert (root.tag, suite.tag) == ("testsuites", "testsuite")
    assert {key: suite.get(key) for key in ("name", "tests", "failures", "errors", "skipped", "time", "timestamp")} == {
        "name": "nightly",
        "tests": "4",
        "failures": "3",
        "errors": "0",
        "skipped": "0",
        "time": "1.500",
        "timestamp": "2026-11-27T06:00:00.000",
    }
    assert [case.get("name") for case in suite] == ["nightly 0", "nightly 1", "nightly 2", "nightly 3"]
    assert [(case.get("classname"), case.get("file"), case.get("line")) for case in suite] == [
        ("f.yaml", "f.yaml", "3")
    ] * 4
    assert [len(case) for case in suite] == [0, 1, 1, 1]
    too_many, too_few, open_still = (case[0] for case in suite if len(case))
    assert too_many.get("message") == "2 messages, and 1 expected"
    assert "wanted: count 1" in str(too_many.text)
    assert "was: 2 messages; 3 looked at" in str(too_many.text)
    assert "evidence: m-1, m-2" in str(too_many.text)
    assert "nearest: m-3: to was '2', wanted 3" in str(too_few.text)
    assert open_still.get("type") == "pending"


def test_json() -> None:
    values = as_json(report())
    assert json.loads(json_text(report())) == values
    assert (values["ok"], values["met"], values["not_met"], values["pending"], values["seed"]) == (False, 1, 2, 1, 42)
    first, second, third, fourth = values["expectations"]
    assert (first["verdict"], first["messages"], first["at"]) == ("met", ["m-1", "m-2"], "f.yaml:3")
    assert second["reason"] == "2 messages, and 1 expected"
    assert third["nearest"][0] == {"message": "m-3", "differs": [{"field": "to", "wanted": "3", "was": "2"}]}
    assert fourth["time_left"] == 1.0


def test_text() -> None:
    lines = text(report()).splitlines()
    assert lines[0] == "nightly (seed 42)"
    assert lines[1] == "     met  nightly 0"
    assert lines[2] == " not met  nightly 1"
    assert lines[3] == "          2 messages, and 1 expected"
    assert lines[-1] == "4 expectations: 1 met, 2 not met, 1 pending"


@given(st.just(EVIL) | st.text(), st.just(EVIL) | st.text())
def test_hostile_texts_break_no_report(name: str, evil: str) -> None:
    made = report(name, evil)
    root = ElementTree.fromstring(junit(made))
    assert len(root[0]) == 4
    assert len(json.loads(json_text(made))["expectations"]) == 4
    lines = text(made).split("\n")
    assert [visible(line) for line in lines] == lines
    assert len([line for line in lines if line.startswith((" not met  ", "     met  ", " pending  "))]) == 4


def test_where_an_expectation_is_written() -> None:
    (verdict, *_) = report().verdicts
    assert place_of(verdict) == ("f.yaml", 3)
    for at, place in (("C:\\a.yaml:12", ("C:\\a.yaml", 12)), ("", ("", 0))):
        assert place_of(replace(verdict, expectation=replace(verdict.expectation, at=at))) == place
