"""Packets for captures: IPv4 or IPv6 with TCP around octets, and the records of a pcap file."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from struct import Struct
from typing import Final

LINKTYPE_RAW: Final = 101
"""Packets begin with their IPv4 or IPv6 header; the version is in the first four bits."""

SNAPLEN: Final = 262144
"""Octets of the longest packet, as the file's header states it."""

FIN: Final = 0x01
SYN: Final = 0x02
RST: Final = 0x04
PSH: Final = 0x08
ACK: Final = 0x10
"""TCP flags (RFC 9293 section 3.1)."""

SEGMENT: Final = 65000
"""Octets of the longest segment: with its headers it stays below the 65535 octets of an IP packet."""

_FILE = Struct("<IHHiIII")
_RECORD = Struct("<IIII")
_IPV4 = Struct(">BBHHHBBH4s4s")
_IPV6 = Struct(">IHBB16s16s")
_TCP = Struct(">HHIIBBHHH")
_MODULUS: Final = 0x1_0000_0000
_TCP_PROTOCOL: Final = 6
_SYN_OPTIONS: Final = bytes.fromhex("0204ffff 0103030e")
"""Maximum segment size 65535; no operation; window scale 14, so that no burst is larger than the window."""

FILE_HEADER: Final = _FILE.pack(0xA1B2C3D4, 2, 4, 0, 0, SNAPLEN, LINKTYPE_RAW)
"""The beginning of a pcap file with instants in microseconds."""


@dataclass(frozen=True, slots=True)
class Address:
    """One end of a connection."""

    ip: bytes
    """4 or 16 octets."""
    port: int

    @classmethod
    def of(cls, text: str) -> Address | None:
        """Read ``192.0.2.1:51234`` or ``[2001:db8::1]:51234``; None for anything else, such as ``unix``."""
        host, colon, port = text.rpartition(":")
        try:
            ip = ipaddress.ip_address(host.removeprefix("[").removesuffix("]").partition("%")[0])
            return cls(ip.packed, int(port) & 0xFFFF) if colon else None
        except ValueError:
            return None


def record(at: float, packet: bytes) -> bytes:
    """One packet of a capture; ``at``: seconds since the epoch."""
    seconds, microseconds = divmod(round(at * 1_000_000), 1_000_000)
    return _RECORD.pack(seconds & 0xFFFFFFFF, microseconds, len(packet), len(packet)) + packet


def packet(source: Address, destination: Address, sequence: int, acknowledged: int, flags: int, octets: bytes) -> bytes:
    """An IP packet with one TCP segment, checksums and all; both addresses are of one IP version."""
    options = _SYN_OPTIONS if flags & SYN else b""
    offset = (_TCP.size + len(options)) // 4 << 4
    ports = source.port, destination.port
    numbers = sequence % _MODULUS, acknowledged % _MODULUS
    length = _TCP.size + len(options) + len(octets)
    pseudo = source.ip + destination.ip + length.to_bytes(4, "big") + _TCP_PROTOCOL.to_bytes(4, "big")
    body = _TCP.pack(*ports, *numbers, offset, flags, 0xFFFF, 0, 0) + options + octets
    body = body[:16] + _checksum(pseudo + body).to_bytes(2, "big") + body[18:]
    if len(source.ip) == 16:
        return _IPV6.pack(0x6000_0000, length, _TCP_PROTOCOL, 64, source.ip, destination.ip) + body
    fields = 0x45, 0, _IPV4.size + length, 0, 0x4000, 64, _TCP_PROTOCOL
    head = _IPV4.pack(*fields, 0, source.ip, destination.ip)
    return _IPV4.pack(*fields, _checksum(head), source.ip, destination.ip) + body


def _checksum(octets: bytes) -> int:
    """The Internet checksum (RFC 1071)."""
    if len(octets) % 2:
        octets += b"\0"
    # 65536 is 1 modulo 65535, so the sum of all 16 bit words is the number itself modulo 65535.
    return 0xFFFF - int.from_bytes(octets, "big") % 0xFFFF
