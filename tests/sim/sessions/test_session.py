"""The plain state of a session."""

import pytest

from smsc_sim.sim.sessions.session import LAST_SEQUENCE_NUMBER, Ending, Session
from smsc_sim.smpp.legality import State
from tests.sim.playing import START, Play


def session_in(state: State) -> Session:
    session = Session(7, "192.0.2.1:4000", "192.0.2.1", START, tls="TLSv1.3")
    session.state = state
    session.receipt_window = 10
    return session


def test_a_new_session_is_open_and_empty() -> None:
    session = Session(7, "192.0.2.1:4000", "192.0.2.1", START)
    assert (session.name, session.peer, session.host, session.tls) == ("s7", "192.0.2.1:4000", "192.0.2.1", "")
    assert (session.state, session.ending, session.account) == (State.OPEN, Ending.NONE, None)
    assert (session.outbox, session.outstanding, session.held) == ([], {}, None)
    assert session.opened_at == session.last_received_at == START


@pytest.mark.parametrize(
    ("state", "bind_type", "receives"),
    [
        (State.OPEN, "", False),
        (State.BOUND_TX, "transmitter", False),
        (State.BOUND_RX, "receiver", True),
        (State.BOUND_TRX, "transceiver", True),
        (State.UNBOUND, "", False),
        (State.CLOSED, "", False),
    ],
)
def test_what_a_state_means(state: State, bind_type: str, receives: bool) -> None:
    session = session_in(state)
    assert session.bind_type == bind_type
    assert session.bound is bool(bind_type)
    assert session.receives is receives
    assert session.room() == (10 if receives else 0)


def test_room_is_what_the_window_leaves() -> None:
    session = session_in(State.BOUND_RX)
    session.outstanding = {bytes([number]): (b"", b"", b"", b"", 0.0, 0, 1) for number in range(4)}
    assert session.room() == 6
    session.writable = False
    assert session.room() == 0
    assert session.receives
    session.writable, session.unbinding = True, True
    assert session.room() == 0
    assert not session.receives


def test_sequence_numbers_count_from_1_and_wrap_to_1() -> None:
    session = session_in(State.BOUND_TRX)
    assert [session.next_sequence_number() for _ in range(3)] == [1, 2, 3]
    session.sequence_number = LAST_SEQUENCE_NUMBER - 1
    assert [session.next_sequence_number() for _ in range(2)] == [0x7FFFFFFF, 1]


def test_its_repr_says_who_and_where() -> None:
    assert repr(session_in(State.OPEN)) == "<Session s7 192.0.2.1:4000 OPEN>"
    assert repr(Play().bind().session) == "<Session s1 127.0.0.1:50001 alpha BOUND_TRX>"
