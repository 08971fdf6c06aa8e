"""Lines for the log: what each says, and that no ESME can fill it."""

from __future__ import annotations

from smsc_sim.sim.log_lines import COMPLAINTS_TOLD
from smsc_sim.smpp.status import CommandStatus
from tests.sim.playing import Address, Play, SubmitSm, bind_octets, frame


def test_protocol_errors_are_told_twenty_times_and_counted_further() -> None:
    game = Play()
    esme, other = game.bind(), game.bind()
    for _ in range(50):
        esme.give(frame(0x999))
    other.give(frame(0x999))
    told = [note for note in game.notes if note.level == "warn"]
    assert [note.session for note in told] == [esme.session.name] * COMPLAINTS_TOLD + [other.session.name]
    assert COMPLAINTS_TOLD == 20
    assert game.smsc.counters.protocol_errors == 51
    esme.hang_up()
    assert game.notes[-1].text == "50 errors in all, of which the first 20 were told"
    other.hang_up()
    assert game.notes[-1].text == "connection closed"


def test_wrong_passwords_do_not_fill_the_log_either() -> None:
    game = Play()
    esme = game.connect()
    for _ in range(100):
        esme.give(bind_octets(password="guess"))
    assert len(game.notes) <= COMPLAINTS_TOLD
    assert game.smsc.counters.binds_refused == 100


def test_errors_of_ours_do_not_fill_the_log_either() -> None:
    def decide(*arguments: object) -> None:
        raise ValueError("a broken rule")

    game = Play(decide=decide)
    esme = game.bind()
    assert {pdu.command_status for pdu in esme.give(SubmitSm().wire() * 100)} == {CommandStatus.ESME_RSYSERR}
    assert len([note for note in game.notes if note.level == "error"]) <= COMPLAINTS_TOLD
    assert game.smsc.counters.internal_errors == 100


def test_refusals_name_the_peer_the_command_and_the_reason() -> None:
    game = Play()
    esme = game.bind()
    esme.submit(SubmitSm(destination=Address(octets=b"1" * 21)))
    (note,) = [note for note in game.notes if note.level == "warn"]
    assert (note.session, note.peer, note.account) == ("s1", "127.0.0.1:50001", "alpha")
    assert note.text.startswith("submit_sm refused: destination_addr at octet ")
    assert "ESME_RINVDSTADR" in note.text


def test_a_connection_that_comes_and_goes_without_a_word_is_not_worth_a_line() -> None:
    game = Play()
    game.connect().hang_up()
    assert game.notes == []
    esme = game.connect()
    esme.hang_up("it was reset")
    esme.hang_up("again")
    assert [note.text for note in game.notes] == ["connection closed: it was reset"]
