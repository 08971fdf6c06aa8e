from hypothesis import given

from smsc_sim.sim.search.grammar import parse
from smsc_sim.sim.search.query import Query, predicate
from smsc_sim.sim.store.stored import StoredMessage
from tests.sim.search.searches import queries
from tests.sim.search.stored import NOW, PLAIN, messages


def test_terms_must_all_hold_and_alternatives_need_not() -> None:
    assert predicate(PLAIN, parse("code to:4477*"), NOW)
    assert not predicate(PLAIN, parse("code to:4478*"), NOW)
    assert predicate(PLAIN, parse("to:4478* OR code is:mt"), NOW)
    assert not predicate(PLAIN, parse("to:4478* OR code is:mo"), NOW)
    assert predicate(PLAIN, Query(), NOW)


def test_time_goes_on() -> None:
    assert predicate(PLAIN, parse("after:2m"), NOW)
    assert not predicate(PLAIN, parse("after:2m"), NOW + 120)
    assert predicate(PLAIN, parse("before:2m"), NOW + 120)


@given(queries, messages)
def test_a_term_and_its_opposite_part_the_messages(query: Query, message: StoredMessage) -> None:
    for term in query.terms:
        turned = parse(str(term)[1:] if term.negated else f"!{term}")
        assert predicate(message, turned, NOW) is not term.holds(message, NOW)
