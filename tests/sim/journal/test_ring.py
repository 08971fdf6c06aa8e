"""The ring of what went over the sessions and what happened beside it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smsc_sim.sim.journal import Direction, Entry, Evicted, Journal, NoteEvent, PduEvent
from smsc_sim.sim.journal.notes import KINDS, AnyNote, MarkNote, ResetNote, SwitchNote, cut, kind_of
from smsc_sim.smpp.pdu import encode

OVERHEAD = 200
LINK = encode("enquire_link", sequence_number=1)


def filled(count: int, held: int = 1000) -> Journal:
    journal = Journal(held * (OVERHEAD + len(LINK)))
    for index in range(count):
        journal.record(float(index), 1 + index % 2, Direction.IN, LINK)
    return journal


def test_records_come_back_newest_first_without_the_notes() -> None:
    journal = Journal(10_000)
    journal.record(1.0, 7, Direction.IN, b"request")
    journal.mark(1.5, "between")
    journal.record(2.0, 7, Direction.OUT, b"response")
    assert len(journal) == 3
    assert list(journal.newest_first()) == [
        (2.0, 7, Direction.OUT, b"response"),
        (1.0, 7, Direction.IN, b"request"),
    ]
    assert journal.evicted == 0


@pytest.mark.parametrize(("limit", "entries"), [(0, 100), (100, 0)])
def test_a_journal_of_nothing_holds_nothing_but_tells_its_listeners(limit: int, entries: int) -> None:
    journal = Journal(limit, entries)
    heard: list[Entry] = []
    journal.subscribe(heard.append)
    journal.record(1.0, 1, Direction.IN, b"x")
    assert len(journal) == 0
    assert journal.evicted == journal.last_seq == 1
    assert heard == [(1.0, 1, Direction.IN, b"x")]


def test_each_listener_is_told_of_records_and_notes_until_it_goes() -> None:
    journal = Journal(10_000)
    one: list[Entry] = []
    other: list[tuple[int, Entry]] = []
    tell_one, tell_other = one.append, lambda entry: other.append((journal.last_seq, entry))
    journal.subscribe(tell_one)
    journal.subscribe(tell_other)
    journal.record(1.0, 1, Direction.IN, b"x")
    journal.unsubscribe(tell_one)
    journal.unsubscribe(tell_one)
    mark = MarkNote(at=2.0)
    journal.note(mark)
    assert one == [(1.0, 1, Direction.IN, b"x")]
    assert other == [(1, (1.0, 1, Direction.IN, b"x")), (2, mark)]


@given(st.integers(0, 5_000), st.lists(st.binary(max_size=900), max_size=40))
def test_the_newest_records_that_fit_are_held(limit: int, payloads: list[bytes]) -> None:
    journal = Journal(limit)
    for index, octets in enumerate(payloads):
        journal.record(float(index), 1, Direction.IN, octets)
        held = [record[3] for record in journal.newest_first()]
        assert held == payloads[: index + 1][::-1][: len(held)]
        assert sum(len(octets) + OVERHEAD for octets in held) <= limit
        if len(held) <= index:
            next_older = payloads[index - len(held)]
            assert sum(len(octets) + OVERHEAD for octets in [*held, next_older]) > limit
        assert journal.evicted == index + 1 - len(held)


@given(
    st.integers(0, 3_000),
    st.integers(0, 12),
    st.lists(st.one_of(st.binary(max_size=300), st.text(max_size=300)), max_size=60),
)
def test_both_bounds_hold_and_numbers_are_consecutive(limit: int, entries: int, things: list[bytes | str]) -> None:
    journal = Journal(limit, entries)
    for index, thing in enumerate(things):
        if isinstance(thing, bytes):
            journal.record(float(index), 1, Direction.IN, thing)
        else:
            journal.mark(float(index), thing)
        assert len(journal) <= entries
        assert journal.last_seq == index + 1
        assert journal.first_seq == journal.evicted + 1
        numbered = journal.entries(journal.evicted)
        assert [seq for seq, _ in numbered] == list(range(journal.first_seq, journal.last_seq + 1))
        octets = sum(len(entry[3]) for _, entry in numbered if isinstance(entry, tuple))
        assert octets + OVERHEAD * len(numbered) <= limit
    for index, (_, entry) in enumerate(journal.entries(journal.evicted), journal.evicted):
        assert (entry[0] if isinstance(entry, tuple) else entry.at) == float(index)


def test_notes_free_what_they_took() -> None:
    journal = Journal(2_000)
    for index in range(100):
        journal.mark(float(index), "x" * (index % 7 * 40))
    before = len(journal)
    journal.record(0.0, 1, Direction.IN, bytes(1_800))
    assert len(journal) == 1
    for index in range(100):
        journal.mark(float(index), "x" * (index % 7 * 40))
    assert len(journal) == before


def test_a_cursor_is_exact() -> None:
    journal = filled(3)
    cursor = journal.mark(3.0, "now")
    assert cursor == journal.last_seq == 4
    assert journal.entries(cursor) == []
    journal.record(4.0, 9, Direction.OUT, LINK)
    assert journal.entries(cursor) == [(5, (4.0, 9, Direction.OUT, LINK))]
    assert [seq for seq, _ in journal.entries(0, limit=2)] == [1, 2]


def test_entries_that_were_evicted_are_never_passed_over_in_silence() -> None:
    journal = filled(10, held=4)
    assert (journal.first_seq, journal.last_seq, journal.evicted) == (7, 10, 6)
    assert len(journal.entries(6)) == 4
    for read in (journal.entries, journal.events, lambda after: journal.snapshot(after=after)):
        with pytest.raises(Evicted, match="entries 6 to 6 are no longer held") as raised:
            read(5)
        assert (raised.value.after, raised.value.first_seq, raised.value.last_seq) == (5, 7, 10)
        with pytest.raises(Evicted, match="no entry 11 yet, the last one is 10"):
            read(11)


def test_events_are_paged_by_whole_entries() -> None:
    journal = Journal(100_000)
    journal.record(1.0, 1, Direction.IN, LINK * 3)
    journal.record(2.0, 1, Direction.OUT, LINK * 2)
    journal.mark(3.0)
    page = journal.events(0, limit=2)
    assert [(event.seq, event.n) for event in page.events] == [(1, 0), (1, 1), (1, 2)]
    assert (page.cursor, page.more) == (1, True)
    page = journal.events(page.cursor, limit=10)
    assert [(event.seq, event.n, event.kind) for event in page.events] == [(2, 0, "pdu"), (2, 1, "pdu"), (3, 0, "mark")]
    assert (page.cursor, page.more) == (3, False)
    assert journal.events(3).events == []


def test_events_can_be_of_some_kinds_and_of_one_session() -> None:
    journal = filled(6)
    journal.note(SwitchNote(at=6.0, name="outage", active=True))
    journal.note(ResetNote(at=7.0, what=("messages",)))
    assert [event.seq for event in journal.events(0, kinds={"switch"}).events] == [7]
    assert [event.seq for event in journal.events(0, kinds={"pdu"}, session=2).events] == [2, 4, 6]
    assert [event.seq for event in journal.snapshot(session=1)] == [1, 3, 5]
    assert [event.seq for event in journal.snapshot(kinds=["reset", "switch"])] == [7, 8]
    page = journal.events(0, kinds=["mark"])
    assert (page.events, page.cursor, page.more) == ([], 8, False)
    for read in (journal.events, lambda after, kinds: journal.snapshot(after=after, kinds=kinds)):
        with pytest.raises(ValueError, match="'wish' is no kind of event: clock, decision"):
            read(0, kinds=["wish"])


def test_the_latest_events_are_paged_backwards() -> None:
    journal = filled(10, held=8)
    page = journal.latest(3)
    assert [event.seq for event in page.events] == [8, 9, 10]
    assert (page.cursor, page.more) == (8, True)
    page = journal.latest(3, before=page.cursor)
    assert [event.seq for event in page.events] == [5, 6, 7]
    page = journal.latest(30, before=page.cursor, session=2)
    assert [event.seq for event in page.events] == [4]
    assert (page.cursor, page.more) == (3, False)
    assert journal.latest(3, before=1).events == []


def test_a_snapshot_is_what_was_held_when_it_was_asked_for() -> None:
    journal = filled(4, held=4)
    events = journal.snapshot()
    first = next(events)
    for index in range(10):
        journal.mark(float(index))
    assert [first.seq, *(event.seq for event in events)] == [1, 2, 3, 4]


def test_notes_of_a_read_stand_behind_it() -> None:
    journal = Journal(10_000)
    journal.hold_notes()
    journal.mark(1.0, "caused")
    assert journal.next_seq == 1
    journal.hold_notes()
    journal.record(1.0, 1, Direction.IN, LINK)
    journal.release_notes()
    journal.release_notes()
    journal.mark(2.0, "later")
    kinds = [(event.seq, event.kind) for event in journal.events(0).events]
    assert kinds == [(1, "pdu"), (2, "mark"), (3, "mark")]


def test_the_entries_of_a_session_are_found_whatever_was_evicted_between_looks() -> None:
    journal = Journal(100_000, 50)
    expected: list[tuple[int, int]] = []
    for index in range(400):
        journal.record(float(index), index % 3, Direction.IN, LINK)
        expected.append((index + 1, index % 3))
        if index % 17 == 0 or index > 395:
            for number in (1, 2):
                held = [seq for seq, session in expected if session == number and seq > journal.evicted]
                assert [seq for seq, _ in journal.session_entries(number)] == held
    assert all(isinstance(entry, tuple) and entry[1] == 1 for _, entry in journal.session_entries(1))
    assert journal.session_entries(77) == []


def test_events_name_the_session_as_it_was() -> None:
    journal = Journal(100_000)
    journal.connected(1.0, 7, "192.0.2.1:4000", local="192.0.2.2:2775")
    journal.record(1.0, 7, Direction.IN, LINK)
    journal.hold_notes()
    journal.bound(2.0, 7, "acme", "receiver")
    journal.record(2.0, 7, Direction.IN, LINK)
    journal.release_notes()
    journal.closed(3.0, 7, "lost")
    journal.closed(4.0, 7, "twice")
    named = [(event.seq, event.session, event.account, event.bind) for event in journal.events(0).events]
    assert named[:2] == [(1, "s7", "", ""), (2, "s7", "", "")]
    assert {each[1:] for each in named[2:]} == {("s7", "acme", "receiver")}
    entry = journal.sessions.get(7)
    assert (entry.closed_at, entry.reason, entry.peer, entry.local) == (3.0, "lost", "192.0.2.1:4000", "192.0.2.2:2775")


def test_every_kind_of_note_has_a_name_that_is_known() -> None:
    tags = {str(each.__struct_config__.tag) for each in AnyNote.__args__}
    assert tags | {"pdu"} == KINDS
    assert kind_of(MarkNote(at=0.0)) == "mark"


def test_a_long_text_is_cut() -> None:
    assert cut("short") == "short"
    assert len(cut("x" * 100_000)) == 2001


def test_the_two_shapes_of_events() -> None:
    journal = Journal(100_000)
    journal.record(1.25, 7, Direction.OUT, LINK)
    journal.mark(2.5, "here")
    pdu, mark = journal.events(0).events
    assert isinstance(pdu, PduEvent)
    assert isinstance(mark, NoteEvent)
    assert (pdu.at, pdu.words(), pdu.octets) == (1.25, "enquire_link 1", LINK)
    assert (mark.at, mark.words(), mark.n) == (2.5, "mark here", 0)


def test_events_of_one_account() -> None:
    journal = Journal(1_000_000)
    for number, account in ((1, "a"), (2, "b")):
        journal.connected(1.0, number, "127.0.0.1:5")
        journal.bound(1.0, number, account, "transceiver")
        journal.record(1.0, number, Direction.IN, b"xx")
    journal.note(ResetNote(at=2.0, account="a", what=("messages",)))
    assert [event.seq for event in journal.latest(account="a").events] == [1, 2, 3, 7]
    assert [event.seq for event in journal.events(0, account="b").events] == [4, 5, 6]
    assert [event.seq for event in journal.snapshot(account="a", kinds=["pdu"])] == [3]
    assert list(journal.snapshot(account="c")) == []
