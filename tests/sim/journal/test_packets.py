"""Packets for captures, octet by octet."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smsc_sim.sim.journal.packets import ACK, PSH, SYN, Address, packet, record


def words(octets: bytes) -> int:
    """The one's complement sum of RFC 1071, the plain way."""
    total = 0
    for index in range(0, len(octets + b"\0") // 2 * 2, 2):
        total += int.from_bytes(octets[index : index + 2].ljust(2, b"\0"), "big")
        total = (total & 0xFFFF) + (total >> 16)
    return total


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("192.0.2.1:51234", Address(bytes([192, 0, 2, 1]), 51234)),
        ("[2001:db8::1]:2775", Address(bytes.fromhex("20010db8000000000000000000000001"), 2775)),
        ("[fe80::1%eth0]:1", Address(bytes.fromhex("fe800000000000000000000000000001"), 1)),
        ("unix", None),
        ("", None),
        ("192.0.2.1", None),
        ("192.0.2.1:port", None),
        ("host.example:1", None),
    ],
)
def test_addresses(text: str, expected: Address | None) -> None:
    assert Address.of(text) == expected


@given(
    st.sampled_from([4, 16]).flatmap(lambda size: st.tuples(*[st.binary(min_size=size, max_size=size)] * 2)),
    st.tuples(*[st.integers(0, 0xFFFF)] * 2),
    st.tuples(*[st.integers(0, 1 << 33)] * 2),
    st.sampled_from([SYN, SYN | ACK, PSH | ACK]),
    st.binary(max_size=100),
)
def test_checksums_and_lengths_are_right(
    ips: tuple[bytes, bytes], ports: tuple[int, int], numbers: tuple[int, int], flags: int, octets: bytes
) -> None:
    source, destination = (Address(ip, port) for ip, port in zip(ips, ports, strict=True))
    made = packet(source, destination, *numbers, flags, octets)
    size = 20 if len(ips[0]) == 4 else 40
    tcp = made[size:]
    pseudo = ips[0] + ips[1] + struct.pack(">II", len(tcp), 6)
    assert words(pseudo + tcp) == 0xFFFF
    if size == 20:
        assert words(made[:20]) == 0xFFFF
        assert struct.unpack_from(">H", made, 2) == (len(made),)
    else:
        assert struct.unpack_from(">H", made, 4) == (len(tcp),)
    assert made[0] >> 4 == (4 if size == 20 else 6)
    assert struct.unpack_from(">HHII", tcp) == (*ports, numbers[0] % (1 << 32), numbers[1] % (1 << 32))
    offset = tcp[12] >> 4
    assert tcp[offset * 4 :] == octets
    assert (offset, tcp[13]) == (7 if flags & SYN else 5, flags)


def test_a_record_has_its_instant_to_the_microsecond() -> None:
    assert record(1.9999996, b"abc") == struct.pack("<IIII", 2, 0, 3, 3) + b"abc"
    assert record(1_795_326_824.120391, b"")[:8] == struct.pack("<II", 1_795_326_824, 120_391)
