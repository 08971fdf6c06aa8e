"""Values that are more than one text: how a node becomes one, and keys that no model can list."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Protocol

from msgspec import Struct, inspect

from smsc_sim.scenario.tree import Mapping, Node, Scalar
from smsc_sim.scenario.value_kind import BadValue, ValueKind


class Reader(Protocol):
    """What a kind that reads nodes has at hand."""

    def report(self, node: Node, code: str, message: str, hint: str = "") -> Any:
        """Add an error at a node to the document."""

    def model(self, node: Node, model: type[Struct], field: str) -> Any:
        """Return a mapping as an instance of a model, or None when it has reported why there is none."""


@dataclass(frozen=True, eq=False, kw_only=True)
class NodeKind(ValueKind):
    """A kind that reads whole nodes: lists and mappings as well as single texts.

    ``read_node(node, field, reader)`` returns the value, or None when it has reported why there is none.
    """

    read_node: Callable[[Node, str, Reader], Any]


class OtherKeys(Protocol):
    """Keys of a model beside its fields, such as the names of all TLVs.

    A model names it as ``OTHER_KEYS``; values go into its field ``into``, a dict by the key as it is written.
    """

    @property
    def into(self) -> str:
        """The field that takes them; it is no key itself."""

    def type_of(self, key: str) -> inspect.Type | None:
        """Return the type of the value under a key; None when there is no such key."""

    def names(self) -> Iterable[str]:
        """Return the keys that can be suggested."""


def read_scalar(kind: ValueKind, node: Node, field: str, reader: Reader) -> Any:
    """Return a single text as a value of the kind, or None when it has reported why it is none."""
    if not isinstance(node, Scalar):
        reader.report(node, "E011", f"'{field}' takes a single value here")
        return None
    if node.null:
        hint = 'remove the key, or give it a value (an empty text is "")'
        reader.report(node, "E010", f"'{field}' has no value", hint)
        return None
    try:
        return kind.read(node.text)
    except BadValue as bad:
        reader.report(node, bad.code, bad.sentence(field), bad.hint())
        return None


def text_or_model(
    kind: ValueKind, model: type[Struct], from_model: Callable[[Any], Any]
) -> Callable[[Node, str, Reader], Any]:
    """Return what reads a single text as a value of the kind, and a mapping as one made from a model."""

    def read_node(node: Node, field: str, reader: Reader) -> Any:
        if not isinstance(node, Mapping):
            return read_scalar(kind, node, field, reader)
        written = reader.model(node, model, field)
        return None if written is None else from_model(written)

    return read_node
