"""Receipts that wait for a click: kept, released, given up."""

from __future__ import annotations

import pytest

from smsc_sim.scenario.settings import ReceiptSettings
from smsc_sim.smpp.receipt_text import MessageState
from smsc_sim.smpp.status import CommandStatus
from tests.sim.playing import BETA, Esme, Play, SubmitSm, message_id_of, rule, scenario, smsc_settings, text_of


def kept(text: str = "receipt: manual", keep: float = 86_400.0) -> tuple[Play, Esme]:
    settings = smsc_settings(receipts=ReceiptSettings(keep=keep))
    play = Play(scenario=rule(text), settings=settings)
    return play, play.bind()


def release(play: Play, message_id: str, state: MessageState | None = None) -> int:
    count = play.smsc.release(play.account(), message_id, play.now, state)
    play.settle()
    return count


def states(esme: Esme) -> list[MessageState]:
    return [MessageState(int(str(pdu.tlv("message_state")))) for pdu in esme.take()]


def test_it_waits_until_somebody_releases_it() -> None:
    play, esme = kept()
    first, second = (message_id_of(esme.submit()) for _ in range(2))
    play.advance(3600)
    assert esme.take() == []
    assert play.account().pending == 2
    assert release(play, second) == 1
    (receipt,) = esme.take()
    assert message_id_of(receipt) == second
    assert b"done date:2603011300 stat:DELIVRD err:000" in text_of(receipt)
    assert release(play, second) == 0
    assert release(play, "no such id") == 0
    assert release(play, first, MessageState.UNDELIVERABLE) == 1
    (receipt_of_first,) = esme.take()
    assert b"stat:UNDELIV" in text_of(receipt_of_first)
    for pdu in (receipt, receipt_of_first):
        esme.answer(pdu)
    assert play.account().pending == 0
    assert play.account().manual == {}


def test_the_key_of_a_message_works_where_its_id_says_nothing() -> None:
    play, esme = kept("ids: zero, receipt: manual")
    for _ in range(2):
        assert message_id_of(esme.submit()) == "0"
    (first, second) = play.account().manual
    assert release(play, second.decode()) == 1
    assert list(play.account().manual) == [first]
    esme.submit()
    assert release(play, "0") == 2


def test_an_intermediate_state_leaves_it_waiting_for_the_next_one() -> None:
    play, esme = kept()
    message_id = message_id_of(esme.submit(SubmitSm(registered_delivery=0x11)))
    assert release(play, message_id, MessageState.ENROUTE) == 1
    assert release(play, message_id, MessageState.EXPIRED) == 1
    assert release(play, message_id, MessageState.DELIVERED) == 0
    assert states(esme) == [MessageState.ENROUTE, MessageState.EXPIRED]


@pytest.mark.parametrize(
    ("registered_delivery", "force", "state", "sent"),
    [
        (2, False, MessageState.UNDELIVERABLE, 1),
        (2, False, MessageState.DELIVERED, 0),
        (3, False, None, 1),
        (0x10, False, MessageState.ENROUTE, 1),
        (2, True, MessageState.DELIVERED, 1),
        (0, True, None, 1),
    ],
)
def test_a_state_must_be_asked_for_or_forced(
    registered_delivery: int, force: bool, state: MessageState | None, sent: int
) -> None:
    play, esme = kept(f"receipt: {{state: manual, force: {'yes' if force else 'no'}}}")
    message_id = message_id_of(esme.submit(SubmitSm(registered_delivery=registered_delivery)))
    assert len(play.account().manual) == 1
    assert release(play, message_id, state) == sent
    assert len(esme.take()) == sent


def test_a_message_that_wants_no_receipt_is_not_kept() -> None:
    play, esme = kept()
    esme.submit(SubmitSm(registered_delivery=0))
    assert play.account().manual == {}
    assert play.account().pending == 0


def test_everything_else_about_it_is_as_the_rule_says() -> None:
    play, esme = kept(
        "receipt: {state: manual, err: '027', id: hex, times: 2, every: 5s, via: 'account:beta', tlv: {'0x1400': x}}"
    )
    other = play.bind(account=BETA)
    assert release(play, message_id_of(esme.submit())) == 1
    (receipt,) = other.take()
    assert b"id:1 " in text_of(receipt)
    assert b"err:027" in text_of(receipt)
    assert receipt.tlv("0x1400") == b"x"
    play.advance(5.1)
    assert len(other.take()) == 1


def test_several_for_one_message_and_for_many_destinations() -> None:
    play, esme = kept("receipts: [manual, {state: DELIVRD, after: 1s}, {state: manual, text: second}]")
    message_id = message_id_of(esme.submit())
    play.advance(2)
    assert len(esme.take()) == 1
    assert release(play, message_id) == 2
    assert [text_of(pdu)[:6] for pdu in esme.take()] == [b"id:000", b"second"]
    play = Play(scenario=rule("event: submit_multi, receipt: manual"))
    esme = play.bind()
    places = [{"dest_flag": 1, "destination_addr": str(number)} for number in range(3)]
    message_id = message_id_of(esme.ask("submit_multi", dest_addresses=places, registered_delivery=1))
    assert play.account().pending == 3
    assert release(play, message_id) == 3
    assert {pdu.fields["source_addr"] for pdu in esme.take()} == {"0", "1", "2"}


def test_what_is_not_released_is_given_up_in_the_end() -> None:
    play, esme = kept(keep=100.0)
    old = message_id_of(esme.submit())
    play.advance(60)
    new = message_id_of(esme.submit())
    play.advance(60)
    assert release(play, old) == 0
    assert play.smsc.counters.receipts_discarded == 1
    assert play.account().pending == 1
    assert release(play, new) == 1


def test_they_count_for_the_limit_of_the_queue() -> None:
    settings = smsc_settings(receipts=ReceiptSettings(queue=2, keep=100.0))
    esme = (play := Play(scenario=rule("receipt: manual"), settings=settings)).bind()
    assert [esme.submit().command_status for _ in range(3)] == [0, 0, CommandStatus.ESME_RMSGQFUL]
    play.advance(200)
    play.smsc.release(play.account(), "nothing", play.now)
    assert esme.submit().command_status == 0


def test_one_that_waits_takes_the_provider_s_form() -> None:
    play = Play(scenario=scenario("profile: sms77\nrules: [{name: r, receipt: manual}]"))
    esme = play.bind()
    play.smsc.release(play.account(), message_id_of(esme.submit()), play.now, MessageState.REJECTED)
    play.settle()
    (receipt,) = esme.take()
    assert text_of(receipt).endswith(b"stat:REJECTD err:0 Text Hello")


def test_the_error_code_can_be_said() -> None:
    play, esme = kept()
    message_id = message_id_of(esme.submit())
    assert play.smsc.manual.release(play.account(), message_id, play.now, MessageState.UNDELIVERABLE, "042") == 1
    play.settle()
    assert b"stat:UNDELIV err:042" in text_of(esme.take()[0])
