from __future__ import annotations

import json

import pytest

from smsc_sim.scenario.expectation import AT_LEAST_ONE, CountRange, Spacing
from smsc_sim.scenario.findings import FindingsError
from smsc_sim.sim.search.grammar import parse
from smsc_sim.sim.verify.written import LONGEST_WAIT, read_verification, wait_for


def test_everything_can_be_asked() -> None:
    spec = read_verification(
        json.dumps(
            {
                "event": "data_sm",
                "match": {"to": "447700900123", "text": "Your code is *"},
                "rule": "r",
                "reply": "ESME_ROK",
                "receipt": "DELIVRD",
                "count": 1,
                "within": "5s",
                "settle": "200ms",
                "since": 1042,
                "spacing": ">=1s per to",
                "order": [{"text": "a"}, {"text": "b"}],
            }
        )
    )
    assert (spec.wanted.event, spec.wanted.rule, len(spec.wanted.conditions)) == ("data_sm", "r", 2)
    assert (spec.count, spec.within, spec.settle, spec.since) == (CountRange(1, 1), 5.0, 0.2, 1042)
    assert (spec.spacing, len(spec.order)) == (Spacing(1, None, "to"), 2)


def test_what_is_not_written() -> None:
    spec = read_verification(b"{}")
    assert (spec.count, spec.within, spec.settle, spec.since) == (AT_LEAST_ONE, 0.0, 0.0, None)
    assert read_verification('{"within": "1s"}').settle == 0.3
    assert read_verification('{"order": [{"to": 1}, {"to": 2}]}').count is None


@pytest.mark.parametrize(
    ("text", "finding"),
    [
        ('{"match": {"too": 1}}', "body:1:12: error E002: unknown key 'too'; did you mean 'to'?"),
        ('{"count": "many"}', "body:1:11: error E012: count: 'many' is no count"),
        ('{"within": 5}', "body:1:12: error E014: within: '5' needs a unit, for example 5s"),
        ('{"within": "2m"}', "body:1:12: error E013: 'within': nobody waits longer than 1m"),
        ('{"event": "bind"}', "body:1:11: error E022: 'event': verification looks at messages, and bind is none;"),
        ('{"count": ">=100001"}', "body:1:11: error E013: 'count': more than 100000 are not counted"),
        ('{"since": -1}', "body:1:11: error E013"),
        ('{"fired": 1}', "body:1:2: error E002: unknown key 'fired'"),
        ("[]", "body:1:1: error E011"),
        ("", "body:1:1: error E010"),
        ("{", "body:1:2: error E001"),
    ],
)
def test_mistakes_have_their_place(text: str, finding: str) -> None:
    with pytest.raises(FindingsError) as raised:
        read_verification(text)
    assert str(raised.value).startswith(finding)


def test_waiting_for_a_search() -> None:
    spec = wait_for(parse("to:1"), AT_LEAST_ONE, 3600.0, 7)
    assert (spec.wanted.query, spec.within, spec.since) == (parse("to:1"), LONGEST_WAIT, 7)
