"""Every PDU in every state: the answer that SMPP asks for, and nothing else."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smsc_sim.scenario.account import AccountDefinition
from smsc_sim.scenario.settings import SmscSettings
from smsc_sim.scenario.values import BindType, InterfaceVersion, parse_network
from smsc_sim.sim.rules.decision import Decision
from smsc_sim.sim.sessions.binding import settled_version
from smsc_sim.smpp.commands import COMMANDS, COMMANDS_BY_NAME, CommandId
from smsc_sim.smpp.legality import State
from smsc_sim.smpp.pdu import Pdu, encode
from smsc_sim.smpp.status import CommandStatus
from tests.sim.playing import QUIET, Esme, Play, SubmitSm, bind_octets, brief, decided, frame, smsc_settings

STATES = ("OPEN", "BOUND_TX", "BOUND_RX", "BOUND_TRX", "UNBOUND")
BIND_TYPES = {"BOUND_TX": "transmitter", "BOUND_RX": "receiver", "BOUND_TRX": "transceiver"}
SENDERS = {"BOUND_TX", "BOUND_TRX"}
BOUND = {"BOUND_TX", "BOUND_RX", "BOUND_TRX"}

ALLOWED: dict[str, set[str]] = {
    "bind_transmitter": {"OPEN"},
    "bind_receiver": {"OPEN"},
    "bind_transceiver": {"OPEN"},
    "unbind": BOUND,
    "enquire_link": set(STATES),
    "submit_sm": SENDERS,
    "submit_multi": SENDERS,
    "data_sm": BOUND,
    "query_sm": SENDERS,
    "cancel_sm": SENDERS,
    "replace_sm": SENDERS,
}
"""SMPP 3.4 table 2-1, the ESME's side, with enquire_link in every state as SMPP 5.0 has it."""

ALLOWED_5_0: dict[str, set[str]] = ALLOWED | {
    "data_sm": SENDERS,
    "broadcast_sm": SENDERS,
    "query_broadcast_sm": SENDERS,
    "cancel_broadcast_sm": SENDERS,
}
"""SMPP 5.0 table 2-1."""

STATUS = {
    "query_sm": "ESME_RQUERYFAIL",
    "cancel_sm": "ESME_RCANCELFAIL",
    "replace_sm": "ESME_RREPLACEFAIL",
    "broadcast_sm": "ESME_RMISSINGOPTPARAM",
    "query_broadcast_sm": "ESME_RBCASTQUERYFAIL",
    "cancel_broadcast_sm": "ESME_RBCASTCANCELFAIL",
}
"""What is answered where the operation is allowed, if not ESME_ROK."""

BODIES: dict[str, dict[str, Any]] = {
    **{
        f"bind_{each}": {"system_id": "alpha", "password": "secret1", "interface_version": 0x34}
        for each in ("transmitter", "receiver", "transceiver")
    },
    "outbind": {"system_id": "alpha", "password": "secret1"},
    "submit_multi": {"dest_addresses": [{"dest_flag": 1, "destination_addr": "1"}]},
}
TLVS: dict[str, list[tuple[str, object]]] = {"data_sm": [("message_payload", b"text")]}
SEQUENCE = 0x1234567


def octets_of(command: str, **fields: object) -> bytes:
    return encode(
        command, sequence_number=SEQUENCE, fields={**BODIES.get(command, {}), **fields}, tlvs=TLVS.get(command, [])
    )


def in_state(game: Play, state: str, version: int = 0x34) -> Esme:
    if state == "OPEN":
        return game.connect()
    esme = game.bind(BIND_TYPES.get(state, "transceiver"), version=version)
    if state == "UNBOUND":
        esme.ask("unbind")
    assert esme.session.state is State[state]
    return esme


def game_at(offered: InterfaceVersion = "5.0", **options: Any) -> Play:
    return Play(settings=SmscSettings(timers=QUIET, interface_version=offered, **options))


def expected(command: str, state: str, version: int) -> tuple[str, int] | None:
    """Name and status of the answer; None for nothing."""
    entry = COMMANDS_BY_NAME[command]
    if entry.is_response:
        return None
    allowed = ALLOWED_5_0 if version >= 0x50 and state != "OPEN" else ALLOWED
    if state in allowed.get(command, set()):
        return f"{command}_resp", CommandStatus[STATUS.get(command, "ESME_ROK")]
    status = (
        CommandStatus.ESME_RALYBND if command.startswith("bind_") and state in BOUND else CommandStatus.ESME_RINVBNDSTS
    )
    return (entry.response or "generic_nack"), status


@pytest.mark.parametrize("version", [0x33, 0x34, 0x50])
@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("command", sorted(COMMANDS_BY_NAME))
def test_every_command_in_every_state(command: str, state: str, version: int) -> None:
    game = game_at()
    esme = in_state(game, state, version)
    answers = esme.give(octets_of(command))
    wanted = expected(command, state, version)
    assert brief(answers) == ([] if wanted is None else [(*wanted, SEQUENCE)])
    if wanted is not None and wanted[1]:
        assert [pdu.command_length for pdu in answers] == [16]
    changes = wanted is not None and not wanted[1] and (command == "unbind" or command.startswith("bind_"))
    assert (esme.session.state is State[state]) != changes
    # Another session, and this one, live on.
    other = game.bind()
    assert other.submit().command_status == 0
    assert esme.ask("enquire_link").command_status == 0
    assert not esme.ending


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("command_id", [0, 0x00000999, 0x7FFFFFFF, 0x00010200])
def test_unknown_commands_are_nacked(command_id: int, state: str) -> None:
    game = game_at()
    esme = in_state(game, state)
    for body in (b"", b"whatever it is"):
        answers = esme.give(frame(command_id, body, SEQUENCE))
        assert brief(answers) == [("generic_nack", CommandStatus.ESME_RINVCMDID, SEQUENCE)]
    assert not esme.ending


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("command_id", [0x80000999, 0xFFFFFFFF, 0x80000000, 0x80000004, 0x80000009])
def test_nothing_is_ever_sent_in_answer_to_a_response(command_id: int, state: str) -> None:
    game = game_at()
    esme = in_state(game, state)
    for body in (b"", b"\0", b"no NUL"):
        for status in (0, 3, 0x400):
            assert esme.give(frame(command_id, body, SEQUENCE, status)) == []
    assert game.smsc.counters.responses_unmatched == 9
    assert not esme.ending


def test_a_second_bind_leaves_the_session_as_it_is() -> None:
    game = Play()
    esme = game.bind("transmitter")
    for bind_type in ("transmitter", "receiver", "transceiver"):
        (answer,) = esme.give(bind_octets(bind_type, "beta", "secret2"))
        assert (answer.name, answer.command_status) == (f"bind_{bind_type}_resp", CommandStatus.ESME_RALYBND)
    assert esme.session.bind_type == "transmitter"
    assert esme.session.account is game.account()
    assert esme.submit().command_status == 0


def test_a_session_that_we_unbind_may_only_unbind_and_check() -> None:
    game = game_at()
    for command in COMMANDS_BY_NAME.values():
        if command.is_response:
            continue
        esme = game.bind()
        game.smsc.unbind(esme.session, game.now, 10.0)
        game.settle()
        esme.take()
        (answer,) = esme.give(octets_of(command.name))
        if command.name in ("unbind", "enquire_link"):
            assert answer.command_status == 0
        else:
            assert answer.command_status in (CommandStatus.ESME_RINVBNDSTS, CommandStatus.ESME_RALYBND)
        esme.hang_up()


# Octets that are not what the command has


def responses_to_cuts(octets: bytes) -> list[tuple[int, Pdu]]:
    """The one answer to each beginning of a PDU, its command_length put right."""
    game = Play()
    answers = []
    for length in range(16, len(octets)):
        esme = game.connect() if octets[4:8] == b"\0\0\0\x09" else game.bind()
        (answer,) = esme.give(length.to_bytes(4, "big") + octets[4:length])
        assert not esme.ending
        answers.append((length, answer))
        esme.hang_up()
    return answers


def test_a_submit_sm_cut_anywhere_is_refused_with_its_response() -> None:
    octets = SubmitSm(text=b"hello").wire(SEQUENCE)
    for length, answer in responses_to_cuts(octets):
        assert (answer.name, answer.sequence_number) == ("submit_sm_resp", SEQUENCE)
        in_text = length >= len(octets) - 5
        wanted = CommandStatus.ESME_RINVMSGLEN if in_text else CommandStatus.ESME_RINVCMDLEN
        assert answer.command_status == wanted, length


@pytest.mark.parametrize("command", ["query_sm", "cancel_sm", "replace_sm", "submit_multi", "bind_transceiver"])
def test_other_requests_cut_anywhere_are_refused_with_their_responses(command: str) -> None:
    for _, answer in responses_to_cuts(octets_of(command)):
        assert (answer.name, answer.sequence_number) == (f"{command}_resp", SEQUENCE)
        assert answer.command_status == CommandStatus.ESME_RINVCMDLEN


@pytest.mark.parametrize("command", ["alert_notification", "outbind", "deliver_sm"])
def test_what_an_esme_may_never_send_is_still_decoded_first(command: str) -> None:
    esme = Play().bind()
    (answer,) = esme.give(frame(COMMANDS_BY_NAME[command].command_id, b"", SEQUENCE))
    assert answer.command_status == CommandStatus.ESME_RINVCMDLEN
    assert answer.name == ("deliver_sm_resp" if command == "deliver_sm" else "generic_nack")


FIELD_STATUS = {
    "system_id": ("bind_transceiver", 16, "ESME_RINVSYSID"),
    "password": ("bind_transceiver", 9, "ESME_RINVPASWD"),
    "system_type": ("bind_transceiver", 13, "ESME_RINVSYSTYP"),
    "address_range": ("bind_transceiver", 41, "ESME_RBINDFAIL"),
    "service_type": ("submit_sm", 6, "ESME_RINVSERTYP"),
    "source_addr": ("submit_sm", 21, "ESME_RINVSRCADR"),
    "destination_addr": ("submit_sm", 21, "ESME_RINVDSTADR"),
    "schedule_delivery_time": ("submit_sm", 17, "ESME_RINVSCHED"),
    "validity_period": ("submit_sm", 17, "ESME_RINVEXPIRY"),
    "message_id": ("query_sm", 65, "ESME_RINVMSGID"),
}


@pytest.mark.parametrize("field", sorted(FIELD_STATUS))
def test_overlong_strings_get_the_status_of_their_field(field: str) -> None:
    command, longest, status = FIELD_STATUS[field]
    mark = b"\xfe\xfd"
    whole = octets_of(command, **{field: mark.decode("latin-1") if longest != 17 else ""})
    overlong = b"1" * longest + b"\0"
    if longest == 17:
        offset = whole.index(b"\0\0\0", 18)
        pieces = SubmitSm(**{field: b"1" * 17})  # type: ignore[arg-type]
        octets = pieces.wire(SEQUENCE)
        assert offset
    else:
        body = whole[16:].replace(mark + b"\0", overlong, 1)
        octets = frame(COMMANDS_BY_NAME[command].command_id, body, SEQUENCE)
    game = Play()
    esme = game.connect() if command.startswith("bind") else game.bind()
    assert brief(esme.give(octets)) == [(f"{command}_resp", CommandStatus[status], SEQUENCE)]


@pytest.mark.parametrize(
    ("tlvs", "status"),
    [
        (b"\x02", "ESME_RINVOPTPARSTREAM"),
        (b"\x02\x0c\x00", "ESME_RINVOPTPARSTREAM"),
        (b"\x02\x0c\x00\x02\x01", "ESME_RINVOPTPARSTREAM"),
        (b"\x02\x0c\x00\x01\x01", "ESME_RINVPARLEN"),
        (b"\x14\x00\x00\x02\x01\x02", "ESME_ROK"),
        (b"\x02\x0c\x00\x02\x01\x02" * 2, "ESME_ROK"),
    ],
)
def test_the_tlvs_of_a_submit_sm(tlvs: bytes, status: str) -> None:
    assert Play().bind().submit(SubmitSm(tlvs=tlvs)).command_status == CommandStatus[status]


def test_the_destinations_of_a_submit_multi() -> None:
    def submit_multi(count: int, destinations: bytes) -> bytes:
        return frame(0x21, b"\0\0\0\0" + bytes([count]) + destinations + bytes(9) + b"\0", SEQUENCE)

    one = b"\1\1\1123\0"
    esme = Play().bind(version=0x34)
    for count, destinations, status in (
        (1, one, "ESME_ROK"),
        (0, b"", "ESME_RINVNUMDESTS"),
        (254, one * 254, "ESME_ROK"),
        (255, one * 255, "ESME_RINVNUMDESTS"),
        (2, one + b"\3\1\1123\0", "ESME_RINVDESTFLAG"),
    ):
        assert brief(esme.give(submit_multi(count, destinations))) == [
            ("submit_multi_resp", CommandStatus[status], SEQUENCE)
        ]
    modern = game_at().bind(version=0x50)
    assert modern.give(submit_multi(255, one * 255))[0].command_status == 0


# Responses


def test_a_header_alone_and_a_body_too_many_answer_a_receipt_too() -> None:
    game = Play()
    esme = game.bind()
    for body, told in ((b"", 0), (b"\0", 0), (b"id\0", 0), (b"no NUL" * 20, 1)):
        esme.submit()
        game.advance(1.1)
        (receipt,) = esme.take()
        assert esme.give(frame(CommandId.DELIVER_SM_RESP, body, receipt.sequence_number)) == []
        assert game.account().pending == 0
        assert len(game.said("deliver_sm_resp taken although")) == told


def test_other_responses_do_not_answer_a_receipt() -> None:
    game = Play()
    esme = game.bind()
    esme.submit()
    game.advance(1.1)
    (receipt,) = esme.take()
    for command_id in (
        CommandId.SUBMIT_SM_RESP,
        CommandId.DATA_SM_RESP,
        CommandId.ENQUIRE_LINK_RESP,
        CommandId.UNBIND_RESP,
    ):
        esme.give(frame(command_id, b"\0", receipt.sequence_number))
    assert len(esme.session.outstanding) == 1
    assert not esme.ending
    assert game.smsc.counters.responses_unmatched == 4


# Binds


@pytest.mark.parametrize("bind_type", ["transmitter", "receiver", "transceiver"])
def test_a_bind_is_answered_with_our_name_and_version(bind_type: str) -> None:
    game = Play(settings=SmscSettings(system_id="MySMSC", timers=QUIET))
    esme = game.connect()
    (answer,) = esme.give(bind_octets(bind_type, sequence_number=7))
    assert brief([answer]) == [(f"bind_{bind_type}_resp", 0, 7)]
    assert answer.fields == {"system_id": "MySMSC"}
    assert answer.tlv("sc_interface_version") == 0x34
    assert esme.session.bind_type == bind_type
    assert game.smsc.counters.binds_accepted == 1
    (note,) = game.notes
    assert (note.level, note.account, note.text) == ("info", "alpha", f"bound as {bind_type}, SMPP 3.4")


REFUSALS: dict[str, tuple[dict[str, Any], dict[str, Any], str, str]] = {
    "wrong password": ({}, {"password": "wrong"}, "ESME_RINVPASWD", "wrong password"),
    "no password": ({}, {"password": ""}, "ESME_RINVPASWD", "wrong password"),
    "unknown": ({}, {"system_id": "who"}, "ESME_RINVSYSID", "no such account"),
    "unknown and empty": ({}, {"system_id": "", "password": ""}, "ESME_RINVSYSID", "no such account"),
    "other case": ({}, {"system_id": "ALPHA"}, "ESME_RINVSYSID", "no such account"),
    "not allowed from here": (
        {"allow": (parse_network("192.0.2.0/24"),)},
        {},
        "ESME_RBINDFAIL",
        "127.0.0.1 is not on the account's allow list",
    ),
    "not as receiver": (
        {"binds": ("transmitter", "transceiver")},
        {"bind_type": "receiver"},
        "ESME_RBINDFAIL",
        "the account may not bind as receiver",
    ),
}


@pytest.mark.parametrize("case", sorted(REFUSALS))
def test_refused_binds(case: str) -> None:
    limits, fields, status, reason = REFUSALS[case]
    game = Play(AccountDefinition(system_id="alpha", password="secret1", **limits))
    esme = game.connect()
    bind_type = fields.get("bind_type", "transceiver")
    assert brief(esme.give(bind_octets(**fields))) == [(f"bind_{bind_type}_resp", CommandStatus[status], 1)]
    assert esme.session.state is State.OPEN
    assert game.smsc.counters.binds_refused == 1
    (note,) = game.notes
    assert note.level == "warn"
    assert note.text.endswith(f"refused, {status}: {reason}")
    # It may try again.
    if not limits:
        (again,) = esme.give(bind_octets())
        assert again.command_status == 0


@pytest.mark.parametrize("bind_type", ["transmitter", "receiver", "transceiver"])
@pytest.mark.parametrize("allowed", [("transmitter",), ("receiver",), ("transceiver",), ("transmitter", "receiver")])
def test_bind_types_are_allowed_one_by_one(allowed: tuple[BindType, ...], bind_type: BindType) -> None:
    game = Play(AccountDefinition(system_id="alpha", password="secret1", binds=allowed))
    (answer,) = game.connect().give(bind_octets(bind_type))
    assert answer.command_status == (0 if bind_type in allowed else CommandStatus.ESME_RBINDFAIL)


def test_the_allow_list_lets_in_whom_it_names() -> None:
    game = Play(AccountDefinition(system_id="alpha", password="secret1", allow=(parse_network("192.0.2.0/24"),)))
    assert game.bind(host="192.0.2.77").session.bound
    (answer,) = game.connect("198.51.100.1").give(bind_octets())
    assert answer.command_status == CommandStatus.ESME_RBINDFAIL


def test_sessions_are_limited_and_free_again_when_one_goes() -> None:
    limited = AccountDefinition(system_id="alpha", password="secret1", sessions=2)
    game = Play(limited)
    first, second = game.bind(), game.bind("receiver")
    third = game.connect()
    assert brief(third.give(bind_octets())) == [("bind_transceiver_resp", CommandStatus.ESME_RBINDFAIL, 1)]
    assert game.said("the account has its 2 sessions already")
    first.ask("unbind")
    assert third.give(bind_octets())[0].command_status == 0
    second.hang_up()
    assert game.bind().session.bound


@pytest.mark.parametrize(
    ("offered", "wanted", "settled"),
    [
        (0x34, 0x00, 0x33),
        (0x34, 0x33, 0x33),
        (0x34, 0x34, 0x34),
        (0x34, 0x50, 0x34),
        (0x34, 0xFF, 0x34),
        (0x50, 0x00, 0x33),
        (0x50, 0x34, 0x34),
        (0x50, 0x35, 0x34),
        (0x50, 0x50, 0x50),
        (0x50, 0x51, 0x50),
        (0x33, 0x50, 0x33),
    ],
)
def test_the_version_of_a_session(offered: int, wanted: int, settled: int) -> None:
    assert settled_version(offered, wanted) == settled
    names: dict[int, InterfaceVersion] = {0x33: "3.3", 0x34: "3.4", 0x50: "5.0"}
    game = game_at(names[offered])
    esme = game.connect()
    (answer,) = esme.give(bind_octets(version=wanted))
    assert answer.command_status == 0
    assert esme.session.interface_version == settled
    # An ESME of 3.3 does not know TLVs; the others learn what the SMSC offers at most.
    assert answer.tlv("sc_interface_version") == (None if settled == 0x33 else offered)
    assert game.said(f"SMPP {names[settled]}")


@pytest.mark.parametrize(
    ("versions", "wanted", "accepted"),
    [
        (("3.4",), 0x33, False),
        (("3.4",), 0x00, False),
        (("3.4",), 0x34, True),
        (("3.4",), 0x50, False),
        (("3.3", "5.0"), 0x34, False),
        (("3.3", "5.0"), 0x50, True),
        (("3.3", "5.0"), 0x00, True),
    ],
)
def test_versions_can_be_restricted(versions: tuple[InterfaceVersion, ...], wanted: int, accepted: bool) -> None:
    game = game_at(versions=versions)
    (answer,) = game.connect().give(bind_octets(version=wanted))
    assert answer.command_status == (0 if accepted else CommandStatus.ESME_RBINDFAIL)
    if not accepted:
        assert game.said(f"interface_version 0x{wanted:02x} is not accepted here")


def test_hostile_names_do_not_reach_the_log_as_they_are() -> None:
    game = Play()
    game.connect().give(bind_octets(system_id="a\r\nb\x1b[2J"))
    (note,) = game.notes
    assert r"as 'a\r\nb\x1b[2J' refused" in note.text


# Bodies on errors


def test_without_error_bodies_a_refusal_is_its_header() -> None:
    esme = Play().connect()
    assert [pdu.command_length for pdu in esme.give(bind_octets(password="no"), SubmitSm().wire())] == [16, 16]


@pytest.mark.parametrize("version", [0x34, 0x50])
@pytest.mark.parametrize(
    "command", sorted(name for name, entry in COMMANDS_BY_NAME.items() if not entry.is_response and entry.response)
)
def test_with_error_bodies_every_refusal_has_one(command: str, version: int) -> None:
    game = Play(settings=smsc_settings(error_bodies=True))
    esme = game.connect()
    octets = octets_of(command)
    if command.startswith("bind_"):
        octets = bind_octets(command.removeprefix("bind_"), password="no", version=version, sequence_number=SEQUENCE)
    if command == "enquire_link":
        octets = frame(CommandId.ENQUIRE_LINK, b"\1", SEQUENCE)  # stray octets
    (answer,) = esme.give(octets)
    assert answer.command_status != 0
    assert (answer.name, answer.sequence_number) == (f"{command}_resp", SEQUENCE)
    fields = COMMANDS_BY_NAME[answer.name].fields
    assert list(answer.fields) == [field.name for field in fields]
    if "system_id" in answer.fields:
        assert answer.fields["system_id"] == "smsc_sim"
    assert not esme.ending
    assert game.smsc.counters.internal_errors == 0


@pytest.mark.parametrize("error_bodies", [False, True])
def test_refusals_by_the_rules_and_of_ours_follow_the_same_setting(error_bodies: bool) -> None:
    def decide(*arguments: object) -> Decision:
        octets, start, end = arguments[1], arguments[4], arguments[5]
        assert isinstance(octets, bytes)
        assert isinstance(start, int)
        assert isinstance(end, int)
        if octets[start:end] == b"1":
            return decided(CommandStatus.ESME_RINVDSTADR)
        raise ValueError("broken")

    game = Play(settings=smsc_settings(error_bodies=error_bodies), decide=decide)
    esme = game.bind()
    refused = esme.ask("submit_sm", destination_addr="1")
    failed = esme.ask("submit_sm", destination_addr="2")
    multi = esme.ask("submit_multi", dest_addresses=[{"dest_flag": 1, "destination_addr": "2"}])
    assert [pdu.command_status for pdu in (refused, failed, multi)] == [0x0B, 0x08, 0x08]
    assert [pdu.command_length > 16 for pdu in (refused, failed, multi)] == [error_bodies] * 3
    assert game.smsc.counters.messages_refused == 3


# Anything at all


@given(st.sampled_from(STATES), st.sampled_from(sorted(COMMANDS)) | st.integers(0, 0xFFFFFFFF), st.binary(max_size=60))
def test_any_body_of_any_command_is_answered_at_most_once(state: str, command_id: int, body: bytes) -> None:
    game = game_at()
    esme = in_state(game, state)
    answers = esme.give(frame(command_id, body, SEQUENCE))
    entry = COMMANDS.get(command_id)
    if command_id & 0x80000000:
        assert answers == []
    else:
        (answer,) = answers
        assert answer.name == (entry.response if entry is not None and entry.response else "generic_nack")
        assert answer.sequence_number == SEQUENCE
        assert answer.name != "generic_nack" or answer.command_status
    assert game.smsc.counters.internal_errors == 0
    assert not esme.ending
