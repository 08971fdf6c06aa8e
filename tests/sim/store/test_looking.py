"""Looking with bounded effort: whoever goes on finds everything once, in order, and no look does too much."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smsc_sim.sim.search.grammar import parse
from smsc_sim.sim.search.paging import NEWEST_FIRST, SORT_KEYS, Cursor, Sort, behind, cursor_text, parse_cursor
from smsc_sim.sim.search.query import Query, predicate
from smsc_sim.sim.store import looking
from smsc_sim.sim.store.effort import Effort
from smsc_sim.sim.store.looking import Found, Look, Pace, look
from smsc_sim.sim.store.store import Store
from smsc_sim.sim.store.stored import StoredMessage
from tests.sim.search.searches import queries
from tests.sim.search.stored import NOW, tables
from tests.sim.search.test_sql import stores
from tests.sim.store.many import MANY, many


@contextmanager
def in_steps_of(rows: int) -> Iterator[None]:
    """No index finds all at once, and parts have so many rows."""
    with pytest.MonkeyPatch.context() as patch:
        pace = Pace(first=rows, largest=rows, at_once=0, row=1)
        patch.setattr(looking, "IN_ORDER", pace)
        patch.setattr(looking, "SCATTERED", pace)
        patch.setattr("smsc_sim.sim.store.effort._STEP", 1)
        yield


FINDING_MUCH = [
    parse(text) for text in ("", "is:mt", "-is:mo", "-nothing", "text:*o* OR is:mo", "code OR -code", "cod*")
]


@given(
    stores,
    st.one_of(queries, st.sampled_from(FINDING_MUCH)),
    st.one_of(st.just("id"), st.sampled_from(SORT_KEYS)),
    st.booleans(),
    st.integers(1, 3),
    st.integers(1, 3),
    st.sampled_from([0, 40, 400]),
    st.sampled_from([None, 3]),
)
@settings(deadline=None, max_examples=300)
def test_whoever_goes_on_finds_all_once_and_in_order(
    stored: list[StoredMessage],
    query: Query,
    key: str,
    descending: bool,
    size: int,
    limit: int,
    effort: int,
    above: int | None,
) -> None:
    sort = Sort(key, descending)
    wanted = [one for one in stored if predicate(one, query, NOW) and (above is None or one.id > above)]
    wanted.sort(key=lambda message: (sort.value(message), message.id), reverse=descending)
    connection = tables(stored)
    paged: list[int] = []
    seen: set[Cursor | None] = {None}
    cursor: Cursor | None = None
    with in_steps_of(size):
        while True:
            asked = Look(query, NOW, sort, limit, "message.id", cursor, above=above)
            found = look(connection, asked, Effort(effort))
            paged += [number for (number,) in found.rows]
            assert len(found.rows) <= limit
            cursor = found.reached
            if cursor is None and len(found.rows) == limit:
                cursor = behind(stored[paged[-1] - 1], sort)
            if cursor is None:
                break
            assert cursor not in seen, "it goes on"
            seen.add(cursor)
            cursor = parse_cursor(cursor_text(cursor, sort), sort)
    assert paged == [message.id for message in wanted]
    connection.close()


def ask(store: Store, query: str, sort: Sort = NEWEST_FIRST, cursor: Cursor | None = None, effort: int = 0) -> Found:
    return look(store.connection, Look(parse(query), NOW, sort, 50, "message.id", cursor), Effort(effort))


def test_a_look_that_stops_says_where() -> None:
    store = many()
    found = ask(store, "text:*x")
    assert found.rows == []
    assert found.reached is not None
    assert 1 < found.reached.id < MANY
    oldest_first = ask(store, "text:*x", Sort(descending=False))
    assert oldest_first.reached is not None
    assert 1 < oldest_first.reached.id < MANY
    assert ask(store, "text:*x", effort=10**9) == Found([], None)
    store.close()


def test_what_is_found_by_an_index_needs_little_effort() -> None:
    store = many()
    store.connection.execute("UPDATE message SET error_code = '0a1', destination = '1' WHERE id = 7")
    for written in ("error:0a1", "to:1", "error:0a*", "is:mo OR to:1"):
        effort = Effort(0)
        found = look(store.connection, Look(parse(written), NOW, NEWEST_FIRST, 50, "message.id"), effort)
        assert found == Found([(7,)], None), written
    store.close()


@pytest.mark.parametrize("key", ["id", "state", "-status", "to"])
def test_a_page_far_behind_costs_no_more_than_the_first(key: str) -> None:
    store = many()
    sort = Sort(key.removeprefix("-"), descending=key.startswith("-"))
    far = Cursor(MANY // 2, {"status": -1}.get(sort.key, ""))
    spent = []
    for cursor in (None, far):
        effort = Effort(0)
        look(store.connection, Look(parse(""), NOW, sort, 50, "message.id", cursor), effort)
        spent.append(-effort.left)
    assert spent[1] <= 2 * spent[0]
    store.close()


def test_a_gap_is_passed_at_once() -> None:
    store = many()
    store.connection.execute("DELETE FROM message WHERE id BETWEEN 100 AND 55000")
    for sort in (Sort(), Sort(descending=False)):
        assert ask(store, "text:*x", sort, effort=400_000) == Found([], None)
    store.close()
