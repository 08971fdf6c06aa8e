"""What rules can ask about an event: values by key, found only when somebody asks."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from contextlib import suppress
from hashlib import blake2b
from typing import Any, Final, Protocol

from smsc_sim.scenario.matching import Value, normal_address
from smsc_sim.scenario.when import Scope
from smsc_sim.sim.sessions.session import Session
from smsc_sim.smpp import gsm7
from smsc_sim.smpp.coding import decode_text
from smsc_sim.smpp.errors import WireError
from smsc_sim.smpp.framing import HEADER_LENGTH
from smsc_sim.smpp.pdu import Pdu
from smsc_sim.smpp.segments import SegmentInfo, segment_of, user_text

_BARE_TLV: Final = "tlv:"
_NO_TIMES: Final = b"\0\0"
_GSM7: Final = "gsm7"
_LONGEST_FINGERPRINT: Final = 32
"""Octets."""


def _short(text: str) -> bytes:
    """Octets that are the same for the same text, and few, for gates keep very many of them."""
    octets = text.encode("utf-8", "surrogatepass")
    return octets if len(octets) <= _LONGEST_FINGERPRINT else blake2b(octets, digest_size=_LONGEST_FINGERPRINT).digest()


class Valued(Protocol):
    """What conditions can be asked about."""

    def value(self, key: str) -> Value:
        """What it has under ``key``, a key of ``when``; None when it has nothing there."""


class Facts(Valued, Protocol):
    """One event, for conditions and gates."""

    @property
    def session(self) -> Session:
        """Where it happens."""

    @property
    def sequence_number(self) -> bytes:
        """Of the PDU as it stands on the wire; empty for a connection."""

    def scope(self, scope: Scope) -> Hashable:
        """What a gate of this scope counts this event under."""

    def fingerprint(self) -> bytes:
        """The event itself, the same for a repetition of it: what chance is decided by."""


class MessageFacts:
    """A submit_sm, data_sm or submit_multi.

    A submit_sm without times has its later fields at fixed distances from destination_addr, so that the usual
    questions about it need no decoder.
    """

    __slots__ = (
        "_pdu",
        "_segment",
        "_to_end",
        "_to_start",
        "octets",
        "positional",
        "session",
        "start",
        "stop",
        "text",
        "to",
    )

    def __init__(self, session: Session, octets: bytes, start: int, stop: int, to_start: int, to_end: int) -> None:
        """The PDU is ``octets[start:stop]``, a submit_sm; its destination_addr, without the NUL, is
        ``octets[to_start:to_end]``.
        """
        self.session = session
        self.octets = octets
        self.start = start
        self.stop = stop
        self._to_start = to_start
        self._to_end = to_end
        self.positional = octets[to_end + 4 : to_end + 6] == _NO_TIMES
        """Whether the fields behind destination_addr are where a submit_sm without times has them."""
        self._pdu: Pdu | None = None
        self._segment: SegmentInfo | bool | None = False
        # Found at once, because nearly every set of rules asks for them, and more than once.
        self.to = octets[to_start:to_end].decode("latin-1")
        """destination_addr; of a submit_multi one of them."""
        self.text = self._read_text()
        """The text of this PDU as its data_coding has it, without a user data header."""

    @classmethod
    def of(cls, session: Session, pdu: Pdu, destination_addr: str) -> MessageFacts:
        """The facts of a decoded PDU; of a submit_multi for one of its destinations."""
        facts = cls.__new__(cls)
        facts.session = session
        facts.octets = pdu.octets
        facts.start, facts.stop = 0, len(pdu.octets)
        facts._to_start = facts._to_end = 0
        facts.positional = False
        facts._pdu = pdu
        facts._segment = False
        facts.to = destination_addr
        facts.text = facts._read_text()
        return facts

    @property
    def pdu(self) -> Pdu:
        """The whole PDU."""
        if self._pdu is None:
            self._pdu = Pdu(self.octets[self.start : self.stop])
        return self._pdu

    @property
    def sequence_number(self) -> bytes:
        """As it stands on the wire."""
        return self.octets[self.start + 12 : self.start + 16]

    def _read_text(self) -> str:
        octets, end = self.octets, self._to_end
        account = self.session.account
        default = account.profile.alphabet if account is not None else _GSM7
        if self.positional and not octets[end + 1] & 0x40:
            begin = end + 11
            # A plain short_message, and nothing behind it.
            if begin + octets[end + 10] == self.stop:
                self._segment = None
                if default == _GSM7 and not octets[end + 8]:
                    return gsm7.decode(octets[begin : self.stop])
                return decode_text(octets[begin : self.stop], octets[end + 8], default)
        return user_text(self.pdu.fields, self.pdu.tlvs, default)

    @property
    def segment(self) -> SegmentInfo | None:
        """Which part of a long message this is; None when it is a message by itself."""
        if self._segment is False:
            try:
                self._segment = segment_of(self.pdu.fields, self.pdu.tlvs)
            except WireError:
                self._segment = None
        assert not isinstance(self._segment, bool), "set just above"
        return self._segment

    def source(self) -> str:
        """source_addr where there are no times: it stands between service_type and destination_addr."""
        octets = self.octets
        begin = octets.index(0, self.start + HEADER_LENGTH) + 3
        return octets[begin : self._to_start - 3].decode("latin-1")

    def number(self, key: str, distance: int) -> int:
        """An integer field that stands ``distance`` octets behind destination_addr when there are no times."""
        if self.positional:
            return self.octets[self._to_end + distance]
        value = self.pdu.fields.get(key, 0)
        return value if isinstance(value, int) else 0

    def value(self, key: str) -> Value:
        """What the message has under ``key``."""
        known = MESSAGE_KEYS.get(key)
        if known is not None:
            return known(self)
        return pdu_value(self.pdu, key)

    def scope(self, scope: Scope) -> Hashable:
        """What a gate of this scope counts this message under."""
        if scope == "session":
            return self.session.number
        if scope == "account":
            return self.value("account")
        if scope == "to":
            return normal_address(self.to)
        if scope == "from":
            return normal_address(_from(self))
        return self.fingerprint() if scope == "message" else None

    def fingerprint(self) -> bytes:
        """account, from, to, text and part: the same for a client's repetition of the message.

        The reference number of a long message is not in it: a repetition may have another.
        """
        segment = self.segment
        part = f"{segment.sequence}/{segment.total}" if segment is not None else ""
        about = (self.value("account"), self.scope("from"), self.scope("to"), self.text, part)
        return _short("\0".join(map(str, about)))


class PduFacts:
    """Any other PDU of the ESME: a bind, a query_sm, a deliver_sm_resp ...

    Requests have been checked; of a response that cannot be decoded nothing is there but its header.
    """

    __slots__ = ("_fields", "pdu", "session")

    def __init__(self, session: Session, pdu: Pdu) -> None:
        self.session = session
        self.pdu = pdu
        self._fields: Mapping[str, object] = {}
        with suppress(WireError):
            self._fields = pdu.fields

    def value(self, key: str) -> Value:
        """What the PDU, or its session, has under ``key``."""
        if key == "account" and "system_id" in self._fields:
            return self._text("system_id")
        if key == "bind" and self.pdu.name.startswith("bind_"):
            return self.pdu.name.removeprefix("bind_")
        known = SESSION_KEYS.get(key)
        if known is not None:
            return known(self.session)
        if key in _ADDRESSES:
            return self._text(_ADDRESSES[key])
        return pdu_value(self.pdu, key)

    @property
    def sequence_number(self) -> bytes:
        """As it stands on the wire."""
        return self.pdu.octets[12:16]

    def _text(self, field: str) -> str | None:
        value = self._fields.get(field)
        return value if isinstance(value, str) else None

    def scope(self, scope: Scope) -> Hashable:
        """What a gate of this scope counts this PDU under."""
        if scope == "session":
            return self.session.number
        if scope == "message":
            return self.fingerprint()
        if scope in _ADDRESSES:
            return normal_address(self._text(_ADDRESSES[scope]) or "")
        return None if scope == "server" else self.value(scope)

    def values(self, number: int) -> dict[str, Any]:
        """What the placeholders of templates stand for; ``number``: of the event among those that its rule decided."""
        known = {"to": self.value("to"), "from": self.value("from"), "id": self._text("message_id")}
        return {"text": "", "n": number, **{name: value or "" for name, value in known.items()}}

    def fingerprint(self) -> bytes:
        """The account and the PDU without its sequence_number and, in a bind, without its password."""
        fields = [f"{name}={value!r}" for name, value in self._fields.items() if name != "password"]
        about = (self.pdu.name, str(self.value("account")), *fields)
        return _short("\0".join(about))


class ConnectionFacts:
    """A connection that has just been made."""

    __slots__ = ("session",)

    def __init__(self, session: Session) -> None:
        self.session = session

    @property
    def sequence_number(self) -> bytes:
        """There is none."""
        return b""

    def value(self, key: str) -> Value:
        """What the connection has under ``key``."""
        known = SESSION_KEYS.get(key)
        return known(self.session) if known is not None else None

    def scope(self, scope: Scope) -> Hashable:
        """What a gate of this scope counts this connection under."""
        return self.session.number if scope == "session" else None

    def fingerprint(self) -> bytes:
        """The address of the peer, without its port."""
        return self.session.host.encode()


def pdu_value(pdu: Pdu, key: str) -> Value:
    """A field of the PDU by its SMPP name, ``command_status``, or a TLV as ``tlv:NAME``.

    None when it is not there, or cannot be read.
    """
    if key == "command_status":
        return pdu.command_status
    try:
        value = pdu.tlv(key.removeprefix(_BARE_TLV)) if key.startswith(_BARE_TLV) else pdu.fields.get(key)
    except WireError:
        return None
    return value if isinstance(value, (int, str, bytes)) else None


def _account(session: Session) -> Value:
    return session.account.system_id if session.account is not None else None


SESSION_KEYS: Final[Mapping[str, Callable[[Session], Value]]] = {
    "account": _account,
    "bind": lambda session: session.bind_type or None,
    "peer": lambda session: session.peer,
    "tls": lambda session: bool(session.tls),
}
"""Keys that every event has."""

_ADDRESSES: Final = {"from": "source_addr", "to": "destination_addr"}


def _keyword(facts: MessageFacts) -> Value:
    words = facts.text.split(maxsplit=1)
    return words[0] if words else None


def _receipt(facts: MessageFacts) -> Value:
    return bool(facts.number("registered_delivery", 6) & 0x13)


def _part(facts: MessageFacts) -> Value:
    return facts.segment.sequence if facts.segment is not None else 1


def _parts(facts: MessageFacts) -> Value:
    return facts.segment.total if facts.segment is not None else 1


def _from(facts: MessageFacts) -> str:
    if facts.positional:
        return facts.source()
    return str(facts.pdu.fields.get("source_addr", ""))


MESSAGE_KEYS: Final[Mapping[str, Callable[[MessageFacts], Value]]] = {
    "account": lambda facts: _account(facts.session),
    "bind": lambda facts: facts.session.bind_type or None,
    "peer": lambda facts: facts.session.peer,
    "tls": lambda facts: bool(facts.session.tls),
    "to": lambda facts: facts.to,
    "from": _from,
    "text": lambda facts: facts.text,
    "keyword": _keyword,
    "coding": lambda facts: facts.number("data_coding", 8),
    "length": lambda facts: len(facts.text),
    "parts": _parts,
    "part": _part,
    "receipt": _receipt,
    "registered_delivery": lambda facts: facts.number("registered_delivery", 6),
    "esm_class": lambda facts: facts.number("esm_class", 1),
    "protocol_id": lambda facts: facts.number("protocol_id", 2),
    "priority_flag": lambda facts: facts.number("priority_flag", 3),
    "data_coding": lambda facts: facts.number("data_coding", 8),
}
"""Keys of messages; any other is a field or a TLV of the PDU."""

FLAG_KEYS: Final = frozenset(
    {
        "coding",
        "data_coding",
        "receipt",
        "registered_delivery",
        "esm_class",
        "protocol_id",
        "priority_flag",
    }
)
"""Keys of messages that the octets from esm_class to sm_default_msg_id settle."""
