from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smsc_sim.sim.search.grammar import parse
from smsc_sim.sim.verify.facts import StoredFacts
from smsc_sim.sim.verify.verification import Verification
from smsc_sim.sim.verify.waiting import Waiting
from smsc_sim.sim.verify.wanted import Wanted
from smsc_sim.sim.verify.written import read_verification
from tests.sim.verify.storing import facts


def verification(**asked: Any) -> Verification:
    return Verification(read_verification(json.dumps({"within": "5s", **asked})), 0.0)


def test_who_has_an_answer_waits_no_longer() -> None:
    waiting = Waiting()
    one, other = verification(match={"to": "1"}), verification(match={"to": ["1", "+2"]}, count=">=2")
    waiting.add(one, 0)
    waiting.add(other, 0)
    assert (len(waiting), waiting.next_deadline) == (2, 5.0)
    assert waiting.offer([facts(1, to="+1")], 1.0) == [one]
    assert waiting.offer([facts(2, to="2")], 2.0) == [other]
    assert (len(waiting), waiting.next_deadline) == (0, None)


def test_who_goes_away_is_forgotten() -> None:
    waiting = Waiting()
    one = verification(match={"to": "1"})
    waiting.add(one, 0)
    waiting.remove(one)
    waiting.remove(one)
    assert waiting.offer([facts(1, to="1")], 1.0) == []
    assert one.result is None
    assert len(waiting) == 0


def test_time_ends_the_waiting_and_the_nearest_are_among_what_all_saw() -> None:
    waiting = Waiting()
    one = verification(match={"to": "447700900123"}, count=1)
    one.offer([facts(3, to="447700900129")], 0.0)
    waiting.add(one, 3)
    waiting.offer([facts(3, to="447700900129"), facts(4, to="+4477009001234")], 1.0)
    waiting.offer([facts(5, to="9")], 1.0)
    assert waiting.tick(4.9) == []
    assert waiting.tick(5.0) == [one]
    assert one.result is not None
    assert (one.result.seen, [miss.message for miss in one.result.nearest]) == (3, ["m-4", "m-3", "m-5"])


def test_those_on_other_numbers_are_not_asked() -> None:
    waiting = Waiting()
    for number in range(200):
        waiting.add(verification(match={"to": str(number), "text": {"regex": "^a"}}, count=0), 0)
    asked: list[int] = []

    class Counted(StoredFacts):
        def value(self, key: str) -> Any:
            asked.append(1)
            return super().value(key)

    waiting.offer([Counted(facts(number, to="7").message) for number in range(1, 11)], 1.0)
    # One of two hundred looks at two properties of ten messages.
    assert len(asked) == 20


def test_those_who_look_for_other_texts_are_not_asked() -> None:
    waiting = Waiting()
    for number in range(200):
        waiting.add(verification(match={"text": {"contains": f"code {number:03}"}}, count=0), 0)
    asked: list[int] = []

    class Counted(StoredFacts):
        def value(self, key: str) -> Any:
            asked.append(self.message.id)
            return super().value(key)

    texts = {1: "Your code 007", 2: "code 7", 3: "code 1990", 4: "code 200"}
    waiting.offer([Counted(facts(number, text=text).message) for number, text in texts.items()], 1.0)
    assert sorted(asked) == [1, 3]


def test_steps_in_order_are_each_looked_for() -> None:
    waiting = Waiting()
    one = verification(order=[{"length": 1}, {"length": 2}, {"length": 1}])
    waiting.add(one, 0)
    assert waiting.offer([facts(1, text="a"), facts(2, text="bb"), facts(3, text="ccc")], 1.0) == []
    assert waiting.offer([facts(4, text="d")], 1.0) == [one]
    assert one.result is not None
    assert one.result.ok


@pytest.mark.parametrize("q", ["to:*23", "hello", '"hello world"', "text:*99 OR from:Acme*", "-text:*98 hell*"])
def test_who_searches_is_answered_by_what_the_search_finds(q: str) -> None:
    waiting = Waiting()
    spec = read_verification(json.dumps({"within": "5s", "count": ">=1"}))
    one = Verification(replace(spec, wanted=Wanted(query=parse(q))), 0.0)
    waiting.add(one, 0)
    assert (
        waiting.offer([facts(1, to="44", source="Bcme", text="x 98"), facts(2, to="44", source="B", text="y")], 1.0)
        == []
    )
    assert waiting.offer([facts(3, to="+4423", source="Acme", text="Hello, world! Hell 99")], 1.0) == [one]


asks: st.SearchStrategy[dict[str, Any]] = st.fixed_dictionaries(
    {
        "match": st.sampled_from(
            [
                {},
                {"to": "1"},
                {"to": ["1", "+2"]},
                {"from": "a"},
                {"text": "x"},
                {"text": {"not": "x"}},
                {"to": "*"},
                {"account": "acme", "to": "2"},
                {"any": [{"to": "1"}, {"text": "x"}]},
                {"keyword": "X"},
                {"text": {"contains": "x"}},
                {"text": "?*y"},
                {"text": {"regex": "x+z?"}},
                {"text": {"regex": "(?i)X"}},
                {"text": ["y", {"contains": "xx"}]},
                {"to": ["*2", "1"]},
                {"to": "+*"},
                {"from": "?", "text": {"contains": "y"}},
            ]
        ),
        "count": st.sampled_from(["0", "1", "2", ">=1", ">=3", "1..2"]),
    }
)
texts = st.text("xyXz \n", max_size=4)
batches = st.lists(
    st.lists(st.tuples(st.sampled_from(["1", "+1", "2", "+2", "3"]), st.sampled_from("ab"), texts)),
    max_size=5,
)


@given(st.lists(asks, max_size=6), batches)
def test_together_they_answer_as_each_alone(
    asked: list[dict[str, Any]], came: list[list[tuple[str, str, str]]]
) -> None:
    alone = [verification(**one) for one in asked]
    together = [verification(**one) for one in asked]
    waiting = Waiting()
    for one in together:
        waiting.add(one, 0)
    number, decided = 0, []
    for at, batch in enumerate(came, 1):
        messages = []
        for to, source, text in batch:
            number += 1
            messages.append(facts(number, to=to, source=source, text=text))
        for one in alone:
            one.tick(at)
            one.offer(messages, at)
        decided += [*waiting.tick(at), *waiting.offer(messages, at)]
    for one in alone:
        one.tick(9.0)
    decided += waiting.tick(9.0)
    assert [one.result for one in together] == [one.result for one in alone]
    assert len(decided) == len(together)
    assert len(waiting) == 0
