"""Messages put together from the parts that are kept."""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smsc_sim.sim.messages.long_message import PARTS_LIMIT, LongMessage, long_messages, message_with
from smsc_sim.smpp import coding
from smsc_sim.smpp.pdu import encode
from smsc_sim.smpp.segments import Style, split

STYLES: tuple[Style, ...] = ("udh8", "udh16", "sar", "payload", "none")


@dataclass(frozen=True)
class Kept:
    id: int
    at: float
    octets: bytes
    direction: str = "mt"
    account: str = "alpha"
    source: str = "Shop"
    destination: str = "491701234567"


def parts_of(
    text: str,
    style: Style = "udh8",
    *,
    data_coding: int = 0,
    reference: int = 7,
    default: str = "gsm7",
    command: str = "submit_sm",
) -> list[bytes]:
    """The PDUs of a message."""
    return [
        encode(
            command,
            sequence_number=1,
            fields={
                "esm_class": segment.esm_class,
                "data_coding": data_coding,
                **({} if command == "data_sm" else {"short_message": segment.short_message}),
            },
            tlvs=segment.tlvs,
        )
        for segment in split(text, data_coding=data_coding, style=style, reference=reference, default=default)
    ]


def kept(pdus: Iterable[bytes], at: float = 0.0, first: int = 1, every: float = 0.0, **about: Any) -> list[Kept]:
    return [Kept(first + n, at + n * every, octets, **about) for n, octets in enumerate(pdus)]


def joined(pdus: Iterable[bytes], **options: Any) -> list[LongMessage]:
    return list(long_messages(kept(pdus), **options))


LONG = "".join(f"{number} " for number in range(150))
ONE, TWO, THREE, FOUR = PDUS = parts_of(LONG)


@pytest.mark.parametrize("style", ["udh8", "udh16", "sar"])
def test_parts_become_one_message(style: Style) -> None:
    pdus = parts_of(LONG, style)
    (message,) = joined(pdus)
    assert (message.style, message.reference, message.total, message.ids) == (style, 7, 4, (1, 2, 3, 4))
    assert (message.text, message.complete, message.missing) == (LONG, True, ())
    assert (message.duplicates, message.conflicts, message.out_of_order) == ((), (), False)
    assert "".join(part.text for part in message.parts) == LONG
    assert [(part.sequence, part.oddities) for part in message.parts] == [(n, ()) for n in (1, 2, 3, 4)]


@pytest.mark.parametrize("command", ["submit_sm", "data_sm", "deliver_sm"])
def test_a_payload_is_alone(command: str) -> None:
    first, second = joined(parts_of(LONG, "payload", command=command) * 2)
    assert (first.style, first.reference, first.total, first.ids) == ("payload", None, 1, (1,))
    assert (first.text, first.complete) == (LONG, True)
    assert second.ids == (2,)


def test_messages_of_one_pdu_are_alone() -> None:
    messages = joined(parts_of("hi") * 3)
    assert [(message.style, message.total, message.text) for message in messages] == [("none", 1, "hi")] * 3


@pytest.mark.parametrize(
    ("pdus", "missing", "duplicates", "conflicts", "out_of_order", "oddities"),
    [
        ([ONE, THREE, FOUR], (2,), (), (), False, [(), (), ()]),
        ([THREE], (1, 2, 4), (), (), False, [()]),
        ([ONE, ONE, TWO, THREE, FOUR], (), (1,), (), False, [(), ("duplicate",), (), (), ()]),
        ([ONE, THREE, TWO, FOUR], (), (), (), True, [(), (), ("out_of_order",), ()]),
        ([FOUR, THREE], (1, 2), (), (), True, [(), ("out_of_order",)]),
        (
            [ONE, parts_of("y" * 400 + LONG[400:])[1], TWO, THREE, FOUR],
            (), (), (2,), False, [(), (), ("conflict",), (), ()],
        ),
    ],
)  # fmt: skip
def test_what_is_odd_is_flagged(
    pdus: list[bytes],
    missing: tuple[int, ...],
    duplicates: tuple[int, ...],
    conflicts: tuple[int, ...],
    out_of_order: bool,
    oddities: list[tuple[str, ...]],
) -> None:
    (message,) = joined(pdus)
    assert (message.missing, message.duplicates, message.conflicts) == (missing, duplicates, conflicts)
    assert (message.out_of_order, message.complete) == (out_of_order, not missing)
    assert [part.oddities for part in message.parts] == oddities


def test_of_conflicting_parts_the_first_counts() -> None:
    other = parts_of("z" * 600)[1]
    (message,) = joined([ONE, TWO, other, THREE, FOUR])
    assert message.text == LONG


@pytest.mark.parametrize(
    "change",
    [
        {"account": "beta"},
        {"source": "Other"},
        {"destination": "49"},
        {"direction": "mo"},
        {"octets": parts_of(LONG, reference=8)[1]},
        {"octets": parts_of(LONG, "udh16")[1]},
        {"octets": parts_of(LONG, "sar")[1]},
        {"octets": parts_of(LONG + LONG)[1]},
    ],
)
def test_what_differs_is_of_another_message(change: dict[str, Any]) -> None:
    parts = kept(PDUS[:2])
    parts[1] = replace(parts[1], **change)
    assert [message.ids for message in long_messages(parts)] == [(1,), (2,)]


def test_messages_that_come_mixed_are_told_apart() -> None:
    other = parts_of(LONG[::-1], reference=8)
    mixed = [pdu for pair in zip(PDUS, other, strict=True) for pdu in pair]
    messages = joined(mixed)
    assert sorted(message.text for message in messages) == sorted([LONG, LONG[::-1]])


# The reference comes again


def test_a_complete_message_takes_no_more_parts() -> None:
    again = parts_of(LONG.replace("1", "2"))
    first, second = joined([*PDUS, *again])
    assert (first.text, second.text) == (LONG, LONG.replace("1", "2"))


def test_the_same_message_twice_is_two_messages() -> None:
    assert [message.ids for message in joined([*PDUS, *PDUS])] == [(1, 2, 3, 4), (5, 6, 7, 8)]


def test_a_part_repeated_after_the_last_one_is_a_duplicate() -> None:
    (message,) = joined([*PDUS, FOUR, TWO])
    assert message.ids == (1, 2, 3, 4, 5, 6)
    assert (message.duplicates, message.text) == ((2, 4), LONG)


def test_a_part_with_another_text_after_the_last_one_begins_a_message() -> None:
    other = parts_of("z" * 600)[1]
    assert [message.ids for message in joined([*PDUS, other])] == [(1, 2, 3, 4), (5,)]


@pytest.mark.parametrize(
    ("later", "wanted"), [(299.0, [(1, 2, 3, 4)]), (301.0, [(1, 2), (3, 4)]), (4000.0, [(1, 2), (3, 4)])]
)
def test_parts_far_apart_are_of_different_messages(later: float, wanted: list[tuple[int, ...]]) -> None:
    parts = kept(PDUS[:2]) + kept(PDUS[2:], at=later, first=3)
    assert [message.ids for message in long_messages(parts)] == wanted


def test_a_repetition_that_comes_too_late_is_a_message() -> None:
    parts = [*kept(PDUS), *kept([FOUR], at=301, first=5)]
    assert [message.ids for message in long_messages(parts)] == [(1, 2, 3, 4), (5,)]


def test_references_that_wrap() -> None:
    texts = [f"{number:03d}" * 60 for number in range(600)]
    pdus = [pdu for number, text in enumerate(texts) for pdu in parts_of(text, reference=number & 0xFF)]
    messages = sorted(joined(pdus), key=lambda message: message.ids)
    assert [message.text for message in messages] == texts
    assert all(not message.duplicates for message in messages)


# Bounds


def test_a_message_is_given_as_soon_as_nothing_more_can_belong_to_it() -> None:
    def endless() -> Iterable[Kept]:
        for number in range(1_000_000):
            assert number < 400, "it was not given"
            yield Kept(number + 1, float(number), ONE)

    message = next(iter(long_messages([*kept([TWO, THREE]), *kept([TWO], at=400, first=9, destination="1")])))
    assert message.ids == (1, 2)
    assert len(next(iter(long_messages((part for part in endless()), window=0.5))).ids) == 1


def test_no_more_messages_wait_than_allowed() -> None:
    parts = [part for number in range(50) for part in kept([ONE], first=number + 1, destination=str(number))]
    given_at: list[int] = []

    def watched() -> Iterable[Kept]:
        for part in parts:
            given_at.append(part.id)
            yield part

    message = next(iter(long_messages(watched(), open_limit=10)))
    assert (message.ids, given_at[-1]) == ((1,), 11)


def test_a_part_repeated_for_ever_does_not_fill_the_memory() -> None:
    messages = joined([ONE] * (PARTS_LIMIT + 5))
    assert [len(message.ids) for message in messages] == [PARTS_LIMIT, 5]


# Texts


def test_parts_in_different_codings() -> None:
    latin = parts_of("\u00e7" * 200, data_coding=3)
    (message,) = joined([parts_of("x" * 200)[0], latin[1]])
    assert message.mixed_codings
    assert message.text == "x" * 153 + "\u00e7" * 66


def test_the_text_under_another_alphabet() -> None:
    text = "Привет, как дела? " * 12
    octets = text.encode("utf-8")
    pdus = [
        encode("submit_sm", sequence_number=1, fields={
            "esm_class": 0x40, "short_message": bytes((5, 0, 3, 1, 3, part + 1)) + octets[part * 131 :][:131],
        })
        for part in range(3)
    ]  # fmt: skip
    (message,) = joined(pdus)
    assert "\ufffd" in message.text
    assert message.text_under("utf-8") == text, "a character that was cut in two is whole"
    assert message.readings()[1].text == text
    with pytest.raises(ValueError, match="is no alphabet"):
        message.text_under("x")


def test_data_coding_0_is_the_alphabet_of_the_account() -> None:
    (message,) = joined(parts_of("\u00e7" * 200, default="latin-1"), alphabets={"alpha": "latin-1"})
    assert message.text == "\u00e7" * 200


@pytest.mark.parametrize(
    "octets",
    [
        b"",
        b"\0\0\0\x10",
        encode("submit_sm", sequence_number=1)[:-3],
        encode("submit_sm", sequence_number=1) + b"\x01",
        encode("submit_sm", sequence_number=1, fields={"esm_class": 0x40, "short_message": b"\x30ab"}),
    ],
)
def test_what_cannot_be_read_is_a_message_of_its_own(octets: bytes) -> None:
    (message,) = joined([octets])
    assert (message.total, message.reference) == (1, None)
    assert message.parts[0].oddities == ("malformed",)
    assert isinstance(message.text, str)
    assert message.readings()[0].stated


def test_the_message_with_a_part() -> None:
    parts = kept([ONE, THREE, *parts_of("hi")])
    found = message_with(2, parts)
    assert found is not None
    assert found.ids == (1, 2)
    assert message_with(3, parts) is not None
    assert message_with(9, parts) is None


ALPHABETS = {
    0: "abc @\u20ac{}\u00e9\u0394 ",
    3: "abc\u00e7\u00f5 ",
    8: "abc\u65e5\U0001f600 ",
    1: "abc ",
    4: "0123456789abcdef",
}


@st.composite
def messages(draw: st.DrawFn) -> tuple[str, int, Style, str]:
    data_coding = draw(st.sampled_from(sorted(ALPHABETS)))
    default = draw(st.sampled_from(coding.DEFAULT_ALPHABETS)) if data_coding == 0 else "gsm7"
    letters = "abc xyz" if default == "ascii" else "ab\u00e9 " if data_coding == 0 else ALPHABETS[data_coding]
    if default in ("gsm7", "gsm7-packed") and data_coding == 0:
        letters = ALPHABETS[0].replace("@", "") if default == "gsm7-packed" else ALPHABETS[0]
    text = "".join(draw(st.lists(st.sampled_from(letters), min_size=1, max_size=40))) * draw(st.integers(1, 24))
    if data_coding == 4:
        text = text[: len(text) // 2 * 2]
    style = draw(st.sampled_from(STYLES))
    return text if style != "none" else text[:40], data_coding, style, default


@given(messages(), st.integers(0, 255), st.randoms(use_true_random=False))
def test_what_is_split_is_joined(message: tuple[str, int, Style, str], reference: int, dice: random.Random) -> None:
    text, data_coding, style, default = message
    pdus: Sequence[bytes] = parts_of(text, style, data_coding=data_coding, reference=reference, default=default)
    shuffled = list(pdus)
    dice.shuffle(shuffled)
    (whole,) = joined(shuffled, alphabets={"alpha": default})
    assert whole.complete
    assert whole.text == text
    assert not whole.duplicates
    assert not whole.conflicts
    assert whole.out_of_order == (shuffled != list(pdus) and len(set(pdus)) > 1)


@given(st.lists(st.tuples(st.sampled_from([*PDUS, *parts_of("q" * 300), b"junk"]), st.floats(0, 500)), max_size=30))
def test_every_part_is_in_exactly_one_message(steps: list[tuple[bytes, float]]) -> None:
    at, parts = 0.0, []
    for number, (octets, later) in enumerate(steps, 1):
        at += later
        parts.append(Kept(number, at, octets))
    given_ids = sorted(part_id for message in long_messages(parts) for part_id in message.ids)
    assert given_ids == [part.id for part in parts]
