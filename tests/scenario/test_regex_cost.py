import math

import pytest

from smsc_sim.scenario.regex_cost import estimate
from smsc_sim.scenario.regex_reader import read_regex

N = 1000


@pytest.mark.parametrize(
    ("pattern", "most"),
    [
        ("abc", 10 * N),
        ("^abc", 10),
        (r"\d+-\d+", 3 * N * N),
        (r"^\d+-\d+$", 5 * N),
        ("foo.*bar", 10 * N * N),
        ("(a|b)*c", 5 * N * N),
        ("^[^,]*,[^,]*,", 5 * N),
    ],
)
def test_what_must_stop_where_it_stops_costs_its_length_once(pattern: str, most: int) -> None:
    assert estimate(read_regex(pattern), N) <= most


@pytest.mark.parametrize("pattern", ["(a+)+b", "(a|aa)*b", "(a*)*", "(a?b?)*c", "(.|a)+b"])
def test_a_repetition_of_what_can_be_taken_in_several_ways_has_no_bound(pattern: str) -> None:
    assert math.isinf(estimate(read_regex(pattern), N))


@pytest.mark.parametrize(
    ("pattern", "least"),
    [("a?" * 20 + "a" * 20, 2**20), (r"\d+\d+\d+x", N**3), ("((a|ab)(a|ab)b)?" * 4 + "x", 2**4), ("^.*.*.*x", N**3)],
)
def test_choices_multiply(pattern: str, least: int) -> None:
    assert estimate(read_regex(pattern), N) >= least
