from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smsc_sim.smpp import coding, gsm7, udh
from smsc_sim.smpp.errors import EncodeError, WireError
from smsc_sim.smpp.segments import (
    Joined,
    Part,
    Segment,
    SegmentInfo,
    Style,
    join,
    part_of,
    segment_of,
    split,
    user_data,
    user_text,
)
from smsc_sim.smpp.tlv import Tlv, decode_tlvs, encode_tlv

STYLES = get_args(Style)
NUMBERED = ["udh8", "udh16", "sar"]


def long_texts(filler: str, few: st.SearchStrategy[str], boundary: int) -> st.SearchStrategy[str]:
    """Texts of several parts with the interesting characters often where one part ends."""
    near = st.integers(boundary - 12, boundary + 2) | st.integers(0, boundary)
    return st.tuples(near, few, near, few).map(
        lambda pieces: filler * pieces[0] + pieces[1] + filler * pieces[2] + pieces[3]
    )


GSM7_TEXTS = long_texts("a", st.text(alphabet="@bé €[~", max_size=12), 153)
UCS_2_TEXTS = long_texts("日", st.text(alphabet="ab😀\u0000\uffff", max_size=12), 67)


def received(segment: Segment, data_coding: int = 0) -> tuple[dict[str, Any], list[Tlv]]:
    """The fields and TLVs of the PDU that carries a segment."""
    octets = b"".join(encode_tlv(name, value) for name, value in segment.tlvs)
    fields = {
        "esm_class": segment.esm_class,
        "data_coding": data_coding,
        "sm_length": len(segment.short_message),
        "short_message": segment.short_message,
    }
    return fields, decode_tlvs(octets, 0, len(octets))


def lengths(segments: list[Segment]) -> list[int]:
    return [len(segment.short_message) for segment in segments]


# 3GPP TS 23.040 sections 9.2.3.16 and 9.2.3.24: 140 octets are 160 septets; 6 octets of header leave 153 septets, 134
# octets or 67 UCS-2 characters, 7 leave 152, 133 or 66.
@pytest.mark.parametrize(
    ("character", "data_coding", "default", "style", "whole", "part", "part_octets"),
    [
        ("a", 0, "gsm7", "udh8", 160, 153, 6 + 153),
        ("a", 0, "gsm7", "udh16", 160, 152, 7 + 152),
        ("a", 0, "gsm7", "sar", 160, 153, 153),
        ("a", 0, "gsm7-packed", "udh8", 160, 153, 140),
        ("a", 0, "gsm7-packed", "udh16", 160, 152, 140),
        ("a", 0, "gsm7-packed", "sar", 160, 153, 134),
        ("€", 0, "gsm7", "udh8", 80, 76, 6 + 152),
        ("€", 0, "gsm7-packed", "udh8", 80, 76, 140),
        ("a", 0xF0, "gsm7", "udh8", 160, 153, 6 + 153),
        ("a", 1, "gsm7", "udh8", 160, 153, 6 + 153),
        ("é", 3, "gsm7", "udh8", 140, 134, 140),
        ("é", 3, "gsm7", "udh16", 140, 133, 140),
        ("é", 0, "latin-1", "sar", 140, 134, 134),
        ("é", 0, "utf-8", "udh8", 70, 67, 140),
        ("日", 0, "utf-8", "udh8", 46, 44, 6 + 132),
        ("日", 8, "gsm7", "udh8", 70, 67, 140),
        ("日", 8, "gsm7", "udh16", 70, 66, 139),
        ("日", 8, "gsm7", "sar", 70, 67, 134),
        ("😀", 8, "gsm7", "udh8", 35, 33, 6 + 132),
        ("😀", 8, "gsm7", "udh16", 35, 33, 7 + 132),
        ("日", 5, "gsm7", "udh8", 70, 67, 140),
        ("日", 10, "gsm7", "udh8", 67, 64, 6 + 134),
        ("00", 4, "gsm7", "udh8", 140, 134, 140),
    ],
)
def test_lengths(
    character: str, data_coding: int, default: str, style: Style, whole: int, part: int, part_octets: int
) -> None:
    def cut(count: int) -> list[Segment]:
        return split(character * count, data_coding=data_coding, style=style, reference=7, default=default)

    assert len(cut(whole)) == 1
    assert cut(whole)[0] == Segment(coding.encode_text(character * whole, data_coding, default))
    assert len(cut(whole + 1)) == 2
    assert len(cut(2 * part)) == 2
    assert len(cut(2 * part + 1)) == 3
    assert lengths(cut(3 * part)) == [part_octets] * 3


def test_headers() -> None:
    first, second = split("a" * 161, data_coding=0, style="udh8", reference=0xFE)
    assert first == Segment(bytes.fromhex("050003fe0201") + b"a" * 153, 0x40)
    assert second == Segment(bytes.fromhex("050003fe0202") + b"a" * 8, 0x40)
    first, second = split("a" * 161, data_coding=0, style="udh16", reference=0x1234)
    assert first == Segment(bytes.fromhex("06080412340201") + b"a" * 152, 0x40)
    assert second == Segment(bytes.fromhex("06080412340202") + b"a" * 9, 0x40)


def test_sar_tlvs() -> None:
    _, second = split("a" * 161, data_coding=0, style="sar", reference=0x1234)
    assert second == Segment(
        b"a" * 8, 0, (("sar_msg_ref_num", 0x1234), ("sar_total_segments", 2), ("sar_segment_seqnum", 2))
    )


# By hand: one fill bit behind 6 octets of header, then "b" 1100010, "c" 1100011, "d" 1100100, "e" 1100101 give the
# octets 1100010 0, 0 1100011 and 01 110010.
def test_packed_septets_begin_at_a_septet_boundary() -> None:
    last = split("a" * 153 + "bcdefghi", data_coding=0, style="udh8", reference=1, default="gsm7-packed")[1]
    assert last.short_message[:9].hex() == "050003010202" + "c46372"


@pytest.mark.parametrize("default", ["gsm7", "gsm7-packed"])
def test_an_escape_pair_stays_together(default: str) -> None:
    text = "a" * 152 + "€" + "b" * 10
    first, second = split(text, data_coding=0, style="udh8", default=default)
    assert user_text(*received(first), default) == "a" * 152
    assert user_text(*received(second), default) == "€" + "b" * 10


def test_a_surrogate_pair_stays_together() -> None:
    text = "日" * 66 + "😀" + "本" * 10
    first, second = split(text, data_coding=8, style="udh8")
    assert user_text(*received(first, 8)) == "日" * 66
    assert user_text(*received(second, 8)) == "😀" + "本" * 10


def test_payload_is_one_pdu_whatever_the_length() -> None:
    for text in ("", "short", "long" * 1000):
        (segment,) = split(text, data_coding=0, style="payload")
        assert segment == Segment(b"", 0, (("message_payload", text.encode()),))
        assert user_text(*received(segment)) == text
        assert segment_of(*received(segment)) is None


def test_none_is_one_pdu_as_far_as_short_message_goes() -> None:
    assert split("a" * 254, data_coding=0, style="none") == [Segment(b"a" * 254)]
    with pytest.raises(EncodeError, match="255 octets, at most 254") as raised:
        split("a" * 255, data_coding=0, style="none")
    assert raised.value.field == "short_message"


def test_payload_is_limited_by_the_length_of_a_tlv() -> None:
    assert len(split("a" * 65535, data_coding=0, style="payload")) == 1
    with pytest.raises(EncodeError, match="65536 octets, at most 65535") as raised:
        split("a" * 65536, data_coding=0, style="payload")
    assert raised.value.field == "tlv.message_payload"


@pytest.mark.parametrize(("style", "highest"), [("udh8", 255), ("udh16", 65535), ("sar", 65535)])
def test_references(style: Style, highest: int) -> None:
    info = segment_of(*received(split("a" * 161, data_coding=0, style=style, reference=highest)[0]))
    assert info == SegmentInfo(highest, 2, 1, style)
    for reference in (-1, highest + 1):
        with pytest.raises(EncodeError, match=rf"{reference} is not in 0\.\.{highest}"):
            split("a" * 161, data_coding=0, style=style, reference=reference)


@pytest.mark.parametrize("style", NUMBERED)
def test_at_most_255_parts(style: Style) -> None:
    assert len(split("a" * (255 * 134), data_coding=3, style="sar")) == 255
    with pytest.raises(EncodeError, match="at most 255"):
        split("a" * (255 * 134 + 1), data_coding=3, style=style)


@pytest.mark.parametrize("style", STYLES)
def test_a_character_outside_the_alphabet(style: Style) -> None:
    with pytest.raises(EncodeError, match="position 200"):
        split("a" * 200 + "日", data_coding=0, style=style)


@given(GSM7_TEXTS, st.sampled_from(["gsm7", "gsm7-packed", "utf-8"]), st.sampled_from(STYLES), st.randoms())
def test_join_reverses_split_of_the_default_alphabet(text: str, default: str, style: Style, random: Any) -> None:
    check_round_trip(text, 0, default, style, random)


@given(UCS_2_TEXTS, st.sampled_from(STYLES), st.randoms())
def test_join_reverses_split_of_ucs_2(text: str, style: Style, random: Any) -> None:
    check_round_trip(text, 8, "gsm7", style, random)


def check_round_trip(text: str, data_coding: int, default: str, style: Style, random: Any) -> None:
    if default == "gsm7-packed":
        text = text.replace("@", "b")  # "@" is seven zero bits, which at the end of octets can be padding
    try:
        segments = split(text, data_coding=data_coding, style=style, reference=200, default=default)
    except EncodeError:
        assert style == "none"
        return
    received_texts = [user_text(*received(segment, data_coding), default) for segment in segments]
    parts = [part_of(*received(segment, data_coding), default) for segment in segments]
    if len(segments) == 1:
        assert parts == [None]
        assert received_texts == [text]
        return
    limit = 160 if data_coding == 0 and default == "gsm7" else 140
    assert max(lengths(segments)) <= limit
    assert "".join(received_texts) == text
    numbered = [part for part in parts if part is not None]
    assert [part.info for part in numbered] == [
        SegmentInfo(200, len(segments), sequence, style) for sequence in range(1, len(segments) + 1)
    ]
    random.shuffle(numbered)
    joined = join(numbered)
    assert joined.text == text
    assert joined.complete
    assert joined.out_of_order == (numbered != sorted(numbered, key=lambda part: part.info.sequence))


@pytest.mark.parametrize("boundary", ["@b", "b@", "@@", "€b", "b€", "€@", "b€@"])
@pytest.mark.parametrize("style", NUMBERED)
def test_packed_parts_that_end_in_at_signs_or_before_escapes(style: Style, boundary: str) -> None:
    for count in range(148, 154):
        text = "a" * count + boundary + "a" * 20
        segments = split(text, data_coding=0, style=style, default="gsm7-packed")
        parts = [part_of(*received(segment), "gsm7-packed") for segment in segments]
        assert join([part for part in parts if part is not None]).text == text


def concatenated(header: str, text: bytes, **more: Any) -> dict[str, Any]:
    return {"esm_class": 0x40, "data_coding": 0, "short_message": bytes.fromhex(header) + text, **more}


SAR = [Tlv(0x020C, b"\x12\x34"), Tlv(0x020E, b"\x03"), Tlv(0x020F, b"\x02")]


@pytest.mark.parametrize(
    ("fields", "tlvs", "info"),
    [
        (concatenated("050003fe0301", b"x"), [], SegmentInfo(0xFE, 3, 1, "udh8")),
        (concatenated("06080401fe0301", b"x"), [], SegmentInfo(0x01FE, 3, 1, "udh16")),
        (concatenated("0b0504158a00000003010201", b"x"), [], SegmentInfo(1, 2, 1, "udh8")),
        (concatenated("06050415810000", b"x"), [], None),
        (concatenated("06050415810000", b"x"), SAR, SegmentInfo(0x1234, 3, 2, "sar")),
        (concatenated("050003fe0301", b"x"), SAR, SegmentInfo(0xFE, 3, 1, "udh8")),
        (concatenated("050003fe0301", b"x", esm_class=0x43), [], SegmentInfo(0xFE, 3, 1, "udh8")),
        (concatenated("050003fe0301", b"x", esm_class=0), [], None),
        (concatenated("050003fe0304", b"x"), [], None),
        ({"short_message": b"x"}, SAR, SegmentInfo(0x1234, 3, 2, "sar")),
        ({}, SAR, SegmentInfo(0x1234, 3, 2, "sar")),
        ({}, SAR[:2], None),
        ({}, SAR[1:], None),
        ({}, [*SAR[:2], Tlv(0x020F, b"\x00")], None),
        ({}, [*SAR[:2], Tlv(0x020F, b"\x04")], None),
        ({}, [*SAR[:2], Tlv(0x020F, b"")], None),
        ({}, [], None),
        ({"esm_class": 0x40, "short_message": b""}, [], None),
        (
            {"esm_class": 0x40, "short_message": b""},
            [Tlv(0x0424, bytes.fromhex("050003fe0301") + b"x")],
            SegmentInfo(0xFE, 3, 1, "udh8"),
        ),
        ({"esm_class": 0x40}, [Tlv(0x0424, bytes.fromhex("050003fe0302"))], SegmentInfo(0xFE, 3, 2, "udh8")),
    ],
)
def test_segment_of(fields: dict[str, Any], tlvs: list[Tlv], info: SegmentInfo | None) -> None:
    assert segment_of(fields, tlvs) == info
    part = part_of(fields, tlvs)
    assert (part and part.info) == info


@pytest.mark.parametrize("short_message", [b"\x05", b"\x05\x00\x03", b"text"])
def test_a_malformed_header(short_message: bytes) -> None:
    fields = {"esm_class": 0x40, "data_coding": 0, "short_message": short_message}
    with pytest.raises(WireError, match=r"short_message\.udh"):
        segment_of(fields, [])
    with pytest.raises(WireError, match=r"short_message\.udh"):
        part_of(fields, [])
    assert user_text(fields, []) == gsm7.decode(short_message)


@pytest.mark.parametrize(
    ("fields", "tlvs", "default", "text"),
    [
        (concatenated("050003fe0301", b"\x00\x1be"), [], "gsm7", "@€"),
        (concatenated("050003fe0301", b"\xe9"), [], "latin-1", "é"),
        (concatenated("050003fe0301", gsm7.pack(b"\x00\x1be", 1)), [], "gsm7-packed", "@€"),
        (concatenated("06080401fe0301", gsm7.pack(b"abc", 0)), [], "gsm7-packed", "abc"),
        (concatenated("050003fe0301", b"\x00a", data_coding=8), [], "gsm7-packed", "a"),
        (concatenated("06050415810000", b"\x01\xff", data_coding=0xF5), [], "gsm7", "01ff"),
        ({"short_message": b"hi", "data_coding": 0}, [Tlv(0x0424, b"payload")], "gsm7", "hi"),
        ({"short_message": b"", "data_coding": 0}, [Tlv(0x0424, b"payload")], "gsm7", "payload"),
        ({"data_coding": 8}, [Tlv(0x1400, b"x"), Tlv(0x0424, b"\x00a")], "gsm7", "a"),
        ({}, [], "gsm7", ""),
    ],
)
def test_user_text(fields: dict[str, Any], tlvs: list[Tlv], default: str, text: str) -> None:
    assert user_text(fields, tlvs, default) == text


def test_user_data_keeps_the_header() -> None:
    assert user_data(concatenated("050003fe0301", b"x"), []) == bytes.fromhex("050003fe0301") + b"x"


@given(
    st.fixed_dictionaries(
        {},
        optional={
            "esm_class": st.integers(0, 255),
            "data_coding": st.integers(0, 255),
            "short_message": st.binary(max_size=254),
        },
    ),
    st.lists(
        st.builds(Tlv, st.sampled_from([0x020C, 0x020E, 0x020F, 0x0424, 0x1400]), st.binary(max_size=200)), max_size=5
    ),
    st.sampled_from(coding.DEFAULT_ALPHABETS),
)
def test_any_pdu_has_a_text(fields: dict[str, Any], tlvs: list[Tlv], default: str) -> None:
    user_text(fields, tlvs, default).encode("utf-8")
    try:
        part = part_of(fields, tlvs, default)
    except WireError:
        return
    if part is not None:
        joined = join([part])
        assert joined.missing == tuple(
            sequence for sequence in range(1, part.info.total + 1) if sequence != part.info.sequence
        )


def text_part(sequence: int, octets: bytes, total: int = 3, alphabet: int = 0, padding: bool = False) -> Part:
    return Part(SegmentInfo(5, total, sequence, "udh8"), octets, coding.alphabet(alphabet), padding)


A, B, C = text_part(1, b"A"), text_part(2, b"B"), text_part(3, b"C")


@pytest.mark.parametrize(
    ("parts", "joined"),
    [
        ([A, B, C], Joined("ABC", 3, (), (), out_of_order=False)),
        ([A, C, B], Joined("ABC", 3, (), (), out_of_order=True)),
        ([C, B, A], Joined("ABC", 3, (), (), out_of_order=True)),
        ([A, C], Joined("AC", 3, (2,), (), out_of_order=False)),
        ([C], Joined("C", 3, (1, 2), (), out_of_order=False)),
        ([A, A, B, C], Joined("ABC", 3, (), (1,), out_of_order=False)),
        ([A, B, C, A], Joined("ABC", 3, (), (1,), out_of_order=False)),
        ([A, text_part(1, b"X"), B, C], Joined("ABC", 3, (), (1,), out_of_order=False)),
        ([B, B, A, B, A], Joined("AB", 3, (3,), (1, 2), out_of_order=True)),
    ],
)
def test_join(parts: list[Part], joined: Joined) -> None:
    assert join(parts) == joined
    assert joined.complete == (not joined.missing)


def test_characters_that_the_sender_cut_are_whole_again() -> None:
    escape = [text_part(1, b"10 \x1b", 2), text_part(2, b"e", 2)]
    assert join(escape).text == "10 €"
    surrogates = "a😀b".encode("utf-16-be")
    assert join([text_part(1, surrogates[:4], 2, 8), text_part(2, surrogates[4:], 2, 8)]).text == "a😀b"


def test_parts_in_several_alphabets() -> None:
    assert join([A, text_part(2, "日".encode("utf-16-be"), alphabet=8), C]).text == "A日C"


def test_a_zero_septet_is_padding_before_an_escape_and_at_the_end() -> None:
    first = text_part(1, b"a\x00", 2, padding=True)
    assert join([first, text_part(2, b"b", 2)]).text == "a@b"
    assert join([first, text_part(2, b"\x1be", 2)]).text == "a€"
    assert join([first]).text == "a@"
    assert join([text_part(1, b"b", 2), text_part(2, b"a\x00", 2, padding=True)]).text == "ba"


@pytest.mark.parametrize(
    "stranger",
    [
        Part(SegmentInfo(6, 3, 2, "udh8"), b"", coding.GSM7),
        Part(SegmentInfo(5, 2, 2, "udh8"), b"", coding.GSM7),
        Part(SegmentInfo(5, 3, 2, "udh16"), b"", coding.GSM7),
    ],
)
def test_parts_of_several_messages_cannot_be_joined(stranger: Part) -> None:
    with pytest.raises(ValueError, match="not of the same message"):
        join([A, stranger])


def test_no_parts_cannot_be_joined() -> None:
    with pytest.raises(ValueError, match="no parts"):
        join([])


def test_headers_of_split_are_what_udh_builds() -> None:
    segment = split("a" * 161, data_coding=0, style="udh16", reference=9)[0]
    assert udh.parse(segment.short_message).elements == (udh.concatenation(9, 2, 1, wide=True),)
