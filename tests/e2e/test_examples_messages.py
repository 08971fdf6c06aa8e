"""Conversations that prove the examples about messages of subscribers, the default alphabet, and two providers."""

from __future__ import annotations

from pathlib import Path

from tests.e2e import wire
from tests.e2e.laboratory import laboratory
from tests.e2e.messages import (
    MESSAGE_PAYLOAD,
    SAR_MSG_REF_NUM,
    SAR_SEGMENT_SEQNUM,
    SAR_TOTAL_SEGMENTS,
    Message,
    accepted,
    attempt,
    failures,
    multi_body,
    next_message,
    nothing_came,
    parse,
    refused,
    refused_bind,
)
from tests.e2e.scenario_files import example

ESME_RINVBALANCE = 0x40B
ESME_RTHROTTLED = 0x58
UDHI = 0x40
UCS2 = 8


def test_distribution_lists(tmp_path: Path) -> None:
    with laboratory(tmp_path, example("distribution-lists")) as lab, lab.connect() as esme:
        esme.bind()
        customers, staff = b"\x02customers\0", b"\x02staff\0"
        answer = esme.call(wire.SUBMIT_MULTI, multi_body(customers, staff))
        assert (answer.command_status, failures(answer)) == (0, [("447700900202", wire.ESME_RMSGQFUL)])
        message_id = answer.body.partition(b"\0")[0].decode()
        lab.advance(1)
        receipts = [next_message(esme) for _ in range(3)]
        assert {receipt.receipted_message_id for receipt in receipts} == {message_id}
        assert {(receipt.source_addr, receipt.part("stat"), receipt.part("err")) for receipt in receipts} == {
            ("447700900201", "DELIVRD", "000"),
            ("447700900203", "UNDELIV", "027"),
            ("447700900301", "DELIVRD", "000"),
        }
        assert nothing_came(esme)


def test_mo_keyword(tmp_path: Path) -> None:
    with laboratory(tmp_path, example("mo-keyword")) as lab, lab.connect() as esme:
        esme.bind()
        for text in (b"Promo SHOES for you", b"sale SHOES", b"Hello SALE"):
            accepted(esme, "447700900123", text, source_addr="SHOP", registered_delivery=0)
        lab.advance(1)
        answer = next_message(esme)
        assert not answer.is_receipt
        assert (answer.source_addr, answer.destination_addr) == ("447700900123", "SHOP")
        assert answer.text == "STOP SHOES"
        assert nothing_came(esme), "once for each number"
        accepted(esme, "447700900124", b"SALE hats", registered_delivery=0)
        lab.advance(1)
        assert next_message(esme).text == "STOP hats"


def test_mo_long(tmp_path: Path) -> None:
    with laboratory(tmp_path, example("mo-long")) as lab, lab.connect() as esme:
        esme.bind()
        texts = []
        for digit in (1, 2, 3, 4):
            accepted(esme, f"44770090000{digit}", registered_delivery=0)
            lab.advance(1)
            assert esme.is_alive()
            parts = [parse(frame) for frame in esme.requests]
            esme.requests.clear()
            assert {part.data_coding for part in parts} == {UCS2}
            assert {part.source_addr for part in parts} == {f"44770090000{digit}"}
            texts.append(JOINED[digit](parts).decode("utf-16-be"))
        assert len(set(texts)) == 1
        assert texts[0].startswith("Дякую за повідомлення!")
        assert len(texts[0]) > 70


def by_8_bit_header(parts: list[Message]) -> bytes:
    assert all(part.esm_class & UDHI for part in parts)
    assert {part.short_message[:4] for part in parts} == {b"\5\0\3" + parts[0].short_message[3:4]}
    assert [tuple(part.short_message[4:6]) for part in parts] == [
        (len(parts), number) for number in range(1, len(parts) + 1)
    ]
    return b"".join(part.short_message[6:] for part in parts)


def by_16_bit_header(parts: list[Message]) -> bytes:
    assert all(part.esm_class & UDHI for part in parts)
    assert {part.short_message[:5] for part in parts} == {b"\6\x08\4" + parts[0].short_message[3:5]}
    assert [tuple(part.short_message[5:7]) for part in parts] == [
        (len(parts), number) for number in range(1, len(parts) + 1)
    ]
    return b"".join(part.short_message[7:] for part in parts)


def by_sar(parts: list[Message]) -> bytes:
    assert len({part.tlvs[SAR_MSG_REF_NUM] for part in parts}) == 1
    assert [(*part.tlvs[SAR_TOTAL_SEGMENTS], *part.tlvs[SAR_SEGMENT_SEQNUM]) for part in parts] == [
        (len(parts), number) for number in range(1, len(parts) + 1)
    ]
    assert not any(part.esm_class & UDHI for part in parts)
    return b"".join(part.short_message for part in parts)


def by_payload(parts: list[Message]) -> bytes:
    (whole,) = parts
    assert whole.short_message == b""
    return whole.tlvs[MESSAGE_PAYLOAD]


JOINED = {1: by_8_bit_header, 2: by_16_bit_header, 3: by_sar, 4: by_payload}


def test_alphabet_latin_1(tmp_path: Path) -> None:
    text = "café @ $5"
    in_gsm = b"caf\x05 \x00 \x025"
    with laboratory(tmp_path, example("alphabet-latin-1")) as lab:
        for account, octets, others in (
            ("gsm", in_gsm, text.encode("latin-1")),
            ("latin", text.encode("latin-1"), in_gsm),
        ):
            with lab.connect() as esme:
                esme.bind(system_id=account, password="secret")
                assert refused(esme, text=others) == wire.ESME_RINVMSGLEN
                accepted(esme, text=octets)
                lab.advance(1)
                assert next_message(esme).octets.endswith(b" text:" + octets), "quoted in the same alphabet"
                assert attempt(esme, text=text.encode("utf-16-be"), data_coding=UCS2).command_status == 0


def test_provider_sms77(tmp_path: Path) -> None:
    with laboratory(tmp_path, example("provider-sms77")) as lab, lab.connect() as one, lab.connect() as two:
        one.bind(system_id="acme", password="secret")
        two.bind(system_id="acme", password="secret")
        with lab.connect() as three:
            assert refused_bind(three, "acme") == wire.ESME_RBINDFAIL
        assert refused(one, "447700900001") == ESME_RINVBALANCE
        assert refused(one, "447700900002") == 0x4A
        message_id = accepted(one, "447700900003")
        lab.advance(1)
        receipt = next_message(two)
        assert receipt.text == (
            f"id:{message_id} sub:001 dlvrd:000 submit date:2601311200 done date:2601311200 "
            "stat:UNDELIV err:1 Text hello"
        )
        assert [attempt(two, "447700900004").command_status for _ in range(6)] == [0] * 5 + [ESME_RTHROTTLED]
        assert one.call(wire.QUERY_SM, b"1\0\0\0\0").command_status == wire.ESME_RINVCMDID


def test_provider_movider(tmp_path: Path) -> None:
    with laboratory(tmp_path, example("provider-movider")) as lab, lab.connect() as esme:
        assert refused_bind(esme, "smppclient1", "password") == wire.ESME_RINVSYSID
        esme.bind(system_id="movider", password="1111")
        assert refused(esme, "447700900001") == wire.ESME_RINVDSTADR
        assert refused(esme, "447700900002") == 0xFE
        message_id = accepted(esme, "447700900003")
        lab.advance(1)
        assert next_message(esme).text == (
            f"id:{message_id} sub:001 dlvrd:000 submit date:2601311200 done date:2601311200 "
            "stat:UNDELIV err:000 text:hello"
        )
        lab.advance(31)
        esme.next_request(wire.ENQUIRE_LINK)
