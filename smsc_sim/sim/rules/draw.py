"""Chance that repeats: a draw is decided by what it is about, not by when it is made."""

from __future__ import annotations

from hashlib import blake2b

_BITS = 53
"""Bits of a float's fraction: with more of them the highest draws would be rounded up to 1."""


def draw(seed: int, *about: bytes | int) -> float:
    """A number from 0 up to but not including 1, the same for the same ``seed`` and ``about`` whatever came before.

    A stream of random numbers would give each message what its place in the stream has; here the same set of messages
    draws the same numbers, however many sessions interleave them.
    """
    octets = b"%d" % seed
    for part in about:
        written = part if isinstance(part, bytes) else b"%d" % part
        octets += b"|%d:%b" % (len(written), written)
    digest = blake2b(octets, digest_size=8).digest()
    return (int.from_bytes(digest, "big") >> (64 - _BITS)) / (1 << _BITS)
