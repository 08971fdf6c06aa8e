"""How sessions end: shutdown, unbinds from both sides, and what comes after."""

from __future__ import annotations

from smsc_sim.scenario.settings import Timers
from smsc_sim.sim.sessions.session import Ending
from smsc_sim.smpp.pdu import encode
from tests.sim.playing import Play, SubmitSm, brief, smsc_settings


def test_shutdown_unbinds_the_bound_and_closes_the_others() -> None:
    game = Play()
    bound, silent, opened, leaving = game.bind(), game.bind("receiver"), game.connect(), game.bind()
    leaving.ask("unbind")
    game.smsc.begin_shutdown(game.now, 5.0)
    game.settle()
    assert brief(bound.take()) == [("unbind", 0, 1)]
    assert brief(silent.take()) == [("unbind", 0, 1)]
    assert opened.ending is leaving.ending is Ending.CLOSE
    assert brief(bound.give(encode("unbind_resp", sequence_number=1))) == []
    assert bound.ending is Ending.CLOSE
    game.advance(4.9)
    assert not silent.ending
    game.advance(0.2)
    assert silent.ending is Ending.CLOSE
    assert [note.text for note in game.notes if note.level == "warn"] == ["no unbind_resp"]


def test_shutdown_does_not_unbind_twice_nor_wait_longer_than_it_says() -> None:
    timers = Timers(session_init=0.0, enquire_link=0.0, inactivity=60.0, response=100.0)
    game = Play(settings=smsc_settings(timers=timers))
    esme = game.bind()
    game.advance(61.0)
    assert [pdu.name for pdu in esme.take()] == ["unbind"]
    game.smsc.begin_shutdown(game.now, 5.0)
    game.settle()
    assert esme.take() == []
    game.smsc.begin_shutdown(game.now, 1000.0)
    game.advance(5.1)
    assert esme.ending is Ending.CLOSE
    assert esme.take() == []


def test_an_unbind_of_the_esme_during_ours_is_answered() -> None:
    game = Play()
    esme = game.bind()
    game.smsc.unbind(esme.session, game.now, 5.0)
    game.settle()
    (ours,) = esme.take()
    assert brief(esme.give(encode("unbind", sequence_number=3))) == [("unbind_resp", 0, 3)]
    esme.give(encode("unbind_resp", sequence_number=ours.sequence_number))
    assert esme.ending is Ending.CLOSE
    assert esme.endings == 1


def test_nothing_is_read_after_the_end() -> None:
    game = Play()
    esme = game.bind()
    game.smsc.end(esme.session, game.now, "first reason", "info")
    game.smsc.end(esme.session, game.now, "second reason", "info", Ending.ABORT)
    game.settle()
    assert esme.ending is Ending.CLOSE
    assert esme.give(SubmitSm().wire()) == []
    assert [note.text for note in game.notes[1:]] == ["first reason"]
