"""Searches of the journal: what is found, how far is looked, and that a look at the octets loses nothing."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smsc_sim.scenario.findings import FindingsError
from smsc_sim.sim.journal import ring
from smsc_sim.sim.journal.event import JournalEvent, PduEvent
from smsc_sim.sim.journal.searching import ALIASES, EVENTS, KEYS, EventSearch
from tests.sim.playing import Address, Play, SubmitSm, scenario

RULES = """
rules:
  - {name: no, when: {to: "4479*"}, reply: ESME_RTHROTTLED}
  - {name: night, event: bind, when: {bind: receiver}, reply: ESME_RBINDFAIL}
"""


def played() -> Play:
    play = Play(scenario=scenario(RULES))
    esme = play.bind()
    esme.give(SubmitSm(text=b"Your code is 17").wire(2), SubmitSm(destination=Address(octets=b"+447911")).wire(3))
    esme.give(b"\0\0\0\x10\0\0\x0b\xad" + bytes(8))
    play.advance(2.0)
    other = play.connect()
    other.give(SubmitSm().wire(9))
    return play


def found(play: Play, text: str) -> list[JournalEvent]:
    return play.smsc.journal.latest(1000, search=EventSearch(text), now=play.now).events


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("pdu:submit_sm", ["submit_sm 2", "submit_sm 3", "submit_sm 9"]),
        ("pdu:submit_sm to:4479*", ["submit_sm 3"]),
        ("to:447911", ["submit_sm 3"]),
        ("status:ESME_RTHROTTLED", ["submit_sm_resp 3"]),
        ("command:*_resp -status:0 session:s1", ["submit_sm_resp 3"]),
        ("dir:out pdu:deliver_sm", ["deliver_sm 1"]),
        ('"code is 17" dir:in', ["submit_sm 2"]),
        ("sequence_number:9", ["submit_sm 9", "submit_sm_resp 9"]),
        ("text:*17", ["submit_sm 2", "deliver_sm 1"]),
        ("message_id:0000000001 pdu:submit_sm_resp", ["submit_sm_resp 2"]),
        (
            "account:alpha pdu:bind_* OR sequence_number:3 dir:in",
            ["bind_transceiver 1", "bind_transceiver_resp 1", "submit_sm 3"],
        ),
        ("after:1m seq:<4 kind:pdu", ["bind_transceiver 1"]),
        ("before:1m", []),
    ],
)
def test_what_is_found(text: str, expected: list[str]) -> None:
    events = found(played(), text)
    assert [f"{event.pdu} {event.sequence_number}" for event in events if isinstance(event, PduEvent)] == expected
    assert len(events) == len(expected)


def test_notes_are_found_by_kind_words_and_what_they_have() -> None:
    play = played()
    assert {event.kind for event in found(play, "kind:protocol_error")} == {"protocol_error"}
    assert [event.words() for event in found(play, "kind:session bound")] == ["bound as transceiver"]
    assert found(play, "rule:night") == []


@pytest.mark.parametrize(
    ("text", "column", "words"),
    [
        ("pdu:x too:1", 7, "did you mean 'to'"),
        ("kind:pud", 6, "did you mean 'pdu'"),
        ("is:delivered", 1, "unknown key"),
        ("dir:inn", 5, "in"),
    ],
)
def test_mistakes_are_told_with_their_place(text: str, column: int, words: str) -> None:
    with pytest.raises(FindingsError) as caught:
        EventSearch(text)
    (finding,) = caught.value.findings
    assert finding.column == column
    assert words in f"{finding.message} {finding.hint}"


def test_other_names_lead_to_keys() -> None:
    assert set(ALIASES.values()) <= set(KEYS)
    assert "is" not in EVENTS.known


TERMS = [
    "to:4479*",
    "to:+447911",
    "to:*911",
    "from:Sender",
    "-to:4479*",
    "message_id:000*",
    "text:*17",
    "pdu:submit_sm",
]


@given(st.lists(st.sampled_from(TERMS), min_size=1, max_size=3), st.sampled_from([" ", " OR "]))
def test_entries_that_are_passed_over_have_nothing_that_is_found(terms: list[str], joint: str) -> None:
    play = played()
    search = EventSearch(joint.join(terms))
    journal = play.smsc.journal
    for seq, entry in journal.entries(journal.evicted):
        if not search.may_find(entry):
            assert not any(search.finds(event, play.now) for event in journal.expanded([(seq, entry)]))


def test_a_page_looks_at_a_bounded_number_and_says_where_it_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ring, "LOOKED_AT", 3)
    play = played()
    journal = play.smsc.journal
    page = journal.latest(10, search=EventSearch("pdu:bind_transceiver"), now=play.now)
    assert (page.events, page.more) == ([], True)
    looks = 1
    while page.more and not page.events:
        page = journal.latest(10, search=EventSearch("pdu:bind_transceiver"), now=play.now, before=page.cursor)
        looks += 1
    assert [event.pdu for event in page.events if isinstance(event, PduEvent)] == ["bind_transceiver"]
    assert looks > 2
    monkeypatch.setattr(ring, "PASSED", 2)
    page = journal.latest(10, search=EventSearch("to:none pdu:x"), now=play.now)
    assert (page.events, page.more) == ([], True)
