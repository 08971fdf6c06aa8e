"""The four timers, the end of an unbind, and ESMEs that do not read."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smsc_sim.scenario.settings import Timers
from smsc_sim.sim.sessions.session import Ending
from smsc_sim.smpp.commands import CommandId
from smsc_sim.smpp.pdu import encode
from tests.sim.playing import Esme, Play, SubmitSm, bind_octets, brief, frame, smsc_settings

ALL = Timers(session_init=20.0, enquire_link=30.0, inactivity=300.0, response=10.0)


def game_of(
    *, session_init: float = 0.0, enquire_link: float = 0.0, inactivity: float = 0.0, response: float = 0.0
) -> Play:
    timers = Timers(session_init=session_init, enquire_link=enquire_link, inactivity=inactivity, response=response)
    return Play(settings=smsc_settings(timers=timers))


def answer_enquiries(game: Play, esme: Esme, seconds: float) -> list[float]:
    """Let time pass in small steps and answer each enquire_link at once; returns when they came."""
    start = game.now
    instants = []
    while game.now < start + seconds:
        game.advance(0.1)
        for pdu in esme.take():
            if pdu.name == "enquire_link":
                instants.append(game.now - start)
                esme.give(encode("enquire_link_resp", sequence_number=pdu.sequence_number))
    return instants


# session_init


def test_a_connection_that_does_not_bind_is_closed() -> None:
    game = game_of(session_init=20.0)
    esme = game.connect()
    game.advance(19.9)
    assert not esme.ending
    game.advance(0.2)
    assert esme.ending is Ending.CLOSE
    assert esme.octets == b""
    (note,) = game.notes
    assert (note.level, note.peer) == ("warn", "127.0.0.1:50001")
    assert note.text == "no bind within 20 s (session_init timer)"


def test_a_refused_bind_does_not_stop_session_init() -> None:
    game = game_of(session_init=20.0)
    esme = game.connect()
    game.advance(15.0)
    esme.give(bind_octets(password="wrong"))
    game.advance(5.1)
    assert esme.ending is Ending.CLOSE


def test_other_pdus_do_not_stop_session_init() -> None:
    game = game_of(session_init=20.0)
    esme = game.connect()
    for _ in range(4):
        game.advance(4.9)
        assert esme.ask("enquire_link").name == "enquire_link_resp"
    game.advance(0.5)
    assert esme.ending is Ending.CLOSE


def test_a_bind_stops_session_init() -> None:
    game = game_of(session_init=20.0)
    esme = game.bind()
    game.advance(1000.0)
    assert not esme.ending


# enquire_link


def test_silence_is_asked_about_again_and_again() -> None:
    game = Play(settings=smsc_settings(timers=ALL))
    instants = answer_enquiries(game, game.bind(), 100.0)
    assert instants == pytest.approx([30.1, 60.1, 90.1], abs=0.2)


@pytest.mark.parametrize(
    ("session_init", "response", "inactivity"),
    [(0.0, 0.0, 0.0), (0.0, 60.0, 0.0), (60.0, 60.0, 0.0), (60.0, 1.0, 300.0), (3.0, 3.0, 60.0)],
)
def test_the_interval_is_the_enquire_link_timer_whatever_the_others_are(
    session_init: float, response: float, inactivity: float
) -> None:
    game = game_of(session_init=session_init, enquire_link=5.0, inactivity=inactivity, response=response)
    instants = answer_enquiries(game, game.bind(), 21.0)
    assert instants == pytest.approx([5.1, 10.1, 15.2, 20.2], abs=0.2)


def test_traffic_postpones_the_question() -> None:
    game = Play(settings=smsc_settings(timers=ALL))
    esme = game.bind()
    for _ in range(10):
        game.advance(20.0)
        assert [pdu.name for pdu in esme.give(encode("enquire_link", sequence_number=1))] == ["enquire_link_resp"]
    game.advance(29.0)
    assert esme.take() == []
    game.advance(1.1)
    assert [pdu.name for pdu in esme.take()] == ["enquire_link"]


def test_octets_without_a_whole_pdu_are_no_life() -> None:
    game = Play(settings=smsc_settings(timers=ALL))
    esme = game.bind()
    slow = SubmitSm(text=b"x" * 200).wire()
    for position in range(40):
        game.advance(1.0)
        assert [pdu.name for pdu in esme.give(slow[position : position + 1])] in ([], ["enquire_link"])
    assert esme.ending is Ending.CLOSE
    assert game.said("no enquire_link_resp within 10 s (response timer)")


def test_a_dribbling_bind_does_not_stop_session_init() -> None:
    game = Play(settings=smsc_settings(timers=ALL))
    esme = game.connect()
    octets = bind_octets()
    for position in range(30):
        game.advance(1.0)
        esme.give(octets[position : position + 1])
    assert esme.ending is Ending.CLOSE


def test_nothing_is_asked_before_the_bind() -> None:
    game = game_of(session_init=100.0, enquire_link=5.0)
    esme = game.connect()
    game.advance(99.0)
    assert esme.take() == []


# response


def test_an_unanswered_enquire_link_closes_the_session() -> None:
    game = Play(settings=smsc_settings(timers=ALL))
    esme = game.bind()
    game.advance(30.1)
    assert [pdu.name for pdu in esme.take()] == ["enquire_link"]
    game.advance(9.8)
    assert not esme.ending
    game.advance(0.3)
    assert esme.ending is Ending.CLOSE
    assert not game.account().sessions


def test_other_traffic_does_not_answer_the_enquire_link() -> None:
    game = Play(settings=smsc_settings(timers=ALL))
    esme = game.bind()
    game.advance(30.1)
    assert [pdu.name for pdu in esme.take()] == ["enquire_link"]
    esme.submit(SubmitSm(registered_delivery=0))
    game.advance(10.1)
    assert esme.ending is Ending.CLOSE


def test_without_a_response_timer_one_unanswered_enquire_link_is_all() -> None:
    game = game_of(enquire_link=5.0)
    esme = game.bind()
    game.advance(500.0)
    assert brief(esme.take()) == [("enquire_link", 0, 1)]
    assert not esme.ending


def test_an_enquire_link_resp_that_was_not_asked_for_is_told() -> None:
    game = Play(settings=smsc_settings(timers=ALL))
    esme = game.bind()
    assert esme.give(encode("enquire_link_resp", sequence_number=9)) == []
    assert game.said("enquire_link_resp answers no request of ours (sequence_number 9)")
    assert game.smsc.counters.responses_unmatched == 1


# inactivity


def test_a_silent_session_is_unbound_and_then_closed() -> None:
    game = game_of(inactivity=60.0, response=10.0)
    esme = game.bind()
    game.advance(60.1)
    assert brief(esme.take()) == [("unbind", 0, 1)]
    assert game.said("nothing received for 60 s (inactivity timer)")
    assert not esme.session.receives
    game.advance(9.8)
    assert not esme.ending
    game.advance(0.3)
    assert esme.ending is Ending.CLOSE
    assert game.notes[-1].text == "no unbind_resp"
    assert game.notes[-1].level == "warn"
    assert esme.take() == []


def test_a_silent_session_that_answers_the_unbind_is_closed_in_order() -> None:
    game = game_of(inactivity=60.0, response=10.0)
    esme = game.bind()
    game.advance(60.1)
    (unbind,) = esme.take()
    esme.give(encode("unbind_resp", sequence_number=unbind.sequence_number))
    assert esme.ending is Ending.CLOSE
    assert (game.notes[-1].level, game.notes[-1].text) == ("info", "unbound")


def test_without_a_response_timer_the_unbind_is_waited_for_as_long_as_the_silence_was() -> None:
    game = game_of(inactivity=60.0)
    esme = game.bind()
    game.advance(119.0)
    assert [pdu.name for pdu in esme.take()] == ["unbind"]
    assert not esme.ending
    game.advance(1.2)
    assert esme.ending is Ending.CLOSE
    assert esme.take() == []


def test_pdus_from_the_esme_postpone_inactivity() -> None:
    game = game_of(inactivity=60.0)
    esme = game.bind()
    for _ in range(5):
        game.advance(50.0)
        esme.submit(SubmitSm(registered_delivery=0))
    assert game.said("inactivity") == []


def test_traffic_while_an_unbind_is_on_its_way_does_not_prolong_it() -> None:
    game = game_of(inactivity=60.0, response=10.0)
    esme = game.bind()
    game.advance(60.1)
    esme.take()
    game.advance(5.0)
    assert brief([esme.submit()]) == [("submit_sm_resp", 4, 1)]
    game.advance(5.2)
    assert esme.ending is Ending.CLOSE


def test_an_unbinding_session_is_asked_nothing_more() -> None:
    game = game_of(enquire_link=5.0, inactivity=8.0, response=3.0)
    esme = game.bind()
    game.smsc.unbind(esme.session, game.now, 100.0)
    game.settle()
    game.advance(99.0)
    assert [pdu.name for pdu in esme.take()] == ["unbind"]
    assert not esme.ending
    game.advance(1.1)
    assert esme.ending is Ending.CLOSE
    assert game.notes[-1].text == "no unbind_resp"


# the end of an unbind


def test_an_esme_that_unbinds_has_a_second_to_close() -> None:
    game = Play(settings=smsc_settings(timers=ALL))
    esme = game.bind()
    assert esme.ask("unbind").name == "unbind_resp"
    game.advance(0.9)
    assert not esme.ending
    game.advance(0.2)
    assert esme.ending is Ending.CLOSE
    assert (game.notes[-1].level, game.notes[-1].text) == ("debug", "not closed by the ESME after unbind_resp")


def test_an_esme_that_closes_after_its_unbind_is_not_complained_about() -> None:
    game = Play(settings=smsc_settings(timers=ALL))
    esme = game.bind()
    esme.ask("unbind")
    esme.hang_up()
    game.advance(1000.0)
    assert [note.text for note in game.notes] == ["bound as transceiver, SMPP 3.4", "unbound by the ESME"]


# reading


def test_an_esme_that_does_not_read_is_aborted() -> None:
    game = game_of(response=10.0)
    esme = game.bind()
    game.smsc.writable(esme.session, False, game.now)
    game.advance(9.9)
    assert not esme.ending
    game.advance(0.2)
    assert esme.ending is Ending.ABORT
    assert game.notes[-1].text == "does not read: nothing taken for 10 s"


def test_an_esme_that_reads_again_in_time_stays() -> None:
    game = game_of(response=10.0)
    esme = game.bind()
    game.smsc.writable(esme.session, False, game.now)
    game.advance(9.0)
    game.smsc.writable(esme.session, True, game.now)
    game.advance(100.0)
    assert not esme.ending


def test_without_a_response_timer_not_reading_is_suffered() -> None:
    game = game_of()
    esme = game.bind()
    game.smsc.writable(esme.session, False, game.now)
    game.advance(10_000.0)
    assert not esme.ending


# together


def test_no_timer_at_all() -> None:
    game = game_of()
    esme, silent = game.bind(), game.connect()
    game.advance(1_000_000.0)
    assert (esme.take(), silent.take()) == ([], [])
    assert not esme.ending
    assert not silent.ending
    assert len(game.smsc.timers.timeline) == 0


def test_a_session_has_one_entry_of_the_timeline() -> None:
    game = Play(settings=smsc_settings(timers=ALL))
    esmes = [game.bind() for _ in range(20)]
    for _ in range(50):
        game.advance(1.0)
        for esme in esmes:
            esme.give(encode("enquire_link", sequence_number=1))
    assert len(game.smsc.timers.timeline) <= 2 * len(esmes)


def test_what_is_gone_is_looked_at_no_more() -> None:
    game = Play(settings=smsc_settings(timers=ALL))
    one, two = game.bind(), game.connect()
    one.hang_up("the cable was pulled")
    two.hang_up()
    game.advance(1000.0)
    assert len(game.smsc.timers.timeline) == 0
    assert [note.text for note in game.notes] == [
        "bound as transceiver, SMPP 3.4",
        "connection closed: the cable was pulled",
    ]


timer = st.sampled_from([0.0, 0.5, 3.0, 10.0])


@given(
    st.builds(Timers, session_init=timer, enquire_link=timer, inactivity=timer, response=timer),
    st.lists(
        st.tuples(st.sampled_from(["bind", "ping", "pong", "unbind", "unbind_resp", "stall", "wait"]), timer),
        max_size=12,
    ),
)
def test_whatever_happens_time_goes_on_and_a_session_ends_once(
    timers: Timers, happenings: list[tuple[str, float]]
) -> None:
    game = Play(settings=smsc_settings(timers=timers))
    esme = game.connect()
    for what, seconds in happenings:
        if what == "stall":
            game.smsc.writable(esme.session, not esme.session.writable, game.now)
        elif what != "wait":
            octets = {
                "bind": bind_octets(),
                "ping": frame(CommandId.ENQUIRE_LINK),
                "pong": frame(CommandId.ENQUIRE_LINK_RESP),
                "unbind": frame(CommandId.UNBIND),
                "unbind_resp": frame(CommandId.UNBIND_RESP),
            }[what]
            esme.give(octets)
        game.advance(seconds)
        assert esme.endings <= 1
    game.advance(100.0)
    if not esme.session.bound and (timers.session_init or esme.session.state.name == "UNBOUND"):
        assert esme.ending
    unanswered = esme.session.bound and esme.session.enquire_link_sent_at and timers.response
    assert not unanswered
