"""Line charts as SVG, made on the server: what is seen without script, and until the script has drawn its own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from markupsafe import Markup

WIDTH: Final = 600
HEIGHT: Final = 150
_LEFT: Final = 44
_TOP: Final = 8
_BOTTOM: Final = 6


def lines(title: str, series: Sequence[tuple[str, str, Sequence[float]]]) -> Markup:
    """A chart of curves over the same instants, each with its name, its class and its values.

    The style sheet gives the colours by the classes.
    """
    top = _ceiling(max((value for _, _, values in series for value in values), default=0.0))
    size = f'viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}"'
    parts = [Markup('<svg xmlns="http://www.w3.org/2000/svg" class="plot" role="img" {}>').format(Markup(size))]
    parts.append(Markup("<title>{}</title>").format(title))
    for share in (0.0, 0.5, 1.0):
        y = _y(share * top, top)
        parts.append(Markup('<line class="plot-grid" x1="{}" x2="{}" y1="{}" y2="{}"/>').format(_LEFT, WIDTH, y, y))
        parts.append(
            Markup('<text class="plot-mark" x="{}" y="{}">{}</text>').format(_LEFT - 6, y + 4, f"{share * top:g}")
        )
    for name, kind, values in series:
        step = (WIDTH - _LEFT) / max(1, len(values) - 1)
        points = " ".join(f"{_LEFT + step * index:.1f},{_y(value, top)}" for index, value in enumerate(values))
        curve = Markup('<polyline class="plot-line {}" points="{}"><title>{}</title></polyline>')
        parts.append(curve.format(kind, points, name))
    return Markup("").join([*parts, Markup("</svg>")])


def _y(value: float, top: float) -> float:
    return round(HEIGHT - _BOTTOM - (HEIGHT - _TOP - _BOTTOM) * value / top, 1)


def _ceiling(value: float) -> float:
    """The next of 1, 2, 5, 10, 20 ... that is not below the value."""
    power = 1.0
    while power * 10 <= value:
        power *= 10
    return next(power * factor for factor in (1, 2, 5, 10) if power * factor >= value)
