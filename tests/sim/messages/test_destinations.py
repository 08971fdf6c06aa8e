"""submit_multi: distribution lists, and what becomes of each destination by itself."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from smsc_sim.scenario.account import AccountDefinition
from smsc_sim.scenario.profile import NO_PROFILE
from smsc_sim.scenario.settings import ReceiptSettings
from smsc_sim.scenario.wallet import Wallet
from smsc_sim.sim.messages.destinations import resolved
from smsc_sim.smpp.errors import WireError
from smsc_sim.smpp.pdu import Pdu, encode
from smsc_sim.smpp.status import CommandStatus
from tests.sim.keeping import Keeper, keep
from tests.sim.playing import Esme, Play, message_id_of, scenario, smsc_settings

LISTS = {"friends": ("11", "12"), "team": ("+21",)}
WITH_LISTS = "distribution_lists: {friends: [11, 12], team: '+21'}"


def multi(*places: str, **fields: Any) -> bytes:
    """A submit_multi to addresses, and to lists, which begin with ``=``."""
    destinations: list[dict[str, object]] = [
        {"dest_flag": 2, "dl_name": place[1:]}
        if place.startswith("=")
        else {"dest_flag": 1, "dest_addr_ton": 1, "dest_addr_npi": 1, "destination_addr": place}
        for place in places
    ]
    values = {"dest_addresses": destinations, "registered_delivery": 1, "source_addr": "S", **fields}
    return encode("submit_multi", sequence_number=7, fields=values)


def addresses(pdu: Pdu) -> list[str]:
    destinations = pdu.fields["dest_addresses"]
    assert isinstance(destinations, list)
    return [str(one["destination_addr"]) for one in destinations]


def failures(answer: Pdu) -> list[tuple[str, int]]:
    failed = answer.fields["unsuccess_smes"]
    assert isinstance(failed, list)
    return [(str(one["destination_addr"]), int(one["error_status_code"])) for one in failed]


def game(text: str = "rules: []", **options: Any) -> tuple[Play, Keeper, Esme]:
    play = Play(scenario=scenario(f"{WITH_LISTS}\n{text}"), **options)
    return play, keep(play), play.bind()


def test_lists_become_their_members() -> None:
    pdu = Pdu(multi("1", "=friends", "2", "=nobody", "=team", "=friends", short_message=b"hi", priority_flag=2))
    found, unknown = resolved(pdu, LISTS)
    assert addresses(found) == ["1", "11", "12", "2", "+21"]
    assert unknown == ["nobody"]
    assert found.sequence_number == 7
    same = {"short_message", "priority_flag", "source_addr", "registered_delivery"}
    assert {name: found.fields[name] for name in same} == {name: pdu.fields[name] for name in same}
    plain = Pdu(multi("1", "2"))
    assert resolved(plain, LISTS) == (plain, [])


@pytest.mark.parametrize(
    ("places", "status"),
    [
        (["=nobody"], CommandStatus.ESME_RINVDLNAME),
        (["=Friends", "=x"], CommandStatus.ESME_RINVDLNAME),
        (["=friends", *["1"] * 254], CommandStatus.ESME_RINVNUMDESTS),
    ],
)
def test_what_cannot_be_resolved(places: list[str], status: int) -> None:
    with pytest.raises(WireError) as caught:
        resolved(Pdu(multi(*places)), LISTS)
    assert caught.value.status == status


def test_each_destination_is_a_message_of_its_own() -> None:
    play, keeper, esme = game()
    (answer,) = esme.give(multi("1", "=friends", "=nobody", short_message=b"hi"))
    assert answer.command_status == 0
    assert failures(answer) == [("nobody", CommandStatus.ESME_RINVDLNAME)]
    assert [(one.destination, one.state, one.place) for one in keeper.all()] == [
        ("1", "DELIVERED", 0),
        ("11", "DELIVERED", 1),
        ("12", "DELIVERED", 2),
    ]
    play.advance(1.1)
    receipts = esme.take()
    assert [pdu.fields["source_addr"] for pdu in receipts] == ["1", "11", "12"]
    assert [pdu.fields["source_addr_ton"] for pdu in receipts] == [1, 1, 1]
    assert {message_id_of(pdu) for pdu in receipts} == {message_id_of(answer)}
    assert [receipt.status for one in keeper.all() for receipt in one.receipts] == ["sent"] * 3


RULES = """
rules:
  - {name: full, event: submit_multi, when: {to: '12'}, reply: ESME_RMSGQFUL}
  - {name: nack, event: submit_multi, when: {to: '13'}, reply: {nack: 0x0401}}
  - {name: undeliv, event: submit_multi, when: {to: '14'}, receipt: {state: UNDELIV, err: '027'}}
"""


def test_rules_decide_about_each_destination() -> None:
    play, keeper, esme = game(RULES)
    (answer,) = esme.give(multi("12", "1", "13", "14", "=nobody"))
    assert answer.command_status == 0
    assert failures(answer) == [
        ("nobody", CommandStatus.ESME_RINVDLNAME),
        ("12", CommandStatus.ESME_RMSGQFUL),
        ("13", 0x401),
    ]
    assert [(one.destination, one.state, one.command_status, one.rule) for one in keeper.all()] == [
        ("12", "", CommandStatus.ESME_RMSGQFUL, "full"),
        ("1", "DELIVERED", 0, ""),
        ("13", "", 0x401, "nack"),
        ("14", "UNDELIVERABLE", 0, "undeliv"),
    ]
    assert (play.smsc.counters.messages_accepted, play.smsc.counters.messages_refused) == (1, 0)
    play.advance(2)
    assert [(pdu.fields["source_addr"], pdu.tlv("message_state")) for pdu in esme.take()] == [("1", 2), ("14", 5)]


def test_when_all_are_refused_the_first_status_is_the_answer() -> None:
    play, _, esme = game(RULES)
    (answer,) = esme.give(multi("=nobody", "12", "13"))
    assert (answer.command_status, answer.command_length) == (CommandStatus.ESME_RMSGQFUL, 16)
    assert play.smsc.counters.messages_refused == 1
    play.advance(5)
    assert esme.take() == []


def test_a_gate_counts_each_destination() -> None:
    rules = "rules: [{name: r, event: submit_multi, when: {first: 2 per account}, reply: ESME_RSYSERR}]"
    _, _, esme = game(rules)
    (answer,) = esme.give(multi("1", "2", "3"))
    assert failures(answer) == [("1", CommandStatus.ESME_RSYSERR), ("2", CommandStatus.ESME_RSYSERR)]


def test_the_dialect_of_the_provider_is_spoken_in_failures_too() -> None:
    dialect: dict[int, int] = {CommandStatus.ESME_RMSGQFUL: 0x4A, CommandStatus.ESME_RINVDLNAME: 0x4B}
    obeyed = replace(scenario(f"{WITH_LISTS}\n{RULES}"), profile=replace(NO_PROFILE, statuses=dialect))
    (answer,) = Play(scenario=obeyed).bind().give(multi("12", "13", "1", "=nobody"))
    assert failures(answer) == [("nobody", 0x4B), ("12", 0x4A), ("13", 0x401)]


def test_the_wallet_pays_for_those_that_are_accepted() -> None:
    account = AccountDefinition(system_id="alpha", password="secret1", wallet=Wallet(balance=10.0, price=1.0))
    play = Play(account, scenario=scenario(f"{WITH_LISTS}\n{RULES}"))
    esme = play.bind()
    esme.give(multi("12", "=friends", "1"))
    assert play.account().balance == 8.0


def test_there_must_be_room_for_all_of_them() -> None:
    _, _, esme = game(settings=smsc_settings(receipts=ReceiptSettings(queue=2)))
    assert esme.give(multi("1", "=friends"))[0].command_status == CommandStatus.ESME_RMSGQFUL
    assert esme.give(multi("=friends"))[0].command_status == 0


def test_lists_change_with_the_scenario() -> None:
    play, _, esme = game()
    play.obey(scenario("distribution_lists: {other: 5}"))
    assert esme.give(multi("=friends"))[0].command_status == CommandStatus.ESME_RINVDLNAME
    assert esme.give(multi("=other"))[0].command_status == 0


def test_a_message_of_a_list_can_be_asked_for_and_cancelled() -> None:
    play, keeper, esme = game()
    (answer,) = esme.give(multi("=friends"))
    fields: dict[str, Any] = {"message_id": message_id_of(answer), "source_addr": "S", "destination_addr": "12"}
    assert esme.ask("cancel_sm", **fields).command_status == 0
    assert [one.state for one in keeper.all()] == ["DELIVERED", "DELETED"]
    play.advance(3)
    assert sorted((pdu.fields["source_addr"], pdu.tlv("message_state")) for pdu in esme.take()) == [
        ("11", 2),
        ("12", 4),
    ]


# data_sm


def test_the_time_to_live_of_a_data_sm_is_its_validity() -> None:
    play, keeper, esme = game("rules: [{name: r, event: data_sm, receipt: {after: 1h}}]")
    tlvs: list[tuple[str | int, object]] = [
        ("message_payload", b"x"),
        ("qos_time_to_live", 30),
        ("dest_network_type", 1),
        ("source_bearer_type", 2),
        ("set_dpf", 1),
    ]
    answer = esme.ask("data_sm", destination_addr="1", registered_delivery=1, tlvs=tlvs)
    assert answer.command_status == 0
    assert keeper.all()[0].expires_at == play.now + 30
    play.advance(31)
    assert [pdu.tlv("message_state") for pdu in esme.take()] == [3]
    play.advance(7200)
    assert esme.take() == []
