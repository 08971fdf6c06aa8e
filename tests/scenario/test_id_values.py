import pytest

from smsc_sim.scenario.ids import IdChange, IdForm
from tests.scenario.texts import found_in_rule, rule, scenario

HEX, DECIMAL = IdForm("hex"), IdForm("decimal")


@pytest.mark.parametrize(
    ("written", "change"),
    [
        ("hex", IdChange(HEX, HEX, HEX)),
        ("{reply: hex, receipt: decimal}", IdChange(HEX, DECIMAL, DECIMAL)),
        ("{reply: hex}", IdChange(HEX, None, None)),
        ("{receipt: zero, tlv: decimal}", IdChange(None, IdForm("zero"), DECIMAL)),
        ("{tlv: absent}", IdChange(None, None, IdForm("absent"))),
        ("{reply: {form: hex_lower, width: 8}}", IdChange(IdForm("hex_lower", 8), None, None)),
        ("{reply: {prefix: SM, digits: 4}}", IdChange(IdForm("decimal", 0, 4, "SM"), None, None)),
    ],
)
def test_forms_for_rules_accounts_and_defaults(written: str, change: IdChange) -> None:
    assert rule(f"ids: {written}").ids == change
    assert scenario(f"defaults: {{ids: {written}}}").defaults.ids == change
    assert scenario(f"accounts: [{{system_id: a, ids: {written}}}]").accounts[0].ids == change


@pytest.mark.parametrize(
    ("written", "message"),
    [
        ("HEX", "error E012: 'HEX' is not a valid value of 'ids'; did you mean 'hex'?"),
        ("{respond: hex}", "error E002: unknown key 'respond'; known here: reply, receipt, tlv"),
        ("{reply: octal}", "error E012: 'octal' is not a valid value of 'reply'"),
        ("{reply: {width: 65}}", "error E013: width: '65' is too large; the most is 64"),
        ("{reply: {prefix: 'a b'}}", "error E012: 'a b' is not a valid value of 'prefix'"),
        ("{reply: [hex]}", "error E011: 'reply' takes a single value here"),
    ],
)
def test_what_is_no_form_is_refused(written: str, message: str) -> None:
    assert found_in_rule(f"ids: {written}")[0].startswith(message)
