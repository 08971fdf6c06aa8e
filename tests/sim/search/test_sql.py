from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smsc_sim.scenario.when import Condition, FieldCondition
from smsc_sim.sim.messages.kept_message import KeptMessage
from smsc_sim.sim.search.grammar import parse
from smsc_sim.sim.search.keys import KEYS
from smsc_sim.sim.search.paging import SORT_KEYS, Sort, behind, cursor_text, parse_cursor
from smsc_sim.sim.search.query import Query, predicate
from smsc_sim.sim.search.sql import Part, count, narrowed, select, where
from smsc_sim.sim.search.statement import Sql
from smsc_sim.sim.store.schema import connect
from smsc_sim.sim.store.stored import StoredMessage
from smsc_sim.smpp.receipt_text import MessageState
from tests.scenario.texts import rule
from tests.sim.playing import SubmitSm
from tests.sim.search.searches import queries
from tests.sim.search.stored import NOW, PLAIN, found, messages, tables

stores = st.lists(messages, max_size=8).map(
    lambda stored: [replace(message, id=number) for number, message in enumerate(stored, 1)]
)


@given(stores, queries)
def test_sql_finds_what_the_predicate_finds(stored: list[StoredMessage], query: Query) -> None:
    wanted = [message.id for message in stored if predicate(message, query, NOW)]
    connection = tables(stored)
    condition = where(query, NOW)
    plain = Sql(f"SELECT id FROM message WHERE {condition.text} ORDER BY id", condition.parameters)
    assert found(connection, plain) == wanted
    assert found(connection, select(query, NOW, limit=100)) == wanted[::-1]
    assert found(connection, count(query, NOW)) == [len(wanted)]
    newer = [number for number in wanted if number > 3]
    assert found(connection, select(query, NOW, limit=100, part=Part(above=3))) == newer[::-1]
    since = [message.id for message in stored if message.id in wanted and message.seq > 10]
    assert found(connection, count(query, NOW, since=10)) == [len(since)]
    assert found(connection, select(query, NOW, limit=100, since=10, sort=Sort(descending=False))) == since
    connection.close()


@given(stores, queries, st.sampled_from(SORT_KEYS), st.booleans(), st.integers(1, 3))
def test_pages_hold_every_message_once_and_in_order(
    stored: list[StoredMessage], query: Query, key: str, descending: bool, size: int
) -> None:
    sort = Sort(key, descending)
    wanted = [message for message in stored if predicate(message, query, NOW)]
    wanted.sort(key=lambda message: (sort.value(message), message.id), reverse=descending)
    connection = tables(stored)
    paged: list[int] = []
    cursor = None
    while page := found(connection, select(query, NOW, sort=sort, cursor=cursor, limit=size)):
        paged += page
        cursor = parse_cursor(cursor_text(behind(stored[page[-1] - 1], sort), sort), sort)
    assert paged == [message.id for message in wanted]
    connection.close()


def test_a_page_stays_where_it_was_when_messages_come_and_go() -> None:
    stored = [replace(PLAIN, id=number) for number in range(1, 12)]
    connection = tables(stored[:10])
    assert found(connection, select(parse("is:mt"), NOW, limit=3)) == [10, 9, 8]
    cursor = parse_cursor(cursor_text(behind(stored[7], Sort()), Sort()), Sort())
    connection.execute("DELETE FROM message WHERE id IN (8, 9)")
    connection.execute("INSERT INTO message (id, direction) VALUES (11, 'mt')")
    assert found(connection, select(parse("is:mt"), NOW, cursor=cursor, limit=3)) == [7, 6, 5]
    connection.close()


@pytest.mark.parametrize(
    "written", ['rule:"x\') OR 1=1 --"', "to:'%", "text:*';--*", '"a\\" OR b"', "NEAR", "a-b:c*", '"x" OR NEAR']
)
def test_what_people_write_is_no_sql(written: str) -> None:
    connection = tables([PLAIN])
    assert found(connection, select(parse(written), NOW, limit=5)) == []
    connection.close()


def test_a_nul_ends_no_text() -> None:
    connection = tables([replace(PLAIN, text="a\0b"), replace(PLAIN, id=2)])
    for written, ids in (("text:*\0*", [1]), ("text:a", []), ("text:a*b", [1]), ("text:a?b", [1]), ("rule:\0*", [])):
        assert found(connection, select(parse(written), NOW, limit=5)) == ids
    connection.close()


def test_words_that_are_asked_for_are_found_by_the_index_in_order() -> None:
    sql = select(parse('code "your code" -stop to:4477*'), NOW, limit=5)
    assert "FROM message_text" in sql.text
    assert sql.parameters[0] == '"code" AND "your code"'
    connection = tables([PLAIN])
    plan = " ".join(row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {sql.text}", sql.parameters))
    assert "VIRTUAL TABLE INDEX" in plan
    assert "TEMP B-TREE" not in plan
    connection.close()


def test_literal_addresses_and_beginnings_use_an_index() -> None:
    connection = tables([PLAIN])
    connection.execute("CREATE INDEX by_destination ON message (destination)")
    connection.execute("CREATE INDEX by_rule ON message (rule) WHERE rule <> ''")
    for written, index in (
        ("to:447700900123", "by_destination"),
        ("to:4477*", "by_destination"),
        ("rule:x", "by_rule"),
        ("rule:x*", "by_rule"),
    ):
        sql = count(parse(written), NOW)
        plan = " ".join(row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {sql.text}", sql.parameters))
        assert index in plan, plan
    connection.close()


@given(stores, st.sampled_from([NOW - 5.5, NOW - 5, NOW - 1, NOW, NOW + 4, NOW + 5, NOW + 6]))
def test_a_message_is_found_in_the_state_that_others_are_told_at_every_instant(
    stored: list[StoredMessage], now: float
) -> None:
    connection = tables(stored)
    accepted = [replace(message, octets=SubmitSm().wire()) for message in stored if message.state]
    for state in MessageState:
        wanted = [message.id for message in accepted if KeptMessage.at(message, now).state is state]
        query = parse(f"state:{state.name}")
        assert found(connection, select(query, now, limit=100, sort=Sort(descending=False))) == wanted
        assert [message.id for message in stored if predicate(message, query, now)] == wanted
    pending = [message.id for message in accepted if not KeptMessage.at(message, now).is_final]
    assert found(connection, select(parse("is:pending"), now, limit=100, sort=Sort(descending=False))) == pending
    connection.close()


def test_states_are_found_by_indexes() -> None:
    connection = connect(None)
    indexes = ("message_by_state", "message_by_end")
    for written, used in (
        ("is:expired", indexes[:1]),
        ("is:delivered", indexes[:1]),
        ("is:failed", indexes[:1]),
        ("state:UNDELIV", indexes[:1]),
        ("is:pending", indexes),
        ("state:SCHEDULED", indexes),
    ):
        sql = select(parse(written), NOW, limit=5)
        plan = [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {sql.text}", sql.parameters)]
        assert not any(step.startswith("SCAN message") for step in plan), plan
        assert all(f"USING INDEX {index} " in " ".join(plan) for index in used), plan
        assert any("receipt_later" in step for step in plan), plan
    connection.close()


def test_states_among_the_newest_are_found_in_their_order() -> None:
    connection = connect(None)
    for written in ("is:delivered", "is:failed", "state:*D"):
        sql = select(parse(written), NOW, limit=5, part=Part(above=5))
        plan = [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {sql.text}", sql.parameters)]
        assert plan[0] == "SEARCH message USING INTEGER PRIMARY KEY (rowid>?)", plan
    connection.close()


CONDITIONS = [
    "to: '4477*', text: {contains: code}",
    "to: [447700900123, '+1']",
    "from: {not: Acme}",
    "account: [acme, 'b*'], parts: '>1'",
    "coding: ucs-2, receipt: yes",
    "text: '*code*'",
    "any: [{to: 1}, {to: '4*'}]",
    "esm_class: 0x40, registered_delivery: '1..2'",
]


@given(stores, st.sampled_from(CONDITIONS))
def test_narrowing_leaves_out_only_what_does_not_match(stored: list[StoredMessage], text: str) -> None:
    conditions: tuple[Condition, ...] = rule(f"when: {{{text}}}").when.conditions
    connection = tables(stored)
    sql = narrowed(conditions)
    left = found(connection, Sql(f"SELECT id FROM message WHERE {sql.text}", sql.parameters))
    known = [
        one
        for one in conditions
        if isinstance(one, FieldCondition) and one.key in KEYS and one.key not in {"receipt", "id"}
    ]
    for message in stored:
        if all(one.test.holds(KEYS[one.key].value(message)) for one in known):
            assert message.id in left
    connection.close()


def test_narrowing_says_what_columns_can_say() -> None:
    sql = narrowed(rule("when: {to: '4477*', length: 5, account: acme}").when.conditions)
    assert sql.parameters == ("4477*", "+4477*", "acme")
    assert narrowed(rule("when: {length: 5}").when.conditions) == Sql("1")
