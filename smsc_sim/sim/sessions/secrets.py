"""Keeping passwords out of what is kept and shown."""

from __future__ import annotations

from contextlib import suppress

from smsc_sim.smpp.commands import CommandId
from smsc_sim.smpp.errors import FramingError
from smsc_sim.smpp.framing import HEADER_LENGTH, next_stop

WITH_PASSWORD = frozenset(
    {CommandId.BIND_TRANSMITTER, CommandId.BIND_RECEIVER, CommandId.BIND_TRANSCEIVER, CommandId.OUTBIND}
)
"""PDUs whose second field is a password (SMPP 3.4 sections 4.1 and 4.1.7)."""


def without_passwords(octets: bytes) -> bytes:
    """PDUs, the password of each bind overwritten with ``*``; a broken bind from its second field on.

    Octets whose command_length cannot be followed are taken for one PDU to their end.
    """
    pieces = bytearray(octets)
    offset = 0
    while offset < len(octets):
        stop = len(octets)
        with suppress(FramingError):
            stop = next_stop(octets, offset, len(octets)) or stop
        if int.from_bytes(octets[offset + 4 : offset + 8], "big") in WITH_PASSWORD:
            start = octets.find(0, offset + HEADER_LENGTH, stop) + 1
            if start:
                end = octets.find(0, start, stop)
                end = stop if end < 0 else end
                pieces[start:end] = b"*" * (end - start)
        offset = stop
    return bytes(pieces)
