"""The description of the API says what the route table says, and nothing points nowhere."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from smsc_sim.web.api import ENDPOINTS
from smsc_sim.web.call import Rows, Written
from smsc_sim.web.endpoint import Endpoint
from smsc_sim.web.openapi import document
from tests.web.site import Site

DOCUMENT = json.loads(json.dumps(document(ENDPOINTS, "0.1.0")))


def references(part: Any) -> set[str]:
    if isinstance(part, dict):
        own = {part["$ref"]} if isinstance(part.get("$ref"), str) else set()
        return own.union(*map(references, part.values()))
    return set().union(*map(references, part)) if isinstance(part, list) else set()


def test_version() -> None:
    assert DOCUMENT["openapi"] == "3.1.0"
    assert DOCUMENT["info"]["version"] == "0.1.0"


def test_it_has_the_rows_of_the_table_and_no_others() -> None:
    described = {(method.upper(), path) for path, methods in DOCUMENT["paths"].items() for method in methods}
    assert described == {(row.method, row.url) for row in ENDPOINTS}


def test_references_lead_somewhere_and_every_schema_is_used() -> None:
    names = {reference.rpartition("/")[2] for reference in references(DOCUMENT)}
    assert names == set(DOCUMENT["components"]["schemas"])


@pytest.mark.parametrize("row", ENDPOINTS, ids=lambda row: row.name)
def test_an_operation_says_what_its_row_says(row: Endpoint) -> None:
    operation = DOCUMENT["paths"][row.url][row.method.lower()]
    assert operation["operationId"] == row.name
    assert operation["summary"] == row.summary
    parameters = {(one["name"], one["in"]) for one in operation.get("parameters", ())}
    fields = row.query.__struct_encode_fields__ if row.query is not None else ()
    assert parameters == {(name, "path") for name in row.parts} | {(name, "query") for name in fields}
    assert re.findall(r"\{(\w+)\}", row.path) == list(row.parts)
    assert tuple(operation.get("requestBody", {}).get("content", {})) == row.body_types
    if row.body not in {None, Written, Rows}:
        schema = operation["requestBody"]["content"]["application/json"]["schema"]
        assert schema["$ref"].endswith(f"/{row.body.__name__}")
    statuses = {str(row.status.value)} | {str(kind.status.value) for kind in row.problems}
    assert set(operation["responses"]) == statuses


def test_fields_and_parameters_say_what_the_source_says_below_them() -> None:
    shown = DOCUMENT["components"]["schemas"]["SessionShown"]["properties"]
    assert shown["replies_pending"]["description"] == "Requests of the ESME whose answer is delayed."
    parameters = DOCUMENT["paths"]["/api/v1/sessions/wait"]["get"]["parameters"]
    (within,) = [one for one in parameters if one["name"] == "within"]
    assert within["description"] == "At most a minute; not given: 10s."


@pytest.mark.parametrize(
    ("path", "media_type", "kind"),
    [
        ("/report", "application/json", "object"),
        ("/report", "application/xml", "string"),
        ("/scenario/schema", "application/schema+json", "object"),
        ("/sessions/{session}/ladder", "application/json", "object"),
        ("/journal", "application/x-ndjson", "string"),
    ],
)
def test_a_file_that_is_json_is_described_as_an_object(path: str, media_type: str, kind: str) -> None:
    answer = DOCUMENT["paths"][f"/api/v1{path}"]["get"]["responses"]["200"]
    assert answer["content"][media_type]["schema"] == {"type": kind}


def test_a_scenario_that_is_sent_may_be_anything() -> None:
    content = DOCUMENT["paths"]["/api/v1/scenario/check"]["post"]["requestBody"]["content"]
    assert content == {"application/json": {"schema": {}}, "application/yaml": {"schema": {}}}


def test_it_says_whether_credentials_are_needed() -> None:
    schemes: list[dict[str, list[str]]] = [{"basic": []}, {"bearer": []}]
    assert Site().get("/api/v1/openapi.json").json["security"] == [{}, *schemes]
    site = Site()
    token = site.console.access.require_token()
    assert site.get("/api/v1/openapi.json", Authorization=f"Bearer {token}").json["security"] == schemes
