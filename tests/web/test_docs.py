"""The page of the API: what it says is so, and its examples work."""

from __future__ import annotations

import json
import shlex
from pathlib import Path

import pytest
from twisted.internet.defer import succeed

from smsc_sim.sim.clock import AdvanceReport
from smsc_sim.web.api import ENDPOINTS
from smsc_sim.web.docs import EXAMPLES, HOST, Example, api_page
from tests.web.site import NOW, Site, request_of


def test_the_page_is_that_of_the_routes() -> None:
    page = Path(__file__).parents[2] / "docs" / "api.rst"
    assert page.read_text(encoding="utf-8") == api_page(), "python -m smsc_sim.web.docs > docs/api.rst"


def test_each_heading_has_an_example() -> None:
    assert set(EXAMPLES) == {row.tag for row in ENDPOINTS}


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_works(name: str) -> None:
    site = Site("smsc: 1\nswitches:\n  outage:\n", keeps=True)
    site.submit(site.bind(), to="447700900123", text=b"Your code is 4711")
    object.__setattr__(site.console, "advance", lambda by: succeed(AdvanceReport(NOW, NOW + by, (), 0)))
    method, target, body = read(EXAMPLES[name])
    headers = {"Content_Type": "application/json"} if body else {}
    transport, protocol = site.connect()
    protocol.dataReceived(request_of(method, target, body, **headers))
    site.clock.advance(10)
    assert transport.value().split()[1].startswith(b"2"), transport.value()


def read(example: Example) -> tuple[str, str, bytes]:
    """What curl makes of a command."""
    curl, fail, *words = shlex.split(example.command())
    assert (curl, fail) == ("curl", "-f")
    method, body, target = "GET", b"", ""
    while words:
        word = words.pop(0)
        if word == "-X":
            method = words.pop(0)
        elif word == "--json":
            method, body = "POST" if method == "GET" else method, words.pop(0).encode()
            json.loads(body)
        else:
            target = word.removeprefix(HOST)
    assert method == example.method
    return method, target, body
