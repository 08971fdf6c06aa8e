"""outbind: the SMSC asks an ESME that waits for connections to bind (SMPP 3.4 section 4.1.7)."""

from __future__ import annotations

from dataclasses import dataclass, field

from smsc_sim.smpp.commands import CommandId
from smsc_sim.smpp.pdu import encode


@dataclass(frozen=True, slots=True)
class Outbind:
    """What an outbind says.  Raises EncodeError when a field is too long."""

    system_id: str
    """Of the SMSC, up to 15 octets."""
    password: str = field(default="", repr=False)
    """By which the ESME knows the SMSC, up to 8 octets."""

    def __post_init__(self) -> None:
        self.encode(1)

    def encode(self, sequence_number: int) -> bytes:
        """The PDU."""
        fields = {"system_id": self.system_id, "password": self.password}
        return encode(CommandId.OUTBIND, sequence_number=sequence_number, fields=fields)
