"""What goes over a session, as the journal keeps it: raw octets with their instant."""

from __future__ import annotations

from enum import IntEnum
from typing import TypeAlias


class Direction(IntEnum):
    """Which way octets went."""

    IN = 0
    """From the ESME."""
    OUT = 1
    """To the ESME."""


Record: TypeAlias = "tuple[float, int, Direction, bytes]"
"""Instant (seconds since the epoch), session number, direction, and whole PDUs one after the other; where a rule cuts,
corrupts or dribbles an answer, or an ESME sends what is no PDU, whatever octets went over.

A plain tuple: it is made once for each read and write on the message path.
"""
