"""The drawings of a ladder: text for terminals, Mermaid and SVG, with nothing hostile left in them."""

from __future__ import annotations

import re
from xml.etree import ElementTree as ET

import pytest

from smsc_sim.sim.journal import Direction, Journal
from smsc_sim.sim.ladder import LadderPage, ladder_of, mermaid, plain, svg
from smsc_sim.smpp.pdu import encode
from tests.sim.hostile import dangerous, hostile_journal
from tests.sim.playing import SubmitSm

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture
def page() -> LadderPage:
    journal = Journal(1_000_000)
    journal.connected(0.0, 1, "192.0.2.1:4000")
    journal.bound(0.0, 1, "acme", "transceiver")
    for index in range(2):
        journal.record(1.0 + index, 1, Direction.IN, encode("enquire_link", sequence_number=1))
        journal.record(1.0 + index, 1, Direction.OUT, encode("enquire_link_resp", sequence_number=1))
    journal.record(3.0, 1, Direction.IN, SubmitSm().wire(2) + SubmitSm().wire(3) + SubmitSm().wire(4))
    journal.record(3.0004, 1, Direction.OUT, encode("submit_sm_resp", sequence_number=2, fields={"message_id": "a"}))
    journal.record(5.5, 1, Direction.OUT, encode("submit_sm_resp", sequence_number=3, command_status=0x58))
    journal.record(6.0, 1, Direction.OUT, encode("submit_sm_resp", sequence_number=4)[:9])
    return ladder_of(journal, 1).page()


def test_a_ladder_for_terminals(page: LadderPage) -> None:
    assert plain(page).splitlines() == [
        "s1 acme transceiver 192.0.2.1:4000, 9 rows",
        "              ESME   SMSC",
        "00:00:00.000  |    *    |               connected from 192.0.2.1:4000",
        "00:00:00.000  |    *    |               bound as transceiver",
        "00:00:01.000  |<------->|               enquire_link, answered, 2 times",
        "00:00:03.000  |-------->|               submit_sm 2 Sender → 491701234567 “Hello”",
        "00:00:03.000  |-------->|               submit_sm 3 Sender → 491701234567 “Hello”",
        "00:00:03.000  |-------->|               submit_sm 4 Sender → 491701234567 “Hello” (no answer)",
        "00:00:03.000  |<--------|      +0.4 ms  submit_sm_resp 2 ESME_ROK a",
        "00:00:05.500  |< - - - -|      +2.50 s  submit_sm_resp 3 ESME_RTHROTTLED (late)",
        "00:00:06.000  |   X-----|               submit_sm_resp 9 of 17 octets: 000000118000000400 (cut)",
    ]


def test_a_ladder_as_mermaid(page: LadderPage) -> None:
    lines = mermaid(page).splitlines()
    assert lines[:4] == [
        "sequenceDiagram",
        "    title s1 acme transceiver 192.0.2.1:4000, 9 rows",
        "    participant E as ESME acme",
        "    participant S as SMSC",
    ]
    assert lines[5] == "    Note over E,S: 00:00:00.000 bound as transceiver"
    assert lines[6] == "    E->>S: 00:00:01.000 enquire_link, answered, 2 times"
    assert lines[10] == "    S->>E: 00:00:03.000 submit_sm_resp 2 ESME_ROK a +0.4 ms"
    assert lines[11] == "    S-->>E: 00:00:05.500 submit_sm_resp 3 ESME_RTHROTTLED (late) +2.50 s"
    assert lines[12].startswith("    S-xE: 00:00:06.000 submit_sm_resp 9 of 17 octets")


def test_a_ladder_as_svg(page: LadderPage) -> None:
    drawing = ET.fromstring(svg(page))
    groups = drawing.findall(f"{SVG}g")
    assert [group.get("class") for group in groups][3:] == [
        "ladder-row ladder-in",
        "ladder-row ladder-in",
        "ladder-row ladder-in ladder-unanswered",
        "ladder-row ladder-out",
        "ladder-row ladder-out ladder-late",
        "ladder-row ladder-out ladder-fault",
    ]
    assert len(groups) == len(page.rows)
    late = groups[-2].find(f"{SVG}line")
    assert late is not None
    assert late.get("stroke-dasharray")
    assert "throttl" in (groups[-2].findtext(f"{SVG}title") or "").lower()


def test_an_empty_ladder_can_be_drawn() -> None:
    nobody = ladder_of(Journal(1000), 5).page()
    assert plain(nobody).startswith("s5, 0 rows\n")
    assert len(mermaid(nobody).splitlines()) == 4
    assert ET.fromstring(svg(nobody)).tag == f"{SVG}svg"


def test_hostile_texts_do_nothing_in_a_drawing() -> None:
    page = ladder_of(hostile_journal(), 1).page()
    assert len(page.rows) > 20
    for drawing in (plain(page), mermaid(page), svg(page)):
        assert dangerous(drawing) == set()
        assert len(drawing) < 50_000
    assert len(plain(page).splitlines()) == len(page.rows) + 2
    for line in mermaid(page).splitlines()[4:]:
        assert re.fullmatch(r"    (?:[ES]--?(?:>>|x)[ES]|Note over E,S): [^<>{}\"`\\%&\n]*", line)
        assert not re.search(r";|#", re.sub(r"#\d+;", "", line))


def test_an_svg_of_hostile_texts_has_neither_script_nor_style() -> None:
    drawing = ET.fromstring(svg(ladder_of(hostile_journal(), 1).page()))
    tags = {element.tag.removeprefix(SVG) for element in drawing.iter()}
    assert tags == {"svg", "title", "text", "line", "g", "rect", "path"}
    attributes = {name for element in drawing.iter() for name in element.attrib}
    assert not [name for name in attributes if name == "style" or name.startswith("on") or "href" in name]
    assert any("<script>" in (element.text or "") for element in drawing.iter())
