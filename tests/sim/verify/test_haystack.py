from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from smsc_sim.sim.verify.haystack import Haystack


@given(st.lists(st.text("ab", max_size=5), max_size=6), st.text("ab", min_size=1, max_size=3))
def test_all_who_have_the_needle_are_found_once_and_in_order(texts: list[str], needle: str) -> None:
    assert list(Haystack(texts).holders(needle)) == [place for place, text in enumerate(texts) if needle in text]


def test_a_needle_over_several_lines() -> None:
    assert list(Haystack(["a\nb", "xa\nbx", "b"]).holders("a\nb")) == [0, 1]
