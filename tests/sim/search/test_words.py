import pytest
from hypothesis import given
from hypothesis import strategies as st

from smsc_sim.sim.search.words import Phrase, indexed, words


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Your code is 4711!", ["your", "code", "is", "4711"]),
        ("under_score x-y\0z", ["under", "score", "x", "y", "z"]),
        ("", []),
        ("…—„“", []),
        ("ÜBER über", ["_000fcber", "_000fcber"]),
        ("straße", ["strasse"]),
        ("5€", ["5", "_020ac"]),
        ("日本", ["_065e5", "_0672c"]),
        ("❤️", ["_02764"]),
    ],
)
def test_words(text: str, wanted: list[str]) -> None:
    assert words(text) == wanted


@given(st.text())
def test_what_the_index_takes_is_ascii_whatever_the_text(text: str) -> None:
    assert indexed(text).isascii()
    assert "\0" not in indexed(text)


@given(st.text(st.characters(categories=["Ll"])))
def test_case_does_not_matter(text: str) -> None:
    assert words(text.upper()) == words(text.upper().lower())


@given(st.text("äbß€日 "), st.text("äbß€日 "))
def test_a_beginning_stays_a_beginning(text: str, more: str) -> None:
    whole = words(text + more)
    begun = words(text)
    if begun:
        assert Phrase(tuple(begun), prefix=True).found_in(whole)


@pytest.mark.parametrize(
    ("phrase", "text", "found"),
    [
        (Phrase(("a", "b")), "x a b", True),
        (Phrase(("a", "b")), "a x b", False),
        (Phrase(("a", "b")), "a bc", False),
        (Phrase(("a", "b"), prefix=True), "a bc", True),
        (Phrase(("a",)), "", False),
    ],
)
def test_phrases(phrase: Phrase, text: str, found: bool) -> None:
    assert phrase.found_in(words(text)) is found


def test_a_phrase_as_the_index_is_asked() -> None:
    assert Phrase(("a", "b")).match == '"a b"'
    assert Phrase(("a",), prefix=True).match == '"a" *'
