"""Rare events of the journal: small facts beside the octets, one class for each kind.

To add a kind: a class here with its ``kind`` as tag, and its name in :data:`KINDS`.
"""

from __future__ import annotations

from typing import Final, Literal, TypeAlias

from msgspec import Struct

LONGEST_TEXT: Final = 2000
"""Characters of one text that a note keeps; what is longer is cut, so that a note stays small."""


def cut(text: str) -> str:
    """The text, or its beginning with an ellipsis."""
    return text if len(text) <= LONGEST_TEXT else text[:LONGEST_TEXT] + "…"


class JournalNote(Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="kind", gc=False):
    """What every note has."""

    at: float
    """Seconds since the epoch."""
    session: int = 0
    """Number of the session that it is about; 0: none."""
    account: str = ""
    """system_id, where the note is about an account and no session."""

    def words(self) -> str:
        """The event in one line for people; texts of others in it are not made harmless yet."""
        raise NotImplementedError


class SessionNote(JournalNote, frozen=True, kw_only=True, tag="session"):
    """A step in the life of a session."""

    what: Literal["connected", "bound", "bind_refused", "unbinding", "unbound", "frozen", "ending", "closed"]
    """``unbinding``: an unbind of ours is on its way; ``ending``: the SMSC ends the connection; ``closed``: it is
    gone."""
    peer: str = ""
    """Address and port of the ESME, such as ``127.0.0.1:51234``."""
    bind: str = ""
    """``transmitter``, ``receiver`` or ``transceiver``."""
    reset: bool = False
    """Whether it ends with a TCP reset."""
    reason: str = ""

    def words(self) -> str:
        """Such as ``closed: no bind within 30 s``."""
        about = {"connected": f" from {self.peer}", "bound": f" as {self.bind}"}.get(self.what, "")
        return f"{self.what.replace('_', ' ')}{about}" + (f": {self.reason}" if self.reason else "")


class Tried(Struct, frozen=True):
    """A rule that was asked and did not decide."""

    rule: str
    because: str


class DecisionNote(JournalNote, frozen=True, kw_only=True, tag="decision"):
    """What the rules said about one event."""

    event: str
    """Such as ``bind`` or ``submit_sm``."""
    rule: str
    """The name of the rule that decided; empty: none did."""
    where: str = ""
    """Where it is written: ``scenario.yaml:7``."""
    sequence_number: int | None = None
    message: str = ""
    """Such as ``m-31``; empty where the event brought no message."""
    status: str = ""
    """Name of the command_status of the reply; empty where there is no reply."""
    command_status: int | None = None
    how: str = ""
    """``response``, ``nack`` or ``none``."""
    tried: tuple[Tried, ...] = ()

    def words(self) -> str:
        """Such as ``bind: rule 'night' says ESME_RBINDFAIL``."""
        says = f" says {self.status or self.how}" if self.status or self.how else ""
        return f"{self.event}: rule '{self.rule}'{says}" if self.rule else f"{self.event}: no rule decided"


class ReceiptNote(JournalNote, frozen=True, kw_only=True, tag="receipt"):
    """What became of receipts and messages of subscribers, where it is not to be seen in the PDUs alone."""

    what: Literal["scheduled", "sent", "acknowledged", "refused", "waiting", "expired", "discarded"]
    """``waiting``: due, and the account has no bind that receives; ``expired``: not answered within the response
    timer; ``discarded``: given up for good."""
    message: str = ""
    """Such as ``m-31``: of a subscriber's message; of a receipt there is its message_id."""
    message_id: str = ""
    """As the response to the message had it; empty where the note is about several."""
    state: str = ""
    """Name of the message_state, where known."""
    status: str = ""
    """Name of the command_status with which it was refused."""
    again_at: float = 0.0
    """When the next attempt is due, seconds since the epoch; 0: none."""
    count: int = 1
    """How many receipts."""

    def words(self) -> str:
        """Such as ``receipt of 00000001 refused with ESME_RSYSERR``."""
        whose = f"receipt of {self.message_id}" if self.message_id else self.message or f"{self.count} receipt(s)"
        return f"{whose} {self.what}" + (f" with {self.status}" if self.status else "")


class MoNote(JournalNote, frozen=True, kw_only=True, tag="mo"):
    """A message of a subscriber is given to an account."""

    message: str = ""
    """Such as ``m-31``: its first PDU."""
    parts: int = 1
    """PDUs that it takes."""

    def words(self) -> str:
        """Such as ``MO m-31 for acme, 2 PDUs``."""
        return f"MO {self.message} for {self.account}, {self.parts} PDU(s)"


class SwitchNote(JournalNote, frozen=True, kw_only=True, tag="switch"):
    """A switch was put on or off."""

    name: str
    active: bool
    until: float = 0.0
    """When it goes off by itself, seconds since the epoch; 0: it does not."""

    def words(self) -> str:
        """Such as ``switch 'outage' on``."""
        return f"switch '{self.name}' {'on' if self.active else 'off'}"


class ClockNote(JournalNote, frozen=True, kw_only=True, tag="clock"):
    """Somebody moved the clock; ``at`` is the instant after that."""

    advanced: float
    """Seconds."""

    def words(self) -> str:
        """Such as ``clock advanced by 3600 s``."""
        return f"clock advanced by {self.advanced:g} s"


class MarkNote(JournalNote, frozen=True, kw_only=True, tag="mark"):
    """A point in the journal that somebody will ask from."""

    name: str = ""

    def words(self) -> str:
        """Such as ``mark before the second bind``."""
        return f"mark {self.name}".rstrip()


class ResetNote(JournalNote, frozen=True, kw_only=True, tag="reset"):
    """State was put back to its beginning."""

    what: tuple[str, ...]
    """``messages``, ``counters``, ``switches`` ..."""

    def words(self) -> str:
        """Such as ``reset of messages, counters``."""
        return f"reset of {', '.join(self.what)}" + (f" of {self.account}" if self.account else "")


class ScenarioNote(JournalNote, frozen=True, kw_only=True, tag="scenario"):
    """A scenario came into force, or was refused."""

    what: Literal["in force", "refused"]
    rules: int = 0
    path: str = ""
    reason: str = ""
    """The first error of one that was refused."""

    def words(self) -> str:
        """Such as ``scenario in force, 7 rules``."""
        return f"scenario {self.what}" + (f": {self.reason}" if self.reason else f", {self.rules} rules")


class ProtocolErrorNote(JournalNote, frozen=True, kw_only=True, tag="protocol_error"):
    """A peer sent something wrong."""

    text: str
    hex: str = ""
    """The first of the offending octets in hexadecimal, without passwords."""

    def words(self) -> str:
        """What was wrong."""
        return self.text


AnyNote: TypeAlias = (
    SessionNote
    | DecisionNote
    | ReceiptNote
    | MoNote
    | SwitchNote
    | ClockNote
    | MarkNote
    | ResetNote
    | ScenarioNote
    | ProtocolErrorNote
)

KINDS: Final[frozenset[str]] = frozenset(
    {
        "pdu", "session", "decision", "receipt", "mo", "switch", "clock", "mark", "reset", "scenario",
        "protocol_error",
    }
)  # fmt: skip
"""Every kind of event: ``pdu`` for octets, the others for notes."""


def kind_of(note: JournalNote) -> str:
    """The kind of a note, one of :data:`KINDS`."""
    return str(note.__struct_config__.tag)
