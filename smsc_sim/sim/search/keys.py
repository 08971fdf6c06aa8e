"""The keys of a search: what each looks at in a stored message, which column that is, and how its values are read."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any, Final

from smsc_sim.scenario.glob import has_wildcard
from smsc_sim.scenario.matching import Clause, NumberIn, OneOf, Value
from smsc_sim.scenario.patterns import read_address, read_coding, read_number, read_status_test, read_text
from smsc_sim.scenario.value_kind import BadValue
from smsc_sim.sim.store.standing import TRANSIENT
from smsc_sim.sim.store.stored import StoredMessage
from smsc_sim.smpp.receipt_text import MessageState, state_of

_NUMBER: Final = re.compile(r"m-([0-9]{1,18})", re.ASCII)
_SESSION: Final = re.compile(r"s([0-9]{1,18})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Key:
    """One property of stored messages."""

    name: str
    """As one writes it."""
    column: str
    """Of table ``message``; empty where nothing is stored."""
    read: Callable[[str], Clause]
    """Raises BadValue."""
    value: Callable[[Any], Value]
    """Of a stored message, or of whatever else the vocabulary is about."""
    meaning: str
    """For people."""


def _read_state(text: str) -> Clause:
    if not text:
        return OneOf(frozenset({""}))
    if has_wildcard(text):
        return read_text(text.upper())
    state = state_of(text)
    if state is None or text.isdigit():
        raise BadValue(text, choices=tuple(name for one in MessageState for name in (one.stat, one.name)))
    return OneOf(frozenset({state.name}))


def read_session(text: str) -> Clause:
    """A session by its name, such as s7, or a number as conditions have them.  Raises BadValue."""
    found = _SESSION.fullmatch(text)
    return NumberIn(frozenset({int(found[1])}), text) if found else read_number(text)


def _read_number_of_message(text: str) -> Clause:
    found = _NUMBER.fullmatch(text)
    assert found is not None, "key_for has looked"
    return NumberIn(frozenset({int(found[1])}), text)


_BY_NUMBER: Final = Key("id", "id", _read_number_of_message, lambda message: message.id, "")

RECEIPT: Final = "receipt"
"""The key that looks at the receipts of a message, and not at itself."""

STATE: Final = "state"
"""The key that looks at the state that a message is in, which its row alone does not say."""

KEYS: Final[dict[str, Key]] = {
    key.name: key
    for key in (
        Key("to", "destination", read_address, lambda m: m.destination, "destination_addr: 4477*, +447700900123"),
        Key("from", "source", read_address, lambda m: m.source, "source_addr: Acme, 12?45"),
        Key("account", "account", read_text, lambda m: m.account, "system_id of the account"),
        Key("session", "session", read_session, lambda m: m.session, "session by its number: s7"),
        Key("status", "command_status", read_status_test, lambda m: m.command_status, "command_status of the response"),
        Key("rule", "rule", read_text, lambda m: m.rule, 'name of the rule that decided: "too fast"'),
        Key(STATE, "state", _read_state, lambda m: None, "state of the message by now: DELIVRD or DELIVERED"),
        Key(RECEIPT, "state", _read_state, lambda m: None, "state in a receipt that was sent: UNDELIV"),
        Key("id", "message_id", read_text, lambda m: m.message_id, "m-31, or the message_id of the response"),
        Key(
            "message_id", "message_id", read_text, lambda m: m.message_id, "message_id of the response, whatever it is"
        ),
        Key("text", "text", read_text, lambda m: m.text, "the whole text: STOP, *code*"),
        Key("parts", "parts", read_number, lambda m: m.parts, "parts of the long message: >1"),
        Key("part", "part", read_number, lambda m: m.part, "which part of it, from 1"),
        Key("reference", "reference", read_number, lambda m: m.reference, "reference number of the long message"),
        Key("coding", "data_coding", read_coding, lambda m: m.data_coding, "data_coding: 8, ucs-2"),
        Key("esm_class", "esm_class", read_number, lambda m: m.esm_class, "esm_class"),
        Key(
            "registered_delivery",
            "registered_delivery",
            read_number,
            lambda m: m.registered_delivery,
            "registered_delivery: >0",
        ),
        Key("error", "error_code", read_text, lambda m: m.error_code, "error code of the message, as receipts have it"),
        Key("command", "command", read_text, lambda m: m.command, "submit_sm, data_sm, submit_multi or deliver_sm"),
        Key("seq", "seq", read_number, lambda m: m.seq, "number of the journal's entry that brought it: >1042"),
    )
}
"""By name, the most usual ones first."""

ALIASES: Final = {
    "destination": "to",
    "destination_addr": "to",
    "source": "from",
    "source_addr": "from",
    "system_id": "account",
    "command_status": "status",
    "data_coding": "coding",
    "error_code": "error",
    "err": "error",
    "pdu": "command",
}
"""Other names of keys: those that SMPP has for them."""

IS: Final[dict[str, frozenset[str] | tuple[str, Callable[[StoredMessage], bool]]]] = {
    "delivered": frozenset({MessageState.DELIVERED.name}),
    "refused": (
        "(message.command_status IS NOT NULL AND message.command_status <> 0)",
        lambda m: m.command_status is not None and m.command_status != 0,
    ),
    "pending": TRANSIENT,
    "expired": frozenset({MessageState.EXPIRED.name}),
    "failed": frozenset(
        state.name
        for state in (MessageState.EXPIRED, MessageState.DELETED, MessageState.UNDELIVERABLE, MessageState.REJECTED)
    ),
    "multipart": ("message.parts > 1", lambda m: m.parts > 1),
    "mo": ("message.direction = 'mo'", lambda m: m.direction == "mo"),
    "mt": ("message.direction = 'mt'", lambda m: m.direction == "mt"),
    "receipted": (
        "EXISTS (SELECT 1 FROM receipt WHERE receipt.message = message.id AND receipt.sent_at > 0)",
        lambda m: any(receipt.sent_at > 0 for receipt in m.receipts),
    ),
    "waiting": (
        "EXISTS (SELECT 1 FROM receipt WHERE receipt.message = message.id AND receipt.status = 'waiting')",
        lambda m: any(receipt.status == "waiting" for receipt in m.receipts),
    ),
    "unanswered": ("message.command_status IS NULL", lambda m: m.command_status is None),
}
"""Words behind ``is:``, each as the states that a message is in by now, or as SQL and as a function: refused by its
response, in no final state yet, with a receipt that was sent or waits for a session, without a response, and so on."""

TIMES: Final = ("after", "before")
"""Keys whose values are moments: from then on, and up to but not including it."""


@dataclass(frozen=True)
class Vocabulary:
    """What searches of one kind of thing can ask for; all of them have a moment, and words."""

    keys: Mapping[str, Key]
    """By name, the most usual ones first."""
    aliases: Mapping[str, str]
    """Other names of keys."""
    words: Collection[str] = ()
    """What can stand behind ``is:``."""

    @property
    def known(self) -> list[str]:
        """Every key that can be suggested, the most usual ones first."""
        return [*self.keys, *(("is",) if self.words else ()), *TIMES, *self.aliases]

    def key_for(self, name: str, value: str) -> Key:
        """What a key looks at; ``id`` looks at our own number when the value is one, such as m-31.  Raises KeyError."""
        key = self.keys[name]
        return _BY_NUMBER if key.name == "id" and _NUMBER.fullmatch(value) else key


MESSAGES: Final = Vocabulary(KEYS, ALIASES, tuple(IS))
"""Of messages that are kept."""
