"""Words of texts: cut in one way for the index of the store and for everybody else.

SQLite's own tokenizers cut by the tables of one version of Unicode and fold case by another's. So texts are given to
the index in ASCII, with every other character written as its number, and cut there by a tokenizer that cannot err.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final
from unicodedata import category

TOKENIZER: Final = "ascii tokenchars '_'"
"""``tokenize`` of the FTS5 table that holds :func:`indexed` texts."""

_WORD: Final = re.compile(r"[a-z0-9_]+")
_OTHERS: Final = re.compile(r"[^\x00-\x7f]")
_VARIATION_SELECTORS: Final = range(0xFE00, 0xFE10)
_WITHOUT_SPACES: Final = (range(0x0E00, 0x0F00), range(0x2E80, 0xA000), range(0xF900, 0xFB00), range(0x20000, 0x40000))
"""Thai, Lao, kana and ideographs: scripts that put no spaces between words."""


def indexed(text: str) -> str:
    """The text as the index of the store takes it: ASCII, its words between anything but letters, digits and ``_``."""
    if text.isascii():
        return text.replace("_", " ").replace("\0", " ")
    return _OTHERS.sub(_written, text.casefold().replace("_", " ").replace("\0", " "))


def words(text: str) -> list[str]:
    """The words of a text in their order, as the index has them: case does not matter, punctuation parts them.

    Of scripts that put no spaces between words each character is one, and so is each symbol.
    """
    return _WORD.findall(indexed(text).lower())


def _written(found: re.Match[str]) -> str:
    return _numbered(found[0])


@lru_cache(maxsize=8192)
def _numbered(character: str) -> str:
    number = ord(character)
    kind = category(character)
    if number in _VARIATION_SELECTORS:
        return ""
    if kind[0] in "PZC":
        return " "
    # Always as many digits, so that the beginning of a word is the beginning of what stands for it.
    code = f"_{number:05x}"
    alone = kind[0] == "S" or any(number in script for script in _WITHOUT_SPACES)
    return f" {code} " if alone else code


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words that stand one behind the other."""

    words: tuple[str, ...]
    """At least one, as :func:`words` gives them."""
    prefix: bool = False
    """Whether the last one need only begin like this."""

    def found_in(self, others: Sequence[str]) -> bool:
        """Whether the words of a text contain the phrase."""
        size = len(self.words)
        *whole, last = self.words
        return any(
            list(others[start : start + size - 1]) == whole
            and (others[start + size - 1].startswith(last) if self.prefix else others[start + size - 1] == last)
            for start in range(len(others) - size + 1)
        )

    @property
    def match(self) -> str:
        """The phrase as FTS5 asks for it; no character in it means anything else there."""
        return f'"{" ".join(self.words)}"' + (" *" if self.prefix else "")
