import pytest

from smsc_sim.options.model import ENDPOINT, FILE
from smsc_sim.scenario.value_kind import BadValue


@pytest.mark.parametrize(
    "text",
    [
        "tcp:2775",
        "tcp6:2775:interface=\\:\\:1",
        "unix:/run/smsc.sock:mode=660",
        "ssl:2776:privateKey=k.pem",
        "haproxy:tcp:1",
        "none",
    ],
)
def test_an_endpoint_string_is_taken_as_it_is(text: str) -> None:
    assert ENDPOINT.read(text) == text


@pytest.mark.parametrize(
    ("text", "suggestion"),
    [
        ("2775", "tcp:2775:interface=127.0.0.1"),
        ("0.0.0.0:2775", "tcp:2775:interface=0.0.0.0"),
        ("tcp", ""),
        ("tcp:", ""),
        ("", ""),
        (":2775", ""),
    ],
)
def test_what_is_clearly_none_is_refused(text: str, suggestion: str) -> None:
    with pytest.raises(BadValue) as raised:
        ENDPOINT.read(text)
    assert raised.value.suggestion == suggestion


def test_a_path_is_any_text_but_an_empty_one() -> None:
    assert FILE.read("a b.pem") == "a b.pem"
    for text in ("", "a\0b"):
        with pytest.raises(BadValue):
            FILE.read(text)
