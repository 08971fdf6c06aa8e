"""What is logged, from which level on, and that nothing hostile or secret gets through."""

from __future__ import annotations

from typing import Any

import pytest
from twisted.internet.task import Clock
from twisted.logger import LogLevel, capturedLogs, formatEvent

from smsc_sim.net.logs import LEVELS, NoteLog, PduLog
from smsc_sim.scenario.account import AccountDefinition
from smsc_sim.sim.journal import Direction
from smsc_sim.sim.log_lines import Note
from smsc_sim.sim.smsc import Smsc
from smsc_sim.smpp.pdu import encode
from tests.net.wires import Bench
from tests.sim.hostile import hostile_play
from tests.sim.playing import ALPHA, START, Play, SubmitSm, bind_octets, smsc_settings


def lines(log: NoteLog, *notes: Note) -> list[str | None]:
    with capturedLogs() as events:
        for note in notes:
            log(note)
    return [formatEvent(event) for event in events]


def note(level: Any = "info", **values: str) -> Note:
    return Note(level, **{"session": "s7", "peer": "192.0.2.1:4000", "account": "", "text": "hello", **values})


def test_a_note_names_session_peer_and_account() -> None:
    assert lines(NoteLog(), note(), note(account="alpha")) == [
        "s7 192.0.2.1:4000: hello",
        "s7 192.0.2.1:4000 alpha: hello",
    ]


def test_the_parts_of_a_note_can_be_told_apart_by_machines() -> None:
    with capturedLogs() as events:
        NoteLog()(note("warn", account="alpha"))
    (event,) = events
    assert (event["session"], event["peer"], event["account"]) == ("s7", "192.0.2.1:4000", "alpha")
    assert event["log_level"] is LogLevel.warn
    assert event["log_namespace"] == "smsc_sim"


@pytest.mark.parametrize("level", LEVELS)
def test_a_level_shows_itself_and_what_is_graver(level: str) -> None:
    log = NoteLog(level)
    shown = [each for each in LEVELS if lines(log, note(each))]
    assert shown == list(LEVELS[LEVELS.index(level) :])
    with capturedLogs() as events:
        for each in LEVELS:
            log.say(each, "a line of its own")
    assert [event["log_level"].name for event in events] == shown
    assert {formatEvent(event) for event in events} == {"a line of its own"}


def test_an_unknown_level_is_refused() -> None:
    with pytest.raises(ValueError, match="not in tuple"):
        NoteLog("loud")


def test_hostile_text_can_neither_forge_a_line_nor_a_format() -> None:
    hostile = note(account="a\r\nb", text="\x1b[2J{session!r}\n2026-03-01 forged")
    assert lines(NoteLog(), hostile) == [r"s7 192.0.2.1:4000 a\r\nb: \x1b[2J{session!r}\n2026-03-01 forged"]


def pdu_lines(game: Play, *, octets: bool, reads: list[bytes]) -> list[str | None]:
    game.smsc.journal.subscribe(PduLog(game.smsc, octets))
    esme = game.connect()
    with capturedLogs() as events:
        for read in reads:
            esme.give(read)
    assert {event["log_namespace"] for event in events} <= {"smsc_sim.pdu"}
    return [formatEvent(event) for event in events]


def test_each_pdu_has_a_line() -> None:
    reads = [
        bind_octets(sequence_number=1) + encode("enquire_link", sequence_number=2),
        SubmitSm(service_type=b"toolong").wire(3),
    ]
    assert pdu_lines(Play(), octets=False, reads=reads) == [
        "s1 127.0.0.1:50001 <- bind_transceiver 1 ESME_ROK",
        "s1 127.0.0.1:50001 <- enquire_link 2 ESME_ROK",
        "s1 127.0.0.1:50001 -> bind_transceiver_resp 1 ESME_ROK",
        "s1 127.0.0.1:50001 -> enquire_link_resp 2 ESME_ROK",
        "s1 127.0.0.1:50001 <- submit_sm 3 ESME_ROK",
        "s1 127.0.0.1:50001 -> submit_sm_resp 3 ESME_RINVSERTYP",
    ]


def test_octets_are_shown_on_request_and_passwords_never() -> None:
    game = Play(AccountDefinition(system_id="alpha", password="hunter22"))
    shown = pdu_lines(
        game, octets=True, reads=[bind_octets(password="hunter22"), encode("enquire_link", sequence_number=2)]
    )
    text = "\n".join(map(str, shown))
    assert encode("enquire_link", sequence_number=2).hex() in text
    assert (b"alpha\0" + b"*" * 8 + b"\0").hex() in text
    assert b"hunter22".hex() not in text


def test_a_record_of_a_session_that_is_gone_is_still_logged() -> None:
    game = Play()
    with capturedLogs() as events:
        PduLog(game.smsc, octets=False)((START, 99, Direction.OUT, encode("enquire_link", sequence_number=5)))
    assert [formatEvent(event) for event in events] == ["s99  -> enquire_link 5 ESME_ROK"]


def test_unknown_commands_and_statuses_are_logged_by_number() -> None:
    game = Play()
    octets = bytes.fromhex("00000010 00000999 00000401 00000007")
    with capturedLogs() as events:
        PduLog(game.smsc, octets=False)((START, 99, Direction.IN, octets))
    assert [formatEvent(event) for event in events] == ["s99  <- 0x00000999 7 vendor 0x00000401"]


def test_the_log_of_a_driver_gets_every_note() -> None:
    where = Bench(Smsc(smsc_settings(), [ALPHA]), Clock())
    session = where.driver.smsc.connected("192.0.2.7:4000", "192.0.2.7", where.clock())
    where.driver.received(session, bind_octets(password="wrong") + bind_octets())
    with capturedLogs() as events:
        for each in where.notes:
            NoteLog("warn")(each)
    assert [formatEvent(event) for event in events] == [
        "s1 192.0.2.7:4000: bind_transceiver as 'alpha' refused, ESME_RINVPASWD: wrong password"
    ]


def test_hostile_octets_make_no_hostile_lines() -> None:
    game = hostile_play()
    pdus = PduLog(game.smsc, octets=True)
    with capturedLogs() as events:
        for _, entry in game.smsc.journal.entries(0):
            pdus(entry)
        for each in game.notes:
            NoteLog("debug")(each)
    shown = [formatEvent(event) or "" for event in events]
    assert len(shown) > 40
    assert all(line.isprintable() for line in shown)
    assert not [line for line in shown if b"=secret".hex() in line or "=secret" in line]
