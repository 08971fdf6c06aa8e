import pytest

from smsc_sim.scenario.rule import EVENTS, Rule
from smsc_sim.scenario.when import ALWAYS
from tests.scenario.texts import found, found_in_rule, rule, scenario


def test_a_rule_needs_only_its_name() -> None:
    made = rule("")
    assert made == Rule("r", at="f.yaml:3", digest=made.digest)
    assert made.when is ALWAYS


@pytest.mark.parametrize("event", EVENTS)
def test_every_event_has_rules(event: str) -> None:
    assert rule(f"event: {event}, session: close").event == event


@pytest.mark.parametrize("action", ["close", "reset", "unbind", "unbind_at_once", "freeze"])
def test_what_happens_to_the_session(action: str) -> None:
    assert rule(f"session: {action}").session == action


def test_switches_are_set_in_the_order_of_the_file() -> None:
    made = scenario("switches: {b: {}, a: {}}\nrules: [{name: r, set: {b: on, a: no}}]").rules[0]
    assert made.set == (("b", True), ("a", False))


@pytest.mark.parametrize(
    ("written", "retry"),
    [("retry: none", ()), ("retry: 5s", (5.0,)), ("retry: [5s, 1m]", (5.0, 60.0)), ("session: close", None)],
)
def test_when_what_was_not_taken_is_sent_again(written: str, retry: tuple[float, ...] | None) -> None:
    assert rule(f"event: deliver_sm_resp, {written}").retry == retry


@pytest.mark.parametrize(
    ("written", "message"),
    [
        ("event: bind, receipt: DELIVRD", "error E022: 'receipt' needs a message, and bind brings none"),
        ("event: query_sm, receipts: []", "error E022: 'receipts' needs a message, and query_sm brings none"),
        ("event: unbind, ids: hex", "error E022: 'ids' needs a message, and unbind brings none"),
        ("event: connect, reply: none", "error E022: connect is nothing that could be answered"),
        ("event: deliver_sm_resp, reply: ok", "error E022: deliver_sm_resp is nothing that could be answered"),
        ("event: connect, mo: {text: a}", "error E022: nobody is bound at connect who could get a message"),
        ("retry: 5s", "error E022: 'retry' belongs to rules for deliver_sm_resp"),
        ("event: deliver_sm_resp, retry: []", "error E015: 'retry' needs at least 1 of them, or none"),
        ("event: deliver_sm_resp, retry: [5]", "error E014: retry: '5' needs a unit, for example 5s"),
        ("event: deliver_sm_resp, retry: [[5s]]", "error E011: 'retry' takes a duration, a list of them, or none"),
        ("event: submit", "error E012: 'submit' is not a valid value of 'event'; did you mean 'submit_sm'?"),
        ("session: kill", "error E012: 'kill' is not a valid value of 'session'"),
        ("set: {s: on}", "error E021: no switch 's'"),
        ("set: [s]", "error E011: 'set' takes a mapping here, not a list"),
    ],
)
def test_what_a_rule_cannot_do_is_refused(written: str, message: str) -> None:
    findings = found_in_rule(written)
    assert len(findings) == 1, findings
    assert findings[0].startswith(message)


def test_a_rule_has_a_name() -> None:
    assert found("rules: [{reply: ok}]") == ["2:9: error E010: key 'name' is missing"]
    assert found("rules: [{name: ''}]") == ["2:16: error E015: name: '' must have 1 to 200 characters, not 0"]


def test_rules_that_are_written_alike_have_the_same_digest() -> None:
    first = scenario("rules:\n  - name: a\n    when: {to: '1'}\n  - name: b").rules
    again = scenario("# moved\n\nrules: [{name: a, when: {to: 1}}, {name: b, reply: ok}]").rules
    assert first[0].digest == again[0].digest
    assert first[1].digest != again[1].digest
    assert len({one.digest for one in (*first, *again)}) == 3
    assert (first[0].at, again[0].at) == ("f.yaml:3", "f.yaml:4")
