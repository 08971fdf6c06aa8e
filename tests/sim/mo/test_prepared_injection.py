"""Injections looked through, and the PDUs that they make."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smsc_sim.sim.mo.injection import BadInjection, Injection
from smsc_sim.sim.mo.prepared_injection import prepared
from smsc_sim.smpp import coding as codings
from smsc_sim.smpp.pdu import Pdu
from smsc_sim.smpp.segments import Style, join, part_of, segment_of, user_data, user_text
from tests.sim.playing import START, frame


def made(injection: Injection, number: int = 1, reference: int = 7, default: str = "gsm7") -> list[Pdu]:
    found = prepared(injection)
    _, bodies = found.bodies(number, START, reference, default)
    pdus = [Pdu(frame(5 if injection.pdu == "deliver_sm" else 0x103, body)) for body in bodies]
    for pdu in pdus:
        pdu.check()
    return pdus


def problems(default: str = "gsm7", **fields: Any) -> list[tuple[str, str]]:
    with pytest.raises(BadInjection) as caught:
        made(Injection(**fields), default=default)
    return [(problem.field, problem.reason) for problem in caught.value.problems]


def test_every_field_arrives() -> None:
    (pdu,) = made(
        Injection(
            text="hi", from_="+49170", to="Shop", coding=3, service_type="CMT", esm_class=0x80, protocol_id=0x7F,
            priority_flag=3, schedule_delivery_time="260301120000000+", validity_period="000001000000000R",
            registered_delivery=1, replace_if_present_flag=1, sm_default_msg_id=9, source_addr_npi=8, dest_addr_ton=0,
            tlvs={"user_message_reference": 7, "0x1400": "0x00ff", "callback_num": ["abcd", "efgh"],
                  "0x1401": "\u00e9"},
        )
    )  # fmt: skip
    assert pdu.fields == {
        "service_type": "CMT", "source_addr_ton": 1, "source_addr_npi": 8, "source_addr": "+49170",
        "dest_addr_ton": 0, "dest_addr_npi": 0, "destination_addr": "Shop", "esm_class": 0x80, "protocol_id": 0x7F,
        "priority_flag": 3, "schedule_delivery_time": "260301120000000+", "validity_period": "000001000000000R",
        "registered_delivery": 1, "replace_if_present_flag": 1, "data_coding": 3, "sm_default_msg_id": 9,
        "sm_length": 2, "short_message": b"hi",
    }  # fmt: skip
    assert [(tlv.name, tlv.value) for tlv in pdu.tlvs] == [
        ("user_message_reference", 7),
        ("0x1400", b"\0\xff"),
        ("callback_num", b"abcd"),
        ("callback_num", b"efgh"),
        ("0x1401", b"\xe9"),
    ]


@pytest.mark.parametrize(
    ("text", "coding", "message_class", "default", "wanted"),
    [
        ("hi", None, None, "gsm7", 0),
        ("caf\u00e7", None, None, "gsm7", 3),
        ("caf\u00e7", None, None, "latin-1", 0),
        ("\u65e5", None, None, "gsm7", 8),
        ("hi", "ucs2", None, "gsm7", 8),
        ("hi", 0xF1, None, "gsm7", 0xF1),
        ("hi", None, 0, "gsm7", 0x10),
        ("caf\u00e7", None, 1, "gsm7", 0x19),
        ("hi", 8, 2, "gsm7", 0x1A),
        ("hi", "gsm7", 3, "gsm7", 0x13),
        ("00ff", 4, 1, "gsm7", 0x15),
    ],
)
def test_data_coding(text: str, coding: int | str | None, message_class: int | None, default: str, wanted: int) -> None:
    (pdu,) = made(Injection(text=text, coding=coding, message_class=message_class), default=default)
    assert pdu.fields["data_coding"] == wanted
    assert user_text(pdu.fields, pdu.tlvs, default) == text
    assert codings.message_class(wanted) == (message_class if coding != 0xF1 else 1)


def test_placeholders() -> None:
    injection = Injection(text="{n}/{from}/{to}/{now:%H}{{", from_="100{n}", to="{now:%M}", rate=1, seconds=9)
    (pdu,) = made(injection, number=3)
    assert user_text(pdu.fields, pdu.tlvs) == "3/1003/00/12{"
    (pdu,) = made(Injection(text="{n}{", from_="{x}", placeholders=False))
    assert (pdu.fields["source_addr"], user_text(pdu.fields, pdu.tlvs)) == ("{x}", "{n}{")


def test_octets_go_as_they_are() -> None:
    (pdu,) = made(Injection(octets="0x05000301020141", esm_class=0x40, coding=0))
    assert (pdu.fields["short_message"], pdu.fields["data_coding"]) == (b"\x05\0\x03\x01\x02\x01A", 0)
    (pdu,) = made(Injection(octets="00 ff" * 60))
    assert (pdu.fields["data_coding"], pdu.fields["sm_length"]) == (4, 120)
    first, _, last = made(Injection(octets="ab" * 300, split="udh16"))
    assert (len(user_data(first.fields, ())), len(user_data(last.fields, ()))) == (140, 300 - 266 + 7)


@pytest.mark.parametrize(("split", "parts"), [(None, 1), ("none", 1), ("payload", 1), ("udh8", 2), ("sar", 2)])
@pytest.mark.parametrize("octets", [False, True])
def test_a_data_sm_has_all_in_its_payload(split: Any, parts: int, octets: bool) -> None:
    what: dict[str, Any] = {"octets": "61" * 200} if octets else {"text": "a" * 200}
    pdus = made(Injection(pdu="data_sm", from_="1" * 40, split=split, **what))
    assert len(pdus) == parts
    assert all("short_message" not in pdu.fields and pdu.tlv("message_payload") for pdu in pdus)
    assert b"".join(user_data(pdu.fields, pdu.tlvs).replace(b"\0", b"") for pdu in pdus).count(b"a") == 200


def test_each_message_of_a_run_has_its_own_reference() -> None:
    injection = Injection(text="x" * 200, reference=254, rate=1, seconds=5)
    infos = [segment_of(pdu.fields, pdu.tlvs) for number in (1, 2, 3) for pdu in made(injection, number)]
    assert [info.reference for info in infos if info] == [254, 254, 255, 255, 0, 0]
    (first, _) = made(Injection(text="x" * 200, split="udh16"), reference=65535)
    info = segment_of(first.fields, first.tlvs)
    assert info is not None
    assert info.reference == 65535


@pytest.mark.parametrize(
    ("fields", "wanted"),
    [
        ({}, [("text", "is needed, or octets")]),
        ({"text": "", "octets": ""}, [("octets", "are given beside a text; a message has one of them")]),
        ({"octets": "0"}, [("octets", "are written as hexadecimal digits, two for each octet")]),
        ({"text": "x", "session": "t7"}, [("session", "'t7' is no session; write its number: 7 or s7")]),
        (
            {"text": "x", "via": "sam", "coding": "ucs3"},
            [
                ("via", "'sam' is not a valid value; did you mean 'same'?"),
                ("coding", "'ucs3' is not a valid value; did you mean 'ucs2'?"),
            ],
        ),
        (
            {"text": "{id}", "to": "{from}", "from_": "{"},
            [
                (
                    "text",
                    "{id} stands for nothing here; there are {from}, {n}, {now}, {to}, and '{{' is a brace",
                ),
                ("from", "'{' has a '{' without its '}'; write '{{' for a brace"),
                ("to", "{from} stands for nothing here; there are {n}, {now}, and '{{' is a brace"),
            ],
        ),
        (
            {"text": "caf\u00e9 \u65e5", "coding": 3},
            [("text", "character '\u65e5' (U+65E5) at position 5 is not in ISO-8859-1")],
        ),
        ({"text": "\ud800"}, [("text", "character '\\ud800' (U+D800) at position 0 is not in UCS-2")]),
        ({"text": "xyz", "coding": 4}, [("text", "character 'x' at position 0 is no hexadecimal digit")]),
        ({"text": "x", "from_": "1" * 21}, [("from", "22 octets with its NUL, at most 21 allowed")]),
        ({"text": "x", "to": "\u65e5"}, [("to", "'日' is not a character of one octet")]),
        ({"text": "x", "to": "a\0b"}, [("to", "a NUL can only end the string")]),
        (
            {"text": "x", "esm_class": 256, "reference": -1, "message_class": 4, "dest_addr_npi": -1},
            [
                ("dest_addr_npi", "-1 is not in 0..255"),
                ("esm_class", "256 is not in 0..255"),
                ("message_class", "4 is not in 0..3"),
                ("reference", "-1 is not in 0..65535"),
            ],
        ),
        ({"text": "x", "validity_period": "soon"}, [("validity_period", "5 octets with its NUL, 1 or 17 needed")]),
        ({"text": "x" * 255, "split": "none"}, [("text", "255 octets, at most 254 fit")]),
        ({"octets": "00" * 255}, [("octets", "255 octets, at most 254 fit")]),
        ({"text": "x" * 65536, "split": "payload"}, [("text", "65536 octets, at most 65535 fit")]),
        ({"text": "x" * 39016}, [("text", "the text needs 256 parts, at most 255 can be numbered")]),
        (
            {"octets": "00" * 200, "esm_class": 0x40, "split": "udh8"},
            [("split", "esm_class says that the octets have a header of their own")],
        ),
        (
            {"text": "x", "coding": 3, "message_class": 1},
            [("message_class", "data_coding 3 has no message class; 0, 4 and 8 have")],
        ),
        ({"text": "x", "reference": 256}, [("reference", "256 does not fit 8 bits; split: udh16 has 16")]),
        (
            {"text": "x", "pdu": "data_sm", "protocol_id": 1, "validity_period": "x", "service_type": "y"},
            [("protocol_id", "is no field of a data_sm"), ("validity_period", "is no field of a data_sm")],
        ),
        (
            {"text": "x", "tlvs": {"source_prot": 1, "source_port": 70_000, "0x14000": "", "0x1400": "0x0"}},
            [
                ("tlvs.source_prot", "is no TLV; did you mean 'source_port'?"),
                ("tlvs.source_port", "70000 does not fit 2 octet(s)"),
                ("tlvs.0x14000", "is no TLV; a TLV without a name is written by its number: 0x1400"),
                ("tlvs.0x1400", "is no whole number of octets in hexadecimal"),
            ],
        ),
        (
            {"text": "x", "rate": -5.0, "seconds": -5.0},
            [("rate", "-5 is not above 0")],
        ),
        ({"text": "x", "rate": 5.0}, [("seconds", "is needed beside rate")]),
        ({"text": "x", "seconds": 5.0}, [("rate", "is needed beside seconds")]),
        (
            {"text": "x", "rate": 1000.0, "seconds": 1001.0},
            [("rate", "this would be 1001000 messages; at most 1000000 are allowed")],
        ),
    ],
)
def test_what_is_wrong_is_said_with_its_field(fields: dict[str, Any], wanted: list[tuple[str, str]]) -> None:
    assert problems(**fields) == wanted


def test_the_number_of_messages() -> None:
    assert prepared(Injection(text="x")).count == 1
    assert prepared(Injection(text="x", rate=2.5, seconds=10)).count == 25
    assert prepared(Injection(text="x", rate=0.1, seconds=1)).count == 1
    assert prepared(Injection(text="x", rate=1000, seconds=1000)).count == 1_000_000


STYLES: list[Style] = ["udh8", "udh16", "sar", "payload"]


@given(
    st.text(st.sampled_from("abc @\u00e9\u20ac{}\u00e7\u65e5\U0001f600"), max_size=60),
    st.integers(1, 12),
    st.sampled_from(STYLES),
    st.sampled_from(["deliver_sm", "data_sm"]),
    st.sampled_from(["gsm7", "latin-1", "ascii", "utf-8"]),
    st.integers(0, 65535),
)
def test_a_text_arrives_whole(text: str, times: int, style: Style, pdu: Any, default: str, reference: int) -> None:
    text *= times
    injection = Injection(text=text, split=style, pdu=pdu, placeholders=False)
    pdus = made(injection, reference=reference, default=default)
    parts = [part for pdu in pdus if (part := part_of(pdu.fields, pdu.tlvs, default))]
    shown = join(parts).text if parts else user_text(pdus[0].fields, pdus[0].tlvs, default)
    assert shown == text


@given(st.text(max_size=40), st.text(max_size=25), st.text(max_size=25), st.none() | st.integers(0, 255))
def test_whatever_is_asked_for_is_made_or_refused(text: str, source: str, to: str, coding: int | None) -> None:
    injection = Injection(text=text, from_=source, to=to, coding=coding, placeholders=False)
    wrong: set[str] = set()
    pdus: list[Pdu] = []
    try:
        pdus = made(injection)
    except BadInjection as bad:
        wrong = {problem.field for problem in bad.problems}
    assert bool(pdus) != bool(wrong)
    assert wrong <= {"text", "from", "to"}
    assert all(coding in (None, pdu.fields["data_coding"]) for pdu in pdus)
