"""How instants and numbers are written, and that no template lets text be markup."""

import re
from importlib.resources import files

import pytest

from smsc_sim.web.templates import clock, count, duration, iso
from tests.web.site import NOW


def test_no_template_switches_escaping_off() -> None:
    templates = [path for path in (files("smsc_sim") / "templates").iterdir() if path.name.endswith(".html")]
    assert templates
    for template in templates:
        text = template.read_text("utf-8")
        unsafe = r"\|\s*safe|autoescape|<script(?! src=)|\son\w+=|\sstyle=|\shx-on|javascript:"
        assert not re.search(unsafe, text), template


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (-1, "0 s"),
        (0, "0 s"),
        (0.9, "0 s"),
        (8.5, "8 s"),
        (60, "1 min"),
        (200, "3 min 20 s"),
        (3600, "1 h"),
        (3601, "1 h"),
        (7500, "2 h 5 min"),
        (90000, "1 d 1 h"),
        (86400 * 400, "400 d"),
    ],
)
def test_duration(seconds: float, text: str) -> None:
    assert duration(seconds) == text


def test_instants() -> None:
    assert iso(NOW) == "2026-11-22T05:53:44Z"
    assert clock(NOW) == "05:53:44.120"
    assert clock(0.0) == "00:00:00.000"


def test_count() -> None:
    assert count(1234567) == "1,234,567"
