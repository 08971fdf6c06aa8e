"""The page before, the neighbours, and counting that gives up in time."""

from __future__ import annotations

import pytest

from smsc_sim.sim.search.grammar import parse
from smsc_sim.sim.search.paging import Cursor, Sort, cursor_behind, parse_cursor
from smsc_sim.sim.store.browsing import TooMuchWork, count_found, neighbours_of, page_before
from smsc_sim.sim.store.pages import page, remove_found
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
    cursor = parse_cursor(cursor_behind(whole[20], sort), sort)
    before = page_before(STORE, EVERYTHING, NOW, limit=8, sort=sort, cursor=cursor)
    assert [one.id for one in before.messages] == [one.id for one in whole[12:20]]
    assert before.more
    first = page_before(STORE, EVERYTHING, NOW, limit=20, sort=sort, cursor=cursor)
    assert [one.id for one in first.messages] == [one.id for one in whole[:20]]
    assert not first.more


def test_neighbours() -> None:
    assert neighbours_of(STORE, 1) == (None, 2)
    assert neighbours_of(STORE, 20) == (19, 21)
    assert neighbours_of(STORE, 40) == (39, None)


def test_counting_stops_at_the_most_and_begins_behind_an_id() -> None:
    assert count_found(STORE, EVERYTHING, NOW, most=100) == 40
    assert count_found(STORE, EVERYTHING, NOW, most=7) == 7
    assert count_found(STORE, parse("number"), NOW, most=100, newer_than=35) == 5
    assert count_found(STORE, parse("to:447700900001 -7"), NOW, most=100, effort=50_000_000) == 12


def test_counting_gives_up() -> None:
    site = filled(0)
    assert site.keeper is not None
    connection = site.keeper.store.connection
    slow = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < 60000) SELECT x FROM n"
    connection.execute("CREATE TEMP VIEW numbers AS " + slow)
    columns = "direction, seq, at, session, account, command, octets, place, source, destination, text, data_coding,"
    columns += " esm_class, registered_delivery, part, parts, message_id, rule, state, state_at, error_code,"
    columns += " scheduled_at, expires_at, serial, nth"
    values = "'mt', 1, 1, 1, 'a', 'submit_sm', x'', 0, '', '', 'x', 0, 0, 0, 1, 1, '', '', '', 0, '', 0, 0, 0, 0"
    connection.execute(f"INSERT INTO message (id, {columns}) SELECT x, {values} FROM numbers")
    with pytest.raises(TooMuchWork):
        count_found(site.keeper.store, parse("text:*y"), NOW, most=10, effort=100_000)
    assert count_found(site.keeper.store, parse("text:*y"), NOW, most=10, effort=100_000_000) == 0


def test_removing_spares_what_is_above_an_id() -> None:
    site = filled(10)
    assert site.keeper is not None
    removed = remove_found(site.keeper.store, EVERYTHING, NOW, up_to=6)
    assert (removed.messages, removed.last, removed.more) == (6, 6, False)
    left = page(site.keeper.store, EVERYTHING, NOW, limit=20, cursor=Cursor(100)).messages
    assert [one.id for one in left] == [10, 9, 8, 7]
