import pytest

from smsc_sim.scenario.library import profile_names, read_profile, read_scenario, scenario_names
from smsc_sim.scenario.load import check, load
from smsc_sim.scenario.reply import Reply
from smsc_sim.scenario.when import FieldCondition


def test_what_comes_with_the_product() -> None:
    assert profile_names() == ("generic", "jasmin", "kannel-friendly", "movider", "smppsim", "sms77")
    assert scenario_names() == ("builtin:test-numbers",)


@pytest.mark.parametrize("name", profile_names())
def test_every_profile_is_a_file_with_its_source(name: str) -> None:
    document = read_profile(name)
    assert document.path.endswith(f"profiles/{name}.yaml")
    assert document.source.name == f"profile {name}"


def test_the_test_numbers() -> None:
    assert read_scenario("builtin:test-numbers").path.endswith("builtin/test-numbers.yaml")
    assert {finding.severity for finding in check("builtin:test-numbers")} <= {"information"}
    rules = load("builtin:test-numbers").rules
    numbers: list[str] = []
    for rule in rules:
        condition = rule.when.conditions[0]
        assert isinstance(condition, FieldCondition)
        assert condition.test.literals is not None
        numbers += condition.test.literals
    assert numbers == sorted(set(numbers))
    assert all(number.startswith("447700900") and len(number) == 12 for number in numbers)
    refused = {rule.name: rule.reply.status for rule in rules if rule.reply is not None and not rule.reply.is_accepted}
    assert refused == {
        "no credit": 0x40B,
        "throttled": 0x58,
        "queue full": 0x14,
        "system error": 8,
        "bad destination": 0x0B,
        "throttled twice": 0x58,
    }
    assert rules[-2].reply == Reply(cut_after=9, then="reset")
