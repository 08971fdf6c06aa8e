"""As much of JSON Schema draft-07 as the product's schemas use: whether a value is valid."""

import re
from typing import Any

_TYPES: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "number": (int, float),
    "integer": (int,),
    "boolean": (bool,),
    "null": (type(None),),
    "array": (list,),
    "object": (dict,),
}
KNOWN = {
    "$schema", "$ref", "title", "description", "definitions", "examples", "type", "enum", "const", "anyOf", "allOf",
    "properties", "patternProperties", "additionalProperties", "required", "minProperties", "items", "minItems",
    "maxItems", "minLength", "maxLength", "pattern", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum",
}  # fmt: skip


def is_valid(value: Any, schema: dict[str, Any], root: dict[str, Any]) -> bool:
    """Whether the value is what the schema, a part of the root, describes."""
    assert set(schema) <= KNOWN, set(schema) - KNOWN
    if "$ref" in schema:
        return is_valid(value, root["definitions"][schema["$ref"].removeprefix("#/definitions/")], root)
    return all(
        (
            "type" not in schema or _has_type(value, schema["type"]),
            "enum" not in schema or any(value == one and type(value) is type(one) for one in schema["enum"]),
            "const" not in schema or value == schema["const"],
            all(is_valid(value, one, root) for one in schema.get("allOf", ())),
            "anyOf" not in schema or any(is_valid(value, one, root) for one in schema["anyOf"]),
            not isinstance(value, dict) or _is_valid_object(value, schema, root),
            not isinstance(value, list) or _is_valid_array(value, schema, root),
            not isinstance(value, str) or _is_valid_text(value, schema),
            not _has_type(value, "number") or _is_valid_number(value, schema),
        )
    )


def _has_type(value: Any, wanted: str | list[str]) -> bool:
    if isinstance(wanted, list):
        return any(_has_type(value, one) for one in wanted)
    # In Python a truth value is an integer, in JSON it is not.
    return isinstance(value, _TYPES[wanted]) and (wanted == "boolean" or not isinstance(value, bool))


def _is_valid_text(value: str, schema: dict[str, Any]) -> bool:
    short, long = schema.get("minLength", 0), schema.get("maxLength", len(value))
    return short <= len(value) <= long and re.search(schema.get("pattern", ""), value) is not None


def _is_valid_number(value: float, schema: dict[str, Any]) -> bool:
    least, most = schema.get("minimum", value), schema.get("maximum", value)
    above, below = schema.get("exclusiveMinimum", value - 1), schema.get("exclusiveMaximum", value + 1)
    return bool(least <= value <= most and above < value < below)


def _is_valid_array(value: list[Any], schema: dict[str, Any], root: dict[str, Any]) -> bool:
    few, many = schema.get("minItems", 0), schema.get("maxItems", len(value))
    return few <= len(value) <= many and all(is_valid(one, schema.get("items", {}), root) for one in value)


def _is_valid_object(value: dict[str, Any], schema: dict[str, Any], root: dict[str, Any]) -> bool:
    if len(value) < schema.get("minProperties", 0) or not set(schema.get("required", ())) <= set(value):
        return False
    return all(is_valid(member, one, root) for key, member in value.items() for one in _schemas_of(str(key), schema))


_NOTHING: dict[str, Any] = {"enum": []}


def _schemas_of(key: str, schema: dict[str, Any]) -> list[dict[str, Any]]:
    """The schemas that the value under a key must be valid by."""
    schemas = [schema["properties"][key]] if key in schema.get("properties", {}) else []
    schemas += [one for pattern, one in schema.get("patternProperties", {}).items() if re.search(pattern, key)]
    others = schema.get("additionalProperties", True)
    if schemas or others is True:
        return schemas
    return [_NOTHING if others is False else others]
