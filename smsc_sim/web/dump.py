"""Hex dumps whose octets know which field they are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final

from smsc_sim.web.message_view import FieldShown

WIDTH: Final = 16
"""Octets on a line."""
MOST: Final = 2048
"""Octets that are shown of a long PDU."""


@dataclass(frozen=True, slots=True)
class Run:
    """Octets of one line that belong to one field."""

    field: int | None
    """Which field, from 0; None: none could be told."""
    hex: str
    characters: str
    """The octets as ASCII, with points for what is none."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a dump."""

    offset: int
    runs: tuple[Run, ...]
    missing: int
    """Octets by which it is shorter than the others."""


def dump(octets: bytes, fields: Sequence[FieldShown], most: int = MOST) -> list[Line]:
    """The first ``most`` octets of a PDU, line by line; ``fields``: all of it, TLVs included, in order."""
    owners: list[int | None] = [None] * len(octets)
    for number, one in enumerate(fields):
        owners[one.start : one.start + one.length] = [number] * one.length
    lines = []
    for offset in range(0, min(len(octets), most), WIDTH):
        end = min(offset + WIDTH, len(octets), most)
        places = groupby(range(offset, end), key=owners.__getitem__)
        runs = tuple(_run(owner, bytes(octets[place] for place in own)) for owner, own in places)
        lines.append(Line(offset, runs, WIDTH - (end - offset)))
    return lines


def _run(owner: int | None, octets: bytes) -> Run:
    characters = "".join(chr(octet) if 0x20 <= octet < 0x7F else "·" for octet in octets)
    return Run(owner, octets.hex(" "), characters)
