"""Regular expressions as a tree, to see what they could cost before they are used.

Characters are sets of bits: one for each of ASCII, and one each for all other digits, letters, spaces and
remaining characters. Two sets without a common bit have no common character.
"""

import re
from dataclasses import dataclass
from typing import Final

_OTHER_DIGIT, OTHER_WORD, _OTHER_SPACE, _OTHER = (1 << bit for bit in range(128, 132))
END: Final = 1 << 132
"""Not a character: the end of the text."""
EVERY: Final = (1 << 132) - 1

_MOST_REPETITIONS: Final = 1000


class Unsafe(Exception):
    """The expression uses something that is not taken here; the argument says what."""


@dataclass(frozen=True, slots=True)
class Characters:
    """One character of a set."""

    bits: int


@dataclass(frozen=True, slots=True)
class Anchor:
    r"""A place: ``^``, ``$``, ``\b`` ..."""

    name: str


@dataclass(frozen=True, slots=True)
class Repetition:
    """Something ``least`` to ``most`` times; None: without limit."""

    item: "Expression"
    least: int
    most: int | None


@dataclass(frozen=True, slots=True)
class Sequence:
    """One after the other."""

    items: "tuple[Expression, ...]"


@dataclass(frozen=True, slots=True)
class Choice:
    """One of several."""

    branches: "tuple[Expression, ...]"


Expression = Characters | Anchor | Repetition | Sequence | Choice


def bits_of(character: str) -> int:
    """Return the set in which this character is."""
    if ord(character) < 128:
        return 1 << ord(character)
    if character.isdecimal():
        return _OTHER_DIGIT
    if character.isalnum():
        return OTHER_WORD
    return _OTHER_SPACE if character.isspace() else _OTHER


def _ascii(pattern: str) -> int:
    found = re.findall(pattern, "".join(map(chr, range(128))))
    return sum(map(bits_of, found))


_DIGITS: Final = _ascii(r"\d") | _OTHER_DIGIT
_WORDS: Final = _ascii(r"\w") | _OTHER_DIGIT | OTHER_WORD
_SPACES: Final = _ascii(r"\s") | _OTHER_SPACE
_CLASSES: Final = {
    "d": _DIGITS,
    "w": _WORDS,
    "s": _SPACES,
    "D": EVERY & ~_DIGITS,
    "W": EVERY & ~_WORDS,
    "S": EVERY & ~_SPACES,
}
_LETTERS: Final = _ascii("[a-zA-Z]")
_CONTROLS: Final = {"t": "\t", "n": "\n", "r": "\r", "f": "\f", "v": "\v", "a": "\a"}
_PLACES: Final = frozenset("AZbB")
_COUNTS: Final = re.compile(r"\{(?!\})([0-9]*)(?:(,)([0-9]*))?\}")
_CODE: Final = re.compile(r"x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})")
_NAMED: Final = re.compile(r"P<[A-Za-z_]\w*>", re.ASCII)
_SET_OPERATIONS: Final = re.compile(r"--|&&|~~|\|\|")


def read_regex(pattern: str) -> Expression:
    """Return the expression as a tree. Raises Unsafe for what is not taken here."""
    return _Reader(pattern).whole()


class _Reader:
    def __init__(self, pattern: str) -> None:
        self._pattern = pattern
        self._offset = 0
        self._ignore_case = False

    def whole(self) -> Expression:
        if self._pattern.startswith("(?i)"):
            self._offset = 4
            self._ignore_case = True
        expression = self._choice()
        if self._offset < len(self._pattern):
            raise Unsafe("a ')' without its '('")
        return expression

    def _take(self, text: str) -> bool:
        if self._pattern.startswith(text, self._offset):
            self._offset += len(text)
            return True
        return False

    def _next(self) -> str:
        if self._offset >= len(self._pattern):
            raise Unsafe("it ends too early")
        self._offset += 1
        return self._pattern[self._offset - 1]

    def _choice(self) -> Expression:
        branches = [self._sequence()]
        while self._take("|"):
            branches.append(self._sequence())
        return branches[0] if len(branches) == 1 else Choice(tuple(branches))

    def _sequence(self) -> Expression:
        items: list[Expression] = []
        while self._offset < len(self._pattern) and self._pattern[self._offset] not in "|)":
            items.append(self._repetition(self._atom()))
        return items[0] if len(items) == 1 else Sequence(tuple(items))

    def _repetition(self, item: Expression) -> Expression:
        limits = self._limits()
        if limits is None:
            return item
        self._take("?")
        if self._limits() is not None:
            raise Unsafe("two repetitions of the same thing")
        least, most = limits
        if max(least, most or 0) > _MOST_REPETITIONS:
            raise Unsafe(f"more than {_MOST_REPETITIONS} repetitions")
        if most is not None and most < least:
            raise Unsafe(f"{least} to {most} repetitions")
        if isinstance(item, Anchor):
            raise Unsafe("a repetition of a place")
        return Repetition(item, least, most)

    def _limits(self) -> tuple[int, int | None] | None:
        for sign, limits in (("*", (0, None)), ("+", (1, None)), ("?", (0, 1))):
            if self._take(sign):
                return limits
        found = _COUNTS.match(self._pattern, self._offset)
        if found is None:
            return None
        self._offset = found.end()
        least, comma, most = found.groups()
        return int(least or 0), (int(most) if most else None) if comma else int(least)

    def _atom(self) -> Expression:
        character = self._next()
        if character == "(":
            return self._group()
        if character == "[":
            return Characters(self._set())
        if character == ".":
            return Characters(EVERY)
        if character in "^$":
            return Anchor(character)
        if character in "*+?":
            raise Unsafe(f"a '{character}' with nothing before it")
        if character == "\\":
            return self._escape()
        return Characters(self._cased(bits_of(character)))

    def _group(self) -> Expression:
        if self._take("?"):
            named = _NAMED.match(self._pattern, self._offset)
            if named:
                self._offset = named.end()
            elif not self._take(":"):
                raise Unsafe("groups that begin with '(?' are only '(?:' and '(?P<name>', and '(?i)' at its beginning")
        expression = self._choice()
        if not self._take(")"):
            raise Unsafe("a '(' without its ')'")
        return expression

    def _escape(self) -> Expression:
        character = self._next()
        if character in _CLASSES:
            return Characters(_CLASSES[character])
        if character in _PLACES:
            return Anchor("$" if character == "Z" else "^" if character == "A" else "b")
        if character.isdigit():
            raise Unsafe("back-references such as \\1")
        return Characters(self._cased(bits_of(self._escaped(character))))

    def _escaped(self, character: str) -> str:
        code = _CODE.match(self._pattern, self._offset - 1)
        if code:
            self._offset = code.end()
            return chr(int(code[1] or code[2], 16))
        if character in _CONTROLS:
            return _CONTROLS[character]
        if character.isalnum():
            raise Unsafe(f"\\{character} is unknown")
        return character

    def _set(self) -> int:
        negated = self._take("^")
        bits, first = 0, True
        while first or not self._take("]"):
            if self._pattern.startswith("[", self._offset) or _SET_OPERATIONS.match(self._pattern, self._offset):
                raise Unsafe("write a backslash before '[', and before the second of '--', '&&', '~~' or '||' in a set")
            low = self._member()
            first = False
            if isinstance(low, int):
                bits |= low
            elif self._pattern.startswith("-", self._offset) and not self._pattern.startswith("-]", self._offset):
                self._offset += 1
                bits |= self._range(low, self._member())
            else:
                bits |= bits_of(low)
        bits = self._cased(bits)
        # There are other characters beside those that were named.
        return EVERY & ~(bits & ((1 << 128) - 1 | self._whole_classes(bits))) if negated else bits

    @staticmethod
    def _whole_classes(bits: int) -> int:
        """The bits beyond ASCII whose characters are all in the set: those that came with a class."""
        whole = 0
        for members in (_DIGITS, _WORDS, _SPACES, EVERY & ~_DIGITS, EVERY & ~_WORDS, EVERY & ~_SPACES):
            if bits & members == members:
                whole |= members
        return whole

    def _member(self) -> int | str:
        character = self._next()
        if character != "\\":
            return character
        character = self._next()
        if character in _CLASSES:
            return _CLASSES[character]
        return "\b" if character == "b" else self._escaped(character)

    @staticmethod
    def _range(low: str, high: int | str) -> int:
        if isinstance(high, int) or high < low:
            raise Unsafe("a range in a set that does not go upwards")
        bits = 0
        for code in range(ord(low), min(ord(high), 127) + 1):
            bits |= 1 << code
        return bits | (_OTHER_DIGIT | OTHER_WORD | _OTHER_SPACE | _OTHER if ord(high) > 127 else 0)

    def _cased(self, bits: int) -> int:
        """Return the set with the other case of its letters, when that does not matter."""
        letters = bits & _LETTERS
        if not self._ignore_case or not letters:
            return bits
        upper_case = letters & ((1 << 96) - 1)
        # Some letters beyond ASCII are another case of one in it.
        return bits | upper_case << 32 | (letters ^ upper_case) >> 32 | OTHER_WORD
