"""The keys of ``when``: which there are, what kind of value each tests, and which events have it.

Beside the keys with a name of their own there is every mandatory field by its SMPP name, and every TLV by its
name or its number.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from smsc_sim.scenario import patterns
from smsc_sim.scenario.node_kind import NodeKind
from smsc_sim.scenario.rule import EVENTS, SUBMISSIONS, Event
from smsc_sim.smpp.commands import COMMANDS_BY_NAME, RESPONSE_BIT
from smsc_sim.smpp.fields import CString, Field, Integer
from smsc_sim.smpp.tlv import TLVS, TLVS_BY_NAME

_TLV_NUMBER: Final = re.compile(r"0x[0-9a-fA-F]{1,4}", re.ASCII)

TLV_PREFIX: Final = "tlv:"
"""Begins the key of a TLV in a condition."""

HIDDEN: Final = frozenset({"password", "sm_length", "number_of_dests", "dest_addresses", "no_unsuccess"})
"""Fields that cannot be tested: a secret, lengths, and lists."""

_ADDRESSES: Final = frozenset({"source_addr", "destination_addr", "esme_addr"})

_SAME: Final = {"source_addr": "from", "destination_addr": "to"}
"""Fields that have a key of their own."""

_COMMANDS: Final[dict[str, tuple[str, ...]]] = {
    "connect": (),
    "bind": ("bind_transmitter", "bind_receiver", "bind_transceiver"),
    **{event: (event,) for event in EVENTS if event not in {"connect", "bind"}},
}
"""The PDUs that each event is."""

_SESSION: Final = frozenset({"account", "bind"})
"""Keys that need a session with an account, or a bind request."""

_MESSAGE: Final = frozenset({"text", "keyword", "coding", "length", "parts", "part", "receipt"})

OWN_KEYS: Final[dict[str, NodeKind]] = {
    "account": patterns.TEXT,
    "bind": patterns.BIND,
    "peer": patterns.PEER,
    "tls": patterns.TRUTH,
    "to": patterns.ADDRESS,
    "from": patterns.ADDRESS,
    "text": patterns.TEXT,
    "keyword": patterns.KEYWORD,
    "coding": patterns.CODING,
    "length": patterns.NUMBER,
    "parts": patterns.NUMBER,
    "part": patterns.NUMBER,
    "receipt": patterns.TRUTH,
}
"""Keys that SMPP does not name."""

OWN_MEANINGS: Final[dict[str, str]] = {
    "account": "The system_id that is bound, or asks to be.",
    "bind": "What the session is bound as, or asks to be: transmitter, receiver or transceiver.",
    "peer": "The address that the connection comes from: one, a network (192.0.2.0/24) or a pattern.",
    "tls": "Whether the connection is encrypted.",
    "to": "destination_addr; a submit_multi is asked about for each of its own. Of digits only, one leading + does not "
    "count.",
    "from": "source_addr, compared in the same way.",
    "text": "The text of the message as its data_coding has it, without a user data header.",
    "keyword": "The first word of the text; case is ignored.",
    "coding": "data_coding by number, or by the alphabet that it stands for: gsm7, latin-1, ucs-2.",
    "length": "Characters of the text.",
    "parts": "How many parts the long message has; 1 when it is one by itself.",
    "part": "Which part of it this is, from 1.",
    "receipt": "Whether the message asks for a receipt.",
}
"""What they are, for people."""


@dataclass(frozen=True, slots=True)
class Key:
    """What a key of ``when`` tests."""

    name: str
    """As conditions have it: of a TLV with TLV_PREFIX."""
    kind: NodeKind
    events: frozenset[Event]


def _kind_of(field: Field) -> NodeKind:
    if field.name == "command_status":
        return patterns.STATUS
    if field.name in _ADDRESSES:
        return patterns.ADDRESS
    if isinstance(field, Integer):
        return patterns.NUMBER
    return patterns.TEXT if isinstance(field, CString) else patterns.OCTETS


def _fields() -> dict[str, Key]:
    """Every field of the requests that are events, and of deliver_sm_resp."""
    kinds: dict[str, NodeKind] = {}
    events: dict[str, set[Event]] = {}
    for event in EVENTS:
        for command in _COMMANDS[event]:
            fields: list[Field] = list(COMMANDS_BY_NAME[command].fields)
            if COMMANDS_BY_NAME[command].command_id & RESPONSE_BIT:
                fields.append(Integer("command_status", 4))
            for field in fields:
                if field.name not in HIDDEN:
                    kinds[field.name] = _kind_of(field)
                    events.setdefault(field.name, set()).add(event)
    return {name: Key(name, kinds[name], frozenset(events[name])) for name in kinds}


FIELD_KEYS: Final[dict[str, Key]] = _fields()
"""Keys that are mandatory fields, by their SMPP name."""

_TLV_EVENTS: Final[frozenset[Event]] = frozenset(EVENTS) - {"connect"}


def _own_key(name: str) -> Key:
    events: Iterable[Event]
    if name in _SESSION:
        events = frozenset(EVENTS) - {"connect"}
    elif name in _MESSAGE:
        events = [event for event in EVENTS if event in SUBMISSIONS]
    elif name in {"to", "from"}:
        field = "destination_addr" if name == "to" else "source_addr"
        # submit_multi has its destinations in a list; each of them is asked about.
        events = FIELD_KEYS[field].events | {"submit_multi"}
    else:
        events = EVENTS
    return Key(name, OWN_KEYS[name], frozenset(events))


def find_key(written: str) -> Key | None:
    """Return the key of this name; None when there is none. A TLV has several: 3.4's, 5.0's and its number."""
    written = _SAME.get(written, written)
    if written in OWN_KEYS:
        return _own_key(written)
    if written in FIELD_KEYS:
        return FIELD_KEYS[written]
    definition = TLVS_BY_NAME.get(written)
    if definition is None and _TLV_NUMBER.fullmatch(written):
        tag = int(written, 16)
        definition = TLVS.get(tag)
        if definition is None:
            return Key(f"{TLV_PREFIX}0x{tag:04x}", patterns.OCTETS, _TLV_EVENTS)
    if definition is None:
        return None
    kind = {"integer": patterns.NUMBER, "cstring": patterns.TEXT, "octets": patterns.OCTETS}[definition.kind]
    return Key(TLV_PREFIX + definition.name, kind, _TLV_EVENTS)


def known_names() -> list[str]:
    """Return every key that has a name, the most usual ones first."""
    return [*OWN_KEYS, *FIELD_KEYS, *(name for name in TLVS_BY_NAME if name not in FIELD_KEYS)]
