"""The page before, the neighbours, and counting that gives up in time."""

from __future__ import annotations

import pytest

from smsc_sim.sim.search.grammar import parse
from smsc_sim.sim.search.paging import Cursor, Sort, behind, cursor_text, parse_cursor
from smsc_sim.sim.store.browsing import Count, count_found, neighbours_of, page_before
from smsc_sim.sim.store.effort import Effort
from smsc_sim.sim.store.pages import page, remove_found
from tests.sim.store.many import MANY, many
from tests.web.site import NOW, Site


def filled(count: int) -> Site:
    site = Site(keeps=True)
    session = site.bind()
    for number in range(count):
        site.submit(session, to=str(447700900000 + number % 3), text=b"number %d" % number)
    assert site.keeper is not None
    site.keeper.ask(lambda store: store.path)
    return site


SITE = filled(40)
assert SITE.keeper is not None
STORE = SITE.keeper.store
EVERYTHING = parse("")


@pytest.mark.parametrize("sort", [Sort(), Sort("id", False), Sort("to"), Sort("to", False), Sort("status")])
def test_the_page_before_ends_where_the_other_begins(sort: Sort) -> None:
    whole = page(STORE, EVERYTHING, NOW, limit=40, sort=sort).messages
    cursor = parse_cursor(cursor_text(behind(whole[20], sort), sort), sort)
    before = page_before(STORE, EVERYTHING, NOW, limit=8, sort=sort, cursor=cursor)
    assert [one.id for one in before.messages] == [one.id for one in whole[12:20]]
    assert before.cursor == behind(whole[12], sort)
    first = page_before(STORE, EVERYTHING, NOW, limit=20, sort=sort, cursor=cursor)
    assert [one.id for one in first.messages] == [one.id for one in whole[:20]]
    assert first.cursor is None


def test_neighbours() -> None:
    assert neighbours_of(STORE, 1) == (None, 2)
    assert neighbours_of(STORE, 20) == (19, 21)
    assert neighbours_of(STORE, 40) == (39, None)


def test_counting_stops_at_the_most_and_begins_behind_an_id() -> None:
    assert count_found(STORE, EVERYTHING, NOW, most=100) == Count(40, whole=True)
    assert count_found(STORE, EVERYTHING, NOW, most=7) == Count(7, whole=False)
    assert count_found(STORE, parse("number"), NOW, most=100, newer_than=35) == Count(5, whole=True)
    assert count_found(STORE, parse("to:447700900001 -7"), NOW, most=100, effort=Effort(10)) == Count(12, whole=True)


def test_counting_says_how_far_it_came() -> None:
    store = many()
    count = count_found(store, parse("text:*9"), NOW, most=MANY, effort=Effort(0))
    assert 0 < count.messages < MANY // 10
    assert not count.whole
    assert count_found(store, parse("text:*9"), NOW, most=MANY, effort=Effort(10**9)) == Count(MANY // 10, whole=True)
    store.close()


def test_removing_spares_what_is_above_an_id() -> None:
    site = filled(10)
    assert site.keeper is not None
    removed = remove_found(site.keeper.store, EVERYTHING, NOW, up_to=6)
    assert (removed.messages, removed.last, removed.more) == (6, 6, False)
    left = page(site.keeper.store, EVERYTHING, NOW, limit=20, cursor=Cursor(100)).messages
    assert [one.id for one in left] == [10, 9, 8, 7]
