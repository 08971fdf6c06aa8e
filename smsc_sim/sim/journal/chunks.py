"""Many small pieces of a download as few larger ones."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

CHUNK: Final = 65536
"""Octets that are gathered before they are handed on."""


MOST_PIECES: Final = 1_000
"""Pieces, empty ones among them, after which a chunk is handed on however long it is: others wait meanwhile."""


def gathered(pieces: Iterable[bytes], size: int = CHUNK) -> Iterator[bytes]:
    """The same octets in chunks of about ``size`` octets; shorter or empty ones where they take long to make."""
    held: list[bytes] = []
    length = 0
    for piece in pieces:
        held.append(piece)
        length += len(piece)
        if length >= size or len(held) >= MOST_PIECES:
            yield b"".join(held)
            held, length = [], 0
    if held:
        yield b"".join(held)
