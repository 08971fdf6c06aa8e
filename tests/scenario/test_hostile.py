"""Scenarios that somebody wrote to stop the server: each is an answer, and none a long wait."""

import pytest

from smsc_sim.scenario.load import check_text

HEAD = "smsc: 1\n"
MANY = 2000

HOSTILE = {
    "deep lists": "rules: " + "[" * 5000,
    "deep conditions": "rules: [{name: a, when: " + "{not: " * 100 + "{to: 1}" + "}" * 100 + "}]",
    "alias bomb": "x0: &x0 [a, a, a, a, a, a, a, a, a]\n"
    + "".join(f"x{n}: &x{n} [" + ", ".join([f"*x{n - 1}"] * 9) + "]\n" for n in range(1, 9)),
    "catastrophic regex": 'rules: [{name: a, when: {text: {regex: "(a+)+$"}}}]',
    "regex of options": 'rules: [{name: a, when: {text: {regex: "' + "a?" * 60 + "a" * 60 + '"}}}]',
    "regex of counts": 'rules: [{name: a, when: {text: {regex: "((a{1000}){1000}){1000}"}}}]',
    "long glob": 'rules: [{name: a, when: {text: "' + "*a" * 500 + '"}}]',
    "huge length": "rules: [{name: a, when: {length: " + "9" * 100_000 + "}}]",
    "huge seed": "seed: " + "9" * 500_000,
    "huge coding": "rules: [{name: a, mo: {text: a, coding: " + "9" * 500_000 + "}}]",
    "huge status": "rules: [{name: a, reply: " + "9" * 500_000 + "}]",
    "huge hexadecimal status": "rules: [{name: a, reply: 0x" + "f" * 500_000 + "}]",
    "huge duration": "rules: [{name: a, reply: {delay: " + "9" * 500_000 + "s}}]",
    "huge rate": "rules: [{name: a, when: {rate_above: " + "9" * 500_000 + "/s}}]",
    "huge count": "expect: [{name: a, count: '>=" + "9" * 500_000 + "'}]",
    "huge TLV": "rules: [{name: a, reply: {tlv: {qos_time_to_live: " + "9" * 500_000 + "}}}]",
    "huge word": "rules: [{name: a, mo: {text: '{word[" + "9" * 60_000 + "]}'}}]",
    "open braces": 'rules: [{name: a, mo: {text: "' + "{a" * 30_000 + '"}}]',
    "unknown keys": "rules: [{name: a, when: {" + ",".join(f"k{n}: 1" for n in range(20_000)) + "}}]",
    "unknown switches": "switches: {"
    + ",".join(f"s{n}: " for n in range(MANY))
    + "}\nrules:\n"
    + "".join(f"  - {{name: r{n}, when: {{switch: z{n}}}}}\n" for n in range(MANY)),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_scenario_gets_an_error(name: str) -> None:
    checked = check_text(HEAD + HOSTILE[name], "h.yaml")
    assert checked.scenario is None
    assert 1 <= len(checked.findings) <= 101
    assert all(len(str(finding)) < 400 for finding in checked.findings)


LARGE = {
    "rules": "rules:\n" + "".join(f"  - {{name: r{n}, when: {{to: '{n}'}}}}\n" for n in range(MANY)),
    "prefixes": "rules:\n" + "".join(f"  - {{name: r{n}, when: {{to: '{n:05}*'}}}}\n" for n in range(MANY)),
    "one list": "rules: [{name: a, when: {to: [" + ",".join(map(str, range(80_000))) + "]}}]",
    "one list of patterns": "rules: [{name: a, when: {to: [" + ",".join(f"'{n}*'" for n in range(50_000)) + "]}}]",
    "unknown accounts": "accounts: ["
    + ",".join(f"{{system_id: a{n}}}" for n in range(MANY))
    + "]\nrules:\n"
    + "".join(f"  - {{name: r{n}, when: {{account: b{n}}}}}\n" for n in range(MANY)),
    "braces": "rules: [{name: a, mo: {text: '" + "{{" * 30_000 + "'}}]",
}


@pytest.mark.parametrize("name", LARGE)
def test_a_large_scenario_is_a_scenario(name: str) -> None:
    assert check_text(HEAD + LARGE[name], "h.yaml").scenario is not None
