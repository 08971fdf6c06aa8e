"""cancel_sm: which messages it ends, and that nothing comes afterwards but the receipt of that."""

from __future__ import annotations

from typing import Any

import pytest

from smsc_sim.scenario.settings import ReceiptSettings
from smsc_sim.smpp.pdu import Pdu, encode
from smsc_sim.smpp.receipt_text import MessageState
from smsc_sim.smpp.status import CommandStatus
from tests.sim.keeping import keep, keeping, pending_of
from tests.sim.playing import BETA, Address, Esme, Play, SubmitSm, message_id_of, rule, scenario, smsc_settings

SENDER: dict[str, Any] = {"source_addr_ton": 5, "source_addr_npi": 0, "source_addr": "Sender"}
THERE: dict[str, Any] = {"dest_addr_ton": 1, "dest_addr_npi": 1, "destination_addr": "491701234567"}
FAILED = CommandStatus.ESME_RCANCELFAIL


def cancel(esme: Esme, message_id: str = "", **fields: Any) -> int:
    answer = esme.ask("cancel_sm", message_id=message_id, **(fields or SENDER))
    assert answer.name == "cancel_sm_resp"
    return answer.command_status


def states(pdus: list[Pdu]) -> list[str]:
    return [MessageState(state).name for pdu in pdus if isinstance(state := pdu.tlv("message_state"), int)]


def state_of(esme: Esme, message_id: str) -> str:
    answer = esme.ask("query_sm", message_id=message_id, **SENDER)
    return MessageState(int(str(answer.fields["message_state"]))).name


@pytest.mark.parametrize("fast", [True, False])
@pytest.mark.parametrize(("registered_delivery", "receipts"), [(0, []), (1, ["DELETED"]), (2, ["DELETED"]), (3, [])])
def test_a_pending_message_is_deleted(fast: bool, registered_delivery: int, receipts: list[str]) -> None:
    play = keeping(fast=fast)
    esme = play.bind()
    message_id = message_id_of(esme.submit(SubmitSm(registered_delivery=registered_delivery)))
    assert cancel(esme, message_id) == 0
    assert state_of(esme, message_id) == "DELETED"
    play.advance(1000)
    came = esme.take()
    assert states(came) == receipts
    assert [message_id_of(pdu) for pdu in came] == [message_id] * len(receipts)
    assert [pdu.fields["short_message"] for pdu in came if b"stat:DELETED err:000" not in pdu.octets] == []
    for pdu in came:
        esme.answer(pdu)
    assert pending_of(play) == 0
    assert play.smsc.delivery.withdrawn == set()
    assert cancel(esme, message_id) == FAILED


def test_its_receipt_comes_after_the_response() -> None:
    play = keeping()
    esme = play.bind()
    message_id = message_id_of(esme.submit())
    (response,) = esme.give(encode("cancel_sm", sequence_number=5, fields={"message_id": message_id, **SENDER}))
    assert response.name == "cancel_sm_resp"
    play.advance(0.03)
    assert states(esme.take()) == ["DELETED"]


def test_a_scheduled_message_never_sets_out() -> None:
    play = keeping()
    esme = play.bind()
    message_id = message_id_of(esme.submit(SubmitSm(schedule_delivery_time=b"000001000000000R")))
    assert state_of(esme, message_id) == "ENROUTE"
    assert cancel(esme, message_id) == 0
    play.advance(2 * 86400)
    assert states(esme.take()) == ["DELETED"]


def test_what_is_final_cannot_be_cancelled() -> None:
    play = keeping()
    esme = play.bind()
    message_id = message_id_of(esme.submit())
    play.advance(1.0)
    assert cancel(esme, message_id) == FAILED
    play.advance(0.1)
    assert states(esme.take()) == ["DELIVERED"]
    assert cancel(esme, message_id) == FAILED


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        (SENDER, 0),
        ({**SENDER, **THERE}, 0),
        ({"source_addr": ""}, 0),
        ({"source_addr": "other"}, FAILED),
        ({**SENDER, "destination_addr": "1"}, FAILED),
        ({**SENDER, **THERE, "dest_addr_npi": 8}, FAILED),
    ],
)
def test_by_message_id_the_addresses_must_be_its_own(fields: dict[str, Any], status: int) -> None:
    esme = keeping().bind()
    assert cancel(esme, message_id_of(esme.submit()), **fields) == status


def test_nobody_cancels_the_messages_of_another_account() -> None:
    play = keeping()
    esme = play.bind()
    message_id = message_id_of(esme.submit())
    other = play.bind(account=BETA)
    assert cancel(other, message_id) == FAILED
    assert cancel(other, **SENDER, **THERE) == FAILED
    assert cancel(Play().bind(), message_id) == FAILED


def test_without_message_id_all_between_two_addresses_are_cancelled() -> None:
    play = keeping()
    esme = play.bind()
    chosen = [message_id_of(esme.submit(SubmitSm(service_type=kind))) for kind in (b"", b"WAP", b"WAP")]
    others = [
        message_id_of(esme.submit(SubmitSm(destination=Address(1, 1, b"49170")))),
        message_id_of(esme.submit(SubmitSm(source=Address(5, 0, b"Else")))),
    ]
    assert cancel(esme, service_type="CMT", **SENDER, **THERE) == FAILED
    assert cancel(esme, service_type="WAP", **SENDER, **THERE) == 0
    assert [state_of(esme, one) for one in chosen] == ["ENROUTE", "DELETED", "DELETED"]
    assert cancel(esme, service_type="WAP", **SENDER, **THERE) == FAILED
    assert cancel(esme, **SENDER, **THERE) == 0
    assert [state_of(esme, one) for one in chosen] == ["DELETED"] * 3
    assert cancel(esme, **SENDER) == FAILED
    play.advance(10)
    assert sorted(states(esme.take())) == ["DELETED"] * 3 + ["DELIVERED"] * 2
    assert state_of(esme, others[0]) == "DELIVERED"


def test_of_several_destinations_one_or_all() -> None:
    play = keeping()
    esme = play.bind()
    places = [{"dest_flag": 1, "destination_addr": one} for one in ("1", "2", "3")]
    fields = {"dest_addresses": places, "registered_delivery": 1, **SENDER}
    (answer,) = esme.give(encode("submit_multi", sequence_number=2, fields=fields))
    message_id = message_id_of(answer)
    assert cancel(esme, message_id, destination_addr="2", **SENDER) == 0
    assert cancel(esme, message_id, destination_addr="2", **SENDER) == FAILED
    play.advance(0.1)
    assert [pdu.fields["source_addr"] for pdu in esme.take()] == ["2"]
    assert cancel(esme, message_id) == 0
    play.advance(10)
    assert [(pdu.fields["source_addr"], pdu.tlv("message_state")) for pdu in esme.take()] == [("1", 5 - 1), ("3", 4)]


@pytest.mark.parametrize(
    "receipt",
    [
        "{times: 3, every: 2s}",
        "{after: 200s}",
        "{id: hex, tlv: {'0x1400': x}}",
        "{pdu: data_sm}",
        "{via: 'account:beta'}",
        "{via: least_loaded}",
        "manual",
        "{state: {DELIVRD: 1, UNDELIV: 1}}",
    ],
)
def test_receipts_of_every_kind_are_withdrawn(receipt: str) -> None:
    play = keeping(scenario=rule(f"receipt: {receipt}"))
    esme, other = play.bind(), play.bind(account=BETA)
    message_id = message_id_of(esme.submit())
    assert pending_of(play) == 1
    assert cancel(esme, message_id) == 0
    play.advance(500)
    came = [*esme.take(), *other.take()]
    assert states(came) == ["DELETED"]
    for session in (esme, other):
        for pdu in came:
            session.answer(pdu)
    assert pending_of(play) == 0
    assert play.account(BETA).pending == 0
    assert play.smsc.delivery.withdrawn == set()
    assert play.account().manual == {}


def test_an_intermediate_notification_that_waits_is_not_sent_any_more() -> None:
    play = keeping(scenario=rule("receipts: [{state: ENROUTE, after: 1s}, {after: 60s}]"))
    esme = play.bind("transmitter")
    message_id = message_id_of(esme.submit(SubmitSm(registered_delivery=0x11)))
    play.advance(5)
    assert play.account().waiting_count == 1
    assert cancel(esme, message_id) == 0
    receiver = play.bind("receiver")
    play.advance(100)
    assert states(receiver.take()) == ["DELETED"]
    assert play.smsc.delivery.withdrawn == set()


def test_an_intermediate_notification_that_was_refused_for_now_is_not_sent_again() -> None:
    play = keeping(scenario=rule("receipts: [{state: ENROUTE, after: 1s}, {after: 60s}]"))
    esme = play.bind()
    message_id = message_id_of(esme.submit(SubmitSm(registered_delivery=0x11)))
    play.advance(2)
    (notification,) = esme.take()
    assert cancel(esme, message_id) == 0
    esme.answer(notification, CommandStatus.ESME_RMSGQFUL)
    play.advance(200)
    came = esme.take()
    assert states(came) == ["DELETED"]
    esme.answer(came[0])
    assert (pending_of(play), play.smsc.delivery.withdrawn) == (0, set())


@pytest.mark.parametrize("fast", [True, False])
def test_an_answer_to_one_that_is_on_its_way_ends_it(fast: bool) -> None:
    play = keeping(scenario=rule("receipts: [{state: ENROUTE, after: 1s}, {after: 60s}]"), fast=fast)
    esme = play.bind()
    message_id = message_id_of(esme.submit(SubmitSm(registered_delivery=0x11)))
    play.advance(2)
    (notification,) = esme.take()
    assert cancel(esme, message_id) == 0
    assert len(play.smsc.delivery.withdrawn) == 2
    esme.answer(notification)
    assert len(play.smsc.delivery.withdrawn) == 1
    play.advance(61)
    assert play.smsc.delivery.withdrawn == set()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("receipt: none", []),
        ("receipt: {state: UNDELIV, err: '027', text: 'x {id} y'}", [b"x 0000000001 y"]),
        ("receipt: {force: yes}", [None]),
    ],
)
def test_its_receipt_looks_as_the_rule_has_them(text: str, expected: list[bytes | None]) -> None:
    play = keeping(scenario=rule(text))
    esme = play.bind()
    forced = "force" in text
    message_id = message_id_of(esme.submit(SubmitSm(registered_delivery=0 if forced else 1)))
    assert cancel(esme, message_id) == 0
    play.advance(10)
    came = esme.take()
    assert states(came) == ["DELETED"] * len(expected)
    assert all(body is None or pdu.fields["short_message"] == body for pdu, body in zip(came, expected, strict=True))


def test_receipts_do_not_grow_beyond_the_queue() -> None:
    play = keeping(settings=smsc_settings(receipts=ReceiptSettings(queue=3)))
    esme = play.bind("transmitter")
    ids = [message_id_of(esme.submit()) for _ in range(2)]
    assert cancel(esme, ids[0]) == 0
    assert pending_of(play) == 3
    assert cancel(esme, ids[1]) == CommandStatus.ESME_RMSGQFUL
    play.advance(2)
    assert pending_of(play) == 2


def test_rules_come_before() -> None:
    text = """
      rules:
        - {name: refused, event: cancel_sm, when: {from: Sender, message_id: "*1"}, reply: ESME_RSYSERR}
        - {name: accepted, event: cancel_sm, when: {message_id: "*2"}, reply: ok}
    """
    play = keeping(scenario=scenario(text))
    esme = play.bind()
    first, second, third = (message_id_of(esme.submit()) for _ in range(3))
    assert cancel(esme, first) == CommandStatus.ESME_RSYSERR
    assert cancel(esme, second) == 0
    assert cancel(esme, "nothing2") == 0
    assert cancel(esme, third) == 0
    play.advance(2)
    assert sorted(states(esme.take())) == ["DELETED", "DELETED", "DELIVERED"]


def test_the_ledger_says_what_happened() -> None:
    play = Play()
    keeper = keep(play)
    esme = play.bind()
    cancel(esme, message_id_of(esme.submit()))
    play.advance(0.1)
    (message,) = keeper.all()
    assert (message.state, message.state_at, message.error_code) == ("DELETED", play.now - 0.1, "000")
    assert [(one.state, one.status) for one in message.receipts] == [("DELIVERED", "cancelled"), ("DELETED", "sent")]
