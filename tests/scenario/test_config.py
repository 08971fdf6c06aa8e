import pytest

from smsc_sim.scenario.account import AccountDefinition
from smsc_sim.scenario.config import ConfigFile, check_config, load_config
from smsc_sim.scenario.document import parse_document
from smsc_sim.scenario.findings import FindingsError
from smsc_sim.scenario.values import Duration


class WithGrace(ConfigFile, frozen=True, kw_only=True, forbid_unknown_fields=True):
    grace: Duration | None = None


def test_a_configuration_has_accounts_and_the_fields_of_its_model() -> None:
    converted = load_config(parse_document("grace: 7s\naccounts: [{system_id: acme}]", "c.yaml"), WithGrace)
    assert converted.value == WithGrace(grace=7.0, accounts=(AccountDefinition(system_id="acme"),))
    assert converted.node(converted.value, "grace").line == 1


def test_all_mistakes_are_found_at_once() -> None:
    text = "grase: 7s\ngrace: 7\naccounts: [{system_id: a}, {system_id: a}]"
    checked = check_config(parse_document(text, "c.yaml"), WithGrace)
    assert checked.converted is None
    assert [(finding.line, finding.code) for finding in checked.findings] == [(1, "E002"), (2, "E014"), (3, "E020")]
    with pytest.raises(FindingsError):
        load_config(parse_document(text, "c.yaml"), WithGrace)
