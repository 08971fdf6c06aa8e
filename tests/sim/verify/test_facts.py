from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smsc_sim.scenario.keys import FIELD_KEYS, OWN_KEYS
from smsc_sim.scenario.when import SCOPES
from smsc_sim.sim.rules.compiled_rule import check_of
from smsc_sim.sim.rules.facts import MessageFacts
from smsc_sim.sim.verify.facts import StoredFacts
from smsc_sim.smpp.pdu import Pdu, encode
from tests.scenario.texts import rule
from tests.sim.playing import Address, Play, SubmitSm
from tests.sim.search.stored import RECEIPT
from tests.sim.verify.storing import facts, stored, traits
from tests.sim.written import of_messages

UDH = bytes.fromhex("050003070302")

octets_of_texts = st.sampled_from(
    [
        (b"Hello World", 0, 0),
        ("Grüße, Ω 😀".encode("utf-16-be"), 8, 0),
        (UDH + b"part", 0, 0x40),
        (b"\xff\xfe\x00", 4, 0),
        (b"", 0, 0),
        (b"\0", 3, 0),
        (b"\xd8\x00", 8, 0),
        (b"\x09", 0, 0x40),
    ]
) | st.tuples(st.binary(max_size=20), st.sampled_from([0, 1, 3, 4, 8, 0xF5]), st.sampled_from([0, 0x40]))
tlvs = st.sampled_from(
    [
        b"",
        bytes.fromhex("020c00020007 020e000104 020f000103"),
        bytes.fromhex("14000003616263"),
        bytes.fromhex("02040002 0102"),
    ]
)
addresses = st.sampled_from([b"447700900123", b"+447700900123", b"Sender", b"", b"+49"]).map(
    lambda octets: Address(octets=octets)
)


@st.composite
def submits(draw: st.DrawFn) -> bytes:
    text, data_coding, esm_class = draw(octets_of_texts)
    return SubmitSm(
        source=draw(addresses),
        destination=draw(addresses),
        text=text,
        data_coding=data_coding,
        esm_class=esm_class,
        registered_delivery=draw(st.sampled_from([0, 1, 2, 0x10, 0x04])),
        validity_period=draw(st.sampled_from([b"", b"000000010000000R"])),
        protocol_id=draw(st.integers(0, 255)),
        tlvs=draw(tlvs),
    ).wire()


SESSION = Play().bind().session
KEYS = [*OWN_KEYS, *FIELD_KEYS, "tlv:sar_msg_ref_num", "tlv:0x1400", "tlv:user_message_reference"]


@given(submits())
def test_a_stored_message_has_what_the_live_one_had(octets: bytes) -> None:
    pdu = Pdu(octets)
    to = str(pdu.fields["destination_addr"])
    live = MessageFacts.of(SESSION, pdu, to)
    kept = StoredFacts(stored(SESSION, octets, to), lambda number: traits(SESSION))
    assert {key: kept.value(key) for key in KEYS} == {key: live.value(key) for key in KEYS}


@given(submits(), of_messages)
def test_a_condition_holds_on_both_or_on_neither(octets: bytes, written: str) -> None:
    (condition,) = rule(f"when: {{{written}}}").when.conditions
    pdu = Pdu(octets)
    to = str(pdu.fields["destination_addr"])
    live = MessageFacts.of(SESSION, pdu, to)
    kept = StoredFacts(stored(SESSION, octets, to), lambda number: traits(SESSION))
    assert check_of(condition)(kept) is check_of(condition)(live)


def test_other_messages_than_submit_sm() -> None:
    payload = [("message_payload", b"Hello")]
    data = encode("data_sm", sequence_number=1, fields={"destination_addr": "1", "source_addr": "2"}, tlvs=payload)
    several = encode(
        "submit_multi",
        sequence_number=1,
        fields={
            "dest_addresses": [{"dest_flag": 1, "destination_addr": one} for one in ("1", "2")],
            "short_message": b"Hello",
        },
    )
    for octets, to in ((data, "1"), (several, "1"), (several, "2")):
        live = MessageFacts.of(SESSION, Pdu(octets), to)
        kept = StoredFacts(stored(SESSION, octets, to), lambda number: traits(SESSION))
        assert {key: kept.value(key) for key in KEYS} == {key: live.value(key) for key in KEYS}
        assert (kept.value("to"), kept.value("text")) == (to, "Hello")


def test_of_a_session_that_is_not_known_any_more_nothing_is_there() -> None:
    assert [facts().value(key) for key in ("bind", "peer", "tls")] == [None, None, None]


@pytest.mark.parametrize("scope", SCOPES)
def test_scopes_are_those_of_live_messages(scope: str) -> None:
    one = facts(1, to="+447700900123")
    same = facts(2, to="447700900123")
    other = facts(3, to="1", text="b", source="c", account="d", session=9)
    assert one.scope(scope) == same.scope(scope)  # type: ignore[arg-type]
    assert (one.scope(scope) == other.scope(scope)) is (scope == "server")  # type: ignore[arg-type]


def test_receipts_that_were_sent_are_named_as_receipts_name_them() -> None:
    scheduled = replace(RECEIPT, sent_at=0.0)
    assert facts(receipts=(RECEIPT, scheduled)).receipts_sent == ("DELIVRD",)
    assert facts(31).name == "m-31"
