"""The page of the API in the documentation, made from the route table: ``python -m smsc_sim.web.docs``."""

from __future__ import annotations

import json
import shlex
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from smsc_sim.web import openapi
from smsc_sim.web.api import ENDPOINTS
from smsc_sim.web.endpoint import CSV, PREFIX

HOST: Final = "localhost:8080"

_HEAD: Final = f"""\
The HTTP API
============

This page is made by ``python -m smsc_sim.web.docs`` from the routes that the program has; a running simulator describes
itself as OpenAPI 3.1 at ``{PREFIX}/openapi.json``, with every field.

- Bodies and answers are JSON where nothing else is said; a body needs its ``Content-Type`` (curl's ``--json`` does it).
- What goes wrong is told as a problem document (RFC 9457) whose ``code`` keeps its meaning.
- Lists have at most ``limit`` items and say with ``more`` whether there are others.
- ``q`` is a search as in docs/search.rst. ``since`` is a mark: only what came after it counts.
- Durations are texts: ``500ms``, ``30s``, ``5m``.
- Whoever waits for something, at most a minute, is answered as soon as it is known, and forgotten when he goes.

Tests side by side on one simulator do not disturb each other when each has an account of its own
(``POST {PREFIX}/accounts``), or at least asks with ``since`` for what came after its own mark.

"""


@dataclass(frozen=True)
class Example:
    """One request that somebody might make."""

    method: str
    path: str
    """Below the prefix."""
    body: Mapping[str, Any] | str | None = None
    """A text is CSV."""

    def command(self, host: str = HOST) -> str:
        """The request as a command of curl; ``host``: where the console is."""
        words = ["curl", "-f"]
        if self.method not in {"GET", "POST"} or (self.method == "POST" and self.body is None):
            words += ["-X", self.method]
        words.append(f"{host}{PREFIX}{self.path}")
        if isinstance(self.body, str):
            words += ["-H", f"Content-Type: {CSV}", "--data-binary", self.body]
        elif self.body is not None:
            words += ["--json", json.dumps(self.body, ensure_ascii=False)]
        return " ".join(map(shlex.quote, words))


EXAMPLES: Final[Mapping[str, Example]] = {
    "Info": Example("GET", "/info"),
    "Scenario": Example("POST", "/scenario/check", {"smsc": 1, "rules": [{"name": "no", "reply": "ESME_RSYSERR"}]}),
    "Explain": Example("POST", "/explain", {"to": "447700900123", "times": 2}),
    "Rules": Example("POST", "/rules", {"rule": {"name": "slow", "reply": "ESME_RTHROTTLED"}, "ttl": "30s"}),
    "Switches": Example("PUT", "/switches/outage", {"active": True, "for": "30s"}),
    "Accounts": Example("POST", "/accounts", {"account": {"system_id": "t-31"}, "ttl": "10m"}),
    "Sessions": Example("GET", "/sessions/wait?account=smppclient1&within=10s"),
    "Ladder": Example("GET", "/sessions/s1/ladder?format=text"),
    "Messages": Example("GET", "/messages?q=to:4477*+-is:delivered&limit=10"),
    "Verify": Example(
        "POST",
        "/verify",
        {"match": {"to": "447700900123", "text": "Your code is *"}, "count": 1, "within": "5s", "settle": "300ms"},
    ),
    "Mo": Example("POST", "/mo", {"from": "447700900123", "to": "100", "text": "STOP", "within": "5s"}),
    "Expectations": Example("GET", "/report?format=junit"),
    "Clock": Example("POST", "/clock/advance", {"by": "24h"}),
    "Journal": Example("GET", "/journal?format=pcap&session=s1"),
    "Reset": Example("POST", "/reset", {"account": "smppclient1"}),
    "Stats": Example("GET", "/stats"),
    "Events": Example("GET", "/events?types=messages,receipts"),
    "Tables": Example("GET", "/status-codes"),
}
"""One for each heading."""


def api_page() -> str:
    """Return the page, in reStructuredText."""
    document = openapi.document(ENDPOINTS, "")
    parts = [_HEAD]
    for tag in document["tags"]:
        name = tag["name"]
        parts += [f"{name}\n{'-' * len(name)}\n\n::\n\n    {EXAMPLES[name].command()}\n\n"]
        for path, operations in document["paths"].items():
            for method, operation in operations.items():
                if name in operation["tags"]:
                    parts += _operation(document, f"{method.upper()} {path.removeprefix(PREFIX)}", operation)
    return "".join(parts).rstrip("\n") + "\n"


def _operation(document: Mapping[str, Any], name: str, operation: Mapping[str, Any]) -> Iterator[str]:
    yield f"``{name}``\n   {operation['summary']}.\n\n"
    if "description" in operation:
        paragraphs = operation["description"].split("\n\n")
        yield from ("   " + paragraph.replace("\n", "\n   ") + "\n\n" for paragraph in paragraphs)
    asked = [one for one in operation.get("parameters", ()) if one["in"] == "query"]
    if asked:
        yield f"   Query: {_listed(one['name'] for one in asked)}.\n\n"
    for content_type, content in operation.get("requestBody", {}).get("content", {}).items():
        fields = _fields(document, content["schema"])
        yield f"   Body ({content_type}): {_listed(fields)}.\n\n" if fields else f"   Body: {content_type}.\n\n"
    good = next(answer for status, answer in operation["responses"].items() if status < "400")
    for content_type, content in good.get("content", {}).items():
        fields = _fields(document, content["schema"])
        yield f"   Answer: {_listed(fields)}.\n\n" if fields else f"   Answer: {content_type}.\n\n"


def _fields(document: Mapping[str, Any], schema: Mapping[str, Any]) -> list[str]:
    if "$ref" in schema:
        schema = document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    return list(schema.get("properties", ()))


def _listed(names: Iterable[str]) -> str:
    return ", ".join(f"``{name}``" for name in names)


if __name__ == "__main__":
    sys.stdout.write(api_page())
