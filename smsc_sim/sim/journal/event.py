"""Events: entries of the journal as people and programs read them, decoded when somebody looks."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timezone
from typing import Any, TypeAlias

from msgspec import Struct, field

from smsc_sim.sim.journal.directory import SessionDirectory, SessionEntry
from smsc_sim.sim.journal.notes import JournalNote, kind_of
from smsc_sim.sim.journal.record import Direction, Record
from smsc_sim.smpp import coding
from smsc_sim.smpp.commands import RESPONSE_BIT
from smsc_sim.smpp.errors import WireError
from smsc_sim.smpp.framing import HEADER_LENGTH, whole_frames
from smsc_sim.smpp.pdu import Pdu
from smsc_sim.smpp.segments import segment_of, user_text
from smsc_sim.smpp.status import name_of

Entry: TypeAlias = "Record | JournalNote"
"""One entry of the journal."""


class PduEvent(Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="kind", tag="pdu", gc=False):
    """One PDU, or octets that are none."""

    seq: int
    """Of the entry, which may have several PDUs."""
    n: int = 0
    """Which of its entry, 0 for the first."""
    t: datetime
    """UTC."""
    direction: str = field(name="dir")
    """``in``: from the ESME; ``out``: to it."""
    session: str
    """Such as ``s7``."""
    account: str = ""
    bind: str = ""
    pdu: str = ""
    """Name of the command, its number like ``0x00000999``, or empty for octets that are no whole PDU."""
    sequence_number: int | None = None
    status: str = ""
    """Name of the command_status of a response."""
    command_status: int | None = None
    """Of a response, and of a request where it is not 0."""
    message_id: str = ""
    destination: str = field(name="to", default="")
    """destination_addr; several of a submit_multi are joined by ``, ``."""
    source: str = field(name="from", default="")
    text: str = ""
    coding: str = ""
    """Name of the alphabet of the text, such as ``gsm7``."""
    data_coding: int | None = None
    part: int = 1
    """Which part of a long message this is."""
    parts: int = 1
    system_id: str = ""
    """Of a bind and its response."""
    broken: str = ""
    """What is wrong with the octets, in words; empty for a PDU that can be read."""
    hex: str
    """All octets, in hexadecimal."""

    @property
    def kind(self) -> str:
        """``pdu``."""
        return "pdu"

    @property
    def octets(self) -> bytes:
        """All octets."""
        return bytes.fromhex(self.hex)

    @property
    def at(self) -> float:
        """Seconds since the epoch."""
        return self.t.timestamp()

    def words(self) -> str:
        """The event in one line for people; texts of others in it are not made harmless yet."""
        if not self.pdu:
            return self.broken
        words = (self.pdu, str(self.sequence_number), self.status, self.about())
        return " ".join(word for word in words if word)

    def about(self) -> str:
        """What stands in its fields, as far as it is shown in one line."""
        words = [word for word in (self.message_id, self.system_id) if word]
        if self.source or self.destination:
            words.append(f"{self.source} → {self.destination}")
        if self.text:
            words.append(f"“{self.text}”")
        if self.broken:
            words.append(f"({self.broken})")
        return " ".join(words)


class NoteEvent(Struct, frozen=True, kw_only=True, gc=False):
    """A rare event."""

    seq: int
    t: datetime
    """UTC."""
    session: str = ""
    account: str = ""
    bind: str = ""
    note: JournalNote

    @property
    def n(self) -> int:
        """0: a note is alone in its entry."""
        return 0

    @property
    def kind(self) -> str:
        """One of :data:`~smsc_sim.sim.journal.notes.KINDS`."""
        return kind_of(self.note)

    @property
    def at(self) -> float:
        """Seconds since the epoch."""
        return self.note.at

    def words(self) -> str:
        """The event in one line for people; texts of others in it are not made harmless yet."""
        return self.note.words()


JournalEvent: TypeAlias = "PduEvent | NoteEvent"


class EventPage(Struct, frozen=True):
    """Some events in the order of their seq."""

    events: list[JournalEvent]
    cursor: int
    """The seq of the last entry that was looked at: go on from there."""
    more: bool
    """Whether there are entries behind it that were not looked at."""


def instant(at: float) -> datetime:
    """Seconds since the epoch as UTC, to the microsecond."""
    return datetime.fromtimestamp(at, timezone.utc)


def expand(seq: int, entry: Entry, sessions: SessionDirectory) -> Iterator[JournalEvent]:
    """The events of one entry: a note, or each PDU of a record and what is left behind them."""
    if isinstance(entry, JournalNote):
        session = sessions.get(entry.session) if entry.session else None
        known = session is not None and 0 < session.bound_seq <= seq
        yield NoteEvent(
            seq=seq,
            t=instant(entry.at),
            session=session.name if session is not None else "",
            account=session.account if session is not None and known else entry.account,
            bind=session.bind if session is not None and known else "",
            note=entry,
        )
        return
    at, number, direction, octets = entry
    session = sessions.get(number)
    t = instant(at)
    offset = n = 0
    for frame in whole_frames(octets):
        yield pdu_event(seq, n, t, direction, session, frame)
        offset += len(frame)
        n += 1
    if offset < len(octets):
        rest = octets[offset:]
        yield PduEvent(
            seq=seq,
            n=n,
            t=t,
            direction=direction.name.lower(),
            session=session.name,
            broken=f"{len(rest)} octet(s) that are no whole PDU",
            hex=rest.hex(),
            **_who(seq, session),
        )


def _who(seq: int, session: SessionEntry) -> dict[str, Any]:
    if 0 < session.bound_seq <= seq:
        return {"account": session.account, "bind": session.bind}
    return {}


def pdu_event(seq: int, n: int, t: datetime, direction: Direction, session: SessionEntry, octets: bytes) -> PduEvent:
    """One whole PDU as an event."""
    pdu = Pdu(octets)
    is_response = bool(pdu.command_id & RESPONSE_BIT)
    about: dict[str, Any] = {}
    broken = ""
    try:
        about = _about(pdu, session.alphabet)
    except WireError as error:
        broken = str(error)
    return PduEvent(
        seq=seq,
        n=n,
        t=t,
        direction=direction.name.lower(),
        session=session.name,
        pdu=pdu.name,
        sequence_number=pdu.sequence_number,
        status=name_of(pdu.command_status) if is_response or pdu.command_status else "",
        command_status=pdu.command_status if is_response or pdu.command_status else None,
        broken=broken,
        hex=octets.hex(),
        **_who(seq, session),
        **about,
    )


def _about(pdu: Pdu, alphabet: str) -> dict[str, Any]:
    """The fields that people look for first.  Raises WireError."""
    if pdu.command_length == HEADER_LENGTH or pdu.command is None:
        return {}
    fields = pdu.fields
    about: dict[str, Any] = {}
    for name, key in (("message_id", "message_id"), ("system_id", "system_id"), ("source_addr", "source")):
        if fields.get(name):
            about[key] = str(fields[name])
    destinations = fields.get("dest_addresses")
    if isinstance(destinations, list):
        about["destination"] = ", ".join(str(one.get("destination_addr", one.get("dl_name"))) for one in destinations)
    elif fields.get("destination_addr"):
        about["destination"] = str(fields["destination_addr"])
    data_coding = fields.get("data_coding")
    if isinstance(data_coding, int):
        about["data_coding"] = data_coding
        about["coding"] = coding.alphabet(data_coding, alphabet).name
        about["text"] = user_text(fields, pdu.tlvs, alphabet)
        segment = segment_of(fields, pdu.tlvs)
        if segment is not None:
            about["part"], about["parts"] = segment.sequence, segment.total
    return about
