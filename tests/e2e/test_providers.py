"""sms77 and Movider as their documents have them: every status, every state, every limit, on the wire.

The tables here are those of the documents; where ``SMSC_SIM_SHARED`` names the folder that holds them, that is checked.
"""

from __future__ import annotations

import os
import re
import textwrap
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from tests.e2e import wire
from tests.e2e.conversation import converse, statuses, to
from tests.e2e.harm import CANCEL_SM, DATA_SM, QUERY_SM, REPLACE_SM, SUBMIT_MULTI
from tests.e2e.laboratory import laboratory
from tests.e2e.messages import accepted, attempt, next_message, nothing_came, refused, refused_bind
from tests.e2e.server import Smsc

Start = Callable[..., Smsc]

SMS77 = {
    "ESME_ROK": 0,
    "ESME_RINVMSGLEN": 1,
    "ESME_RINVCMDLEN": 2,
    "ESME_RINVCMDID": 3,
    "ESME_RINVBNDSTS": 4,
    "ESME_RALYBND": 5,
    "ESME_RINVPRTFLG": 6,
    "ESME_RINVREGDLVFLG": 7,
    "ESME_RSYSERR": 8,
    "ESME_RINVSRCADR": 10,
    "ESME_RINVDSTADR": 11,
    "ESME_RINVMSGID": 12,
    "ESME_RBINDFAIL": 13,
    "ESME_RINVPASWD": 14,
    "ESME_RINVSYSID": 15,
    "ESME_RCANCELFAIL": 17,
    "ESME_RREPLACEFAIL": 19,
    "ESME_RMSGQFUL": 20,
    "ESME_RINVSERTYP": 22,
    "ESME_RINVNUMDESTS": 51,
    "ESME_RINVDLNAME": 52,
    "ESME_RINVDESTFLAG": 64,
    "ESME_RINVSUBREP": 66,
    "ESME_RINVESMCLASS": 67,
    "ESME_RCNTSUBDL": 68,
    "ESME_RSUBMITFAIL": 69,
    "ESME_RINVSRCTON": 72,
    "ESME_RINVSRCNPI": 73,
    "ESME_RINVDSTTON": 74,
    "ESME_RINVDSTNPI": 75,
    "ESME_RINVSYSTYP": 77,
    "ESME_RINVREPFLAG": 78,
    "ESME_RINVNUMMSGS": 85,
    "ESME_RtdROTTLED": 88,
    "ESME_RINVEXPIRY": 98,
    "ESME_RQUERYFAIL": 103,
    "ESME_RINVPARLEN": 194,
    "ESME_RMISSINGOPTPARAM": 195,
    "ESME_RINVOPTPARAMVAL": 196,
    "ESME_RDELIVERYFAILURE": 254,
    "ESME_RUNKNOWNERR": 255,
    "ESME_RINVBALANCE": 1035,
}
"""Names and numbers of the page of sms77, spelled as there."""

MOVIDER = {
    "ESME_ROK": 0x000,
    "ESME_RINVMSGLEN": 0x001,
    "ESME_RINVCMDLEN": 0x002,
    "ESME_RINVCMDID": 0x003,
    "ESME_RINVBNDSTS": 0x004,
    "ESME_RALYBND": 0x005,
    "ESME_RINVPRTFLG": 0x006,
    "ESME_RINVREGDLVFLG": 0x007,
    "ESME_RSYSERR": 0x008,
    "ESME_RINVBCASTAREAFMT": 0x109,
    "ESME_RINVSRCADR": 0x00A,
    "ESME_RINVDSTADR": 0x00B,
    "ESME_RINVMSGID": 0x00C,
    "ESME_RBINDFAIL": 0x00D,
    "ESME_RINVPASWD": 0x00E,
    "ESME_RINVSYSID": 0x00F,
    "ESME_RINVBCAST_REP": 0x110,
    "ESME_RCANCELFAIL": 0x011,
    "ESME_RINVBCASTCHANIND": 0x112,
    "ESME_RREPLACEFAIL": 0x013,
    "ESME_RINVSRCADDRSUBUNIT": 0x105,
    "ESME_RINVDSTADDRSUBUNIT": 0x106,
    "ESME_RINVNUMDESTS": 0x033,
    "ESME_RINVSRCTON": 0x048,
    "ESME_RINVSRCNPI": 0x049,
    "ESME_RINVDSTTON": 0x050,
    "ESME_RINVDSTNPI": 0x051,
    "ESME_RUNKNOWNERR": 0x0FF,
    "ESME_RDELIVERYFAILURE": 0x0FE,
}
"""Names of the page of Movider with the numbers of SMPP 3.4 section 5.1.3 and SMPP 5.0 section 4.7.6."""

PROVIDERS = {"sms77": SMS77, "movider": MOVIDER}

STATES = {"DELIVRD": 2, "ACCEPTD": 6, "EXPIRED": 3, "DELETED": 4, "UNDELIV": 5, "UNKNOWN": 7, "REJECTD": 8}
"""States of both pages (Movider's is another one, that it refers to), with their message_state (SMPP 3.4 5.2.28)."""

BINDS = {
    "bind_transmitter": wire.BIND_TRANSMITTER,
    "bind_receiver": wire.BIND_RECEIVER,
    "bind_transceiver": wire.BIND_TRANSCEIVER,
}
OFFERED = {*BINDS, "unbind", "submit_sm", "deliver_sm", "enquire_link"}
NOT_OFFERED = {
    "data_sm": (wire.DATA_SM, DATA_SM),
    "submit_multi": (wire.SUBMIT_MULTI, SUBMIT_MULTI),
    "query_sm": (wire.QUERY_SM, QUERY_SM),
    "cancel_sm": (wire.CANCEL_SM, CANCEL_SM),
    "replace_sm": (wire.REPLACE_SM, REPLACE_SM),
}
ESME_RTHROTTLED = 0x58
NO_TIMERS = ("--enquire-link-timer", "0", "--inactivity-timer", "0")


def document(name: str) -> str:
    folder = os.environ.get("SMSC_SIM_SHARED")
    if folder is None:
        pytest.skip("SMSC_SIM_SHARED does not name a folder")
    return (Path(folder) / "providers" / f"{name}.txt").read_text(encoding="utf-8")


def test_the_tables_are_those_of_the_documents() -> None:
    listed = re.findall(r"^(\d+) 0x0*([0-9a-f]+) (ESME_\w+) ", document("sms77"), re.MULTILINE)
    assert {name: int(number) for number, _, name in listed} == SMS77
    assert all(int(number) == int(digits, 16) for number, digits, _ in listed)
    assert set(re.findall(r"^• (\w+)$", document("sms77").replace("  •", "•"), re.MULTILINE)) == OFFERED
    assert set(re.findall(r"^([A-Z]{7}) \w", document("sms77"), re.MULTILINE)) == set(STATES)
    assert set(re.findall(r"\| (ESME_\w+) \|", document("movider"))) == set(MOVIDER)
    assert set(re.findall(r"^- (\w+)", document("movider"), re.MULTILINE)) == OFFERED


def written(directory: Path, scenario: str) -> str:
    path = directory / "scenario.yaml"
    path.write_text(textwrap.dedent(scenario), encoding="utf-8")
    return str(path)


def numbered(table: Mapping[str, int]) -> list[tuple[str, str, int]]:
    """A destination for each, what its rule says (by name, decimal, hexadecimal), and the number that is to come."""
    said = [*table.items(), ("ESME_RTHROTTLED", ESME_RTHROTTLED)]
    said += [(str(number), number) for number in table.values()]
    said += [(f"0x{number:03x}", number) for number in table.values()]
    return [(f"447700900{index:03}", word, number) for index, (word, number) in enumerate(said)]


def with_all_statuses(start_smsc: Start, directory: Path, provider: str) -> Smsc:
    """A server that gives `numbered` to messages of the account acme."""
    cases = numbered(PROVIDERS[provider])
    rules = "".join(f"  - {{name: {word} {to}, when: {{to: '{to}'}}, reply: {word}}}\n" for to, word, _ in cases)
    accounts = "  - {system_id: acme, password: secret, throughput: 100000/s}\n"
    scenario = f"smsc: 1\nprofile: {provider}\naccounts:\n{accounts}rules:\n{rules}"
    return start_smsc(written(directory, scenario), tls=False)


@pytest.mark.parametrize("provider", PROVIDERS)
def test_every_status_on_submit_sm(start_smsc: Start, tmp_path: Path, provider: str) -> None:
    with with_all_statuses(start_smsc, tmp_path, provider).connect() as esme:
        esme.bind(system_id="acme", password="secret")
        for destination, word, number in numbered(PROVIDERS[provider]):
            assert attempt(esme, destination).command_status == number, word


@pytest.mark.parametrize("provider", PROVIDERS)
def test_every_status_reaches_smpplib(start_smsc: Start, tmp_path: Path, provider: str) -> None:
    smsc = with_all_statuses(start_smsc, tmp_path, provider)
    cases = numbered(PROVIDERS[provider])
    messages = to(*[destination for destination, _, _ in cases], registered_delivery=0)
    events = converse(smsc, *messages, account="acme", password="secret", together=True)
    assert statuses(events) == [number for _, _, number in cases]


@pytest.mark.parametrize("provider", PROVIDERS)
def test_every_status_on_bind(start_smsc: Start, tmp_path: Path, provider: str) -> None:
    cases = [(f"a{to[-3:]}", word, number) for to, word, number in numbered(PROVIDERS[provider])]
    accounts = "".join(f"  - {{system_id: {account}, password: secret}}\n" for account, _, _ in cases)
    rules = "".join(
        f"  - {{name: rule of {account}, event: bind, when: {{account: {account}}}, reply: {word}}}\n"
        for account, word, _ in cases
    )
    scenario = f"smsc: 1\nprofile: {provider}\naccounts:\n{accounts}rules:\n{rules}"
    smsc = start_smsc(written(tmp_path, scenario), tls=False)
    for command_id in BINDS.values():
        found = []
        with smsc.connect() as esme:
            for account, _, number in cases:
                if number:
                    found.append(refused_bind(esme, account, command_id=command_id))
        assert found == [number for _, _, number in cases if number]
        with smsc.connect() as esme:
            esme.bind(command_id, system_id=cases[0][0], password="secret")


@pytest.mark.parametrize("provider", PROVIDERS)
def test_every_state(tmp_path: Path, provider: str) -> None:
    rules = "".join(
        f"  - {{name: {state}, when: {{to: '44770090000{number}'}}, receipt: {state}}}\n"
        for state, number in STATES.items()
    )
    accounts = "accounts: [{system_id: acme, password: secret, throughput: 1000/s}]\n"
    with (
        laboratory(tmp_path, written(tmp_path, f"smsc: 1\nprofile: {provider}\n{accounts}rules:\n{rules}")) as lab,
        lab.connect() as esme,
    ):
        esme.bind(system_id="acme", password="secret")
        for state, number in STATES.items():
            message_id = accepted(esme, f"44770090000{number}")
            lab.advance(1)
            receipt = next_message(esme)
            assert (receipt.part("id"), receipt.part("stat")) == (message_id, state)
            assert (receipt.receipted_message_id, receipt.message_state) == (message_id, number)


@pytest.fixture
def sms77(start_smsc: Start, tmp_path: Path) -> Smsc:
    scenario = written(
        tmp_path, "smsc: 1\nprofile: sms77\naccounts: [{system_id: acme, password: secret}, {system_id: more}]\n"
    )
    return start_smsc("--receipt-after", "10ms", scenario, tls=False)


@pytest.mark.parametrize("command_id", BINDS.values(), ids=BINDS)
def test_sms77_speaks_3_4_only(sms77: Smsc, command_id: int) -> None:
    with sms77.connect() as esme:
        for version in (0x00, 0x33, 0x50):
            answer = esme.call(command_id, wire.bind_body("acme", "secret", interface_version=version))
            assert (answer.command_id, answer.command_status) == (command_id | wire.RESPONSE, wire.ESME_RBINDFAIL)
        answer = esme.call(command_id, wire.bind_body("acme", "secret", interface_version=0x34))
        assert answer.command_status == 0
        assert answer.body.endswith(wire.tlv(0x0210, b"\x34"))


def test_sms77_ignores_what_it_says_it_ignores(sms77: Smsc) -> None:
    body = b"acme\0secret\0anything\0\x34\x63\x63[0-9]*\0"
    with sms77.connect() as esme:
        assert esme.call(wire.BIND_TRANSCEIVER, body).command_status == 0


@pytest.mark.parametrize("provider", PROVIDERS)
def test_seven_pdus(start_smsc: Start, tmp_path: Path, provider: str) -> None:
    scenario = f"smsc: 1\nprofile: {provider}\naccounts: [{{system_id: acme, password: secret, sessions: 9}}]\n"
    smsc = start_smsc("--receipt-after", "10ms", written(tmp_path, scenario), tls=False)
    for command_id in BINDS.values():
        with smsc.connect() as esme:
            esme.bind(command_id, system_id="acme", password="secret")
            for request_id, body in NOT_OFFERED.values():
                answer = esme.call(request_id, body)
                assert answer.command_id == request_id | wire.RESPONSE
                assert answer.command_status in {wire.ESME_RINVCMDID, wire.ESME_RINVBNDSTS}
                if command_id == wire.BIND_TRANSCEIVER:
                    assert answer.command_status == wire.ESME_RINVCMDID
            if command_id == wire.BIND_TRANSCEIVER:
                accepted(esme)
                assert next_message(esme).is_receipt
            assert esme.is_alive()
            answer = esme.call(wire.UNBIND)
            assert (answer.command_id, answer.command_status) == (wire.UNBIND | wire.RESPONSE, 0)


def test_sms77_takes_two_sessions(sms77: Smsc) -> None:
    with sms77.connect() as one, sms77.connect() as two, sms77.connect() as three, sms77.connect() as other:
        one.bind(wire.BIND_TRANSMITTER, system_id="acme", password="secret")
        two.bind(wire.BIND_RECEIVER, system_id="acme", password="secret")
        for command_id in BINDS.values():
            assert refused_bind(three, "acme", command_id=command_id) == wire.ESME_RBINDFAIL
        other.bind(system_id="more", password="")
        assert one.call(wire.UNBIND).command_status == 0
        three.bind(system_id="acme", password="secret")


def test_sms77_takes_five_messages_a_second_on_each_session(tmp_path: Path) -> None:
    scenario = written(tmp_path, "smsc: 1\nprofile: sms77\naccounts: [{system_id: acme, password: secret}]\n")
    with laboratory(tmp_path, scenario) as lab, lab.connect() as one, lab.connect() as two:
        for esme in (one, two):
            esme.bind(system_id="acme", password="secret")
            assert [attempt(esme).command_status for _ in range(8)] == [0] * 5 + [ESME_RTHROTTLED] * 3
        lab.advance(0.9)
        assert refused(one) == ESME_RTHROTTLED
        lab.advance(0.1)
        assert [attempt(two).command_status for _ in range(6)] == [0] * 5 + [ESME_RTHROTTLED]


def test_sms77_tells_the_bind_with_the_least_traffic(tmp_path: Path) -> None:
    accounts = "accounts: [{system_id: acme, password: secret, sessions: 4, throughput: 1000/s}]\n"
    scenario = written(tmp_path, f"smsc: 1\nprofile: sms77\n{accounts}")
    with (
        laboratory(tmp_path, scenario) as lab,
        lab.connect() as busy,
        lab.connect() as quiet,
        lab.connect() as silent,
        lab.connect() as transmitter,
    ):
        transmitter.bind(wire.BIND_TRANSMITTER, system_id="acme", password="secret")
        busy.bind(system_id="acme", password="secret")
        for _ in range(9):
            assert busy.is_alive()
        ids = [accepted(busy)]
        quiet.bind(wire.BIND_RECEIVER, system_id="acme", password="secret")
        assert quiet.is_alive()
        silent.bind(system_id="acme", password="secret")
        lab.advance(1)
        assert next_message(silent).receipted_message_id == ids[0]
        for _ in range(3):
            assert silent.is_alive()
        ids = [accepted(transmitter) for _ in range(2)]
        lab.advance(1)
        assert {next_message(esme).receipted_message_id for esme in (quiet, silent)} == set(ids), "one is unanswered"
        assert all(map(nothing_came, (busy, quiet, silent, transmitter)))


def test_sms77_has_its_own_text(tmp_path: Path) -> None:
    scenario = """\
        smsc: 1
        profile: sms77
        accounts: [{system_id: acme, password: secret, throughput: 1000/s}]
        rules:
          - {name: failed, when: {to: "*3"}, receipt: {state: UNDELIV, err: "7"}}
        """
    with laboratory(tmp_path, written(tmp_path, scenario)) as lab, lab.connect() as esme:
        esme.bind(system_id="acme", password="secret")
        for number, text, expected in (
            ("447700900002", b"short", "sub:001 dlvrd:001 {} stat:DELIVRD err:0 Text short"),
            (
                "447700900003",
                b"1234567890123456789012345",
                "sub:001 dlvrd:000 {} stat:UNDELIV err:7 Text " + "1234567890" * 2,
            ),
        ):
            message_id = accepted(esme, number, text)
            assert re.fullmatch(r"\d{10}", message_id)
            lab.advance(1)
            receipt = next_message(esme)
            lab.advance(59)
            dates = re.search(r"submit date:\d{10} done date:\d{10}", receipt.text)
            assert dates, receipt.text
            assert receipt.text == f"id:{message_id} {expected.format(dates[0])}"


def test_movider_as_its_page_has_it(tmp_path: Path) -> None:
    scenario = written(tmp_path, "smsc: 1\nprofile: movider\n")
    with laboratory(tmp_path, scenario) as lab:
        with lab.connect() as esme:
            lab.advance(29.9)
            assert refused_bind(esme, "movider", "1112") == wire.ESME_RINVPASWD
            lab.advance(0.2)
            assert esme.expect_close() == [], "SessionInitTimer"
        with lab.connect() as esme:
            esme.bind(system_id="movider", password="1111")
            message_id = accepted(esme, text=b"1234567890123456789012345")
            lab.advance(1)
            assert re.fullmatch(
                rf"id:{message_id} sub:001 dlvrd:001 submit date:\d{{10}} done date:\d{{10}} stat:DELIVRD err:000"
                r" text:12345678901234567890",
                next_message(esme).text,
            )
            lab.advance(28)
            assert nothing_came(esme)
            lab.advance(30.1)
            esme.next_request(wire.ENQUIRE_LINK)
    with laboratory(tmp_path, "--enquire-link-timer", "0", scenario) as lab, lab.connect() as esme:
        esme.bind(system_id="movider", password="1111")
        lab.advance(299)
        assert esme.is_alive()
        lab.advance(300.1)
        esme.next_request(wire.UNBIND)
        assert esme.expect_close() == []


@pytest.mark.parametrize("octets", [b"\0\x01\x02\xff" * 30, "Ω😀".encode("utf-16-be"), b"x" * 160])
def test_movider_takes_any_content(tmp_path: Path, octets: bytes) -> None:
    data_coding = {b"\0": 4, b"\x03": 8}.get(octets[:1], 0)
    with laboratory(tmp_path, written(tmp_path, "smsc: 1\nprofile: movider\n")) as lab, lab.connect() as esme:
        esme.bind(system_id="movider", password="1111")
        header = bytes([5, 0, 3, 1, 2, 1])
        assert accepted(esme, text=octets, data_coding=data_coding)
        assert accepted(esme, text=header + octets[:100], data_coding=data_coding, esm_class=0x40)
        payload = wire.tlv(0x0424, octets * 5)
        assert accepted(esme, text=b"", data_coding=data_coding, tlvs=payload)
