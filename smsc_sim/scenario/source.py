"""The text of one file: its lines for excerpts, its places, and what in it must not be shown."""

import re
from bisect import bisect_right
from functools import lru_cache

from smsc_sim.scenario.value_kind import nearest

LONGEST_LINE = 2000
"""Characters; a longer line is not shown."""

_BREAK = re.compile("\r\n|[\n\r\x85\u2028\u2029]")
"""What ends a line, YAML 1.1 section 4.2."""

_PAIR = re.compile(r"""(\w+)(["']?\s*[:=]\s*)("(?:[^"\\]|\\.)*"?|'[^']*'?|[^\s,}\]]+)""")
_SECRET_NAMES = ("password", "passwd", "pass", "pwd", "secret", "token")


@lru_cache(maxsize=512)
def names_a_secret(key: str) -> bool:
    """Return whether a key names something that must not be shown; a misspelt password is one, too."""
    return bool(nearest(key, _SECRET_NAMES, likeness=0.75))


class Source:
    """A file's name and text. Lines and columns count from 1, characters of the text (offsets) from 0."""

    def __init__(self, name: str, text: str) -> None:
        self.name = name
        self._text = text
        self._lines_start: list[int] = []
        self._spans: set[tuple[int, int, int, int]] = set()
        self._hidden: dict[int, list[tuple[int, int]]] = {}

    def _starts(self) -> list[int]:
        if not self._lines_start:
            self._lines_start = [0, *(found.end() for found in _BREAK.finditer(self._text))]
        return self._lines_start

    @property
    def count(self) -> int:
        """How many lines there are; an empty one behind the last line's end is none."""
        starts = self._starts()
        return len(starts) - (starts[-1] == len(self._text))

    def position(self, offset: int) -> tuple[int, int]:
        """Return the line and column of the character at an offset."""
        starts = self._starts()
        line = bisect_right(starts, offset)
        return line, offset - starts[line - 1] + 1

    def hide(self, line: int, column: int, end_line: int, end_column: int) -> None:
        """Mask what stands from one place up to another in every line that is shown."""
        span = (line, column, end_line, end_column)
        if span in self._spans:
            return
        self._spans.add(span)
        for number in range(line, end_line + 1):
            first = column if number == line else 1
            last = end_column if number == end_line else LONGEST_LINE + 1
            self._hidden.setdefault(number, []).append((first, last))

    def line(self, number: int) -> str:
        """Return a line as it may be shown; an empty text when it is very long or there is none."""
        starts = self._starts()
        if not 1 <= number <= len(starts):
            return ""
        end = starts[number] if number < len(starts) else len(self._text)
        if end - starts[number - 1] > LONGEST_LINE:
            return ""
        text = self._text[starts[number - 1] : end].rstrip("\r\n\x85\u2028\u2029")
        for first, last in self._hidden.get(number, ()):
            text = text[: first - 1] + "*" * len(text[first - 1 : last - 1]) + text[last - 1 :]
        return _PAIR.sub(lambda found: found[1] + found[2] + _masked(found[1], found[3]), text)


def _masked(key: str, value: str) -> str:
    return "*" * len(value) if names_a_secret(key) else value
