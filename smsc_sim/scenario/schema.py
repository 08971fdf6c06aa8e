"""The JSON Schema (draft-07) of what people write, made from the model that reads it: for editors."""

import ast
import functools
import inspect as python
import itertools
import re
import textwrap
from collections.abc import Iterable
from typing import Any, Final

from msgspec import Struct, inspect

from smsc_sim.scenario.convert import model_type
from smsc_sim.scenario.scalars import unwrap
from smsc_sim.scenario.value_kind import ValueKind

DRAFT: Final = "http://json-schema.org/draft-07/schema#"

_TEXT: Final[dict[str, Any]] = {"type": ["string", "number", "boolean"]}
"""A text that needs no quotes: an editor takes 0123 for a number and no for a truth value, the loader does not."""
_SCALARS: Final[dict[type[inspect.Type], dict[str, Any]]] = {
    inspect.NoneType: {"type": "null"},
    inspect.BoolType: {"enum": [True, False, "yes", "no", "on", "off"]},
    inspect.IntType: {"type": "integer"},
    inspect.FloatType: {"type": "number"},
    inspect.StrType: _TEXT,
}
_LONGEST_INLINE: Final = 200
"""Characters of a schema that is repeated wherever it is needed; a longer one is written once."""


def schema_of(model: type[Struct], title: str) -> dict[str, Any]:
    """Return the schema of a document that is read as this model."""
    writer = _Writer()
    root = writer.schema(model_type(model))
    return {"$schema": DRAFT, "title": title, **root, "definitions": dict(sorted(writer.definitions.items()))}


class _Writer:
    def __init__(self) -> None:
        self.definitions: dict[str, Any] = {}

    def schema(self, wanted: inspect.Type) -> dict[str, Any]:
        """Return the schema of a type."""
        kind, inner = unwrap(wanted)
        if kind is not None:
            return self._of_kind(kind, wanted)
        limits = {}
        while isinstance(wanted, inspect.Metadata):
            limits.update(wanted.extra_json_schema or {})
            wanted = wanted.type
        if isinstance(inner, inspect.UnionType):
            return self._union(inner.types)
        if isinstance(inner, inspect.StructType):
            return self._reference(inner)
        return {**self._plain(inner), **limits}

    def _of_kind(self, kind: ValueKind, wanted: inspect.Type) -> dict[str, Any]:
        described = wanted.extra_json_schema or {} if isinstance(wanted, inspect.Metadata) else {}
        schema = kind.json_schema
        if len(str(schema)) > _LONGEST_INLINE:
            name = re.sub(r"\W+", "_", kind.name)
            self.definitions[name] = schema
            schema = {"$ref": f"#/definitions/{name}"}
        return _with_description(schema, described.get("description", ""))

    def _union(self, types: Iterable[inspect.Type]) -> dict[str, Any]:
        schemas = [self.schema(one) for one in types]
        return schemas[0] if len(schemas) == 1 else {"anyOf": schemas}

    def _plain(self, wanted: inspect.Type) -> dict[str, Any]:
        if isinstance(wanted, inspect.VarTupleType | inspect.ListType):
            return self._list(wanted)
        if isinstance(wanted, inspect.DictType):
            return self._dictionary(wanted)
        if isinstance(wanted, inspect.LiteralType):
            # An editor takes 3.4 without quotes for a number.
            numbers = [float(one) for one in wanted.values if isinstance(one, str) and re.fullmatch(r"\d+\.\d+", one)]
            return {"enum": [*wanted.values, *numbers]}
        names = {
            "ge": "minimum",
            "gt": "exclusiveMinimum",
            "le": "maximum",
            "lt": "exclusiveMaximum",
            "min_length": "minLength",
            "max_length": "maxLength",
        }
        limits = {name: getattr(wanted, limit, None) for limit, name in names.items()}
        return {**_SCALARS[type(wanted)], **{name: limit for name, limit in limits.items() if limit is not None}}

    def _list(self, wanted: inspect.VarTupleType | inspect.ListType) -> dict[str, Any]:
        item = self.schema(wanted.item_type)
        limits = {"minItems": wanted.min_length, "maxItems": wanted.max_length}
        schema = {"type": "array", "items": item, **{name: one for name, one in limits.items() if one is not None}}
        # One value stands for a list of one, unless it is a mapping.
        return schema if "$ref" in item else {"anyOf": [schema, item]}

    def _dictionary(self, wanted: inspect.DictType) -> dict[str, Any]:
        value = self.schema(wanted.value_type)
        kind = unwrap(wanted.key_type)[0]
        choices = kind.json_schema.get("enum") if kind is not None else None
        if choices is None:
            return {"type": "object", "additionalProperties": value}
        return {"type": "object", "properties": dict.fromkeys(choices, value), "additionalProperties": False}

    def _reference(self, wanted: inspect.StructType) -> dict[str, Any]:
        name = wanted.cls.__name__
        if name not in self.definitions:
            self.definitions[name] = {}
            self.definitions[name] = self._struct(wanted)
        return {"$ref": f"#/definitions/{name}"}

    def _struct(self, wanted: inspect.StructType) -> dict[str, Any]:
        documented = documented_fields(wanted.cls)
        others = getattr(wanted.cls, "OTHER_KEYS", None)
        properties = {}
        for field in wanted.fields:
            if others is not None and field.name == others.into:
                continue
            properties[field.encode_name] = _with_description(self.schema(field.type), documented.get(field.name, ""))
        schema: dict[str, Any] = {"type": "object", "additionalProperties": False}
        if others is not None:
            properties.update((name, self.schema(others.type_of(name))) for name in others.names())
            tlv = others.type_of("0x1400")
            if tlv is not None:
                schema["patternProperties"] = {"^0x[0-9a-fA-F]{1,4}$": self.schema(tlv)}
        schema["properties"] = properties
        required = [field.encode_name for field in wanted.fields if field.required]
        if required:
            schema["required"] = required
        summary = (wanted.cls.__doc__ or "").strip().partition("\n")[0]
        return _with_description(schema, summary)


def _with_description(schema: dict[str, Any], description: str) -> dict[str, Any]:
    if not description:
        return schema
    if "$ref" in schema:
        # In draft-07 nothing beside a reference counts.
        return {"allOf": [schema], "description": description}
    return {**schema, "description": description}


@functools.cache
def documented_fields(model: type[Struct]) -> dict[str, str]:
    """Return what the source says below each field of a model and of those it is derived from."""
    documented: dict[str, str] = {}
    for one in reversed(model.__mro__):
        if one.__module__.startswith("smsc_sim."):
            documented.update(_field_texts(one))
    return documented


def _field_texts(model: type) -> dict[str, str]:
    try:
        source = textwrap.dedent(python.getsource(model))
    except (OSError, TypeError):
        return {}
    texts: dict[str, str] = {}
    body = ast.parse(source).body[0]
    statements = body.body if isinstance(body, ast.ClassDef) else []
    for before, after in itertools.pairwise(statements):
        if isinstance(before, ast.AnnAssign) and isinstance(before.target, ast.Name) and isinstance(after, ast.Expr):
            value = after.value
            if isinstance(value, ast.Constant) and isinstance(value.value, str):
                texts[before.target.id] = " ".join(value.value.split())
    return texts
