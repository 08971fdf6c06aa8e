from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smsc_sim.scenario import matching
from smsc_sim.scenario.needle import needles_of
from smsc_sim.scenario.when import FieldCondition
from tests.sim.playing import scenario


def read(key: str, written: str) -> matching.Test:
    (rule,) = scenario(f"rules: [{{name: r, when: {{{key}: {written}}}, reply: ESME_RSYSERR}}]").rules
    (condition,) = rule.when.conditions
    assert isinstance(condition, FieldCondition)
    return condition.test


@pytest.mark.parametrize(
    ("key", "written", "needles"),
    [
        ("text", "{contains: code}", {"code"}),
        ("text", "'*code is ?12*'", {"code is "}),
        ("text", "STOP", {"STOP"}),
        ("text", "[STOP, {contains: halt}]", {"STOP", "halt"}),
        ("text", "{regex: 'code [0-9]+ is'}", {"code "}),
        ("text", "{regex: '(?i)code'}", None),
        ("text", "{not: STOP}", None),
        ("text", "'*'", None),
        ("text", "[STOP, '*']", None),
        ("to", "'4477*'", {"4477"}),
        ("to", "'+447700900123'", {"447700900123"}),
        ("keyword", "STOP", None),
        ("length", "'>5'", None),
    ],
)
def test_what_a_value_must_have_in_it(key: str, written: str, needles: set[str] | None) -> None:
    assert needles_of(read(key, written)) == needles


TESTS = [
    ("text", "{contains: ab}"),
    ("text", "'a*b?a'"),
    ("text", "{regex: '^a+b|ba'}"),
    ("text", "{regex: 'a(b|c)?a'}"),
    ("text", "[ab, {contains: ba}]"),
    ("to", "'1*2'"),
    ("to", "'+12'"),
    ("to", "['12', '+1*']"),
]


@given(st.sampled_from(TESTS), st.text("ab12+c", max_size=6))
def test_every_value_that_passes_has_one_of_the_needles(about: tuple[str, str], value: str) -> None:
    test: Any = read(*about)
    needles = needles_of(test)
    assert not test.holds(value) or needles is None or any(needle in value for needle in needles)
