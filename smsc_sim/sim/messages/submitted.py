"""A submitted message as later events need it: addresses, text, ids and instants."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from smsc_sim.scenario.ids import IdForm

if TYPE_CHECKING:
    from smsc_sim.sim.receipts.receipt import ReceiptRecord
    from smsc_sim.sim.sessions.account import Account


DEFAULT_VALIDITY = 86_400.0
"""Seconds that a message without a validity_period is valid."""


_PARTS_OF_A_FIRST_KEY = 2


@dataclass(frozen=True, slots=True)
class Submitted:
    """One message to one destination, accepted."""

    account: Account
    session: int
    """The number of the session that submitted it."""
    id: int
    """Of the stored message."""
    place: int
    """Which destination of the PDU it went to; 0 is the first."""
    message_id: str
    """As the response has it."""
    receipt_id: str | None
    """As the receipt's text has it; None: that part is left out."""
    tlv_id: str | None
    """As receipted_message_id has it; None: that TLV is left out."""
    source: bytes
    """source_addr_ton, source_addr_npi and source_addr with its NUL."""
    destination: bytes
    """dest_addr_ton, dest_addr_npi and destination_addr with its NUL."""
    text: str
    quoted: bytes
    """The beginning of the text as a receipt quotes it, in the default alphabet."""
    registered_delivery: int
    accepted_at: float
    """Seconds since the epoch."""
    scheduled_at: float
    """Its schedule_delivery_time, seconds since the epoch; 0 when it has none."""
    expires_at: float
    """When its validity period ends, seconds since the epoch."""
    has_validity: bool
    """Whether it says so itself."""
    serial: int
    """The number that its ids are forms of."""
    has_usual_id: bool
    """Whether response, text and TLV all have the id as the message path writes it."""
    number: int = 0
    """How many messages the rule has decided, this one included."""
    revision: int = 0
    """Not 0 once it has been replaced or cancelled, and then never the same twice."""

    @property
    def key(self) -> bytes:
        """What keys of its receipts begin with; no other message has it, nor this one before it was revised."""
        if self.revision:
            return b"%d-m%d-%d" % (self.serial, self.id, self.revision)
        return b"%d-%d" % (self.serial, self.place)

    @staticmethod
    def revision_in(key: bytes) -> int:
        """The revision of the message that a receipt of this key is for."""
        of_message = key.partition(b".")[0].split(b"-")
        return int(of_message[2]) if len(of_message) > _PARTS_OF_A_FIRST_KEY else 0

    def record(self, form: int) -> ReceiptRecord:
        """A receipt of the usual kind; its id is the one of the response."""
        return (
            self.message_id.encode("ascii"),
            b"\0" + self.destination,
            self.source,
            self.quoted,
            self.accepted_at,
            form,
            self.session,
        )

    def with_receipt_id(self, form: IdForm | None) -> Submitted:
        """The message with its id in the receipt written in another form; None: as it is."""
        if form is None:
            return self
        written = None if form.is_absent else form.format(self.serial)
        return replace(self, receipt_id=written, tlv_id=written)

    def values(self, now: float) -> dict[str, Any]:
        """What the placeholders of templates stand for at ``now``."""
        return {
            "to": address_text(self.destination),
            "from": address_text(self.source),
            "text": self.text,
            "id": self.message_id,
            "n": self.number,
            "now": now,
        }


def address_octets(ton: object, npi: object, address: object) -> bytes:
    """An address as its three fields stand on the wire."""
    assert isinstance(ton, int), "a decoded field"
    assert isinstance(npi, int), "a decoded field"
    return bytes([ton, npi]) + str(address).encode("latin-1") + b"\0"


def address_text(octets: bytes) -> str:
    """The digits or letters out of what :func:`address_octets` gives."""
    return octets[2:-1].decode("latin-1")
