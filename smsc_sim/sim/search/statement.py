"""Statements of SQL and their parts: texts with question marks, and what is bound to these."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, NamedTuple, TypeAlias

Parameter: TypeAlias = "str | int | float"


class Sql(NamedTuple):
    """A statement, or a part of one, and what is bound to its question marks."""

    text: str
    parameters: tuple[Parameter, ...] = ()


ALL: Final = Sql("1")
"""What always holds."""
NONE: Final = Sql("0")
"""What never does."""


def every(parts: Iterable[Sql]) -> Sql:
    """All of the conditions; of none, what always holds."""
    asked = [part for part in parts if part != ALL]
    return _joined(" AND ", asked) if asked else ALL


def any_of(parts: Iterable[Sql]) -> Sql:
    """One of the conditions; of none, what never holds."""
    ways = list(parts)
    return _joined(" OR ", ways) if ways else NONE


def _joined(word: str, parts: list[Sql]) -> Sql:
    text = word.join(part.text for part in parts)
    return Sql(f"({text})" if len(parts) > 1 else text, tuple(one for part in parts for one in part.parameters))
