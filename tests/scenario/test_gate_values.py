import pytest

from smsc_sim.scenario.gate_values import (
    format_between,
    format_chance,
    format_count_gate,
    format_rate_gate,
    parse_between,
    parse_chance,
    parse_count_gate,
    parse_rate_gate,
)
from smsc_sim.scenario.value_kind import BadValue
from smsc_sim.scenario.when import SCOPES, Between, CountGate, RateGate, SwitchTest
from tests.scenario.texts import found, rule


@pytest.mark.parametrize(
    ("text", "gate"),
    [("10", CountGate(10)), ("2 per to", CountGate(2, "to")), ("1  per  message", CountGate(1, "message"))],
)
def test_counts(text: str, gate: CountGate) -> None:
    assert parse_count_gate(text) == gate
    assert parse_count_gate(format_count_gate(gate)) == gate


@pytest.mark.parametrize(
    ("text", "gate"),
    [
        ("5/s", RateGate(5)),
        ("5/s per session", RateGate(5)),
        ("300/m per account", RateGate(300, 60.0, "account")),
        ("1/h per to", RateGate(1, 3600.0, "to")),
    ],
)
def test_rates(text: str, gate: RateGate) -> None:
    assert parse_rate_gate(text) == gate
    assert parse_rate_gate(format_rate_gate(gate)) == gate


@pytest.mark.parametrize("scope", SCOPES)
def test_every_gate_counts_by_every_scope(scope: str) -> None:
    when = rule(f"when: {{rate_above: 5/s per {scope}, every: 3 per {scope}, first: 2 per {scope}}}").when
    assert when.rate_above is not None
    assert when.every is not None
    assert when.first is not None
    assert when.rate_above.scope == when.every.scope == when.first.scope == scope


@pytest.mark.parametrize(
    ("text", "chance"),
    [("10%", 0.1), ("0.5 %", 0.005), ("100%", 1.0), ("0%", 0.0), ("0.1", 0.1), (".25", 0.25), ("1.0", 1)],
)
def test_chances(text: str, chance: float) -> None:
    assert parse_chance(text) == pytest.approx(chance)
    assert parse_chance(format_chance(chance)) == pytest.approx(chance)


@pytest.mark.parametrize(
    ("text", "between"),
    [
        ("02:00-02:30", Between(7200, 9000)),
        ("22:00 - 06:00", Between(79200, 21600)),
        ("02:00:30-02:00:45", Between(7230, 7245)),
        ("02:00-02:30 UTC", Between(7200, 9000)),
        ("02:00-02:30 +01:00", Between(3600, 5400)),
        ("00:30-02:00 +01:00", Between(84600, 3600)),
        ("22:00-23:30 -05:00", Between(10800, 16200)),
    ],
)
def test_times_of_day(text: str, between: Between) -> None:
    assert parse_between(text) == between
    assert parse_between(format_between(between)) == between


def test_switches() -> None:
    switches = "switches: {s: {}}\nrules: [{name: r, when: {switch: %s}}]"
    assert found(switches % "s") == []
    assert found(switches % "{not: s}") == []
    assert found(switches % "t") == ["3:34: error E021: no switch 't'"]
    assert found(switches % "{not: t}") == ["3:40: error E021: no switch 't'"]
    wrong = "error E011: 'switch' takes the name of a switch, or {not: NAME}"
    assert found(switches % "[s]") == [f"3:34: {wrong}"]
    assert found(switches % "{no: s}") == [f"3:34: {wrong}"]
    assert SwitchTest("s") == SwitchTest("s", wanted=True)


@pytest.mark.parametrize(
    ("gate", "message"),
    [
        ("first: two", "error E012: first: 'two' is no count; write for example 10, or 2 per to"),
        ("first: 0", "error E013: first: '0' must be at least 1"),
        (
            "first: 2 per destination",
            "error E012: first: '2 per destination' counts per 'destination'; it can count per session, account, from",
        ),
        ("every: 10 per acount", "error E012: every: '10 per acount' counts per 'acount'; it can count per session,"),
        ("rate_above: 5", "error E014: rate_above: '5' needs a unit, for example 5/s"),
        ("rate_above: 5 per to", "error E014: rate_above: '5 per to' needs a unit, for example 5/s"),
        ("rate_above: 0/s", "error E013: rate_above: '0/s' must be at least 1"),
        ("rate_above: 5/d", "error E012: rate_above: '5/d' is no rate; write for example 5/s, 300/m or 5/s per"),
        ("chance: 10", "error E014: chance: '10' is no chance without its percent sign; did you mean '10%'?"),
        ("chance: 1", "error E014: chance: '1' is no chance without its percent sign; did you mean '1%'?"),
        ("chance: 101%", "error E013: chance: '101%' is more than 100%"),
        ("chance: often", "error E012: chance: 'often' is no chance; write for example 10%, or 0.1"),
        ("chance: 1.5", "error E012: chance: '1.5' is no chance"),
        ("between: 2:00-3:00", "error E012: between: '2:00-3:00' is no time of day; write for example 02:00-02:30"),
        ("between: 02:00-02:00", "error E012: between: '02:00-02:00' begins and ends at the same time"),
        ("between: 02:00-24:00", "error E012: between: '02:00-24:00' is no time of day"),
    ],
)
def test_what_is_no_gate_is_refused_in_its_own_words(gate: str, message: str) -> None:
    findings = found(f"rules: [{{name: r, when: {{{gate}}}}}]")
    assert len(findings) == 1
    assert findings[0].split(": ", 1)[1].startswith(message)


def test_a_scope_that_was_nearly_right_is_suggested() -> None:
    with pytest.raises(BadValue) as raised:
        parse_count_gate("2 per acount")
    assert raised.value.suggestion == "2 per account"
