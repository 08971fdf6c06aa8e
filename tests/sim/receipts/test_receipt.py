"""Receipts on the wire: text, TLVs, addresses, and whom they are for."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smsc_sim.sim.receipts.receipt import ReceiptForm, ReceiptRecord, ReceiptWriter
from smsc_sim.sim.rules.decision import receipt_wanted
from smsc_sim.sim.sessions.session import LAST_SEQUENCE_NUMBER, Session
from smsc_sim.smpp.legality import State
from smsc_sim.smpp.pdu import Pdu, encode
from smsc_sim.smpp.receipt_text import MessageState, format_receipt, parse_receipt
from tests.sim.playing import START, Address, Esme, Play, SubmitSm, decided, message_id_of, plan, text_of

ADDRESSES = st.builds(
    Address,
    st.integers(0, 255),
    st.integers(0, 255),
    st.binary(max_size=20).map(lambda octets: octets.replace(b"\0", b"x")),
)


def encoded(
    message: SubmitSm,
    message_id: str,
    quoted: bytes,
    *,
    sequence_number: int,
    state: MessageState = MessageState.DELIVERED,
    err: str = "000",
    submitted: float = START,
    done: float = START + 1.0,
    version: int = 0x34,
) -> bytes:
    """The receipt as the encoder and the receipt text of :mod:`smsc_sim.smpp` make it."""
    text = format_receipt(message_id=message_id, state=state, submitted=submitted, done=done, err=err)
    return encode(
        "deliver_sm",
        sequence_number=sequence_number,
        fields={
            "source_addr_ton": message.destination.ton,
            "source_addr_npi": message.destination.npi,
            "source_addr": message.destination.octets,
            "dest_addr_ton": message.source.ton,
            "dest_addr_npi": message.source.npi,
            "destination_addr": message.source.octets,
            "esm_class": 0x04,
            "short_message": text.encode("ascii") + quoted,
        },
        tlvs=[("receipted_message_id", message_id), ("message_state", state)] if version >= 0x34 else [],
    )


def receipt_of(esme: Esme, message: SubmitSm, seconds: float = 1.02) -> tuple[str, Pdu]:
    """Submit it and let time pass; the id in its response, and its receipt."""
    response = esme.submit(message)
    assert response.command_status == 0
    esme.play.advance(seconds)
    (receipt,) = esme.take()
    return message_id_of(response), receipt


# Octet by octet


@pytest.mark.parametrize("fast", [True, False])
@pytest.mark.parametrize("version", [0x33, 0x34, 0x50])
@given(source=ADDRESSES, destination=ADDRESSES)
def test_a_receipt_is_what_the_encoder_makes_of_it(
    fast: bool, version: int, source: Address, destination: Address
) -> None:
    message = SubmitSm(source=source, destination=destination, text=b"Hello world")
    esme = Play(fast=fast).bind(version=version)
    message_id, receipt = receipt_of(esme, message)
    assert receipt.octets == encoded(message, message_id, b"Hello world", sequence_number=1, version=version)


@pytest.mark.parametrize("state", list(MessageState))
@pytest.mark.parametrize("registered_delivery", [0, 1, 2, 3, 0x10, 0x11, 0x12, 0x13, 0xE1, 0x04])
@pytest.mark.parametrize("fast", [True, False])
def test_registered_delivery_against_every_state(fast: bool, registered_delivery: int, state: MessageState) -> None:
    game = Play(decide=lambda *_: decided(receipts=(plan(state, "042"),)), fast=fast)
    esme = game.bind()
    message = SubmitSm(registered_delivery=registered_delivery)
    esme.submit(message)
    game.advance(1.02)
    receipts = esme.take()
    if receipt_wanted(registered_delivery, state):
        wanted = encoded(message, "0000000001", b"Hello", sequence_number=1, state=state, err="042")
        assert [pdu.octets for pdu in receipts] == [wanted]
    else:
        assert receipts == []
        assert game.account().pending == 0


@pytest.mark.parametrize("registered_delivery", range(32))
def test_without_rules_success_is_told_to_those_who_ask_for_it(registered_delivery: int) -> None:
    game = Play()
    esme = game.bind()
    esme.submit(SubmitSm(registered_delivery=registered_delivery))
    game.advance(1.02)
    assert len(esme.take()) == (registered_delivery & 3 in (1, 3))


def test_a_refused_message_gets_no_receipt() -> None:
    game = Play(decide=lambda *_: decided(0x45))
    esme = game.bind()
    esme.submit()
    game.advance(10)
    assert esme.take() == []
    assert game.account().pending == 0


def test_several_receipts_come_in_their_order() -> None:
    plans = (
        plan(MessageState.ENROUTE, after=0.5),
        plan(MessageState.UNDELIVERABLE, "011", after=2.0),
    )
    game = Play(decide=lambda *_: decided(receipts=plans))
    esme = game.bind()
    esme.submit(SubmitSm(registered_delivery=0x11))
    game.advance(10)
    assert [(pdu.tlv("message_state"), pdu.fields["esm_class"]) for pdu in esme.take()] == [(1, 4), (5, 4)]


def test_the_receipt_of_a_delayed_response_comes_after_it() -> None:
    game = Play(decide=lambda *_: decided(delay=5.0))
    esme = game.bind()
    assert esme.give(SubmitSm().wire()) == []
    game.advance(4.9)
    assert esme.take() == []
    game.advance(0.2)
    assert [pdu.name for pdu in esme.take()] == ["submit_sm_resp"]
    game.advance(0.8)
    assert esme.take() == []
    game.advance(0.2)
    assert [pdu.name for pdu in esme.take()] == ["deliver_sm"]


# Ids and versions


def test_smpp_3_3_gets_eight_hexadecimal_digits_and_no_tlvs() -> None:
    game = Play()
    game.smsc.message_ids.low = 255
    message_id, receipt = receipt_of(game.bind(version=0x33), SubmitSm())
    assert message_id == "000000FF"
    assert message_id_of(receipt) == "000000FF"
    assert receipt.tlvs == []


def test_the_id_is_the_one_of_the_response_whatever_session_gets_the_receipt() -> None:
    game = Play()
    game.smsc.message_ids.low = 255
    old, new = game.bind("transmitter", version=0x33), game.bind("receiver")
    assert message_id_of(old.submit()) == "000000FF"
    game.advance(1.02)
    (receipt,) = new.take()
    assert message_id_of(receipt) == receipt.tlv("receipted_message_id") == "000000FF"


def test_a_3_4_message_whose_receipt_goes_to_a_3_3_session_has_no_tlvs() -> None:
    game = Play()
    transmitter, receiver = game.bind("transmitter"), game.bind("receiver", version=0x33)
    transmitter.submit()
    game.advance(1.02)
    (receipt,) = receiver.take()
    assert receipt.tlvs == []
    assert message_id_of(receipt) == "0000000001"


# Dates


def test_dates_are_those_of_acceptance_and_of_delivery() -> None:
    game = Play(decide=lambda *_: decided(receipts=(plan(after=3600.0 * 24),)))
    message_id, receipt = receipt_of(game.bind(), SubmitSm(), 86401.0)
    parsed = parse_receipt(text_of(receipt).decode("ascii"))
    assert parsed is not None
    assert (parsed.message_id, parsed.submit_date, parsed.done_date) == (message_id, "2603011200", "2603021200")
    assert (parsed.stat, parsed.err, parsed.sub, parsed.dlvrd, parsed.text) == ("DELIVRD", "000", 1, 1, "Hello")


@pytest.mark.parametrize("fast", [True, False])
def test_dates_change_with_the_minute(fast: bool) -> None:
    game = Play(fast=fast)
    esme = game.bind()
    game.advance(58.5)
    for _ in range(4):
        esme.submit()
        game.advance(0.5)
    game.advance(2.0)
    parsed = [parse_receipt(text_of(pdu).decode("ascii")) for pdu in esme.take() if pdu.name == "deliver_sm"]
    assert len(parsed) >= 3
    for receipt in parsed:
        assert receipt is not None
        assert receipt.submit_date in ("2603011200", "2603011201")
    assert len({receipt.done_date for receipt in parsed if receipt is not None}) <= 2


# The text quoted

QUOTED: dict[str, tuple[SubmitSm, bytes]] = {
    "nothing": (SubmitSm(text=b""), b""),
    "twenty": (SubmitSm(text=b"x" * 20), b"x" * 20),
    "more than twenty": (SubmitSm(text=b"0123456789" * 3), b"0123456789" * 2),
    "default alphabet": (SubmitSm(text=b"\x00\x01\x02 \x7f"), b"\x00\x01\x02 \x7f"),
    "line breaks": (SubmitSm(text=b"a\r\nb\nc"), b"a  b c"),
    "an escape": (SubmitSm(text=b"5 \x1be each"), b"5 \x1be each"),
    "an escape as the twentieth": (SubmitSm(text=b"x" * 19 + b"\x1be" + b"y"), b"x" * 19 + b"\x1be"),
    "a page break": (SubmitSm(text=b"a\x1b\x0ab"), b"a b"),
    "an escape at the end": (SubmitSm(text=b"end\x1b"), b"end "),
    "octets that are no septets": (SubmitSm(text=b"a\x80\xff"), b"a??"),
    "ascii": (SubmitSm(text=b"$@_\x01", data_coding=1), b"\x02\x00\x11 "),
    "latin-1": (SubmitSm(text="\xe9t\xe9 \xe7".encode("latin-1"), data_coding=3), b"\x05t\x05 ?"),
    "ucs-2": (SubmitSm(text="Gr\xfc\xdfe \u20ac \u4e2d".encode("utf-16-be"), data_coding=8), b"Gr~\x1ee \x1be ?"),
    "ucs-2 beyond the plane": (SubmitSm(text="\U0001f600!".encode("utf-16-be"), data_coding=8), b"?!"),
    "long ucs-2": (SubmitSm(text=("ab" * 15).encode("utf-16-be"), data_coding=8), b"ab" * 10),
    "binary": (SubmitSm(text=b"\xde\xad\xbe\xef", data_coding=4), b"deadbeef"),
    "a user data header": (SubmitSm(text=b"\x05\x00\x03\x01\x02\x01part one", esm_class=0x40), b"part one"),
    "a header and ucs-2": (
        SubmitSm(text=b"\x05\x00\x03\x01\x02\x01" + "\xe4".encode("utf-16-be"), esm_class=0x40, data_coding=8),
        b"{",
    ),
    "a header that is none": (SubmitSm(text=b"\x55\x00", esm_class=0x40), b"U\x00"),
}


@pytest.mark.parametrize("fast", [True, False])
@pytest.mark.parametrize("case", sorted(QUOTED))
def test_the_text_is_quoted_in_the_default_alphabet(case: str, fast: bool) -> None:
    message, quoted = QUOTED[case]
    message_id, receipt = receipt_of(Play(fast=fast).bind(), message)
    assert receipt.octets == encoded(message, message_id, quoted, sequence_number=1)
    assert receipt.fields["data_coding"] == 0


@pytest.mark.parametrize("fast", [True, False])
@given(st.binary(max_size=60), st.integers(0, 255), st.sampled_from([0, 0x40, 0xC3]))
def test_whatever_the_text_a_receipt_can_be_read(fast: bool, text: bytes, data_coding: int, esm_class: int) -> None:
    message = SubmitSm(text=text, data_coding=data_coding, esm_class=esm_class)
    message_id, receipt = receipt_of(Play(fast=fast).bind(), message)
    octets = text_of(receipt)
    assert b"\n" not in octets
    assert b"\r" not in octets
    assert max(octets) < 0x80
    assert len(octets) <= 150
    parsed = parse_receipt(octets.decode("ascii"))
    assert parsed is not None
    assert (parsed.message_id, parsed.stat, parsed.err) == (message_id, "DELIVRD", "000")


def test_the_payload_is_quoted_where_there_is_no_short_message() -> None:
    message = SubmitSm(text=b"", tlvs=bytes.fromhex("0424 0007") + b"payload")
    _, receipt = receipt_of(Play().bind(), message)
    assert text_of(receipt).endswith(b" text:payload")


# The writer


def test_forms_have_numbers() -> None:
    writer = ReceiptWriter()
    delivered, failed = ReceiptForm(), ReceiptForm(MessageState.UNDELIVERABLE, "011")
    assert [writer.number_of(form) for form in (delivered, failed, ReceiptForm(), failed)] == [0, 1, 0, 1]
    assert writer.form(1) is failed


def test_kept_middles_are_bounded() -> None:
    writer = ReceiptWriter()
    form = writer.number_of(ReceiptForm())
    for minute in range(10_005):
        writer._middle(START + 60.0 * minute, START + 60.0 * minute, form)
    assert len(writer._middles) <= 10_001


def test_sequence_numbers_go_on_at_1() -> None:
    writer = ReceiptWriter()
    session = Session(1, "127.0.0.1:1", "127.0.0.1", START)
    session.state = State.BOUND_RX
    session.sequence_number = LAST_SEQUENCE_NUMBER - 1
    form = writer.number_of(ReceiptForm())
    record: ReceiptRecord = (b"1", b"\0\1\1x\0", b"\0\0y\0", b"", START, form, 1)
    writer.write(session, [record, record], START)
    assert list(session.outstanding) == [b"\x7f\xff\xff\xff", b"\0\0\0\1"]
    assert session.sequence_number == 1
    assert session.sent == 2
