"""The ring of what went over the sessions."""

from hypothesis import given
from hypothesis import strategies as st

from smsc_sim.sim.journal import Direction, Journal, Record

OVERHEAD = 200


def test_records_come_back_newest_first() -> None:
    journal = Journal(10_000)
    journal.record(1.0, 7, Direction.IN, b"request")
    journal.record(2.0, 7, Direction.OUT, b"response")
    assert len(journal) == 2
    assert list(journal.newest_first()) == [
        (2.0, 7, Direction.OUT, b"response"),
        (1.0, 7, Direction.IN, b"request"),
    ]
    assert journal.evicted == 0


def test_a_journal_of_no_octets_holds_nothing_but_tells_its_listener() -> None:
    journal = Journal(0)
    heard: list[Record] = []
    journal.listener = heard.append
    journal.record(1.0, 1, Direction.IN, b"x")
    assert len(journal) == 0
    assert journal.evicted == 1
    assert heard == [(1.0, 1, Direction.IN, b"x")]


@given(st.integers(0, 5_000), st.lists(st.binary(max_size=900), max_size=40))
def test_the_newest_records_that_fit_are_held(limit: int, payloads: list[bytes]) -> None:
    journal = Journal(limit)
    for index, octets in enumerate(payloads):
        journal.record(float(index), 1, Direction.IN, octets)
        held = [record[3] for record in journal.newest_first()]
        assert held == payloads[: index + 1][::-1][: len(held)]
        assert sum(len(octets) + OVERHEAD for octets in held) <= limit
        if len(held) <= index:
            next_older = payloads[index - len(held)]
            assert sum(len(octets) + OVERHEAD for octets in [*held, next_older]) > limit
        assert journal.evicted == index + 1 - len(held)
