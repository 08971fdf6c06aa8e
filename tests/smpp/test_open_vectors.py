"""PDUs from the test suites of other projects, read where SMSC_SIM_SHARED says they are."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from smsc_sim.smpp.errors import FramingError, WireError
from smsc_sim.smpp.framing import Framer
from smsc_sim.smpp.pdu import Pdu, encode
from smsc_sim.smpp.status import name_of

SHARED = os.environ.get("SMSC_SIM_SHARED")
PATH = Path(SHARED or "") / "vectors" / "pdus_open.jsonl"
WHY_NOT = "SMSC_SIM_SHARED does not name a folder with vectors/pdus_open.jsonl"

FIELD_STATUS = {
    "system_id": "ESME_RINVSYSID",
    "password": "ESME_RINVPASWD",
    "system_type": "ESME_RINVSYSTYP",
    "address_range": "ESME_RBINDFAIL",
    "service_type": "ESME_RINVSERTYP",
    "source_addr": "ESME_RINVSRCADR",
    "destination_addr": "ESME_RINVDSTADR",
    "message_id": "ESME_RINVMSGID",
    "final_date": "ESME_RINVCMDLEN",
}
CLASS_STATUS = {
    "bad_dest_flag": "ESME_RINVDESTFLAG",
    "body_short": "ESME_RINVCMDLEN",
    "missing_nul": "ESME_RINVCMDLEN",
    "sm_length_overrun": "ESME_RINVMSGLEN",
    "tlv_overrun": "ESME_RINVOPTPARSTREAM",
    "tlv_stray_octets": "ESME_RINVOPTPARSTREAM",
    "tlv_wrong_size": "ESME_RINVPARLEN",
    "unknown_command": "ESME_RINVCMDID",
    "unknown_response": "ESME_RINVCMDID",
}
LOST = {"length_below_16", "length_too_large"}


def rows() -> list[dict[str, Any]]:
    if not PATH.is_file():
        return []
    return [json.loads(line) for line in PATH.read_text().splitlines()]


def each(chosen: list[dict[str, Any]]) -> pytest.MarkDecorator:
    if not chosen:
        return pytest.mark.parametrize("row", [pytest.param({}, marks=pytest.mark.skip(reason=WHY_NOT))])
    return pytest.mark.parametrize("row", chosen, ids=lambda row: row["id"])


ROWS = rows()
VALID = [row for row in ROWS if row["valid"]]
FRAMED = [row for row in ROWS if row.get("class") in {*CLASS_STATUS, "field_overlong"}]
INCOMPLETE = [row for row in ROWS if row.get("class") == "incomplete"]
UNFRAMED = [row for row in ROWS if row.get("class") in LOST]


def as_json(value: Any) -> Any:
    return value.hex() if isinstance(value, bytes) else value


def test_every_row_is_of_a_known_class() -> None:
    if not ROWS:
        pytest.skip(WHY_NOT)
    assert len(VALID) + len(FRAMED) + len(INCOMPLETE) + len(UNFRAMED) == len(ROWS)


@each(VALID)
def test_a_valid_pdu_decodes_to_the_stated_values_and_back(row: dict[str, Any]) -> None:
    octets = bytes.fromhex(row["hex"])
    (frame,) = Framer().feed(octets)
    pdu = Pdu(frame)

    pdu.check()
    assert (pdu.name, pdu.command_status, pdu.sequence_number) == (
        row["command"],
        row["command_status"],
        row["sequence_number"],
    )
    assert {name: as_json(value) for name, value in pdu.fields.items()} == row["fields"]
    tlvs: dict[str, list[Any]] = {}
    for tlv in pdu.tlvs:
        tlvs.setdefault(tlv.name.upper().replace("0X", "0x"), []).append(as_json(tlv.value))
    stated = {name.upper().replace("0X", "0x"): value for name, value in row["tlvs"].items()}
    assert {name: values[0] if len(values) == 1 else values for name, values in tlvs.items()} == stated
    assert octets == encode(
        pdu.name,
        sequence_number=pdu.sequence_number,
        command_status=pdu.command_status,
        fields=pdu.fields,
        tlvs=[(tlv.name, tlv.value) for tlv in pdu.tlvs],
    )


@each(FRAMED)
def test_a_malformed_pdu_is_refused_with_the_required_status(row: dict[str, Any]) -> None:
    (frame,) = Framer().feed(bytes.fromhex(row["hex"]))
    culprit = row["defect"].split(":")[0]

    with pytest.raises(WireError) as caught:
        Pdu(frame).check()
    status = FIELD_STATUS[culprit] if row["class"] == "field_overlong" else CLASS_STATUS[row["class"]]
    assert name_of(caught.value.status) == status
    if row["class"] in {"field_overlong", "body_short", "missing_nul"}:
        assert caught.value.field.split(".")[-1] == culprit


@each(INCOMPLETE)
def test_an_incomplete_pdu_is_waited_for(row: dict[str, Any]) -> None:
    framer = Framer()
    octets = bytes.fromhex(row["hex"])

    assert framer.feed(octets) == []
    assert framer.held == len(octets)


@each(UNFRAMED)
def test_an_impossible_command_length_loses_the_framing(row: dict[str, Any]) -> None:
    framer = Framer()

    with pytest.raises(FramingError):
        framer.feed(bytes.fromhex(row["hex"]))
    assert framer.held == 0
