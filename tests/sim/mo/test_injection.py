"""Injections as they are written."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec import ValidationError, convert, json

from smsc_sim.sim.mo.injection import ALIASES, NAMES, BadInjection, Injection, InjectionProblem, injection_of
from smsc_sim.smpp.tlv import TLVS_BY_NAME


def problems(texts: dict[str, str]) -> list[tuple[str, str]]:
    with pytest.raises(BadInjection) as caught:
        injection_of(texts)
    return [(problem.field, problem.reason) for problem in caught.value.problems]


def test_texts_of_all_kinds() -> None:
    texts = {
        "text": "hi", "from": "49", "to": "100", "session": "s7", "coding": "ucs2", "split": "sar", "esm_class": "0x80",
        "source_addr_ton": "5", "rate": "2.5", "seconds": "4", "placeholders": "No", "reference": "65535",
        "user_message_reference": "7", "0x1400": "0x00ff", "pdu": "deliver_sm", "service_type": "", "via": "",
    }  # fmt: skip
    assert injection_of(texts) == Injection(
        text="hi", from_="49", to="100", session="s7", coding="ucs2", split="sar", esm_class=128, source_addr_ton=5,
        rate=2.5, seconds=4.0, placeholders=False, reference=65535,
        tlvs={"user_message_reference": "7", "0x1400": "0x00ff"},
    )  # fmt: skip


def test_the_names_of_smpp_are_taken_too() -> None:
    written = {"source_addr": "1", "destination_addr": "2", "data_coding": "8", "system_id": "alpha", "text": ""}
    assert injection_of(written) == Injection(from_="1", to="2", coding="8", account="alpha", text="")
    assert set(ALIASES.values()) <= set(NAMES)
    assert not (set(NAMES) | set(ALIASES)) & set(TLVS_BY_NAME)


def test_what_is_given_stands_before_the_base() -> None:
    base = Injection(account="alpha", text="x", tlvs={"source_port": 1, "0x1400": "a"}, coding=8)
    assert injection_of({"text": "y", "0x1400": "b", "coding": ""}, base) == Injection(
        account="alpha", text="y", tlvs={"source_port": 1, "0x1400": "b"}, coding=8
    )


def test_octets_or_a_text() -> None:
    assert injection_of({"text": "", "octets": "00"}) == Injection(octets="00")
    assert injection_of({"text": "", "octets": ""}) == Injection(text="")


def test_everything_that_is_wrong_is_said_at_once() -> None:
    assert problems(
        {
            "tekst": "x", "esm_class": "12x", "rate": "fast", "split": "udh", "placeholders": "perhaps", "tlvs": "x",
            "message_class": "0x", "\x00" * 100: "x",
        }
    ) == [
        ("tekst", "'tekst' is no field of a message and no TLV; did you mean 'text'?"),
        ("esm_class", "'12x' is no number; write for example 64 or 0x40"),
        ("rate", "'fast' is no number"),
        ("split", "'udh' is none of udh8, udh16, sar, payload, none"),
        ("placeholders", "'perhaps' is neither yes nor no"),
        ("tlvs", "is not one text; name each TLV itself"),
        ("message_class", "'0x' is no number; write for example 64 or 0x40"),
        (
            "\x00" * 40,
            "'" + "\\x00" * 40 + "...' is no field of a message and no TLV;"
            + " a TLV without a name is written by its number: 0x1400",
        ),
    ]  # fmt: skip


def test_problems_read_as_sentences() -> None:
    bad = BadInjection([InjectionProblem("to", "is odd"), InjectionProblem("text", "is long")])
    assert str(bad) == "to: is odd; text: is long"


def test_it_goes_through_json() -> None:
    injection = Injection(text="x", from_="1", session=7, tlvs={"0x1400": ["a", 1]}, rate=2, seconds=3)
    octets = json.encode(injection)
    assert b'"from":"1"' in octets
    assert json.decode(octets, type=Injection) == injection


@pytest.mark.parametrize(
    "written", [{"esm_class": 256}, {"nothing": 1}, {"split": "x"}, {"rate": 0}, {"message_class": 4}, {"session": 1.5}]
)
def test_json_of_the_wrong_kind_is_refused(written: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        convert(written, Injection)
