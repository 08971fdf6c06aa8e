"""The same octets under other alphabets."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smsc_sim.smpp import coding, udh
from smsc_sim.smpp.pdu import Pdu, encode
from smsc_sim.smpp.readings import ALIASES, ALPHABETS, Reading, alphabet_named, readings_of, text_under
from smsc_sim.smpp.segments import split


def found(octets: bytes, data_coding: int = 0) -> list[Reading]:
    return readings_of({"data_coding": data_coding, "short_message": octets}, ())


@pytest.mark.parametrize(
    ("text", "codec", "data_coding", "name"),
    [
        ("Привет, как дела?", "utf-8", 0, "utf-8"),
        ("Привет, как дела?", "cp1251", 3, "windows-1251"),
        ("Привет, как дела?", "utf-16-be", 3, "ucs-2"),
        ("Привет, как дела?", "utf-16-le", 8, "utf-16-le"),
        ("Grüße aus Köln für 5 €", "utf-8", 3, "utf-8"),
        ("Grüße aus Köln", "latin-1", 0, "latin-1"),
        ("שלום עולם", "iso8859_8", 3, "iso-8859-8"),
        ("中文短信测试", "utf-16-be", 0, "ucs-2"),
        ("日本語テスト", "shift_jis", 0, "shift-jis"),
        ("Γειά σου Κόσμε", "iso8859_7", 3, "iso-8859-7"),
        ("Olá @ amanhã", "utf-8", 3, "utf-8"),
    ],
)
def test_what_was_meant_is_among_the_plausible_ones(text: str, codec: str, data_coding: int, name: str) -> None:
    stated, *others = found(text.encode(codec), data_coding)
    assert stated.stated
    assert stated.text != text
    (meant,) = (reading for reading in others if reading.text == text)
    assert name in meant.alphabets
    assert not meant.damaged
    assert meant.likelihood >= stated.likelihood


def test_alphabets_that_agree_are_one_reading() -> None:
    first = found(b"Hello")[0]
    assert first.text == "Hello"
    assert first.stated
    assert first.likelihood == 1.0
    assert {"gsm7", "latin-1", "ascii", "utf-8"} <= set(first.alphabets)


def test_every_reading_is_there_on_request() -> None:
    fields = {"data_coding": 0, "short_message": b"\xff\x00"}
    texts = {name: text_under(fields, (), name) for name in ALPHABETS}
    everything = readings_of(fields, (), every=True)
    assert {name: reading.text for reading in everything for name in reading.alphabets} == texts
    assert texts["octets"] == "ff00"
    assert all("octets" not in reading.alphabets for reading in readings_of(fields, ()))


def test_names_and_aliases() -> None:
    assert set(ALIASES.values()) <= set(ALPHABETS)
    assert not set(ALIASES) & set(ALPHABETS)
    assert alphabet_named("Cyrillic") is coding.alphabet(6)
    assert alphabet_named("hebrew") is coding.alphabet(7)
    assert alphabet_named("UTF-16") is coding.alphabet(8)
    assert alphabet_named("gsm7-packed") is coding.GSM7_PACKED
    with pytest.raises(ValueError, match=r"'klingon' is no alphabet; there are gsm7, "):
        alphabet_named("klingon")


def test_packed_septets_behind_a_header_are_read_with_their_fill_bits() -> None:
    segment = split("x" * 200, data_coding=0, style="udh8", default="gsm7-packed")[0]
    assert segment.esm_class == udh.UDHI
    fields = {"esm_class": segment.esm_class, "short_message": segment.short_message, "data_coding": 4}
    assert text_under(fields, (), "gsm7-packed") == "x" * 153


@given(st.binary(max_size=60), st.integers(0, 255), st.integers(0, 255), st.sampled_from(coding.DEFAULT_ALPHABETS))
def test_any_octets_can_be_read(octets: bytes, data_coding: int, esm_class: int, default: str) -> None:
    pdu = Pdu(
        encode(
            "deliver_sm",
            sequence_number=1,
            fields={"data_coding": data_coding, "esm_class": esm_class, "short_message": octets},
        )
    )
    first, *others = readings_of(pdu.fields, pdu.tlvs, default, every=True)
    assert first.stated
    assert coding.alphabet(data_coding, default).name in first.alphabets
    assert not any(reading.stated for reading in others)
    assert all(0.0 <= reading.likelihood <= 1.0 for reading in (first, *others))
    assert len({reading.text for reading in (first, *others)}) == 1 + len(others)
