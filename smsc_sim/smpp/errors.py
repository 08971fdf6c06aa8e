"""What can be wrong on the wire, each error with its consequence.

`WireError` is the peer's fault and carries the command_status to answer with. `FramingError` is the peer's
fault too, but the octet stream cannot be followed any further. `EncodeError` is ours: a PDU that cannot be
put on the wire.
"""

from __future__ import annotations

from smsc_sim.smpp.status import name_of


class SmppError(Exception):
    """Base of everything this package raises about SMPP octets and values."""


class WireError(SmppError):
    """A PDU is framed well but its octets are not what SMPP allows.

    `status` is the command_status for the answer; `field` is a path such as "destination_addr",
    "tlv.sar_msg_ref_num" or "dest_addresses[2].dest_flag"; `offset` counts octets from the first one of
    command_length; `reason` is a sentence part for people.
    """

    def __init__(self, status: int, field: str, offset: int, reason: str) -> None:
        super().__init__(status, field, offset, reason)
        self.status = status
        self.field = field
        self.offset = offset
        self.reason = reason

    def __str__(self) -> str:
        return f"{self.field} at octet {self.offset}: {self.reason} ({name_of(self.status)})"


class FramingError(SmppError):
    """The command_length cannot be right, so where the next PDU starts is unknown.

    The answer is a generic_nack with ESME_RINVCMDLEN and `sequence_number`, and then the connection is
    closed. `sequence_number` is 0 when no usable header was read (SMPP 3.4 section 4.3.1). `frames` are the
    whole PDUs that came in the same read before the bad one; they are good and still to be served.
    """

    def __init__(self, command_length: int, sequence_number: int, reason: str, frames: tuple[bytes, ...] = ()) -> None:
        super().__init__(command_length, sequence_number, reason, frames)
        self.command_length = command_length
        self.sequence_number = sequence_number
        self.reason = reason
        self.frames = frames

    def __str__(self) -> str:
        return f"command_length {self.command_length}: {self.reason}"


class EncodeError(SmppError, ValueError):
    """A value of ours does not fit its field; `field` is a path as in `WireError`."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(field, reason)
        self.field = field
        self.reason = reason

    def __str__(self) -> str:
        return f"{self.field}: {self.reason}"
