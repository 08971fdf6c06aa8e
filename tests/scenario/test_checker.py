import pytest

from tests.scenario.texts import found

ACME = "accounts: [{system_id: acme}]\n"


@pytest.mark.parametrize(
    ("text", "findings"),
    [
        (
            "rules: [{name: a}, {name: b, when: {to: 1}}, {name: a, event: bind}]",
            [
                "2:20: warning W120: never reached: rule 'a' above it takes every submit_sm",
                "2:53: error E020: two rules are called 'a'; the other is at line 2",
            ],
        ),
        (
            "accounts: [{system_id: a}, {system_id: a}]",
            ["2:40: error E020: two accounts have the system_id 'a'; the other is at line 2"],
        ),
        (
            f"{ACME}rules: [{{name: r, when: {{account: [acmee, 'acm*', acme]}}}}]",
            ["3:36: warning W103: account 'acmee' is not in this file; did you mean 'acme'?"],
        ),
        (
            f"{ACME}rules: [{{name: r, when: {{any: [{{not: {{account: zz}}}}]}}}}]",
            ["3:48: warning W103: account 'zz' is not in this file"],
        ),
        ("rules: [{name: r, when: {account: anybody}}]", []),
        (
            f"{ACME}rules: [{{name: r, receipts: [{{via: account:zz}}], mo: {{text: a, via: account:acm}}}}]",
            [
                "3:19: warning W103: account 'zz' is not in this file",
                "3:50: warning W103: account 'acm' is not in this file; did you mean 'acme'?",
            ],
        ),
        (f"{ACME}rules: [{{name: r, receipt: {{via: account:acme}}}}]", []),
        (
            "rules: [{name: r, reply: nack, receipts: [DELIVRD]}]",
            ["2:32: warning W110: a refused message gets no receipt; this one is never sent"],
        ),
        (
            "defaults: {reply: ESME_RSYSERR}\nrules: [{name: r, receipt: DELIVRD}]",
            ["3:19: warning W110: a refused message gets no receipt; this one is never sent"],
        ),
        ("defaults: {reply: ESME_RSYSERR}\nrules: [{name: r, reply: ok, receipt: DELIVRD}]", []),
        ("rules: [{name: r, reply: ESME_RSYSERR, receipt: none}]", []),
        ("rules: [{name: r, reply: none, receipt: DELIVRD}]", []),
        ("rules: [{name: r, reply: {cut_after: 3}, receipt: DELIVRD}]", []),
        (
            "profile: sms77\nrules: [{name: r, receipts: [ENROUTE, DELIVRD]}]",
            ["3:19: warning W111: profile sms77 knows no state ENROUTE; it is sent all the same"],
        ),
        (
            "rules: [{name: r, when: {chance: 100%}}]",
            ["2:34: warning W122: always: the chance can be left out"],
        ),
        ("rules: [{name: r, when: {chance: 0%}}]", ["2:34: warning W122: never: this rule does nothing"]),
        (
            "switches: {maint: {}}\nrules: [{name: r, when: {switch: maintenance}, set: {maintt: on}}]",
            [
                "3:34: error E021: no switch 'maintenance'; did you mean 'maint'?",
                "3:54: error E021: no switch 'maintt'; did you mean 'maint'?",
            ],
        ),
    ],
)
def test_a_scenario_as_a_whole(text: str, findings: list[str]) -> None:
    assert found(text) == findings


def test_accounts_of_the_profile_count() -> None:
    text = "profile: movider\nrules: [{name: r, when: {account: moviderr}}]"
    assert found(text) == ["3:35: warning W103: account 'moviderr' is not in this file; did you mean 'movider'?"]
    assert found(text.replace("moviderr", "movider")) == []


def test_suggestions_end_when_there_are_enough_findings() -> None:
    accounts = ",".join(f"{{system_id: a{number}}}" for number in range(300))
    rules = "\n".join(f"  - {{name: r{number}, when: {{account: b{number}}}}}" for number in range(300))
    findings = found(f"accounts: [{accounts}]\nrules:\n{rules}")
    assert len(findings) == 101
    assert "there are more than these 100" in findings[-1]
