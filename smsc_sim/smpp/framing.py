"""Framing: where one PDU ends and the next begins (SMPP 3.4 section 3.2, command_length)."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import Final

from smsc_sim.smpp.errors import FramingError

HEADER: Final = struct.Struct(">IIII")
"""command_length, command_id, command_status, sequence_number: 16 octets, big endian."""

HEADER_LENGTH: Final = HEADER.size

DEFAULT_FRAME_LIMIT: Final = 131072
"""Largest command_length taken, in octets; a message_payload of 65535 octets fits with much room."""

_LENGTH: Final = struct.Struct(">I")


def next_stop(buffer: bytes | bytearray | memoryview, offset: int, limit: int = DEFAULT_FRAME_LIMIT) -> int | None:
    """Where the PDU that starts at `offset` ends, or None while it is incomplete.

    Raises FramingError when command_length is below 16 octets, as soon as it can be read, or above `limit`,
    as soon as the sequence_number is there to be copied. What is raised depends on the octets alone, never on
    how the stream was split.
    """
    available = len(buffer) - offset
    if available < 4:
        return None
    (command_length,) = _LENGTH.unpack_from(buffer, offset)
    if HEADER_LENGTH <= command_length <= limit:
        return offset + command_length if available >= command_length else None
    if command_length < HEADER_LENGTH:
        raise FramingError(command_length, 0, "shorter than a header of 16 octets")
    if available < HEADER_LENGTH:
        return None
    sequence_number = HEADER.unpack_from(buffer, offset)[3]
    raise FramingError(command_length, sequence_number, f"longer than the limit of {limit} octets")


def whole_frames(octets: bytes) -> Iterator[bytes]:
    """The PDUs at the beginning of `octets`, as far as they can be followed; something broken may come behind."""
    offset = 0
    while True:
        try:
            stop = next_stop(octets, offset, len(octets))
        except FramingError:
            return
        if stop is None:
            return
        yield octets[offset:stop]
        offset = stop


class Partial:
    """The beginning of one PDU, held until its rest has come; at most `limit` octets are ever waited for.

    Octets that come one by one are looked at again only when enough are there to go on.
    """

    __slots__ = ("_held", "_wanted")

    def __init__(self, octets: bytes, limit: int = DEFAULT_FRAME_LIMIT) -> None:
        """`octets` are what `next_stop` left: fewer than one PDU."""
        self._held = bytearray(octets)
        self._wanted = 4
        if len(octets) >= 4:
            (command_length,) = _LENGTH.unpack_from(octets)
            self._wanted = HEADER_LENGTH if command_length > limit else command_length

    def __len__(self) -> int:
        return len(self._held)

    @property
    def octets(self) -> bytes:
        """All octets held."""
        return bytes(self._held)

    def join(self, data: bytes) -> bytes | None:
        """All octets held and `data`, or None when they are still too few to go on."""
        self._held += data
        return bytes(self._held) if len(self._held) >= self._wanted else None


class Framer:
    """Cuts an octet stream into whole PDUs, holding at most one incomplete PDU of at most `limit` octets.

    Each octet is looked at a constant number of times, also when the octets come one by one.
    """

    __slots__ = ("_error", "_partial", "limit")

    def __init__(self, limit: int = DEFAULT_FRAME_LIMIT) -> None:
        if limit < HEADER_LENGTH:
            raise ValueError("the frame limit must be at least 16 octets")
        self.limit = limit
        self._partial: Partial | None = None
        self._error: FramingError | None = None

    @property
    def held(self) -> int:
        """Octets of the incomplete PDU at the end of what was fed."""
        return len(self._partial) if self._partial is not None else 0

    def feed(self, data: bytes) -> list[bytes]:
        """The PDUs that `data` completes, in order.

        Raises FramingError when a command_length cannot be right; its `frames` are the PDUs completed before.
        The stream is lost from there on, so each later call raises the same error without frames.
        """
        if self._error is not None:
            raise self._error
        if self._partial is not None:
            joined = self._partial.join(data)
            if joined is None:
                return []
            data, self._partial = joined, None
        frames: list[bytes] = []
        offset = 0
        try:
            while (stop := next_stop(data, offset, self.limit)) is not None:
                frames.append(data[offset:stop])
                offset = stop
        except FramingError as error:
            self._error = FramingError(error.command_length, error.sequence_number, error.reason)
            error.frames = tuple(frames)
            raise
        if offset < len(data):
            self._partial = Partial(data[offset:], self.limit)
        return frames
