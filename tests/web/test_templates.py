"""How instants and numbers are written, and that no template lets text be markup."""

import re
from importlib.resources import files

import pytest

from smsc_sim.web.templates import clock, count, duration, iso, prose, rate, size
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


@pytest.mark.parametrize(
    ("octets", "text"),
    [
        (0, "0 B"),
        (1023, "1023 B"),
        (1024, "1.0 KiB"),
        (10_500, "10.3 KiB"),
        (5 << 20, "5.0 MiB"),
        (3 << 50, "3,072.0 TiB"),
    ],
)
def test_size(octets: int, text: str) -> None:
    assert size(octets) == text


@pytest.mark.parametrize(
    ("per_second", "text"), [(0.0, "0/s"), (0.5, "0.5/s"), (2.04, "2/s"), (99.96, "100/s"), (1234.5, "1,234/s")]
)
def test_rate(per_second: float, text: str) -> None:
    assert rate(per_second) == text


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("plain <b>", "plain &lt;b&gt;"),
        ("``a<b`` and `An account`_.", "<code>a&lt;b</code> and An account."),
        ("see :meth:`~smsc_sim.x.Kept.ask`", "see <code>ask</code>"),
    ],
)
def test_prose(text: str, html: str) -> None:
    assert prose(text) == html
