"""A search as it was understood: terms that must hold together, and alternatives of those."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final, Literal, Protocol, TypeAlias

from smsc_sim.scenario.matching import Clause
from smsc_sim.sim.search.keys import IS, RECEIPT, STATE, Key
from smsc_sim.sim.search.moment import Moment
from smsc_sim.sim.search.words import Phrase, words
from smsc_sim.sim.store.standing import standing
from smsc_sim.sim.store.stored import StoredMessage

OR: Final = "OR"
AND: Final = "AND"
NOT: Final = "NOT"

_BARE_WORD: Final = re.compile(r"\w+")
_BARE_VALUE: Final = re.compile(r'[^\s"]\S*')


class Searched(Protocol):
    """What can be searched: a message that is kept, or whatever else a vocabulary is about."""

    @property
    def at(self) -> float:
        """Seconds since the epoch."""

    @property
    def text(self) -> str:
        """What its words are."""


@dataclass(frozen=True, slots=True)
class FieldFilter:
    """A property has a value."""

    key: Key
    clause: Clause

    def holds(self, searched: Searched, now: float) -> bool:
        if isinstance(searched, StoredMessage):
            if self.key.name == RECEIPT:
                return any(receipt.sent_at > 0 and self.clause.holds(receipt.state) for receipt in searched.receipts)
            if self.key.name == STATE:
                return self.clause.holds(standing(searched, now).state)
        return self.clause.holds(self.key.value(searched))


@dataclass(frozen=True, slots=True)
class IsFilter:
    """The message is something that has a word of its own: ``delivered``, ``mo`` ..."""

    word: str

    def holds(self, searched: Searched, now: float) -> bool:
        message = searched
        assert isinstance(message, StoredMessage), "only their vocabulary has such words"
        asked = IS[self.word]
        return standing(message, now).state in asked if isinstance(asked, frozenset) else asked[1](message)


@dataclass(frozen=True, slots=True)
class TimeFilter:
    """The message came from a moment on (``after``), or before it."""

    side: Literal["after", "before"]
    moment: Moment

    def holds(self, searched: Searched, now: float) -> bool:
        instant = self.moment.instant(now)
        return searched.at >= instant if self.side == "after" else searched.at < instant


@dataclass(frozen=True, slots=True)
class WordsFilter:
    """The text contains words that stand one behind the other."""

    phrase: Phrase

    def holds(self, searched: Searched, now: float) -> bool:
        return self.phrase.found_in(words(searched.text))


Filter: TypeAlias = FieldFilter | IsFilter | TimeFilter | WordsFilter


@dataclass(frozen=True, slots=True)
class Term:
    """One thing that is asked for. Terms that are written alike are equal."""

    key: str
    """Its usual name; empty for words of the text."""
    value: str
    """As it was written, without quotes."""
    negated: bool = False
    filter: Filter = field(compare=False, kw_only=True)
    column: int = field(compare=False, default=1)
    """Where it was written, from 1."""
    prefix: bool = False
    """Of words: whether the last one need only begin like this."""

    def holds(self, searched: Searched, now: float) -> bool:
        """Whether a message is as the term asks."""
        return self.filter.holds(searched, now) is not self.negated

    def __str__(self) -> str:
        """The term as it can be read again."""
        sign = "-" if self.negated else ""
        if not self.key:
            bare = _BARE_WORD.fullmatch(self.value) is not None and self.value not in {OR, AND, NOT}
            return sign + (self.value if bare else _quoted(self.value)) + ("*" if self.prefix else "")
        bare = _BARE_VALUE.fullmatch(self.value) is not None
        return f"{sign}{self.key}:{self.value if bare else _quoted(self.value)}"


@dataclass(frozen=True, slots=True)
class Query:
    """A search; :func:`~smsc_sim.sim.search.grammar.parse` makes it, and its text gives it again."""

    groups: tuple[tuple[Term, ...], ...] = ()
    """One of them must hold, and all terms of it; nothing at all finds every message."""

    def holds(self, searched: Searched, now: float) -> bool:
        """Whether the search finds a message when it is ``now`` (seconds since the epoch)."""
        if not self.groups:
            return True
        return any(all(term.holds(searched, now) for term in group) for group in self.groups)

    @property
    def terms(self) -> tuple[Term, ...]:
        """All terms in their order."""
        return tuple(term for group in self.groups for term in group)

    def __str__(self) -> str:
        """The search as people and addresses (URLs) have it."""
        return f" {OR} ".join(" ".join(map(str, group)) for group in self.groups)


EVERYTHING: Final = Query()


def predicate(message: StoredMessage, query: Query, now: float) -> bool:
    """Whether the search finds a message; the same answer as that of the SQL."""
    return query.holds(message, now)


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
