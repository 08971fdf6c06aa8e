"""A number to begin with."""

import pytest

from smsc_sim.web.telling_number import telling_number
from tests.web.site import Site


@pytest.mark.parametrize(
    ("rules", "number"),
    [
        ("[]", None),
        ("[{name: a, reply: ESME_RSYSERR}]", None),
        ("[{name: a, when: {to: '49*'}, reply: ESME_RSYSERR}]", None),
        ("[{name: a, when: {to: '49'}}, {name: b, when: {to: '50'}, reply: ESME_RSYSERR}]", "50"),
        ("[{name: a, when: {to: ['49', '50']}, reply: ESME_RSYSERR}, {name: b, when: {to: '51'}, reply: none}]", "51"),
        ("[{name: a, when: {to: '49', switch: s}, reply: ESME_RSYSERR}]", None),
        ("[{name: a, when: {to: '49', text: 'x*'}, reply: ESME_RSYSERR}]", None),
    ],
)
def test_a_number_that_the_rules_treat_in_a_way_of_their_own(rules: str, number: str | None) -> None:
    found = telling_number(Site(f"smsc: 1\nswitches: {{s: {{}}}}\nrules: {rules}\n").console)
    assert (found.number if found is not None else None) == number
