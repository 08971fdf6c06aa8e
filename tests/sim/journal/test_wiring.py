"""Rare events reach the journal from where they happen, each behind the octets that caused it."""

from __future__ import annotations

from smsc_sim.scenario.settings import ReceiptSettings, SmscSettings, Timers
from smsc_sim.sim.journal import Direction, JournalEvent, NoteEvent, PduEvent
from smsc_sim.sim.journal.notes import (
    DecisionNote,
    JournalNote,
    MoNote,
    ProtocolErrorNote,
    ReceiptNote,
    ScenarioNote,
    SessionNote,
    SwitchNote,
    Tried,
)
from smsc_sim.sim.sessions.session import Ending
from smsc_sim.smpp.pdu import encode
from tests.sim.playing import ALPHA, QUIET, Play, SubmitSm, bind_octets, rule, scenario, smsc_settings


def words(game: Play, after: int = 0) -> list[str]:
    return [event.words() for event in game.smsc.journal.events(after).events]


def notes(game: Play) -> list[JournalNote]:
    return [event.note for event in game.smsc.journal.events(0).events if isinstance(event, NoteEvent)]


def first(game: Play, kind: str) -> JournalNote:
    (event, *_) = game.smsc.journal.events(0, kinds=[kind]).events
    assert isinstance(event, NoteEvent)
    return event.note


def test_the_life_of_a_session() -> None:
    game = Play(decide=lambda *_: None)
    esme = game.connect()
    esme.give(bind_octets(password="wrong"), bind_octets(sequence_number=2), encode("unbind", sequence_number=3))
    esme.hang_up("lost")
    refused = "bind_transceiver as 'alpha' refused, ESME_RINVPASWD: wrong password"
    assert words(game) == [
        "connected from 127.0.0.1:50001",
        "bind_transceiver 1 alpha",
        f"bind refused: {refused}",
        "bind_transceiver_resp 1 ESME_RINVPASWD",
        "bind_transceiver 2 alpha",
        "bound as transceiver",
        "bind_transceiver_resp 2 ESME_ROK smsc_sim",
        "unbind 3",
        "unbound",
        "unbind_resp 3 ESME_ROK",
        "closed: lost",
    ]
    accounts = {event.account for event in game.smsc.journal.events(4).events}
    assert accounts == {"alpha"}
    assert {event.account for event in game.smsc.journal.events(0).events[:4]} == {""}


def test_the_smsc_ends_sessions() -> None:
    game = Play()
    bound, other = game.bind(), game.connect()
    cursor = game.smsc.journal.mark(game.now)
    game.smsc.end(other.session, game.now, "enough", "info", Ending.ABORT)
    game.smsc.freeze(other.session, "cold", game.now)
    game.smsc.begin_shutdown(game.now, 1.0)
    assert words(game, cursor) == ["ending: enough", "frozen: cold", "unbinding"]
    endings = [note for note in notes(game) if isinstance(note, SessionNote) and note.what == "ending"]
    assert [(note.session, note.reset) for note in endings] == [(other.session.number, True)]
    assert bound.session.unbinding


def test_passwords_are_masked_unless_they_are_asked_for() -> None:
    for record_secrets in (False, True):
        game = Play(settings=SmscSettings(timers=QUIET, record_secrets=record_secrets))
        game.bind()
        half = game.connect()
        half.give(bind_octets()[:-5])
        half.hang_up()
        lost = game.connect()
        lost.give(b"\0\0\0\x05" + bind_octets()[4:])
        held = b"".join(record[3] for record in game.smsc.journal.newest_first())
        assert held.count(b"alpha\0" + b"*" * 7) == (0 if record_secrets else 3)
        assert held.count(b"secret1") == (3 if record_secrets else 0)
        hexadecimal = "".join(event.note.hex for event in game.smsc.journal.events(0, kinds=["protocol_error"]).events)  # type: ignore[union-attr]
        assert b"secret1".hex() not in hexadecimal


def test_octets_that_are_no_pdu_are_kept_and_shown_as_such() -> None:
    game = Play()
    esme = game.connect()
    esme.give(encode("enquire_link", sequence_number=1) + b"GET / HTTP/1.1\r\n\r\n")
    events: list[JournalEvent] = game.smsc.journal.events(2).events
    link, garbage, *rest = events
    assert isinstance(link, PduEvent)
    assert isinstance(garbage, PduEvent)
    assert (link.pdu, link.seq, link.n) == ("enquire_link", 3, 0)
    assert (garbage.pdu, garbage.seq, garbage.n) == ("", 3, 1)
    assert garbage.octets == b"GET / HTTP/1.1\r\n\r\n"
    assert garbage.words() == "18 octet(s) that are no whole PDU"
    assert [event.kind for event in rest] == ["protocol_error", "session", "pdu", "pdu"]
    error = first(game, "protocol_error")
    assert isinstance(error, ProtocolErrorNote)
    assert bytes.fromhex(error.hex) == garbage.octets
    assert "framing lost" in error.text


def test_the_beginning_of_a_pdu_that_never_ends_is_kept_when_the_connection_goes() -> None:
    game = Play()
    esme = game.bind()
    cursor = game.smsc.journal.last_seq
    esme.give(SubmitSm().wire()[:20])
    assert game.smsc.journal.last_seq == cursor
    esme.hang_up()
    assert words(game, cursor) == ["20 octet(s) that are no whole PDU", "closed"]
    assert next(game.smsc.journal.newest_first())[2] is Direction.IN


def test_a_refused_pdu_is_an_error_with_its_octets() -> None:
    game = Play()
    esme = game.bind()
    esme.give(SubmitSm(service_type=b"toolong").wire(9))
    error = first(game, "protocol_error")
    assert isinstance(error, ProtocolErrorNote)
    assert error.text.startswith("submit_sm refused: ")
    assert bytes.fromhex(error.hex) == SubmitSm(service_type=b"toolong").wire(9)


def test_scenarios_and_switches() -> None:
    switches = scenario("switches: {outage: {for: 5s}}")
    game = Play(scenario=switches)
    game.smsc.switches.put("outage", True, game.now)
    game.smsc.switches.put("outage", True, game.now)
    game.advance(6)
    game.obey(rule("when: {to: '1'}"))
    start = game.now - 6
    began, on, off, anew = notes(game)
    assert began == ScenarioNote(at=start, what="in force", rules=0)
    assert on == SwitchNote(at=start, name="outage", active=True, until=start + 5)
    assert off == SwitchNote(at=off.at, name="outage", active=False)
    assert start + 5 <= off.at < game.now
    assert anew == ScenarioNote(at=game.now, what="in force", rules=1)


def test_a_decision_says_why_the_rules_before_it_did_not() -> None:
    book = scenario(
        """
        rules:
          - {name: other, event: bind, when: {account: beta}, reply: ESME_RINVSYSID}
          - {name: night, event: bind, when: {account: alpha}, reply: ESME_RBINDFAIL}
        """
    )
    game = Play(ALPHA, scenario=book)
    esme = game.connect()
    esme.give(bind_octets(sequence_number=5))
    note = first(game, "decision")
    assert isinstance(note, DecisionNote)
    assert (note.event, note.rule, note.sequence_number, note.session) == ("bind", "night", 5, 1)
    assert (note.status, note.command_status, note.how) == ("ESME_RBINDFAIL", 0x0D, "response")
    assert note.where.startswith("test.yaml:")
    assert note.tried == (Tried("other", "account is 'alpha', not 'beta'"),)
    assert note.words() == "bind: rule 'night' says ESME_RBINDFAIL"


def test_decisions_about_connections_and_responses_have_no_reply() -> None:
    book = scenario(
        """
        switches: {seen: {}}
        rules:
          - {name: door, event: connect, set: {seen: on}}
          - {name: ear, event: deliver_sm_resp, retry: none}
        """
    )
    game = Play(ALPHA, scenario=book)
    esme = game.bind()
    esme.submit()
    game.advance(2)
    (receipt,) = esme.take()
    esme.answer(receipt, 8)
    decisions = [note for note in notes(game) if isinstance(note, DecisionNote)]
    assert [(note.rule, note.status, note.how) for note in decisions] == [("door", "", ""), ("ear", "", "")]


def test_what_becomes_of_receipts() -> None:
    settings = smsc_settings(
        timers=Timers(session_init=0, enquire_link=0, inactivity=0, response=5),
        receipts=ReceiptSettings(retry=(10.0,), keep=60.0),
    )
    game = Play(ALPHA, settings=settings)
    esme = game.bind("transmitter")
    esme.submit()
    esme.submit(sequence_number=2)
    game.advance(2)
    receiver = game.bind("receiver")
    one, other = receiver.take()
    receiver.answer(one, 8)
    receiver.answer(other, 0x0B)
    game.advance(20)
    game.advance(60)
    found = [
        (note.what, note.account, note.message_id, note.status, note.again_at > 0, note.count)
        for note in notes(game)
        if isinstance(note, ReceiptNote)
    ]
    assert found[:3] == [
        ("waiting", "alpha", "", "", False, 1),
        ("refused", "alpha", "0000000001", "ESME_RSYSERR", True, 1),
        ("refused", "alpha", "0000000002", "ESME_RINVDSTADR", False, 1),
    ]
    assert ("expired", "alpha", "", "", False, 1) in found[3:]


def test_a_message_of_a_subscriber_by_a_rule() -> None:
    game = Play(ALPHA, scenario=rule("when: {to: '*'}, mo: {text: 'STOP', after: 1s}"))
    esme = game.bind()
    esme.submit()
    game.advance(3)
    note = first(game, "mo")
    assert isinstance(note, MoNote)
    assert (note.account, note.message, note.parts) == ("alpha", "m-2", 1)
    assert note.words() == "MO m-2 for alpha, 1 PDU(s)"
