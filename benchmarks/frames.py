"""Finding the PDUs in what was read, many at a time.

Answers come in runs: the same command_id, the same command_status and, as message ids mostly have one length, the
same command_length.  A run is found by comparing columns of octets, so that a hundred submit_sm_resp cost little
more than one.
"""

import struct

from benchmarks.commands import HEADER

FRAME_LIMIT = 64 * 1024
"""The longest PDU taken from a server, octets."""

Run = tuple[int, int, int, int, int]
"""command_id, command_status, start (offset), length (octets of one PDU), count."""

_HEAD = struct.Struct(">III")
_FIRST_PROBE = 16
# The octets that differ most often come first: a run that ends is then noticed by the first column.
_COLUMNS = (3, 7, 4, 11, 2, 6, 5, 10, 9, 8, 1, 0)


class FramingLost(Exception):
    """A command_length that no PDU can have."""


def scan(octets: bytes) -> tuple[list[Run], int]:
    """The runs of whole PDUs at the start of octets, and how many octets they take.

    Raises FramingLost when a command_length is below 16 or above FRAME_LIMIT.
    """
    start, size = 0, len(octets)
    if size >= HEADER.size:
        length, command_id, command_status = _HEAD.unpack_from(octets)
        if length == size:
            return [(command_id, command_status, 0, length, 1)], size
    runs: list[Run] = []
    while size - start >= HEADER.size:
        length, command_id, command_status = _HEAD.unpack_from(octets, start)
        if not HEADER.size <= length <= FRAME_LIMIT:
            raise FramingLost(f"command_length {length}")
        following = start + length
        if following > size:
            break
        count = 1
        if following < size and octets[following : following + 12] == octets[start : start + 12]:
            most = (size - start) // length
            probe = _FIRST_PROBE
            while count < most:
                probed = min(probe, most - count)
                alike = _alike(octets, start, start + count * length, length, probed)
                count += alike
                if alike < probed:
                    break
                probe *= 8
        runs.append((command_id, command_status, start, length, count))
        start += count * length
    return runs, start


def _alike(octets: bytes, model: int, start: int, length: int, count: int) -> int:
    """How many of the count stretches of length octets from start begin with the 12 octets at model."""
    for column in _COLUMNS:
        values = octets[start + column : start + count * length : length]
        count -= len(values.lstrip(octets[model + column : model + column + 1]))
    return count
