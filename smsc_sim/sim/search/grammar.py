"""The language of searches, read: ``to:4477* status:ESME_RTHROTTLED -is:delivered after:10m "exact words" word*``.

Terms are parted by spaces and must all hold; ``OR`` stands between alternatives, and binds less. ``-`` or ``!`` in
front turns a term round. A key and a colon begin a term about a property, whose value is compared by the one matcher
(:mod:`smsc_sim.scenario.matching`): the whole value, ``*`` and ``?`` are wild, case matters. What has spaces goes into
quotes. Anything else is words of the text, in any case.
"""

from __future__ import annotations

import re
from typing import Final, cast

from smsc_sim.scenario.convert import MISSING, UNKNOWN_KEY
from smsc_sim.scenario.findings import Finding, FindingsError
from smsc_sim.scenario.value_kind import BAD_LENGTH, NOT_A_VALUE, BadValue, nearest, quoted
from smsc_sim.sim.search.keys import MESSAGES, TIMES, Vocabulary
from smsc_sim.sim.search.moment import read_moment
from smsc_sim.sim.search.query import AND, NOT, OR, FieldFilter, Filter, IsFilter, Query, Term, TimeFilter, WordsFilter
from smsc_sim.sim.search.words import Phrase, words

LONGEST_QUERY: Final = 2000
"""Characters."""

MOST_TERMS: Final = 50

_SPACE: Final = re.compile(r"\s*")
_KEY: Final = re.compile(r"([A-Za-z_][A-Za-z0-9_]*):", re.ASCII)
_QUOTED: Final = re.compile(r'"((?:[^"\\]|\\.)*)"', re.DOTALL)
_RUN: Final = re.compile(r"\S*")
_ESCAPE: Final = re.compile(r"\\(.)", re.DOTALL)
_SURROGATE: Final = re.compile("[\ud800-\udfff]")


def parse(text: str, name: str = "search", vocabulary: Vocabulary = MESSAGES) -> Query:
    """Return the search in a text. Raises FindingsError with every mistake, its column, and what was meant perhaps.

    ``name`` is what findings have in place of a file.
    """
    reader = _Reader(text, name, vocabulary)
    query = reader.query()
    if reader.findings:
        raise FindingsError(reader.findings)
    return query


class _Wrong(Exception):
    """A term that cannot be read; the arguments are offset, code, message and hint."""


class _Reader:
    def __init__(self, text: str, name: str, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary
        self.findings: list[Finding] = []
        self._text = text
        self._name = name
        self._offset = 0

    def query(self) -> Query:
        """The search; without what is wrong in it."""
        if len(self._text) > LONGEST_QUERY:
            self._wrong(LONGEST_QUERY, BAD_LENGTH, f"a search has at most {LONGEST_QUERY} characters")
            return Query()
        if found := _SURROGATE.search(self._text):
            self._wrong(found.start(), NOT_A_VALUE, "half of a surrogate pair is no character")
            return Query()
        groups: list[list[Term]] = [[]]
        joint: tuple[int, str] | None = None
        terms = 0
        while self._skip_space():
            start = self._offset
            word = self._joint()
            if word is not None:
                if joint is not None or not groups[-1]:
                    self._wrong(start, NOT_A_VALUE, f"{word} needs something on both sides", f'the word is "{word}"')
                joint = (start, word)
                if word == OR and groups[-1]:
                    groups.append([])
                continue
            joint = None
            terms += 1
            if terms > MOST_TERMS:
                self._wrong(start, BAD_LENGTH, f"a search has at most {MOST_TERMS} terms")
                break
            try:
                groups[-1].append(self._term())
            except _Wrong as wrong:
                self._wrong(*wrong.args)
                self._run()
        if joint is not None and not self.findings:
            start, word = joint
            self._wrong(start, NOT_A_VALUE, f"{word} needs something on both sides", f'the word is "{word}"')
        return Query(tuple(tuple(group) for group in groups if group))

    def _skip_space(self) -> bool:
        found = _SPACE.match(self._text, self._offset)
        assert found is not None, "it matches nothing, too"
        self._offset = found.end()
        return self._offset < len(self._text)

    def _run(self) -> str:
        found = _RUN.match(self._text, self._offset)
        assert found is not None, "it matches nothing, too"
        self._offset = found.end()
        return found[0]

    def _joint(self) -> str | None:
        found = _RUN.match(self._text, self._offset)
        if found is None or found[0] not in {OR, AND}:
            return None
        self._offset = found.end()
        return found[0]

    def _term(self) -> Term:
        start = self._offset
        negated = self._text[start] in "-!"
        if negated:
            self._offset += 1
            if not self._text[self._offset : self._offset + 1].strip():
                hint = f'put it in quotes to look for it: "{self._text[start]}"'
                raise _Wrong(start, MISSING, f"nothing stands behind {quoted(self._text[start])}", hint)
        key = _KEY.match(self._text, self._offset)
        return self._words(start, negated) if key is None else self._field(start, negated, key)

    def _field(self, start: int, negated: bool, found: re.Match[str]) -> Term:
        written = found[1]
        at = self._offset
        self._offset = found.end()
        value_at = self._offset
        value = self._quoted()
        if value is not None and self._text.startswith("*", self._offset):
            raise _Wrong(self._offset, NOT_A_VALUE, "a star belongs inside the quotes here")
        if value is None:
            value = self._run()
            if not value:
                raise _Wrong(at, MISSING, f"'{written}' has no value", 'an empty text is ""')
        name = self._vocabulary.aliases.get(written.lower(), written.lower())
        try:
            return Term(name, value, negated, filter=self._filter(name, value), column=start + 1)
        except KeyError:
            close = nearest(written, self._vocabulary.known)
            hint = f"did you mean '{close}'?" if close else f'words of the text go into quotes: "{written}:..."'
            raise _Wrong(at, UNKNOWN_KEY, f"unknown key {quoted(written)}", hint) from None
        except BadValue as bad:
            raise _Wrong(value_at, bad.code, bad.sentence(written), bad.hint()) from None

    def _filter(self, name: str, value: str) -> Filter:
        """Raises KeyError for a key that there is not, and BadValue."""
        if name == "is" and self._vocabulary.words:
            if value.lower() not in self._vocabulary.words:
                raise BadValue(value, choices=tuple(self._vocabulary.words))
            return IsFilter(value.lower())
        if name in TIMES:
            return TimeFilter("after" if name == TIMES[0] else "before", read_moment(value))
        key = self._vocabulary.key_for(name, value)
        return FieldFilter(key, key.read(value))

    def _quoted(self) -> str | None:
        """The text in quotes that begins here; None when none does."""
        start = self._offset
        if not self._text.startswith('"', start):
            return None
        found = _QUOTED.match(self._text, start)
        if found is None:
            self._offset = len(self._text)
            raise _Wrong(start, NOT_A_VALUE, "the quote that begins here does not end")
        self._offset = found.end()
        behind = self._text[self._offset : self._offset + 1]
        if behind.strip() and behind != "*":
            raise _Wrong(self._offset, NOT_A_VALUE, f"a space belongs between a quote's end and {quoted(behind)}")
        return _ESCAPE.sub(lambda one: cast("str", one[1]), found[1])

    def _words(self, start: int, negated: bool) -> Term:
        at = self._offset
        value = self._quoted()
        if value is not None:
            prefix = self._run()
            if prefix not in {"", "*"}:
                raise _Wrong(self._offset, NOT_A_VALUE, "a space belongs behind the star")
        else:
            value = self._run()
            self._no_operator(at, value)
            prefix = "*" if value.endswith("*") and value.strip("*") else ""
            value = value[: len(value) - len(prefix)]
            if "*" in value:
                hint = f"parts of words are found by text:*{value.strip('*')}*"
                raise _Wrong(at, NOT_A_VALUE, f"{quoted(value)}: a star can only end a word", hint)
        found = tuple(words(value))
        if not found:
            message = f"{quoted(value)} has no letter, digit or symbol to look for"
            raise _Wrong(at, NOT_A_VALUE, message, "signs are found by text:*...*" if value else "")
        phrase = Phrase(found, bool(prefix))
        return Term("", value, negated, filter=WordsFilter(phrase), column=start + 1, prefix=bool(prefix))

    def _no_operator(self, at: int, value: str) -> None:
        if value == NOT:
            hint = 'write -word or -key:value; the word is "NOT"'
            raise _Wrong(at, NOT_A_VALUE, "'NOT' does not turn a term round", hint)
        if value.startswith("("):
            hint = "alternatives need none, and words of the text go into quotes"
            raise _Wrong(at, NOT_A_VALUE, "parentheses are not used here", hint)

    def _wrong(self, offset: int, code: str, message: str, hint: str = "") -> None:
        self.findings.append(
            Finding(
                severity="error",
                code=code,
                file=self._name,
                line=1,
                column=offset + 1,
                message=message,
                hint=hint,
                source_line=self._text[: LONGEST_QUERY + 1],
            )
        )
