"""The PDU vectors of this folder.

`specification.jsonl` was put together octet by octet from the field tables of the specifications,
`malformed.jsonl` the same way with one thing wrong in each, the others by the encoders that their sources
name. Octet strings are written as {"octets": "hex digits"}, TLVs as pairs of name and value.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "vectors"


@dataclass(frozen=True)
class Vector:
    name: str
    octets: bytes
    command: str
    command_status: int
    sequence_number: int
    fields: dict[str, Any]
    tlvs: list[tuple[str, Any]]


@dataclass(frozen=True)
class Malformed:
    name: str
    octets: bytes
    status: str
    field: str
    offset: int


def _from_json(value: Any) -> Any:
    if isinstance(value, list):
        return [_from_json(item) for item in value]
    if isinstance(value, dict):
        if value.keys() == {"octets"}:
            return bytes.fromhex(value["octets"])
        return {name: _from_json(item) for name, item in value.items()}
    return value


def _rows(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def _vectors() -> list[Vector]:
    return [
        Vector(
            name=f"{path.stem}: {row['name']}",
            octets=bytes.fromhex(row["hex"]),
            command=row["command"],
            command_status=row["command_status"],
            sequence_number=row["sequence_number"],
            fields=_from_json(row["fields"]),
            tlvs=[(name, _from_json(value)) for name, value in row["tlvs"]],
        )
        for path in sorted(FOLDER.glob("*.jsonl"))
        if path.stem != "malformed"
        for row in _rows(path)
    ]


VECTORS = _vectors()

MALFORMED = [
    Malformed(row["name"], bytes.fromhex(row["hex"]), row["status"], row["field"], row["offset"])
    for row in _rows(FOLDER / "malformed.jsonl")
]
