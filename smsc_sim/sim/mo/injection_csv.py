"""A CSV file of messages: a line of names of fields, then a message in each row; read as it is needed.

What stands in a cell is data: nothing is computed, and braces are braces unless a column ``placeholders`` says ``yes``.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from typing import Final

from msgspec import structs

from smsc_sim.sim.mo.injection import BadInjection, Injection, check_name, injection_of
from smsc_sim.sim.mo.prepared_injection import prepared

LONGEST_RECORD: Final = 1024 * 1024
"""Characters of one row, line breaks within its cells included."""

_DELIMITERS: Final = ",;\t"
_OF_THE_WHOLE: Final = frozenset({"rate", "seconds"})


@dataclass(frozen=True, slots=True)
class CsvProblem:
    """What is wrong with a row, and where: ``line`` and ``column`` (a character, not a cell) count from 1."""

    line: int
    column: int
    field: str
    """The name of its column, or empty."""
    reason: str

    def __str__(self) -> str:
        """Return it as one line."""
        return f"{self.line}:{self.column}: {f'{self.field}: ' if self.field else ''}{self.reason}"


def injections_in(
    lines: Iterable[str],
    on_problem: Callable[[CsvProblem], None],
    *,
    base: Injection | None = None,
    check: Callable[[Injection], object] = prepared,
) -> Iterator[Injection | None]:
    """The injections in the lines of a CSV file, each when it is asked for; None for a row that is left out.

    Cells are separated by what separates the names in the first line: comma, semicolon or tab.  Empty cells are as if
    their column were not there, apart from ``text``.  ``base``: what holds where a row says nothing; ``check``: raises
    BadInjection for one that is not to be.  ``on_problem`` is told what is wrong; bad rows are left out, and with a bad
    first line all of them.
    """
    base = structs.replace(base or Injection(), placeholders=False, rate=None, seconds=None)
    source = _Records(lines)
    names = _names(source, on_problem)
    if names is None:
        return
    reader = source.reader()
    while True:
        source.begin()
        try:
            cells = next(reader, None)
        except csv.Error as error:
            on_problem(CsvProblem(source.first, 1, "", str(error)))
            if source.is_over:
                return
            yield None
            continue
        if cells is None:
            return
        if not any(cells) and len(cells) <= 1:
            yield None
            continue
        if len(cells) != len(names):
            place = min(len(cells), len(names) + 1) - 1
            on_problem(CsvProblem(*source.position(place), "", f"{len(cells)} cells, {len(names)} are needed"))
            yield None
            continue
        try:
            injection = injection_of(dict(zip(names, cells, strict=True)), base)
            check(injection)
        except BadInjection as bad:
            for problem in bad.problems:
                field = problem.field.removeprefix("tlvs.")
                place = names.index(field) if field in names else 0
                on_problem(CsvProblem(*source.position(place), problem.field, problem.reason))
            yield None
        else:
            yield injection


def _names(source: _Records, on_problem: Callable[[CsvProblem], None]) -> list[str] | None:
    """The fields that the columns are, by their usual names; None when they are not all known."""
    source.begin()
    try:
        line = next(source, "").removeprefix("\ufeff")
        source.delimiter = max(_DELIMITERS, key=line.count)
        cells = next(csv.reader([line], delimiter=source.delimiter, strict=True), [])
    except csv.Error as error:
        on_problem(CsvProblem(1, 1, "", str(error)))
        return None
    names: list[str] = []
    good = bool(cells)
    for place, cell in enumerate(cells):
        try:
            name = check_name(cell.strip())
            if name in names:
                raise BadInjection.because(name, f"there are two columns of '{name}'")
            if name in _OF_THE_WHOLE:
                raise BadInjection.because(name, f"'{name}' is said for the whole file, not in it")
            names.append(name)
        except BadInjection as bad:
            good = False
            on_problem(CsvProblem(*source.position(place), "", bad.problems[0].reason))
    if not cells:
        on_problem(CsvProblem(1, 1, "", "the first line names no fields; it could be: from,to,text"))
    return names if good else None


class _Records:
    """Lines on their way to the reader, with those of the present row kept to say where its cells begin."""

    def __init__(self, lines: Iterable[str]) -> None:
        self._lines = iter(lines)
        self._kept: list[str] = []
        self._size = 0
        self._read = 0
        self.first = 1
        """The line that the present row begins with."""
        self.delimiter = ","
        self.is_over = False
        """Whether no more lines are given, because a row was too long."""

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = next(self._lines)
        self._read += 1
        self._size += len(line)
        if self._size > LONGEST_RECORD:
            self.is_over = True
            raise csv.Error(f"a row of more than {LONGEST_RECORD} characters; nothing is read any further")
        self._kept.append(line)
        return line

    def begin(self) -> None:
        """The next line begins a row."""
        self._kept.clear()
        self._size = 0
        self.first = self._read + 1

    def reader(self) -> Iterator[list[str]]:
        """The rows that follow."""
        return csv.reader(self, delimiter=self.delimiter, strict=True)

    def position(self, place: int) -> tuple[int, int]:
        """Line and column of a cell of the present row, the first one being 0."""
        line, column = self.first, 1
        quoted, begins = False, True
        for character in chain.from_iterable(self._kept):
            if not place:
                break
            if character == '"' and (begins or quoted):
                quoted = not quoted
            begins = character == self.delimiter and not quoted
            place -= begins
            line, column = (line + 1, 1) if character == "\n" else (line, column + 1)
        return line, column
