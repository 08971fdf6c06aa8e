from dataclasses import replace

from smsc_sim.sim.search.empty import NOTHING, TermCount, explain_empty
from smsc_sim.sim.search.grammar import parse
from smsc_sim.sim.search.query import Query, predicate
from smsc_sim.sim.store.browsing import Count
from tests.sim.search.stored import NOW, PLAIN

STORED = [PLAIN, replace(PLAIN, id=2, destination="1"), replace(PLAIN, id=3, source="Beta")]


def count(query: Query) -> Count:
    return Count(sum(predicate(message, query, NOW) for message in STORED), whole=True)


def whole(messages: int) -> Count:
    return Count(messages, whole=True)


def test_the_term_that_took_the_last_message_is_named() -> None:
    explained = explain_empty(parse("code to:1 from:Beta is:mo"), count)
    assert explained == (
        TermCount("code", 1, 0, whole(3), whole(3), False),
        TermCount("to:1", 6, 0, whole(1), whole(1), False),
        TermCount("from:Beta", 11, 0, whole(1), NOTHING, True),
        TermCount("is:mo", 21, 0, NOTHING, NOTHING, False),
    )


def test_a_term_that_finds_nothing_alone_took_the_last_one() -> None:
    explained = explain_empty(parse("-is:mt code OR to:9"), count)
    assert [(one.term, one.alternative, one.took_the_last) for one in explained] == [
        ("-is:mt", 0, True),
        ("code", 0, False),
        ("to:9", 1, True),
    ]


def test_without_messages_no_term_is_to_blame() -> None:
    explained = explain_empty(parse("code"), lambda query: NOTHING)
    assert explained == (TermCount("code", 1, 0, NOTHING, NOTHING, False),)
    assert explain_empty(parse(""), lambda query: NOTHING) == ()


def test_no_term_is_blamed_for_what_was_not_counted() -> None:
    def in_part(query: Query) -> Count:
        return count(query) if len(query.terms) < 2 else Count(0, whole=False)

    explained = explain_empty(parse("code to:1 from:Beta"), in_part)
    assert [(one.so_far, one.took_the_last) for one in explained] == [
        (whole(3), False),
        (Count(0, whole=False), False),
        (NOTHING, False),
    ]
