"""The page about searches says what there is, and its examples can be read."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from smsc_sim.sim.journal.searching import KEYS as EVENT_KEYS
from smsc_sim.sim.search.grammar import parse
from smsc_sim.sim.search.keys import IS, KEYS, TIMES

PAGE = (Path(__file__).parents[3] / "docs" / "search.rst").read_text(encoding="utf-8")


def test_every_key_is_there_with_its_meaning() -> None:
    messages, _, events = PAGE.partition("\nThe journal\n")
    for part, keys in ((messages, KEYS), (events, EVENT_KEYS)):
        rows = dict(re.findall(r"^``(\w+):`` {2,}(.+)$", part, re.MULTILINE))
        assert {name: meaning.replace("\\*", "*") for name, meaning in rows.items()} == {
            name: key.meaning for name, key in keys.items()
        }


@pytest.mark.parametrize("word", [*IS, *TIMES])
def test_every_word_is_there(word: str) -> None:
    assert re.search(rf"``{word}:?``", PAGE)


def test_examples_can_be_read() -> None:
    examples = [one for one in re.findall(r"``([^`]+)``", PAGE) if re.search(r"\w:\S|^\"", one) and "key:" not in one]
    examples += re.findall(r"^   (\S.*)$", PAGE, re.MULTILINE)
    assert len(examples) > 5
    for example in examples:
        if not re.match(r"\d", example):
            assert parse(example).terms
