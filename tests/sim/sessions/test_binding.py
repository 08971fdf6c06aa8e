"""Binding under provider profiles: versions, checks, limits, and what is said to those who do not get in."""

from __future__ import annotations

from pathlib import Path

import pytest

from smsc_sim.scenario.load import load
from smsc_sim.scenario.settings import SmscSettings
from smsc_sim.sim.sessions.binding import settled_version
from smsc_sim.smpp.pdu import Pdu, encode
from smsc_sim.smpp.status import CommandStatus
from tests.sim.playing import ALPHA, BETA, QUIET, Play, SubmitSm, bind_octets, brief, scenario

BINDFAIL = CommandStatus.ESME_RBINDFAIL


def under(folder: Path, profile: str, accounts: str = "", settings: SmscSettings | None = None) -> Play:
    """An SMSC whose account alpha is under a profile with these keys."""
    (folder / "own.yaml").write_text(f"smsc_profile: 1\nname: own\nsource: a test\n{profile}\n", encoding="utf-8")
    (folder / "scenario.yaml").write_text(f"smsc: 1\nprofile: own.yaml\n{accounts}\n", encoding="utf-8")
    return Play(scenario=load(folder / "scenario.yaml"), settings=settings)


def answer(play: Play, octets: bytes) -> Pdu:
    (pdu,) = play.connect().give(octets)
    return pdu


# Versions


@pytest.mark.parametrize(
    ("offered", "wanted", "settled"),
    [
        (0x34, 0x00, 0x33),
        (0x34, 0x33, 0x33),
        (0x34, 0x34, 0x34),
        (0x34, 0x35, 0x34),
        (0x34, 0x50, 0x34),
        (0x50, 0x50, 0x50),
        (0x50, 0xFF, 0x50),
        (0x50, 0x34, 0x34),
        (0x33, 0x50, 0x33),
    ],
)
def test_a_version_that_both_speak(offered: int, wanted: int, settled: int) -> None:
    assert settled_version(offered, wanted) == settled


@pytest.mark.parametrize(
    ("profile", "statuses"),
    [
        ("generic", [0, 0, 0, 0]),
        ("sms77", [BINDFAIL, BINDFAIL, 0, BINDFAIL]),
        ("movider", [0, 0, 0, BINDFAIL]),
        ("jasmin", [0, 0, 0, 0]),
        ("smppsim", [0, 0, 0, 0]),
        ("kannel-friendly", [0, 0, 0, BINDFAIL]),
    ],
)
def test_the_versions_of_the_built_in_profiles(profile: str, statuses: list[int]) -> None:
    play = Play(ALPHA, scenario=scenario(f"profile: {profile}"))
    assert [
        answer(play, bind_octets(version=version)).command_status for version in (0x00, 0x33, 0x34, 0x50)
    ] == statuses


def test_what_a_version_that_is_not_accepted_is_told(tmp_path: Path) -> None:
    for written, number in (("ESME_RSYSERR", 8), ("0x0401", 0x401), ("ESME_RINVSERTYP", 22), ("0x15", 0x15)):
        play = under(
            tmp_path, f"bind: {{versions: ['5.0'], version_status: {written}}}\nerrors: {{ESME_RINVSERTYP: 22}}"
        )
        refused = answer(play, bind_octets())
        assert (refused.name, refused.command_status) == ("bind_transceiver_resp", number)
        assert play.smsc.counters.binds_refused == 1


def test_the_server_s_versions_count_as_well(tmp_path: Path) -> None:
    play = under(
        tmp_path, "bind: {versions: ['3.3', '3.4']}", settings=SmscSettings(timers=QUIET, versions=("3.4", "5.0"))
    )
    assert [answer(play, bind_octets(version=version)).command_status for version in (0x33, 0x34, 0x50)] == [
        BINDFAIL,
        0,
        BINDFAIL,
    ]


def test_the_version_offered_and_whether_it_is_said(tmp_path: Path) -> None:
    play = under(tmp_path, "bind: {interface_version: '5.0'}")
    assert answer(play, bind_octets(version=0x50)).tlv("sc_interface_version") == 0x50
    assert play.esmes[-1].session.interface_version == 0x50
    assert answer(play, bind_octets(version=0x34)).tlv("sc_interface_version") == 0x50
    assert play.esmes[-1].session.interface_version == 0x34
    # SMPP 3.3 has no TLVs.
    assert answer(play, bind_octets(version=0x33)).tlvs == []
    play = under(tmp_path, "bind: {states_version: no}")
    assert answer(play, bind_octets()).tlvs == []


def test_a_version_that_is_ignored_is_the_one_offered(tmp_path: Path) -> None:
    play = under(tmp_path, "bind: {versions: ['3.4'], ignored: [interface_version]}")
    for version in (0x00, 0x33, 0x34, 0x50, 0xFF):
        assert answer(play, bind_octets(version=version)).command_status == 0
        assert play.esmes[-1].session.interface_version == 0x34


# Who gets in


def test_what_an_unknown_system_id_and_a_wrong_password_are_told(tmp_path: Path) -> None:
    play = under(tmp_path, "bind: {system_id_status: ESME_RBINDFAIL, password_status: 3}")
    assert answer(play, bind_octets(system_id="nobody")).command_status == BINDFAIL
    assert answer(play, bind_octets(password="wrong")).command_status == 3
    jasmin = Play(ALPHA, scenario=scenario("profile: jasmin"))
    for octets in (bind_octets(system_id="nobody"), bind_octets(password="wrong")):
        assert answer(jasmin, octets).command_status == CommandStatus.ESME_RINVPASWD


def test_the_system_id_in_the_response(tmp_path: Path) -> None:
    assert answer(Play(ALPHA), bind_octets()).fields["system_id"] == "smsc_sim"
    assert answer(under(tmp_path, "bind: {system_id: PROVIDER}"), bind_octets()).fields["system_id"] == "PROVIDER"
    assert answer(Play(ALPHA, scenario=scenario("profile: jasmin")), bind_octets()).fields["system_id"] == "alpha"


@pytest.mark.parametrize(
    ("check", "fields", "status"),
    [
        ("{system_type: VMA}", {"system_type": "VMA"}, 0),
        ("{system_type: VMA}", {"system_type": ""}, BINDFAIL),
        ("{system_type: ['', SMPP], status: ESME_RINVSYSTYP}", {"system_type": "VMA"}, CommandStatus.ESME_RINVSYSTYP),
        ("{system_type: ['', SMPP], status: 0x4D}", {"system_type": "VMA"}, 0x4D),
        ("{addr_ton: '<=1', addr_npi: 1}", {"addr_ton": 1, "addr_npi": 1}, 0),
        ("{addr_ton: '<=1', addr_npi: 1}", {"addr_ton": 2, "addr_npi": 1}, BINDFAIL),
        ("{addr_ton: '<=1', addr_npi: 1}", {"addr_ton": 1, "addr_npi": 2}, BINDFAIL),
        ("{address_range: '^49*'}", {"address_range": "^4917"}, 0),
        ("{address_range: '^49*'}", {"address_range": "^44"}, BINDFAIL),
        ("{interface_version: 0x34}", {"version": 0x33}, BINDFAIL),
    ],
)
def test_fields_that_a_provider_checks(tmp_path: Path, check: str, fields: dict[str, object], status: int) -> None:
    play = under(tmp_path, f"bind: {{checked: [{check}]}}")
    assert answer(play, bind_octets(**fields)).command_status == status  # type: ignore[arg-type]


@pytest.mark.parametrize("profile", ["sms77", "movider", "jasmin", "generic"])
def test_fields_that_a_provider_ignores(profile: str) -> None:
    play = Play(ALPHA, scenario=scenario(f"profile: {profile}"))
    odd = bind_octets(system_type="anything", addr_ton=255, addr_npi=255, address_range="^(((")
    assert answer(play, odd).command_status == 0


# Limits


def test_the_sessions_of_sms77() -> None:
    play = Play(ALPHA, BETA, scenario=scenario("profile: sms77"))
    play.bind()
    second = play.bind("receiver")
    assert answer(play, bind_octets()).command_status == BINDFAIL
    play.bind(account=BETA)
    second.hang_up()
    assert answer(play, bind_octets()).command_status == 0


def test_limits_of_a_profile_are_those_of_accounts_that_say_nothing(tmp_path: Path) -> None:
    play = under(
        tmp_path,
        "limits: {sessions: 1, sessions_status: ESME_RALYBND, throughput: 2/s per session, throughput_status: 0x411}",
        """accounts:
          - {system_id: alpha, password: secret1}
          - {system_id: beta, password: secret2, sessions: 2, throughput: 4/s, throughput_status: ESME_RSYSERR}""",
    )
    octets = b"".join(SubmitSm(registered_delivery=0).wire(number) for number in range(1, 7))
    alpha, beta = play.bind(), play.bind(account=BETA)
    assert [pdu.command_status for pdu in alpha.give(octets)] == [0] * 2 + [0x411] * 4
    assert [pdu.command_status for pdu in beta.give(octets)] == [0] * 4 + [CommandStatus.ESME_RSYSERR] * 2
    assert answer(play, bind_octets()).command_status == CommandStatus.ESME_RALYBND
    play.bind(account=BETA)
    third = bind_octets(system_id="beta", password="secret2")
    assert answer(play, third).command_status == CommandStatus.ESME_RALYBND


def test_a_status_that_the_account_says_itself_comes_first_whichever_it_is(tmp_path: Path) -> None:
    play = under(
        tmp_path,
        "limits: {throughput: 1/s, throughput_status: ESME_RMSGQFUL, window: 2, window_status: ESME_RMSGQFUL}",
        """accounts:
          - {system_id: alpha, password: secret1, throughput_status: ESME_RTHROTTLED, window_status: ESME_RTHROTTLED}
          - {system_id: beta, password: secret2}""",
    )
    octets = b"".join(SubmitSm(registered_delivery=0).wire(number) for number in range(1, 4))
    alpha, beta = play.bind(), play.bind(account=BETA)
    assert [pdu.command_status for pdu in alpha.give(octets)] == [0, 0x58, 0x58]
    assert [pdu.command_status for pdu in beta.give(octets)] == [0, 0x14, 0x14]


def test_the_window_of_a_profile(tmp_path: Path) -> None:
    play = under(tmp_path, "limits: {window: 3, window_status: ESME_RMSGQFUL}")
    octets = b"".join(SubmitSm(registered_delivery=0).wire(number) for number in range(1, 7))
    assert [pdu.command_status for pdu in play.bind().give(octets)] == [0] * 3 + [0x14] * 3


def test_five_a_second_and_session_of_sms77() -> None:
    play = Play(ALPHA, scenario=scenario("profile: sms77"))
    octets = b"".join(SubmitSm(registered_delivery=0).wire(number) for number in range(1, 8))
    for esme in (play.bind(), play.bind()):
        assert [pdu.command_status for pdu in esme.give(octets)] == [0] * 5 + [CommandStatus.ESME_RTHROTTLED] * 2


@pytest.mark.parametrize(("written", "number"), [("ESME_RINVSERTYP", 22), ("0x15", 0x15)])
def test_limits_speak_the_dialect_when_they_are_named(tmp_path: Path, written: str, number: int) -> None:
    limits = f"{{window: 1, window_status: {written}, sessions: 1, sessions_status: {written}}}"
    play = under(tmp_path, f"errors: {{ESME_RINVSERTYP: 22}}\nlimits: {limits}")
    esme = play.bind()
    assert [pdu.command_status for pdu in esme.give(SubmitSm().wire(1) + SubmitSm().wire(2))] == [0, number]
    assert answer(play, bind_octets()).command_status == number


# The profile of the account


def test_an_account_of_another_provider_is_told_in_that_provider_s_way(tmp_path: Path) -> None:
    (tmp_path / "own.yaml").write_text(
        "smsc_profile: 1\nname: own\nsource: a test\nerrors: {ESME_RINVPASWD: 99, ESME_RBINDFAIL: 98}\n"
        "error_bodies: yes\nbind: {versions: ['3.4']}\npdus: [bind_transceiver, submit_sm]\n"
    )
    file = tmp_path / "scenario.yaml"
    file.write_text(
        "smsc: 1\nprofile: sms77\naccounts:\n  - {system_id: alpha, password: secret1, profile: own.yaml}\n"
        "  - {system_id: beta, password: secret2}\n"
    )
    play = Play(scenario=load(file))
    refused = answer(play, bind_octets(password="wrong"))
    assert (refused.command_status, refused.octets[16:]) == (99, b"smsc_sim\0")
    assert answer(play, bind_octets(version=0x33)).command_status == 98
    assert answer(play, bind_octets("receiver")).command_status == CommandStatus.ESME_RINVCMDID
    refused = answer(play, bind_octets(system_id="beta", password="wrong"))
    assert (refused.command_status, refused.octets[16:]) == (CommandStatus.ESME_RINVPASWD, b"")
    assert answer(play, bind_octets("receiver", "beta", "secret2")).command_status == 0


# What is offered


@pytest.mark.parametrize("profile", ["sms77", "movider"])
def test_seven_pdus_are_offered_and_nothing_else(profile: str) -> None:
    play = Play(ALPHA, scenario=scenario(f"profile: {profile}"))
    esme = play.bind()
    offered = [SubmitSm(registered_delivery=0).wire(1), encode("enquire_link", sequence_number=2)]
    assert brief(esme.give(*offered)) == [("submit_sm_resp", 0, 1), ("enquire_link_resp", 0, 2)]
    others: dict[str, dict[str, object]] = {
        "query_sm": {"message_id": "1"},
        "cancel_sm": {"message_id": "1"},
        "replace_sm": {"message_id": "1"},
        "submit_multi": {"dest_addresses": [{"dest_flag": 1, "destination_addr": "1"}]},
        "data_sm": {},
    }
    for name, fields in others.items():
        (refused,) = esme.give(encode(name, sequence_number=3, fields=fields))
        assert (refused.name, refused.command_status) == (f"{name}_resp", CommandStatus.ESME_RINVCMDID)
    assert brief(esme.give(encode("unbind", sequence_number=4))) == [("unbind_resp", 0, 4)]


def test_how_a_pdu_is_refused_that_is_not_offered(tmp_path: Path) -> None:
    request = encode("query_sm", sequence_number=3, fields={"message_id": "1"})
    for refused, wanted, closed in (
        ("{how: nack}", ("generic_nack", CommandStatus.ESME_RINVCMDID, 3), False),
        ("{how: nack, status: 0x15, close: yes}", ("generic_nack", 0x15, 3), True),
        ("{how: nack, status: ESME_RINVSERTYP}", ("generic_nack", 22, 3), False),
        ("{status: ESME_RSYSERR, close: yes}", ("query_sm_resp", 8, 3), True),
        ("{status: ESME_RINVSERTYP}", ("query_sm_resp", 22, 3), False),
    ):
        play = under(tmp_path, f"pdus: [bind_transceiver]\nrefused_pdu: {refused}\nerrors: {{ESME_RINVSERTYP: 22}}")
        esme = play.bind()
        assert brief(esme.give(request)) == [wanted]
        assert bool(esme.ending) is closed


def test_a_provider_that_takes_no_submit_sm_takes_none_however_fast(tmp_path: Path) -> None:
    play = under(tmp_path, "pdus: [bind_transceiver, data_sm]", "rules: [{name: r, reply: 0x0444}]")
    esme = play.bind()
    for _ in range(2):
        assert brief(esme.give(SubmitSm().wire(1))) == [("submit_sm_resp", CommandStatus.ESME_RINVCMDID, 1)]
    assert play.smsc.counters.messages_accepted == 0
    assert play.smsc.counters.messages_refused == 2
    assert esme.session.decision is None


def test_jasmin_closes_on_what_it_does_not_know() -> None:
    play = Play(ALPHA, scenario=scenario("profile: jasmin"))
    esme = play.bind()
    (refused,) = esme.give(encode("query_sm", sequence_number=3, fields={"message_id": "1"}))
    assert refused.command_status == CommandStatus.ESME_RSYSERR
    assert esme.ending
