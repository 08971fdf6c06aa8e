"""Third-party SMPP clients: each binds, submits, gets its receipts, unbinds, and is refused in the right words."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest

from tests.e2e import peers
from tests.e2e.driver import Driver, Event, of_kind
from tests.e2e.server import Smsc
from tests.e2e.wire import ESME_RALYBND, ESME_RINVMSGID, ESME_RINVPASWD, ESME_RINVSYSID, ESME_RQUERYFAIL

KINDS = ("gsm7", "ucs2", "udh", "sar", "payload")
SECONDS = 20
ALL_RECEIPTS = 9  # one for each of the three short messages, three for each of the two that are split
DELIVERED = 2  # message_state, SMPP 3.4 section 5.2.28


@dataclasses.dataclass(frozen=True)
class Peer:
    """A client library and what it can do."""

    command: Callable[[], list[str]]
    tls: bool = True
    query: bool = True


PEERS: Mapping[str, Peer] = {
    "smpplib": Peer(lambda: peers.python_command("smpplib_client", "smpplib")),
    "aiosmpplib": Peer(lambda: peers.python_command("aiosmpplib_client", "aiosmpplib"), tls=False, query=False),
    "smpp.twisted3": Peer(lambda: peers.python_command("twisted3_client", "smpp.twisted.client"), query=False),
    "node-smpp": Peer(peers.node_command),
    "Net::SMPP": Peer(peers.perl_command, tls=False),
}
CONNECTIONS = [
    pytest.param(name, tls, id=f"{name}-{'tls' if tls else 'plain'}")
    for name, peer in PEERS.items()
    for tls in (False, True)
    if peer.tls or not tls
]

Run = Callable[..., Driver]


@pytest.fixture
def run() -> Iterator[Callable[..., Driver]]:
    """Start the drivers; none outlives the test."""
    started: list[Driver] = []

    def start(name: str, smsc: Smsc, mode: str, *, tls: bool = False, **task: Any) -> Driver:
        host, port = smsc.smpp_tls if tls else smsc.smpp
        whole = {
            "host": host,
            "port": port,
            "ca": str(smsc.certificate()) if tls else None,
            "system_id": "smppclient1",
            "password": "password",
            "mode": mode,
            "seconds": SECONDS,
            **task,
        }
        driver = Driver(PEERS[name].command(), whole)
        started.append(driver)
        return driver

    yield start
    for driver in started:
        driver.program.kill()


def submitted_ids(events: list[Event]) -> list[str]:
    """The message_ids given, after a look that every message was accepted and that no id came twice."""
    submitted = of_kind(events, "submitted")
    assert [event["status"] for event in submitted] == [0] * ALL_RECEIPTS, submitted
    assert list(dict.fromkeys(event["kind"] for event in submitted)) == list(KINDS)
    ids = [event["message_id"] for event in submitted]
    assert all(ids)
    assert len(set(ids)) == ALL_RECEIPTS
    return ids


def check_receipts(events: list[Event], ids: list[str]) -> None:
    receipts = of_kind(events, "receipt")
    for receipt in receipts:
        assert receipt["stat"] == "DELIVRD", receipt
        assert receipt["receipted_message_id"] == receipt["id"], receipt
        assert receipt["message_state"] == DELIVERED, receipt
        assert receipt.get("esm_class", 4) & 0x3C == 4, receipt
        assert receipt.get("is_receipt", True), receipt
        assert (receipt["sub"], receipt["dlvrd"]) == ("001", "001"), receipt
        assert receipt["source_addr"].startswith("4477009001"), receipt
        assert receipt["destination_addr"] == "447700900001", receipt
        if "parsed" in receipt:
            assert receipt["parsed"]["id"] == receipt["id"], receipt
            assert receipt["parsed"]["stat"] == "DELIVRD", receipt
    assert sorted(receipt["id"] for receipt in receipts) == sorted(ids)


@pytest.mark.parametrize(("name", "tls"), CONNECTIONS)
def test_transceiver_submits_and_gets_its_receipts(run: Run, smsc: Smsc, name: str, tls: bool) -> None:
    client = run(
        name,
        smsc,
        "transceiver",
        tls=tls,
        submit=KINDS,
        submits=ALL_RECEIPTS,
        receipts=ALL_RECEIPTS,
        enquire_link=True,
        query=PEERS[name].query,
    )
    events = client.finish()
    assert of_kind(events, "bound")[0]["command"] == "bind_transceiver_resp"
    check_receipts(events, submitted_ids(events))
    assert of_kind(events, "enquire_link_answered")
    assert [event["status"] for event in of_kind(events, "unbound")] == [0]
    if PEERS[name].query:
        answered = of_kind(events, "query_answered")
        assert [event["status"] in {ESME_RINVMSGID, ESME_RQUERYFAIL} for event in answered] == [True]


@pytest.mark.parametrize(("name", "tls"), CONNECTIONS)
def test_receipts_of_a_transmitter_come_to_the_receiver(run: Run, smsc: Smsc, name: str, tls: bool) -> None:
    receiver = run(name, smsc, "receiver", tls=tls, receipts=ALL_RECEIPTS, enquire_link=True)
    receiver.wait_for("bound")
    transmitter = run(name, smsc, "transmitter", tls=tls, submit=KINDS, submits=ALL_RECEIPTS, enquire_link=True)
    sent = transmitter.finish()
    received = receiver.finish()
    assert of_kind(sent, "bound")[0]["command"] == "bind_transmitter_resp"
    assert of_kind(received, "bound")[0]["command"] == "bind_receiver_resp"
    assert not of_kind(sent, "receipt")
    check_receipts(received, submitted_ids(sent))
    for events in (sent, received):
        assert of_kind(events, "enquire_link_answered")
        assert [event["status"] for event in of_kind(events, "unbound")] == [0]


@pytest.mark.parametrize("name", PEERS)
def test_answers_the_enquire_link_of_the_smsc(run: Run, start_smsc: Callable[..., Smsc], name: str) -> None:
    smsc = start_smsc("--enquire-link-timer", "500ms", tls=False)
    events = run(name, smsc, "transceiver", await_enquire_link=True).finish()
    assert of_kind(events, "enquire_link_received")
    assert of_kind(events, "unbound")


@pytest.mark.parametrize("mode", ["transmitter", "receiver", "transceiver"])
@pytest.mark.parametrize("name", [name for name in PEERS if name != "aiosmpplib"])
def test_refused_binds(run: Run, smsc: Smsc, name: str, mode: str) -> None:
    wrong_password = run(name, smsc, mode, password="wrong")
    unknown = run(name, smsc, mode, system_id="nobody")
    twice = run(name, smsc, mode, bind_twice=True, enquire_link=True)
    assert [event["status"] for event in of_kind(wrong_password.finish(), "refused")] == [ESME_RINVPASWD]
    assert [event["status"] for event in of_kind(unknown.finish(), "refused")] == [ESME_RINVSYSID]
    events = twice.finish()
    assert [event["status"] for event in of_kind(events, "second_bind")] == [ESME_RALYBND]
    assert of_kind(events, "enquire_link_answered"), "the session must stay bound as before"
    assert of_kind(events, "unbound")
