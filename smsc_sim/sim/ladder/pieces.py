"""Cutting one direction of a session into PDUs, where rules have cut, dribbled or corrupted some of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from smsc_sim.sim.journal.record import Direction
from smsc_sim.smpp.commands import COMMANDS
from smsc_sim.smpp.errors import FramingError
from smsc_sim.smpp.framing import HEADER, HEADER_LENGTH, next_stop

_LONGEST = 64 * 1024 * 1024
"""Octets: no command_length above that is believed; no frame limit is larger."""


@dataclass(slots=True)
class Piece:
    """One PDU, or octets that are none."""

    seq: int
    n: int
    at: float
    """Seconds since the epoch; of the last octets, where it came in several writes."""
    direction: Direction
    octets: bytes
    whole: bool = False
    pieces: int = 1
    """In how many writes it left."""


class Pieces:
    """The cutter of one direction.

    What is no whole PDU at the end of a write is either the first part of a dribbled one, and then the next write goes
    on with it, or all that is sent of a cut one, and then the next write begins with a PDU.
    """

    __slots__ = ("_rest",)

    def __init__(self) -> None:
        self._rest: Piece | None = None

    def cut(self, seq: int, at: float, direction: Direction, octets: bytes) -> Iterator[Piece]:
        """The PDUs that this write completes."""
        offset = n = 0
        try:
            rest, self._rest = self._rest, None
            if rest is not None and not _begins_pdu(octets):
                octets = rest.octets + octets
                stop = next_stop(octets, 0, _LONGEST)
                if stop is None:
                    self._rest = replace(rest, seq=seq, n=0, at=at, octets=octets, pieces=rest.pieces + 1)
                    return
                yield Piece(seq, 0, at, direction, octets[:stop], True, rest.pieces + 1)
                offset, n = stop, 1
            elif rest is not None:
                yield rest
            while (stop := next_stop(octets, offset, _LONGEST)) is not None:
                yield Piece(seq, n, at, direction, octets[offset:stop], True)
                offset = stop
                n += 1
        except FramingError:
            # Nothing that comes later can complete this.
            yield Piece(seq, n, at, direction, octets[offset:])
            return
        if offset < len(octets):
            self._rest = Piece(seq, n, at, direction, octets[offset:])

    def end(self) -> Iterator[Piece]:
        """What has not been completed; nothing more comes."""
        rest, self._rest = self._rest, None
        if rest is not None:
            yield rest


def _begins_pdu(octets: bytes) -> bool:
    if len(octets) < HEADER_LENGTH:
        return False
    length, command_id, _, _ = HEADER.unpack_from(octets)
    return HEADER_LENGTH <= length <= _LONGEST and command_id in COMMANDS
