"""Outcomes: ids, wallets, many destinations, switches; and that chance does not depend on who comes first."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smsc_sim.scenario.load import load
from smsc_sim.sim.sessions.session import Ending
from smsc_sim.smpp.pdu import Pdu, encode
from smsc_sim.smpp.status import CommandStatus
from tests.sim.playing import (
    ALPHA,
    BETA,
    Address,
    Esme,
    Play,
    SubmitSm,
    bind_octets,
    brief,
    message_id_of,
    rule,
    scenario,
    text_of,
)

BROKE = CommandStatus.ESME_RINVBALANCE


def to(address: str, **fields: Any) -> SubmitSm:
    return SubmitSm(destination=Address(octets=address.encode()), **fields)


def ids_of(play: Play, esme: Esme, message: SubmitSm | None = None) -> tuple[str, str, object]:
    """The id of a message in its response, in its receipt's text and in its TLV."""
    response = esme.submit(message)
    play.advance(1.1)
    (receipt,) = esme.take()
    esme.answer(receipt)
    return message_id_of(response), message_id_of(receipt), receipt.tlv("receipted_message_id")


# Ids


@pytest.mark.parametrize(
    ("ids", "reply", "text", "tlv"),
    [
        ("decimal", "6699", "6699", "6699"),
        ("hex", "1A2B", "1A2B", "1A2B"),
        ("hex_lower", "1a2b", "1a2b", "1a2b"),
        ("{reply: hex, receipt: decimal}", "1A2B", "6699", "6699"),
        ("{reply: decimal, receipt: hex, tlv: decimal}", "6699", "1A2B", "6699"),
        ("{receipt: zero, tlv: hex_lower}", "0000006699", "0", "1a2b"),
        ("{reply: {form: hex, width: 8}, receipt: {width: 10}}", "00001A2B", "0000006699", "0000006699"),
        ("{reply: {prefix: 'id-'}, receipt: {digits: 2}}", "id-6699", "99", "99"),
        ("{receipt: empty}", "0000006699", "", ""),
        ("{reply: empty}", "", "0000006699", "0000006699"),
    ],
)
@pytest.mark.parametrize("place", ["account", "rule", "defaults"])
def test_forms_of_the_id_of_an_account_a_rule_and_the_defaults(
    ids: str, reply: str, text: str, tlv: str, place: str
) -> None:
    account = "accounts: [{system_id: alpha, password: secret1"
    play = Play(
        scenario=scenario(
            {
                "account": f"{account}, ids: {ids}}}]",
                "rule": f"rules: [{{name: r, ids: {ids}}}]",
                "defaults": f"defaults: {{ids: {ids}}}",
            }[place]
        )
    )
    play.smsc.message_ids.low = 6699
    assert ids_of(play, play.bind()) == (reply, text, tlv)


def test_a_receipt_without_an_id() -> None:
    play = Play(scenario=rule("ids: {receipt: absent}"))
    esme = play.bind()
    assert message_id_of(esme.submit()) == "0000000001"
    play.advance(1.1)
    (receipt,) = esme.take()
    assert text_of(receipt).startswith(b"sub:001 dlvrd:001 ")
    assert [tlv.name for tlv in receipt.tlvs] == ["message_state"]


def test_the_nearest_form_of_the_id_counts() -> None:
    play = Play(
        scenario=scenario("""
          defaults: {ids: {reply: hex, receipt: zero}}
          accounts:
            - {system_id: alpha, password: secret1, ids: {reply: hex_lower}}
            - {system_id: beta, password: secret2}
          rules: [{name: r, when: {to: "1"}, ids: {receipt: {form: decimal, width: 3}}}]
        """)
    )
    play.smsc.message_ids.low = 10
    alpha, beta = play.bind(), play.bind(account=BETA)
    assert ids_of(play, alpha) == ("a", "0", "0")
    assert ids_of(play, alpha, to("1")) == ("b", "011", "011")
    assert ids_of(play, beta) == ("C", "0", "0")


def test_ids_of_3_3_are_short_and_hexadecimal_unless_something_else_is_said(tmp_path: Path) -> None:
    play = Play(
        scenario=scenario(
            "accounts: [{system_id: alpha, password: secret1}, {system_id: beta, password: secret2, ids: decimal}]"
        )
    )
    play.smsc.message_ids.low = 6699
    for account, wanted in ((ALPHA, "00001A2B"), (BETA, "6700")):
        assert message_id_of(play.bind(account=account, version=0x33).submit()) == wanted
    (tmp_path / "own.yaml").write_text(
        "smsc_profile: 1\nname: own\nsource: a test\nids: hex\nids_3.3: {reply: decimal}\n"
    )
    (tmp_path / "scenario.yaml").write_text("smsc: 1\nprofile: own.yaml\n")
    play = Play(scenario=load(tmp_path / "scenario.yaml"))
    play.smsc.message_ids.low = 6699
    assert message_id_of(play.bind(version=0x33).submit()) == "6699"
    assert message_id_of(play.bind().submit()) == "1A2C"


# Wallets


def wallet(text: str, rules: str = "") -> Play:
    return Play(scenario=scenario(f"accounts: [{{system_id: alpha, password: secret1, wallet: {{{text}}}}}]\n{rules}"))


def statuses(esme: Esme, count: int, message: SubmitSm | None = None) -> list[int]:
    """The answers to messages that come one by one, and to as many that come together."""
    return [esme.submit(message).command_status for _ in range(count)]


@pytest.mark.parametrize(
    ("text", "paid"),
    [
        ("balance: 3", 3),
        ("balance: 10, price: 2", 5),
        ("balance: 10, price: 3", 3),
        ("balance: 0", 0),
        ("balance: 1, price: 0.1", 10),
        ("balance: 0.3, price: 0.1", 3),
        ("balance: 2.1, price: 0.7", 3),
        ("balance: 0, price: 0", 12),
    ],
)
def test_messages_use_up_the_balance(text: str, paid: int) -> None:
    esme = wallet(text).bind()
    assert statuses(esme, 12) == [0] * paid + [BROKE] * (12 - paid)


def test_messages_in_one_read_use_it_up_as_well() -> None:
    play = wallet("balance: 3")
    came = play.bind().give(b"".join(SubmitSm().wire(number) for number in range(1, 6)))
    assert [pdu.command_status for pdu in came] == [0, 0, 0, BROKE, BROKE]
    assert play.account().balance == 0
    assert (play.smsc.counters.messages_accepted, play.smsc.counters.messages_refused) == (3, 2)


@pytest.mark.parametrize(
    ("octets", "data_coding", "parts"),
    [
        (1, 0, 1),
        (160, 0, 1),
        (161, 0, 2),
        (306, 0, 2),
        (307, 0, 3),
        (140, 8, 1),
        (141, 8, 2),
        (268, 8, 2),
        (269, 8, 3),
        (140, 4, 1),
        (142, 4, 2),
    ],
)
def test_the_parts_of_a_payload_are_paid_for(octets: int, data_coding: int, parts: int) -> None:
    play = wallet("balance: 100, price: 2")
    payload = [("message_payload", b"x" * octets)]
    esme = play.bind()
    assert esme.ask("data_sm", data_coding=data_coding, tlvs=payload).command_status == 0
    assert play.account().balance == 100 - 2 * parts
    assert esme.ask("submit_sm", data_coding=data_coding, tlvs=payload).command_status == 0
    assert play.account().balance == 100 - 4 * parts


def test_each_part_of_a_long_message_is_one_part() -> None:
    play = wallet("balance: 100")
    assert (
        statuses(play.bind(), 3, SubmitSm(text=bytes.fromhex("050003070302") + b"x" * 134, esm_class=0x40)) == [0] * 3
    )
    assert play.account().balance == 97


def test_each_destination_is_paid_for() -> None:
    play = wallet("balance: 5")
    esme = play.bind()
    places: list[dict[str, object]] = [{"dest_flag": 1, "destination_addr": str(number)} for number in range(3)]
    places.append({"dest_flag": 2, "dl_name": "unknown list"})
    assert esme.ask("submit_multi", dest_addresses=places).command_status == 0
    assert play.account().balance == 2
    assert esme.ask("submit_multi", dest_addresses=places).command_status == BROKE
    assert play.account().balance == 2


def test_what_is_refused_costs_nothing() -> None:
    play = wallet("balance: 2", "rules: [{name: r, when: {to: '1'}, reply: ESME_RSYSERR}]")
    esme = play.bind()
    assert statuses(esme, 3, to("1")) == [CommandStatus.ESME_RSYSERR] * 3
    assert play.account().balance == 2


def test_what_is_too_expensive_the_rules_are_not_asked_about() -> None:
    play = wallet("balance: 1", "rules: [{name: r, when: {first: 2}, reply: {message_id: mine}}]")
    esme = play.bind()
    assert statuses(esme, 2) == [0, BROKE]
    play.account().balance = 10
    assert message_id_of(esme.submit()) == "mine"


@pytest.mark.parametrize(
    ("status", "profile", "number"),
    [
        ("", "generic", 0x40B),
        (", status: ESME_RTHROTTLED", "generic", 0x58),
        (", status: 255", "generic", 255),
        (", status: ESME_RINVSERTYP", "sms77", 22),
        (", status: 0x15", "sms77", 0x15),
    ],
)
def test_the_status_of_an_empty_wallet(status: str, profile: str, number: int) -> None:
    text = f"profile: {profile}\naccounts: [{{system_id: alpha, password: secret1, wallet: {{balance: 0{status}}}}}]"
    assert Play(scenario=scenario(text)).bind().submit().command_status == number


def test_an_empty_wallet_may_end_the_session() -> None:
    play = wallet("balance: 1, then: close")
    esme = play.bind()
    came = esme.give(b"".join(SubmitSm(registered_delivery=0).wire(number) for number in (1, 2, 3)))
    assert brief(came) == [("submit_sm_resp", 0, 1), ("submit_sm_resp", BROKE, 2)]
    assert esme.ending is Ending.CLOSE
    # It may bind all the same.
    assert not play.bind().ending


@pytest.mark.parametrize("then", ["keep", "close"])
def test_an_empty_wallet_may_keep_an_esme_from_binding(then: str) -> None:
    play = wallet(f"balance: 1, at: bind, then: {then}")
    esme = play.bind()
    assert statuses(esme, 2) == [0, BROKE]
    assert bool(esme.ending) is (then == "close")
    other = play.connect()
    (answer,) = other.give(bind_octets())
    assert answer.command_status == BROKE
    assert other.ending is (Ending.CLOSE if then == "close" else Ending.NONE)
    assert play.smsc.counters.binds_refused == 1
    # A wrong password is told first, and closes nothing.
    third = play.connect()
    assert third.give(bind_octets(password="wrong"))[0].command_status == CommandStatus.ESME_RINVPASWD
    assert not third.ending
    play.account().balance = 5
    assert not play.bind().ending


# Many destinations


def test_a_submit_multi_is_one_message_with_a_receipt_for_each_destination() -> None:
    play = Play(
        scenario=rule("event: submit_multi, when: {to: '0'}, reply: {delay: 1s}, receipt: UNDELIV, mo: {text: x}")
    )
    esme = play.bind()
    places = [{"dest_flag": 1, "destination_addr": str(number)} for number in range(3)]
    came = esme.give(
        encode("submit_multi", sequence_number=9, fields={"dest_addresses": places, "registered_delivery": 1})
    )
    assert came == []
    play.advance(3)
    response, *others = esme.take()
    assert brief([response]) == [("submit_multi_resp", 0, 9)]
    receipts = [pdu for pdu in others if pdu.fields["esm_class"] == 4]
    assert [pdu.fields["source_addr"] for pdu in receipts] == ["0", "1", "2"]
    assert [pdu.tlv("message_state") for pdu in receipts] == [5, 2, 2]
    assert {message_id_of(pdu) for pdu in receipts} == {message_id_of(response)}
    assert len(others) == 4
    assert play.account().pending == 4


# Switches


def test_rules_put_switches_on_and_off() -> None:
    play = Play(
        scenario=scenario("""
          switches: {down: {for: 10s}, seen: {}}
          rules:
            - {name: go down, when: {to: "1"}, set: {down: on, seen: on}}
            - {name: down, when: {switch: down}, reply: ESME_RSYSERR}
            - {name: forget, when: {to: "2", switch: seen}, reply: ESME_RMSGQFUL, set: {seen: off}}
        """)
    )
    esme = play.bind()
    assert esme.submit(to("3")).command_status == 0
    assert esme.submit(to("1")).command_status == 0
    assert esme.submit(to("3")).command_status == CommandStatus.ESME_RSYSERR
    play.advance(10.1)
    assert esme.submit(to("3")).command_status == 0
    assert esme.submit(to("2")).command_status == CommandStatus.ESME_RMSGQFUL
    assert esme.submit(to("2")).command_status == 0


@pytest.mark.parametrize("event", ["bind", "enquire_link", "connect", "deliver_sm_resp", "unbind"])
def test_other_events_put_switches_on_too(event: str) -> None:
    play = Play(scenario=scenario(f"switches: {{seen: {{}}}}\nrules: [{{name: r, event: {event}, set: {{seen: on}}}}]"))
    assert not play.smsc.switches.is_on("seen")
    esme = play.bind()
    esme.submit()
    play.advance(1.1)
    esme.answer(esme.take()[0])
    esme.ask("enquire_link")
    esme.ask("unbind")
    assert play.smsc.switches.is_on("seen")


# Chance


def victims(count: int, order: list[int], *, seed: int = 42, fast: bool = True, version: int = 0x34) -> set[int]:
    """Which of a thousand messages are refused, sent in this order by so many sessions in turn."""
    play = Play(scenario=rule("when: {chance: 10%}, reply: ESME_RSYSERR"), seed=seed, fast=fast)
    esmes = [play.bind("transmitter", version=version) for _ in range(count)]
    refused = set()
    for place, number in enumerate(order):
        answer = esmes[place % count].submit(to(str(44_000 + number), registered_delivery=0))
        refused |= {number} if answer.command_status else set()
    return refused


def test_the_same_messages_fail_whatever_the_sessions_do() -> None:
    order = list(range(1000))
    one = victims(1, order)
    assert 70 < len(one) < 130
    assert victims(4, order) == one
    assert victims(16, order, fast=False) == one
    assert victims(16, order[::-1], version=0x33) == one
    assert victims(4, sorted(order, key=lambda number: number * 7919 % 1009)) == one
    assert victims(1, order, seed=43) != one


@given(st.permutations(list(range(12)) * 2), st.sampled_from([1, 4, 16]))
def test_the_same_attempts_fail_in_any_order(order: list[int], sessions: int) -> None:
    def refused(numbers: list[int], count: int) -> dict[int, list[bool]]:
        play = Play(scenario=rule("when: {chance: 40%}, reply: ESME_RSYSERR"))
        esmes = [play.bind() for _ in range(count)]
        outcomes: dict[int, list[bool]] = {}
        for place, number in enumerate(numbers):
            status = esmes[place % count].submit(to(str(number))).command_status
            outcomes.setdefault(number, []).append(bool(status))
        return outcomes

    assert refused(order, sessions) == refused(sorted(order), 1)


# First and every


def test_the_first_two_attempts_at_each_message_fail() -> None:
    play = Play(scenario=rule("when: {first: 2 per message}, reply: ESME_RTHROTTLED"))
    one, other, stranger = play.bind(), play.bind(), play.bind(account=BETA)
    message = to("447700900120")
    # Another session of the account retries the same message; another account has a message of its own.
    assert [esme.submit(message).command_status for esme in (one, other, one, other)] == [0x58, 0x58, 0, 0]
    assert [stranger.submit(message).command_status for _ in range(3)] == [0x58, 0x58, 0]
    assert one.submit(to("447700900120", text=b"another one")).command_status == 0x58
    first, second = (to("1", text=bytes.fromhex(f"0500030703{part:02x}") + b"same", esm_class=0x40) for part in (1, 2))
    parts = [first, second, first, second, first]
    assert [one.submit(part).command_status for part in parts] == [0x58, 0x58, 0x58, 0x58, 0]


def test_a_rate_is_held_for_each_session_whatever_comes_in_one_read() -> None:
    play = Play(scenario=rule("when: {rate_above: 5/s per session}, reply: ESME_RTHROTTLED"))
    first, second = play.bind(), play.bind()
    octets = b"".join(SubmitSm(registered_delivery=0).wire(number) for number in range(1, 9))
    for _ in range(3):
        for esme in (first, second):
            assert [pdu.command_status for pdu in esme.give(octets)] == [0] * 5 + [0x58] * 3
        play.advance(1.0)


def test_every_tenth_of_an_account() -> None:
    play = Play(scenario=rule("when: {every: 10 per account}, reply: ESME_RSYSERR"))
    esmes = [play.bind(), play.bind(), play.bind(account=BETA)]
    refused = [number for number in range(60) if esmes[number % 3].submit().command_status]
    # 40 messages of alpha, 20 of beta: their tenth ones.
    assert [number % 3 == 2 for number in refused].count(True) == 2
    assert len(refused) == 6


# Defaults


def test_what_happens_where_no_rule_decides() -> None:
    play = Play(
        scenario=scenario("""
          defaults: {reply: {delay: 2s}, receipts: [{state: UNDELIV, err: "011", after: 3s}]}
          rules: [{name: r, when: {to: "1"}, reply: ok}, {name: s, when: {to: "2"}, receipt: none}]
        """)
    )
    esme = play.bind()
    assert esme.give(SubmitSm().wire(1)) == []
    assert brief(esme.give(to("1").wire(2))) == [("submit_sm_resp", 0, 2)]
    assert esme.give(to("2").wire(3)) == []
    play.advance(2.1)
    assert brief(esme.take()) == [("submit_sm_resp", 0, 1), ("submit_sm_resp", 0, 3)]
    play.advance(10)
    receipts: list[Pdu] = esme.take()
    assert [pdu.fields["source_addr"] for pdu in receipts] == ["1", "491701234567"]
    assert all(b"stat:UNDELIV err:011" in text_of(pdu) for pdu in receipts)


@pytest.mark.parametrize("fast", [True, False])
def test_a_default_refusal_is_a_refusal(fast: bool) -> None:
    play = Play(scenario=scenario("defaults: {reply: ESME_RMSGQFUL}"), fast=fast)
    esme = play.bind()
    came = esme.give(SubmitSm().wire(1) + SubmitSm().wire(2))
    assert brief(came) == [("submit_sm_resp", 0x14, 1), ("submit_sm_resp", 0x14, 2)]
    play.advance(5)
    assert esme.take() == []
