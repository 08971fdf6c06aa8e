"""Screens: from the octets of a short_message, whether any of several rules could hold at all.

Most messages in a test are meant for none of its rules.  To find that out a text need not be decoded: in the alphabets
in which each character is one octet, what a rule looks for can be encoded once and sought among the octets.  (They are
taken for Latin-1, since Python seeks in texts more quickly than in octets.)  A screen only ever says no when the
conditions would; what it lets through they decide.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any, Final

from smsc_sim.scenario.matching import AllOf, Clause, Contains, Like, Matches, NumberIn, Numbers, OneOf, Test
from smsc_sim.scenario.needle import needle_of
from smsc_sim.scenario.when import AnyOf, Condition, FieldCondition
from smsc_sim.smpp import coding, gsm7
from smsc_sim.smpp.errors import EncodeError

Screen = Callable[[bytes, int, int, int], bool]
"""``screen(octets, to_start, text, stop)``: whether a rule could hold for a submit_sm without times and TLVs.

Its destination_addr begins at ``to_start``, its short_message is ``octets[text:stop]``, without a user data header.
"""

_SINGLE: Final = ("gsm7", "latin-1", "ascii")
"""Alphabets in which a character is an octet; of gsm7 as long as there is no escape."""

_LONGEST: Final = 254
"""Octets of a short_message (SMPP 3.4 section 4.4.1)."""

_UNKNOWN: Final = "\ufffd"
"""What an octet that stands for no character is shown as."""

_YES: Final = "True"
_NO: Final = "False"


def can_screen(esm_class: int, data_coding: int) -> bool:
    """Whether there can be a screen for messages like this, where data_coding 0 is the GSM alphabet."""
    return not esm_class & 0x40 and coding.alphabet(data_coding).name in _SINGLE


def screen_of(
    rules: Iterable[Iterable[Condition]], data_coding: int, heads: frozenset[bytes], head_size: int
) -> Screen | None:
    """A screen for rules, each given by the conditions that must hold; None when any message could get through.

    ``heads``: beginnings of destinations, all of ``head_size`` octets, that get through whatever the text is.
    """
    writer = _Writer(coding.alphabet(data_coding))
    some = [writer.all_of(conditions) for conditions in rules]
    if _YES in some:
        return None
    lines = ["def screen(octets, to_start, text, stop):"]
    if heads:
        lines.append(f"    if octets[to_start : to_start + {head_size:d}] in {writer.name(heads)}: return True")
    if some and writer.alphabet.name == "latin-1":
        lines.append("    written = octets[text:stop].decode('latin-1')")
    elif some:
        lines.append("    short_message = octets[text:stop]")
        # Behind an escape an octet is another character; beyond ASCII there is none in these alphabets.
        odd = f"{gsm7.ESCAPE:d} in short_message or " if writer.alphabet is coding.GSM7 else ""
        lines += [f"    if {odd}not short_message.isascii(): return True", "    written = short_message.decode()"]
    lines.append(f"    return {_or(some)}")
    exec(compile("\n".join(lines), "<screen>", "exec"), writer.names)
    screen: Screen = writer.names["screen"]
    return screen


def _or(expressions: Iterable[str]) -> str:
    kept = [each for each in expressions if each != _NO]
    return _YES if _YES in kept else " or ".join(kept) or _NO


def _and(expressions: Iterable[str]) -> str:
    kept = [each for each in expressions if each != _YES]
    return _NO if _NO in kept else " and ".join(f"({each})" for each in kept) or _YES


class _Writer:
    """Writes what must be so for a condition to hold, as expressions over octets and names of its own.

    ``written`` is the short_message with each octet as the Latin-1 character of its number.
    """

    def __init__(self, alphabet: coding.Alphabet) -> None:
        self.alphabet = alphabet
        self.names: dict[str, Any] = {"__builtins__": {"len": len}}
        characters = [alphabet.decode(bytes((octet,))) for octet in range(256)]
        self._spaces = "".join(chr(o) for o in range(256) if characters[o].isspace() and o != gsm7.ESCAPE)

    def name(self, value: object) -> str:
        """A name that stands for a value; what a person wrote is never part of the source."""
        name = f"v{len(self.names)}"
        self.names[name] = value
        return name

    def all_of(self, conditions: Iterable[Condition]) -> str:
        """All of them could hold."""
        return _and(self.one(condition) for condition in conditions)

    def one(self, condition: Condition) -> str:
        """One condition could hold."""
        if isinstance(condition, FieldCondition):
            return self.field(condition.key, condition.test)
        if isinstance(condition, AnyOf):
            return _or(self.all_of(branch) for branch in condition.branches)
        return _YES

    def field(self, key: str, test: Test) -> str:
        """One key could have a value that passes."""
        if key in ("part", "parts"):
            return _YES if test.holds(1) else _NO
        if key.startswith("tlv:"):
            return _YES if test.holds(None) else _NO
        clauses: dict[str, Callable[[Clause], str]] = {
            "text": self.text,
            "keyword": self.keyword,
            "length": self.length,
            "to": self.destination,
            "destination_addr": self.destination,
            "from": self.source,
            "source_addr": self.source,
        }
        return self.any_of(test, clauses[key]) if key in clauses else _YES

    def any_of(self, test: Test, clause: Callable[[Clause], str]) -> str:
        """One of the clauses could hold."""
        return _or(
            _and(self.any_of(inner, clause) for inner in each.tests) if isinstance(each, AllOf) else clause(each)
            for each in test.clauses
        )

    def encoded(self, text: str) -> str | None:
        """A text as it stands in ``written``; None when it cannot be there.  Raises LookupError: who knows."""
        if _UNKNOWN in text:
            raise LookupError(text)
        try:
            octets = self.alphabet.encode(text, False)
        except EncodeError:
            return None
        # Without an escape the characters of the extension table cannot be there.
        return octets.decode("latin-1") if len(octets) == len(text) else None

    def has(self, text: str, where: str = "written") -> str:
        """The text has this in it."""
        try:
            sought = self.encoded(text)
        except LookupError:
            return _YES
        if sought is None:
            return _NO
        return f"{self.name(sought)} in {where}" if sought else _YES

    def text(self, clause: Clause) -> str:
        """The text could be right."""
        if isinstance(clause, Matches) and clause.regex.ignores_case:
            return self.has(clause.regex.literal, "written.lower()")
        if isinstance(clause, OneOf) and not (clause.address or clause.lower):
            try:
                whole = {self.encoded(text) for text in clause.texts} - {None}
            except LookupError:
                return _YES
            return f"written in {self.name(frozenset(whole))}" if whole else _NO
        return self.has(needle_of(clause))

    def keyword(self, clause: Clause) -> str:
        """The first word could be right."""
        if isinstance(clause, Contains | Matches):
            return self.text(clause)
        if isinstance(clause, OneOf) and clause.lower:
            words = sorted(clause.texts)
        elif isinstance(clause, Like) and clause.lower:
            words = [re.split("[*?]", clause.glob.pattern)[0]]
        else:
            return _YES
        # Letters beyond ASCII have their cases elsewhere among the octets: a word is sought up to the first of them.
        begins = [re.split("[^\0-\x7f]", word)[0] for word in words]
        stems = {stem for begin in begins for stem in [self.encoded(begin)] if stem is not None}
        if not all(stems):
            return _YES
        if not stems:
            return _NO
        first = "".join(stem[0] for stem in stems)
        begin = self.name(frozenset((first + first.upper() + self._spaces).encode("latin-1")))
        word = f"written.lstrip({self.name(self._spaces)}).lower().startswith({self.name(tuple(stems))})"
        return f"text < stop and octets[text] in {begin} and {word}"

    def length(self, clause: Clause) -> str:
        """The text could have so many characters: as many as there are octets."""
        if isinstance(clause, Numbers):
            least, most = clause.least or 0, _LONGEST if clause.most is None else clause.most
            if least > _LONGEST or most < least:
                return _NO
            bounds = ([f">= {least:d}"] if least else []) + ([f"<= {most:d}"] if most < _LONGEST else [])
            return _and(f"len(written) {bound}" for bound in bounds)
        if isinstance(clause, NumberIn):
            return f"len(written) in {self.name(clause.numbers)}"
        return _YES

    def destination(self, clause: Clause) -> str:
        """destination_addr could be right; a number may have a plus that does not count."""
        if isinstance(clause, OneOf) and not clause.lower:
            begins = [f"{text}\0" for text in clause.texts]
        elif isinstance(clause, Like) and not clause.lower:
            begins = [re.split("[*?]", clause.glob.pattern)[0]]
        else:
            return _YES
        written = tuple(sign + octets for octets in map(_address, begins) if octets is not None for sign in (b"", b"+"))
        if b"" in written:
            return _YES
        return f"octets.startswith({self.name(written)}, to_start)" if written else _NO

    def source(self, clause: Clause) -> str:
        """source_addr could be right: it ends where dest_addr_ton begins."""
        if not isinstance(clause, OneOf) or clause.lower:
            return _YES
        ends = tuple(octets for octets in map(_address, clause.texts) if octets is not None)
        return f"octets.endswith({self.name(ends)}, 0, to_start - 3)" if ends else _NO


def _address(text: str) -> bytes | None:
    """The octets of an address, or of how one begins; None when no address has these characters."""
    try:
        return text.encode("latin-1")
    except UnicodeEncodeError:
        return None
