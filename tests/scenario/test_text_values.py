import pytest

from smsc_sim.scenario.text_values import VIA_POLICIES, parse_coding, parse_err, parse_octet, parse_via
from smsc_sim.scenario.value_kind import BadValue
from smsc_sim.smpp import coding


@pytest.mark.parametrize("text", [*VIA_POLICIES, "account:acme"])
def test_routes(text: str) -> None:
    assert parse_via(text) == text


@pytest.mark.parametrize(("text", "meant"), [("least-loaded", "least_loaded"), ("samee", "same"), ("account:", "")])
def test_what_is_no_route(text: str, meant: str) -> None:
    with pytest.raises(BadValue) as raised:
        parse_via(text)
    assert meant in raised.value.suggestion


@pytest.mark.parametrize(
    ("text", "name"), [("gsm7", "gsm7"), ("latin-1", "latin-1"), ("UCS2", "ucs-2"), ("ucs-2", "ucs-2")]
)
def test_alphabets_by_name(text: str, name: str) -> None:
    assert coding.alphabet(parse_coding(text)).name == name


@pytest.mark.parametrize(("text", "number"), [("0", 0), ("68", 0x44), ("0x44", 0x44), ("0xFF", 255), ("004", 4)])
def test_octets_by_number(text: str, number: int) -> None:
    assert parse_octet(text) == number


@pytest.mark.parametrize("text", ["256", "0x100", "-1", "0x", "44h", "", "\u0664"])
def test_what_is_no_octet(text: str) -> None:
    with pytest.raises(BadValue):
        parse_octet(text)


@pytest.mark.parametrize(("text", "number"), [("0", 0), ("8", 8), ("0xf1", 0xF1), ("240", 240), ("flash", 0x10)])
def test_codings_by_number(text: str, number: int) -> None:
    assert parse_coding(text) == number


@pytest.mark.parametrize("text", ["256", "0x100", "-1", "utf-8", "9" * 10_000, ""])
def test_what_is_no_coding(text: str) -> None:
    with pytest.raises(BadValue):
        parse_coding(text)


@pytest.mark.parametrize("text", ["0", "027", "21b", "0032", "A" * 10])
def test_error_codes(text: str) -> None:
    assert parse_err(text) == text


@pytest.mark.parametrize("text", ["", "A" * 11, "a b", "é", "a\n"])
def test_what_is_no_error_code(text: str) -> None:
    with pytest.raises(BadValue):
        parse_err(text)
