"""Conversations that prove the examples about receipts: when they come, how often, and on which session."""

from __future__ import annotations

import contextlib
from collections import Counter
from pathlib import Path

import pytest

from tests.e2e import wire
from tests.e2e.laboratory import laboratory
from tests.e2e.messages import accepted, next_message, nothing_came, parse, request
from tests.e2e.scenario_files import example
from tests.e2e.wire import Esme, Frame

INTERMEDIATE_TOO = 0x11
"""registered_delivery: receipts of final and of intermediate states (SMPP 3.4 section 5.2.17)."""
ESME_RMSGQFUL = 0x14
ESME_RX_T_APPN = 0x64
NO_TIMERS = ("--enquire-link-timer", "0", "--inactivity-timer", "0")


def states(esme: Esme, count: int) -> list[str | None]:
    return [next_message(esme).part("stat") for _ in range(count)]


def next_frame(esme: Esme) -> Frame:
    """The next PDU, which is left unanswered."""
    return esme.read() or pytest.fail("closed")


def answer(esme: Esme, frame: Frame, status: int = 0) -> None:
    esme.send(wire.pdu(frame.command_id | wire.RESPONSE, frame.sequence_number, b"\0", status))


def test_receipt_before_response(tmp_path: Path) -> None:
    with laboratory(tmp_path, example("receipt-before-response")) as lab, lab.connect() as esme:
        esme.bind()
        sent = request(esme, "447700900001", registered_delivery=1)
        receipt = next_frame(esme)
        assert parse(receipt).is_receipt
        answer(esme, receipt)
        assert parse(receipt).receipted_message_id == esme.answer(sent).body.removesuffix(b"\0").decode("ascii")
        earlier = accepted(esme, "447700900003")
        lab.advance(0.5)
        waits = request(esme, "447700900002", registered_delivery=1)
        lab.advance(1)
        between = next_frame(esme)
        assert parse(between).receipted_message_id == earlier
        answer(esme, between)
        assert nothing_came(esme)
        lab.advance(1)
        assert esme.answer(waits).command_status == 0


def test_receipt_on_another_bind(tmp_path: Path) -> None:
    with laboratory(tmp_path, example("receipt-on-another-bind")) as lab, lab.connect() as one:
        one.bind()
        lonely = accepted(one)
        lab.advance(60)
        one.next_request(wire.ENQUIRE_LINK)
        assert nothing_came(one), "it waits for another session"
        with lab.connect() as other, lab.connect() as transmitter:
            transmitter.bind(wire.BIND_TRANSMITTER)
            other.bind()
            assert next_message(other).receipted_message_id == lonely
            crossed = {accepted(one): other, accepted(other): one}
            lab.advance(1)
            for message_id, esme in crossed.items():
                assert next_message(esme).receipted_message_id == message_id
            assert all(map(nothing_came, (one, other, transmitter)))


def test_receipts_spread_over_binds(tmp_path: Path) -> None:
    with laboratory(tmp_path, example("receipts-spread-over-binds")) as lab, contextlib.ExitStack() as stack:

        def sessions(account: str) -> list[Esme]:
            return [stack.enter_context(lab.connect()).bind(system_id=account, password="secret") for _ in range(3)]

        busy, quiet, silent = sessions("balanced")
        assert all(esme.is_alive() for esme in (busy, busy, busy, quiet))
        first = accepted(busy)
        lab.advance(1)
        assert next_message(silent).receipted_message_id == first
        assert nothing_came(busy)
        assert nothing_came(quiet)
        in_turn = sessions("in-turn")
        ids = [accepted(in_turn[0]) for _ in range(6)]
        lab.advance(2)
        came = [next_message(esme) for esme in in_turn for _ in range(4)]
        assert all(map(nothing_came, in_turn))
        assert Counter((receipt.receipted_message_id, receipt.part("stat")) for receipt in came) == Counter(
            (message_id, stat) for message_id in ids for stat in ("ENROUTE", "DELIVRD")
        )


def test_receipt_never(tmp_path: Path) -> None:
    def unheard_of(directory: Path) -> set[str]:
        with laboratory(directory, example("receipt-never")) as lab, lab.connect() as esme:
            esme.bind()
            numbers = {accepted(esme, f"4477009{number:05}"): f"4477009{number:05}" for number in range(200)}
            lab.advance(1)
            esme.is_alive()
            for frame in esme.requests:
                numbers.pop(str(parse(frame).receipted_message_id))
            return set(numbers.values())

    silent = unheard_of(tmp_path / "first")
    assert 20 <= len(silent) <= 60
    assert unheard_of(tmp_path / "second") == silent


def test_receipt_unasked(tmp_path: Path) -> None:
    with laboratory(tmp_path, example("receipt-unasked")) as lab, lab.connect() as esme:
        esme.bind()
        message_id = accepted(esme, registered_delivery=0)
        lab.advance(1)
        assert next_message(esme).receipted_message_id == message_id


def test_receipt_twice(tmp_path: Path) -> None:
    with laboratory(tmp_path, example("receipt-twice")) as lab, lab.connect() as esme:
        esme.bind()
        message_id = accepted(esme)
        came = []
        for seconds in (1, 2, 2):
            lab.advance(seconds)
            came.append(next_message(esme))
            assert nothing_came(esme)
        assert {receipt.receipted_message_id for receipt in came} == {message_id}
        lab.advance(20)
        assert nothing_came(esme)


def test_receipts_contradict(tmp_path: Path) -> None:
    with laboratory(tmp_path, example("receipts-contradict")) as lab, lab.connect() as esme:
        esme.bind()
        for to, expected in (
            ("447700900001", ["DELIVRD", "UNDELIV"]),
            ("447700900002", ["DELIVRD", "ENROUTE"]),
            ("447700900003", ["ACCEPTD"]),
        ):
            message_id = accepted(esme, to)
            lab.advance(2)
            came = [next_message(esme) for _ in expected]
            assert [receipt.part("stat") for receipt in came] == expected
            assert {receipt.part("id") for receipt in came} == {message_id}
        lab.advance(20)
        assert nothing_came(esme)


def test_receipts_late_burst(tmp_path: Path) -> None:
    with laboratory(tmp_path, example("receipts-late-burst")) as lab:
        with lab.connect() as esme:
            esme.bind()
            ids = [accepted(esme) for _ in range(5)]
            assert esme.expect_close() == []
        lab.advance(60)
        with lab.connect() as esme:
            esme.bind()
            assert [next_message(esme).receipted_message_id for _ in ids] == ids
            accepted(esme)
            lab.advance(3)
            assert next_message(esme)


def test_receipts_held_back(tmp_path: Path) -> None:
    with laboratory(tmp_path, *NO_TIMERS, "--response-timer", "0", example("receipts-held-back")) as lab:
        with lab.connect() as esme:
            esme.bind(wire.BIND_TRANSMITTER, system_id="patient", password="secret")
            ids = [accepted(esme) for _ in range(5)]
            lab.advance(60)
        with lab.connect() as esme:
            esme.bind(system_id="patient", password="secret")
            first = next_message(esme)
            assert first.receipted_message_id == ids.pop(0)
            assert nothing_came(esme)
            lab.advance(0.5)
            ids.append(accepted(esme))
            lab.advance(0.6)
            full = next_frame(esme)
            for status, pause in ((ESME_RMSGQFUL, 10), (ESME_RX_T_APPN, 60)):
                assert parse(full).receipted_message_id == ids[0]
                answer(esme, full, status)
                lab.advance(pause - 1)
                assert nothing_came(esme), "neither this one nor any other"
                lab.advance(1.1)
                full = next_frame(esme)
            answer(esme, full, ESME_RMSGQFUL)
            lab.advance(1.1)
            ids.pop(0)
            for message_id in ids:
                assert next_message(esme).receipted_message_id == message_id
                lab.advance(1.1)
            lab.advance(100)
            assert nothing_came(esme), "what was refused three times is given up"
        with lab.connect() as esme:
            esme.bind(wire.BIND_TRANSMITTER, system_id="brief", password="secret")
            ids = [accepted(esme) for _ in range(5)]
            lab.advance(60)
            ids += [accepted(esme) for _ in range(2)]
            lab.advance(60)
        with lab.connect() as esme:
            esme.bind(wire.BIND_RECEIVER, system_id="brief", password="secret")
            assert [next_message(esme).receipted_message_id for _ in range(5)] == ids[-5:]
            assert nothing_came(esme)


def test_receipt_sent_again(tmp_path: Path) -> None:
    with laboratory(tmp_path, *NO_TIMERS, example("receipt-sent-again")) as lab, lab.connect() as esme:
        esme.bind()
        message_id = accepted(esme)
        lab.advance(1)
        statuses = (wire.ESME_RINVMSGLEN, ESME_RMSGQFUL, ESME_RX_T_APPN, ESME_RMSGQFUL, ESME_RMSGQFUL)
        for wait, status in zip((5, 30, 300, 3600, 3600), statuses, strict=True):
            receipt = next_frame(esme)
            assert parse(receipt).receipted_message_id == message_id
            answer(esme, receipt, status)
            lab.advance(wait - 1)
            assert nothing_came(esme)
            lab.advance(1)
        answer(esme, next_frame(esme))
        lab.advance(24 * 3600)
        assert nothing_came(esme), "it has been taken"
        unanswered = accepted(esme)
        lab.advance(1)
        assert parse(next_frame(esme)).receipted_message_id == unanswered
        lab.advance(40)
        assert next_message(esme).receipted_message_id == unanswered


def test_receipt_expired(tmp_path: Path) -> None:
    with laboratory(tmp_path, *NO_TIMERS, example("receipt-expired")) as lab, lab.connect() as esme:
        esme.bind()
        to = "447700900009"
        accepted(esme, to, registered_delivery=INTERMEDIATE_TOO, validity_period="000000001000000R")
        lab.advance(1)
        assert states(esme, 1) == ["ENROUTE"]
        lab.advance(598)
        assert nothing_came(esme)
        lab.advance(1)
        receipt = next_message(esme)
        assert (receipt.part("stat"), receipt.part("err")) == ("EXPIRED", "001")
        accepted(esme, to, validity_period="260131123000000+")
        lab.advance(20 * 60 - 1)
        assert nothing_came(esme), "ENROUTE was not asked for"
        lab.advance(1)
        assert states(esme, 1) == ["EXPIRED"]
        accepted(esme, to)
        lab.advance(24 * 3600)
        assert states(esme, 1) == ["EXPIRED"], "a day, when the message does not say"


def test_mixed_outcomes(tmp_path: Path) -> None:
    def outcomes(directory: Path) -> dict[str, tuple[str | None, int]]:
        """State and the half second in which it came, by number."""
        with laboratory(directory, example("mixed-outcomes")) as lab, lab.connect() as esme:
            esme.bind()
            for number in range(300):
                accepted(esme, f"4477009{number:05}")
            found: dict[str, tuple[str | None, int]] = {}
            for half_seconds in range(1, 9):
                lab.advance(0.5)
                assert esme.is_alive()
                for receipt in map(parse, esme.requests):
                    found[receipt.source_addr] = (receipt.part("stat"), half_seconds)
                esme.requests.clear()
            return found

    found = outcomes(tmp_path / "first")
    assert len(found) == 300
    shares = Counter(state for state, _ in found.values())
    assert set(shares) == {"DELIVRD", "UNDELIV", "EXPIRED"}
    assert shares["DELIVRD"] > 240
    assert shares["UNDELIV"] > shares["EXPIRED"]
    assert {half_seconds for _, half_seconds in found.values()} >= set(range(2, 9))
    assert outcomes(tmp_path / "second") == found
