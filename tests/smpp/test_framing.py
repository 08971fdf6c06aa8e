import pytest
from hypothesis import given
from hypothesis import strategies as st

from smsc_sim.smpp import framing
from smsc_sim.smpp.errors import FramingError
from smsc_sim.smpp.framing import DEFAULT_FRAME_LIMIT, HEADER, Framer, Partial, next_stop, whole_frames
from smsc_sim.smpp.pdu import encode
from tests.smpp.vector_files import VECTORS, Vector

each_vector = pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector.name)


def header(command_length: int, sequence_number: int = 9) -> bytes:
    return HEADER.pack(command_length, 0x15, 0, sequence_number)


ENQUIRE_LINK = header(16)


def feed_all(chunks: list[bytes], limit: int = DEFAULT_FRAME_LIMIT) -> tuple[list[bytes], str | None]:
    """All frames of a stream, and what was said when framing was lost."""
    framer = Framer(limit)
    frames: list[bytes] = []
    for chunk in chunks:
        try:
            frames += framer.feed(chunk)
        except FramingError as error:
            return [*frames, *error.frames], f"{error} {error.sequence_number}"
    return frames, None


def one_by_one(octets: bytes) -> list[bytes]:
    return [octets[index : index + 1] for index in range(len(octets))]


@pytest.mark.parametrize("available", range(16))
def test_a_header_that_is_incomplete_is_waited_for(available: int) -> None:
    assert next_stop(ENQUIRE_LINK[:available], 0) is None


def test_the_stop_is_where_command_length_says() -> None:
    assert next_stop(ENQUIRE_LINK, 0) == 16
    assert next_stop(b"??" + header(20) + b"body", 2) == 22
    assert next_stop(b"??" + header(20) + b"bod", 2) is None
    assert next_stop(bytearray(ENQUIRE_LINK * 2), 16) == 32
    assert next_stop(memoryview(ENQUIRE_LINK), 0) == 16


@pytest.mark.parametrize("command_length", range(16))
@pytest.mark.parametrize("available", [4, 10, 16, 40])
def test_a_command_length_below_a_header_is_told_at_once(command_length: int, available: int) -> None:
    octets = (header(command_length) + bytes(40))[:available]

    with pytest.raises(FramingError) as caught:
        next_stop(octets, 0)
    assert caught.value.command_length == command_length
    assert caught.value.sequence_number == 0


@pytest.mark.parametrize("command_length", [65, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF])
def test_a_command_length_above_the_limit_is_told_with_the_sequence_number(command_length: int) -> None:
    octets = header(command_length, sequence_number=77)

    assert next_stop(octets[:15], 0, 64) is None
    with pytest.raises(FramingError, match="longer than the limit of 64 octets") as caught:
        next_stop(octets, 0, 64)
    assert caught.value.command_length == command_length
    assert caught.value.sequence_number == 77


def test_the_limit_itself_is_allowed() -> None:
    assert next_stop(header(64) + bytes(48), 0, 64) == 64
    assert next_stop(header(DEFAULT_FRAME_LIMIT), 0) is None
    with pytest.raises(FramingError):
        next_stop(header(DEFAULT_FRAME_LIMIT + 1), 0)


def test_a_framer_needs_room_for_a_header() -> None:
    Framer(16)
    with pytest.raises(ValueError, match="at least 16 octets"):
        Framer(15)


def test_the_pdus_before_the_bad_one_are_not_lost() -> None:
    framer = Framer()

    with pytest.raises(FramingError) as caught:
        framer.feed(ENQUIRE_LINK + header(20) + b"body" + header(3) + ENQUIRE_LINK)
    assert caught.value.frames == (ENQUIRE_LINK, header(20) + b"body")
    assert framer.held == 0
    with pytest.raises(FramingError) as again:
        framer.feed(ENQUIRE_LINK)
    assert (again.value.command_length, again.value.frames) == (3, ())


def test_what_is_incomplete_is_held_and_nothing_else() -> None:
    framer = Framer()

    assert framer.feed(b"") == []
    assert framer.feed(ENQUIRE_LINK + ENQUIRE_LINK[:10]) == [ENQUIRE_LINK]
    assert framer.held == 10
    assert framer.feed(b"") == []
    assert framer.feed(ENQUIRE_LINK[10:]) == [ENQUIRE_LINK]
    assert framer.held == 0


def test_a_partial_pdu_joins_when_enough_is_there_to_go_on() -> None:
    partial = Partial(b"\x00\x00", 64)

    assert partial.join(b"\x00") is None
    assert partial.join(b"\x14") == b"\x00\x00\x00\x14"

    partial = Partial(header(20)[:10], 64)
    assert partial.join(bytes(9)) is None
    assert len(partial) == 19
    assert partial.join(b"!") == header(20)[:10] + bytes(9) + b"!"


def test_a_partial_pdu_above_the_limit_is_waited_for_no_longer_than_its_header() -> None:
    partial = Partial(header(65)[:4], 64)

    assert partial.join(header(65)[4:15]) is None
    assert partial.join(header(65)[15:]) == header(65)


def test_octets_that_come_one_by_one_are_not_searched_again_each_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    looks = 0

    def counting(buffer: bytes, offset: int, limit: int) -> int | None:
        nonlocal looks
        looks += 1
        return next_stop(buffer, offset, limit)

    monkeypatch.setattr(framing, "next_stop", counting)
    octets = header(5000) + bytes(4984)

    assert feed_all(one_by_one(octets)) == ([octets], None)
    assert looks <= 5


@each_vector
def test_every_vector_is_one_frame(vector: Vector) -> None:
    assert feed_all([vector.octets]) == ([vector.octets], None)
    assert feed_all(one_by_one(vector.octets)) == ([vector.octets], None)
    assert feed_all([vector.octets + ENQUIRE_LINK[:7]]) == ([vector.octets], None)
    assert feed_all([vector.octets[:-1]]) == ([], None)


def test_all_vectors_glued_together_are_all_frames() -> None:
    stream = b"".join(vector.octets for vector in VECTORS)

    assert feed_all([stream]) == ([vector.octets for vector in VECTORS], None)


streams = st.lists(
    st.one_of(
        st.sampled_from(VECTORS).map(lambda vector: vector.octets),
        st.integers(0, 40).map(lambda length: header(length) + bytes(max(0, length - 16))),
        st.integers(1000, 2**32 - 1).map(header),
        st.binary(max_size=30),
    ),
    max_size=6,
).map(b"".join)


@given(streams, st.data())
def test_what_comes_out_does_not_depend_on_how_the_stream_is_split(stream: bytes, data: st.DataObject) -> None:
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=12)))
    chunks = [stream[start:stop] for start, stop in zip([0, *cuts], [*cuts, len(stream)], strict=True)]

    whole = feed_all([stream], limit=900)
    assert feed_all(chunks, limit=900) == whole
    assert feed_all(one_by_one(stream), limit=900) == whole


@given(streams)
def test_frames_are_the_stream_and_memory_is_bounded(stream: bytes) -> None:
    framer = Framer(900)
    frames: list[bytes] = []
    try:
        for octet in one_by_one(stream):
            frames += framer.feed(octet)
            assert framer.held < 900
    except FramingError as error:
        lost = error
    else:
        assert b"".join(frames) == stream[: len(stream) - framer.held]
        return
    assert not 16 <= lost.command_length <= 900
    assert lost.frames == ()
    assert stream.startswith(b"".join(frames))
    assert framer.held == 0


def test_whole_frames_end_where_the_stream_cannot_be_followed() -> None:
    whole = encode("enquire_link", sequence_number=1)
    assert list(whole_frames(whole + whole)) == [whole, whole]
    for broken in (b"", whole[:9], b"\0\0\0\x0f" + whole[4:], b"\xff\xff\xff\xff" + whole[4:]):
        assert list(whole_frames(whole + broken)) == [whole]
