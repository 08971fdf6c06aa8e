"""Kannel: bearerbox is the ESME, messages go in by smsbox's HTTP, receipts come out by its dlr-url."""

from __future__ import annotations

import re
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.kannel import ACCEPTED, DELIVERED, Kannel, running_bearerbox, running_kannel
from tests.e2e.server import Smsc

LONG_TEXT = "The quick brown fox jumps over the lazy dog. " * 9
SAR = "?smpp?sar_msg_ref_num=77&sar_total_segments=2&sar_segment_seqnum={}"
MESSAGES = {
    "gsm7": {"text": "Price: 5 [EUR] @ noon"},
    "ucs2": {"text": "Zażółć gęślą jaźń – δοκιμή", "charset": "utf-8", "coding": "2"},
    "udh": {"text": LONG_TEXT},
    "sar1": {"text": "The first part, ", "meta-data": SAR.format(1)},
    "sar2": {"text": "the second.", "meta-data": SAR.format(2)},
    "payload": {"text": "", "meta-data": "?smpp?message_payload=" + "x" * 390},
}


def sent_and_received(kannel: Kannel, pdu: str) -> int:
    return len(re.findall(rf"type_name: {pdu}$", kannel.log(), re.MULTILINE))


@pytest.mark.parametrize("tls", [False, True], ids=["plain", "tls"])
@pytest.mark.parametrize("transceiver", [True, False], ids=["transceiver", "transmitter and receiver"])
def test_messages_and_reports(tmp_path: Path, smsc: Smsc, transceiver: bool, tls: bool) -> None:
    with running_kannel(tmp_path, smsc, transceiver=transceiver, tls=tls) as kannel:
        for number, (name, parameters) in enumerate(MESSAGES.items()):
            kannel.send(name, f"44770090010{number}", **parameters)
        for name in MESSAGES:
            accepted = kannel.reports.wait(ACCEPTED, name)[0]
            delivered = kannel.reports.wait(DELIVERED, name)[0]
            assert accepted["id"]
            assert delivered["id"] == accepted["id"], "Kannel's id of the receipt is that of the submit_sm_resp"
            assert delivered["text"].startswith(f"id:{accepted['id']} sub:001 dlvrd:001 "), delivered
            assert " stat:DELIVRD " in delivered["text"]
        assert sent_and_received(kannel, "submit_sm") == len(MESSAGES) + 2, "Kannel cut the long one in three"
        assert re.search(r"message_payload:", kannel.log())
        assert re.search(r'sar_segment_seqnum: "2"', kannel.log())
        kannel.bearerbox.err.wait_for(r"type_name: enquire_link_resp$")
        kannel.bearerbox.process.send_signal(signal.SIGTERM)
        kannel.bearerbox.err.wait_for(r"type_name: unbind_resp$")
        assert kannel.bearerbox.wait(30) == 0
        assert not re.search(r" (ERROR|PANIC): ", kannel.log())


def test_answers_the_enquire_link_of_the_smsc(tmp_path: Path, start_smsc: Callable[..., Smsc]) -> None:
    smsc = start_smsc("--enquire-link-timer", "400ms", tls=False)
    with running_bearerbox(tmp_path, smsc, transceiver=True, enquire_link=600) as (bearerbox, _, _):
        bearerbox.err.wait_for(r"type_name: enquire_link$")
        bearerbox.err.wait_for(r"type_name: enquire_link_resp$")


@pytest.mark.parametrize(
    ("credentials", "status"),
    [
        pytest.param({"password": "wrong"}, "0x0000000e", id="wrong password"),
        pytest.param({"system_id": "nobody"}, "0x0000000f", id="unknown system_id"),
    ],
)
@pytest.mark.parametrize("transceiver", [True, False], ids=["transceiver", "transmitter and receiver"])
def test_refused(tmp_path: Path, smsc: Smsc, transceiver: bool, credentials: dict[str, Any], status: str) -> None:
    with running_bearerbox(tmp_path, smsc, transceiver=transceiver, **credentials) as (bearerbox, _, _):
        for bind in ("transmit",) if transceiver else ("transmit", "receive"):
            bearerbox.err.wait_for(rf"SMSC rejected login to {bind}, code {status}")
