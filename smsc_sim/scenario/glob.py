"""Patterns for a whole value: ``*`` stands for any characters, ``?`` for one. Case matters."""

import re

LONGEST_GLOB = 200
"""Characters of a pattern."""

_WILD = re.compile(r"[*?]")


def has_wildcard(text: str) -> bool:
    """Return whether the text is a pattern and not just itself."""
    return _WILD.search(text) is not None


class Glob:
    """One pattern. Matching takes time in proportion to the value, whatever the pattern."""

    __slots__ = ("_middle", "_prefix", "_shortest", "_suffix", "_whole", "pattern")

    def __init__(self, pattern: str) -> None:
        self.pattern = pattern
        first, *others = re.sub(r"\*+", "*", pattern).split("*")
        self._prefix = _Piece(first)
        self._whole = not others
        self._suffix = _Piece(others.pop() if others else "")
        self._middle = tuple(_Piece(piece) for piece in others)
        self._shortest = sum(len(piece.text) for piece in (self._prefix, *self._middle, self._suffix))

    @property
    def prefix(self) -> str | None:
        """What stands before the star, when the pattern is plain characters and one star at its end."""
        head = self.pattern.rstrip("*")
        return head if head != self.pattern and head and not has_wildcard(head) else None

    def matches(self, text: str) -> bool:
        """Return whether the pattern stands for the whole text."""
        if len(text) < self._shortest or not self._prefix.at(text, 0):
            return False
        if self._whole:
            return len(text) == self._shortest
        end = len(text) - len(self._suffix.text)
        if not self._suffix.at(text, end):
            return False
        start = len(self._prefix.text)
        for piece in self._middle:
            # The first place where a piece fits leaves the most room for those behind it.
            start = piece.find(text, start, end)
            if start < 0:
                return False
            start += len(piece.text)
        return start <= end

    def __eq__(self, other: object) -> bool:
        """Return whether both are the same pattern."""
        return isinstance(other, Glob) and self.pattern == other.pattern

    def __hash__(self) -> int:
        """Return the pattern's hash."""
        return hash(self.pattern)

    def __repr__(self) -> str:
        """Return the pattern as code."""
        return f"Glob({self.pattern!r})"


class _Piece:
    """Characters between two stars; ``?`` among them stands for any one."""

    __slots__ = ("_expression", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        expression = "".join("." if character == "?" else re.escape(character) for character in text)
        self._expression = re.compile(expression, re.DOTALL) if "?" in text else None

    def at(self, text: str, offset: int) -> bool:
        if self._expression is None:
            return text.startswith(self.text, offset)
        return self._expression.match(text, offset) is not None

    def find(self, text: str, start: int, end: int) -> int:
        if self._expression is None:
            return text.find(self.text, start, end)
        found = self._expression.search(text, start, end)
        return -1 if found is None else found.start()
