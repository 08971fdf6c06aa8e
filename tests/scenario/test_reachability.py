import pytest

from tests.scenario.texts import found


def above(first: str, second: str) -> list[str]:
    """The warnings for two rules, one above the other."""
    return [one.partition(": ")[2] for one in found(f"rules:\n  - {{name: a, {first}}}\n  - {{name: b, {second}}}")]


NEVER = "warning W120: never reached: rule 'a' above it takes every submit_sm that this one would"


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("when: {to: 1}", "when: {to: 1}"),
        ("when: {to: [1, 2]}", "when: {to: 1, text: x}"),
        ("when: {to: [1, 2]}", "when: {to: [2, 1], first: 2}"),
        ("when: {to: '44*'}", "when: {to: 4477}"),
        ("when: {to: '44*'}", "when: {to: '4477*'}"),
        ("when: {to: '*99'}", "when: {to: [199, 299]}"),
        ("when: {text: {regex: '^a'}}", "when: {text: [abc, ab], length: 5}"),
        ("when: {text: {regex: '^a'}}", "when: {text: {regex: '^a'}, chance: 5%}"),
        ("when: {any: [{to: 1}]}", "when: {any: [{to: 1}], from: 2}"),
        ("when: {not: {to: 1}}", "when: {length: 1, not: {to: 1}}"),
        ("when: {to: 1, from: 2}", "when: {from: 2, to: 1}"),
        ("when: {keyword: stop}", "when: {keyword: STOP}"),
    ],
)
def test_a_rule_whose_messages_all_go_to_one_above_is_never_reached(first: str, second: str) -> None:
    assert above(first, second) == [NEVER]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("when: {to: 1}", "when: {to: 2}"),
        ("when: {to: 1}", "when: {to: [1, 2]}"),
        ("when: {to: 1}", "when: {from: 1}"),
        ("when: {to: 1, text: x}", "when: {to: 1}"),
        ("when: {to: '4477*'}", "when: {to: '44*'}"),
        ("when: {to: 1, chance: 5%}", "when: {to: 1}"),
        ("when: {to: 1, first: 2}", "when: {to: 1}"),
        ("when: {rate_above: 5/s}", "when: {to: 1}"),
        ("when: {any: [{to: 1}]}", "when: {any: [{to: 2}]}"),
        ("event: data_sm", "when: {to: 1}"),
        ("when: {not: {to: 1}}", "when: {to: 1}"),
    ],
)
def test_a_rule_for_which_something_is_left_is_not_warned_about(first: str, second: str) -> None:
    assert above(first, second) == []


def test_a_rule_without_conditions_takes_everything() -> None:
    assert above("reply: ok", "when: {to: 1}") == [
        "warning W120: never reached: rule 'a' above it takes every submit_sm"
    ]
    assert above("event: bind, reply: ok", "event: bind, when: {bind: receiver}") == [
        "warning W120: never reached: rule 'a' above it takes every bind"
    ]


def test_a_rule_that_could_not_be_read_takes_nothing() -> None:
    assert above("when: {too: 1}", "when: {to: 1}") == ["error E002: unknown key 'too'; did you mean 'to'?"]
    assert above("when: {to: 1, chance: 5}", "when: {to: 1}")[0].startswith("error E014")
    assert len(above("when: {not: {tto: 1}, any: [{to: 1}]}", "when: {any: [{to: 1}]}")) == 1


def test_several_rules_together_can_take_all() -> None:
    rules = "rules: [{name: a, when: {to: 1}}, {name: b, when: {to: 2}}, {name: c, when: {to: [2, 1]}}]"
    assert found(rules) == [
        "2:61: warning W120: never reached: rule 'a' above it takes every submit_sm that this one would"
    ]


def test_a_count_below_another_begins_behind_it() -> None:
    assert above("when: {to: '44*', first: 3}", "when: {to: 4477, first: 2 per to}") == [
        "warning W121: rule 'a' above takes the first 3; this one counts from the next one on"
    ]
    assert above("when: {to: 44, first: 3}", "when: {to: 45, first: 2}") == []
    assert above("when: {to: 44, first: 3, chance: 5%}", "when: {to: 44, first: 2}") == []


def test_very_many_rules_are_no_effort() -> None:
    texts = ",".join(f"{number}" for number in range(2000))
    wide = "\n".join(f"  - {{name: w{number}, when: {{to: '1*', from: x{number}}}}}" for number in range(300))
    assert found(f"rules:\n{wide}\n  - {{name: last, when: {{to: [{texts}]}}}}") == []
