from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smsc_sim.sim.search.grammar import parse
from smsc_sim.sim.verify.facts import StoredFacts
from smsc_sim.sim.verify.verification import Result, Verification, as_json
from smsc_sim.sim.verify.written import read_verification
from tests.sim.search.stored import RECEIPT
from tests.sim.verify.storing import facts

START = 1000.0
TO = "447700900123"


class Asked:
    """A verification and a clock that begins at 0."""

    def __init__(self, *stored: int, evicted: bool = False, **asked: Any) -> None:
        query = asked.pop("query", None)
        spec = read_verification(json.dumps({"match": {"to": TO}, "within": "5s", "settle": "300ms", **asked}))
        spec = replace(spec, wanted=replace(spec.wanted, query=query))
        self.verification = Verification(spec, START, evicted=evicted)
        self.came = 0
        self.offer(0.0, *map(self.hit, stored))

    def hit(self, number: int, **fields: Any) -> Any:
        return facts(number, to=TO, **fields)

    def offer(self, at: float, *messages: Any) -> bool | None:
        self.verification.offer(messages, START + at)
        return self.ok

    def tick(self, at: float) -> bool | None:
        self.verification.tick(START + at)
        return self.ok

    @property
    def ok(self) -> bool | None:
        return None if self.verification.result is None else self.verification.result.ok

    @property
    def result(self) -> Result:
        assert self.verification.result is not None
        return self.verification.result

    @property
    def deadline(self) -> float | None:
        deadline = self.verification.next_deadline
        return None if deadline is None else round(deadline - START, 6)


def test_at_least_answers_as_soon_as_there_are_as_many() -> None:
    asked = Asked(count=">=2")
    assert asked.offer(1.0, asked.hit(1)) is None
    assert asked.deadline == 5.0
    assert asked.offer(2.0, facts(2, to="1"), asked.hit(3)) is True
    assert (asked.result.count, asked.result.waited, asked.result.messages) == (2, 2.0, ("m-1", "m-3"))
    assert asked.deadline is None


def test_what_is_stored_already_counts() -> None:
    assert Asked(1).ok is True
    assert Asked(1, count=1).deadline == 0.3
    assert Asked(1, count=1, within="0", settle="0").ok is True
    assert Asked(count=1, within="0").ok is False
    assert Asked(count=0, within="0").ok is True


def test_exactly_so_many_wait_a_little_for_one_too_many() -> None:
    asked = Asked(count=1)
    assert asked.offer(1.0, asked.hit(1)) is None
    assert asked.deadline == 1.3
    assert asked.tick(1.2) is None
    assert asked.tick(1.3) is True
    asked = Asked(count=1)
    asked.offer(1.0, asked.hit(1))
    assert asked.offer(1.1, asked.hit(2)) is False
    assert asked.result.reason == "2 messages where at most 1 is expected"
    assert asked.result.messages == ("m-1", "m-2")
    assert asked.result.nearest == ()


def test_the_last_moment_is_given_its_quiet() -> None:
    asked = Asked(count=1)
    asked.offer(4.9, asked.hit(1))
    assert asked.tick(5.0) is None
    assert asked.tick(5.2) is True


def test_a_range_is_done_when_it_has_been_quiet() -> None:
    asked = Asked(count="2..3")
    asked.offer(1.0, asked.hit(1), asked.hit(2))
    asked.offer(1.2, asked.hit(3))
    assert asked.tick(1.3) is None
    assert asked.tick(1.5) is True


@pytest.mark.parametrize("count", ["0", "<=2"])
def test_none_and_at_most_wait_all_the_time(count: str) -> None:
    asked = Asked(count=count)
    assert asked.tick(4.9) is None
    assert asked.deadline == 5.0
    assert asked.tick(5.0) is True


def test_none_fails_with_the_first() -> None:
    asked = Asked(count=0)
    assert asked.offer(1.0, asked.hit(1)) is False
    assert asked.result.reason == "1 message where none is expected"


def test_too_few_name_the_nearest() -> None:
    asked = Asked(count=1, match={"to": TO, "text": "Your code is *"})
    asked.offer(1.0, facts(30, to="+4477009001234"), facts(31, to="9", text="x"))
    assert asked.tick(5.0) is False
    answer = as_json(asked.result)
    assert answer["code"] == "expectation_failed"
    assert (answer["ok"], answer["count"], answer["waited"], answer["seen"]) == (False, 0, "5s", 2)
    assert answer["reason"] == "0 messages where 1 is expected"
    assert answer["nearest"][0] == {
        "message": "m-30",
        "differs": [{"field": "to", "wanted": TO, "was": "+4477009001234"}],
    }
    assert [miss["message"] for miss in answer["nearest"]] == ["m-30", "m-31"]


def test_the_answer_when_it_is_as_asked() -> None:
    asked = Asked()
    asked.offer(0.412, asked.hit(31))
    assert as_json(asked.result) == {"ok": True, "count": 1, "waited": "410ms", "messages": ["m-31"]}


def test_only_what_came_after_the_mark_counts() -> None:
    asked = Asked(since=105)
    assert asked.offer(1.0, asked.hit(5)) is None
    assert asked.offer(1.0, asked.hit(6)) is True


def test_a_message_counts_once_it_is_as_asked() -> None:
    asked = Asked(receipt="DELIVRD", reply="ESME_ROK", rule="r", count=1)
    asked.offer(1.0, asked.hit(1, rule="r", command_status=None))
    asked.offer(2.0, asked.hit(1, rule="r"))
    assert asked.offer(3.0, asked.hit(1, rule="r", receipts=(RECEIPT,))) is None
    asked.offer(3.1, asked.hit(1, rule="r", receipts=(RECEIPT, RECEIPT)))
    assert asked.tick(3.3) is True
    assert (asked.result.count, asked.result.seen) == (1, 1)


def test_time_alone_may_make_it_what_is_asked_for() -> None:
    for state_at, ok in ((START + 4, True), (START + 6, False)):
        asked = Asked(count=">=1", query=parse("is:delivered"))
        assert asked.offer(0.1, asked.hit(1, state="DELIVERED", state_at=state_at)) is None
        assert asked.tick(5.0) is ok


def test_searches_go_by_the_clock_of_the_messages() -> None:
    message = replace(facts(1, to=TO).message, state="DELIVERED", state_at=START + 60)
    asked = Asked(count=">=1", query=parse("is:delivered"))
    assert asked.offer(0.1, StoredFacts(message, clock=lambda: START + 59)) is None
    assert asked.offer(0.2, StoredFacts(message, clock=lambda: START + 60)) is True


def test_order() -> None:
    asked = Asked(order=[{"text": "a"}, {"text": "b"}, {"text": "a"}])
    asked.offer(1.0, asked.hit(1, text="b"), asked.hit(2, text="a"), asked.hit(3, text="c"))
    assert asked.offer(2.0, asked.hit(5, text="a")) is None
    assert asked.offer(2.0, asked.hit(4, text="b"), asked.hit(6, text="c")) is True
    asked = Asked(order=[{"text": "a"}, {"text": "bb"}])
    asked.offer(1.0, asked.hit(1, text="bb"), asked.hit(2, text="a"), asked.hit(3, text="bc"))
    assert asked.tick(5.0) is False
    assert asked.result.reason == "nothing was number 2 of the 2 that were to come in order"
    assert asked.result.nearest[0].message == "m-3"


def test_spacing() -> None:
    asked = Asked(spacing=">=1s per to")
    asked.offer(1.0, asked.hit(1, at=10.0), asked.hit(2, at=11.0))
    assert asked.deadline == 5.0
    assert asked.tick(5.0) is True
    asked = Asked(spacing=">=1s per to")
    assert asked.offer(1.0, asked.hit(1, at=10.0), asked.hit(2, at=10.5)) is False
    assert asked.result.reason == "m-1 and m-2 are 500ms apart, and >=1s per to is expected"
    asked = Asked(1, spacing=">=1s per to")
    assert asked.tick(5.0) is False
    assert asked.result.reason == "no two messages whose spacing could be looked at"


def test_what_has_been_dropped_cannot_be_counted() -> None:
    assert Asked(1, count=">=1", evicted=True).ok is True
    exactly = Asked(1, count=1, evicted=True)
    assert (exactly.ok, exactly.result.code) == (False, "journal_evicted")
    assert "nobody can tell" in exactly.result.reason
    none = Asked(count=0, evicted=True)
    assert none.result.code == "journal_evicted"
    too_many = Asked(1, 2, count=1, evicted=True)
    assert too_many.result.code == "expectation_failed"
    still = Asked(count=">=1", evicted=True)
    assert still.ok is None
    assert still.tick(5.0) is False
    assert still.result.code == "journal_evicted"


def test_an_answer_is_final() -> None:
    asked = Asked(1, count=0)
    before = asked.result
    asked.offer(1.0, asked.hit(2))
    asked.tick(9.0)
    assert asked.result is before


counts = st.sampled_from(["0", "1", "2", ">=1", ">=2", "<=1", "1..2", ">0", "<3"])
steps = st.lists(st.tuples(st.sampled_from([0.0, 0.1, 0.3, 1.0, 3.0]), st.integers(0, 2)), max_size=8)


@given(counts, steps)
def test_every_count_is_answered_rightly_and_in_time(count: str, came: list[tuple[float, int]]) -> None:
    asked = Asked(count=count)
    wanted = asked.verification.spec.count
    assert wanted is not None
    at, number = 0.0, 0
    for pause, hits in came:
        due = asked.deadline
        while due is not None and due <= at + pause:
            asked.tick(due)
            assert asked.deadline is None or asked.deadline > due, "a deadline that is over is not given again"
            due = asked.deadline
        at = round(at + pause, 6)
        asked.offer(at, *(asked.hit(number + one + 1) for one in range(hits)))
        number += hits if asked.ok is None else 0
    while (due := asked.deadline) is not None:
        asked.tick(due)
    assert asked.ok is wanted.holds(asked.result.count)
    if not came or not wanted.least:
        assert asked.result.waited <= 5.0 + 1e-6
