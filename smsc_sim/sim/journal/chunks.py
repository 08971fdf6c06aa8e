"""Many small pieces of a download as few larger ones."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

CHUNK: Final = 65536
"""Octets that are gathered before they are handed on."""


def gathered(pieces: Iterable[bytes], size: int = CHUNK) -> Iterator[bytes]:
    """The same octets in chunks of at least ``size`` octets, but for the last."""
    held: list[bytes] = []
    length = 0
    for piece in pieces:
        held.append(piece)
        length += len(piece)
        if length >= size:
            yield b"".join(held)
            held, length = [], 0
    if held:
        yield b"".join(held)
