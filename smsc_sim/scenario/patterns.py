"""What a person writes to test a value: one text, a list of which one must fit, or regex, contains and not.

Each kind of value reads its texts in its own way; all of them become clauses of one :class:`Test`.
"""

import re
from collections.abc import Callable
from collections.abc import Sequence as Items
from ipaddress import ip_address
from typing import Any, Final

from smsc_sim.scenario.glob import LONGEST_GLOB, Glob, has_wildcard
from smsc_sim.scenario.matching import (
    AllOf,
    Clause,
    Contains,
    HostLike,
    InNetwork,
    IsNot,
    Like,
    Matches,
    NumberIn,
    Numbers,
    Octets,
    OneOf,
    Test,
    Truth,
    normal_address,
)
from smsc_sim.scenario.node_kind import NodeKind, Reader
from smsc_sim.scenario.regex import BAD_REGEX, Regex
from smsc_sim.scenario.tree import Node, Scalar, Sequence
from smsc_sim.scenario.value_kind import BadValue, nearest, quoted
from smsc_sim.scenario.values import BindType, parse_network, read_status
from smsc_sim.smpp import coding

BAD_PATTERN: Final = BAD_REGEX

_INTEGER = r"(?:0[xX][0-9a-fA-F]{1,8}|[0-9]{1,18})"
_COMPARISON = re.compile(rf"(>=|<=|>|<|=)\s*({_INTEGER})", re.ASCII)
_RANGE = re.compile(rf"({_INTEGER})\s*\.\.\s*({_INTEGER})", re.ASCII)
_NUMBER = re.compile(_INTEGER, re.ASCII)
_ADDRESS_PATTERN = re.compile(r"\+?[0-9*?]*[0-9][0-9*?]*", re.ASCII)
_OCTETS_PATTERN = re.compile(r"0x[0-9a-fA-F*?]+", re.ASCII)
_TRUTH = {"yes": True, "true": True, "on": True, "no": False, "false": False, "off": False}
_BINDS: Final[tuple[BindType, ...]] = ("transmitter", "receiver", "transceiver")
_FORM_KEYS = ("regex", "contains", "not")


def _glob(text: str) -> Glob:
    if len(text) > LONGEST_GLOB:
        raise BadValue(text, f"is a pattern longer than {LONGEST_GLOB} characters", code=BAD_PATTERN)
    return Glob(text)


def _number(text: str) -> int:
    return int(text, 16) if text[:2].lower() == "0x" else int(text)


def read_text(text: str) -> Clause:
    """Return the clause for a text or a pattern of texts. Raises BadValue, as all of these do."""
    return Like(_glob(text)) if has_wildcard(text) else OneOf(frozenset({text}))


def read_keyword(text: str) -> Clause:
    """Return the clause for a first word, or a pattern of one; case is ignored."""
    if len(text.split()) > 1:
        raise BadValue(text, "is more than one word, and a keyword is the first word of the text")
    lower = text.lower()
    return Like(_glob(lower), lower=True) if has_wildcard(lower) else OneOf(frozenset({lower}), lower=True)


def read_address(text: str) -> Clause:
    """Return the clause for an address or a pattern of addresses; of digits only, a leading plus does not count."""
    if _ADDRESS_PATTERN.fullmatch(text):
        text = text.removeprefix("+")
        return Like(_glob(text), address=True) if has_wildcard(text) else OneOf(frozenset({text}), address=True)
    return Like(_glob(text)) if has_wildcard(text) else OneOf(frozenset({normal_address(text)}), address=True)


def read_number(text: str) -> Clause:
    """Return the clause for a number (decimal or 0x), a comparison such as >=5, or a range such as 2..5."""
    if _NUMBER.fullmatch(text):
        return NumberIn(frozenset({_number(text)}))
    clause = _comparison(text)
    if clause is None:
        raise BadValue(text, "is no number; write for example 5, 0x05, >=5 or 2..5")
    return clause


def _comparison(text: str) -> Clause | None:
    if found := _COMPARISON.fullmatch(text):
        sign, number = found[1], _number(found[2])
        least = {">=": number, ">": number + 1, "=": number}.get(sign)
        most = {"<=": number, "<": number - 1, "=": number}.get(sign)
        return Numbers(least, most, text)
    if found := _RANGE.fullmatch(text):
        least, most = _number(found[1]), _number(found[2])
        if most < least:
            raise BadValue(text, "is an empty range", f"{found[2]}..{found[1]}")
        return Numbers(least, most, text)
    return None


def read_status_test(text: str) -> Clause:
    """Return the clause for a command_status by name or number, a comparison or a range."""
    return _comparison(text) or NumberIn(frozenset({read_status(text)}), text)


def read_truth(text: str) -> Clause:
    """Return the clause for yes or no."""
    if text.lower() not in _TRUTH:
        raise BadValue(text, choices=("yes", "no"))
    return Truth(_TRUTH[text.lower()])


def read_octets(text: str) -> Clause:
    """Return the clause for octets: 0x and hexadecimal digits, a comparison of the number they are, or text."""
    if _OCTETS_PATTERN.fullmatch(text):
        return Octets(_glob(text[2:].lower()))
    return _comparison(text) or read_text(text)


def read_coding(text: str) -> Clause:
    """Return the clause for a data_coding: a number, a comparison, or the name of an alphabet (all that use it)."""
    if _NUMBER.fullmatch(text) or _comparison(text):
        return read_number(text)
    numbers = frozenset(number for number in range(256) if coding.alphabet(number).name == text.lower())
    if not numbers:
        raise BadValue(text, choices=tuple(dict.fromkeys(coding.alphabet(number).name for number in range(256))))
    return NumberIn(numbers, text)


def read_peer(text: str) -> Clause:
    """Return the clause for the peer's address: one, a network, or a pattern."""
    if "/" in text:
        return InNetwork(parse_network(text))
    try:
        ip_address(text)
    except ValueError:
        return HostLike(_glob(text))
    return InNetwork(parse_network(text))


def read_bind(text: str) -> Clause:
    """Return the clause for transmitter, receiver or transceiver."""
    if text not in _BINDS and not has_wildcard(text):
        raise BadValue(text, choices=_BINDS)
    return read_text(text)


def _test_kind(name: str, read: Callable[[str], Clause], scalar: dict[str, Any] | None = None) -> NodeKind:
    def read_node(node: Node, field: str, reader: Reader) -> Test | None:
        return _TestReader(read, field, reader).test(node)

    def read_test(text: str) -> Test:
        return Test((read(text),))

    return NodeKind(name, "TEST", read_test, Test.describe, _schema(scalar or _ANY_SCALAR), read_node=read_node)


class _TestReader:
    """Reads one test; reports every mistake in it."""

    def __init__(self, read: Callable[[str], Clause], field: str, reader: Reader) -> None:
        self._read = read
        self._field = field
        self._reader = reader
        self._failed = False

    def test(self, node: Node) -> Test | None:
        test = self._test(node)
        return None if self._failed else test

    def _test(self, node: Node) -> Test:
        items: Items[Node] = node.items if isinstance(node, Sequence) else [node]
        if not items:
            self._fail(node, "E015", f"'{self._field}' needs at least 1 of them")
        return Test(clause for item in items for clause in self._clauses(item))

    def _fail(self, node: Node, code: str, message: str, hint: str = "") -> None:
        self._failed = True
        self._reader.report(node, code, message, hint)

    def _clauses(self, node: Node) -> list[Clause]:
        if isinstance(node, Sequence):
            self._fail(node, "E011", f"'{self._field}' takes a list of texts here, not a list of lists")
            return []
        if isinstance(node, Scalar):
            return self._attempt(node, self._read)
        tests = []
        for key, value in node.entries:
            if key.text == "not":
                tests.append(Test((IsNot(self._test(value)),)))
            elif key.text == "contains":
                tests.append(self._any_of(value, _contains))
            elif key.text == "regex":
                tests.append(self._any_of(value, _regex))
            else:
                close = nearest(key.text, _FORM_KEYS)
                hint = f"did you mean '{close}'?" if close else f"known here: {', '.join(_FORM_KEYS)}"
                self._fail(key, "E002", f"unknown key {quoted(key.text)}", hint)
        if not node.entries:
            self._fail(node, "E010", f"'{self._field}' has no value")
        if len(tests) == 1:
            return list(tests[0].clauses)
        return [AllOf(tuple(tests))]

    def _any_of(self, node: Node, read: Callable[[str], Clause]) -> Test:
        items: Items[Node] = node.items if isinstance(node, Sequence) else [node]
        clauses: list[Clause] = []
        for item in items:
            if isinstance(item, Scalar):
                clauses += self._attempt(item, read)
            else:
                self._fail(item, "E011", f"'{self._field}' takes a single value or a list of them here")
        return Test(clauses)

    def _attempt(self, node: Scalar, read: Callable[[str], Clause]) -> list[Clause]:
        if node.null:
            self._fail(node, "E010", f"'{self._field}' has no value", 'an empty text is ""')
            return []
        try:
            return [read(node.text)]
        except BadValue as bad:
            self._fail(node, bad.code, bad.sentence(self._field), bad.hint())
            return []


def _contains(text: str) -> Clause:
    if len(text) > LONGEST_GLOB:
        raise BadValue(text, f"is longer than {LONGEST_GLOB} characters", code=BAD_PATTERN)
    return Contains(text)


def _regex(text: str) -> Clause:
    return Matches(Regex(text))


_ANY_SCALAR: Final[dict[str, Any]] = {"type": ["string", "number", "boolean"]}


def _schema(scalar: dict[str, Any]) -> dict[str, Any]:
    texts = {"anyOf": [_ANY_SCALAR, {"type": "array", "items": _ANY_SCALAR}]}
    mapping = {
        "type": "object",
        "properties": {"regex": texts, "contains": texts, "not": {}},
        "additionalProperties": False,
        "minProperties": 1,
    }
    items = {"anyOf": [scalar, mapping]}
    return {"anyOf": [scalar, {"type": "array", "items": items, "minItems": 1}, mapping]}


TEXT: Final = _test_kind("a text or pattern", read_text)
KEYWORD: Final = _test_kind("a word or pattern", read_keyword)
ADDRESS: Final = _test_kind("an address or pattern", read_address)
NUMBER: Final = _test_kind(
    "a number, comparison or range",
    read_number,
    {"type": ["integer", "string"], "pattern": rf"^((>=|<=|>|<|=)?\s*{_INTEGER}|{_INTEGER}\s*\.\.\s*{_INTEGER})$"},
)
STATUS: Final = _test_kind("a command_status", read_status_test, {"type": ["string", "integer"]})
TRUTH: Final = _test_kind("yes or no", read_truth, {"enum": [True, False, "yes", "no", "on", "off"]})
OCTETS: Final = _test_kind("octets", read_octets)
CODING: Final = _test_kind("a data_coding or alphabet", read_coding, {"type": ["string", "integer"]})
PEER: Final = _test_kind("an address, network or pattern", read_peer, {"type": "string"})
BIND: Final = _test_kind("a bind type", read_bind, {"anyOf": [{"enum": list(_BINDS)}, {"pattern": "[*?]"}]})
