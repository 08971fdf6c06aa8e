"""Gates: their order, what each of them counts, and by what."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Hashable
from dataclasses import dataclass, field
from datetime import datetime, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smsc_sim.scenario.load import load_text
from smsc_sim.scenario.matching import Value
from smsc_sim.scenario.rule import Rule
from smsc_sim.scenario.when import SCOPES, Between, CountGate, RateGate, Scope, SwitchTest, When
from smsc_sim.sim.rules import tally
from smsc_sim.sim.rules.draw import draw
from smsc_sim.sim.rules.gates import Gates
from smsc_sim.sim.sessions.session import Session
from tests.sim.playing import START, scenario

SESSION = Session(1, "127.0.0.1:1", "127.0.0.1", 0.0)


@dataclass
class Event:
    """An event whose keys are said, not found in octets."""

    keys: dict[Scope, Hashable] = field(default_factory=dict)
    print: bytes = b"message"
    session: Session = SESSION
    sequence_number: bytes = b""

    def value(self, key: str) -> Value:
        raise AssertionError(key)

    def scope(self, scope: Scope) -> Hashable:
        return self.keys.get(scope)

    def fingerprint(self) -> bytes:
        return self.print


def gates_of(when: str, seed: int = 0, on: set[str] | None = None) -> Gates:
    switched = set() if on is None else on
    return Gates(rule_of(when), seed, switched.__contains__)


def rule_of(when: str) -> Rule:
    return scenario(f"switches: {{s: {{}}}}\nrules: [{{name: r, when: {{{when}}}}}]").rules[0]


def opened(gates: Gates, events: list[Event], now: float = START) -> list[bool]:
    return [not gates.blocked(event, now) for event in events]


# Each gate by itself


def test_a_switch_lets_through_while_it_is_on_or_off() -> None:
    on: set[str] = set()
    gates, other = gates_of("switch: s", on=on), gates_of("switch: {not: s}", on=on)
    assert (gates.blocked(Event(), START), other.blocked(Event(), START)) == ("switch s is off", "")
    on.add("s")
    assert (gates.blocked(Event(), START), other.blocked(Event(), START)) == ("", "switch s is on")


@pytest.mark.parametrize(
    ("between", "clock", "held"),
    [
        ("02:00-02:30", "01:59:59", False),
        ("02:00-02:30", "02:00:00", True),
        ("02:00-02:30", "02:29:59", True),
        ("02:00-02:30", "02:30:00", False),
        ("22:00-06:00", "21:59:59", False),
        ("22:00-06:00", "22:00:00", True),
        ("22:00-06:00", "23:59:59", True),
        ("22:00-06:00", "00:00:00", True),
        ("22:00-06:00", "05:59:59", True),
        ("22:00-06:00", "06:00:00", False),
        ("00:00-00:01", "00:00:00", True),
        ("23:00-00:00", "23:30:00", True),
        ("23:00-00:00", "00:00:00", False),
        ("22:00-06:00 +01:00", "20:59:59", False),
        ("22:00-06:00 +01:00", "21:00:00", True),
        ("00:30-01:30 -05:00", "05:30:00", True),
        ("00:30-01:30 +02:00", "22:45:00", True),
    ],
)
def test_between_is_a_time_of_day_that_may_go_over_midnight(between: str, clock: str, held: bool) -> None:
    gates = gates_of(f"between: '{between}'")
    for day in ("2026-03-01", "2031-12-31", "1999-02-28"):
        now = datetime.fromisoformat(f"{day} {clock}").replace(tzinfo=timezone.utc).timestamp()
        assert (gates.blocked(Event(), now) == "") is held


def test_every_opens_for_each_so_many_th() -> None:
    gates = gates_of("every: 3")
    assert opened(gates, [Event()] * 7) == [False, False, True, False, False, True, False]


def test_first_opens_for_the_first_few() -> None:
    gates = gates_of("first: 2")
    assert opened(gates, [Event()] * 5) == [True, True, False, False, False]


def test_rate_above_opens_for_what_comes_beyond_the_rate() -> None:
    gates = gates_of("rate_above: 5/s")
    assert opened(gates, [Event()] * 8) == [False] * 5 + [True] * 3
    assert opened(gates, [Event()] * 1, START + 0.99) == [True]
    assert opened(gates, [Event()] * 6, START + 1.0) == [False] * 5 + [True]


def test_only_what_rate_above_holds_back_fills_its_window() -> None:
    # 8 a second against 5/s: 5 a second come through, second after second.
    gates = gates_of("rate_above: 5/s")
    within = [not gates.blocked(Event(), START + eighth / 8) for eighth in range(8 * 10)]
    assert [within[start : start + 8].count(False) for start in range(0, 80, 8)] == [5] * 10


@pytest.mark.parametrize(("rate", "seconds"), [("2/s", 1), ("2/m", 60), ("2/h", 3600)])
def test_the_window_is_one_unit_of_the_rate(rate: str, seconds: float) -> None:
    gates = gates_of(f"rate_above: {rate}")
    assert opened(gates, [Event()] * 3) == [False, False, True]
    assert opened(gates, [Event()], START + seconds - 0.01) == [True]
    assert opened(gates, [Event()], START + seconds) == [False]


def test_chance_is_decided_by_the_message_and_how_often_it_came() -> None:
    events = [Event(print=b"%d" % (number % 700)) for number in range(2100)]
    opened_first = opened(gates_of("chance: 10%", seed=5), events)
    assert opened_first == [
        draw(5, b"r", b"chance", event.print, number // 700) < 0.1 for number, event in enumerate(events)
    ]
    assert 150 < sum(opened_first) < 270
    assert opened(gates_of("chance: 10%", seed=6), events) != opened_first
    assert opened(gates_of("chance: 100%"), events) == [True] * 2100
    assert opened(gates_of("chance: 0%"), events) == [False] * 2100


@given(st.permutations([b"a", b"b", b"c"] * 3 + [b"%d" % number for number in range(30)]))
def test_the_order_of_arrival_does_not_matter_to_chance(order: list[bytes]) -> None:
    def victims(prints: list[bytes]) -> Counter[bytes]:
        gates = gates_of("chance: 30%", seed=9)
        return Counter(each for each in prints if not gates.blocked(Event(print=each), START))

    assert victims(order) == victims(sorted(order))


def test_two_rules_choose_different_victims() -> None:
    events = [Event(print=b"%d" % number) for number in range(500)]
    one = Gates(Rule("one", when=When(chance=0.5)), 0, lambda _: False)
    two = Gates(Rule("two", when=When(chance=0.5)), 0, lambda _: False)
    both = sum(left and right for left, right in zip(opened(one, events), opened(two, events), strict=True))
    assert 90 < both < 160


# What they count by


@pytest.mark.parametrize("scope", SCOPES)
@pytest.mark.parametrize("gate", ["every: 2", "first: 1", "rate_above: 1/s"])
def test_each_scope_counts_by_itself(gate: str, scope: Scope) -> None:
    gates = gates_of(f"{gate} per {scope}")
    a, b = Event({scope: "a"}), Event({scope: "b"})
    alone = opened(gates_of(f"{gate} per {scope}"), [a, a])
    assert len(set(alone)) == 2
    mixed = opened(gates, [a, b, a, b])
    assert [mixed[0], mixed[2]] == alone
    assert [mixed[1], mixed[3]] == alone


@pytest.mark.parametrize(
    ("gate", "scope"), [("every: 2", "server"), ("first: 1", "server"), ("rate_above: 1/s", "session")]
)
def test_what_is_counted_by_when_nothing_is_said(gate: str, scope: Scope) -> None:
    others = {other: "x" for other in SCOPES if other != scope}
    assert len(set(opened(gates_of(gate), [Event({scope: 1, **others})] * 2))) == 2
    if scope != "server":
        assert len(set(opened(gates_of(gate), [Event({scope: 1}), Event({scope: 2})]))) == 1


# Together


@dataclass
class Reference:
    """The gates as the language describes them, one sentence after the other, without any bound on memory."""

    when: When
    seed: int
    let_through: defaultdict[Hashable, list[float]] = field(default_factory=lambda: defaultdict(list))
    every: Counter[Hashable] = field(default_factory=Counter)
    first: Counter[Hashable] = field(default_factory=Counter)
    seen: Counter[bytes] = field(default_factory=Counter)

    def opens(self, event: Event, now: float, on: bool) -> bool:  # noqa: PLR0911 - one for each sentence
        when = self.when
        if when.switch is not None and on is not when.switch.wanted:
            return False
        if when.between is not None:
            moment = datetime.fromtimestamp(now, tz=timezone.utc)
            second = moment.hour * 3600 + moment.minute * 60 + moment.second
            start, end = when.between.start, when.between.end
            inside = start <= second < end if start < end else not end <= second < start
            if not inside:
                return False
        if when.rate_above is not None:
            instants = self.let_through[event.scope(when.rate_above.scope)]
            if sum(now - when.rate_above.seconds < instant for instant in instants) < when.rate_above.count:
                instants.append(now)
                return False
        if when.every is not None:
            self.every[event.scope(when.every.scope)] += 1
            if self.every[event.scope(when.every.scope)] % when.every.count:
                return False
        if when.first is not None:
            self.first[event.scope(when.first.scope)] += 1
            if self.first[event.scope(when.first.scope)] > when.first.count:
                return False
        if when.chance is not None:
            self.seen[event.print] += 1
            return draw(self.seed, b"r", b"chance", event.print, self.seen[event.print] - 1) < when.chance
        return True


scopes = st.sampled_from(SCOPES)
counts = st.integers(1, 4)
whens = st.builds(
    When,
    switch=st.none() | st.builds(SwitchTest, st.just("s"), st.booleans()),
    between=st.none() | st.sampled_from([Between(43_200, 43_260), Between(43_210, 43_205), Between(86_000, 43_230)]),
    rate_above=st.none() | st.builds(RateGate, counts, st.sampled_from([1.0, 60.0]), scopes),
    every=st.none() | st.builds(CountGate, counts, scopes),
    first=st.none() | st.builds(CountGate, counts, scopes),
    chance=st.none() | st.sampled_from([0.0, 0.3, 0.5, 1.0]),
)
keys = st.fixed_dictionaries({scope: st.sampled_from("ab") for scope in SCOPES if scope != "server"})
events = st.builds(Event, keys, st.sampled_from([b"one", b"two", b"three"]))
arrivals = st.lists(st.tuples(events, st.sampled_from([0.0, 0.1, 0.5, 1.0, 20.0]), st.booleans()), max_size=30)


@given(whens, arrivals, st.integers(0, 3))
def test_gates_are_asked_in_order_and_count_what_those_before_let_through(
    when: When, story: list[tuple[Event, float, bool]], seed: int
) -> None:
    on: set[str] = set()
    gates, reference = Gates(Rule("r", when=when), seed, on.__contains__), Reference(when, seed)
    now = START
    for event, later, switched in story:
        now += later
        on.clear()
        on.update({"s"} if switched else ())
        assert (gates.blocked(event, now) == "") is reference.opens(event, now, switched)


def test_the_reason_names_the_first_gate_that_is_closed() -> None:
    everything = "rate_above: 1/s per to, every: 2 per account, first: 1 per from, chance: 0%"
    gates = gates_of(everything)
    keys: dict[Scope, Hashable] = {"to": 1, "account": 2, "from": 3}
    reasons = [gates.blocked(Event(keys), START) for _ in range(5)]
    assert reasons == [
        "rate_above: within 1 in 1s per to",
        "every 2 per account: this is number 1",
        f"chance 0.0000%: drew {draw(0, b'r', b'chance', b'message', 0):.4%}",
        "every 2 per account: this is number 3",
        "first 1 per from: used up",
    ]
    assert gates_of("between: 11:00-11:30").blocked(Event(), START) == "between: not at this time of day"


# Memory


def test_memory_is_bounded_and_what_was_forgotten_is_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tally.Tally.__init__, "__defaults__", (10,))
    monkeypatch.setattr(tally.RateTally.__init__, "__defaults__", (10,))
    for when in ("first: 1 per to", "every: 3 per to", "rate_above: 1/h per to", "chance: 50%"):
        gates = gates_of(when)
        for number in range(25):
            gates.blocked(Event({"to": number}, b"%d" % number), START)
        assert gates.forgotten == 15
        gates.clear()
        assert gates.forgotten == 0


def test_gates_that_are_cleared_count_from_the_beginning() -> None:
    for when in ("first: 1", "every: 2", "rate_above: 1/h", "chance: 50%"):
        gates = gates_of(when, seed=1)
        story = [Event()] * 3
        before = opened(gates, story)
        gates.clear()
        assert opened(gates, story) == before


def test_counters_are_taken_over_from_the_same_rule() -> None:
    for when in ("first: 2", "every: 3", "rate_above: 2/h", "chance: 50%"):
        whole, former, latter = gates_of(when, 1), gates_of(when, 1), gates_of(when, 1)
        wanted = opened(whole, [Event()] * 8)
        got = opened(former, [Event()] * 3)
        latter.keep_counters_of(former)
        assert got + opened(latter, [Event()] * 5) == wanted


def test_gates_say_what_they_have_counted() -> None:
    rule = load_text(
        "smsc: 1\nswitches: {storm: }\nrules:\n"
        "  - {name: x, when: {switch: storm, between: 09:00-17:30, rate_above: 5/s, every: 3, first: 2, chance: 25%}}\n"
        "  - {name: y, when: {every: 3 per to, first: 2 per from}}",
        "x.yaml",
    ).rules
    uses = list(Gates(rule[0], 0, lambda name: False).uses())
    assert uses == [
        "switch storm on: shut",
        "between 09:00 and 17:30",
        "above 5 in 1s per session",
        "every 3: 0 so far",
        "first 2: 0 of 2 used",
        "chance 25 %",
    ]
    assert list(Gates(rule[1], 0, lambda name: True).uses()) == [
        "every 3 per to: none counted",
        "first 2 per from: none counted",
    ]
