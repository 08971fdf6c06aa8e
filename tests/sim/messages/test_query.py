"""query_sm: the state now, when it became final, and with which error."""

from __future__ import annotations

from typing import Any

import pytest

from smsc_sim.scenario.settings import SmscSettings
from smsc_sim.smpp.pdu import Pdu, encode
from smsc_sim.smpp.receipt_text import MessageState
from smsc_sim.smpp.status import CommandStatus
from smsc_sim.smpp.times import format_absolute
from tests.sim.keeping import keeping
from tests.sim.playing import BETA, QUIET, START, Address, Esme, Play, SubmitSm, message_id_of, rule, scenario

SENDER: dict[str, Any] = {"source_addr_ton": 5, "source_addr_npi": 0, "source_addr": "Sender"}


def query(esme: Esme, message_id: str, **fields: Any) -> Pdu:
    return esme.ask("query_sm", message_id=message_id, **(fields or SENDER))


def told(esme: Esme, message_id: str) -> tuple[MessageState, str, int]:
    answer = query(esme, message_id)
    assert answer.command_status == 0
    assert answer.fields["message_id"] == message_id
    state, error = answer.fields["message_state"], answer.fields["error_code"]
    assert isinstance(state, int)
    assert isinstance(error, int)
    return MessageState(state), str(answer.fields["final_date"]), error


@pytest.mark.parametrize("fast", [True, False])
@pytest.mark.parametrize("registered_delivery", [0, 1])
def test_a_message_is_enroute_and_then_delivered(fast: bool, registered_delivery: int) -> None:
    play = keeping(fast=fast)
    esme = play.bind()
    message_id = message_id_of(esme.submit(SubmitSm(registered_delivery=registered_delivery)))
    assert told(esme, message_id) == (MessageState.ENROUTE, "", 0)
    play.advance(0.9)
    assert told(esme, message_id) == (MessageState.ENROUTE, "", 0)
    play.advance(0.2)
    assert told(esme, message_id) == (MessageState.DELIVERED, format_absolute(START + 1), 0)
    play.advance(1000)
    assert told(esme, message_id) == (MessageState.DELIVERED, format_absolute(START + 1), 0)


@pytest.mark.parametrize("version", [0x34, 0x50])
def test_a_scheduled_message_is_so_until_it_sets_out(version: int) -> None:
    play = keeping(settings=SmscSettings(timers=QUIET, interface_version="5.0"))
    esme = play.bind(version=version)
    message_id = message_id_of(esme.submit(SubmitSm(schedule_delivery_time=b"000000000100000R")))
    wanted = MessageState.SCHEDULED if version == 0x50 else MessageState.ENROUTE
    assert told(esme, message_id) == (wanted, "", 0)
    play.advance(60.5)
    assert told(esme, message_id)[0] is MessageState.ENROUTE
    play.advance(0.6)
    assert told(esme, message_id) == (MessageState.DELIVERED, format_absolute(START + 61), 0)


def test_an_expired_message_says_so_in_its_receipt_and_when_asked() -> None:
    play = keeping(scenario=rule("receipt: {state: DELIVRD, after: 1h}"))
    esme = play.bind()
    message_id = message_id_of(esme.submit(SubmitSm(validity_period=b"000000000010000R")))
    play.advance(9.9)
    assert told(esme, message_id)[0] is MessageState.ENROUTE
    play.advance(0.2)
    assert told(esme, message_id)[:2] == (MessageState.EXPIRED, format_absolute(START + 10))
    (receipt,) = esme.take()
    assert receipt.tlv("message_state") == MessageState.EXPIRED
    play.advance(7200)
    assert esme.take() == []
    assert told(esme, message_id)[0] is MessageState.EXPIRED


@pytest.mark.parametrize(("err", "octet"), [("027", 27), ("'255'", 255), ("'256'", 0), ("x1", 0)])
def test_the_error_code(err: str, octet: int) -> None:
    play = keeping(scenario=rule(f"receipt: {{state: UNDELIV, err: {err}}}"))
    esme = play.bind()
    message_id = message_id_of(esme.submit())
    assert told(esme, message_id)[2] == 0
    play.advance(1.1)
    assert told(esme, message_id)[::2] == (MessageState.UNDELIVERABLE, octet)


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        (SENDER, 0),
        ({"source_addr": "Sender"}, 0),
        ({"source_addr": ""}, 0),
        ({"source_addr_ton": 1, "source_addr": ""}, 0),
        ({"source_addr_ton": 1, "source_addr": "Sender"}, CommandStatus.ESME_RQUERYFAIL),
        ({"source_addr_npi": 1, "source_addr": "Sender"}, CommandStatus.ESME_RQUERYFAIL),
        ({"source_addr": "sender"}, CommandStatus.ESME_RQUERYFAIL),
    ],
)
def test_the_source_address_must_be_that_of_the_message(fields: dict[str, object], status: int) -> None:
    esme = keeping().bind()
    message_id = message_id_of(esme.submit())
    assert query(esme, message_id, **fields).command_status == status


def test_whose_message_it_is() -> None:
    play = keeping()
    message_id = message_id_of(play.bind().submit())
    assert query(play.bind(), message_id).command_status == 0
    assert query(play.bind(account=BETA), message_id).command_status == CommandStatus.ESME_RQUERYFAIL
    assert query(play.bind(), "").command_status == CommandStatus.ESME_RQUERYFAIL
    assert query(play.bind(), "0000000099").command_status == CommandStatus.ESME_RQUERYFAIL
    assert len(play.said("query_sm refused: there is no message of this message_id")) == 3


@pytest.mark.parametrize(
    ("ids", "reply"),
    [
        ("ids: {reply: hex, receipt: decimal}", ""),
        ("ids: {reply: {form: hex, width: 20, prefix: xy}}", ""),
        ("ids: {reply: hex_lower}", "reply: {message_id: 'id-{id}-{to}'}"),
    ],
)
def test_the_id_is_the_one_that_the_response_had(ids: str, reply: str) -> None:
    play = keeping(scenario=rule(", ".join(filter(None, [ids, reply]))))
    esme = play.bind()
    for _ in range(20):
        message_id = message_id_of(esme.submit())
        assert told(esme, message_id)[0] is MessageState.ENROUTE
    assert query(esme, "0000000001").command_status == CommandStatus.ESME_RQUERYFAIL


def test_without_a_store_nothing_is_known() -> None:
    esme = Play().bind()
    assert query(esme, message_id_of(esme.submit())).command_status == CommandStatus.ESME_RQUERYFAIL


def test_a_refused_message_is_not_kept_and_one_whose_answer_is_lost_is() -> None:
    play = keeping(
        scenario=scenario("rules: [{name: a, when: {text: no}, reply: ESME_RSYSERR}, {name: b, reply: none}]")
    )
    esme = play.bind()
    assert esme.submit(SubmitSm(text=b"no")).command_status == CommandStatus.ESME_RSYSERR
    assert esme.give(SubmitSm().wire()) == []
    assert told(esme, "0000000001")[0] is MessageState.ENROUTE


def test_one_of_several_destinations_that_is_pending_speaks_for_all() -> None:
    text = "rules: [{name: r, event: submit_multi, when: {to: '1'}, receipt: {state: UNDELIV, after: 10s}}]"
    play = keeping(scenario=scenario(text))
    esme = play.bind()
    places = [{"dest_flag": 1, "destination_addr": one} for one in ("1", "2")]
    (answer,) = esme.give(encode("submit_multi", sequence_number=2, fields={"dest_addresses": places, **SENDER}))
    message_id = message_id_of(answer)
    play.advance(5)
    assert told(esme, message_id)[0] is MessageState.ENROUTE
    play.advance(6)
    assert told(esme, message_id)[0] is MessageState.UNDELIVERABLE


def test_a_receipt_that_somebody_sends_says_the_state() -> None:
    play = keeping(scenario=rule("receipt: manual"))
    esme = play.bind()
    message_id = message_id_of(esme.submit())
    play.advance(500)
    assert told(esme, message_id)[0] is MessageState.ENROUTE
    assert play.smsc.release(play.account(), message_id, play.now, MessageState.UNDELIVERABLE) == 1
    assert told(esme, message_id)[:2] == (MessageState.UNDELIVERABLE, format_absolute(play.now))


def test_the_last_receipt_that_came_is_what_is_told() -> None:
    play = keeping(scenario=rule("receipts: [{state: ACCEPTD, after: 5s}, {state: UNDELIV, after: 2s}, {after: 9s}]"))
    esme = play.bind()
    message_id = message_id_of(esme.submit())
    seen = []
    for _ in range(10):
        play.advance(1.01)
        seen.append(told(esme, message_id)[0].name)
    assert seen == [*["ENROUTE"], *["UNDELIVERABLE"] * 3, *["ACCEPTED"] * 4, *["DELIVERED"] * 2]


def test_a_message_by_data_sm_and_to_an_address_of_another_kind() -> None:
    play = keeping(settings=SmscSettings(timers=QUIET))
    esme = play.bind()
    answer = esme.ask("data_sm", destination_addr="1", tlvs=[("message_payload", b"x")], **SENDER)
    assert told(esme, message_id_of(answer))[0] is MessageState.ENROUTE
    other = message_id_of(esme.submit(SubmitSm(source=Address(1, 1, b"4477"))))
    assert query(esme, other).command_status == CommandStatus.ESME_RQUERYFAIL
    assert query(esme, other, source_addr="4477").command_status == 0
