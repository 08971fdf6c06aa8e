"""A node tree to an instance of a msgspec Struct: every error with its place, not only the first one.

The Struct is the one model: its fields, types, limits and defaults are read with ``msgspec.inspect``, so
that what loads a file is also what a schema is made from. A field that cannot be read takes its default, so
that the checks that follow still see the rest of the file; whether there were errors, the document says.
"""

from functools import cache
from typing import Any, Generic, TypeVar, cast

from msgspec import Struct, inspect

from smsc_sim.scenario.node_kind import NodeKind, OtherKeys
from smsc_sim.scenario.scalars import alternatives_of, read_text, takes_text, unwrap
from smsc_sim.scenario.tree import Document, Mapping, Node, Scalar, Sequence
from smsc_sim.scenario.value_kind import BAD_LENGTH, NOT_A_VALUE, BadValue, alternatives, nearest, quoted

UNKNOWN_KEY = "E002"
MISSING = "E010"
WRONG_SHAPE = "E011"

_FAILED: Any = object()
_SHAPES: dict[type, str] = {Scalar: "a single value", Sequence: "a list", Mapping: "a mapping"}
_MOST_KEYS_SHOWN = 12

_List = inspect.VarTupleType | inspect.ListType

ModelT = TypeVar("ModelT", bound=Struct)


class Converted(Generic[ModelT]):
    """An instance, and where it and the instances inside it stand in the file."""

    def __init__(self, value: ModelT, places: "dict[int, tuple[Struct, Mapping]]") -> None:
        self.value = value
        self._places = places

    def node(self, instance: Struct, field: str) -> Node:
        """Return the node of a field of this instance, or the instance's own when the field is not written.

        Raises KeyError for an instance that is not part of ``value``.
        """
        mapping = self.mapping(instance)
        return mapping.get(field) or mapping

    def key(self, instance: Struct, field: str) -> Node:
        """Return the key of a field of this instance, or the instance's own node when the field is not written."""
        mapping = self.mapping(instance)
        return next((key for key, _ in mapping.entries if key.text == field), mapping)

    def mapping(self, instance: Struct) -> Mapping:
        """Return the node of this instance. Raises KeyError for one that is not part of ``value``."""
        return self._places[id(instance)][1]


def convert(document: Document, model: type[ModelT]) -> Converted[ModelT] | None:
    """Return the document as an instance of the model; None when there is not enough for one.

    Errors go to the document. When there are any, the instance is only good for further checks.
    """
    if document.root is None:
        return None
    converter = _Converter(document)
    value = converter.value(document.root, model_type(model), "")
    return None if value is _FAILED else Converted(cast("ModelT", value), converter.places)


@cache
def model_type(model: Any) -> inspect.Type:
    """Return what msgspec knows about a type."""
    return inspect.type_info(model)


class _Converter:
    def __init__(self, document: Document) -> None:
        self._document = document
        self.places: dict[int, tuple[Struct, Mapping]] = {}

    def value(self, node: Node, wanted: inspect.Type, field: str) -> Any:
        """Return the node as the wanted type, or _FAILED when that is an error of the document by now."""
        if self._document.is_full:
            # Suggestions cost time, and nobody reads the thousandth.
            return self._error(node, NOT_A_VALUE, f"'{field}' was not looked at")
        branches = alternatives_of(wanted)
        for branch in branches:
            kind = unwrap(branch)[0]
            if isinstance(kind, NodeKind):
                return self._of_kind(node, kind, field)
        if isinstance(node, Scalar):
            return self._scalar(node, wanted, branches, field)
        if isinstance(node, Sequence):
            collection = _list_of(branches)
            if collection is None:
                return self._wrong_shape(node, branches, field)
            return self._list(node, collection, field)
        return self._mapping(node, branches, field)

    def _of_kind(self, node: Node, kind: NodeKind, field: str) -> Any:
        value = kind.read_node(node, field, self)
        return _FAILED if value is None else value

    def report(self, node: Node, code: str, message: str, hint: str = "") -> None:
        """Add an error at a node to the document."""
        self._error(node, code, message, hint)

    def model(self, node: Node, model: type[Struct], field: str) -> Any:
        """Return a mapping as an instance of a model, or None."""
        value = self.value(node, model_type(model), field)
        return None if value is _FAILED else value

    def _error(self, node: Node, code: str, message: str, hint: str = "") -> Any:
        self._document.error(code, node.line, node.column, message, hint)
        return _FAILED

    def _wrong_shape(self, node: Node, branches: list[inspect.Type], field: str) -> Any:
        shapes = [_shape(branch) for branch in branches if not isinstance(branch, inspect.NoneType)]
        wanted = " or ".join(dict.fromkeys(shapes))
        subject = f"'{field}'" if field else "the file"
        hint = "put a text that contains braces or brackets in quotes" if "a single value" in wanted else ""
        return self._error(node, WRONG_SHAPE, f"{subject} takes {wanted} here, not {_SHAPES[type(node)]}", hint)

    def _scalar(self, node: Scalar, wanted: inspect.Type, branches: list[inspect.Type], field: str) -> Any:
        optional = any(isinstance(branch, inspect.NoneType) for branch in branches)
        if node.null and optional:
            return None
        if node.null:
            hint = 'remove the key, or give it a value (an empty text is "")'
            return self._error(node, MISSING, f"'{field}' has no value", hint)
        if not any(map(takes_text, branches)):
            return self._list_of_one(node, branches, field)
        try:
            return read_text(node.text, wanted)
        except BadValue as bad:
            if optional and node.plain and node.text in {"null", "~"}:
                return None
            return self._error(node, bad.code, bad.sentence(field), bad.hint())

    def _list_of_one(self, node: Scalar, branches: list[inspect.Type], field: str) -> Any:
        """One value stands for a list of one, unless the list's items are no single values."""
        collection = _list_of(branches)
        if collection is None or not any(map(takes_text, alternatives_of(collection.item_type))):
            return self._wrong_shape(node, branches, field)
        return self._list(Sequence([node], node.line, node.column), collection, field)

    def _list(self, node: Sequence, wanted: _List, field: str) -> Any:
        values = [self.value(item, wanted.item_type, field) for item in node.items]
        shortest, longest = wanted.min_length or 0, wanted.max_length
        if len(values) < shortest:
            return self._error(node, BAD_LENGTH, f"'{field}' needs at least {shortest} of them")
        if longest is not None and len(values) > longest:
            return self._error(node, BAD_LENGTH, f"'{field}' takes at most {longest} of them, not {len(values)}")
        kept = [value for value in values if value is not _FAILED]
        return kept if isinstance(wanted, inspect.ListType) else tuple(kept)

    def _mapping(self, node: Mapping, branches: list[inspect.Type], field: str) -> Any:
        structs = [branch for branch in branches if isinstance(branch, inspect.StructType)]
        if len(structs) == 1:
            return self._struct(node, structs[0])
        if structs:
            return self._tagged(node, structs)
        for branch in branches:
            if isinstance(branch, inspect.DictType):
                return self._dict(node, branch, field)
        return self._wrong_shape(node, branches, field)

    def _dict(self, node: Mapping, wanted: inspect.DictType, field: str) -> Any:
        values = {}
        for key, entry in node.entries:
            name = self._scalar(key, wanted.key_type, alternatives_of(wanted.key_type), field)
            value = self.value(entry, wanted.value_type, key.text)
            if name is not _FAILED and value is not _FAILED:
                values[name] = value
        return values

    def _tagged(self, node: Mapping, structs: list[inspect.StructType]) -> Any:
        tag_field = str(structs[0].tag_field)
        tag = node.get(tag_field)
        choices = {str(struct.tag): struct for struct in structs}
        if not isinstance(tag, Scalar):
            hint = f"it can be {alternatives(tuple(choices))}"
            return self._error(node, MISSING, f"key '{tag_field}' is missing", hint)
        if tag.text not in choices:
            bad = BadValue(tag.text, choices=tuple(choices))
            return self._error(tag, bad.code, bad.sentence(tag_field), bad.hint())
        return self._struct(node, choices[tag.text])

    def _struct(self, node: Mapping, wanted: inspect.StructType) -> Any:
        fields = {field.encode_name: field for field in wanted.fields}
        values: dict[str, Any] = {}
        failed: set[str] = set()
        others: OtherKeys | None = getattr(wanted.cls, "OTHER_KEYS", None)
        if others is not None:
            fields.pop(others.into)
            values[others.into] = self._others(node, others, fields)
        for key, entry in node.entries:
            field = fields.get(key.text)
            if field is None:
                if key.text != wanted.tag_field and others is None:
                    self._unknown_key(key, list(fields))
                continue
            value = self.value(entry, field.type, key.text)
            if value is _FAILED:
                failed.add(key.text)
            else:
                values[field.name] = value
        for field in wanted.fields:
            if field.required and field.name not in values and field.encode_name not in failed:
                self._error(node, MISSING, f"key '{field.encode_name}' is missing")
        if any(field.required and field.name not in values for field in wanted.fields):
            return _FAILED
        return self._instance(node, wanted, values)

    def _others(self, node: Mapping, others: OtherKeys, fields: dict[str, inspect.Field]) -> dict[str, Any]:
        """Return the values under keys that are no fields."""
        values = {}
        for key, entry in node.entries:
            if key.text in fields:
                continue
            wanted = others.type_of(key.text)
            if wanted is None:
                self._unknown_key(key, [*fields, *others.names()])
            elif (value := self.value(entry, wanted, key.text)) is not _FAILED:
                values[key.text] = value
        return values

    def _instance(self, node: Mapping, wanted: inspect.StructType, values: dict[str, Any]) -> Any:
        try:
            instance = wanted.cls(**values)
        except ValueError as error:
            # A model's __post_init__ says what does not go together.
            return self._error(node, NOT_A_VALUE, str(error))
        self.places[id(instance)] = (instance, node)
        return instance

    def _unknown_key(self, key: Scalar, known: list[str]) -> None:
        close = "" if self._document.is_full else nearest(key.text, known)
        hint = f"did you mean '{close}'?" if close else ""
        if not close and len(known) <= _MOST_KEYS_SHOWN:
            hint = f"known here: {', '.join(known)}"
        self._error(key, UNKNOWN_KEY, f"unknown key {quoted(key.text)}", hint)


def _list_of(branches: list[inspect.Type]) -> _List | None:
    return next((one for one in branches if isinstance(one, inspect.VarTupleType | inspect.ListType)), None)


def _shape(wanted: inspect.Type) -> str:
    if isinstance(wanted, inspect.StructType | inspect.DictType):
        return _SHAPES[Mapping]
    return _SHAPES[Scalar if takes_text(wanted) else Sequence]
