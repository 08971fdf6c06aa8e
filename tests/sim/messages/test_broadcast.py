"""Cell broadcast: taken, asked for and ended on sessions of SMPP 5.0."""

from __future__ import annotations

from typing import Any

import pytest

from smsc_sim.scenario.settings import SmscSettings
from smsc_sim.sim.messages import broadcast
from smsc_sim.smpp.pdu import Pdu
from smsc_sim.smpp.receipt_text import MessageState
from smsc_sim.smpp.status import CommandStatus
from smsc_sim.smpp.times import format_absolute
from tests.sim.playing import BETA, QUIET, START, Esme, Play, message_id_of

AREAS = (b"\x00Town", b"\x01\x02")
TLVS: list[tuple[str | int, object]] = [
    ("broadcast_area_identifier", AREAS[0]),
    ("broadcast_area_identifier", AREAS[1]),
    ("broadcast_content_type", b"\x00\x00\x10"),
    ("broadcast_rep_num", 3),
    ("broadcast_frequency_interval", b"\x08\x00\x0a"),
    ("message_payload", b"Flood"),
]


def played() -> tuple[Play, Esme]:
    play = Play(settings=SmscSettings(timers=QUIET, interface_version="5.0"))
    return play, play.bind(version=0x50)


def begin(esme: Esme, tlvs: list[tuple[str | int, object]] = TLVS, **fields: Any) -> Pdu:
    return esme.ask("broadcast_sm", tlvs=tlvs, **{"source_addr": "S", **fields})


def asked(esme: Esme, message_id: str, **fields: Any) -> Pdu:
    return esme.ask("query_broadcast_sm", message_id=message_id, **{"source_addr": "S", **fields})


def cancel(esme: Esme, **fields: Any) -> int:
    return esme.ask("cancel_broadcast_sm", **{"source_addr": "S", **fields}).command_status


def told(esme: Esme, message_id: str) -> str:
    state = asked(esme, message_id).tlv("message_state")
    assert isinstance(state, int)
    return MessageState(state).name


def test_a_broadcast_goes_out_and_is_over() -> None:
    play, esme = played()
    message_id = message_id_of(begin(esme))
    answer = asked(esme, message_id, tlvs=[("user_message_reference", 7)])
    values = [(tlv.name, tlv.value) for tlv in answer.tlvs]
    assert values == [
        ("message_state", MessageState.ENROUTE),
        ("broadcast_area_identifier", AREAS[0]),
        ("broadcast_area_success", 255),
        ("broadcast_area_identifier", AREAS[1]),
        ("broadcast_area_success", 255),
        ("user_message_reference", 7),
    ]
    play.advance(1.1)
    answer = asked(esme, message_id)
    assert answer.tlv("message_state") == MessageState.DELIVERED
    assert answer.tlv("broadcast_area_success") == 100
    assert str(answer.tlv("broadcast_end_time")).startswith(format_absolute(START + 1))
    assert cancel(esme, message_id=message_id) == CommandStatus.ESME_RBCASTCANCELFAIL


def test_a_broadcast_is_cancelled() -> None:
    play, esme = played()
    message_id = message_id_of(begin(esme, schedule_delivery_time="000001000000000R"))
    assert told(esme, message_id) == "SCHEDULED"
    assert cancel(esme, message_id=message_id, source_addr="T") == CommandStatus.ESME_RBCASTCANCELFAIL
    assert cancel(esme, message_id=message_id) == 0
    assert told(esme, message_id) == "DELETED"
    assert cancel(esme, message_id=message_id) == CommandStatus.ESME_RBCASTCANCELFAIL
    play.advance(86402)
    assert told(esme, message_id) == "DELETED"


def test_without_message_id_all_of_a_kind_are() -> None:
    _, esme = played()
    first, second = message_id_of(begin(esme)), message_id_of(begin(esme, service_type="CBS"))
    kind: list[tuple[str | int, object]] = [("broadcast_content_type", b"\x00\x00\x11")]
    assert cancel(esme, service_type="CBS", tlvs=kind) == CommandStatus.ESME_RBCASTCANCELFAIL
    assert cancel(esme, service_type="CBS", tlvs=TLVS[2:3]) == 0
    assert (told(esme, first), told(esme, second)) == ("ENROUTE", "DELETED")
    assert cancel(esme) == 0
    assert told(esme, first) == "DELETED"


def test_a_broadcast_is_replaced_and_keeps_its_id() -> None:
    play, esme = played()
    message_id = message_id_of(begin(esme))
    play.advance(0.9)
    again = begin(esme, message_id=message_id, replace_if_present_flag=1)
    assert message_id_of(again) == message_id
    play.advance(0.9)
    assert told(esme, message_id) == "ENROUTE"
    play.advance(0.2)
    assert told(esme, message_id) == "DELIVERED"
    late = begin(esme, message_id=message_id, replace_if_present_flag=1)
    assert late.command_status == CommandStatus.ESME_RBCASTFAIL


def test_a_broadcast_expires() -> None:
    play, esme = played()
    message_id = message_id_of(begin(esme, validity_period=format_absolute(START + 0.5)))
    play.advance(0.6)
    assert told(esme, message_id) == "EXPIRED"


@pytest.mark.parametrize("missing", range(2, 5))
def test_its_tlvs_must_be_there(missing: int) -> None:
    _, esme = played()
    answer = begin(esme, TLVS[:missing] + TLVS[missing + 1 :])
    assert answer.command_status == CommandStatus.ESME_RMISSINGOPTPARAM


def test_others_know_nothing_of_it_and_3_4_has_no_broadcast() -> None:
    play, esme = played()
    message_id = message_id_of(begin(esme))
    for other in (play.bind(account=BETA, version=0x50), esme):
        fields = {"source_addr": "T"} if other is esme else {}
        assert asked(other, message_id, **fields).command_status == CommandStatus.ESME_RBCASTQUERYFAIL
    older = play.bind(version=0x34)
    assert begin(older).command_status == CommandStatus.ESME_RINVBNDSTS
    wrong = begin(esme, schedule_delivery_time=format_absolute(START - 60))
    assert wrong.command_status == CommandStatus.ESME_RINVSCHED


def test_the_oldest_is_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(broadcast, "MOST", 3)
    _, esme = played()
    ids = [message_id_of(begin(esme)) for _ in range(4)]
    assert [asked(esme, one).command_status == 0 for one in ids] == [False, True, True, True]
