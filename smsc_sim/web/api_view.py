"""The API as the reference page shows it: the OpenAPI document in rows that can be read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from smsc_sim.web import openapi
from smsc_sim.web.api import ENDPOINTS
from smsc_sim.web.docs import EXAMPLES, Example
from smsc_sim.web.endpoint import Endpoint


@dataclass(frozen=True, slots=True)
class FieldRow:
    """A parameter, or a field of a body or an answer."""

    name: str
    type: str
    """In words."""
    required: bool
    default: str
    """Empty for none, or for one that says nothing."""
    meaning: str


@dataclass(frozen=True, slots=True)
class Content:
    """What a body or an answer may be."""

    media_type: str
    fields: Sequence[FieldRow]
    """Those of the objects in it have its name in front; none where it is no object of JSON."""


@dataclass(frozen=True, slots=True)
class Operation:
    """One method on one path."""

    endpoint: Endpoint
    query: Sequence[FieldRow]
    bodies: Sequence[Content]
    answers: Sequence[Content]


@dataclass(frozen=True, slots=True)
class Group:
    """Operations under one heading."""

    title: str
    example: Example | None
    operations: Sequence[Operation]


@cache
def api_groups() -> Sequence[Group]:
    """All operations, by their headings."""
    document = openapi.document(ENDPOINTS, "")
    groups: dict[str, list[Operation]] = {}
    for row in ENDPOINTS:
        operation = document["paths"][row.url][row.method.lower()]
        asked = [one for one in operation.get("parameters", ()) if one["in"] == "query"]
        answer = operation["responses"][str(row.status.value)]
        groups.setdefault(row.tag, []).append(
            Operation(
                row,
                [_row(document, one["name"], one["schema"], required=one["required"], own=one) for one in asked],
                list(_contents(document, operation.get("requestBody", {}))),
                list(_contents(document, answer)),
            )
        )
    return [Group(title, EXAMPLES.get(title), operations) for title, operations in groups.items()]


def _contents(document: Mapping[str, Any], one: Mapping[str, Any]) -> Iterator[Content]:
    for media_type, content in one.get("content", {}).items():
        schema = _resolved(document, content["schema"])
        wanted = schema.get("required", ())
        properties = schema.get("properties", {})
        rows = []
        for name, inner in properties.items():
            rows.append(_row(document, name, inner, required=name in wanted))
            rows += _below(document, name, inner)
        yield Content(media_type, rows)


def _below(document: Mapping[str, Any], name: str, schema: Mapping[str, Any]) -> Iterator[FieldRow]:
    """The fields of the objects that a field holds, one level deep."""
    for one in schema.get("anyOf", [schema]):
        many = one.get("type") == "array" and isinstance(one.get("items"), Mapping)
        inner = _resolved(document, one["items"] if many else one)
        if inner is not schema:
            wanted = inner.get("required", ())
            for below, its in inner.get("properties", {}).items():
                yield _row(document, f"{name}{'[]' if many else ''}.{below}", its, required=below in wanted)


def _row(
    document: Mapping[str, Any],
    name: str,
    schema: Mapping[str, Any],
    *,
    required: bool,
    own: Mapping[str, Any] | None = None,
) -> FieldRow:
    default = schema.get("default")
    shown = "" if default in (None, "", [], {}) else str(default).lower() if isinstance(default, bool) else str(default)
    meaning = (own or {}).get("description") or schema.get("description") or _inner_meaning(document, schema)
    words = in_words(document, schema)
    return FieldRow(name, words if required else words.removesuffix(" or null"), required, shown, meaning)


def _inner_meaning(document: Mapping[str, Any], schema: Mapping[str, Any]) -> str:
    """What the alternatives of a type say, where the field itself says nothing."""
    found = (_resolved(document, one).get("description", "") for one in schema.get("anyOf", [schema]))
    return next(filter(None, found), "")


def in_words(document: Mapping[str, Any], schema: Mapping[str, Any]) -> str:
    """What a schema takes: ``integer, 1 to 1000``, ``list of text``, ``one of unbind, close``."""
    if "$ref" in schema:
        inner = _resolved(document, schema)
        return "object" if "properties" in inner else in_words(document, inner)
    for many in ("anyOf", "oneOf"):
        if many in schema:
            return " or ".join(dict.fromkeys(in_words(document, one) for one in schema[many]))
    if "enum" in schema:
        return "one of " + ", ".join(map(str, schema["enum"]))
    kind = schema.get("type", "anything")
    kinds: list[str] = kind if isinstance(kind, list) else [kind]
    if kinds == ["array"]:
        return f"list of {in_words(document, schema['items'])}" if schema.get("items") else "list"
    return " or ".join(_NAMES.get(one, one) for one in kinds) + _range(schema)


_NAMES: Final = {"string": "text", "boolean": "true or false"}
_NO_LIMIT: Final = 10**15
"""What is beyond it says only that there is some bound."""


def _range(schema: Mapping[str, Any]) -> str:
    least, most = schema.get("minimum"), schema.get("maximum")
    if most is not None and most > _NO_LIMIT:
        most = None
    if least is not None and most is not None:
        return f", {least} to {most}"
    if least is not None:
        return f", {least} at least"
    return f", {most} at most" if most is not None else ""


def _resolved(document: Mapping[str, Any], schema: Mapping[str, Any]) -> Mapping[str, Any]:
    if "$ref" not in schema:
        return schema
    resolved: Mapping[str, Any] = document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    return resolved
