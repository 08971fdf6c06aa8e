"""A ladder as an SVG drawing: no script, no style attribute, readable without a style sheet and coloured by one.

A style sheet may use the classes ``ladder``, ``ladder-line``, ``ladder-row``, ``ladder-in``, ``ladder-out``,
``ladder-note``, ``ladder-links``, ``ladder-late``, ``ladder-fault``, ``ladder-unanswered``, ``ladder-time``,
``ladder-label`` and ``ladder-took``; without one everything has the colour of the text around it.
"""

from __future__ import annotations

from html import escape
from typing import Final

from smsc_sim.sim.ladder.rows import LadderPage, Row
from smsc_sim.sim.ladder.words import clock, esme, label, shortened, title, took

_WIDTH: Final = 1000
_ESME: Final = 120
_SMSC: Final = 900
"""Where the two lines stand."""
_MIDDLE: Final = (_ESME + _SMSC) // 2
_HEAD: Final = 40
_ROW: Final = 30
_TIP: Final = 7
_FAINT: Final = 'stroke="currentColor" stroke-opacity="0.5"'
_LOOK: Final = 'role="img" fill="currentColor" stroke="none" font-family="system-ui, sans-serif" font-size="12"'


def svg(page: LadderPage) -> str:
    """The page as one ``<svg>`` element."""
    height = _HEAD + _ROW * len(page.rows) + 20
    size = f'viewBox="0 0 {_WIDTH} {height}" width="{_WIDTH}" height="{height}"'
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" class="ladder" {size} {_LOOK}>',
        f"<title>{_text(title(page))}</title>",
        f'<text x="{_ESME}" y="20" text-anchor="middle" font-weight="bold">{_text(shortened(esme(page)))}</text>',
        f'<text x="{_SMSC}" y="20" text-anchor="middle" font-weight="bold">SMSC</text>',
    ]
    parts += [
        f'<line class="ladder-line" x1="{x}" y1="28" x2="{x}" y2="{height - 8}" {_FAINT}/>' for x in (_ESME, _SMSC)
    ]
    parts += [_row(row, _HEAD + _ROW * index) for index, row in enumerate(page.rows)]
    parts.append("</svg>")
    return "\n".join(parts)


def _row(row: Row, y: int) -> str:
    words = label(row)
    parts = [
        f'<g class="{" ".join(_classes(row))}">',
        f"<title>{_text(f'{clock(row.t)} {words} {took(row)} {row.meaning}'.rstrip())}</title>",
        f'<text class="ladder-time" x="4" y="{y + 22}" font-size="11">{clock(row.t)}</text>',
        f'<text class="ladder-label" x="{_MIDDLE}" y="{y + 16}" text-anchor="middle">{_text(words)}</text>',
    ]
    if row.kind == "note":
        box = f'x="{_ESME - 8}" y="{y + 2}" width="{_SMSC - _ESME + 16}" height="20" rx="4"'
        parts.append(f'<rect {box} fill="none" {_FAINT}/>')
    else:
        parts += _arrow(row, y + 22)
        parts.append(
            f'<text class="ladder-took" x="{_SMSC + 10}" y="{y + 26}" font-size="11">{_text(took(row))}</text>'
        )
    parts.append("</g>")
    return "".join(parts)


def _arrow(row: Row, y: int) -> list[str]:
    """A line with its head, or both heads, or a cross on the way where it does not arrive."""
    start, stop = (_ESME, _SMSC) if row.direction != "out" else (_SMSC, _ESME)
    broken = row.fault in ("cut", "broken")
    end = start + (stop - start) * 4 // 5 if broken else stop
    dashes = ' stroke-dasharray="6 4"' if row.late else ""
    parts = [f'<line x1="{start}" y1="{y}" x2="{end}" y2="{y}" stroke="currentColor"{dashes}/>']
    if broken:
        near, far = end - _TIP, end + _TIP
        cross = f"M{near} {y - _TIP}L{far} {y + _TIP}M{near} {y + _TIP}L{far} {y - _TIP}"
        parts.append(f'<path d="{cross}" stroke="currentColor" stroke-width="2" fill="none"/>')
    else:
        parts.append(_head(start, stop, y))
    if row.kind == "links":
        parts.append(_head(stop, start, y))
    return parts


def _head(start: int, stop: int, y: int) -> str:
    back = stop - _TIP if stop > start else stop + _TIP
    return f'<path d="M{stop} {y}L{back} {y - 4}L{back} {y + 4}Z"/>'


def _classes(row: Row) -> list[str]:
    return [
        "ladder-row",
        f"ladder-{row.direction}" if row.direction else f"ladder-{row.kind}",
        *(["ladder-late"] if row.late else []),
        *(["ladder-fault"] if row.fault else []),
        *(["ladder-unanswered"] if not row.answered else []),
    ]


def _text(text: str) -> str:
    return escape(text)
