"""Ladders: each response led to its request, and what is wrong with a session told."""

from __future__ import annotations

from itertools import pairwise

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from smsc_sim.sim.journal import Direction, Journal
from smsc_sim.sim.ladder import PAGE, Ladder, Row, build, ladder_of
from smsc_sim.smpp.pdu import encode, encode_header_only
from tests.sim.playing import ALPHA, Play, SubmitSm, rule

LINK = encode("enquire_link", sequence_number=1)
LINK_RESP = encode("enquire_link_resp", sequence_number=1)


def session() -> Journal:
    journal = Journal(1_000_000)
    journal.connected(0.0, 1, "192.0.2.1:4000")
    return journal


def submit(sequence_number: int) -> bytes:
    return SubmitSm().wire(sequence_number)


def answer(sequence_number: int, message_id: str = "abc") -> bytes:
    return encode("submit_sm_resp", sequence_number=sequence_number, fields={"message_id": message_id})


def rows(ladder: Ladder) -> list[Row]:
    return [row for row in ladder.page().rows if row.kind != "note"]


def test_requests_and_responses_of_both_sides_are_paired() -> None:
    game = Play()
    esme = game.bind()
    esme.submit(sequence_number=7)
    game.advance(1.5)
    (receipt,) = esme.take()
    game.advance(0.25)
    esme.answer(receipt)
    esme.hang_up()
    ladder = ladder_of(game.smsc.journal, 1)
    found = [(row.direction, row.pdu, row.sequence_number, row.status) for row in rows(ladder)]
    assert found == [
        ("in", "bind_transceiver", 1, ""),
        ("out", "bind_transceiver_resp", 1, "ESME_ROK"),
        ("in", "submit_sm", 7, ""),
        ("out", "submit_sm_resp", 7, "ESME_ROK"),
        ("out", "deliver_sm", 1, ""),
        ("in", "deliver_sm_resp", 1, "ESME_ROK"),
    ]
    assert [row.after is None for row in rows(ladder)] == [True, False] * 3
    assert rows(ladder)[-1].after == pytest.approx(0.73, abs=0.01)
    assert all(row.answered and not row.fault and not row.late for row in rows(ladder))
    page = ladder.page()
    assert (page.session, page.account, page.bind, page.peer) == ("s1", "alpha", "transceiver", "127.0.0.1:50001")
    assert page.whole
    notes = [row.text for row in page.rows if row.kind == "note"]
    assert notes == ["connected from 127.0.0.1:50001", "bound as transceiver", "closed"]
    assert rows(ladder)[2].text == "Sender → 491701234567 “Hello”"
    assert rows(ladder)[3].meaning


def test_what_is_late_and_what_never_came() -> None:
    journal = session()
    journal.record(1.0, 1, Direction.IN, submit(1) + submit(2))
    journal.record(3.5, 1, Direction.OUT, answer(1))
    journal.record(3.6, 1, Direction.OUT, encode("deliver_sm", sequence_number=1))
    first, second, late, fresh = rows(ladder_of(journal, 1))
    assert (late.after, late.late) == (2.5, True)
    assert (first.answered, second.answered, fresh.answered) == (True, False, True)
    assert not rows(ladder_of(journal, 1, now=10.0))[-1].answered
    assert rows(ladder_of(journal, 1, late=60.0))[1].answered
    assert not rows(ladder_of(journal, 1, late=3.0))[2].late
    journal.closed(3.7, 1)
    assert not rows(ladder_of(journal, 1, late=60.0))[-1].answered


def test_a_generic_nack_answers_and_a_stranger_does_not() -> None:
    journal = session()
    journal.record(1.0, 1, Direction.IN, submit(1) + submit(2) + submit(3))
    journal.record(2.0, 1, Direction.OUT, encode_header_only(0x80000000, 8, 1))
    journal.record(2.0, 1, Direction.OUT, encode_header_only(0x80000003, 8, 2))
    journal.record(2.0, 1, Direction.OUT, answer(99))
    journal.record(2.0, 1, Direction.OUT, answer(3) * 2)
    found = rows(ladder_of(journal, 1, now=9.0))
    assert [row.answered for row in found[:3]] == [True, False, True]
    assert [row.fault for row in found[3:]] == ["", "unasked", "unasked", "", "repeated"]


def test_a_response_to_a_request_that_is_no_longer_held_is_not_called_unasked() -> None:
    journal = Journal(700)
    journal.connected(0.0, 1, "192.0.2.1:4000")
    for index in range(1, 9):
        journal.record(float(index), 1, Direction.OUT, answer(index))
    ladder = ladder_of(journal, 1)
    assert not ladder.whole
    assert {row.fault for row in rows(ladder)} == {""}


@pytest.mark.parametrize("reply", ["cut_after: 9", "cut_after: 20"])
def test_a_cut_response(reply: str) -> None:
    game = Play(ALPHA, scenario=rule(f"when: {{to: '*'}}, reply: {{{reply}, then: reset}}"))
    esme = game.bind()
    esme.raw = True
    esme.give(submit(5))
    esme.hang_up()
    *_, request, cut = rows(ladder_of(game.smsc.journal, 1))
    assert not request.answered
    assert (cut.kind, cut.fault, cut.pdu, cut.direction) == ("octets", "cut", "submit_sm_resp", "out")
    assert f"{reply.removeprefix('cut_after: ')} of 27 octets" in cut.text


def test_a_cut_response_before_others() -> None:
    journal = session()
    journal.record(1.0, 1, Direction.OUT, answer(1)[:18])
    journal.record(2.0, 1, Direction.OUT, answer(2))
    cut, whole = rows(ladder_of(journal, 1))
    assert (cut.fault, cut.pieces) == ("cut", 1)
    assert (whole.fault, whole.sequence_number) == ("unasked", 2)


@given(st.lists(st.integers(1, 60), max_size=8))
def test_a_dribbled_response_is_one_row(cuts: list[int]) -> None:
    journal = session()
    octets = answer(1) + LINK
    edges = sorted({0, *(cut for cut in cuts if cut < len(answer(1))), len(octets)})
    for start, stop in pairwise(edges):
        journal.record(1.0 + stop, 1, Direction.OUT, octets[start:stop])
    response, link = rows(ladder_of(journal, 1))
    assert (response.pdu, response.pieces) == ("submit_sm_resp", len(edges) - 1)
    assert (link.pdu, link.pieces) == ("enquire_link", 1)


def test_garbage_is_broken_and_what_comes_behind_is_found_again() -> None:
    journal = session()
    journal.record(1.0, 1, Direction.OUT, b"\xff" * 30)
    journal.record(1.5, 1, Direction.OUT, b"\xff" * 3)
    journal.record(2.0, 1, Direction.OUT, b"\xff" * 20)
    journal.record(3.0, 1, Direction.OUT, LINK)
    journal.record(4.0, 1, Direction.OUT, encode_header_only(0x999, 0, 1))
    journal.record(5.0, 1, Direction.IN, SubmitSm(sm_length=200).wire(6))
    found = [(row.kind, row.pdu, row.fault) for row in rows(ladder_of(journal, 1))]
    assert found == [
        ("octets", "", "broken"),
        ("octets", "", "broken"),
        ("pdu", "enquire_link", ""),
        ("pdu", "0x00000999", ""),
        ("pdu", "submit_sm", "broken"),
    ]


def test_enquire_links_are_folded() -> None:
    journal = session()
    for index in range(4):
        journal.record(float(index), 1, Direction.IN, LINK)
        journal.record(index + 0.1, 1, Direction.OUT, LINK_RESP)
    journal.record(5.0, 1, Direction.IN, submit(9))
    journal.record(6.0, 1, Direction.OUT, LINK)
    links, request, unanswered = rows(ladder_of(journal, 1, now=9.0))
    assert (links.kind, links.count, links.t.timestamp()) == ("links", 4, 0.0)
    assert links.until is not None
    assert links.until.timestamp() == pytest.approx(3.1)
    assert (request.pdu, unanswered.pdu, unanswered.answered) == ("submit_sm", "enquire_link", False)
    assert len(rows(ladder_of(journal, 1, fold=False))) == 10


def test_a_late_enquire_link_stands_for_itself() -> None:
    journal = session()
    journal.record(1.0, 1, Direction.OUT, LINK)
    journal.record(5.0, 1, Direction.IN, LINK_RESP)
    assert [(row.pdu, row.late) for row in rows(ladder_of(journal, 1))] == [
        ("enquire_link", False),
        ("enquire_link_resp", True),
    ]


def test_only_some_requests() -> None:
    game = Play()
    esme = game.bind()
    esme.submit(sequence_number=2)
    esme.ask("enquire_link", sequence_number=3)
    names = [row.pdu for row in ladder_of(game.smsc.journal, 1, only={"submit_sm", "unbind"}).page().rows]
    assert names == ["submit_sm", "submit_sm_resp"]


def test_pages() -> None:
    journal = session()
    for index in range(PAGE):
        journal.record(float(index), 2, Direction.IN, submit(1))
        journal.record(float(index), 1, Direction.IN, submit(index))
    ladder = ladder_of(journal, 1)
    assert (len(ladder), ladder.pages) == (PAGE + 1, 2)
    first, second = ladder.page(1), ladder.page(2)
    assert (len(first.rows), len(second.rows), second.total) == (PAGE, 1, PAGE + 1)
    assert second.rows[0].sequence_number == PAGE - 1
    assert ladder.page(3).rows == ladder.page(0).rows == ladder.page(-1).rows == []
    nobody = ladder_of(journal, 77)
    assert (nobody.pages, nobody.whole, nobody.page().rows) == (0, False, [])


def test_a_ladder_is_built_of_the_latest_steps_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(build, "MOST_STEPS", 10)
    journal = session()
    for index in range(35):
        journal.record(float(index), 1, Direction.IN, submit(index))
    ladder = ladder_of(journal, 1)
    assert (len(ladder), ladder.whole) == (10, False)
    assert [row.sequence_number for row in rows(ladder)] == list(range(25, 35))


def test_a_page_is_plain_values() -> None:
    game = Play()
    game.bind()
    page = ladder_of(game.smsc.journal, 1).page()
    plain = page.as_json()
    assert plain["rows"][1] == {
        "seq": 3,
        "t": "2026-03-01T12:00:00Z",
        "kind": "pdu",
        "dir": "in",
        "pdu": "bind_transceiver",
        "sequence_number": 1,
        "text": "alpha",
    }
    assert msgspec.json.decode(msgspec.json.encode(plain)) == plain
