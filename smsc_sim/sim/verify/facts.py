"""Stored messages as conditions of rules see messages: a condition holds on both or on neither."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from functools import cached_property
from typing import Final, NamedTuple, TypeAlias

from smsc_sim.scenario.matching import Value, normal_address
from smsc_sim.scenario.when import Scope
from smsc_sim.sim.journal.directory import SessionDirectory
from smsc_sim.sim.rules.facts import pdu_value
from smsc_sim.sim.store.stored import StoredMessage
from smsc_sim.smpp.pdu import Pdu
from smsc_sim.smpp.receipt_text import MessageState


class SessionTraits(NamedTuple):
    """What conditions ask about the session that brought a message."""

    bind: str
    """``transmitter``, ``receiver`` or ``transceiver``."""
    peer: str
    """Its address and port, as a Session has it."""
    tls: bool


SessionLookup: TypeAlias = Callable[[int], "SessionTraits | None"]
"""By the number of the session; None for one that is not known any more."""


def unknown_session(number: int) -> SessionTraits | None:
    """Nothing is known of any session."""
    return None


def traits_in(sessions: SessionDirectory) -> SessionLookup:
    """What is known of sessions that can still be named."""

    def traits(number: int) -> SessionTraits | None:
        if number not in sessions:
            return None
        known = sessions.get(number)
        return SessionTraits(known.bind, known.peer, bool(known.tls))

    return traits


class StoredFacts:
    """A stored message. ``bind``, ``peer`` and ``tls`` are None when its session is not known any more."""

    def __init__(
        self,
        message: StoredMessage,
        session_of: SessionLookup = unknown_session,
        clock: Callable[[], float] | None = None,
    ) -> None:
        """``clock``: the one that messages go by, where that is not the one by which somebody waits."""
        self.message = message
        self._session_of = session_of
        self._clock = clock

    def instant(self, now: float) -> float:
        """What the messages' clock says when the other one says ``now``, which is now."""
        return now if self._clock is None else self._clock()

    @property
    def name(self) -> str:
        """What people call the message: ``m-31``."""
        return f"m-{self.message.id}"

    @cached_property
    def pdu(self) -> Pdu:
        """The PDU that brought it."""
        return Pdu(self.message.octets)

    @cached_property
    def session(self) -> SessionTraits | None:
        """The session that brought it."""
        return self._session_of(self.message.session)

    @property
    def receipts_sent(self) -> tuple[str, ...]:
        """The states of the receipts that were sent, as receipts have them: ``DELIVRD``."""
        return tuple(_stat(receipt.state) for receipt in self.message.receipts if receipt.sent_at > 0)

    def value(self, key: str) -> Value:
        """What the message has under ``key``, a key of ``when``."""
        known = STORED_KEYS.get(key)
        return known(self) if known is not None else pdu_value(self.pdu, key)

    def scope(self, scope: Scope) -> Hashable:
        """What messages of the same scope have in common."""
        message = self.message
        to, source = normal_address(message.destination), normal_address(message.source)
        scopes: dict[Scope, Hashable] = {
            "session": message.session,
            "account": message.account,
            "to": to,
            "from": source,
            "message": (message.account, source, to, message.text, message.part, message.parts),
            "server": None,
        }
        return scopes[scope]


def _stat(state: str) -> str:
    known = MessageState.__members__.get(state)
    return state if known is None else known.stat


def _keyword(facts: StoredFacts) -> Value:
    words = facts.message.text.split(maxsplit=1)
    return words[0] if words else None


STORED_KEYS: Final[Mapping[str, Callable[[StoredFacts], Value]]] = {
    "account": lambda facts: facts.message.account or None,
    "bind": lambda facts: (facts.session.bind or None) if facts.session is not None else None,
    "peer": lambda facts: facts.session.peer if facts.session is not None else None,
    "tls": lambda facts: facts.session.tls if facts.session is not None else None,
    "to": lambda facts: facts.message.destination,
    "from": lambda facts: facts.message.source,
    "text": lambda facts: facts.message.text,
    "keyword": _keyword,
    "coding": lambda facts: facts.message.data_coding,
    "length": lambda facts: len(facts.message.text),
    "parts": lambda facts: facts.message.parts,
    "part": lambda facts: facts.message.part,
    "receipt": lambda facts: bool(facts.message.registered_delivery & 0x13),
    "registered_delivery": lambda facts: facts.message.registered_delivery,
    "esm_class": lambda facts: facts.message.esm_class,
    "data_coding": lambda facts: facts.message.data_coding,
    # Fields that data_sm does not have count as 0, as they do for rules.
    "protocol_id": lambda facts: pdu_value(facts.pdu, "protocol_id") or 0,
    "priority_flag": lambda facts: pdu_value(facts.pdu, "priority_flag") or 0,
}
"""Keys of messages; any other is a field or a TLV of the PDU."""
