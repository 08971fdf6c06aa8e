from __future__ import annotations

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from smsc_sim.sim.verify.facts import StoredFacts
from smsc_sim.sim.verify.verification import Verification
from smsc_sim.sim.verify.waiting import Waiting
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
            ]
        ),
        "count": st.sampled_from(["0", "1", "2", ">=1", ">=3", "1..2"]),
    }
)
batches = st.lists(
    st.lists(st.tuples(st.sampled_from(["1", "+1", "2", "+2", "3"]), st.sampled_from("ab"), st.sampled_from("xy"))),
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
