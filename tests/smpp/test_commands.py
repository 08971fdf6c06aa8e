import pytest

from smsc_sim.smpp.commands import (
    COMMANDS,
    COMMANDS_BY_NAME,
    RESPONSE_BIT,
    Command,
    CommandId,
    command_name,
)
from smsc_sim.smpp.fields import Count
from smsc_sim.smpp.legality import LEGALITY
from smsc_sim.smpp.tlv import TLVS, TLVS_BY_NAME
from tests.smpp.vector_files import VECTORS

ALL = sorted(COMMANDS.values(), key=lambda command: command.name)
each_command = pytest.mark.parametrize("command", ALL, ids=lambda command: command.name)


def test_every_command_id_is_a_command() -> None:
    assert set(COMMANDS) == set(CommandId)
    assert {command.name for command in ALL} == set(COMMANDS_BY_NAME)
    assert all(COMMANDS[identifier].name == identifier.name.lower() for identifier in CommandId)


def test_the_ids_of_5_0_are_those_of_the_broadcast_commands() -> None:
    assert {command.name for command in ALL if command.since == "5.0"} == {
        "broadcast_sm",
        "broadcast_sm_resp",
        "query_broadcast_sm",
        "query_broadcast_sm_resp",
        "cancel_broadcast_sm",
        "cancel_broadcast_sm_resp",
    }


@each_command
def test_a_response_has_the_id_of_its_request_with_the_response_bit(command: Command) -> None:
    if command.response is not None:
        assert COMMANDS_BY_NAME[command.response].command_id == command.command_id | RESPONSE_BIT
        assert not command.is_response
    else:
        assert command.is_response or command.name in {"outbind", "alert_notification"}


@each_command
def test_the_body_may_be_absent_in_refusing_responses_only(command: Command) -> None:
    assert command.body_optional_on_error == (command.is_response and bool(command.fields))


@each_command
def test_fields_have_names_of_their_own_and_counts_come_before_what_they_count(command: Command) -> None:
    names = [field.name for field in command.fields]
    assert len(set(names)) == len(names)
    for field in command.fields:
        if isinstance(field, Count):
            assert names.index(field.name) + 1 == names.index(field.of)


@each_command
def test_every_tlv_of_a_command_is_defined(command: Command) -> None:
    tlvs = (*command.tlvs_3_4, *command.tlvs_5_0)
    assert {TLVS_BY_NAME[name].name for name in tlvs} == set(tlvs)
    assert len(set(command.tlvs_3_4)) == len(command.tlvs_3_4)
    assert len(set(command.tlvs_5_0)) == len(command.tlvs_5_0)
    assert set(command.mandatory_tlvs) <= set(command.tlvs_5_0)
    assert all(TLVS_BY_NAME[name].since == "3.4" for name in command.tlvs_3_4)


def test_every_tlv_belongs_to_some_command() -> None:
    used = {name for command in ALL for name in (*command.tlvs_3_4, *command.tlvs_5_0)}
    assert used == {definition.name for definition in TLVS.values()}


@each_command
def test_every_command_has_a_legality_row_and_a_vector(command: Command) -> None:
    assert any(command_id == command.command_id for _, command_id in LEGALITY)
    assert any(vector.command == command.name for vector in VECTORS)


def test_every_tlv_has_a_vector() -> None:
    missing = {definition.name for definition in TLVS.values()} - {
        name for vector in VECTORS for name, _ in vector.tlvs
    }
    assert not missing


def test_an_unknown_command_is_named_by_its_number() -> None:
    assert command_name(0x00000004) == "submit_sm"
    assert command_name(0x00000999) == "0x00000999"
    assert command_name(0x80010201) == "0x80010201"
