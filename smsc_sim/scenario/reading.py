"""What turns a written model into its normalised form has at hand: the places of everything, and where to complain."""

from hashlib import blake2b
from typing import Any

from msgspec import Struct

from smsc_sim.scenario.convert import Converted
from smsc_sim.scenario.tree import Document, Mapping, Node, Scalar, Sequence

NOT_TOGETHER = "E023"
NOT_HERE = "E022"


class Reading:
    """One document while it is normalised."""

    def __init__(self, document: Document, converted: Converted[Any]) -> None:
        self.document = document
        self.converted = converted

    @property
    def file(self) -> str:
        """What findings call the file."""
        return self.document.source.name

    def error(self, node: Node, code: str, message: str, hint: str = "") -> None:
        """Add an error at a node."""
        self.document.error(code, node.line, node.column, message, hint)

    def warning(self, node: Node, code: str, message: str, hint: str = "") -> None:
        """Add a warning at a node."""
        self.document.warning(code, node.line, node.column, message, hint)

    def information(self, node: Node, code: str, message: str, hint: str = "") -> None:
        """Add what is worth knowing at a node."""
        self.document.information(code, node.line, node.column, message, hint)

    def key(self, instance: Struct, field: str) -> Node:
        """Return the key of a field, or the instance's own node when it is not written."""
        return self.converted.key(instance, field)

    def value(self, instance: Struct, field: str) -> Node:
        """Return the value of a field, or the instance's own node when it is not written."""
        return self.converted.node(instance, field)

    def mapping(self, instance: Struct) -> Mapping:
        """Return the node of an instance."""
        return self.converted.mapping(instance)

    def is_written(self, instance: Struct, field: str) -> bool:
        """Return whether a field is in the file, be it right or wrong."""
        return self.mapping(instance).get(field) is not None

    def not_together(self, instance: Struct, field: str, other: str, why: str = "") -> None:
        """Report that two fields of an instance exclude each other, if both are written."""
        if self.is_written(instance, field) and self.is_written(instance, other):
            message = f"'{field}' and '{other}' do not go together" + (f": {why}" if why else "")
            self.error(self.key(instance, field), NOT_TOGETHER, message)


def scalars(node: Node) -> list[Scalar]:
    """Return the texts of a node that is one text or a list of them; what else is in it is left out."""
    if isinstance(node, Scalar):
        return [node]
    return [item for item in node.items if isinstance(item, Scalar)] if isinstance(node, Sequence) else []


def digest(node: Node) -> str:
    """Return a short text that is the same for what is written alike, spaces and comments aside."""
    return blake2b(_canonical(node).encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()


def _canonical(node: Node) -> str:
    if isinstance(node, Scalar):
        return f"{len(node.text)}:{node.text}"
    if isinstance(node, Sequence):
        return "[" + ",".join(map(_canonical, node.items)) + "]"
    return "{" + ",".join(_canonical(key) + _canonical(value) for key, value in node.entries) + "}"
