from typing import Any

import pytest

from smsc_sim.scenario.matching import Value
from smsc_sim.scenario.rule import Event
from smsc_sim.scenario.when import FieldCondition
from tests.scenario.texts import found, scenario

GSM7, UCS2 = 0, 8


def holds(key: str, written: str, value: Value, event: Event = "submit_sm") -> bool:
    """Whether a value passes the test that is written for a key."""
    conditions = scenario(f"rules: [{{name: r, event: {event}, when: {{{key}: {written}}}}}]").rules[0].when.conditions
    condition = conditions[0]
    assert isinstance(condition, FieldCondition)
    return condition.test.holds(value)


def refused(key: str, written: str) -> str:
    """The one finding of a rule with this test, without its place."""
    findings = found(f"rules: [{{name: r, when: {{{key}: {written}}}}}]")
    assert len(findings) == 1, findings
    return findings[0].split(": ", 1)[1]


@pytest.mark.parametrize(
    ("written", "value", "passes"),
    [
        ("447700900123", "447700900123", True),
        ("+447700900123", "447700900123", True),
        ("447700900123", "+447700900123", True),
        ("+447700900123", "+447700900123", True),
        ("447700900123", "++447700900123", False),
        ("447700900123", "00447700900123", False),
        ("0123", "123", False),
        ('"44770090*"', "+447700900123", True),
        ('"+44770090*"', "447700900123", True),
        ('"*9999"', "+449999", True),
        ('"+*"', "+44", True),
        ('"+*"', "44", False),
        ("Acme", "Acme", True),
        ("Acme", "acme", False),
        ("+Acme", "Acme", False),
        ("+Acme", "+Acme", True),
        ('"*"', "+44", True),
        ("[1, 2]", "2", True),
        ("[1, Acme, 3*]", "345", True),
        ("{regex: '^\\+44'}", "+447700900123", True),
        ("{regex: '^\\+44'}", "447700900123", False),
        ("{contains: '77'}", "4477", True),
        ("{not: '+44*'}", "447700900123", False),
        ("{not: '+44*'}", "33612345678", True),
        ("{not: [1, 2]}", "3", True),
        ("1", None, False),
        ('"*"', None, False),
        ('{not: "*"}', None, True),
    ],
)
def test_addresses(written: str, value: Value, passes: bool) -> None:
    assert holds("to", written, value) is passes


@pytest.mark.parametrize(
    ("key", "written", "value", "passes"),
    [
        ("text", "no", "no", True),
        ("text", "12:30", "12:30", True),
        ("text", '">=5"', ">=5", True),
        ("text", '"Your code is *"', "Your code is 1234", True),
        ("text", '"Really?"', "Really?", True),
        ("text", '""', "", True),
        ("text", "{contains: [sale, SALE]}", "big sale", True),
        ("text", "{contains: '*'}", "a*b", True),
        ("text", "{contains: '*'}", "ab", False),
        ("text", "{contains: a, not: {contains: b}}", "ab", False),
        ("text", "{contains: a, not: {contains: b}}", "ac", True),
        ("text", "{regex: ['^a', 'z$']}", "xyz", True),
        ("text", "[a, {contains: b}, {regex: 'c'}]", "xcx", True),
        ("text", "{not: {not: a}}", "a", True),
        ("keyword", "promo", "PROMO", True),
        ("keyword", "[PROMO, SALE]", "Sale", True),
        ("keyword", '"pro*"', "PROMO", True),
        ("keyword", "promo", "promos", False),
        ("account", '"acme*"', "acme2", True),
        ("coding", "8", UCS2, True),
        ("coding", "ucs-2", UCS2, True),
        ("coding", "gsm7", GSM7, True),
        ("coding", "gsm7", UCS2, False),
        ("coding", '">=8"', UCS2, True),
        ("length", "160", 160, True),
        ("length", '">160"', 160, False),
        ("length", '"> 160"', 161, True),
        ("length", '"<=160"', 160, True),
        ("length", '"<160"', 160, False),
        ("length", '"=160"', 160, True),
        ("length", "1..160", 160, True),
        ("length", "1..160", 0, False),
        ("length", "[1, 2..4]", 3, True),
        ("parts", "{not: 1}", 2, True),
        ("receipt", "yes", True, True),
        ("receipt", "no", True, False),
        ("tls", "on", "TLSv1.3", True),
        ("tls", "off", "", True),
        ("bind", "transceiver", "transceiver", True),
        ("bind", '"trans*"', "receiver", False),
        ("peer", "192.0.2.0/24", "192.0.2.7:51234", True),
        ("peer", "192.0.2.7", "192.0.2.7", True),
        ("peer", "192.0.2.7", "192.0.2.8:1", False),
        ("peer", '"192.0.*"', "192.0.2.7:51234", True),
        ("peer", '"2001:db8::/32"', "[2001:db8::1]:51234", True),
        ("peer", '"2001:db8::1"', "2001:db8:0::1", True),
        ("data_coding", "0xf1", 0xF1, True),
        ("service_type", "CMT", "CMT", True),
        ("destination_addr", "+44", "44", True),
        ("short_message", "0x00ff*", b"\x00\xff\x01", True),
        ("short_message", "0x00FF", b"\x00\xff", True),
        ("short_message", "hello", b"hello", True),
        ("user_message_reference", '">=256"', 256, True),
        ("dest_port", "5000", 5000, True),
        ("0x020b", "5000", 5000, True),
        ("0x1400", "1101234567", b"1101234567\0", True),
        ("0x1400", "0x31*", b"123", True),
        ("0x1400", '">=256"', b"\x01\x00", True),
        ("0x1400", '{not: "*"}', None, True),
        ("0x1400", '{not: "*"}', b"x", False),
        ("message_payload", "{contains: x}", b"axb", True),
    ],
)
def test_other_values(key: str, written: str, value: Value, passes: bool) -> None:
    assert holds(key, written, value) is passes


@pytest.mark.parametrize(
    ("written", "value", "passes"),
    [
        ("ESME_RTHROTTLED", 0x58, True),
        ("ESME_RMSGQFUL", 0x58, False),
        ("0x14", 0x14, True),
        ('">0"', 0, False),
        ('">0"', 8, True),
        ("[ESME_RSYSERR, 1035]", 1035, True),
    ],
)
def test_statuses(written: str, value: int, passes: bool) -> None:
    assert holds("command_status", written, value, "deliver_sm_resp") is passes


@pytest.mark.parametrize(
    ("key", "written", "message"),
    [
        ("length", "long", "error E012: length: 'long' is no number; write for example 5, 0x05, >=5 or 2..5"),
        ("length", "5..2", "error E012: length: '5..2' is an empty range; did you mean '2..5'?"),
        ("receipt", "maybe", "error E012: 'maybe' is not a valid value of 'receipt'; it can be yes or no"),
        ("bind", "transmiter", "error E012: 'transmiter' is not a valid value of 'bind'; did you mean 'transmitter'?"),
        ("coding", "gsm", "error E012: 'gsm' is not a valid value of 'coding'; did you mean 'gsm7'?"),
        ("keyword", "two words", "error E012: keyword: 'two words' is more than one word, and a keyword is the first"),
        ("peer", "192.0.2.1/24", "error E012: peer: '192.0.2.1/24' has address bits behind its prefix; did you mean"),
        ("text", "[]", "error E015: 'text' needs at least 1 of them"),
        ("text", "{}", "error E010: 'text' has no value"),
        ("text", "[[a]]", "error E011: 'text' takes a list of texts here, not a list of lists"),
        ("text", "{contain: a}", "error E002: unknown key 'contain'; did you mean 'contains'?"),
        ("text", "{zzz: a}", "error E002: unknown key 'zzz'; known here: regex, contains, not"),
        ("text", "{contains: {a: b}}", "error E011: 'text' takes a single value or a list of them here"),
        ("text", "", "error E010: 'text' has no value; an empty text is"),
        ("text", "{regex: '(a+)+'}", "error E031: text: '(a+)+' could take very long on some texts"),
        (
            "text",
            f"'{'a*' * 101}'",
            "error E031: text: 'a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*...' is a pattern longer",
        ),
    ],
)
def test_what_cannot_be_a_test_is_refused_in_its_own_words(key: str, written: str, message: str) -> None:
    assert refused(key, written).startswith(message)


@pytest.mark.parametrize(
    ("key", "written", "place"),
    [
        ("to", "[1, [2]]", "2:34"),
        ("text", "{regex: [a, '(']}", "2:44"),
        ("length", "[1, x]", "2:38"),
        ("text", "{not: {contains: {}}}", "2:49"),
    ],
)
def test_a_mistake_is_found_where_it_is(key: str, written: str, place: str) -> None:
    assert found(f"rules: [{{name: r, when: {{{key}: {written}}}}}]")[0].startswith(f"{place}: error")


@pytest.mark.parametrize(
    ("key", "written", "description"),
    [
        ("to", "[2, 1]", "'1' or '2'"),
        ("to", '"44*"', "'44*'"),
        ("text", "{regex: a, contains: b}", "matching /a/ and containing 'b'"),
        ("text", "{not: [a, b]}", "not 'a' or 'b'"),
        ("text", "{not: [a, 'b*']}", "not ('a' or 'b*')"),
        ("length", '[">=5", 1..3]', ">=5 or 1..3"),
        ("coding", "ucs-2", "ucs-2"),
        ("receipt", "yes", "yes"),
        ("peer", "192.0.2.0/24", "in 192.0.2.0/24"),
        ("0x1400", "0x00*", "0x00*"),
    ],
)
def test_a_test_says_what_passes(key: str, written: str, description: str) -> None:
    conditions: Any = scenario(f"rules: [{{name: r, when: {{{key}: {written}}}}}]").rules[0].when.conditions
    assert conditions[0].test.describe() == description
