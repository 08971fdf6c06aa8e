import pytest
from hypothesis import given
from hypothesis import strategies as st

from smsc_sim.scenario.template import PLACEHOLDERS, constant, parse_template
from smsc_sim.scenario.value_kind import BadValue

VALUES = {"to": "447700900123", "from": "Acme", "text": "PROMO  big sale", "id": "6699", "n": 3, "now": 1795334400.0}


@pytest.mark.parametrize(
    ("text", "filled"),
    [
        ("", ""),
        ("STOP {word[1]}", "STOP PROMO"),
        ("{word[2]}-{word[3]}-{word[4]}.", "big-sale-."),
        ("{to} {from} {text}", "447700900123 Acme PROMO  big sale"),
        ("{id}/{n}", "6699/3"),
        ("{now:%Y-%m-%d %H:%M:%S %j %y %%}", "2026-11-22 08:00:00 326 26 %"),
        ("{now}", "2611220800"),
        ("{{to}} }", "{to} }"),
        ("{{{to}}}", "{447700900123}"),
    ],
)
def test_placeholders_are_filled(text: str, filled: str) -> None:
    template = parse_template(text)
    assert template.fill(VALUES) == filled
    assert str(template) == text


def test_what_is_not_known_is_empty() -> None:
    assert parse_template("{to}{from}{text}{word[1]}{id}{n}{now:%Y}").fill({}) == "1970"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{too}", "unknown placeholder '{too}'; did you mean 'to'?"),
        ("a {txt} b", "unknown placeholder '{txt}'; did you mean 'text'?"),
        (
            "{}",
            "unknown placeholder '{}'; it can be {to}, {from}, {text}, {word[1]}, {id}, {n} or {now}; write '{{' for",
        ),
        ("{qqq}", "unknown placeholder '{qqq}'; it can be {to}, {from}"),
        ("{to.upper}", "unknown placeholder '{to.upper}'"),
        ("{0}", "unknown placeholder '{0}'"),
        ("{to!r}", "unknown placeholder '{to!r}'"),
        ("{word}", "'{word}' takes a number, the first word being {word[1]}"),
        ("{word[0]}", "'{word[0]}' takes a number"),
        ("{now:%c}", "'{now:%c}' has a time format of which only"),
        ("{now:%}", "'{now:%}' has a time format of which only"),
        ("a { b", "'a { b' has a '{' without its '}'; write '{{' for a brace"),
    ],
)
def test_anything_else_in_braces_is_refused(text: str, message: str) -> None:
    with pytest.raises(BadValue) as raised:
        parse_template(text)
    assert str(raised.value).startswith(message)
    assert raised.value.code == "E030"


def test_a_text_that_no_message_holds_is_refused() -> None:
    with pytest.raises(BadValue, match="is longer than 70000 characters"):
        parse_template("x" * 70_001)


def test_a_text_without_placeholders_is_constant() -> None:
    assert parse_template("100% {{off}}").constant == "100% {off}"
    assert parse_template("{id}").constant is None
    assert parse_template("").constant == ""
    assert parse_template("{to}{word[2]}{{").names == {"to", "word"}


@given(st.text(max_size=50))
def test_a_constant_is_the_text_and_reads_back_as_it(text: str) -> None:
    assert constant(text).fill({}) == text
    assert parse_template(constant(text).text).fill({}) == text


@given(st.lists(st.sampled_from(["{", "}", "{to}", "{word[1]}", "{now:%y}", "x", "{zz}"]), max_size=8).map("".join))
def test_a_template_is_read_or_refused_and_nothing_else_happens(text: str) -> None:
    try:
        template = parse_template(text)
    except BadValue:
        return
    assert "447700900123" in template.fill(VALUES) or "to" not in template.names


def test_every_placeholder_that_is_named_can_be_written() -> None:
    for name in PLACEHOLDERS:
        assert parse_template(f"{{{name}}}").names == {name.partition("[")[0]}
