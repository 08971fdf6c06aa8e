"""Messages from subscribers: their texts, codings, segments, and the way they take."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smsc_sim.scenario.load import load
from smsc_sim.scenario.settings import ReceiptSettings
from smsc_sim.sim.mo.mo import mo_records
from smsc_sim.smpp.pdu import Pdu, encode
from smsc_sim.smpp.segments import join, part_of, segment_of, user_text
from smsc_sim.smpp.status import CommandStatus
from tests.sim.playing import BETA, Address, Play, SubmitSm, bind_octets, frame, rule, scenario, smsc_settings, text_of

PROMO = SubmitSm(text=b"promo now", registered_delivery=0)


def brought(text: str, message: SubmitSm = PROMO, seconds: float = 5.0, **options: Any) -> list[Pdu]:
    """What a message brings back under a rule."""
    play = Play(scenario=rule(text), **options)
    esme = play.bind()
    assert esme.submit(message).command_status == 0
    play.advance(seconds)
    assert play.smsc.counters.internal_errors == 0
    return esme.take()


def shown(pdu: Pdu) -> str:
    return user_text(pdu.fields, pdu.tlvs)


def test_the_subscriber_answers() -> None:
    (pdu,) = brought('mo: {text: "STOP {word[1]}"}')
    assert pdu.name == "deliver_sm"
    assert pdu.fields == {
        **Pdu(encode("deliver_sm", sequence_number=1)).fields,
        "source_addr_ton": 1,
        "source_addr_npi": 1,
        "source_addr": "491701234567",
        "dest_addr_ton": 5,
        "dest_addr_npi": 0,
        "destination_addr": "Sender",
        "sm_length": 10,
        "short_message": b"STOP promo",
    }


@pytest.mark.parametrize(
    ("source", "destination", "text", "wanted"),
    [
        ("{to}", "{from}", "{id} {n} {now:%H:%M:%S}", ("491701234567", "Sender", "0000000001 1 12:00:01")),
        ("1{word[9]}", "{word[2]}", "{text}!", ("1", "now", "promo now!")),
        ("+4477", "12345678901234567890", "x", ("+4477", "12345678901234567890", "x")),
        ("{text}{text}{text}", "\u00e9{word[1]}", "x", ("promo nowpromo nowpr", "\u00e9promo", "x")),
        ("100{n}", "{id}", "x", ("1001", "0000000001", "x")),
    ],
)
def test_templates(source: str, destination: str, text: str, wanted: tuple[str, str, str]) -> None:
    (pdu,) = brought(f'mo: {{from: "{source}", to: "{destination}", text: "{text}"}}')
    assert (pdu.fields["source_addr"], pdu.fields["destination_addr"], shown(pdu)) == wanted


def test_the_numbers_of_messages_go_into_addresses_too() -> None:
    play = Play(scenario=rule('mo: {from: "100{n}", text: x}'))
    esme = play.bind()
    for _ in range(3):
        esme.submit(PROMO)
    play.advance(2)
    assert [pdu.fields["source_addr"] for pdu in esme.take()] == ["1001", "1002", "1003"]


@pytest.mark.parametrize(
    ("written", "address", "ton", "npi"),
    [("4477", "4477", 1, 1), ("+4477", "+4477", 1, 1), ("Shop", "Shop", 5, 0), ("", "", 0, 0)],
)
def test_the_kind_of_an_address(written: str, address: str, ton: int, npi: int) -> None:
    (pdu,) = brought(f'mo: {{from: "{written}", text: x}}')
    assert (pdu.fields["source_addr"], pdu.fields["source_addr_ton"], pdu.fields["source_addr_npi"]) == (
        address,
        ton,
        npi,
    )


def test_an_address_is_made_of_what_it_can_be_made_of() -> None:
    message = SubmitSm(text="日\0本".encode("utf-16-be"), data_coding=8, registered_delivery=0)
    (pdu,) = brought('mo: {from: "{text}", text: x}', message)
    assert pdu.fields["source_addr"] == "??"


# When


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("mo: {text: x}", [1.1]),
        ("mo: {text: x, after: 3s}", [3.1]),
        ("reply: {delay: 2s}, mo: {text: x, after: 3s}", [5.1]),
        ("mo: [{text: x, after: 3s}, {text: y, after: 1s}]", [1.1, 3.1]),
    ],
)
def test_it_comes_after_the_reply(text: str, wanted: list[float]) -> None:
    play = Play(scenario=rule(text))
    esme = play.bind()
    esme.give(PROMO.wire())
    came = []
    for step in range(60):
        play.advance(0.1)
        came += [round((step + 1) / 10, 1)] * sum(pdu.name == "deliver_sm" for pdu in esme.take())
    assert came == wanted


def test_amounts_are_drawn_for_each_message_and_each_action() -> None:
    def drawn(sessions: int) -> dict[tuple[str, str], float]:
        play = Play(scenario=rule("mo: [{text: x, after: 1s..20s}, {text: y, after: 1s..20s}]"), seed=1)
        esmes = [play.bind() for _ in range(sessions)]
        for number in range(40):
            address = Address(octets=b"%d" % number)
            esmes[number % sessions].submit(SubmitSm(destination=address, registered_delivery=0))
        came = {}
        for step in range(210):
            play.advance(0.1)
            for esme in esmes:
                came.update({(str(pdu.fields["source_addr"]), shown(pdu)): step / 10 for pdu in esme.take()})
        return came

    one = drawn(1)
    assert len(one) == 80
    assert drawn(4) == one
    assert sum(one[str(number), "x"] == one[str(number), "y"] for number in range(40)) < 5


def test_a_refused_message_brings_nothing_back() -> None:
    play = Play(scenario=rule("reply: ESME_RSYSERR, mo: {text: x}"))
    esme = play.bind()
    esme.submit(PROMO)
    play.advance(5)
    assert esme.take() == []


def test_a_lost_response_does_not_keep_the_subscriber_from_answering() -> None:
    play = Play(scenario=rule("reply: none, mo: {text: x}"))
    esme = play.bind()
    esme.give(PROMO.wire())
    play.advance(5)
    assert len(esme.take()) == 1


# Codings and segments


@pytest.mark.parametrize(
    ("text", "coding", "data_coding", "octets"),
    [
        ("hello", "", 0, b"hello"),
        ("@\u20ac", "", 0, b"\x00\x1be"),
        ("caf\u00e7", "", 3, b"caf\xe7"),
        ("\u65e5", "", 8, b"\x65\xe5"),
        ("hello", "ucs2", 8, "hello".encode("utf-16-be")),
        ("hello", "latin-1", 3, b"hello"),
        ("hello", "0xf1", 0xF1, b"hello"),
        ("00ff", "binary", 4, b"\x00\xff"),
    ],
)
def test_the_coding_is_what_the_text_needs_or_what_the_rule_says(
    text: str, coding: str, data_coding: int, octets: bytes
) -> None:
    (pdu,) = brought(f'mo: {{text: "{text}"{f", coding: {coding}" if coding else ""}}}')
    assert (pdu.fields["data_coding"], text_of(pdu)) == (data_coding, octets)


@pytest.mark.parametrize(
    ("split", "style"), [("", "udh8"), (", split: udh8", "udh8"), (", split: udh16", "udh16"), (", split: sar", "sar")]
)
@pytest.mark.parametrize("text", ["x" * 400, "\u00fc" * 400, "\u65e5" * 190])
def test_long_texts_come_in_parts(split: str, style: str, text: str) -> None:
    pdus = brought(f'mo: {{text: "{text}"{split}}}')
    assert len(pdus) == 3
    infos = [segment_of(pdu.fields, pdu.tlvs) for pdu in pdus]
    assert [(info.style, info.total, info.sequence) for info in infos if info] == [
        (style, 3, part) for part in (1, 2, 3)
    ]
    assert len({info.reference for info in infos if info}) == 1
    assert join(part for pdu in pdus if (part := part_of(pdu.fields, pdu.tlvs))).text == text


def test_a_long_text_as_a_payload() -> None:
    (pdu,) = brought(f'mo: {{text: "{"x" * 400}", split: payload}}')
    assert (text_of(pdu), pdu.tlv("message_payload")) == (b"", b"x" * 400)


def test_every_long_message_has_a_reference_of_its_own() -> None:
    play = Play(scenario=rule(f'mo: {{text: "{"x" * 200}"}}'))
    esme = play.bind()
    references = []
    for _ in range(300):
        esme.submit(PROMO)
        play.advance(1.1)
        references += [info.reference for pdu in esme.take() if (info := segment_of(pdu.fields, pdu.tlvs))]
    assert references[::2] == references[1::2]
    assert references[:512:2] == [*range(1, 256), 0]


def test_a_text_that_its_coding_does_not_have_comes_as_far_as_it_can() -> None:
    message = SubmitSm(text="Gr\u00fc\u00dfe \u65e5".encode("utf-16-be"), data_coding=8, registered_delivery=0)
    for coding, wanted in (("latin-1", "Gr\u00fc\u00dfe ?"), ("gsm7", "Gr\u00fc\u00dfe ?"), ("ascii", "Gr??e ?")):
        (pdu,) = brought(f'mo: {{text: "{{text}}", coding: {coding}}}', message)
        assert shown(pdu) == wanted
    (pdu,) = brought('mo: {text: "{text}", coding: binary}', message)
    assert text_of(pdu) == "Gr\u00fc\u00dfe ?".encode("latin-1")


@pytest.mark.parametrize("split", ["udh8", "udh16", "sar", "payload"])
def test_a_text_that_is_too_long_for_all_parts_is_cut(split: str) -> None:
    payload = "\u65e5".encode("utf-16-be") * 30_000
    message = SubmitSm(
        text=b"", data_coding=8, registered_delivery=0, tlvs=b"\x04\x24" + len(payload).to_bytes(2, "big") + payload
    )
    pdus = brought(f'mo: {{text: "{{text}}{{text}}", split: {split}}}', message)
    text = "".join(shown(pdu) for pdu in pdus)
    assert 5_000 < len(text) < 35_000
    assert set(text) == {"\u65e5"}


@given(
    st.text(max_size=30) | st.sampled_from(["", "\ud800", "x" * 161, "\u20ac" * 90, "\U0001f600" * 80]),
    st.text(max_size=25),
    st.none() | st.integers(0, 255),
    st.sampled_from(["udh8", "udh16", "sar", "payload"]),
    st.sampled_from(["gsm7", "gsm7-packed", "latin-1", "ascii", "utf-8"]),
)
def test_whatever_a_template_gives_can_be_sent(
    text: str, address: str, data_coding: int | None, style: Any, default: str
) -> None:
    records = list(
        mo_records(
            text=text, source=address, destination=address, data_coding=data_coding, style=style,
            reference=65535, now=0.0, origin=1, default=default,
        )
    )  # fmt: skip
    assert records
    for _, _, _, body, _, command, _ in records:
        pdu = Pdu(frame(-command, body))
        pdu.check()
        assert data_coding in (None, pdu.fields["data_coding"])


def test_data_coding_0_is_the_alphabet_of_the_provider(tmp_path: Path) -> None:
    (tmp_path / "own.yaml").write_text("smsc_profile: 1\nname: own\nsource: a test\nalphabet: latin-1\n")
    file = tmp_path / "scenario.yaml"
    file.write_text(
        'smsc: 1\nprofile: own.yaml\nrules: [{name: r, mo: [{text: "@\u00e7"}, {text: "\u0394"}]}]\n', encoding="utf-8"
    )
    play = Play(scenario=load(file))
    esme = play.bind()
    esme.submit(PROMO)
    play.advance(2)
    assert [(pdu.fields["data_coding"], text_of(pdu)) for pdu in esme.take()] == [(0, b"@\xe7"), (8, b"\x03\x94")]


# The way


@pytest.mark.parametrize(
    ("via", "at"),
    [("", 1), ("same", 1), ("other", 0), ("any", 0), ("least_loaded", 2), ("round_robin", 0), ("account:beta", 3)],
)
def test_via(via: str, at: int) -> None:
    play = Play(scenario=rule(f"mo: {{text: x{f', via: {via!r}' if via else ''}}}"))
    esmes = [play.bind(), play.bind(), play.bind("receiver"), play.bind(account=BETA)]
    esmes[0].ask("enquire_link")
    esmes[1].submit(PROMO)
    play.advance(2)
    assert [number for number, esme in enumerate(esmes) if any(pdu.name == "deliver_sm" for pdu in esme.take())] == [at]


def test_they_keep_to_the_window_are_tried_again_and_wait_for_a_bind() -> None:
    settings = smsc_settings(receipts=ReceiptSettings(window=2, retry=(3.0,)))
    play = Play(scenario=rule(f'mo: {{text: "{"x" * 400}"}}'), settings=settings)
    transmitter = play.bind("transmitter")
    transmitter.submit(PROMO)
    play.advance(2)
    assert play.account().waiting_count == 3
    receiver = play.bind("receiver")
    first, second = receiver.take()
    assert receiver.answer(first, CommandStatus.ESME_RMSGQFUL) == []
    assert receiver.answer(second) == []
    play.advance(3.1)
    again, third = receiver.take()
    assert again.octets[16:] == first.octets[16:]
    for pdu in (again, third):
        receiver.answer(pdu)
    assert (play.account().pending, play.account().waiting_count, play.account().attempts) == (0, 0, {})


# Other events


ABOUT_17 = {"message_id": "17", "source_addr": "44"}


@pytest.mark.parametrize(
    ("event", "octets"),
    [
        ("enquire_link", frame(0x15)),
        ("query_sm", encode("query_sm", sequence_number=1, fields=ABOUT_17)),
        ("cancel_sm", encode("cancel_sm", sequence_number=1, fields={**ABOUT_17, "destination_addr": "55"})),
        ("bind", b""),
    ],
)
def test_other_requests_bring_messages_too(event: str, octets: bytes) -> None:
    text = "<{id}|{from}|{to}|{text}|{n}>"
    play = Play(scenario=rule(f'event: {event}, reply: {{delay: 2s}}, mo: {{from: "100", text: "{text}"}}'))
    esme = play.connect()
    esme.give(bind_octets())
    if event == "bind":
        play.advance(2.05)
    else:
        esme.give(octets)
        play.advance(2.05)
    esme.take()
    play.advance(0.8)
    assert esme.take() == []
    play.advance(0.3)
    (pdu,) = esme.take()
    wanted = {"query_sm": "<17|44|||1>", "cancel_sm": "<17|44|55||1>"}.get(event, "<||||1>")
    assert shown(pdu) == wanted


def test_no_message_comes_where_nobody_is_bound() -> None:
    play = Play(scenario=rule("event: enquire_link, mo: {text: x}"))
    esme = play.connect()
    esme.give(frame(0x15))
    play.advance(5)
    assert [pdu.name for pdu in esme.take()] == []
    play = Play(scenario=rule("event: bind, mo: {text: x}"))
    esme = play.connect()
    esme.give(bind_octets(password="wrong"))
    play.advance(5)
    assert esme.take() == []
    play = Play(scenario=rule("event: enquire_link, reply: ESME_RSYSERR, mo: {text: x}"))
    esme = play.bind()
    esme.give(frame(0x15))
    play.advance(5)
    assert [pdu.name for pdu in esme.take()] == []


def test_the_answer_to_a_receipt_may_bring_a_message() -> None:
    play = Play(scenario=rule("event: deliver_sm_resp, when: {first: 1}, mo: {from: '100', text: thanks}"))
    esme = play.bind()
    esme.submit()
    play.advance(1.1)
    (receipt,) = esme.take()
    esme.answer(receipt)
    play.advance(1.1)
    (pdu,) = esme.take()
    assert shown(pdu) == "thanks"


def test_after_an_unbind_the_message_goes_to_another_bind() -> None:
    play = Play(scenario=rule("event: unbind, mo: {from: '100', text: bye}"))
    esme, other = play.bind(), play.bind()
    esme.give(frame(6))
    play.advance(3)
    assert [shown(pdu) for pdu in other.take()] == ["bye"]


def test_the_default_receipt_of_the_scenario_does_not_change_the_message() -> None:
    play = Play(scenario=scenario("defaults: {receipt: none}\nrules: [{name: r, mo: {text: x}}]"))
    esme = play.bind()
    esme.submit()
    play.advance(5)
    assert [shown(pdu) for pdu in esme.take()] == ["x"]
