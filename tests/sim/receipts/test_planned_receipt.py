"""Receipts: every form that a rule or a profile can ask for, as it reaches the ESME."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smsc_sim.scenario.load import load
from smsc_sim.scenario.settings import ReceiptSettings
from smsc_sim.smpp.pdu import Pdu, encode
from smsc_sim.smpp.receipt_text import MessageState, parse_receipt
from smsc_sim.smpp.status import CommandStatus
from tests.sim.playing import (
    ALPHA,
    BETA,
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

MESSAGE = SubmitSm(text=b"Hello World", registered_delivery=0x11)


def receipts(text: str, message: SubmitSm = MESSAGE, seconds: float = 30.0, **options: Any) -> list[Pdu]:
    """The receipts that a message gets under a rule."""
    play = Play(scenario=rule(text), **options)
    esme = play.bind()
    assert esme.submit(message).command_status == 0
    play.advance(seconds)
    assert play.smsc.counters.internal_errors == 0
    return esme.take()


def states(pdus: list[Pdu]) -> list[str]:
    return [MessageState(int(str(pdu.tlv("message_state")))).stat for pdu in pdus]


def profiled(folder: Path, profile: str, text: str = "", **options: Any) -> Play:
    """An SMSC under a profile with these keys."""
    (folder / "own.yaml").write_text(f"smsc_profile: 1\nname: own\nsource: a test\n{profile}\n", encoding="utf-8")
    (folder / "scenario.yaml").write_text(f"smsc: 1\nprofile: own.yaml\n{text}\n", encoding="utf-8")
    return Play(scenario=load(folder / "scenario.yaml"), **options)


# States


@pytest.mark.parametrize("state", MessageState)
def test_every_state(state: MessageState) -> None:
    (receipt,) = receipts(f"receipt: {state.stat}")
    assert receipt.tlv("message_state") == state
    parsed = parse_receipt(text_of(receipt).decode("latin-1"))
    assert parsed is not None
    assert parsed.state is state
    assert f"stat:{state.stat} err:000 text:Hello World" in text_of(receipt).decode()


def test_no_receipt() -> None:
    assert receipts("receipt: none") == []
    assert receipts("receipts: []") == []


@pytest.mark.parametrize(
    ("registered_delivery", "got"),
    [
        (0, []),
        (1, ["DELIVRD", "UNDELIV"]),
        (2, ["UNDELIV"]),
        (3, ["DELIVRD"]),
        (0x10, ["ENROUTE"]),
        (0x12, ["ENROUTE", "UNDELIV"]),
    ],
)
def test_what_registered_delivery_asks_for_and_what_is_forced(registered_delivery: int, got: list[str]) -> None:
    message = SubmitSm(registered_delivery=registered_delivery)
    text = "receipts: [{state: ENROUTE, after: 1s}, {state: DELIVRD, after: 2s}, {state: UNDELIV, after: 3s}]"
    assert states(receipts(text, message)) == got
    assert states(receipts(text.replace("}", ", force: yes}"), message)) == ["ENROUTE", "DELIVRD", "UNDELIV"]


def test_contradictions_and_repetitions() -> None:
    assert states(
        receipts("receipts: [{state: DELIVRD, after: 2s}, {state: UNDELIV, after: 1s}, {state: DELIVRD, after: 3s}]")
    ) == [
        "UNDELIV",
        "DELIVRD",
        "DELIVRD",
    ]


def test_weights_are_drawn_for_each_message_whatever_the_sessions_do() -> None:
    def drawn(sessions: int, seed: int = 0) -> dict[str, str]:
        play = Play(scenario=rule("receipt: {state: {DELIVRD: 70, UNDELIV: 20, EXPIRED: 10, DELETED: 0}}"), seed=seed)
        esmes = [play.bind() for _ in range(sessions)]
        for number in range(400):
            address = Address(octets=b"%d" % (1000 + number * 7919 % 400))
            esmes[number * 31 % sessions].submit(SubmitSm(destination=address))
        play.advance(2)
        return {str(pdu.fields["source_addr"]): states([pdu])[0] for esme in esmes for pdu in esme.take()}

    one = drawn(1)
    counted = Counter(one.values())
    assert set(counted) == {"DELIVRD", "UNDELIV", "EXPIRED"}
    assert 240 < counted["DELIVRD"] < 320
    assert 50 < counted["UNDELIV"] < 115
    assert drawn(4) == drawn(16) == one
    assert drawn(1, seed=1) != one


def test_the_same_message_again_draws_anew() -> None:
    play = Play(scenario=rule("receipt: {state: {DELIVRD: 50, UNDELIV: 50}}"))
    esme = play.bind()
    for _ in range(50):
        esme.submit()
    play.advance(2)
    assert set(states(esme.take())) == {"DELIVRD", "UNDELIV"}


def test_each_destination_of_a_submit_multi_draws_for_itself() -> None:
    play = Play(scenario=rule("event: submit_multi, receipt: {state: {DELIVRD: 50, UNDELIV: 50}, after: 1s..20s}"))
    esme = play.bind()
    places = [{"dest_flag": 1, "destination_addr": str(number)} for number in range(100)]
    esme.ask("submit_multi", dest_addresses=places, registered_delivery=1)
    play.advance(2)
    early = esme.take()
    play.advance(20)
    every = early + esme.take()
    assert len({str(pdu.fields["source_addr"]) for pdu in every}) == 100
    assert 30 < states(every).count("UNDELIV") < 70
    assert 0 < len(early) < 20
    assert len({message_id_of(pdu) for pdu in every}) == 1


# err


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("UNDELIV", "000"),
        ("{state: UNDELIV, err: '027'}", "027"),
        ("{state: UNDELIV, err: 7}", "007"),
        ("{err: 21b}", "21b"),
        ("{err: '1234567890'}", "1234567890"),
    ],
)
def test_err(text: str, shown: str) -> None:
    (receipt,) = receipts(f"receipt: {text}")
    assert f" err:{shown} " in text_of(receipt).decode()


@pytest.mark.parametrize(
    ("err", "octets"),
    [
        ("27", b"\x03\x00\x1b"),
        ("65535", b"\x03\xff\xff"),
        ("65536", b"\x03\0\0"),
        ("9999999999", b"\x03\0\0"),
        ("x", b"\x03\0\0"),
    ],
)
def test_err_as_network_error_code(tmp_path: Path, err: str, octets: bytes) -> None:
    play = profiled(
        tmp_path,
        "receipt: {tlvs: [network_error_code, message_state, receipted_message_id]}",
        f"rules: [{{name: r, receipt: {{state: UNDELIV, err: '{err}'}}}}]",
    )
    esme = play.bind()
    esme.submit()
    play.advance(2)
    (receipt,) = esme.take()
    assert [(tlv.name, tlv.octets) for tlv in receipt.tlvs] == [
        ("network_error_code", octets),
        ("message_state", b"\x05"),
        ("receipted_message_id", b"0000000001\0"),
    ]


def test_errs_of_a_profile_and_the_width_of_err(tmp_path: Path) -> None:
    play = profiled(
        tmp_path,
        "receipt: {err_width: 4, errs: {UNDELIV: 11, EXPIRED: '2'}}",
        "rules: [{name: r, receipts: [UNDELIV, {state: EXPIRED, err: '77'}, DELETED]}]",
    )
    esme = play.bind()
    esme.submit()
    play.advance(2)
    assert [text_of(pdu).split(b"err:")[1].split(b" ")[0] for pdu in esme.take()] == [b"0011", b"0077", b"0000"]


# When


def instants(play: Play, esme: Esme, seconds: float, step: float = 0.1) -> list[float]:
    """When receipts came, in seconds from now."""
    began, came = play.now, []
    while play.now < began + seconds - 1e-9:
        play.advance(step)
        came += [round(play.now - began, 1)] * len(esme.take())
    return came


@pytest.mark.parametrize(
    ("text", "validity", "wanted"),
    [
        ("DELIVRD", b"", [1.1]),
        ("{after: 3s}", b"", [3.1]),
        ("{after: 0s}", b"", [0.1]),
        ("{after: 500ms}", b"", [0.6]),
        ("{after: validity}", b"000000000010000R", [10.1]),
        ("{after: validity}", b"260301120007000+", [7.1]),
        ("{after: validity}", b"260301130008004+", [8.1]),
        ("{after: validity}", b"260301115959000+", [0.1]),
        ("{times: 3, every: 5s}", b"", [1.1, 6.1, 11.1]),
        ("{after: 2s, times: 2}", b"", [2.1, 2.1]),
        ("{after: validity, times: 2, every: 2s}", b"000000000010000R", [10.1, 12.1]),
    ],
)
def test_when_it_comes(text: str, validity: bytes, wanted: list[float]) -> None:
    play = Play(scenario=rule(f"receipt: {text}"))
    esme = play.bind()
    esme.submit(SubmitSm(validity_period=validity))
    assert instants(play, esme, 15) == wanted


def test_the_layout_says_when_unless_the_rule_does(tmp_path: Path) -> None:
    play = profiled(tmp_path, "receipt: {after: 4s}", "rules: [{name: r, when: {to: '1'}, receipt: {after: 2s}}]")
    esme = play.bind()
    esme.submit()
    esme.submit(SubmitSm(destination=Address(octets=b"1")))
    assert instants(play, esme, 6) == [2.1, 4.1]


def test_without_a_validity_period_a_message_is_valid_for_a_day() -> None:
    play = Play(scenario=rule("receipts: [{state: ENROUTE, after: 1s}, {state: EXPIRED, after: validity}]"))
    esme = play.bind()
    esme.submit(MESSAGE)
    play.advance(2)
    (first,) = esme.take()
    assert states([first]) == ["ENROUTE"]
    esme.answer(first)
    play.advance(86_390)
    assert esme.take() == []
    play.advance(10)
    (expired,) = esme.take()
    assert states([expired]) == ["EXPIRED"]
    assert b"submit date:2603011200 done date:2603021200" in text_of(expired)


@pytest.mark.parametrize("via", ["same", "other", "any", "least_loaded", "round_robin"])
@pytest.mark.parametrize("validity", [b"", b"000003000000000R"])
def test_a_receipt_that_is_due_late_is_not_too_old_when_it_is(via: str, validity: bytes) -> None:
    play = Play(
        scenario=rule(f"receipt: {{state: EXPIRED, after: validity, via: {via}}}"),
        settings=smsc_settings(receipts=ReceiptSettings(keep=3600.0)),
    )
    transmitter = play.bind("transmitter")
    transmitter.submit(SubmitSm(validity_period=validity))
    play.advance(3 * 86_400 + 10 if validity else 86_410)
    play.advance(3000)
    (receipt,) = play.bind("receiver").take()
    assert states([receipt]) == ["EXPIRED"]


def test_ranges_and_long_tails_are_drawn_for_each_message() -> None:
    def drawn(after: str, sessions: int) -> dict[str, float]:
        play = Play(scenario=rule(f"receipt: {{after: {after}}}"), seed=5)
        esmes = [play.bind() for _ in range(sessions)]
        for number in range(100):
            esmes[number % sessions].submit(SubmitSm(destination=Address(octets=b"%d" % number)))
        came = {}
        for step in range(150):
            play.advance(0.1)
            for esme in esmes:
                came.update({str(pdu.fields["source_addr"]): step / 10 for pdu in esme.take()})
        return came

    ranged = drawn("500ms..4s", 1)
    assert len(ranged) == 100
    assert drawn("500ms..4s", 4) == ranged
    assert all(0.4 <= instant <= 4.1 for instant in ranged.values())
    tail = drawn("{median: 1s, p99: 5s}", 1)
    assert drawn("{median: 1s, p99: 5s}", 16) == tail
    assert 35 < sum(instant < 1.0 for instant in tail.values()) < 65
    assert set(tail.values()) != set(ranged.values())


@pytest.mark.parametrize("delay", [0, 3])
def test_a_receipt_before_the_reply(delay: int) -> None:
    for action in ("before: reply", "before: reply, err: '001', text: x", "before: reply, via: any"):
        play = Play(scenario=rule(f"reply: {{delay: {delay}s}}, receipt: {{{action}}}"))
        esme = play.bind()
        came = esme.give(SubmitSm().wire(7))
        if delay:
            assert came == []
            play.advance(delay + 0.05)
            came = esme.take()
        assert [pdu.name for pdu in came] == ["deliver_sm", "submit_sm_resp"]
        play.advance(30)
        assert esme.take() == []


def test_receipts_run_from_the_reply() -> None:
    play = Play(scenario=rule("reply: {delay: 5s}, receipt: {after: 2s, err: '001'}"))
    esme = play.bind()
    esme.give(SubmitSm().wire())
    assert instants(play, esme, 10) == [5.1, 7.1]


# To whom


@pytest.mark.parametrize(
    ("via", "at"),
    [("same", [1]), ("other", [0]), ("any", [0]), ("least_loaded", [2]), ("round_robin", [0]), ("account:beta", [3])],
)
def test_via(via: str, at: list[int]) -> None:
    play = Play(scenario=rule(f"receipt: {{via: '{via}'}}"))
    esmes = [play.bind(), play.bind(), play.bind("receiver"), play.bind(account=BETA)]
    esmes[0].ask("enquire_link")
    esmes[0].take()
    esmes[1].submit()
    play.advance(2)
    assert [number for number, esme in enumerate(esmes) if esme.take()] == at
    assert play.account(BETA if "beta" in via else ALPHA).pending == 1


def test_only_binds_that_receive_get_receipts_and_the_others_wait() -> None:
    play = Play(scenario=rule("receipt: {via: 'account:beta'}"))
    esme, transmitter = play.bind(), play.bind("transmitter", BETA)
    esme.submit()
    play.advance(60)
    assert (esme.take(), transmitter.take()) == ([], [])
    assert (play.account(BETA).waiting_count, play.account(BETA).pending, play.account().pending) == (1, 1, 0)
    assert len(play.bind("receiver", BETA).take()) == 1


def test_an_account_that_is_not_there_leaves_the_receipt_with_its_own() -> None:
    assert len(receipts("receipt: {via: 'account:nobody'}")) == 1


@pytest.mark.parametrize("retried", ["RMSGQFUL", "lost"])
def test_what_is_sent_again_takes_the_same_way(retried: str) -> None:
    play = Play(scenario=rule("receipt: {via: other}"))
    first, second = play.bind(), play.bind()
    first.submit()
    play.advance(1.1)
    (receipt,) = second.take()
    if retried == "lost":
        second.hang_up()
        second = play.bind()
    else:
        second.answer(receipt, CommandStatus.ESME_RMSGQFUL)
        play.advance(10)
    assert first.take() == []
    assert len(second.take()) == 1


def test_the_default_of_the_scenario_and_what_an_account_says() -> None:
    play = Play(
        scenario=scenario("""
          defaults: {receipts_via: other}
          accounts:
            - {system_id: alpha, password: secret1}
            - {system_id: beta, password: secret2, receipts_via: same}
        """)
    )
    for account, at in ((ALPHA, 1), (BETA, 0)):
        esmes = [play.bind(account=account), play.bind(account=account)]
        esmes[0].submit()
        play.advance(2)
        assert [bool(esme.take()) for esme in esmes] == [at == 0, at == 1]


# Ids


@pytest.mark.parametrize(
    ("form", "text", "tlv"),
    [
        ("decimal", "27", "27"),
        ("hex", "1B", "1B"),
        ("hex_lower", "1b", "1b"),
        ("zero", "0", "0"),
        ("empty", "", ""),
        ("absent", None, None),
        ("{form: decimal, width: 12}", "000000000027", "000000000027"),
        ("{form: hex, width: 8, prefix: X-}", "X-0000001B", "X-0000001B"),
        ("{digits: 1}", "7", "7"),
    ],
)
@pytest.mark.parametrize("version", [0x33, 0x34, 0x50])
def test_forms_of_the_id_in_a_receipt(form: str, text: str | None, tlv: str | None, version: int) -> None:
    play = Play(scenario=rule(f"receipt: {{id: {form}}}"))
    play.smsc.message_ids.low = 27
    esme = play.bind(version=version)
    response = esme.submit()
    assert message_id_of(response) == ("0000001B" if version == 0x33 else "0000000027")
    play.advance(2)
    (receipt,) = esme.take()
    begins = "sub:001 " if text is None else f"id:{text} sub:001 "
    assert text_of(receipt).decode().startswith(begins)
    assert receipt.tlv("receipted_message_id") == (None if version == 0x33 else tlv)
    assert receipt.tlv("message_state") == (None if version == 0x33 else 2)


# Texts and TLVs


@pytest.mark.parametrize(
    ("text", "short_message"),
    [
        ("plain", b"plain"),
        ('""', b""),
        ('"{id}|{to}|{from}|{word[2]}|{n}|{now:%H%M}"', b"0000000001|491701234567|Sender|World|1|1200"),
        ('"{text}"', b"Hello World"),
        ('"\u00fc{{}}"', b"?{}"),
    ],
)
def test_a_text_of_its_own(text: str, short_message: bytes) -> None:
    (receipt,) = receipts(f"receipt: {{text: {text}}}")
    assert text_of(receipt) == short_message
    assert receipt.fields["esm_class"] == 4
    assert receipt.tlv("receipted_message_id") == "0000000001"


def test_a_text_has_the_id_as_this_receipt_writes_it() -> None:
    (receipt,) = receipts('receipt: {text: "<{id}>", id: hex}')
    assert text_of(receipt) == b"<1>"
    (receipt,) = receipts('receipt: {text: "<{id}>", id: absent}')
    assert text_of(receipt) == b"<>"


@pytest.mark.parametrize("length", [254, 255, 300])
def test_a_text_that_is_too_long_for_short_message_is_the_payload(length: int) -> None:
    (receipt,) = receipts(f"receipt: {{text: {'x' * length}}}")
    payload = receipt.tlv("message_payload")
    assert (text_of(receipt), payload) == ((b"x" * length, None) if length == 254 else (b"", b"x" * length))


def test_a_text_that_is_too_long_for_everything_is_cut() -> None:
    payload = b"y" * 60_000
    message = SubmitSm(text=b"", tlvs=b"\x04\x24" + len(payload).to_bytes(2, "big") + payload)
    (receipt,) = receipts('receipt: {text: "{text}{text}"}', message)
    assert receipt.tlv("message_payload") == b"y" * 65_535


def test_tlvs_added_replaced_and_removed() -> None:
    (receipt,) = receipts(
        "receipt: {tlv: {message_state: none, receipted_message_id: other, '0x1403': [abc, 0x00ff], "
        "network_error_code: 0x030102}}"
    )
    assert [(tlv.name, tlv.value) for tlv in receipt.tlvs] == [
        ("receipted_message_id", "other"),
        ("0x1403", b"abc"),
        ("0x1403", b"\x00\xff"),
        ("network_error_code", b"\x03\x01\x02"),
    ]


def test_a_tlv_of_another_spelling_is_the_same_one() -> None:
    (receipt,) = receipts("receipt: {tlv: {msg_state: 8, receipted_msg_id: none}}")
    assert [(tlv.name, tlv.value) for tlv in receipt.tlvs] == [("message_state", 8)]


@pytest.mark.parametrize("key", ["'0x0427'", "'0x001e'"])
def test_a_tlv_by_its_number_is_the_same_one(key: str) -> None:
    (receipt,) = receipts(f"receipt: {{tlv: {{{key}: 0x08}}}}")
    assert len(receipt.tlvs) == 2
    assert receipt.tlvs[-1].octets == b"\x08"


# data_sm


def test_receipts_by_data_sm() -> None:
    play = Play(scenario=rule("receipt: {pdu: data_sm}"))
    esme = play.bind()
    esme.submit(MESSAGE)
    play.advance(1.1)
    (receipt,) = esme.take()
    assert receipt.name == "data_sm"
    assert receipt.fields["esm_class"] == 4
    assert (receipt.fields["source_addr"], receipt.fields["destination_addr"]) == ("491701234567", "Sender")
    payload = receipt.tlv("message_payload")
    assert isinstance(payload, bytes)
    assert payload.startswith(b"id:0000000001 sub:001 dlvrd:001 ")
    assert receipt.tlv("message_state") == 2
    # A deliver_sm_resp answers something else.
    unmatched = play.smsc.counters.responses_unmatched
    esme.give(encode("deliver_sm_resp", sequence_number=receipt.sequence_number))
    assert play.smsc.counters.responses_unmatched == unmatched + 1
    assert play.account().pending == 1
    esme.answer(receipt, CommandStatus.ESME_RMSGQFUL)
    play.advance(5.1)
    (again,) = esme.take()
    assert again.octets[16:] == receipt.octets[16:]
    esme.answer(again)
    assert play.account().pending == 0
    assert play.smsc.counters.receipts_acknowledged == 1


# Layouts of profiles


def layouts(folder: Path, layout: str, message: SubmitSm = MESSAGE, rules: str = "", version: int = 0x34) -> Pdu:
    play = profiled(folder, f"receipt: {layout}", rules)
    esme = play.bind(version=version)
    assert esme.submit(message).command_status == 0
    play.advance(1.1)
    (receipt,) = esme.take()
    assert play.smsc.counters.internal_errors == 0
    return receipt


def test_the_receipt_of_sms77_exactly() -> None:
    play = Play(scenario=scenario("profile: sms77"))
    esme = play.bind()
    esme.submit(SubmitSm(text=b"The first twenty characters, and more"))
    play.advance(60)
    (receipt,) = esme.take()
    assert text_of(receipt) == (
        b"id:0000000001 sub:001 dlvrd:001 submit date:2603011200 done date:2603011200 stat:DELIVRD err:0 "
        b"Text The first twenty cha"
    )
    assert receipt.fields["esm_class"] == 4


@pytest.mark.parametrize(
    ("layout", "text"),
    [
        ("{date_digits: 12}", "submit date:260301120000 done date:260301120001"),
        ("{date_digits: 14}", "submit date:20260301120000 done date:20260301120001"),
        ("{date_digits: 14, quarter_hours: 5}", "submit date:20260301131500 done date:20260301131501"),
        ("{parts: [stat, id, err]}", "stat:DELIVRD id:0000000001 err:000"),
        ("{parts: [id, submit date, stat]}", "id:0000000001 submit date:2603011200 stat:DELIVRD"),
        ("{parts: [text, id], label: 'Text:'}", "Text:Hello World id:0000000001"),
        ("{label: Text, err_width: 1}", "err:0 Text Hello World"),
        ("{text_length: 5}", "text:Hello"),
        ("{text_length: 0}", "text:"),
    ],
)  # fmt: skip
def test_texts_of_layouts(tmp_path: Path, layout: str, text: str) -> None:
    shown = text_of(layouts(tmp_path, layout)).decode()
    assert text in shown if "date_digits" in layout else shown.endswith(text)


def test_a_layout_may_keep_more_of_the_text_than_usual(tmp_path: Path) -> None:
    message = SubmitSm(text=b"\x00 and\n" + b"z" * 100)
    for parts in ("[id, text]", "[text, id]"):
        text = text_of(layouts(tmp_path, f"{{parts: {parts}, text_length: 60}}", message))
        assert text.count(b"z") == 54


def test_a_layout_without_text(tmp_path: Path) -> None:
    receipt = layouts(tmp_path, "{parts: []}")
    assert text_of(receipt) == b""
    assert receipt.tlv("receipted_message_id") == "0000000001"


def test_a_layout_in_ucs_2(tmp_path: Path) -> None:
    message = SubmitSm(text="Grüße aus Köln Ω 😀😀".encode("utf-16-be"), data_coding=8)
    receipt = layouts(tmp_path, "{data_coding: ucs2}", message)
    assert receipt.fields["data_coding"] == 8
    assert text_of(receipt).decode("utf-16-be").startswith("id:0000000001 sub:001 ")
    assert text_of(receipt).decode("utf-16-be").endswith("text:Grüße aus Köln Ω 😀😀")


@pytest.mark.parametrize("coding", ["binary", "4", "2", "0x0f"])
def test_a_layout_in_a_coding_that_is_no_text_is_ascii_all_the_same(tmp_path: Path, coding: str) -> None:
    receipt = layouts(tmp_path, f"{{data_coding: {coding}}}")
    assert text_of(receipt).startswith(b"id:0000000001 sub:001 ")
    assert text_of(receipt).endswith(b"text:Hello World")


def test_a_layout_with_its_text_in_the_payload(tmp_path: Path) -> None:
    receipt = layouts(tmp_path, "{payload: yes}")
    payload = receipt.tlv("message_payload")
    assert isinstance(payload, bytes)
    assert payload.startswith(b"id:0000000001 ")
    assert text_of(receipt) == b""


def test_a_layout_whose_addresses_are_not_swapped(tmp_path: Path) -> None:
    receipt = layouts(tmp_path, "{swap_addresses: no, esm_class: 68}")
    assert (receipt.fields["source_addr"], receipt.fields["source_addr_ton"]) == ("Sender", 5)
    assert (receipt.fields["destination_addr"], receipt.fields["dest_addr_ton"]) == ("491701234567", 1)
    assert receipt.fields["esm_class"] == 0x44


def test_a_layout_by_data_sm_and_tlvs_of_the_provider(tmp_path: Path) -> None:
    receipt = layouts(
        tmp_path,
        "{pdu: data_sm, tlvs: [message_state], more_tlvs: {'0x1400': abc, user_message_reference: 7}}",
        rules="rules: [{name: r, receipt: {tlv: {'0x1400': none}}}]",
    )
    assert receipt.name == "data_sm"
    assert [tlv.name for tlv in receipt.tlvs] == ["message_payload", "message_state", "user_message_reference"]


def test_a_rule_may_ask_for_deliver_sm_where_the_provider_has_data_sm(tmp_path: Path) -> None:
    receipt = layouts(tmp_path, "{pdu: data_sm}", rules="rules: [{name: r, receipt: {pdu: deliver_sm}}]")
    assert receipt.name == "deliver_sm"
    assert text_of(receipt).startswith(b"id:")


@pytest.mark.parametrize(
    ("alphabet", "octets"),
    [
        ("gsm7", b"\x00\x7e\x1be"),
        ("latin-1", "@ü?".encode("latin-1")),
        ("utf-8", "@ü€".encode()),
        ("ascii", b"@??"),
        ("gsm7-packed", b"\x00\x7e\x1be"),
    ],
)
@pytest.mark.parametrize("parts", ["[id, text]", "[text, id]"])
def test_what_is_quoted_is_in_the_alphabet_of_the_provider(
    tmp_path: Path, alphabet: str, octets: bytes, parts: str
) -> None:
    play = profiled(tmp_path, f"alphabet: {alphabet}\nreceipt: {{parts: {parts}}}")
    esme = play.bind()
    esme.submit(SubmitSm(text="@ü€".encode("utf-16-be"), data_coding=8))
    play.advance(1.1)
    (receipt,) = esme.take()
    if parts == "[id, text]":
        assert text_of(receipt) == b"id:0000000001 text:" + octets
    elif not alphabet.startswith("gsm7"):
        assert text_of(receipt) == b"text:" + octets + b" id:0000000001"


# Pending


def test_every_planned_receipt_is_pending_until_it_is_answered() -> None:
    play = Play(
        scenario=rule("receipts: [{state: ENROUTE, text: x}, {times: 3, every: 5s}, {after: 60s, via: 'account:beta'}]")
    )
    esme, other = play.bind(), play.bind(account=BETA)
    esme.submit(MESSAGE)
    assert play.account().pending == 3
    play.advance(2)
    for pdu in esme.take():
        esme.answer(pdu)
    assert play.account().pending == 2
    for _ in range(2):
        play.advance(5)
        for pdu in esme.take():
            esme.answer(pdu)
    assert (play.account().pending, play.account(BETA).pending) == (1, 0)
    play.advance(60)
    assert (play.account().pending, play.account(BETA).pending) == (0, 1)
    (last,) = other.take()
    other.answer(last)
    assert play.account(BETA).pending == 0


def test_planned_receipts_count_for_the_limit_of_the_queue() -> None:
    play = Play(
        scenario=rule("receipt: {after: 1h, text: x}"), settings=smsc_settings(receipts=ReceiptSettings(queue=2))
    )
    esme = play.bind()
    assert [esme.submit().command_status for _ in range(3)] == [0, 0, CommandStatus.ESME_RMSGQFUL]


ids = st.sampled_from(["decimal", "hex", "zero", "empty", "absent", "{digits: 1}", "{width: 12, prefix: x}"]).map(
    lambda form: f"{{reply: {form}, receipt: {form}}}"
)


@given(st.lists(st.tuples(ids, st.sampled_from([0, 0x14])), min_size=1, max_size=6))
def test_however_ids_are_written_each_receipt_is_tried_again_by_itself(story: list[tuple[str, int]]) -> None:
    rules = ", ".join(
        f"{{name: r{number}, when: {{to: '{number}'}}, ids: {form}}}" for number, (form, _) in enumerate(story)
    )
    settings = smsc_settings(receipts=ReceiptSettings(retry=(2.0, 100.0)))
    play = Play(scenario=scenario(f"rules: [{rules}]"), settings=settings)
    esme = play.bind()
    for number in range(len(story)):
        esme.submit(SubmitSm(destination=Address(octets=b"%d" % number)))
    play.advance(1.1)
    for pdu in esme.take():
        esme.answer(pdu, story[int(str(pdu.fields["source_addr"]))][1])
    play.advance(2.1)
    again = {str(pdu.fields["source_addr"]) for pdu in esme.take()}
    assert again == {str(number) for number, (_, status) in enumerate(story) if status}
