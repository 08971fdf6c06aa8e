"""A search for one value of one property."""

import pytest

from smsc_sim.sim.search.exact import having
from smsc_sim.sim.search.grammar import parse


@pytest.mark.parametrize("value", ["acme", "a b", 'say "x"', "back\\slash", "4*", "-x", "OR"])
def test_its_text_is_read_as_the_same_search(value: str) -> None:
    query = having("account", value)
    assert parse(str(query)) == query
