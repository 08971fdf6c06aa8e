"""How TLVs are written: names or numbers, and values as their definition wants them."""

import re
from typing import Annotated, Final

from smsc_sim.scenario.node_kind import NodeKind, Reader
from smsc_sim.scenario.tree import Mapping, Node, Scalar, Sequence
from smsc_sim.scenario.value_kind import BadValue, nearest, quoted
from smsc_sim.smpp.errors import EncodeError
from smsc_sim.smpp.tlv import TLVS_BY_NAME, TlvDefinition, encode_tlv

_TAG = re.compile(r"0x[0-9a-fA-F]{1,4}", re.ASCII)
_HEXADECIMAL = re.compile(r"0x((?:[0-9a-fA-F]{2})*)", re.ASCII)
_INTEGER = re.compile(r"0x[0-9a-fA-F]{1,8}|[0-9]{1,10}", re.ASCII)

NONE: Final = "none"
"""Instead of a value: this TLV is left out."""


class Tlvs(tuple[tuple[str | int, int | str | bytes | None], ...]):
    """By name with the value of its definition, or by number with octets; None: left out."""

    __slots__ = ()


def parse_tlv_value(definition: TlvDefinition | None, text: str) -> int | str | bytes:
    """Return the value as encode_tlv takes it.

    Of octets, and of a TLV by number, 0x begins hexadecimal digits; other text stands in Latin-1. Raises BadValue.
    """
    if definition is not None and definition.kind == "integer":
        if not _INTEGER.fullmatch(text):
            raise BadValue(text, f"is no number, and {definition.name} is one")
        return int(text, 16 if text.startswith("0x") else 10)
    if definition is not None and definition.kind == "cstring":
        return text
    if text.startswith("0x"):
        found = _HEXADECIMAL.fullmatch(text)
        if found is None:
            raise BadValue(text, "is no whole number of octets in hexadecimal")
        return bytes.fromhex(found[1])
    try:
        return text.encode("latin-1")
    except UnicodeEncodeError:
        raise BadValue(text, "contains a character that one octet cannot hold; write 0x and its octets") from None


def _reader(*, removable: bool) -> NodeKind:
    def read_node(node: Node, field: str, reader: Reader) -> Tlvs | None:
        if not isinstance(node, Mapping):
            reader.report(node, "E011", f"'{field}' takes a mapping of TLVs here: {{NAME: VALUE}}")
            return None
        tlvs: list[tuple[str | int, int | str | bytes | None]] = []
        failed = False
        for key, value in node.entries:
            name, definition = _name(key, reader)
            items = value.items if isinstance(value, Sequence) else [value]
            for item in items:
                one = _value(name, definition, item, reader, removable=removable) if name is not None else None
                if name is None or one is None:
                    failed = True
                else:
                    tlvs.append((name, one[0]))
        return None if failed else Tlvs(tlvs)

    return NodeKind("TLVs", "TLVS", str, str, _SCHEMA, read_node=read_node)


def _name(key: Scalar, reader: Reader) -> tuple[str | int | None, TlvDefinition | None]:
    definition = TLVS_BY_NAME.get(key.text)
    if definition is not None:
        return definition.name, definition
    if _TAG.fullmatch(key.text):
        return int(key.text, 16), None
    close = nearest(key.text, TLVS_BY_NAME)
    hint = f"did you mean '{close}'?" if close else "a TLV without a name is written by its number: 0x1400"
    reader.report(key, "E012", f"{quoted(key.text)} is no TLV", hint)
    return None, None


def _value(
    name: str | int, definition: TlvDefinition | None, node: Node, reader: Reader, *, removable: bool
) -> tuple[int | str | bytes | None] | None:
    """Return the value in a tuple of one, or None when there is none."""
    if not isinstance(node, Scalar):
        reader.report(
            node, "E011", f"'{name}' takes a single value, or a list of them for a TLV that comes several times"
        )
        return None
    if removable and node.plain and node.text == NONE:
        return (None,)
    try:
        value = parse_tlv_value(definition, node.text)
        encode_tlv(name, value)
    except BadValue as bad:
        reader.report(node, bad.code, bad.sentence(str(name)), bad.hint())
        return None
    except EncodeError as error:
        reader.report(node, "E012", f"{name}: {error.reason}")
        return None
    return (value,)


_SCALAR = {"type": ["string", "number", "boolean"]}
_VALUES = {"anyOf": [_SCALAR, {"type": "array", "items": _SCALAR}]}
_SCHEMA = {
    "type": "object",
    "properties": dict.fromkeys(TLVS_BY_NAME, _VALUES),
    "patternProperties": {"^0x[0-9a-fA-F]{1,4}$": _VALUES},
    "additionalProperties": False,
}

TlvsValue = Annotated[Tlvs, _reader(removable=False).meta("TLVs by name or number: {congestion_state: 80}.")]
ReceiptTlvs = Annotated[
    Tlvs, _reader(removable=True).meta("TLVs beside the usual ones; none leaves one out: {message_state: none}.")
]
