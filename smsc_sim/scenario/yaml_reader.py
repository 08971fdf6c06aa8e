"""YAML text to a node tree, from PyYAML's events: what YAML would make of a scalar is not asked.

Tags, merge keys and further documents are refused; an alias counts as what it repeats.
"""

import re
from typing import Any

import yaml

from smsc_sim.scenario.composer import TOO_DEEP, Composer, Unreadable
from smsc_sim.scenario.tree import Mapping, Node, Scalar, Sequence
from smsc_sim.scenario.value_kind import LONGEST_SHOWN, quoted

LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""libyaml where PyYAML was built with it: about twenty times as fast, the same events."""

_SURROGATE = re.compile("[\ud800-\udfff]")


def read_yaml(text: str, composer: Composer) -> Node:
    """Return the tree of a YAML text. Raises Unreadable."""
    return _YamlReader(text, composer).document()


class _YamlReader:
    def __init__(self, text: str, composer: Composer) -> None:
        self._events = yaml.parse(text, Loader=LOADER)
        self._composer = composer
        self._anchors: dict[str, tuple[Node, int]] = {}
        self._open_anchors: set[str] = set()

    def document(self) -> Node:
        try:
            return self._document()
        except yaml.MarkedYAMLError as error:
            raise _syntax_error(error) from None
        except (yaml.YAMLError, ValueError, OverflowError) as error:
            # PyYAML without libyaml lets the numbers in directives and escapes run out of range.
            raise Unreadable("E001", 1, 1, "not valid YAML: a number in it is out of range") from error

    def _document(self) -> Node:
        event = self._next()
        while isinstance(event, yaml.StreamStartEvent | yaml.DocumentStartEvent):
            event = self._next()
        if isinstance(event, yaml.StreamEndEvent):
            raise Unreadable("E010", 1, 1, "the file is empty")
        root = self._node(event)
        self._next()
        after = self._next()
        if not isinstance(after, yaml.StreamEndEvent):
            message = "a second document begins here; a file holds one"
            raise Unreadable("E004", *_place(after.start_mark), message)
        return root

    def _next(self) -> Any:
        return next(self._events)

    def _node(self, event: Any) -> Node:
        line, column = _place(event.start_mark)
        if isinstance(event, yaml.AliasEvent):
            return self._alias(event, line, column)
        if event.tag is not None:
            message, hint = "tags are not used here", "write a text that begins with '!' in quotes"
            self._error(line, column, message, hint)
        before = self._composer.nodes
        self._composer.count(1, line, column)
        if event.anchor is not None:
            self._open_anchors.add(event.anchor)
        node = self._content(event, line, column)
        if event.anchor is not None:
            self._open_anchors.discard(event.anchor)
            self._anchors[event.anchor] = (node, self._composer.nodes - before)
        return node

    def _content(self, event: Any, line: int, column: int) -> Node:
        if isinstance(event, yaml.ScalarEvent):
            text = event.value
            if not text.isascii() and _SURROGATE.search(text):
                raise Unreadable("E001", line, column, "not valid YAML: half of a UTF-16 pair in a text")
            plain = not event.style
            end = _place(event.end_mark)
            return Scalar(text, line, column, *end, plain=plain, null=plain and not text)
        self._composer.enter(line, column)
        node = (
            self._sequence(line, column) if isinstance(event, yaml.SequenceStartEvent) else self._mapping(line, column)
        )
        self._composer.leave()
        return node

    def _sequence(self, line: int, column: int) -> Sequence:
        sequence = Sequence([], line, column)
        while not isinstance(event := self._next(), yaml.SequenceEndEvent):
            sequence.items.append(self._node(event))
        return sequence

    def _mapping(self, line: int, column: int) -> Mapping:
        mapping = Mapping([], line, column)
        seen: dict[str, int] = {}
        while not isinstance(event := self._next(), yaml.MappingEndEvent):
            key = self._node(event)
            value = self._node(self._next())
            if not isinstance(key, Scalar):
                self._error(key.line, key.column, "a key must be a text")
                continue
            if key.text == "<<" and key.plain:
                self._error(key.line, key.column, "merge keys ('<<') are not used here")
                continue
            self._composer.keep(mapping, seen, key, value)
        return mapping

    def _alias(self, event: Any, line: int, column: int) -> Node:
        written = "*" + event.anchor
        if event.anchor in self._anchors:
            node, weight = self._anchors[event.anchor]
            self._composer.count(weight, line, column)
            return node
        if event.anchor in self._open_anchors:
            self._error(line, column, f"{quoted(written)} contains itself")
        else:
            message = f"{quoted(written)} without quotes refers to an anchor, and there is none of this name"
            self._error(line, column, message, f'put it in quotes if it is a text: "{written[:LONGEST_SHOWN]}"')
        return Scalar(written, line, column, *_place(event.end_mark))

    def _error(self, line: int, column: int, message: str, hint: str = "") -> None:
        self._composer.document.error("E004", line, column, message, hint)


def _place(mark: Any) -> tuple[int, int]:
    return mark.line + 1, mark.column + 1


def _syntax_error(error: yaml.MarkedYAMLError) -> Unreadable:
    line, column = _place(error.problem_mark) if error.problem_mark else (1, 1)
    problem = error.problem or "cannot be read"
    if "nesting depth" in problem:
        # libyaml has a limit of its own, and meets it before an event tells of the depth.
        return Unreadable("E005", line, column, TOO_DEEP)
    message = f"not valid YAML: {problem}"
    if error.context and "next token" not in error.context:
        message += f" ({error.context}"
        begin = error.context_mark
        message += f" that begins at line {begin.line + 1})" if begin and begin.line + 1 != line else ")"
    hint = ""
    if "mapping values are not allowed" in problem:
        hint = "put a text that contains ': ' in quotes, and begin keys of one mapping in the same column"
    elif "cannot start any token" in problem or "alias" in (error.context or ""):
        hint = "put a text that begins with a special character in quotes; indent with spaces, not tabs"
    return Unreadable("E001", line, column, message, hint)
