from dataclasses import replace

from smsc_sim.sim.search.empty import TermCount, explain_empty
from smsc_sim.sim.search.grammar import parse
from smsc_sim.sim.search.query import Query, predicate
from tests.sim.search.stored import NOW, PLAIN

STORED = [PLAIN, replace(PLAIN, id=2, destination="1"), replace(PLAIN, id=3, source="Beta")]


def count(query: Query) -> int:
    return sum(predicate(message, query, NOW) for message in STORED)


def test_the_term_that_took_the_last_message_is_named() -> None:
    explained = explain_empty(parse("code to:1 from:Beta is:mo"), count)
    assert explained == (
        TermCount("code", 1, 0, 3, 3, False),
        TermCount("to:1", 6, 0, 1, 1, False),
        TermCount("from:Beta", 11, 0, 1, 0, True),
        TermCount("is:mo", 21, 0, 0, 0, False),
    )


def test_a_term_that_finds_nothing_alone_took_the_last_one() -> None:
    explained = explain_empty(parse("-is:mt code OR to:9"), count)
    assert [(one.term, one.alternative, one.took_the_last) for one in explained] == [
        ("-is:mt", 0, True),
        ("code", 0, False),
        ("to:9", 1, True),
    ]


def test_without_messages_no_term_is_to_blame() -> None:
    explained = explain_empty(parse("code"), lambda query: 0)
    assert explained == (TermCount("code", 1, 0, 0, 0, False),)
    assert explain_empty(parse(""), lambda query: 0) == ()
