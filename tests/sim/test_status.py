"""What pages show of the SMSC."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smsc_sim.scenario.settings import SmscSettings
from smsc_sim.sim import status
from smsc_sim.sim.status import binds, latest_messages, status_view
from smsc_sim.smpp.pdu import encode
from smsc_sim.smpp.status import CommandStatus
from tests.sim.playing import BETA, QUIET, START, Address, Play, SubmitSm, bind_octets, decided, frame, rule
from tests.sim.test_fast_lane import streams


def view(game: Play, messages: int = 50) -> Any:
    return status_view(
        game.smsc, game.now, version="1.2.3", started_at=START - 60, endpoints=["127.0.0.1:2775"], messages=messages
    )


def test_an_idle_simulator() -> None:
    shown = view(Play())
    assert (shown.version, shown.started_at, shown.now) == ("1.2.3", START - 60, START)
    assert shown.endpoints == ["127.0.0.1:2775"]
    assert (shown.binds, shown.messages) == ([], [])
    assert (shown.accepted, shown.refused, shown.receipts_pending, shown.receipts_waiting) == (0, 0, 0, 0)


def test_bound_sessions_are_shown_and_others_are_not() -> None:
    game = Play()
    game.connect()
    first = game.bind("transmitter", version=0x33)
    game.advance(10)
    second = game.bind("receiver", BETA, host="2001:db8::1")
    gone = game.bind()
    gone.ask("unbind")
    first.submit()
    first.submit()
    game.advance(5.5)
    one, two = binds(game.smsc, game.now)
    assert (one.session, one.account, one.bind_type, one.interface_version) == ("s2", "alpha", "transmitter", "3.3")
    assert (one.peer, one.tls, one.bound_at, one.idle) == ("127.0.0.1:50002", "", START, 5.5)
    assert (one.received, one.sent, one.outstanding) == (3, 3, 0)
    assert (two.session, two.account, two.bind_type, two.interface_version) == ("s3", "beta", "receiver", "3.4")
    assert two.peer == second.session.peer


def test_outstanding_and_waiting_receipts() -> None:
    game = Play()
    transmitter, receiver = game.bind("transmitter"), game.bind("receiver")
    for _ in range(3):
        transmitter.submit()
    assert (view(game).receipts_pending, view(game).receipts_waiting) == (3, 0)
    game.advance(1.1)
    assert view(game).binds[1].outstanding == 3
    receiver.answer(receiver.take()[0])
    assert view(game).receipts_pending == 2
    receiver.hang_up()
    assert (view(game).receipts_pending, view(game).receipts_waiting) == (2, 2)


def test_the_tls_version_is_shown() -> None:
    game = Play()
    game.connect(tls="TLSv1.3").give(bind_octets())
    assert view(game).binds[0].tls == "TLSv1.3"


def test_messages_come_newest_first_with_their_answers() -> None:
    game = Play()
    esme = game.bind()
    esme.submit(SubmitSm(text=b"one"), 1)
    game.advance(1.0)
    esme.give(SubmitSm(text=b"two").wire(2) + SubmitSm(text=b"three", service_type=b"toolong").wire(3))
    third, second, first = latest_messages(game.smsc, 10)
    assert (first.instant, first.session, first.account) == (START, "s1", "alpha")
    assert (first.source_addr, first.destination_addr) == ("Sender", "491701234567")
    assert (first.text, first.data_coding, first.message_id, first.command_status) == ("one", 0, "0000000001", 0)
    assert (second.instant, second.text, second.message_id) == (START + 1.0, "two", "0000000002")
    assert (third.message_id, third.command_status) == ("", CommandStatus.ESME_RINVSERTYP)
    assert "service_type" in third.text
    assert (view(game).accepted, view(game).refused) == (2, 1)


def test_as_many_as_asked_for_are_shown() -> None:
    game = Play()
    esme = game.bind()
    esme.give(b"".join(SubmitSm(text=b"%d" % number).wire(number) for number in range(1, 8)))
    assert [message.text for message in latest_messages(game.smsc, 3)] == ["7", "6", "5"]
    assert len(latest_messages(game.smsc, 100)) == 7


def test_a_message_without_an_answer_yet() -> None:
    game = Play(decide=lambda *_: decided(delay=5.0))
    esme = game.bind()
    esme.give(SubmitSm().wire())
    (message,) = latest_messages(game.smsc, 10)
    assert (message.command_status, message.message_id) == (None, "")
    game.advance(6.0)
    (message,) = latest_messages(game.smsc, 10)
    assert (message.command_status, message.message_id) == (0, "0000000001")


def test_sessions_may_use_the_same_sequence_numbers() -> None:
    game = Play()
    one, two = game.bind(), game.bind(account=BETA)
    one.submit(sequence_number=1)
    two.submit(sequence_number=1)
    one.submit(sequence_number=1)
    assert [(message.account, message.message_id) for message in latest_messages(game.smsc, 10)] == [
        ("alpha", "0000000003"),
        ("beta", "0000000002"),
        ("alpha", "0000000001"),
    ]


def test_messages_of_a_session_that_is_gone() -> None:
    game = Play()
    esme = game.bind()
    esme.submit()
    esme.hang_up()
    (message,) = latest_messages(game.smsc, 10)
    assert (message.session, message.account, message.message_id) == ("s1", "", "0000000001")


@pytest.mark.parametrize(
    ("message", "text"),
    [
        (SubmitSm(text="\u20ac \u4e2d".encode("utf-16-be"), data_coding=8), "\u20ac \u4e2d"),
        (SubmitSm(text=b"\x05\x00\x03\x01\x02\x01part", esm_class=0x40), "part"),
        (SubmitSm(text=b"", tlvs=bytes.fromhex("0424 0004") + b"paid"), "paid"),
        (SubmitSm(text=b"\xde\xad", data_coding=4), "dead"),
        (SubmitSm(destination=Address(octets=b"1" * 30)), "[destination_addr at octet "),
    ],
)
def test_texts_are_decoded_as_far_as_they_can_be(message: SubmitSm, text: str) -> None:
    game = Play()
    game.bind().submit(message)
    (shown,) = latest_messages(game.smsc, 10)
    assert shown.text.startswith(text)


def test_destinations_of_a_message_to_many() -> None:
    game = Play()
    esme = game.bind()
    esme.ask(
        "submit_multi",
        source_addr="5",
        dest_addresses=[
            {"dest_flag": 1, "destination_addr": "11"},
            {"dest_flag": 2, "dl_name": "friends"},
            {"dest_flag": 1, "destination_addr": ""},
        ],
    )
    esme.ask("data_sm", destination_addr="7", data_coding=3, tlvs=[("message_payload", b"\xe9")])
    data, multi = latest_messages(game.smsc, 10)
    assert multi.destination_addr == "11, friends, "
    assert multi.message_id == "0000000001"
    assert (data.destination_addr, data.text, data.data_coding) == ("7", "\xe9", 3)


def test_other_pdus_are_no_messages() -> None:
    game = Play()
    esme = game.bind()
    esme.give(encode("enquire_link", sequence_number=1), frame(0x999), encode("query_sm", sequence_number=2))
    assert latest_messages(game.smsc, 10) == []


def test_only_the_latest_records_are_looked_through(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(status, "_RECORDS_READ", 4)
    game = Play()
    esme = game.bind()
    for number in range(1, 6):
        esme.submit(SubmitSm(text=b"%d" % number), number)
    assert [message.text for message in latest_messages(game.smsc, 10)] == ["5", "4"]


def test_without_a_journal_there_are_no_messages_to_show() -> None:
    game = Play(settings=SmscSettings(timers=QUIET, journal_octets=0))
    game.bind().submit()
    assert view(game).messages == []
    assert view(game).accepted == 1


@given(st.lists(streams, max_size=4))
def test_whatever_was_sent_it_can_be_looked_at(reads: list[bytes]) -> None:
    game = Play()
    esme = game.bind()
    for octets in reads:
        esme.give(octets)
        game.advance(0.6)
    shown = view(game, 1000)
    counters = game.smsc.counters
    assert (shown.accepted, shown.refused) == (counters.messages_accepted, counters.messages_refused)
    assert sum(message.command_status == 0 for message in shown.messages) == counters.messages_accepted
    instants = [message.instant for message in shown.messages]
    assert instants == sorted(instants, reverse=True)


@pytest.mark.parametrize(
    ("reply", "shown"),
    [
        ("{corrupt: garbage}", None),
        ("{cut_after: 9}", None),
        ("{dribble: 5 every 1s}", None),
        ("none", None),
        ("{repeat: 2}", 0),
        ("ESME_RSYSERR", 8),
    ],
)
def test_answers_that_are_broken_on_purpose_do_not_break_the_page(reply: str, shown: int | None) -> None:
    game = Play(scenario=rule(f"when: {{to: '1'}}, reply: {reply}"))
    esme = game.bind()
    esme.raw = True
    esme.give(SubmitSm(destination=Address(octets=b"2"), registered_delivery=0).wire(1))
    esme.give(SubmitSm(destination=Address(octets=b"1"), registered_delivery=0).wire(2))
    game.advance(10)
    broken, whole = latest_messages(game.smsc, 10)
    assert (broken.destination_addr, broken.command_status) == ("1", shown)
    assert (whole.destination_addr, whole.command_status) == ("2", 0)
