"""Events as CSV."""

from __future__ import annotations

import csv
import io

from smsc_sim.sim.journal import Journal
from smsc_sim.sim.journal.table import COLUMNS, defused, export
from smsc_sim.sim.visible import visible
from tests.sim.hostile import TEXTS, dangerous, hostile_journal
from tests.sim.playing import Play, SubmitSm


def rows(journal: Journal) -> list[dict[str, str]]:
    text = b"".join(export(journal)).decode()
    return list(csv.DictReader(io.StringIO(text, newline=""), strict=True))


def test_a_message_as_a_row() -> None:
    game = Play()
    esme = game.bind()
    esme.give(SubmitSm(text=b'Hello, "you"').wire(2))
    (row,) = (row for row in rows(game.smsc.journal) if row["pdu"] == "submit_sm")
    assert tuple(row) == COLUMNS
    assert (row["session"], row["account"], row["from"], row["to"]) == ("s1", "alpha", "Sender", "491701234567")
    assert (row["text"], row["coding"], row["words"]) == ('Hello, "you"', "gsm7", "")


def test_other_events_are_in_words() -> None:
    game = Play()
    game.connect()
    assert [(row["kind"], row["words"]) for row in rows(game.smsc.journal)] == [
        ("scenario", "scenario in force, 0 rules"),
        ("session", "connected from 127.0.0.1:50001"),
    ]


def test_an_empty_journal_has_its_header() -> None:
    assert b"".join(export(Journal(1000))).decode() == ",".join(COLUMNS) + "\r\n"


def test_formulas_are_defused() -> None:
    assert [defused(cell) for cell in ("=1", "+1", "-1", "@a", "\ta", "\ra", "a=1", "")] == [
        "'=1", "'+1", "'-1", "'@a", "'\ta", "'\ra", "a=1", "",
    ]  # fmt: skip


def test_hostile_texts_are_shown_and_do_nothing() -> None:
    text = b"".join(export(hostile_journal())).decode()
    assert dangerous(text) == {"\r"}
    found = list(csv.DictReader(io.StringIO(text, newline=""), strict=True))
    texts = [row["text"] for row in found if row["pdu"] == "submit_sm"]
    assert texts[: len(TEXTS)] == [defused(visible(each[:32_500])) for each in TEXTS.values()]
    cells = [cell for row in found for cell in row.values()]
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t", "\r"))]
    assert "=secret" not in text
