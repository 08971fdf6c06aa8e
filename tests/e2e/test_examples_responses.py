"""Conversations that prove the examples about responses: refused, broken, lost, late."""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.e2e import wire
from tests.e2e.laboratory import laboratory
from tests.e2e.messages import (
    accepted,
    attempt,
    next_message,
    nothing_came,
    refused,
    request,
)
from tests.e2e.scenario_files import example
from tests.e2e.server import Smsc

SUBMIT_SM_RESP = wire.SUBMIT_SM | wire.RESPONSE
QUERY_SM_RESP = wire.QUERY_SM | wire.RESPONSE
ESME_RTHROTTLED = 0x58
TIMERS_OFF = ("--enquire-link-timer", "0", "--inactivity-timer", "0", "--response-timer", "0")

Start = Callable[..., Smsc]


def test_error_with_body(start_smsc: Start) -> None:
    smsc = start_smsc("--error-bodies", example("error-with-body"), tls=False)
    with smsc.connect() as esme:
        esme.bind()
        answers = [attempt(esme, to) for to in ("4477009001", "4477009002", "4477009003")]
    assert {answer.command_id for answer in answers} == {SUBMIT_SM_RESP}
    assert [answer.command_status for answer in answers] == [wire.ESME_RINVDSTADR] * 2 + [ESME_RTHROTTLED]
    assert [answer.body for answer in answers] == [b"", b"\0", b"\0" + wire.tlv(0x001D, b"slow down\0")]


def test_unknown_status(start_smsc: Start) -> None:
    smsc = start_smsc(example("unknown-status"), tls=False)
    with smsc.connect() as esme:
        esme.bind()
        statuses = [refused(esme, f"44770090000{digit}") for digit in range(1, 6)]
        assert statuses == [0x22, 0x9F, 0x4A1, 1035, 0xFFFFFFFF]
        assert accepted(esme, "447700900009")


def test_nack_instead_of_response(start_smsc: Start) -> None:
    smsc = start_smsc(example("nack-instead-of-response"), "--receipt-after", "0", tls=False)
    with smsc.connect() as esme:
        esme.bind()
        for digit, status in ((1, wire.ESME_RINVCMDID), (2, wire.ESME_RINVMSGLEN)):
            answer = attempt(esme, f"44770090000{digit}", registered_delivery=1)
            assert answer == (wire.GENERIC_NACK, status, answer.sequence_number, b"")
        request(esme, "447700900003", registered_delivery=1)
        assert esme.read() == (wire.GENERIC_NACK, wire.ESME_RINVCMDLEN, 0, b"")
        sent = request(esme, "447700900004", registered_delivery=1)
        answer = esme.read() or pytest.fail("closed")
        assert (answer.command_id, answer.command_status) == (wire.GENERIC_NACK, wire.ESME_RSYSERR)
        assert answer.sequence_number not in range(sent + 1)
        assert nothing_came(esme), "a message that was not taken gets no receipt"


def test_wrong_sequence_number(start_smsc: Start) -> None:
    smsc = start_smsc(example("wrong-sequence-number"), "--receipt-after", "1h", tls=False)
    with smsc.connect() as esme:
        esme.bind()
        sent = request(esme, "447700900001")
        answer = esme.read() or pytest.fail("closed")
        assert (answer.command_id, answer.command_status) == (SUBMIT_SM_RESP, 0)
        assert answer.sequence_number not in range(sent + 1)
        request(esme, "447700900002")
        answer = esme.read() or pytest.fail("closed")
        assert (answer.command_id, answer.sequence_number) == (SUBMIT_SM_RESP, 0)
        sent = request(esme, "447700900003")
        assert esme.answer(sent) == esme.answer(sent)
        assert attempt(esme, "447700900004").command_id == QUERY_SM_RESP
        assert nothing_came(esme)


def test_answer_in_pieces(tmp_path: Path) -> None:
    with laboratory(tmp_path, *TIMERS_OFF, example("answer-in-pieces")) as lab:
        with lab.connect() as esme:
            esme.bind()
            request(esme, "447700900001")
            octets = b""
            for size in range(1, 16 + 11 + 1):
                octets += esme.socket.recv(100)
                assert len(octets) == size
                lab.advance(0.02)
            assert octets[:8] == b"\0\0\0\x1b\x80\0\0\4"
            request(esme, "447700900002")
            assert read_to_the_end(esme) == b"\0\0\0\x1b\x80\0\0\4\0"
        with lab.connect() as esme:
            esme.bind()
            assert accepted(esme, "447700900002"), "the second attempt"
            request(esme, "447700900004")
            octets = esme.socket.recv(1000)
            assert octets[:8] == bytes([0, 0, 0, octets[3], 0, 0, 0, 5]), "first the receipt"
            assert octets[octets[3] + 4 : octets[3] + 8] == b"\x80\0\0\4", "and the response right behind it"
            sent = request(esme, "447700900003")
            assert esme.socket.recv(1000) == b"\0\0\0\x1b\x80\0\0\4\0\0\0\0\0\0\0" + bytes([sent])
            esme.request(wire.ENQUIRE_LINK)
            lab.advance(3600)
            with pytest.raises(AssertionError, match="in vain"):
                esme.read(0.1)
        with lab.connect() as esme:
            esme.bind()
            assert accepted(esme, "447700900003")


def read_to_the_end(esme: wire.Esme) -> bytes:
    octets = b""
    with contextlib.suppress(ConnectionResetError):
        while more := esme.socket.recv(1000):
            octets += more
    return octets


def test_no_answer(tmp_path: Path) -> None:
    with laboratory(tmp_path, *TIMERS_OFF, example("no-answer")) as lab, lab.connect() as esme:
        esme.bind()
        request(esme, "447700900001", registered_delivery=1)
        assert nothing_came(esme)
        lab.advance(1)
        receipt = next_message(esme)
        assert (receipt.source_addr, receipt.part("stat")) == ("447700900001", "DELIVRD")
        with lab.connect() as other:
            other.bind()
            request(other, "447700900002", registered_delivery=1)
            other.request(wire.ENQUIRE_LINK)
            lab.advance(3600)
            with pytest.raises(AssertionError, match="in vain"):
                other.read(0.1)
        assert esme.is_alive(), "other sessions are not concerned"


def test_slow_answers(tmp_path: Path) -> None:
    def latencies(directory: Path, count: int) -> list[float]:
        with laboratory(directory, *TIMERS_OFF, example("slow-answers")) as lab, lab.connect() as esme:
            esme.bind()
            waiting = {request(esme, f"4477009{number:05}"): number for number in range(count)}
            came = [0.0] * count
            now = 0.0
            while waiting:
                now += 0.05
                lab.advance(0.05)
                alive = esme.request(wire.ENQUIRE_LINK)
                while (answer := esme.read() or pytest.fail("closed")).sequence_number != alive:
                    came[waiting.pop(answer.sequence_number)] = now
            return came

    slow = latencies(tmp_path / "first", 300)
    ordered = sorted(slow)
    assert 0.1 < ordered[150] < 0.3
    assert 0.01 < sum(latency > 2 for latency in slow) / 300 < 0.06
    assert latencies(tmp_path / "second", 300) == slow


def test_late_answer(tmp_path: Path) -> None:
    with laboratory(tmp_path, *TIMERS_OFF, example("late-answer")) as lab, lab.connect() as esme:
        esme.bind()
        sent = request(esme, "447700900001", registered_delivery=1)
        assert accepted(esme, "447700900002"), "only this one waits"
        lab.advance(64)
        assert next_message(esme).source_addr == "447700900002"
        assert nothing_came(esme)
        lab.advance(1)
        message_id = esme.answer(sent).body.removesuffix(b"\0").decode("ascii")
        lab.advance(1)
        assert next_message(esme).part("id") == message_id


def test_responses_out_of_order(tmp_path: Path) -> None:
    with laboratory(tmp_path, example("responses-out-of-order")) as lab, lab.connect() as esme:
        esme.bind()
        sent = [request(esme, f"44770090{number:04}") for number in range(20)]
        lab.advance(1)
        answers = [esme.read() or pytest.fail("closed") for _ in sent]
        order = [answer.sequence_number for answer in answers]
        assert sorted(order) == sent
        assert order != sent
        assert {answer.command_status for answer in answers} == {0}
        assert len({answer.body for answer in answers}) == len(sent), "each has its own message_id"


def test_flaky_core(start_smsc: Start) -> None:
    count = 1000

    def outcomes() -> dict[int, int | None]:
        """The command_status by message; None: no answer."""
        smsc = start_smsc(example("flaky-core"), tls=False)
        found: dict[int, int | None] = dict.fromkeys(range(count))
        with smsc.connect() as esme:
            esme.bind()
            waiting = {request(esme, f"4477009{number:05}"): number for number in range(count)}
            end = esme.request(wire.ENQUIRE_LINK)
            while (answer := esme.read() or pytest.fail("closed")).sequence_number != end:
                found[waiting[answer.sequence_number]] = answer.command_status
            first = next(number for number, status in found.items() if status == wire.ESME_RSYSERR)
            attempts = [attempt(esme, f"4477009{first:05}").command_status for _ in range(5)]
            assert 0 in attempts, "each attempt is drawn anew"
        smsc.stop()
        return found

    found = outcomes()
    shares = Counter(found.values())
    assert set(shares) == {0, wire.ESME_RSYSERR, None}
    assert 70 <= shares[wire.ESME_RSYSERR] <= 130
    assert 5 <= shares[None] <= 35
    assert outcomes() == found
