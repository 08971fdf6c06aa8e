"""Keeping passwords out of what is kept and shown."""

from __future__ import annotations

from smsc_sim.smpp.commands import CommandId
from smsc_sim.smpp.framing import next_stop
from smsc_sim.smpp.pdu import Pdu

WITH_PASSWORD = frozenset(
    {CommandId.BIND_TRANSMITTER, CommandId.BIND_RECEIVER, CommandId.BIND_TRANSCEIVER, CommandId.OUTBIND}
)
"""PDUs whose second field is a password (SMPP 3.4 sections 4.1 and 4.1.7)."""


def without_passwords(octets: bytes) -> bytes:
    """Whole PDUs, the password of each bind overwritten with ``*``; a broken bind from its second field on."""
    pieces = bytearray(octets)
    offset = 0
    while (stop := next_stop(octets, offset, len(octets))) is not None:
        if Pdu(octets[offset:stop]).command_id in WITH_PASSWORD:
            start = octets.find(0, offset + 16, stop) + 1
            if start:
                end = octets.find(0, start, stop)
                end = stop if end < 0 else end
                pieces[start:end] = b"*" * (end - start)
        offset = stop
    return bytes(pieces)
