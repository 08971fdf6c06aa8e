"""A PDU that is kept, looked at for the part of a message that it carries."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from smsc_sim.smpp import segments
from smsc_sim.smpp.coding import Alphabet
from smsc_sim.smpp.errors import SmppError
from smsc_sim.smpp.pdu import Pdu
from smsc_sim.smpp.segments import SegmentInfo, Style


class StoredPart(Protocol):
    """One PDU as it is kept, with one of its destinations."""

    @property
    def id(self) -> int:
        """Ids ascend in the order in which PDUs came."""

    @property
    def at(self) -> float:
        """When it came, seconds since the epoch."""

    @property
    def direction(self) -> str:
        """``mt`` or ``mo``."""

    @property
    def account(self) -> str:
        """The system_id."""

    @property
    def source(self) -> str:
        """The address it comes from."""

    @property
    def destination(self) -> str:
        """The address it goes to."""

    @property
    def octets(self) -> bytes:
        """The PDU: a submit_sm, data_sm, submit_multi or deliver_sm."""


def decoded(stored: StoredPart) -> Pdu | None:
    """The PDU, if its fields and TLVs can be told apart."""
    try:
        pdu = Pdu(stored.octets)
        _ = pdu.tlvs
    except SmppError:
        return None
    return pdu


def text_of(stored: StoredPart, default: str, read_as: Alphabet | None = None) -> str:
    """The text of one PDU; empty when it cannot be decoded."""
    pdu = decoded(stored)
    return segments.user_text(pdu.fields, pdu.tlvs, default, read_as) if pdu else ""


@dataclass(frozen=True, slots=True)
class SeenPart:
    """What is to be known of one stored PDU."""

    info: SegmentInfo | None
    style: Style
    content: bytes
    """Its octets behind the header, or all user data, with data_coding: what makes a part the same part."""
    data_coding: int
    malformed: bool

    @property
    def sequence(self) -> int:
        """Which part it is, from 1."""
        return self.info.sequence if self.info is not None else 1

    @classmethod
    def of(cls, stored: StoredPart) -> SeenPart:
        """Look at a PDU; nothing in it raises."""
        pdu = decoded(stored)
        if pdu is None:
            return cls(None, "none", stored.octets, 0, malformed=True)
        malformed = False
        info = None
        try:
            info = segments.segment_of(pdu.fields, pdu.tlvs)
        except SmppError:
            malformed = True
        data_coding = pdu.fields.get("data_coding", 0)
        assert isinstance(data_coding, int), "a decoded field"
        octets = segments.user_data(pdu.fields, pdu.tlvs)
        style: Style = "payload" if octets and not pdu.fields.get("short_message") else "none"
        return cls(info, info.style if info else style, bytes([data_coding]) + octets, data_coding, malformed)
