import pytest
from hypothesis import given
from hypothesis import strategies as st

from smsc_sim.scenario.glob import Glob
from smsc_sim.scenario.matching import (
    AllOf,
    Contains,
    IsNot,
    Like,
    NumberIn,
    Numbers,
    OneOf,
    Test,
    Value,
    host_of,
    normal_address,
    number_of,
    text_of,
)

Test.__test__ = False  # type: ignore[attr-defined]


def exact(*texts: str) -> Test:
    return Test(OneOf(frozenset({text})) for text in texts)


def test_exact_texts_are_one_clause_for_a_table() -> None:
    test = exact("a", "b", "a")
    assert test.literals == frozenset({"a", "b"})
    assert test.prefix is None
    assert len(test.clauses) == 1


def test_only_what_a_table_can_hold_is_given_to_one() -> None:
    assert Test((Like(Glob("44*")),)).prefix == "44"
    assert Test((Like(Glob("+*")),)).prefix is None
    assert Test((Like(Glob("pro*"), lower=True),)).prefix is None
    assert Test((Like(Glob("4*4")),)).prefix is None
    mixed = Test((OneOf(frozenset("a")), Like(Glob("b*")), OneOf(frozenset("c"))))
    assert (mixed.literals, mixed.prefix) == (None, None)
    assert mixed.clauses == (OneOf(frozenset("ac")), Like(Glob("b*")))
    assert Test((NumberIn(frozenset({1})),)).literals is None


@given(st.text("+0123", max_size=6))
def test_one_plus_before_digits_does_not_count(address: str) -> None:
    normal = normal_address(address)
    assert normal == (address[1:] if address[:1] == "+" and address[1:].isdigit() else address)
    assert normal_address(normal) == normal


@pytest.mark.parametrize("address", ["+", "+44a", "Acme", "", "+²", "4+4"])
def test_other_addresses_stay_as_they_are(address: str) -> None:
    assert normal_address(address) == address


@pytest.mark.parametrize(
    ("value", "text"), [("a", "a"), (5, "5"), (True, "yes"), (False, "no"), (b"ab\0", "ab"), (b"\xe9", "é"), (b"", "")]
)
def test_every_value_has_a_text(value: str | int | bytes, text: str) -> None:
    assert text_of(value) == text


@pytest.mark.parametrize(
    ("value", "number"),
    [
        (5, 5),
        (True, 1),
        ("007", 7),
        ("-1", None),
        ("", None),
        ("²", None),
        (b"\x01\x00", 256),
        (b"", None),
        (None, None),
    ],
)
def test_some_values_are_numbers(value: Value, number: int | None) -> None:
    assert number_of(value) == number
    assert number_of(b"\1" * 9) is None
    assert number_of("9" * 19) is None


@pytest.mark.parametrize(
    ("peer", "host"),
    [
        ("192.0.2.1:51234", "192.0.2.1"),
        ("192.0.2.1", "192.0.2.1"),
        ("[2001:db8::1]:51234", "2001:db8::1"),
        ("2001:db8::1", "2001:db8::1"),
        ("", ""),
    ],
)
def test_the_host_of_a_peer(peer: str, host: str) -> None:
    assert host_of(peer) == host


VALUES = st.none() | st.booleans() | st.integers(0, 300) | st.text("ab4+", max_size=4) | st.binary(max_size=3)
CLAUSES = st.one_of(
    st.frozensets(st.text("ab4", max_size=2), min_size=1, max_size=2).map(OneOf),
    st.text("ab4*?", max_size=3).map(lambda pattern: Like(Glob(pattern))),
    st.text("ab", max_size=2).map(Contains),
    st.integers(0, 200).map(lambda least: Numbers(least, least + 100)),
)
TESTS = st.lists(CLAUSES, min_size=1, max_size=3).map(Test)


@given(TESTS, VALUES)
def test_not_is_the_opposite_and_nothing_raises(test: Test, value: Value) -> None:
    assert Test((IsNot(test),)).holds(value) is not test.holds(value)
    assert test.describe()


@given(TESTS, TESTS, VALUES)
def test_all_and_any(one: Test, other: Test, value: Value) -> None:
    assert Test((AllOf((one, other)),)).holds(value) is (one.holds(value) and other.holds(value))
    assert Test((*one.clauses, *other.clauses)).holds(value) is (one.holds(value) or other.holds(value))


@given(TESTS, VALUES)
def test_literals_and_prefix_are_all_that_there_is(test: Test, value: Value) -> None:
    if value is not None and test.literals is not None:
        assert test.holds(value) is (text_of(value) in test.literals)
    if value is not None and test.prefix is not None:
        assert test.holds(value) is text_of(value).startswith(test.prefix)


def test_equal_tests_are_equal() -> None:
    assert exact("a", "b") == exact("b", "a")
    assert len({exact("a"), exact("a"), exact("b")}) == 2
    assert repr(exact("a")) == "Test('a')"
    assert exact("a") != "a"
    assert Test(()).describe() == "nothing"
    assert not Test(()).holds("a")
