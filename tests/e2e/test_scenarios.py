"""The scenario files beside the repository, each played to a client that others wrote, or octet by octet.

``SMSC_SIM_SHARED`` names the folder with ``scenarios/``; without it these tests are skipped.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import pytest

from tests.e2e import wire
from tests.e2e.conversation import converse, conversing, receipts, statuses, to
from tests.e2e.driver import Event, of_kind
from tests.e2e.laboratory import laboratory
from tests.e2e.messages import next_message, nothing_came, parse, refused, request
from tests.e2e.scenario_files import shared, shared_folder
from tests.e2e.server import Smsc, clean_environment

ESME_RMSGQFUL = 0x14
ESME_RTHROTTLED = 0x58
ESME_RINVBALANCE = 0x40B
BUILT_IN = "builtin:test-numbers"
NO_TIMERS = ("--enquire-link-timer", "0", "--inactivity-timer", "0", "--response-timer", "0")
A_DAY = 24 * 3600
AT_NIGHT = datetime(2026, 1, 31, 2, 10, tzinfo=timezone.utc).timestamp()

Start = Callable[..., Smsc]


def test_every_file_is_played() -> None:
    folder = shared_folder()
    if folder is None:
        pytest.skip("SMSC_SIM_SHARED does not name a folder")
    tested = {f"test_{path.stem.replace('-', '_')}" for path in folder.glob("*.yaml")}
    assert tested
    assert tested <= set(globals())


def submitted(events: list[Event]) -> dict[str, str]:
    """message_id by number, of messages that were all accepted."""
    accepted = of_kind(events, "submitted")
    assert not any(event["status"] for event in accepted), accepted
    return {event["to"]: event["message_id"] for event in accepted}


def test_01_insufficient_balance(start_smsc: Start) -> None:
    smsc = start_smsc(shared("01-insufficient-balance"), tls=False)
    messages = to("447700900123", "447700900124")
    assert statuses(converse(smsc, *messages, account="acme", password="secret")) == [0, 0]
    assert statuses(converse(smsc, *messages, account="broke", password="secret")) == [ESME_RINVBALANCE] * 2


def test_02_throttling(tmp_path: Path) -> None:
    with laboratory(tmp_path, shared("02-throttling")) as lab:
        for _ in range(2):
            events = converse(lab.smsc, *to(*["447700900123"] * 8), account="acme", password="secret", together=True)
            assert statuses(events) == [0] * 5 + [ESME_RTHROTTLED] * 3, "each session has its own limit"
        with lab.connect() as esme:
            esme.bind(system_id="acme", password="secret")
            for _ in range(3):
                sent = [request(esme) for _ in range(8)]
                assert [esme.answer(number).command_status for number in sent] == [0] * 5 + [ESME_RTHROTTLED] * 3
                lab.advance(1)


def test_03_undeliverable_prefix(tmp_path: Path) -> None:
    there, elsewhere = "447700900123", "447701900123"
    with (
        laboratory(tmp_path, shared("03-undeliverable-prefix")) as lab,
        conversing(lab.smsc, *to(there, elsewhere), deliveries=2) as client,
    ):
        client.wait_for("answered")
        lab.advance(2.9)
        client.wait_for("delivered")
        lab.advance(0.1)
        events = client.finish()
    assert receipts(events) == [(elsewhere, "DELIVRD", "000"), (there, "UNDELIV", "027")]


def test_04_random_failure(tmp_path: Path) -> None:
    numbers = [f"44770090{number:04}" for number in range(300)]

    def outcomes(directory: Path) -> dict[str, object]:
        """The command_status of those refused, the state of the others."""
        with (
            laboratory(directory, shared("04-random-failure")) as lab,
            conversing(lab.smsc, *to(*numbers), together=True, deliveries="accepted") as client,
        ):
            client.wait_for("answered")
            lab.advance(0.45)
            assert not of_kind(client.events(), "delivered")
            lab.advance(3.55)
            events = client.finish()
        found: dict[str, object] = {number: state for number, state, _ in receipts(events)}
        refused = {event["to"]: event["status"] for event in of_kind(events, "submitted") if event["status"]}
        assert not found.keys() & refused.keys()
        return found | refused

    found = outcomes(tmp_path / "first")
    assert found.keys() == set(numbers)
    shares = Counter(found.values())
    assert 15 <= shares[wire.ESME_RSYSERR] <= 45
    assert shares["DELIVRD"] > 5 * shares["UNDELIV"] > 0
    assert outcomes(tmp_path / "second") == found


def test_05_expired(tmp_path: Path) -> None:
    off, on = "447700909999", "447700900000"
    both: dict[str, Any] = {"registered_delivery": 0x11}
    messages = [
        *to(off, **both, validity_period="000000001000000R"),
        *to(off, **both),
        *to(on, **both, validity_period="000000001000000R"),
    ]
    with (
        laboratory(tmp_path, *NO_TIMERS, shared("05-expired")) as lab,
        conversing(lab.smsc, *messages, deliveries=5) as client,
    ):
        client.wait_for("answered")
        for seconds, count in ((1, 3), (598, 3), (1, 4), (A_DAY - 601, 4), (1, 5)):
            lab.advance(seconds)
            client.program.out.wait(lambda lines, wanted=count: delivered_in(lines) >= wanted, 10)  # type: ignore[misc]
            assert len(of_kind(client.events(), "delivered")) == count
        events = client.finish()
    assert sorted(receipts(events)[:3]) == [(on, "DELIVRD", "000"), (off, "ENROUTE", "000"), (off, "ENROUTE", "000")]
    assert receipts(events)[3:] == [(off, "EXPIRED", "001")] * 2


def delivered_in(lines: Any) -> int:
    return sum('"event": "delivered"' in line for line in lines)


def test_06_slow_silent_broken(tmp_path: Path) -> None:
    with laboratory(tmp_path, *NO_TIMERS, shared("06-slow-silent-broken")) as lab:
        with conversing(lab.smsc, *to("447700900004", registered_delivery=0)) as client:
            client.wait_for("bound")
            while not of_kind(client.events(), "answered"):
                lab.advance(0.2)
            assert statuses(client.finish()) == [0], "smpplib reads it octet by octet"
        with lab.connect() as esme:
            esme.bind()
            request(esme, "447700900004")
            octets = b""
            for size in range(1, 28):
                octets += esme.socket.recv(100)
                assert len(octets) == size
                lab.advance(0.2)
            late = request(esme, "447700900001", registered_delivery=1)
            request(esme, "447700900002", registered_delivery=1)
            lab.advance(1)
            assert next_message(esme).source_addr == "447700900002", "the receipt of a message without a response"
            lab.advance(63.9)
            assert nothing_came(esme)
            lab.advance(0.1)
            message_id = esme.answer(late).body.removesuffix(b"\0").decode("ascii")
            lab.advance(1)
            assert next_message(esme).part("id") == message_id
            sent = request(esme, "447700900005")
            answer = esme.read() or pytest.fail("closed")
            assert (answer.command_id, answer.command_status) == (wire.SUBMIT_SM | wire.RESPONSE, 0)
            assert answer.sequence_number not in range(sent + 1)
            request(esme, "447700900003")
            assert esme.socket.recv(100) == b"\0\0\0\x1b\x80\0\0\4\0"
            with pytest.raises(ConnectionResetError):
                esme.socket.recv(100)
        assert statuses(converse(lab.smsc, *to("447700900003"))) == [0], "the second attempt"


def test_07_receipt_order(tmp_path: Path) -> None:
    numbers = [f"4477009000{number}" for number in (11, 12, 13, 14)]
    early, twice, elsewhere, contradicted = numbers
    with (
        laboratory(tmp_path, shared("07-receipt-order")) as lab,
        conversing(lab.smsc, mode="receiver", deliveries=1) as other,
    ):
        other.wait_for("bound")
        with conversing(lab.smsc, *to(*numbers), deliveries=5) as client:
            client.wait_for("answered")
            for seconds in (1, 1, 4):
                lab.advance(seconds)
            events = client.finish()
        assert receipts(other.finish()) == [(elsewhere, "DELIVRD", "000")]
    kinds = [(event["event"], event.get("to") or event.get("source_addr")) for event in events]
    assert kinds.index(("delivered", early)) < kinds.index(("submitted", early))
    assert receipts(events) == [
        (early, "DELIVRD", "000"),
        (twice, "DELIVRD", "000"),
        (contradicted, "DELIVRD", "000"),
        (contradicted, "UNDELIV", "099"),
        (twice, "DELIVRD", "000"),
    ]


def test_08_maintenance(tmp_path: Path) -> None:
    with laboratory(tmp_path / "night", shared("08-maintenance"), now=AT_NIGHT) as lab:
        assert [event["event"] for event in converse(lab.smsc)] == ["refused"]
        with lab.connect() as esme:
            answer = esme.call(wire.BIND_TRANSCEIVER, wire.bind_body())
            assert answer.command_status == wire.ESME_RBINDFAIL
            assert esme.expect_close() == []
        lab.advance(20 * 60)
        assert statuses(converse(lab.smsc, *to("447700900123"))) == [0], "the night is over"
    with laboratory(tmp_path / "day", *NO_TIMERS, shared("08-maintenance")) as lab, lab.connect() as esme:
        esme.bind()
        assert esme.submit()
        lab.switch("maintenance", on=True)
        assert [event["status"] for event in of_kind(converse(lab.smsc), "refused")] == [wire.ESME_RSYSERR]
        assert refused(esme) == ESME_RMSGQFUL
        esme.next_request(wire.UNBIND)
        assert esme.expect_close() == []
        lab.advance(5 * 60)
        assert statuses(converse(lab.smsc, *to("447700900123"))) == [0], "it goes off by itself"


def test_09_fail_twice(start_smsc: Start) -> None:
    smsc = start_smsc(shared("09-fail-twice"), tls=False)
    one, other = "447700900123", "447700900124"
    assert statuses(converse(smsc, *to(one, one, other))) == [ESME_RMSGQFUL] * 3
    assert statuses(converse(smsc, *to(one, other, other, one))) == [0, ESME_RMSGQFUL, 0, 0]


def test_10_mo_keyword(tmp_path: Path) -> None:
    messages = [
        *to("447700900123", text="Sale today only"),
        *to("447700900123", text="PROMO again"),
        *to("447700900124", text="no SALE"),
    ]
    with (
        laboratory(tmp_path, shared("10-mo-keyword")) as lab,
        conversing(lab.smsc, *messages, deliveries=4) as client,
    ):
        client.wait_for("answered")
        lab.advance(1)
        lab.advance(1)
        events = client.finish()
    *told, answer = of_kind(events, "delivered")
    assert {event["esm_class"] for event in told} == {4}
    assert (answer["source_addr"], answer["destination_addr"]) == ("447700900123", "447700900001")
    assert (answer["text"], answer["esm_class"]) == ("STOP Sale", 0)


def test_11_hex_decimal_id(tmp_path: Path) -> None:
    numbers = [f"4477009001{number:02}" for number in range(20)]
    with (
        laboratory(tmp_path, shared("11-hex-decimal-id")) as lab,
        conversing(lab.smsc, account="acme", password="secret", mode="receiver", deliveries=10) as idle,
    ):
        idle.wait_for("bound")
        busy = {"account": "acme", "password": "secret", "mode": "transmitter"}
        ids = submitted(converse(lab.smsc, *to(*numbers), **busy))
        with conversing(lab.smsc, account="acme", password="secret", deliveries=10) as second:
            second.wait_for("bound")
            lab.advance(1)
            came = of_kind(second.finish() + idle.finish(), "delivered")
    assert {int(message_id, 16) for message_id in ids.values()} == set(range(1, 21))
    assert ids[numbers[9]] == "A"
    assert {event["source_addr"] for event in came} == set(numbers), "half of them on each, the least loaded one"
    for event in came:
        number = str(int(ids[event["source_addr"]], 16))
        assert event["text"].startswith(f"id:{number} ")
        assert event["receipted_message_id"] == number


@pytest.mark.parametrize("built_in", [False, True], ids=["file", "built in"])
def test_12_test_numbers(tmp_path: Path, built_in: bool) -> None:
    scenario = BUILT_IN if built_in else shared("12-test-numbers")
    drama = "447700900{:03}".format
    states = {1: "UNDELIV", 3: "REJECTD", 4: "DELETED", 5: "UNKNOWN", 6: "ACCEPTD", 9: "DELIVRD", 10: "DELIVRD"}
    errors = {1: "001", 3: "003"}
    refusals = {100: ESME_RINVBALANCE, 101: ESME_RTHROTTLED, 102: ESME_RMSGQFUL, 103: wire.ESME_RSYSERR, 104: 0x0B}
    told = [drama(number) for number in (*states, 7, 8, 500)]
    with laboratory(tmp_path, *NO_TIMERS, scenario) as lab:
        with conversing(lab.smsc, *to(*told, drama(2)), deliveries=10) as client:
            client.wait_for("answered")
            lab.advance(1)
            lab.advance(1)
            lab.advance(A_DAY)
            events = client.finish()
        submitted(events)
        expected = Counter((drama(number), state, errors.get(number, "000")) for number, state in states.items())
        expected.update([(drama(9), "DELIVRD", "000"), (drama(500), "DELIVRD", "000"), (drama(2), "EXPIRED", "002")])
        assert Counter(receipts(events)) == expected
        kinds = [(event["event"], event.get("to") or event.get("source_addr")) for event in events]
        assert kinds.index(("delivered", drama(10))) < kinds.index(("submitted", drama(10)))
        assert statuses(converse(lab.smsc, *to(*map(drama, refusals)))) == list(refusals.values())
        assert statuses(converse(lab.smsc, *to(*[drama(120)] * 3, registered_delivery=0))) == [
            ESME_RTHROTTLED,
            ESME_RTHROTTLED,
            0,
        ]
        with lab.connect() as esme:
            esme.bind()
            late = request(esme, drama(110), registered_delivery=1)
            request(esme, drama(111), registered_delivery=1)
            lab.advance(1)
            assert parse(esme.read() or pytest.fail("closed")).source_addr == drama(111)
            lab.advance(64)
            assert esme.answer(late).command_status == 0
            request(esme, drama(112))
            assert len(esme.socket.recv(100)) == 9
            with pytest.raises(ConnectionResetError):
                esme.socket.recv(100)


def test_bad() -> None:
    """Every finding of the specification, and no other, at its line and column."""
    path = Path(shared("bad"))
    checked = subprocess.run(
        [sys.executable, "-m", "smsc_sim.cli", "check", "--format", "json", path.name],
        cwd=path.parent,
        env=clean_environment(),
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert checked.returncode == 2, checked.stderr
    report = json.loads(checked.stdout)
    assert (report["valid"], report["errors"], report["warnings"]) == (False, 10, 3)
    assert {finding["file"] for finding in report["findings"]} == {"bad.yaml"}
    found = [(one["line"], one["column"], one["severity"], one["code"]) for one in report["findings"]]
    assert found == [
        (3, 1, "error", "E002"),
        (8, 21, "warning", "W103"),
        (8, 36, "error", "E014"),
        (9, 12, "error", "E012"),
        (11, 39, "error", "E021"),
        (13, 5, "warning", "W110"),
        (13, 22, "error", "E012"),
        (13, 40, "error", "E014"),
        (16, 5, "warning", "W120"),
        (17, 19, "error", "E012"),
        (19, 5, "error", "E003"),
        (20, 11, "error", "E020"),
        (22, 16, "error", "E030"),
    ]
    said = {(one["line"], one["column"]): f"{one['message']}; {one['hint']}" for one in report["findings"]}
    for place, words in {
        (3, 1): ("'seeds'", "did you mean 'seed'?"),
        (8, 21): ("'acmee'", "did you mean 'acme'?"),
        (8, 36): ("'10'", "chance"),
        (9, 12): ("'ESME_RINVBALLANCE'", "'reply'", "did you mean 'ESME_RINVBALANCE'?"),
        (11, 39): ("'maintenance'", "switch", "did you mean 'maint'?"),
        (13, 5): ("a refused message gets no receipt",),
        (13, 22): ("'DELIVERED'", "did you mean 'DELIVRD'?"),
        (13, 40): ("'3'", "unit"),
        (16, 5): ("never reached", "'c'"),
        (17, 19): ("'destination'", "session, account, from, to, message or server"),
        (19, 5): ("'reply'", "twice"),
        (20, 11): ("'c'", "line 14"),
        (22, 16): ("'{too}'", "did you mean 'to'?"),
    }.items():
        assert [word for word in words if word not in said[place]] == [], said[place]
