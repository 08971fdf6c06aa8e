"""replace_sm and replace_if_present_flag: another message in place of one that is pending."""

from __future__ import annotations

from typing import Any

import pytest

from smsc_sim.scenario.settings import ReceiptSettings
from smsc_sim.sim.receipts.resume import Resumption
from smsc_sim.sim.store.unended import unended
from smsc_sim.smpp.pdu import Pdu, encode
from smsc_sim.smpp.receipt_text import MessageState
from smsc_sim.smpp.status import CommandStatus
from smsc_sim.smpp.times import format_absolute
from tests.sim.keeping import Keeper, keep, keeping, pending_of
from tests.sim.playing import (
    BETA,
    START,
    Address,
    Esme,
    Play,
    SubmitSm,
    message_id_of,
    rule,
    scenario,
    smsc_settings,
    text_of,
)

SENDER: dict[str, Any] = {"source_addr_ton": 5, "source_addr_npi": 0, "source_addr": "Sender"}
FAILED = CommandStatus.ESME_RREPLACEFAIL
TOMORROW = "000001000000000R"


def replace(esme: Esme, message_id: str, text: bytes = b"other", **fields: Any) -> int:
    given = {"registered_delivery": 1, "short_message": text, **SENDER, **fields}
    answer = esme.ask("replace_sm", message_id=message_id, **given)
    assert answer.name == "replace_sm_resp"
    return answer.command_status


def told(esme: Esme, message_id: str) -> tuple[str, str]:
    answer = esme.ask("query_sm", message_id=message_id, **SENDER)
    return MessageState(int(str(answer.fields["message_state"]))).name, str(answer.fields["final_date"])


def states(pdus: list[Pdu]) -> list[str]:
    return [MessageState(state).name for pdu in pdus if isinstance(state := pdu.tlv("message_state"), int)]


def kept(**options: Any) -> tuple[Play, Keeper, Esme]:
    play = Play(**options)
    return play, keep(play), play.bind()


def test_a_message_gets_another_text_and_begins_anew() -> None:
    play, keeper, esme = kept()
    message_id = message_id_of(esme.submit())
    play.advance(0.5)
    assert replace(esme, message_id, b"New text") == 0
    assert keeper.all()[0].text == "New text"
    play.advance(0.9)
    assert told(esme, message_id) == ("ENROUTE", "")
    play.advance(0.2)
    assert told(esme, message_id) == ("DELIVERED", format_absolute(START + 1.5))
    (receipt,) = esme.take()
    assert message_id_of(receipt) == message_id
    assert text_of(receipt).endswith(b"text:New text")
    assert receipt.tlv("receipted_message_id") == message_id
    esme.answer(receipt)
    play.advance(100)
    assert esme.take() == []
    assert (pending_of(play), play.smsc.delivery.withdrawn) == (0, set())
    assert replace(esme, message_id) == FAILED
    (message,) = keeper.all()
    assert [one.status for one in message.receipts] == ["cancelled", "acknowledged"]


@pytest.mark.parametrize(("before", "after", "receipts"), [(0, 1, 1), (1, 0, 0), (2, 3, 1), (1, 2, 0)])
def test_registered_delivery_is_the_new_one(before: int, after: int, receipts: int) -> None:
    play, _, esme = kept()
    message_id = message_id_of(esme.submit(SubmitSm(registered_delivery=before)))
    assert replace(esme, message_id, registered_delivery=after) == 0
    play.advance(10)
    assert len(esme.take()) == receipts
    assert told(esme, message_id)[0] == "DELIVERED"


def test_times_stay_or_change() -> None:
    play, keeper, esme = kept()
    message_id = message_id_of(
        esme.submit(SubmitSm(schedule_delivery_time=TOMORROW.encode(), validity_period=b"000002000000000R"))
    )
    before = keeper.all()[0]
    assert replace(esme, message_id) == 0
    same = keeper.all()[0]
    assert (same.scheduled_at, same.expires_at, same.state_at) == (
        before.scheduled_at,
        before.expires_at,
        before.state_at,
    )
    assert told(esme, message_id)[0] == "ENROUTE"
    later, end = format_absolute(START + 3600), format_absolute(START + 3600.5)
    assert replace(esme, message_id, schedule_delivery_time=later, validity_period=end) == 0
    play.advance(3600.2)
    assert told(esme, message_id)[0] == "ENROUTE"
    play.advance(0.4)
    assert told(esme, message_id) == ("EXPIRED", end)
    play.advance(5 * 86400)
    assert states(esme.take()) == ["EXPIRED"]


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"schedule_delivery_time": "260301110000000+"}, CommandStatus.ESME_RINVSCHED),
        ({"schedule_delivery_time": "x" * 16}, CommandStatus.ESME_RINVSCHED),
        ({"schedule_delivery_time": "000002000000000R"}, CommandStatus.ESME_RINVSCHED),
        ({"validity_period": "260301110000000+"}, CommandStatus.ESME_RINVEXPIRY),
        ({"validity_period": "000000010000000R", "schedule_delivery_time": TOMORROW}, CommandStatus.ESME_RINVEXPIRY),
        ({"validity_period": "050000000000000R"}, CommandStatus.ESME_RINVEXPIRY),
    ],
)
def test_bad_times_change_nothing(fields: dict[str, Any], status: int) -> None:
    _, keeper, esme = kept()
    message_id = message_id_of(esme.submit(SubmitSm(validity_period=b"000001120000000R")))
    before = keeper.all()
    assert replace(esme, message_id, **fields) == status
    assert keeper.all() == before


def test_which_message() -> None:
    play, _, esme = kept()
    message_id = message_id_of(esme.submit())
    assert replace(esme, "") == FAILED
    assert replace(esme, "0000000009") == FAILED
    assert replace(esme, message_id, source_addr="x") == FAILED
    assert replace(esme, message_id, source_addr_npi=1) == FAILED
    assert replace(play.bind(account=BETA), message_id) == FAILED
    assert replace(esme, message_id, source_addr="") == 0
    play.advance(2)
    assert replace(esme, message_id) == FAILED


def test_it_can_be_replaced_again_and_cancelled_afterwards() -> None:
    play, _, esme = kept()
    message_id = message_id_of(esme.submit())
    for number in range(5):
        play.advance(0.5)
        assert replace(esme, message_id, b"%d" % number) == 0
    assert esme.ask("cancel_sm", message_id=message_id, **SENDER).command_status == 0
    play.advance(100)
    (receipt,) = esme.take()
    assert states([receipt]) == ["DELETED"]
    assert text_of(receipt).endswith(b"text:4")
    esme.answer(receipt)
    assert (pending_of(play), play.smsc.delivery.withdrawn) == (0, set())


def test_what_the_rule_said_holds_on() -> None:
    text = """
      rules:
        - {name: slow, when: {text: slow}, receipts: [{state: UNDELIV, err: '027', after: 10s, times: 2, every: 1s}]}
    """
    play, keeper, esme = kept(scenario=scenario(text))
    message_id = message_id_of(esme.submit(SubmitSm(text=b"slow")))
    assert replace(esme, message_id, b"quick") == 0
    play.advance(9)
    assert (esme.take(), keeper.all()[0].rule) == ([], "slow")
    play.advance(5)
    assert states(esme.take()) == ["UNDELIVERABLE"] * 2
    assert play.smsc.rules is not None
    assert play.smsc.rules.rules[0].decided == 1


def test_with_dice_and_without_the_rule() -> None:
    play, _, esme = kept(scenario=rule("receipt: {state: {DELIVRD: 50, UNDELIV: 50}, after: 5s..6s}"))
    first, second = message_id_of(esme.submit()), message_id_of(esme.submit())
    assert replace(esme, first) == 0
    play.obey(scenario("rules: []"))
    assert replace(esme, second) == 0
    play.advance(1.1)
    assert [message_id_of(pdu) for pdu in esme.take()] == [second]
    play.advance(10)
    (receipt,) = esme.take()
    assert states([receipt]) == [told(esme, first)[0]]


def test_a_receipt_that_somebody_has_to_send_waits_on() -> None:
    play, _, esme = kept(scenario=rule("receipt: manual"))
    message_id = message_id_of(esme.submit())
    assert replace(esme, message_id, b"new") == 0
    assert pending_of(play) == 1
    assert play.smsc.release(play.account(), message_id, play.now) == 1
    play.settle()
    (receipt,) = esme.take()
    assert text_of(receipt).endswith(b"text:new")
    assert told(esme, message_id)[0] == "DELIVERED"


def test_the_queue_has_to_have_room() -> None:
    _, _, esme = kept(settings=smsc_settings(receipts=ReceiptSettings(queue=1)))
    message_id = message_id_of(esme.submit())
    assert replace(esme, message_id) == CommandStatus.ESME_RMSGQFUL


def test_after_a_restart_what_was_withdrawn_stays_so_and_the_rest_comes_once() -> None:
    play, keeper, esme = kept()
    replaced, cancelled = message_id_of(esme.submit()), message_id_of(esme.submit())
    assert replace(esme, replaced, b"first") == 0
    assert replace(esme, replaced, b"second") == 0
    assert esme.ask("cancel_sm", message_id=cancelled, **SENDER).command_status == 0
    keeper.all()
    again = Play(now=play.now + 60)
    again.smsc.begin_with(*play.smsc.numbers())
    kept_again = keep(again, keeper.store)
    Resumption(again.smsc).plan(unended(keeper.store, 0, again.smsc.ledger.next_id), again.now)
    client = again.bind()
    again.advance(1)
    receipts = client.take()
    assert sorted((message_id_of(pdu), state) for pdu, state in zip(receipts, states(receipts), strict=True)) == [
        (replaced, "DELIVERED"),
        (cancelled, "DELETED"),
    ]
    assert [text_of(pdu).endswith(b"text:second") for pdu in receipts if message_id_of(pdu) == replaced] == [True]
    for pdu in receipts:
        client.answer(pdu)
    assert (pending_of(again), kept_again.all()[0].state) == (0, "DELIVERED")
    assert not unended(keeper.store, 0, again.smsc.ledger.next_id).messages


# replace_if_present_flag


def submit(esme: Esme, text: bytes = b"Hello", flag: int = 1, **fields: Any) -> str:
    answer = esme.submit(SubmitSm(text=text, replace_if_present_flag=flag, **fields))
    assert answer.command_status == 0
    return message_id_of(answer)


@pytest.mark.parametrize("fast", [True, False])
def test_a_message_takes_the_place_of_the_one_that_is_pending(fast: bool) -> None:
    play, keeper, esme = kept(fast=fast)
    first, second = submit(esme, flag=0), submit(esme, flag=0)
    third = submit(esme, b"third")
    assert [one.state for one in keeper.all()] == ["DELIVERED", "DELETED", "DELIVERED"]
    play.advance(5)
    came = esme.take()
    assert sorted((message_id_of(pdu), state) for pdu, state in zip(came, states(came), strict=True)) == [
        (first, "DELIVERED"),
        (second, "DELETED"),
        (third, "DELIVERED"),
    ]
    assert [told(esme, one)[0] for one in (first, second, third)] == ["DELIVERED", "DELETED", "DELIVERED"]


@pytest.mark.parametrize(
    "other",
    [
        {"source": Address(5, 0, b"Else")},
        {"source": Address(5, 1, b"Sender")},
        {"destination": Address(1, 1, b"4917")},
        {"destination": Address(0, 1, b"491701234567")},
        {"service_type": b"WAP"},
    ],
)
def test_source_destination_and_service_type_must_be_the_same(other: dict[str, Any]) -> None:
    _, keeper, esme = kept()
    submit(esme)
    submit(esme, **other)
    assert [one.state for one in keeper.all()] == ["DELIVERED", "DELIVERED"]
    submit(esme)
    assert [one.state for one in keeper.all()] == ["DELETED", "DELIVERED", "DELIVERED"]


def test_what_is_final_or_of_another_account_or_refused_stays() -> None:
    play, keeper, esme = kept(scenario=scenario("rules: [{name: r, when: {text: no}, reply: ESME_RSYSERR}]"))
    submit(esme)
    play.advance(2)
    submit(play.bind(account=BETA))
    esme.submit(SubmitSm(replace_if_present_flag=1, text=b"no"))
    assert [one.state for one in keeper.all()] == ["DELIVERED", "DELIVERED", ""]


def test_a_flag_that_is_neither_and_no_store() -> None:
    esme = Play().bind()
    answer = esme.submit(SubmitSm(replace_if_present_flag=2))
    assert answer.command_status == CommandStatus.ESME_RINVREPFLAG
    assert esme.submit(SubmitSm(replace_if_present_flag=1)).command_status == 0


def test_by_submit_multi_each_destination_replaces_its_own() -> None:
    play = keeping()
    esme = play.bind()
    ids = [submit(esme, destination=Address(1, 1, one)) for one in (b"1", b"2", b"3")]
    places = [{"dest_flag": 1, "dest_addr_ton": 1, "dest_addr_npi": 1, "destination_addr": one} for one in ("1", "3")]
    fields = {"dest_addresses": places, "replace_if_present_flag": 1, **SENDER}
    (answer,) = esme.give(encode("submit_multi", sequence_number=2, fields=fields))
    assert answer.command_status == 0
    assert [told(esme, one)[0] for one in ids] == ["DELETED", "ENROUTE", "DELETED"]


def test_a_batch_owes_what_was_added_until_that_is_settled() -> None:
    play, keeper, esme = kept()
    first, second = message_id_of(esme.submit()), message_id_of(esme.submit())
    keeper.write()
    assert esme.ask("cancel_sm", message_id=first, **SENDER).command_status == 0
    play.advance(0.1)
    (deleted,) = esme.take()
    esme.answer(deleted)
    keeper.write()
    assert keeper.store.staging.oldest()[2], "the other message still waits for its receipt"
    play.advance(2)
    (delivered,) = esme.take()
    assert message_id_of(delivered) == second
    esme.answer(delivered)
    keeper.write()
    assert not keeper.store.staging.oldest()[2]
