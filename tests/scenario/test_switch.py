from smsc_sim.scenario.switch import SwitchDefinition
from tests.scenario.texts import found, scenario


def test_switches_have_a_label_a_state_and_a_time() -> None:
    made = scenario("switches: {a: {label: The A, active: yes, for: 5m}, b: {}, c: , d: {for: 0}}").switches
    assert made == {
        "a": SwitchDefinition("The A", active=True, for_seconds=300.0),
        "b": SwitchDefinition("b"),
        "c": SwitchDefinition("c"),
        "d": SwitchDefinition("d"),
    }


def test_what_is_no_switch_is_refused() -> None:
    assert found("switches: {a: {lable: x}}") == ["2:16: error E002: unknown key 'lable'; did you mean 'label'?"]
    assert found("switches: {a: {active: maybe}}")[0].startswith("2:24: error E012: 'maybe' is not a valid value")
    assert found("switches: {a: {for: 5}}") == ["2:21: error E014: for: '5' needs a unit, for example 5s"]
    assert found("switches: [a]") == ["2:11: error E011: 'switches' takes a mapping here, not a list"]
    assert found("switches: {a: {}, a: {}}")[0].startswith("2:19: error E003: key 'a' is given twice")
