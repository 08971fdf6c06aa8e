import pytest

from smsc_sim.scenario.amount import Amount
from smsc_sim.scenario.mo import MoAction
from smsc_sim.scenario.template import parse_template
from tests.scenario.texts import found_in_rule, rule

HI = parse_template("hi")


@pytest.mark.parametrize(
    ("written", "action"),
    [
        ("{text: hi}", MoAction(HI, parse_template("{to}"), parse_template("{from}"), Amount.fixed(1))),
        ("{text: hi, from: '{from}', to: '1234'}", MoAction(HI, parse_template("{from}"), parse_template("1234"))),
        ("{text: hi, after: 2s..3s}", MoAction(HI, after=Amount.between(2, 3))),
        ("{text: hi, after: 0}", MoAction(HI, after=Amount.fixed(0))),
        ("{text: hi, via: any, coding: ucs2, split: sar}", MoAction(HI, via="any", coding=8, split="sar")),
        ("{text: hi, coding: 0}", MoAction(HI, coding=0)),
    ],
)
def test_messages_back(written: str, action: MoAction) -> None:
    assert rule(f"mo: {written}").mo == (action,)
    assert rule(f"mo: [{written}, {written}]").mo == (action, action)


@pytest.mark.parametrize(
    ("written", "message"),
    [
        ("{from: a}", "error E010: key 'text' is missing"),
        ("hi", "error E011: 'mo' takes a mapping or a list here, not a single value"),
        ("{text: hi, split: udh}", "error E012: 'udh' is not a valid value of 'split'; did you mean 'udh8'?"),
        ("{text: привет, coding: gsm7}", "error E012: text: character 'п' (U+043F) at position 0 is not in"),
        ("{text: hi, to: '" + "1" * 21 + "'}", "error E015: to: an address has at most 20 characters, not 21"),
        ("{text: hi, from: '{word}'}", "error E030: from: '{word}' takes a number, the first word being {word[1]}"),
    ],
)
def test_what_cannot_be_sent_is_refused(written: str, message: str) -> None:
    findings = found_in_rule(f"mo: {written}")
    assert len(findings) == 1, findings
    assert findings[0].startswith(message)
