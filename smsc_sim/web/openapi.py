"""The API's description, OpenAPI 3.1, made from the route table."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

import msgspec
from msgspec import Struct

from smsc_sim.scenario.schema import documented_fields
from smsc_sim.web import seconds
from smsc_sim.web.call import Rows, Written
from smsc_sim.web.endpoint import CSV, JSON, PREFIX, YAML, Endpoint
from smsc_sim.web.problem import CONTENT_TYPE, Problem, ProblemKind

_REFERENCES: Final = "#/components/schemas/{name}"
_JSON_TYPES: Final[dict[type, str]] = {str: "string", int: "integer"}


def document(endpoints: Iterable[Endpoint], version: str, *, locked: bool = False) -> dict[str, Any]:
    """The document for these endpoints; ``version`` is the simulator's, ``locked``: whether it wants credentials."""
    rows = list(endpoints)
    models: list[Any] = [Problem]
    for row in rows:
        models += [one for one in (row.body, row.answer) if _is_model(one)]
        models += [kind.members for kind in row.problems if kind.members is not None]
        models += [field.type for field in _fields(row.query)]
    models = list(dict.fromkeys(models))
    schemas, components = msgspec.json.schema_components(models, schema_hook=seconds.schema, ref_template=_REFERENCES)
    _describe(components, models)
    schema_of = dict(zip(models, schemas, strict=True))
    paths: dict[str, dict[str, Any]] = {}
    for row in rows:
        paths.setdefault(row.url, {})[row.method.lower()] = _operation(row, schema_of)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "smsc_sim",
            "version": version,
            "description": "See and change a running SMSC simulator.",
        },
        "servers": [{"url": "/"}],
        "security": [*([] if locked else [{}]), {"basic": []}, {"bearer": []}],
        "tags": [{"name": name} for name in dict.fromkeys(row.tag for row in rows)],
        "paths": paths,
        "components": {
            "schemas": dict(sorted(components.items())),
            "securitySchemes": {
                "basic": {"type": "http", "scheme": "basic"},
                "bearer": {"type": "http", "scheme": "bearer"},
            },
        },
    }


def _operation(row: Endpoint, schema_of: dict[Any, Any]) -> dict[str, Any]:
    parameters: list[dict[str, Any]] = [
        {"name": name, "in": "path", "required": True, "schema": {"type": _JSON_TYPES[kind]}}
        for name, kind in row.parts.items()
    ]
    for field in _fields(row.query):
        schema = dict(schema_of[field.type])
        if not field.required and field.default not in {msgspec.NODEFAULT, None, ""}:
            schema["default"] = msgspec.to_builtins(field.default)
        parameter = {"name": field.encode_name, "in": "query", "required": field.required, "schema": schema}
        meaning = documented_fields(row.query).get(field.name) if row.query is not None else None
        parameters.append({**parameter, "description": meaning} if meaning else parameter)
    operation: dict[str, Any] = {"operationId": row.name, "tags": [row.tag], "summary": row.summary}
    if row.description:
        operation["description"] = row.description
    if parameters:
        operation["parameters"] = parameters
    if row.body is Written:
        operation["requestBody"] = {
            "required": True,
            # What a scenario may be, its own schema says; what is sent may be wrong, and is checked.
            "content": {JSON: {"schema": {}}, YAML: {"schema": {}}},
        }
    elif row.body is Rows:
        operation["requestBody"] = {"required": True, "content": {CSV: {"schema": {"type": "string"}}}}
    elif row.body is not None:
        operation["requestBody"] = {"required": True, "content": {JSON: {"schema": schema_of[row.body]}}}
    operation["responses"] = _responses(row, schema_of)
    return operation


def _responses(row: Endpoint, schema_of: dict[Any, Any]) -> dict[str, Any]:
    success: dict[str, Any] = {"description": row.status.phrase}
    if row.media_types:
        success["content"] = {
            name: {"schema": {"type": "object" if name == JSON or name.endswith("+json") else "string"}}
            for name in row.media_types
        }
    elif row.answer is not None:
        success["content"] = {JSON: {"schema": schema_of[row.answer]}}
    responses: dict[str, Any] = {str(row.status.value): success}
    by_status: dict[int, list[ProblemKind]] = {}
    for kind in row.problems:
        by_status.setdefault(kind.status.value, []).append(kind)
    for status, kinds in sorted(by_status.items()):
        schemas = [schema_of[Problem], *(schema_of[kind.members] for kind in kinds if kind.members is not None)]
        schema = schemas[0] if len(schemas) == 1 else {"anyOf": schemas}
        responses[str(status)] = {
            "description": "; ".join(f"{kind.code}: {kind.title}" for kind in kinds),
            "content": {CONTENT_TYPE: {"schema": schema}},
        }
    return responses


def _describe(components: dict[str, Any], models: Iterable[Any]) -> None:
    """Give the fields of these models, and of those in them, what the source says below each."""
    found: dict[type[Struct], None] = {}
    for one in models:
        _models_in(msgspec.inspect.type_info(one), found)
    for model in found:
        properties = components.get(model.__name__, {}).get("properties", {})
        documented = documented_fields(model)
        for field in msgspec.structs.fields(model):
            if field.name in documented and field.encode_name in properties:
                properties[field.encode_name]["description"] = documented[field.name]


def _models_in(wanted: msgspec.inspect.Type, found: dict[type[Struct], None]) -> None:
    if isinstance(wanted, msgspec.inspect.StructType):
        if wanted.cls not in found:
            found[wanted.cls] = None
            for field in wanted.fields:
                _models_in(field.type, found)
    elif isinstance(wanted, msgspec.inspect.UnionType):
        for one in wanted.types:
            _models_in(one, found)
    elif isinstance(wanted, msgspec.inspect.Metadata):
        _models_in(wanted.type, found)
    elif isinstance(wanted, msgspec.inspect.DictType):
        _models_in(wanted.value_type, found)
    elif isinstance(wanted, msgspec.inspect.ListType | msgspec.inspect.VarTupleType):
        _models_in(wanted.item_type, found)


def _is_model(one: Any) -> bool:
    return isinstance(one, type) and issubclass(one, Struct)


def _fields(model: type[Struct] | None) -> tuple[msgspec.structs.FieldInfo, ...]:
    return msgspec.structs.fields(model) if model is not None else ()


def klein_path(path: str, parts: Mapping[str, type]) -> str:
    """A path of the table as Klein has it: ``/sessions/<session>``, ``/mo/<int:number>``; ``parts``: their types."""

    def part(found: re.Match[str]) -> str:
        return f"<int:{found[1]}>" if parts.get(found[1]) is int else f"<{found[1]}>"

    return re.sub(r"\{([a-z_]+)\}", part, path)


def document_path() -> str:
    """Where the document is."""
    return PREFIX + "/openapi.json"
