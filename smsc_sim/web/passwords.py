"""Password hashes: ``scrypt$N$r$p$salt$key``, with the last two in base64 (RFC 7914)."""

from __future__ import annotations

import binascii
import hashlib
import hmac
from base64 import b64decode, b64encode
from typing import Final

PREFIX: Final = "scrypt$"

_COST: Final = (1 << 14, 8, 1)
"""N, r and p of a new hash: some 50 ms and 16 MiB."""
_MOST_MEMORY: Final = 1 << 26
"""Octets that a hash out of a file may ask for."""
_KEY_OCTETS: Final = 32


def hash_password(password: str, salt: bytes) -> str:
    """The hash of a password, to be kept in a file.  ``salt``: 16 random octets."""
    n, r, p = _COST
    key = _derive(password, salt, n, r, p)
    return f"{PREFIX}{n}${r}${p}${b64encode(salt).decode()}${b64encode(key).decode()}"


def is_hash(text: str) -> bool:
    """Whether a text from a file is a hash that can be checked, and not a password itself."""
    return _parts(text) is not None


def matches(written: str, password: str) -> bool:
    """Whether a password is the one of a file, where it is written as a hash or as it is."""
    parts = _parts(written)
    if parts is None:
        return same(written, password)
    n, r, p, salt, key = parts
    return hmac.compare_digest(_derive(password, salt, n, r, p, len(key)), key)


def same(one: str, other: str) -> bool:
    """Whether two secrets are the same, in a time that does not tell where they differ."""
    return hmac.compare_digest(one.encode("utf-8", "surrogatepass"), other.encode("utf-8", "surrogatepass"))


def _derive(password: str, salt: bytes, n: int, r: int, p: int, length: int = _KEY_OCTETS) -> bytes:
    octets = password.encode("utf-8", "surrogatepass")
    return hashlib.scrypt(octets, salt=salt, n=n, r=r, p=p, maxmem=_MOST_MEMORY, dklen=length)


def _parts(text: str) -> tuple[int, int, int, bytes, bytes] | None:
    words = text.split("$")
    if len(words) != 6 or not text.startswith(PREFIX):
        return None
    try:
        n, r, p = (int(word) for word in words[1:4])
        salt, key = b64decode(words[4], validate=True), b64decode(words[5], validate=True)
    except (ValueError, binascii.Error):
        return None
    # RFC 7914 section 6: N is a power of two above 1; and nothing that would stop the machine.
    fine = n > 1 and not n & (n - 1) and r > 0 and 0 < p <= 16 and 128 * r * (n + p + 2) <= _MOST_MEMORY
    return (n, r, p, salt, key) if fine and 16 <= len(key) <= 64 else None
