r"""JSON text to the same node tree that YAML gives. Numbers, true and false stay the text that they are.

YAML can read most JSON, but neither tabs between the tokens nor a character written as two \u escapes.
"""

import json
import re

from smsc_sim.scenario.composer import Composer, Unreadable
from smsc_sim.scenario.tree import Mapping, Node, Scalar, Sequence
from smsc_sim.scenario.value_kind import quoted

_SPACE = re.compile(r"[ \t\r\n]*")
_STRING = re.compile(r'"(?:[^"\\\x00-\x1f]|\\["\\/bfnrt]|\\u[0-9a-fA-F]{4})*"')
_WORD = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?(?![\w.])|true\b|false\b|null\b")
_ANYTHING = re.compile(r"\w+|.|\Z", re.DOTALL)


def read_json(text: str, composer: Composer) -> Node:
    """Return the tree of a JSON text (RFC 8259). Raises Unreadable."""
    return _JsonReader(text, composer).document()


class _JsonReader:
    def __init__(self, text: str, composer: Composer) -> None:
        self._text = text
        self._composer = composer
        self._offset = 0

    def document(self) -> Node:
        self._skip_space()
        if self._offset == len(self._text):
            raise Unreadable("E010", 1, 1, "the file is empty")
        root = self._node()
        self._skip_space()
        if self._offset != len(self._text):
            raise self._error("nothing may follow the value")
        return root

    def _node(self) -> Node:
        self._skip_space()
        line, column = self._place()
        self._composer.count(1, line, column)
        first = self._text[self._offset : self._offset + 1]
        if first == '"':
            return self._string()
        if first not in {"{", "["}:
            return self._word()
        self._composer.enter(line, column)
        node = self._mapping() if first == "{" else self._sequence()
        self._composer.leave()
        return node

    def _mapping(self) -> Mapping:
        mapping = Mapping([], *self._place())
        seen: dict[str, int] = {}
        self._offset += 1
        while not self._ends("}", first=not seen):
            self._skip_space()
            line, column = self._place()
            self._composer.count(1, line, column)
            key = self._string()
            self._skip_space()
            if not self._takes(":"):
                raise self._error("a ':' belongs behind the key")
            self._composer.keep(mapping, seen, key, self._node())
        return mapping

    def _sequence(self) -> Sequence:
        sequence = Sequence([], *self._place())
        self._offset += 1
        while not self._ends("]", first=not sequence.items):
            sequence.items.append(self._node())
        return sequence

    def _ends(self, bracket: str, *, first: bool) -> bool:
        """Take the closing bracket, or the comma in front of the next element."""
        self._skip_space()
        if self._takes(bracket):
            return True
        if not first and not self._takes(","):
            raise self._error(f"',' or '{bracket}' belongs here")
        return False

    def _string(self) -> Scalar:
        found = _STRING.match(self._text, self._offset)
        if found is None:
            raise self._error('a text in " is needed')
        text = json.loads(found[0])
        if not text.isascii() and re.search("[\ud800-\udfff]", text):
            raise self._error("half of a \\u escape pair stands alone in")
        return self._scalar(text, found.end())

    def _word(self) -> Scalar:
        found = _WORD.match(self._text, self._offset)
        if found is None:
            raise self._error("a value is needed")
        return self._scalar(found[0], found.end(), null=found[0] == "null")

    def _scalar(self, text: str, end: int, *, null: bool = False) -> Scalar:
        start, self._offset = self._place(), end
        return Scalar(text, *start, *self._place(), null=null)

    def _skip_space(self) -> None:
        found = _SPACE.match(self._text, self._offset)
        self._offset = found.end() if found else self._offset

    def _takes(self, character: str) -> bool:
        if self._text.startswith(character, self._offset):
            self._offset += 1
            return True
        return False

    def _place(self) -> tuple[int, int]:
        return self._composer.document.source.position(self._offset)

    def _error(self, message: str) -> Unreadable:
        found = _ANYTHING.match(self._text, self._offset)
        seen = f", not {quoted(found[0])}" if found and found[0] else ", and the text ends"
        return Unreadable("E001", *self._place(), f"not valid JSON: {message}{seen}")
