"""Conversations that prove the examples about what receipts look like, and where their message id stands."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.e2e import wire
from tests.e2e.laboratory import Laboratory, laboratory
from tests.e2e.messages import (
    MESSAGE_PAYLOAD,
    MESSAGE_STATE,
    NETWORK_ERROR_CODE,
    RECEIPTED_MESSAGE_ID,
    Message,
    accepted,
    next_message,
)
from tests.e2e.scenario_files import example

DELIVERED, UNDELIVERABLE = 2, 5
DATE = "2601311200"
"""Noon, the instant at which the laboratory's clock begins."""


def receipt_of(
    lab: Laboratory,
    to: str = "447700900002",
    *,
    account: str = "smppclient1",
    text: bytes = b"hello",
    command_id: int = wire.DELIVER_SM,
) -> tuple[str, Message]:
    """The message_id out of the response, and the receipt a second later."""
    with lab.connect() as esme:
        esme.bind(system_id=account, password="password" if account == "smppclient1" else "secret")
        message_id = accepted(esme, to, text)
        lab.advance(1)
        return message_id, next_message(esme, command_id=command_id)


def test_receipt_short(tmp_path: Path) -> None:
    with laboratory(tmp_path, example("receipt-short")) as lab:
        message_id, receipt = receipt_of(lab)
        assert receipt.text == f"id:{message_id} submit date:{DATE} done date:{DATE} stat:DELIVRD err:000"
        assert receipt.tlvs == {
            RECEIPTED_MESSAGE_ID: message_id.encode("ascii") + b"\0",
            MESSAGE_STATE: bytes([DELIVERED]),
        }


@pytest.mark.parametrize(
    ("account", "expected"),
    [
        ("seconds", "submit date:2601311200SS done date:2601311200SS stat:DELIVRD err:0000 Text:hello"),
        ("century", "submit date:202601311200SS done date:202601311200SS stat:DELIVRD err:0 Text hello"),
        ("no-text", "submit date:2601311200 done date:2601311200 stat:DELIVRD err:000 text:none"),
        ("sms77", "submit date:2601311200 done date:2601311200 stat:DELIVRD err:0 Text hello"),
    ],
)
def test_receipt_dialects(tmp_path: Path, account: str, expected: str) -> None:
    with laboratory(tmp_path, example("receipt-dialects")) as lab:
        message_id, receipt = receipt_of(lab, account=account)
        pattern = re.escape(f"id:{message_id} sub:001 dlvrd:001 {expected}").replace("SS", r"\d\d")
        assert re.fullmatch(pattern, receipt.text), receipt.text
        _, receipt = receipt_of(lab, account="jasmin")
        assert re.sub(r":\S+", "", receipt.text) == "id submit date done date stat err"


def test_receipt_texts(tmp_path: Path) -> None:
    with laboratory(tmp_path, example("receipt-texts")) as lab:
        message_id, receipt = receipt_of(lab, "447700900001")
        usual = f"id:{message_id} sub:001 dlvrd:001 submit date:{DATE} done date:{DATE}"
        assert receipt.text == f"{usual} stat:ACKED err:000 text:"
        assert receipt.message_state == DELIVERED
        message_id, receipt = receipt_of(lab, "447700900002")
        assert receipt.text == f"id:{message_id} stat:0 err: 0"
        message_id, receipt = receipt_of(lab, "447700900003")
        assert re.fullmatch(
            rf"{message_id},DELIVRD,2026-01-31 12:00:\d\d,000,447700900003,447700900001", receipt.text
        ), receipt.text
        _, receipt = receipt_of(lab, "447700900004")
        assert (receipt.part("stat"), receipt.part("err")) == ("UNDELIV", "21b")
        for number in (1, 2):
            message_id, receipt = receipt_of(lab, "447700900005")
            assert receipt.text == f"Your message number {number} to 447700900005 was processed."
            assert receipt.receipted_message_id == message_id


def test_receipt_tlvs(tmp_path: Path) -> None:
    with laboratory(tmp_path, example("receipt-tlvs")) as lab:
        received = {digit: receipt_of(lab, f"44770090000{digit}") for digit in range(1, 6)}
    message_id, receipt = received[1]
    assert receipt.octets == b""
    assert (receipt.receipted_message_id, receipt.message_state) == (message_id, DELIVERED)
    message_id, receipt = received[2]
    assert receipt.part("id") == message_id
    assert receipt.tlvs == {}
    message_id, receipt = received[3]
    assert receipt.tlvs == {RECEIPTED_MESSAGE_ID: message_id.encode("ascii") + b"\0"}
    _, receipt = received[4]
    assert (receipt.part("err"), receipt.message_state) == ("027", UNDELIVERABLE)
    assert receipt.tlvs[NETWORK_ERROR_CODE] == b"027"
    message_id, receipt = received[5]
    assert (receipt.receipted_message_id, receipt.message_state) == (message_id, DELIVERED)
    assert (receipt.tlvs[0x1400], receipt.tlvs[0x1502]) == (b"MCC 234 MNC 30", b"\1")


def test_receipt_in_data_sm(tmp_path: Path) -> None:
    with laboratory(tmp_path, example("receipt-in-data-sm")) as lab:
        message_id, receipt = receipt_of(lab, command_id=wire.DATA_SM)
        assert receipt.is_receipt
        assert receipt.tlvs[MESSAGE_PAYLOAD] == receipt.octets
        assert (receipt.part("id"), receipt.part("stat")) == (message_id, "DELIVRD")
        assert receipt.receipted_message_id == message_id


def test_receipt_in_payload(tmp_path: Path) -> None:
    with laboratory(tmp_path, example("receipt-in-payload")) as lab:
        message_id, receipt = receipt_of(lab)
        assert receipt.is_receipt
        assert receipt.short_message == b""
        assert (receipt.part("id"), receipt.part("stat")) == (message_id, "DELIVRD")


def test_ids_hex_decimal(tmp_path: Path) -> None:
    bases = {"hex": "{:X}", "hex_lower": "{:x}", "decimal": "{:d}"}
    with laboratory(tmp_path, example("ids-hex-decimal")) as lab:
        for _ in range(11):
            receipt_of(lab, account="hex-hex")
        for account, reply, text, tlv in (
            ("hex-decimal", "hex", "decimal", "decimal"),
            ("decimal-hex", "decimal", "hex", "hex"),
            ("hex-hex", "hex", "hex", "hex"),
            ("lower-upper", "hex_lower", "hex", "decimal"),
        ):
            message_id, receipt = receipt_of(lab, account=account)
            number = int(message_id, 10 if reply == "decimal" else 16)
            assert 11 < number < 16, "what differs between the bases"
            assert message_id == bases[reply].format(number)
            assert receipt.part("id") == bases[text].format(number)
            assert receipt.receipted_message_id == bases[tlv].format(number)
        message_id, receipt = receipt_of(lab, "447700900008", account="hex-hex")
        assert (message_id, receipt.part("id")) == ("00000010", "10")


def test_ids_missing_in_text(tmp_path: Path) -> None:
    with laboratory(tmp_path, example("ids-missing-in-text")) as lab:
        for account, beginning in (("zero", "id:0 sub:001"), ("empty", "id: sub:001"), ("absent", "sub:001")):
            message_id, receipt = receipt_of(lab, account=account)
            assert receipt.text.startswith(beginning), receipt.text
            assert receipt.receipted_message_id == message_id
