"""Requests by chance, as the OpenAPI document has them and as it has not: no answer that it does not tell of."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from typing import Any
from urllib.parse import quote, urlencode

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from smsc_sim.web import openapi, seconds
from smsc_sim.web.api import ENDPOINTS
from smsc_sim.web.call import Octets, Rows, Stream, Written
from smsc_sim.web.endpoint import Endpoint
from smsc_sim.web.problem import CONTENT_TYPE
from tests.web.site import Site, request_of, response_of

DOCUMENT = openapi.document(ENDPOINTS, "0")
SCENARIO = """
smsc: 1
switches:
  outage:
accounts:
  - {system_id: a, password: p, wallet: {balance: 10, price: 1}}
  - {system_id: smppclient1, password: password}
rules:
  - {name: too fast, when: {to: "*9"}, reply: ESME_RTHROTTLED}
  - {name: by hand, when: {to: "*8"}, receipt: {state: manual}}
expect:
  - {name: some, count: ">=1"}
"""
NAMES = ("s1", "m-1", "m-2", "a", "smppclient1", "outage", "too fast", "1", "0", "-1", "x", "ü", "\u202e", "%", "a b")

LIKELY: Mapping[str, tuple[Any, ...]] = {
    "message": ("m-1", "m-2"),
    "session": ("s1",),
    "name": ("outage", "t"),
    "system_id": ("a", "smppclient1", "t-1"),
    "number": ("1", "2"),
    "sort": ("to", "-id", "-status", "state"),
    "cursor": ("", "2", "1:a"),
    "q": ("", "code", "-code", "to:4477*", "is:mo OR is:refused"),
    "since": (0, 3),
    "within": ("0", "1s", "50ms"),
    "settle": ("0", "10ms"),
    "kinds": ("", "pdu,session", "mark"),
    "types": ("", "sessions"),
    "account": ("smppclient1",),
    "text": ("hello", "Hell*"),
    "to": ("447700900123", "2026-11-22T05:53:44Z"),
    "from": ("Acme",),
    "match": ({}, {"text": "Hell*"}, {"to": "*8"}),
    "order": ([{"text": "*"}, {"to": "*8"}],),
    "count": (1, ">=1", "0..1"),
    "reply": ("ESME_ROK", 88),
    "receipt": ("DELIVRD",),
    "spacing": (">=1s per to",),
    "rule": ("too fast", {"name": "t", "reply": "ESME_RSYSERR"}),
    "ttl": ("1s", None),
    "for": ("1s",),
    "by": ("1s",),
    "hex": ("00000010000000150000000000000009", "00"),
    "endpoint": ("tcp:127.0.0.1:1",),
    "state": ("EXPIRED", "ENROUTE"),
    "err": ("001",),
    "format": ("json", "svg", "csv", "pcap", "text", "html"),
    "how": ("unbind", "close"),
    "tlvs": ({}, {"user_message_reference": 7}),
}
"""What is likely to be right, by the name of a field or parameter."""

NEEDED: Mapping[str, Mapping[str, Any]] = {"send_mo": {"account": "smppclient1", "text": "x", "octets": None}}
"""Without what a body is nearly never right."""

texts = st.sampled_from(
    [
        *NAMES,
        *(
            "1s",
            "0",
            "5m",
            "447700900123",
            "to:4477* code",
            'rule:"',
            ">=1",
            "2..4",
            "ESME_RSYSERR",
            "DELIVRD",
            "deliver",
        ),
        *("2026-11-22T05:53:44Z", "9999-12-31T23:59:59Z", "0001-01-01", "00 01", "0x1400", "*", "{n}", "{", "\ud800"),
    ]
) | st.text(max_size=8)
junk = st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats(allow_nan=False) | texts
anything = st.recursive(junk, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3))


@cache
def made_by(schema_as_text: str) -> st.SearchStrategy[Any]:  # noqa: PLR0911 - one for each kind of schema
    """Values that a schema allows, mostly."""
    schema = json.loads(schema_as_text)
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return st.deferred(lambda: values(DOCUMENT["components"]["schemas"][name]))
    if "enum" in schema:
        return st.sampled_from(schema["enum"])
    if "anyOf" in schema:
        return st.one_of(*map(values, schema["anyOf"]))
    kind = schema.get("type")
    if isinstance(kind, list):
        return st.one_of(*(values({**schema, "type": one}) for one in kind))
    if kind == "object":
        fields = {name: values(one, name) for name, one in schema.get("properties", {}).items()}
        required = {name: fields.pop(name) for name in schema.get("required", ())}
        if not fields and not required:
            return st.dictionaries(texts, anything, max_size=3)
        # Only some at a time: of very many one is nearly always wrong.
        some = st.lists(st.sampled_from(sorted(fields)), max_size=4, unique=True) if fields else st.just([])
        return some.flatmap(lambda names: st.fixed_dictionaries({**required, **{one: fields[one] for one in names}}))
    if kind == "array":
        return st.lists(values(schema.get("items", {})), max_size=3)
    if kind in {"integer", "number"}:
        least, most = schema.get("minimum", -(2**40)), schema.get("maximum", 2**40)
        return st.integers(int(least), int(most)) | st.sampled_from([int(least), int(most)])
    return {"boolean": st.booleans(), "null": st.none(), "string": texts}.get(str(kind), anything)


def values(schema: Mapping[str, Any], name: str = "") -> st.SearchStrategy[Any]:
    """Seldom anything at all, else what the schema allows, and mostly what is likely to be right."""

    def by_luck(luck: int) -> st.SearchStrategy[Any]:
        if luck == 0:
            return anything
        return st.sampled_from(LIKELY[name]) if luck < 30 and name in LIKELY else made_by(json.dumps(schema))

    return st.integers(0, 39).flatmap(by_luck)


def target_of(row: Endpoint, data: st.DataObject) -> str:
    operation = DOCUMENT["paths"][row.url][row.method.lower()]
    path, query = row.url, {}
    for parameter in operation.get("parameters", ()):
        if parameter["in"] == "path":
            likely = LIKELY[parameter["name"]]
            part = data.draw(st.sampled_from([*likely * 8, *NAMES]), label=parameter["name"])
            path = path.replace(f"{{{parameter['name']}}}", quote(part, safe=""))
        elif data.draw(st.booleans()):
            value = data.draw(values(parameter["schema"], parameter["name"]), label=parameter["name"])
            query[parameter["name"]] = json.dumps(value) if not isinstance(value, str) else value
    written = urlencode(query, errors="surrogatepass")
    return f"{path}?{written}" if written else path


def body_of(row: Endpoint, data: st.DataObject) -> tuple[bytes, str]:
    if row.body is None:
        return b"", ""
    if row.body is Rows:
        lines = data.draw(st.sampled_from(["from,to,text\n1,2,x\n", "colour\nred\n", "text;to\n{;1\n", "\n", ""]))
        return lines.encode(), "text/csv"
    if row.body is Written:
        pieces = st.sampled_from([SCENARIO, "smsc: 1\n", "smsc: 2", "- [", "a: &a [*a]", "\0"]) | st.text(max_size=20)
        return data.draw(pieces).encode("utf-8", "replace"), "application/yaml"
    schema = DOCUMENT["paths"][row.url][row.method.lower()]["requestBody"]["content"]["application/json"]["schema"]
    body = data.draw(values(schema), label="body")
    if row.name in NEEDED and isinstance(body, dict) and data.draw(st.booleans()):
        body = {**body, **NEEDED[row.name]}
    return json.dumps(body).encode(), "application/json"


def site_with_life() -> Site:
    site = Site(SCENARIO, keeps=True, allow_raw=True)
    session = site.bind()
    site.submit(session)
    site.submit(session, to="447700900128", text=b"code \xff")
    site.api("POST", "/mo", {"account": "smppclient1", "text": "x", "within": "0"})
    return site


@pytest.mark.parametrize("row", ENDPOINTS, ids=lambda row: row.name)
def test_no_answer_is_a_surprise(row: Endpoint) -> None:
    site = site_with_life()

    @given(st.data())
    @settings(
        max_examples=40,
        deadline=None,
        derandomize=True,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much],
    )
    def ask(data: st.DataObject) -> None:
        target = target_of(row, data)
        octets, content_type = body_of(row, data)
        headers = {"Content_Type": content_type} if content_type else {}
        transport, protocol = site.connect()
        protocol.dataReceived(request_of(row.method, target, octets, **headers))
        if not transport.value():
            # It waits, at most a minute.
            site.clock.advance(61)
            site.run()
        judge(row, transport.value())
        if site.smsc.sessions.get(1) is None or not site.smsc.sessions[1].bound:
            site.__dict__.update(site_with_life().__dict__)

    ask()


def judge(row: Endpoint, octets: bytes) -> None:
    """Hold an answer against the document."""
    assert octets, "there is an answer"
    if row.answer is Stream and octets.startswith(b"HTTP/1.1 200"):
        return
    answer = response_of(octets)
    documented = DOCUMENT["paths"][row.url][row.method.lower()]["responses"]
    assert str(answer.status) in documented, answer.body
    assert answer.status != 500, answer.body
    content_type = answer.headers.get("Content-Type", "").partition(";")[0]
    if answer.status >= 400:
        assert content_type == CONTENT_TYPE
        assert answer.json["code"] in {kind.code for kind in row.problems}
        kind = next(kind for kind in row.problems if (kind.code, kind.status) == (answer.json["code"], answer.status))
        if kind.members is not None:
            msgspec.convert(answer.json, kind.members)
    elif row.answer is None:
        assert answer.status == 204
    elif row.answer is Octets:
        assert content_type in row.media_types
    else:
        msgspec.convert(answer.json, row.answer, dec_hook=seconds.read)
