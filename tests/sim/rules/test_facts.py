"""What rules can ask about: every key of ``when``, for every event that has it."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smsc_sim.scenario.keys import FIELD_KEYS, OWN_KEYS
from smsc_sim.scenario.load import load
from smsc_sim.scenario.when import Scope
from smsc_sim.sim.messages.positions import find_destination
from smsc_sim.sim.rules.facts import ConnectionFacts, MessageFacts, PduFacts
from smsc_sim.sim.sessions.session import Session
from smsc_sim.smpp import gsm7
from smsc_sim.smpp.framing import HEADER_LENGTH
from smsc_sim.smpp.legality import State
from smsc_sim.smpp.pdu import Pdu, encode
from smsc_sim.smpp.segments import user_text
from tests.sim.playing import ALPHA, BETA, Address, Play, SubmitSm, bind_octets, frame, scenario

DECIDED = 0x040F
"""A status that nothing but the rule of a test gives."""

UDH = bytes.fromhex("050003070302")
SAR = bytes.fromhex("020c00020007 020e000104 020f000103")


def ruled(event: str, when: str) -> Play:
    """An SMSC with one rule for the event, which answers what it decides with DECIDED."""
    then = {"connect": "session: close", "deliver_sm_resp": "session: close"}.get(event, f"reply: {DECIDED}")
    return Play(scenario=scenario(f"rules:\n  - {{name: r, event: {event}, when: {{{when}}}, {then}}}"))


def decides(when: str, octets: bytes, event: str = "submit_sm", version: int = 0x34, **options: Any) -> bool:
    """Whether a rule with this condition decides about a request on a bound session."""
    answers = set()
    for fast in (True, False):
        text = f"rules:\n  - {{name: r, event: {event}, when: {{{when}}}, reply: {DECIDED}}}"
        esme = Play(scenario=scenario(text), fast=fast).bind(version=version, **options)
        (answer,) = esme.give(octets)
        assert answer.command_status in (0, DECIDED)
        answers.add(answer.command_status == DECIDED)
    (answer_of_both,) = answers
    return answer_of_both


# submit_sm

TEXT = SubmitSm(text=b"Hello World")
UNICODE = SubmitSm(text="Grüße, Ω 😀".encode("utf-16-be"), data_coding=8)
PART = SubmitSm(text=UDH + b"part", esm_class=0x40)
PAYLOAD = SubmitSm(text=b"", tlvs=bytes.fromhex("04240005") + b"hello")
BOTH = SubmitSm(text=b"short", tlvs=bytes.fromhex("04240005") + b"hello")
TIMES = {"validity_period": b"000000010000000R", "schedule_delivery_time": b"260301123000000+"}


@pytest.mark.parametrize(
    ("when", "message", "held"),
    [
        ("account: alpha", TEXT, True),
        ("account: 'al*'", TEXT, True),
        ("account: [beta, gamma]", TEXT, False),
        ("account: ALPHA", TEXT, False),
        ("bind: transceiver", TEXT, True),
        ("bind: transmitter", TEXT, False),
        ("peer: 127.0.0.1", TEXT, True),
        ("peer: 127.0.0.0/8", TEXT, True),
        ("peer: 10.0.0.0/8", TEXT, False),
        ("tls: no", TEXT, True),
        ("tls: yes", TEXT, False),
        ("to: '491701234567'", TEXT, True),
        ("to: '+491701234567'", TEXT, True),
        ("to: '+49*'", TEXT, True),
        ("to: '49*'", replace(TEXT, destination=Address(octets=b"+491701234567")), True),
        ("to: '491701234567'", replace(TEXT, destination=Address(octets=b"+491701234567")), True),
        ("to: '*567'", TEXT, True),
        ("to: '49??????????'", TEXT, True),
        ("to: '49???'", TEXT, False),
        ("to: '4917012345678'", TEXT, False),
        ("destination_addr: '49*'", TEXT, True),
        ("to: ''", replace(TEXT, destination=Address(octets=b"")), True),
        ("to: 'Shop'", replace(TEXT, destination=Address(octets=b"Shop")), True),
        ("to: 'shop'", replace(TEXT, destination=Address(octets=b"Shop")), False),
        ("to: '+Shop'", replace(TEXT, destination=Address(octets=b"Shop")), False),
        ("from: Sender", TEXT, True),
        ("source_addr: 'S*r'", TEXT, True),
        ("from: Sende", TEXT, False),
        ("from: '+4477'", replace(TEXT, source=Address(octets=b"4477")), True),
        ("text: Hello World", TEXT, True),
        ("text: 'Hello*'", TEXT, True),
        ("text: {contains: lo Wo}", TEXT, True),
        ("text: {contains: LO}", TEXT, False),
        ("text: {regex: '(?i)^hello'}", TEXT, True),
        ("text: {not: {contains: Hello}}", TEXT, False),
        ("text: 'Grüße, Ω 😀'", UNICODE, True),
        ("text: part", PART, True),
        ("text: hello", PAYLOAD, True),
        ("text: short", BOTH, True),
        ("text: hello", replace(TEXT, text=b"hello", data_coding=3), True),
        ("text: '@£'", replace(TEXT, text=b"\0\x01"), True),
        ("text: '[€]'", replace(TEXT, text=b"\x1b\x3c\x1be\x1b\x3e"), True),
        ("text: '0102ff'", replace(TEXT, text=b"\x01\x02\xff", data_coding=4), True),
        ("keyword: HELLO", TEXT, True),
        ("keyword: 'hel*'", TEXT, True),
        ("keyword: World", TEXT, False),
        ("keyword: Hello", replace(TEXT, text=b"  hello  world "), True),
        ("keyword: '*'", replace(TEXT, text=b""), False),
        ("keyword: ''", replace(TEXT, text=b""), False),
        ("keyword: ''", replace(TEXT, text=b"  "), False),
        ("keyword: ''", TEXT, False),
        ("keyword: [bye, hello]", TEXT, True),
        ("keyword: [bye, hell]", TEXT, False),
        ("keyword: {not: hello}", TEXT, False),
        ("length: ['<3', '>10']", TEXT, True),
        ("length: '<=11'", TEXT, True),
        ("length: '5..10'", TEXT, False),
        ("text: [Hi, Hello World]", TEXT, True),
        ("text: {contains: [x, World], regex: '^H'}", TEXT, True),
        ("text: {contains: [x, World], regex: '^W'}", TEXT, False),
        ("coding: 0", TEXT, True),
        ("coding: gsm7", TEXT, True),
        ("coding: 8", UNICODE, True),
        ("coding: ucs-2", UNICODE, True),
        ("coding: ucs-2", TEXT, False),
        ("data_coding: 0x08", UNICODE, True),
        ("length: 11", TEXT, True),
        ("length: '>11'", TEXT, False),
        ("length: 0", replace(TEXT, text=b""), True),
        ("length: 4", PART, True),
        ("length: 5", PAYLOAD, True),
        ("length: 10", UNICODE, True),
        ("parts: 1", TEXT, True),
        ("part: 1", TEXT, True),
        ("parts: 3, part: 2", PART, True),
        ("parts: '>=2'", TEXT, False),
        ("parts: 4, part: 3", replace(TEXT, tlvs=SAR), True),
        ("part: '2..3'", PART, True),
        ("parts: 3", replace(PART, data_coding=8, text=UDH + "é".encode("utf-16-be")), True),
        ("parts: 3", replace(TEXT, text=UDH + b"no header"), False),
        ("parts: 1", replace(PART, text=b"\x30broken header"), True),
        ("parts: 3", replace(PART, text=bytes.fromhex("06080400070302") + b"wide"), True),
        ("parts: 3", replace(PART, text=b"", tlvs=b"\x04\x24\x00\x0a" + UDH + b"long"), True),
        ("receipt: yes", TEXT, True),
        ("receipt: no", replace(TEXT, registered_delivery=0), True),
        ("receipt: yes", replace(TEXT, registered_delivery=2), True),
        ("receipt: yes", replace(TEXT, registered_delivery=0x10), True),
        ("receipt: no", replace(TEXT, registered_delivery=0x0C), True),
        ("service_type: ''", TEXT, True),
        ("service_type: CMT", replace(TEXT, service_type=b"CMT"), True),
        ("source_addr_ton: 5, source_addr_npi: 0", TEXT, True),
        ("dest_addr_ton: 1, dest_addr_npi: 1", TEXT, True),
        ("dest_addr_ton: 0", TEXT, False),
        ("esm_class: 0x40", PART, True),
        ("esm_class: 0", TEXT, True),
        ("protocol_id: 64", replace(TEXT, protocol_id=64), True),
        ("priority_flag: '1..3'", replace(TEXT, priority_flag=2), True),
        ("schedule_delivery_time: ''", TEXT, True),
        (
            "schedule_delivery_time: '2603*'",
            replace(TEXT, schedule_delivery_time=TIMES["schedule_delivery_time"]),
            True,
        ),
        ("validity_period: ''", TEXT, True),
        ("validity_period: '*R'", replace(TEXT, validity_period=TIMES["validity_period"]), True),
        ("registered_delivery: 1", TEXT, True),
        ("registered_delivery: '>=16'", replace(TEXT, registered_delivery=0x11), True),
        ("replace_if_present_flag: 1", replace(TEXT, replace_if_present_flag=1), True),
        ("sm_default_msg_id: 7", replace(TEXT, sm_default_msg_id=7), True),
        ("short_message: 0x48656c6c6f20576f726c64", TEXT, True),
        ("short_message: '0x4865*'", TEXT, True),
        ("short_message: '0x050003*'", PART, True),
        ("short_message: ''", PAYLOAD, True),
        ("message_payload: 0x68656c6c6f", PAYLOAD, True),
        ("message_payload: hello", PAYLOAD, True),
        ("message_payload: '*'", TEXT, False),
        ("0x0424: hello", PAYLOAD, True),
        ("sar_total_segments: 4", replace(TEXT, tlvs=SAR), True),
        ("sar_msg_ref_num: '<8'", replace(TEXT, tlvs=SAR), True),
        ("'0x020e': 4", replace(TEXT, tlvs=SAR), True),
        ("sar_total_segments: 4", TEXT, False),
        ("sar_total_segments: {not: 4}", TEXT, True),
        ("sar_total_segments: {not: 4}", replace(TEXT, tlvs=SAR), False),
        ("not: {sar_total_segments: '>=0'}", TEXT, True),
        ("'0x1400': abc", replace(TEXT, tlvs=bytes.fromhex("14000003") + b"abc"), True),
        ("'0x1400': 0x616263", replace(TEXT, tlvs=bytes.fromhex("14000003") + b"abc"), True),
        ("'0x1400': ''", replace(TEXT, tlvs=bytes.fromhex("14000000")), True),
        ("'0x1400': ''", TEXT, False),
        ("'0x1400': '*'", TEXT, False),
        ("dest_port: 5000", replace(TEXT, tlvs=bytes.fromhex("020b00021388")), True),
        ("any: [{to: '1*'}, {text: 'Hello*'}]", TEXT, True),
        ("any: [{to: '1*'}, {to: '49*', text: Bye}]", TEXT, False),
        ("not: {to: '1*'}", TEXT, True),
        ("not: {to: '49*'}", TEXT, False),
        ("not: {to: '49*', text: Bye}", TEXT, True),
        ("not: [{to: '1*'}, {text: 'Hello*'}]", TEXT, False),
        ("not: {any: [{to: '1*'}, {not: {from: Sender}}]}", TEXT, True),
        ("any: [{not: {any: [{to: '49*'}]}}, {not: {not: {keyword: hello}}}]", TEXT, True),
        ("to: '49*', from: Sender, text: '*World', receipt: yes", TEXT, True),
        ("to: '49*', from: Sender, text: '*World', receipt: no", TEXT, False),
    ],
)
def test_conditions_on_a_submit_sm(when: str, message: SubmitSm, held: bool) -> None:
    assert decides(when, message.wire()) is held
    # Times move the fields that follow them; nothing else may depend on that.
    if "schedule" not in when and "validity" not in when:
        assert decides(when, replace(message, **TIMES).wire()) is held  # type: ignore[arg-type]


def data(payload: bytes = b"x", *tlvs: tuple[str, object], **fields: object) -> bytes:
    return encode("data_sm", sequence_number=1, fields=fields, tlvs=[("message_payload", payload), *tlvs])


@pytest.mark.parametrize(
    ("when", "octets", "held"),
    [
        ("account: alpha, bind: transceiver, tls: no", data(), True),
        ("to: '49*', from: S", data(destination_addr="+4917", source_addr="S"), True),
        ("text: Über, length: 4, keyword: ÜBER", data("Über".encode("latin-1"), data_coding=3), True),
        ("coding: 3, receipt: yes, esm_class: 0", data(b"", data_coding=3, registered_delivery=1), True),
        ("parts: 3, part: 2, text: x", data(UDH + b"x", esm_class=0x40), True),
        ("parts: 2", data(), False),
        ("user_message_reference: 7", data(b"x", ("user_message_reference", 7)), True),
        ("message_payload: {contains: x}", data(b"axb"), True),
    ],
)
def test_conditions_on_a_data_sm(when: str, octets: bytes, held: bool) -> None:
    assert decides(when, octets, "data_sm") is held


def multi(*destinations: str, **fields: object) -> bytes:
    places: list[dict[str, object]] = [
        {"dest_flag": 2, "dl_name": each[1:]}
        if each.startswith("=")
        else {"dest_flag": 1, "dest_addr_ton": 1, "dest_addr_npi": 1, "destination_addr": each}
        for each in destinations
    ]
    return encode("submit_multi", sequence_number=1, fields={"dest_addresses": places, **fields})


@pytest.mark.parametrize(
    ("when", "octets", "held"),
    [
        ("to: '11'", multi("11", "11"), True),
        ("to: '11'", multi("11", "12"), False),
        ("to: '12'", multi("11", "12"), False),
        ("to: '12'", multi("=list", "12"), True),
        ("text: hi, from: S, account: alpha", multi("11", short_message=b"hi", source_addr="S"), True),
        ("coding: 8, text: é", multi("11", short_message="é".encode("utf-16-be"), data_coding=8), True),
        (
            "receipt: yes, validity_period: '*R'",
            multi("11", registered_delivery=1, validity_period="000000010000000R"),
            True,
        ),
        ("parts: 3, part: 2", multi("11", short_message=UDH + b"hi", esm_class=0x40), True),
        ("priority_flag: 3", multi("11", priority_flag=3), True),
        ("source_addr_ton: 5", multi("11", source_addr_ton=5), True),
    ],
)
def test_conditions_on_a_submit_multi(when: str, octets: bytes, held: bool) -> None:
    assert decides(when, octets, "submit_multi") is held


# What is no message


@pytest.mark.parametrize(
    ("when", "bind", "held"),
    [
        ("account: alpha", bind_octets(), True),
        ("account: nobody", bind_octets(system_id="nobody"), True),
        ("account: beta", bind_octets(), False),
        ("bind: receiver", bind_octets("receiver"), True),
        ("bind: 'trans*'", bind_octets("transmitter"), True),
        ("bind: 'trans*'", bind_octets("receiver"), False),
        ("peer: 127.0.0.1", bind_octets(), True),
        ("tls: yes", bind_octets(), False),
        ("system_id: alpha, system_type: VMA", bind_octets(system_type="VMA"), True),
        ("interface_version: 0x34", bind_octets(), True),
        ("interface_version: '<0x34'", bind_octets(version=0x33), True),
        (
            "addr_ton: 1, addr_npi: 2, address_range: '^49'",
            bind_octets(addr_ton=1, addr_npi=2, address_range="^49"),
            True,
        ),
        ("address_range: ''", bind_octets(address_range="1"), False),
        ("not: {system_type: ''}", bind_octets(), False),
        ("sc_interface_version: 0x34", bind_octets(), False),
    ],
)
def test_conditions_on_a_bind(when: str, bind: bytes, held: bool) -> None:
    (answer,) = ruled("bind", when).connect().give(bind)
    assert (answer.command_status == DECIDED) is held


@pytest.mark.parametrize(
    ("when", "held"),
    [
        ("peer: 192.0.2.7", True),
        ("peer: 192.0.2.0/24", True),
        ("peer: '192.0.*'", True),
        ("peer: 192.0.3.0/24", False),
        ("peer: [192.0.3.0/24, 192.0.2.7]", True),
        ("peer: {not: 192.0.2.7}", False),
        ("tls: yes", True),
        ("tls: no", False),
        ("any: [{tls: no}, {peer: 192.0.2.7}]", True),
    ],
)
def test_conditions_on_a_connection(when: str, held: bool) -> None:
    esme = ruled("connect", when).connect("192.0.2.7", "TLSv1.3")
    assert bool(esme.ending) is held


QUERY = encode("query_sm", sequence_number=1, fields={"message_id": "17", "source_addr": "+4917", "source_addr_ton": 1})
CANCEL = encode(
    "cancel_sm",
    sequence_number=1,
    fields={"message_id": "17", "source_addr": "S", "destination_addr": "49", "service_type": "CMT"},
)
REPLACE = encode("replace_sm", sequence_number=1, fields={"message_id": "17", "short_message": b"new"})


@pytest.mark.parametrize(
    ("event", "when", "octets", "held"),
    [
        ("enquire_link", "account: alpha, bind: transceiver, peer: 127.0.0.1", frame(0x15), True),
        ("enquire_link", "account: beta", frame(0x15), False),
        ("unbind", "account: alpha", frame(0x06), True),
        ("unbind", "bind: receiver", frame(0x06), False),
        ("query_sm", "message_id: '17', from: '4917', source_addr_ton: 1", QUERY, True),
        ("query_sm", "message_id: '18'", QUERY, False),
        ("cancel_sm", "message_id: '17', from: S, to: '+49', service_type: CMT", CANCEL, True),
        ("cancel_sm", "to: '50'", CANCEL, False),
        ("replace_sm", "message_id: '1*', short_message: new, sm_default_msg_id: 0", REPLACE, True),
    ],
)
def test_conditions_on_other_requests(event: str, when: str, octets: bytes, held: bool) -> None:
    (answer,) = ruled(event, when).bind().give(octets)
    assert (answer.command_status == DECIDED) is held


def test_a_session_that_is_not_bound_has_no_account_and_no_bind() -> None:
    for when in ("account: '*'", "bind: '*'"):
        (answer,) = ruled("enquire_link", when).connect().give(frame(0x15))
        assert answer.command_status == 0
        (answer,) = ruled("enquire_link", f"not: {{{when}}}").connect().give(frame(0x15))
        assert answer.command_status == DECIDED


@pytest.mark.parametrize(
    ("when", "body", "status", "held"),
    [
        ("command_status: ESME_RMSGQFUL", b"\0", 0x14, True),
        ("command_status: 0x14", b"", 0x14, True),
        ("command_status: ESME_ROK", b"\0", 0x14, False),
        ("command_status: '>0'", b"\0", 0x14, True),
        ("command_status: [ESME_RMSGQFUL, ESME_RTHROTTLED]", b"\0", 0x58, True),
        ("account: alpha, bind: transceiver", b"\0", 0, True),
        ("message_id: ''", b"\0", 0, True),
        ("message_id: abc", b"abc\0", 0, True),
        ("message_id: '*'", b"", 0, False),
        ("congestion_state: '>50'", b"\0" + bytes.fromhex("0428000155"), 0, True),
        # What cannot be read is not there.
        ("account: alpha", b"no end", 0, True),
        ("message_id: '*'", b"no end", 0, False),
        ("congestion_state: '>50'", b"\0" + bytes.fromhex("04280005"), 0, False),
        ("not: {congestion_state: '>50'}", b"\0" + bytes.fromhex("04280005"), 0, True),
    ],
)
def test_conditions_on_the_answer_to_a_receipt(when: str, body: bytes, status: int, held: bool) -> None:
    play = ruled("deliver_sm_resp", when)
    esme = play.bind()
    esme.submit()
    play.advance(1.1)
    (receipt,) = esme.take()
    esme.give(frame(0x80000005, body, receipt.sequence_number, status))
    assert bool(esme.ending) is held
    assert play.smsc.counters.internal_errors == 0


def test_every_key_is_tried_above() -> None:
    tests: list[Any] = [
        test_conditions_on_a_submit_sm,
        test_conditions_on_a_data_sm,
        test_conditions_on_a_submit_multi,
        test_conditions_on_a_bind,
        test_conditions_on_a_connection,
        test_conditions_on_other_requests,
        test_conditions_on_the_answer_to_a_receipt,
    ]
    tried = "".join(str(mark.args[1]) for test in tests for mark in test.pytestmark)
    assert [key for key in (*OWN_KEYS, *FIELD_KEYS) if f"{key}: " not in tried] == []


# How they are found


bodies = st.builds(
    SubmitSm,
    service_type=st.sampled_from([b"", b"CMT"]),
    source=st.builds(Address, octets=st.sampled_from([b"", b"Sender"])),
    destination=st.builds(Address, octets=st.sampled_from([b"", b"4477", b"+4477", b"Shop\xe9"])),
    esm_class=st.sampled_from([0, 0x40, 0x43]),
    protocol_id=st.integers(0, 255),
    priority_flag=st.integers(0, 255),
    validity_period=st.sampled_from([b"", TIMES["validity_period"]]),
    registered_delivery=st.integers(0, 255),
    data_coding=st.sampled_from([0, 1, 3, 4, 8, 0xF0, 0xFF]),
    text=st.sampled_from([b"", b"Hello World", UDH + b"part", b"\x1be\0", b"\xff" * 200]) | st.binary(max_size=20),
    tlvs=st.sampled_from([b"", SAR, bytes.fromhex("14000003616263")]),
)


@given(bodies, st.permutations(["to", "text", "receipt", "coding", "length", "from", "esm_class", "part"]))
def test_octets_at_their_places_say_what_the_decoder_says(message: SubmitSm, keys: list[str]) -> None:
    session = Session(1, "127.0.0.1:1", "127.0.0.1", 0.0)
    octets = b"before" + message.wire() + b"after"
    pdu = Pdu(message.wire())
    start = find_destination(octets, 6 + HEADER_LENGTH)
    facts = MessageFacts(session, octets, 6, len(octets) - 5, start, start + len(message.destination.octets))
    plain = MessageFacts.of(session, pdu, str(pdu.fields["destination_addr"]))
    # In any order, since one question may make another one cheaper.
    for key in keys:
        assert facts.value(key) == plain.value(key)
    for key in ("data_coding", "protocol_id", "priority_flag", "registered_delivery", "parts", "keyword"):
        assert facts.value(key) == plain.value(key)
    assert facts.fingerprint() == plain.fingerprint()
    assert plain.value("text") == user_text(pdu.fields, pdu.tlvs)


def test_data_coding_0_is_the_alphabet_of_the_provider(tmp_path: Path) -> None:
    profile = tmp_path / "latin.yaml"
    profile.write_text("smsc_profile: 1\nname: latin\nsource: a test\nalphabet: latin-1\n")
    text = f"profile: {profile}\nrules: [{{name: r, when: {{text: '@Müll', keyword: '@müll'}}, reply: {DECIDED}}}]"
    file = tmp_path / "scenario.yaml"
    file.write_text(f"smsc: 1\n{text}\n", encoding="utf-8")
    for fast in (True, False):
        esme = Play(scenario=load(file), fast=fast).bind()
        assert esme.submit(SubmitSm(text="@Müll".encode("latin-1"))).command_status == DECIDED
        assert esme.submit(SubmitSm(text=gsm7.encode("@Müll"))).command_status == 0


# Scopes and fingerprints


def facts_of(message: SubmitSm, play: Play, account: Any = ALPHA) -> MessageFacts:
    session = next((esme.session for esme in play.esmes if esme.session.account is play.account(account)), None)
    if session is None:
        session = play.bind(account=account).session
    pdu = Pdu(message.wire())
    return MessageFacts.of(session, pdu, str(pdu.fields["destination_addr"]))


def test_a_repetition_of_a_message_has_its_fingerprint() -> None:
    play = Play()
    fingerprint = facts_of(TEXT, play).fingerprint()
    same = [
        replace(TEXT, registered_delivery=0),
        replace(TEXT, **TIMES),  # type: ignore[arg-type]
        replace(TEXT, service_type=b"CMT", priority_flag=1, protocol_id=9),
        replace(TEXT, text=b"", tlvs=b"\x04\x24\x00\x0b" + b"Hello World"),
        replace(TEXT, text="Hello World".encode("utf-16-be"), data_coding=8),
        replace(TEXT, tlvs=bytes.fromhex("020400020001")),
    ]
    others = [
        replace(TEXT, destination=Address(octets=b"491701234568")),
        replace(TEXT, source=Address(5, 0, b"Other")),
        replace(TEXT, text=b"Hello world"),
        replace(TEXT, tlvs=SAR),
        replace(TEXT, tlvs=SAR.replace(b"\x01\x03", b"\x01\x02")),
    ]
    assert {facts_of(message, play).fingerprint() for message in same} == {fingerprint}
    assert len({fingerprint, *(facts_of(message, play).fingerprint() for message in others)}) == 6
    assert facts_of(TEXT, play, BETA).fingerprint() != fingerprint


def test_a_fingerprint_is_short_however_long_the_message_is() -> None:
    # A hundred thousand of them are kept for each gate.
    play = Play()
    texts = [b"x" * 60_000 + b"%d" % number for number in range(2)]
    messages = [SubmitSm(text=b"", tlvs=b"\x04\x24" + len(text).to_bytes(2, "big") + text) for text in texts]
    one, other = (facts_of(message, play).fingerprint() for message in messages)
    assert one != other
    assert max(len(one), len(other)) <= 100
    assert facts_of(messages[0], play).fingerprint() == one
    long = encode("replace_sm", sequence_number=1, fields={"short_message": b"x" * 254})
    assert len(PduFacts(play.esmes[0].session, Pdu(long)).fingerprint()) <= 100


def test_the_reference_of_a_long_message_is_not_part_of_it() -> None:
    play = Play()
    first, again = (replace(PART, text=b"\x05\0\x03" + reference + b"\x03\x02part") for reference in (b"\x07", b"\x08"))
    assert facts_of(first, play).fingerprint() == facts_of(again, play).fingerprint()


@pytest.mark.parametrize(
    ("scope", "wanted"),
    [
        ("session", lambda facts: facts.session.number),
        ("account", lambda facts: "alpha"),
        ("from", lambda facts: "Sender"),
        ("to", lambda facts: "491701234567"),
        ("message", lambda facts: facts.fingerprint()),
        ("server", lambda facts: None),
    ],
)
def test_what_a_message_is_counted_by(scope: Scope, wanted: Callable[[MessageFacts], Hashable]) -> None:
    facts = facts_of(TEXT, Play())
    assert facts.scope(scope) == wanted(facts)


def test_a_number_is_the_same_number_with_its_plus() -> None:
    play = Play()
    plain = replace(TEXT, source=Address(octets=b"4477"))
    signed = replace(plain, source=Address(octets=b"+4477"), destination=Address(octets=b"+491701234567"))
    scopes: tuple[Scope, ...] = ("to", "from", "message")
    for scope in scopes:
        assert facts_of(plain, play).scope(scope) == facts_of(signed, play).scope(scope)
    assert facts_of(replace(plain, source=Address(octets=b"+Shop")), play).scope("from") == "+Shop"


def test_what_other_requests_are_counted_by() -> None:
    play = Play()
    session = play.bind().session
    facts = PduFacts(session, Pdu(CANCEL))
    scopes: tuple[Scope, ...] = ("session", "account", "from", "to", "server")
    assert [facts.scope(scope) for scope in scopes] == [session.number, "alpha", "S", "49", None]
    assert facts.scope("message") == facts.fingerprint()
    again = PduFacts(session, Pdu(CANCEL[:12] + b"\0\0\0\x63" + CANCEL[16:]))
    assert facts.fingerprint() == again.fingerprint()
    assert facts.fingerprint() != PduFacts(session, Pdu(QUERY)).fingerprint()


def test_a_bind_has_no_password_in_its_fingerprint() -> None:
    session = Session(1, "127.0.0.1:1", "127.0.0.1", 0.0)
    one, other = (PduFacts(session, Pdu(bind_octets(password=password))) for password in ("one", "other"))
    assert one.fingerprint() == other.fingerprint()
    assert b"one" not in one.fingerprint()
    assert one.fingerprint() != PduFacts(session, Pdu(bind_octets(system_id="beta"))).fingerprint()


def test_a_connection_is_known_by_its_address_without_its_port() -> None:
    one, other = (ConnectionFacts(Session(number, f"10.0.0.1:{number}", "10.0.0.1", 0.0)) for number in (1, 2))
    assert one.fingerprint() == other.fingerprint()
    assert (one.scope("session"), other.scope("session"), one.scope("server")) == (1, 2, None)
    assert one.value("to") is None
    assert (one.value("peer"), one.value("account"), one.value("bind"), one.value("tls")) == (
        "10.0.0.1:1",
        None,
        None,
        False,
    )


def test_a_session_of_another_state_has_no_bind() -> None:
    session = Session(1, "127.0.0.1:1", "127.0.0.1", 0.0)
    session.state = State.UNBOUND
    assert PduFacts(session, Pdu(frame(0x15))).value("bind") is None
