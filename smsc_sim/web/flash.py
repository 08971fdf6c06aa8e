"""What a page says once, after a form: kept here under a number that nobody can guess, so that no cookie is needed."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Literal

MOST: Final = 200
"""Sentences that wait to be shown; the oldest are forgotten."""


@dataclass(frozen=True, slots=True)
class Flash:
    """One sentence."""

    text: str
    kind: Literal["good", "bad"]


class Flashes:
    """Sentences that wait for the page that the browser goes to."""

    def __init__(self, draw_token: Callable[[], str]) -> None:
        self._draw_token = draw_token
        self._waiting: OrderedDict[str, Flash] = OrderedDict()

    def keep(self, flash: Flash) -> str:
        """Keep a sentence; returns what :meth:`take` wants."""
        name = self._draw_token()
        self._waiting[name] = flash
        if len(self._waiting) > MOST:
            self._waiting.popitem(last=False)
        return name

    def take(self, name: str) -> Flash | None:
        """The sentence, once."""
        return self._waiting.pop(name, None)
