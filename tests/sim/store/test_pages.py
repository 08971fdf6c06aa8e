"""Pages of messages: the same as a look at each message would find, whatever the store has where."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smsc_sim.sim.messages.ledger import SUBMISSION
from smsc_sim.sim.search.grammar import parse
from smsc_sim.sim.search.paging import SORT_KEYS, Sort, behind, cursor_text, parse_cursor
from smsc_sim.sim.search.query import predicate
from smsc_sim.sim.store.batch import Numbers
from smsc_sim.sim.store.effort import Effort
from smsc_sim.sim.store.pages import by_id, last_until, page, remove_found, unended_of, with_ids
from smsc_sim.sim.store.reading import messages_where
from smsc_sim.sim.store.store import Store
from smsc_sim.sim.store.stored import StoredMessage
from smsc_sim.smpp.pdu import encode
from tests.sim.store.many import MANY, many

NOW = 1_795_759_200.0
SEARCHES = ("", "code", "to:4477*", "status:ESME_RTHROTTLED", "-code", 'rule:"too fast" OR code', "account:acme STOP")


def submission(number: int, seq: int, to: str, text: bytes, status: int, account: str = "acme") -> tuple[object, ...]:
    octets = encode(
        "submit_sm",
        sequence_number=number,
        fields={"source_addr": "Acme", "destination_addr": to, "short_message": text},
    )
    rule = "too fast" if status else ""
    fate = ("DELIVERED", "000", NOW, 0.0, 0.0)
    key = b"%d-0.0.0" % number
    receipts = ((key, 0, 0, "DELIVERED", "000", NOW + 1),) if number % 2 else ()
    destinations = () if status else ((number, f"{number:010d}", None, None, 0, *fate, receipts),)
    return (SUBMISSION, seq, NOW - 100 + number, 1 + number % 3, account, number, octets, status, rule, destinations)


messages = st.lists(
    st.tuples(
        st.sampled_from(["447700900123", "441", "39"]),
        st.sampled_from([b"your code", b"STOP", b"STOP code"]),
        st.sampled_from([0, 88]),
        st.sampled_from(["acme", "beta"]),
    ),
    max_size=12,
)


def filled(rows: list[tuple[str, bytes, int, str]], path: Path | None = None) -> Store:
    """A store with these messages; each second one came in the entry of the one before."""
    store = Store(path)
    for number, (to, text, status, account) in enumerate(rows, 1):
        entry = submission(number, 10 + number // 2, to, text, status, account)
        store.write([entry], Numbers(number + 1, number + 1, 3))
    while store.expand():
        pass
    return store


@given(messages, st.sampled_from(SEARCHES), st.sampled_from(SORT_KEYS), st.booleans(), st.integers(1, 4))
@settings(max_examples=60, deadline=None)
def test_pages_one_after_the_other(
    rows: list[tuple[str, bytes, int, str]], text: str, key: str, descending: bool, limit: int
) -> None:
    store = filled(rows)
    query, sort = parse(text), Sort(key, descending)
    expected = [one for one in messages_where(store.connection, "1") if predicate(one, query, NOW)]
    expected.sort(key=lambda one: (sort.value(one), one.id), reverse=descending)
    found: list[StoredMessage] = []
    cursor = None
    while True:
        part = page(store, query, NOW, limit=limit, sort=sort, cursor=cursor)
        assert len(part.messages) <= limit
        found += part.messages
        if part.cursor is None:
            break
        assert not part.stopped
        assert part.cursor == behind(part.messages[-1], sort)
        cursor = parse_cursor(cursor_text(part.cursor, sort), sort)
    assert found == expected
    store.close()


@given(messages, st.integers(0, 20))
@settings(max_examples=60, deadline=None)
def test_since(rows: list[tuple[str, bytes, int, str]], since: int) -> None:
    store = filled(rows)
    everything = messages_where(store.connection, "1")
    assert last_until(store, since) == max((one.id for one in everything if one.seq <= since), default=0)
    found = page(store, parse(""), NOW, limit=100, since=since).messages
    assert [one.id for one in reversed(found)] == [one.id for one in everything if one.seq > since]
    store.close()


@given(messages, st.sampled_from(SEARCHES), st.integers(1, 3))
@settings(max_examples=60, deadline=None)
def test_removal_in_slices(rows: list[tuple[str, bytes, int, str]], text: str, limit: int) -> None:
    store = filled(rows)
    query = parse(text)
    kept = [one for one in messages_where(store.connection, "1") if not predicate(one, query, NOW)]
    removed, more, after = 0, True, 0
    while more:
        part = remove_found(store, query, NOW, after=after, limit=limit)
        assert part.messages <= limit
        removed, more, after = removed + part.messages, part.more, part.last
    assert messages_where(store.connection, "1") == kept
    assert removed == len(rows) - len(kept)
    assert page(store, parse("code"), NOW, limit=100).messages == [
        one for one in reversed(kept) if predicate(one, parse("code"), NOW)
    ], "the index of words has forgotten them, too"
    store.close()


ROWS = [("441", b"your code", 0, "acme"), ("442", b"STOP", 88, "beta"), ("443", b"STOP", 0, "beta")]


def test_a_page_that_stops_goes_on_where_it_ended() -> None:
    store = many()
    found, cursor, stopped = [], None, 0
    while True:
        part = page(store, parse("text:*7777"), NOW, limit=7, cursor=cursor, effort=Effort(0))
        found += [one.id for one in part.messages]
        stopped += part.stopped
        if part.cursor is None:
            break
        cursor = part.cursor
    assert found == list(range(MANY - 2_223, 0, -10_000))
    assert stopped > 1
    store.close()


def test_removal_passes_slices_in_which_nothing_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("smsc_sim.sim.store.pages.EFFORT", 0)
    store = many()
    query = parse("text:*r?25000 OR text:*r?55000")
    slices = [remove_found(store, query, NOW, up_to=50_000)]
    while slices[-1].more:
        slices.append(remove_found(store, query, NOW, after=slices[-1].last, up_to=50_000))
    assert sum(one.messages for one in slices) == 1
    assert slices[0].messages == 0
    assert [one.id for one in with_ids(store, [25_000, 55_000])] == [55_000]
    store.close()


def test_those_that_are_no_rows_yet_are_counted(tmp_path: Path) -> None:
    store = filled(ROWS, tmp_path / "messages.db")
    store.write([submission(4, 20, "444", b"late", 0)], Numbers(5, 5, 3))
    found = page(store, parse(""), NOW, limit=10)
    assert ([one.id for one in found.messages], found.behind) == ([3, 2, 1], 1)
    while store.expand():
        pass
    assert page(store, parse(""), NOW, limit=10).behind == 0
    store.close()


def test_ids() -> None:
    store = filled(ROWS)
    message = by_id(store, 2)
    assert message is not None
    assert message.command_status == 88
    assert by_id(store, 9) is None
    assert [one.id for one in with_ids(store, {3, 1, 7})] == [1, 3]
    store.close()


def test_what_is_still_to_come() -> None:
    store = filled(ROWS)
    assert [one.id for one in unended_of(store, None, 0, 10)] == [1, 3]
    assert [one.id for one in unended_of(store, "beta", 0, 10)] == [3]
    assert [one.id for one in unended_of(store, None, 1, 10)] == [3]
    store.close()


def test_an_earlier_run_came_before_every_mark(tmp_path: Path) -> None:
    filled(ROWS, tmp_path / "messages.db").close()
    store = Store(tmp_path / "messages.db")
    store.write([submission(4, 1, "444", b"new", 0)], Numbers(5, 5, 3))
    while store.expand():
        pass
    assert store.first_id == 4
    assert [one.id for one in page(store, parse(""), NOW, limit=10, since=0).messages] == [4]
    store.close()


def test_what_was_dropped_is_remembered() -> None:
    store = filled([("441", b"x", 88, "acme")] * 6)
    assert store.evicted_seq == 0
    while store.shrink(2):
        pass
    assert store.evicted_seq == 12
    store.write([submission(7, 20, "444", b"late", 88)], Numbers(8, 8, 3))
    store.write([submission(8, 21, "444", b"late", 88)], Numbers(9, 9, 3))
    store.shrink(1)
    assert store.evicted_seq == 20, "dropped before it was a row"
    store.close()
