"""The tables against a collection of facts about SMPP, read where SMSC_SIM_SHARED says it is."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from smsc_sim.smpp.commands import COMMANDS, COMMANDS_BY_NAME
from smsc_sim.smpp.enumerations import MessageType, MessagingMode, NumberingPlan, TypeOfNumber
from smsc_sim.smpp.fields import (
    DESTINATION_FIELDS,
    UNSUCCESS_FIELDS,
    Count,
    CString,
    DestAddresses,
    Field,
    Integer,
    Octets,
    UnsuccessSmes,
)
from smsc_sim.smpp.legality import Side, State, may_send
from smsc_sim.smpp.status import CommandStatus, parse_status
from smsc_sim.smpp.tlv import TLVS, TLVS_BY_NAME

PATH = Path(os.environ.get("SMSC_SIM_SHARED", "")) / "facts" / "smpp_facts.json"

pytestmark = pytest.mark.skipif(
    not PATH.is_file(), reason="SMSC_SIM_SHARED does not name a folder with facts/smpp_facts.json"
)


@pytest.fixture(scope="module", name="facts")
def _facts() -> dict[str, Any]:
    facts: dict[str, Any] = json.loads(PATH.read_text())
    return facts


def plain(field: Field) -> dict[str, Any]:
    """A field in the words of the facts."""
    if isinstance(field, Count):
        return {"name": field.name, "type": "int1"}
    if isinstance(field, Integer):
        return {"name": field.name, "type": f"int{field.size}"}
    if isinstance(field, CString):
        lengths = {"lengths_allowed": list(field.lengths)} if field.lengths else {}
        return {"name": field.name, "type": "cstring", "max": field.maximum, **lengths}
    if isinstance(field, Octets):
        return {
            "name": field.name,
            "type": "octets",
            "length_from": field.length_from,
            "max_3_4": field.maximum_3_4,
            "max_5_0": field.maximum,
        }
    if isinstance(field, DestAddresses):
        entries = [
            {"when": f"dest_flag={flag}", "fields": [plain(part) for part in parts[1:]]}
            for flag, parts in DESTINATION_FIELDS.items()
        ]
        flag = {"name": "dest_flag", "type": "int1", "values": {"1": "sme", "2": "distribution list"}}
        return {"name": field.name, "type": "array", "count": field.count_from, "item": [flag, *entries]}
    assert isinstance(field, UnsuccessSmes)
    return {
        "name": field.name,
        "type": "array",
        "count": field.count_from,
        "item": [plain(part) for part in UNSUCCESS_FIELDS],
    }


def test_commands_and_their_fields(facts: dict[str, Any]) -> None:
    assert {row["name"] for row in facts["commands"]} == set(COMMANDS_BY_NAME)
    for row in facts["commands"]:
        command = COMMANDS_BY_NAME[row["name"]]
        assert (command.command_id, command.since) == (row["id_int"], row["since"])
        assert command.response == row["response"]
        stated = []
        for field in row["fields"]:
            kept = {key: value for key, value in field.items() if key != "note"}
            if kept["type"] == "int1":
                kept = {"name": kept["name"], "type": "int1"}
            stated.append(kept)
        ours = [plain(field) for field in command.fields]
        for field, mine in zip(stated, ours, strict=True):
            assert list(field.values()) == list(mine.values()), (row["name"], field, mine)


def test_the_tlvs_of_each_command(facts: dict[str, Any]) -> None:
    for row in facts["commands"]:
        command = COMMANDS_BY_NAME[row["name"]]
        assert set(command.tlvs_3_4) == set(row["tlvs_3_4"]), row["name"]
        names = [name.removesuffix("(mandatory)") for name in row["tlvs_5_0"]]
        assert set(command.tlvs_5_0) == {TLVS_BY_NAME[name].name for name in names}, row["name"]
        mandatory = [name.removesuffix("(mandatory)") for name in row["tlvs_5_0"] if "(" in name]
        assert set(command.mandatory_tlvs) == set(mandatory), row["name"]


def test_tlvs(facts: dict[str, Any]) -> None:
    assert {row["tag_int"] for row in facts["tlvs"]} == set(TLVS)
    # Said differently there: a note gives the greater sizes of 5.0, and what is "variable" or "empty".
    sizes = {"ms_validity": (1, 4), "alert_on_message_delivery": (0, 1), "broadcast_area_identifier": (0, 0xFFFF)}
    for row in facts["tlvs"]:
        definition = TLVS[row["tag_int"]]
        assert (definition.name, definition.since) == (row["name"], row["since"])
        assert set(definition.also) >= {row["name_in_5_0"], *row["also_spelled"]} - {row["name"]}
        kind = {"int": "integer", "cst": "cstring", "oct": "octets", "emp": "octets"}[row["type"][:3]]
        assert definition.kind == kind, row["name"]
        bounds = sizes.get(row["name"])
        if bounds is None:
            first, _, last = str(row["size"]).partition("-")
            bounds = (int(first), int(last or first))
        assert (definition.minimum, definition.maximum) == bounds, row["name"]
        if row.get("multiple"):
            assert definition.multiple, row["name"]


def test_statuses(facts: dict[str, Any]) -> None:
    assert {row["name"]: row["value"] for row in facts["command_status"]} == {
        name: status.value for name, status in CommandStatus.__members__.items()
    }
    for row in facts["command_status"]:
        others = {name for names in row.get("same_value_other_spelling", {}).values() for name in names}
        for name in {*others, *row.get("misspellings_seen", ())}:
            assert parse_status(name) == row["value"]
    for name in facts["seed_status_names"]:
        parse_status(name)


SIDES = {"ESME": Side.ESME, "MC": Side.SMSC}


def test_legality(facts: dict[str, Any]) -> None:
    for row in facts["commands"]:
        for version, key in ((0x34, "states_3_4"), (0x50, "states_5_0")):
            stated: set[tuple[Side, State]] = set()
            for words in row[key]:
                side, colon, names = words.rpartition(":")
                for sender in [side] if colon else row["sent_by"]:
                    stated |= {(SIDES[sender], State[name]) for name in names.split(",")}
            ours = {
                (side, state)
                for side in Side
                for state in State
                if may_send(side, row["id_int"], state, version, strict=True)
            }
            assert ours == stated, (row["name"], key)


def test_the_status_of_each_overlong_field(facts: dict[str, Any]) -> None:
    (stated,) = (
        row["status"]
        for row in facts["session"]["required_responses"]
        if row["case"] == "C-octet string longer than its maximum"
    )
    fields = [field for command in COMMANDS.values() for field in command.fields]
    fields += [field for parts in DESTINATION_FIELDS.values() for field in parts]
    ours = {field.name: CommandStatus(field.status).name for field in fields if isinstance(field, CString)}
    for name, words in stated.items():
        assert ours[name] == words.split()[0]


def test_enumerations(facts: dict[str, Any]) -> None:
    tables = facts["enumerations"]
    assert {member.value for member in TypeOfNumber} == {int(value) for value in tables["ton"]}
    assert {member.value for member in NumberingPlan} == {int(value) for value in tables["npi"]}
    for enumeration, part in ((MessagingMode, "messaging_mode"), (MessageType, "message_type")):
        stated = {int(value, 16) for value in tables["esm_class"][part] if value != "mask"}
        assert {member.value for member in enumeration} == stated
