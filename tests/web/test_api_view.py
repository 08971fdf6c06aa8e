"""The API in rows that can be read."""

import pytest

from smsc_sim.web.api import ENDPOINTS
from smsc_sim.web.api_view import api_groups, in_words


def test_every_endpoint_has_its_operation() -> None:
    operations = [operation for group in api_groups() for operation in group.operations]
    assert [operation.endpoint for operation in operations] == sorted(
        ENDPOINTS, key=lambda row: [group.title for group in api_groups()].index(row.tag)
    )
    assert all(operation.bodies for operation in operations if operation.endpoint.body is not None)


@pytest.mark.parametrize(
    ("schema", "words"),
    [
        ({"type": "string"}, "text"),
        ({"type": "integer", "minimum": 1, "maximum": 9}, "integer, 1 to 9"),
        ({"type": "integer", "minimum": 0, "maximum": 2**62}, "integer, 0 at least"),
        ({"type": "number", "maximum": 5}, "number, 5 at most"),
        ({"type": ["string", "integer"]}, "text or integer"),
        ({"enum": ["a", "b"]}, "one of a, b"),
        ({"anyOf": [{"type": "string"}, {"type": "null"}]}, "text or null"),
        ({"type": "array", "items": {"$ref": "#/components/schemas/One"}}, "list of object"),
        ({"type": "array"}, "list"),
        ({}, "anything"),
    ],
)
def test_a_schema_in_words(schema: dict[str, object], words: str) -> None:
    document = {"components": {"schemas": {"One": {"type": "object", "properties": {"x": {}}}}}}
    assert in_words(document, schema) == words
