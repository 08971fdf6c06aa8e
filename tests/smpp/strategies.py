"""Hypothesis strategies for PDUs, derived from the command and TLV tables."""

from typing import Any

from hypothesis import strategies as st

from smsc_sim.smpp.commands import COMMANDS_BY_NAME, Command
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
from smsc_sim.smpp.tlv import TLVS, TlvDefinition

commands = st.sampled_from(sorted(COMMANDS_BY_NAME.values(), key=lambda command: command.name))


def c_octets(minimum: int, maximum: int) -> st.SearchStrategy[str]:
    """Strings of so many characters of one octet, none of them NUL."""
    characters = st.characters(min_codepoint=1, max_codepoint=0xFF)
    return st.text(characters, min_size=minimum, max_size=maximum)


def field_values(field: Field) -> st.SearchStrategy[Any]:
    """Values that fit one field; counts have none of their own."""
    if isinstance(field, Integer):
        return st.integers(0, 256**field.size - 1)
    if isinstance(field, CString):
        if field.lengths:
            return st.one_of(*(c_octets(length - 1, length - 1) for length in field.lengths))
        return c_octets(0, field.maximum - 1)
    if isinstance(field, Octets):
        return st.binary(max_size=field.maximum)
    if isinstance(field, DestAddresses):
        by_flag = [
            st.fixed_dictionaries({"dest_flag": st.just(flag), **{part.name: field_values(part) for part in parts[1:]}})
            for flag, parts in DESTINATION_FIELDS.items()
        ]
        return st.lists(st.one_of(by_flag), min_size=1, max_size=5)
    assert isinstance(field, UnsuccessSmes)
    return st.lists(st.fixed_dictionaries({part.name: field_values(part) for part in UNSUCCESS_FIELDS}), max_size=5)


def bodies(command: Command) -> st.SearchStrategy[dict[str, Any]]:
    """Values for all fields of a command but the counts."""
    return st.fixed_dictionaries(
        {field.name: field_values(field) for field in command.fields if not isinstance(field, Count)}
    )


def tlv_values(definition: TlvDefinition) -> st.SearchStrategy[Any]:
    """Values that a TLV has when it is decoded."""
    if definition.kind == "integer":
        return st.integers(0, 256**definition.minimum - 1)
    if definition.kind == "cstring":
        return c_octets(definition.minimum - 1, min(definition.maximum, 100) - 1)
    return st.binary(min_size=definition.minimum, max_size=min(definition.maximum, 100))


known_tlvs = st.sampled_from(sorted(TLVS.values(), key=lambda definition: definition.tag)).flatmap(
    lambda definition: st.tuples(st.just(definition.name), tlv_values(definition))
)
unknown_tlvs = st.tuples(
    st.integers(0, 0xFFFF).filter(lambda tag: tag not in TLVS).map(lambda tag: f"0x{tag:04x}"),
    st.binary(max_size=20),
)
tlv_lists = st.lists(st.one_of(known_tlvs, unknown_tlvs), max_size=5)
