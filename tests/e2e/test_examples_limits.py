"""Conversations that prove the examples about credit and throttling."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from pathlib import Path

from tests.e2e import wire
from tests.e2e.laboratory import laboratory
from tests.e2e.messages import (
    accepted,
    attempt,
    next_message,
    nothing_came,
    refused,
    refused_bind,
    request,
)
from tests.e2e.scenario_files import example
from tests.e2e.server import Smsc

ESME_RMSGQFUL = 0x14
ESME_RTHROTTLED = 0x58
ESME_RUNKNOWNERR = 0xFF
ESME_RINVBALANCE = 0x40B

Start = Callable[..., Smsc]


def test_balance_runs_out(start_smsc: Start) -> None:
    smsc = start_smsc("--receipt-after", "10ms", example("balance-runs-out"), tls=False)
    with smsc.connect() as esme:
        esme.bind(system_id="acme", password="secret")
        ids = [accepted(esme) for _ in range(3)]
        assert refused(esme, registered_delivery=1) == ESME_RINVBALANCE
        assert [next_message(esme).receipted_message_id for _ in ids] == ids
        assert refused(esme) == ESME_RINVBALANCE, "the session stays, and so does the balance"


def test_balance_closes_session(start_smsc: Start) -> None:
    smsc = start_smsc(example("balance-closes-session"), tls=False)
    with smsc.connect() as esme:
        esme.bind(system_id="acme", password="secret")
        accepted(esme)
        accepted(esme)
        assert refused(esme) == ESME_RINVBALANCE
        assert esme.expect_close() == []
    with smsc.connect() as esme:
        assert refused_bind(esme, "acme") == ESME_RINVBALANCE


def test_balance_other_answers(start_smsc: Start) -> None:
    smsc = start_smsc("--receipt-after", "10ms", example("balance-other-answers"), tls=False)
    for account, status in (("unknown-error", ESME_RUNKNOWNERR), ("add-credit", 103)):
        with smsc.connect() as esme:
            esme.bind(system_id=account, password="secret")
            assert refused(esme) == status
            assert esme.is_alive()
    with smsc.connect() as esme:
        esme.bind(system_id="afterwards", password="secret")
        message_id = accepted(esme)
        receipt = next_message(esme)
        assert (receipt.part("id"), receipt.part("stat"), receipt.part("err")) == (message_id, "REJECTD", "042")


def test_account_expired(tmp_path: Path) -> None:
    queries = wire.c_octets("1") + b"\0\0\0"
    data = b"\0\1\1447700900001\0\1\1447700900002\0\0\0\0" + wire.tlv(0x0424, b"hello")
    with laboratory(tmp_path, example("account-expired")) as lab:
        for command_id, body in (
            (wire.SUBMIT_SM, wire.submit_body()),
            (wire.DATA_SM, data),
            (wire.QUERY_SM, queries),
        ):
            with lab.connect() as esme:
                esme.bind(system_id="acme", password="secret")
                answer = esme.call(command_id, body)
                assert answer.command_id == command_id | wire.RESPONSE
                assert answer.command_status == wire.ESME_RINVEXPIRY
                assert esme.expect_close() == []
        lab.switch("expired", on=False)
        with lab.connect() as esme:
            esme.bind(system_id="acme", password="secret")
            assert accepted(esme)


def test_throttled_per_session(tmp_path: Path) -> None:
    with laboratory(tmp_path, example("throttled-per-session")) as lab, contextlib.ExitStack() as sessions:
        for _ in range(2):
            esme = sessions.enter_context(lab.connect()).bind()
            assert [attempt(esme).command_status for _ in range(7)] == [0] * 5 + [ESME_RTHROTTLED] * 2
        lab.advance(0.5)
        assert refused(esme) == ESME_RTHROTTLED
        lab.advance(0.5)
        assert [attempt(esme).command_status for _ in range(6)] == [0] * 5 + [ESME_RTHROTTLED], "refused do not count"


def test_throttled_per_account(tmp_path: Path) -> None:
    with laboratory(tmp_path, example("throttled-per-account")) as lab:
        for account, status in (("throttled", ESME_RTHROTTLED), ("full", ESME_RMSGQFUL)):
            with lab.connect() as one, lab.connect() as other:
                for esme in (one, other):
                    esme.bind(system_id=account, password="secret")
                    assert [attempt(esme).command_status for _ in range(5)] == [0] * 5
                assert refused(one) == status
                assert refused(other) == status
                lab.advance(1)
                assert accepted(one)


def test_queue_full_per_number(tmp_path: Path) -> None:
    with laboratory(tmp_path, example("queue-full-per-number")) as lab, lab.connect() as esme:
        esme.bind()
        assert accepted(esme, "447700900001")
        assert refused(esme, "447700900001") == ESME_RMSGQFUL
        assert accepted(esme, "447700900002")
        assert refused(esme, "+447700900002") == ESME_RMSGQFUL
        lab.advance(1)
        assert accepted(esme, "447700900001")


def test_window_of_ten(tmp_path: Path) -> None:
    with laboratory(tmp_path, example("window-of-ten")) as lab, lab.connect() as esme:
        esme.bind(system_id="acme", password="secret")
        waiting = [request(esme) for _ in range(10)]
        assert refused(esme) == ESME_RTHROTTLED
        lab.advance(0.5)
        assert [esme.answer(number).command_status for number in waiting] == [0] * 10
        waiting = [request(esme)]
        assert nothing_came(esme)
        lab.advance(0.5)
        assert esme.answer(waiting[0]).command_status == 0


def test_fails_twice_then_works(start_smsc: Start) -> None:
    smsc = start_smsc(example("fails-twice-then-works"), tls=False)
    with smsc.connect() as one, smsc.connect() as other:
        one.bind()
        other.bind()
        assert refused(one, text=b"first") == ESME_RMSGQFUL
        assert refused(one, text=b"second") == ESME_RMSGQFUL
        assert refused(other, text=b"first") == ESME_RMSGQFUL, "the session does not matter"
        assert accepted(one, text=b"first")
        assert refused(other, text=b"second") == ESME_RMSGQFUL
        assert accepted(other, text=b"second")


def test_middle_part_throttled(start_smsc: Start) -> None:
    def part(number: int, reference: int) -> dict[str, object]:
        return {"text": bytes([5, 0, 3, reference, 3, number]) + b"part %d" % number, "esm_class": 0x40}

    smsc = start_smsc(example("middle-part-throttled"), tls=False)
    with smsc.connect() as esme:
        esme.bind()
        statuses = [attempt(esme, **part(number, 77)).command_status for number in (1, 2, 3)]  # type: ignore[arg-type]
        assert statuses == [0, ESME_RTHROTTLED, 0]
        assert attempt(esme, **part(2, 77)).command_status == 0  # type: ignore[arg-type]
        sar = wire.tlv(0x020C, b"\0\7") + wire.tlv(0x020E, b"\2") + wire.tlv(0x020F, b"\2")
        assert refused(esme, text=b"by SAR", tlvs=sar) == ESME_RTHROTTLED
        assert accepted(esme, text=b"by SAR", tlvs=sar)
