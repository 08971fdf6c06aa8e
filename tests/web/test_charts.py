"""Curves as SVG."""

import re

from hypothesis import given
from hypothesis import strategies as st

from smsc_sim.web.charts import HEIGHT, WIDTH, lines


def test_text_is_escaped() -> None:
    drawing = lines("<b>", [("<i>", "in", [1.0])])
    assert "<title>&lt;b&gt;</title>" in drawing
    assert "<title>&lt;i&gt;</title>" in drawing
    assert "style=" not in drawing


@given(st.lists(st.floats(0, 1e9), max_size=50))
def test_points_lie_within_the_drawing(values: list[float]) -> None:
    drawing = lines("x", [("y", "in", values)])
    points = re.search(r'points="([^"]*)"', drawing)
    assert points is not None
    places = [tuple(map(float, point.split(","))) for point in points[1].split()]
    assert len(places) == len(values)
    assert all(0 <= x <= WIDTH and 0 <= y <= HEIGHT for x, y in places)
    assert drawing.count('class="plot-mark"') == 3


def test_the_scale_ends_at_a_round_number() -> None:
    marks = re.findall(r'class="plot-mark"[^>]*>([^<]*)<', lines("x", [("y", "in", [37.0])]))
    assert marks == ["0", "25", "50"]
