"""What YAML and JSON have in common: limits, and mappings without repeated keys."""

from smsc_sim.scenario.source import names_a_secret
from smsc_sim.scenario.tree import Document, Mapping, Node, Scalar
from smsc_sim.scenario.value_kind import quoted

DEEPEST = 32
"""Sequences and mappings inside each other."""
TOO_DEEP = f"more than {DEEPEST} lists and mappings inside each other"
MOST_NODES = 100_000
"""Nodes of one document, those counted again that an alias repeats."""


class Unreadable(Exception):
    """The rest of the text cannot be read. The arguments are those of Document.error."""


class Composer:
    """Counts what a reader makes, and refuses what has no bound."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.nodes = 0
        self._depth = 0

    def count(self, nodes: int, line: int, column: int) -> None:
        """Count nodes. Raises Unreadable when there are too many."""
        self.nodes += nodes
        if self.nodes > MOST_NODES:
            raise Unreadable("E005", line, column, f"more than {MOST_NODES} values, with aliases counted each time")

    def enter(self, line: int, column: int) -> None:
        """Begin a sequence or mapping. Raises Unreadable when they stand too deep inside each other."""
        self._depth += 1
        if self._depth > DEEPEST:
            raise Unreadable("E005", line, column, TOO_DEEP)

    def leave(self) -> None:
        """End a sequence or mapping."""
        self._depth -= 1

    def keep(self, mapping: Mapping, seen: dict[str, int], key: Scalar, value: Node) -> None:
        """Add a key and its value to the mapping, unless the key is there already: that is an error."""
        if isinstance(value, Scalar) and names_a_secret(key.text):
            self.document.source.hide(value.line, value.column, value.end_line, value.end_column)
        if key.text in seen:
            message = f"key {quoted(key.text)} is given twice"
            self.document.error("E003", key.line, key.column, message, f"the other is at line {seen[key.text]}")
            return
        seen[key.text] = key.line
        mapping.entries.append((key, value))
