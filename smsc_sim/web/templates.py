"""The templates, and how instants, numbers and hostile text are written in them."""

import datetime
import re
from collections.abc import Iterable
from typing import Final

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from smsc_sim.scenario.values import format_duration
from smsc_sim.sim.visible import visible as escaped
from smsc_sim.smpp import coding, status
from smsc_sim.web.assets import Assets
from smsc_sim.web.visible import visible

STYLE: Final = "style.css"
ICON: Final = "icon.svg"


class NoPart(Exception):
    """A page has no part that is called so."""


class Templates:
    """Makes octets of HTML."""

    def __init__(self) -> None:
        self.assets = Assets()
        # The one place where escaping is decided: on, for every template.
        self._environment = Environment(
            loader=PackageLoader("smsc_sim", "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            auto_reload=False,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._environment.globals.update(asset=self.assets.url, style=STYLE, icon=ICON)
        self._environment.filters.update(
            visible=visible,
            visible_source=visible_source,
            count=count,
            duration=duration,
            span=format_duration,
            size=size,
            rate=rate,
            prose=prose,
            clock=clock,
            iso=iso,
            status=status.name_of,
            meaning=status.meaning_of,
            coding=coding.name_of,
            alphabet=alphabet,
        )

    def render(self, template: str, **context: object) -> bytes:
        """A page."""
        # No lone surrogate can come through: `visible` has made escapes of them.
        return self._environment.get_template(template).render(context).encode()

    def render_parts(self, template: str, parts: Iterable[str], **context: object) -> bytes:
        """Some parts of a page, one after the other: each is a block of the template.  Raises NoPart."""
        made = self._environment.get_template(template)
        frame = made.new_context(context)
        # As far as its first words, a page reads what stands above the blocks: imports, macros and names.
        next(made.root_render_func(frame))
        blocks = made.blocks
        missing = next((part for part in parts if part not in blocks), None)
        if missing is not None:
            raise NoPart(missing)
        return "".join(piece for part in parts for piece in blocks[part](frame)).encode()


def count(number: int) -> str:
    """A number with its thousands set apart: ``12,345``."""
    return f"{number:,}"


_MARKS: Final = re.compile(r"``(.+?)``|`(.+?)`_|:[a-z]+:`~?(?:[\w.]*\.)?(\w+)`", re.DOTALL)


def prose(text: str) -> Markup:
    """A sentence of our own documentation, in reStructuredText, as HTML: ````x```` is code, a reference its words."""
    parts = [Markup()]
    end = 0
    for mark in _MARKS.finditer(text):
        parts.append(Markup.escape(text[end : mark.start()]))
        code, link, role = mark.groups()
        parts.append(Markup.escape(link) if link else Markup("<code>{}</code>").format(code or role))
        end = mark.end()
    return Markup().join([*parts, Markup.escape(text[end:])])


def size(octets: int) -> str:
    """A number of octets: ``812 B``, ``10.2 KiB``, ``3.4 MiB``."""
    if octets < 1024:
        return f"{octets} B"
    amount, unit = octets / 1024, "KiB"
    for larger in ("MiB", "GiB", "TiB"):
        if amount < 1024:
            break
        amount, unit = amount / 1024, larger
    return f"{amount:,.1f} {unit}"


def rate(per_second: float) -> str:
    """How often a second: ``0/s``, ``0.5/s``, ``1,234/s``."""
    return f"{per_second:,.1f}".removesuffix(".0") + "/s" if per_second < 100 else f"{per_second:,.0f}/s"


def duration(seconds: float) -> str:
    """A length of time in its two largest units: ``8 s``, ``3 min 20 s``, ``2 h 5 min``, ``4 d 1 h``."""
    whole = max(0, int(seconds))
    units = (("d", whole // 86400), ("h", whole // 3600 % 24), ("min", whole // 60 % 60), ("s", whole % 60))
    first = next((index for index, (_, value) in enumerate(units) if value), len(units) - 1)
    return " ".join(f"{value} {unit}" for unit, value in units[first : first + 2] if value) or "0 s"


def visible_source(text: str) -> str:
    """Lines of something to be copied, in which nothing is hidden."""
    return "\n".join(map(escaped, text.split("\n")))


def alphabet(data_coding: int) -> str:
    """The short name of the alphabet of a data_coding: ``gsm7``, ``ucs-2``."""
    return coding.alphabet(data_coding).name


def clock(instant: float) -> str:
    """The time of day in UTC, to the millisecond: ``05:53:44.120``."""
    return _utc(instant).strftime("%H:%M:%S.") + f"{int(instant * 1000) % 1000:03d}"


def iso(instant: float) -> str:
    """Date and time in UTC as ISO 8601 has it: ``2026-11-22T05:53:44Z``."""
    return _utc(instant).strftime("%Y-%m-%dT%H:%M:%SZ")


def _utc(instant: float) -> datetime.datetime:
    return datetime.datetime.fromtimestamp(int(instant), datetime.timezone.utc)
