"""outbind: the SMSC connects, says who it is, and is bound to as a receiver."""

from __future__ import annotations

import pytest

from smsc_sim.scenario.settings import Timers
from smsc_sim.sim.journal import Direction
from smsc_sim.sim.sessions.outbind import Outbind
from smsc_sim.smpp.errors import EncodeError
from smsc_sim.smpp.legality import State
from smsc_sim.smpp.status import CommandStatus
from tests.sim.playing import Esme, Play, SubmitSm, bind_octets, brief, scenario, smsc_settings

OUTBIND = Outbind("centre", "secret99")


def reached(play: Play) -> Esme:
    """An ESME to which the SMSC has connected."""
    esme = Esme(play)
    esme.session = play.smsc.connected("192.0.2.9:2775", "192.0.2.9", play.now, link=esme, outbind=OUTBIND)
    play.esmes.append(esme)
    play.settle()
    return esme


@pytest.mark.parametrize("bind_type", ["receiver", "transceiver"])
@pytest.mark.parametrize("version", [0x34, 0x50])
def test_the_esme_binds_and_gets_what_waits(bind_type: str, version: int) -> None:
    play = Play()
    sender = play.bind("transmitter")
    sender.submit()
    play.advance(5)
    esme = reached(play)
    (outbind,) = esme.take()
    assert brief([outbind]) == [("outbind", 0, 1)]
    assert outbind.fields == {"system_id": "centre", "password": "secret99"}
    assert esme.session.state is State.OUTBOUND
    answer, receipt = esme.give(bind_octets(bind_type, version=version))
    assert (answer.name, answer.command_status) == (f"bind_{bind_type}_resp", 0)
    assert receipt.name == "deliver_sm"
    esme.answer(receipt)
    assert play.account().pending == 0
    assert play.said("outbind sent as 'centre'")


def test_what_does_not_belong_there_is_refused() -> None:
    play = Play()
    esme = reached(play)
    esme.take()
    answers = esme.give(bind_octets("transmitter"), SubmitSm().wire(2), bind_octets("receiver", password="no"))
    assert [(pdu.name, pdu.command_status) for pdu in answers] == [
        ("bind_transmitter_resp", CommandStatus.ESME_RINVBNDSTS),
        ("submit_sm_resp", CommandStatus.ESME_RINVBNDSTS),
        ("bind_receiver_resp", CommandStatus.ESME_RINVPASWD),
    ]
    assert esme.session.state is State.OUTBOUND
    assert esme.give(bind_octets("receiver"))[0].command_status == 0


def test_an_esme_that_does_not_bind_is_left() -> None:
    play = Play(settings=smsc_settings(timers=Timers(session_init=30.0)))
    esme = reached(play)
    play.advance(29)
    assert not esme.ending
    play.advance(2)
    assert esme.ending
    assert play.said("no bind within 30 s")


def test_the_password_is_shown_nowhere() -> None:
    play = Play()
    esme = reached(play)
    assert b"secret99" in esme.octets
    octets = play.journal()[esme.session.number, Direction.OUT]
    assert octets.endswith(b"centre\0********\0")
    assert "secret99" not in repr(OUTBIND) + str(play.notes)


def test_rules_for_connections_are_about_those_that_esmes_make() -> None:
    play = Play(scenario=scenario("rules: [{name: r, event: connect, session: reset}]"))
    assert not reached(play).ending
    assert play.connect().ending


def test_one_connection_too_many_is_closed() -> None:
    play = Play(settings=smsc_settings(max_sessions=1))
    play.bind()
    esme = reached(play)
    assert esme.ending
    assert esme.take() == []


@pytest.mark.parametrize("fields", [("x" * 16, ""), ("x", "p" * 9), ("x\0", "")])
def test_fields_that_do_not_fit(fields: tuple[str, str]) -> None:
    with pytest.raises(EncodeError):
        Outbind(*fields)
