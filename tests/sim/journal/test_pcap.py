"""The journal as a capture file; tests/e2e has Wireshark's opinion of one."""

from __future__ import annotations

import struct
from collections.abc import Iterable
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smsc_sim.sim.journal import Direction, Evicted, Journal
from smsc_sim.sim.journal.packets import ACK, FIN, PSH, RST, SEGMENT, SYN
from smsc_sim.sim.journal.pcap import export
from smsc_sim.sim.sessions.session import Ending
from tests.sim.hostile import hostile_journal
from tests.sim.playing import ALPHA, Play, SubmitSm, bind_octets, rule

SERVER, CLIENT = "192.0.2.9:2775", "192.0.2.1:40000"
SHAKE = [(SYN, b""), (SYN | ACK, b""), (ACK, b"")]


@dataclass(frozen=True)
class Packet:
    at: float
    ports: tuple[int, int]
    sequence: int
    acknowledged: int
    flags: int
    octets: bytes


def packets(chunks: Iterable[bytes]) -> list[Packet]:
    capture = b"".join(chunks)
    assert struct.unpack_from("<IHHiIII", capture) == (0xA1B2C3D4, 2, 4, 0, 0, 262144, 101)
    found, offset = [], 24
    while offset < len(capture):
        seconds, microseconds, size, original = struct.unpack_from("<IIII", capture, offset)
        assert size == original <= 65535
        ip = capture[offset + 16 : offset + 16 + size]
        tcp = ip[20 if ip[0] >> 4 == 4 else 40 :]
        source, destination, sequence, acknowledged, words, flags = struct.unpack_from(">HHIIBB", tcp)
        octets = tcp[(words >> 4) * 4 :]
        at = seconds + microseconds / 1_000_000
        found.append(Packet(at, (source, destination), sequence, acknowledged, flags, octets))
        offset += 16 + size
    return found


def brief(chunks: Iterable[bytes]) -> list[tuple[int, bytes]]:
    return [(packet.flags, packet.octets) for packet in packets(chunks)]


def connected(peer: str = CLIENT, local: str = SERVER) -> Journal:
    journal = Journal(1_000_000)
    journal.connected(1.0, 1, peer, local=local)
    return journal


def test_one_packet_for_each_read_and_write_between_handshake_and_end() -> None:
    journal = connected()
    journal.record(2.0, 1, Direction.IN, b"request")
    journal.record(3.0, 1, Direction.OUT, b"answer")
    journal.closed(4.0, 1)
    found = packets(export(journal))
    assert [(each.flags, each.octets) for each in found] == [
        *SHAKE,
        (PSH | ACK, b"request"),
        (PSH | ACK, b"answer"),
        (FIN | ACK, b""),
        (FIN | ACK, b""),
        (ACK, b""),
    ]
    assert [each.at for each in found] == [1.0, 1.0, 1.0, 2.0, 3.0, 4.0, 4.0, 4.0]
    assert [each.ports[0] for each in found] == [40000, 2775, 40000, 40000, 2775, 40000, 2775, 40000]


@given(st.lists(st.tuples(st.sampled_from(Direction), st.binary(max_size=300)), max_size=20), st.booleans())
def test_numbers_follow_each_other(parts: list[tuple[Direction, bytes]], over_ipv6: bool) -> None:
    journal = connected(*(("[2001:db8::1]:40000", "[2001:db8::2]:2775") if over_ipv6 else (CLIENT, SERVER)))
    for direction, octets in parts:
        journal.record(2.0, 1, direction, octets)
    journal.closed(3.0, 1)
    expected: dict[int, int] = {}
    streams = {40000: b"", 2775: b""}
    for each in packets(export(journal)):
        ours, other = each.ports
        assert each.sequence == expected.get(ours, each.sequence)
        if each.flags & ACK:
            assert each.acknowledged == expected[other]
        expected[ours] = each.sequence + len(each.octets) + bool(each.flags & (SYN | FIN))
        streams[ours] += each.octets
    assert streams[40000] == b"".join(octets for direction, octets in parts if direction is Direction.IN)
    assert streams[2775] == b"".join(octets for direction, octets in parts if direction is Direction.OUT)


def test_a_large_write_is_cut_into_segments() -> None:
    journal = connected()
    octets = bytes(range(256)) * 600
    journal.record(2.0, 1, Direction.OUT, octets)
    sizes = [len(each) for flags, each in brief(export(journal))[3:]]
    assert sizes == [SEGMENT, SEGMENT, len(octets) - 2 * SEGMENT]
    assert b"".join(each for _, each in brief(export(journal))) == octets


@pytest.mark.parametrize(
    ("by_us", "reason", "expected"),
    [
        (None, "", [(40000, FIN | ACK), (2775, FIN | ACK), (40000, ACK)]),
        (None, "Connection reset by peer", [(40000, RST | ACK)]),
        (Ending.CLOSE, "", [(2775, FIN | ACK), (40000, FIN | ACK), (2775, ACK)]),
        (Ending.CLOSE, "Connection reset by peer", [(2775, FIN | ACK), (40000, RST | ACK)]),
        (Ending.ABORT, "Connection was aborted", [(2775, RST | ACK)]),
    ],
)
def test_the_end_is_as_it_was(by_us: Ending | None, reason: str, expected: list[tuple[int, int]]) -> None:
    game = Play()
    session = game.smsc.connected("192.0.2.1:40000", "192.0.2.1", game.now, local="192.0.2.9:2775")
    if by_us is not None:
        game.smsc.end(session, game.now, "for a test", "info", by_us)
    game.smsc.disconnected(session, game.now, reason)
    assert [(each.ports[0], each.flags) for each in packets(export(game.smsc.journal))[3:]] == expected


def test_a_cut_response_followed_by_a_reset_looks_like_one() -> None:
    game = Play(ALPHA, scenario=rule("when: {to: '*'}, reply: {cut_after: 9, then: reset}"))
    esme = game.bind()
    esme.raw = True
    esme.give(SubmitSm().wire(2))
    esme.hang_up("Connection was aborted")
    (_, cut), (flags, nothing) = brief(export(game.smsc.journal))[-2:]
    assert len(cut) == 9
    assert (flags, nothing) == (RST | ACK, b"")


def test_a_session_whose_beginning_is_gone_begins_with_a_handshake() -> None:
    journal = Journal(3 * 250)
    journal.connected(1.0, 1, CLIENT, local=SERVER)
    for index in range(6):
        journal.record(2.0 + index, 1, Direction.IN, b"x%d" % index)
    found = packets(export(journal))
    assert [(each.flags, each.octets) for each in found] == [
        *SHAKE,
        *((PSH | ACK, b"x%d" % each) for each in (3, 4, 5)),
    ]
    assert found[0].at == found[3].at == 5.0
    assert found[0].ports == (40000, 2775)
    with pytest.raises(Evicted):
        export(journal, after=0)


def test_the_end_of_a_session_of_which_nothing_else_is_held_is_nothing() -> None:
    journal = Journal(450)
    journal.connected(1.0, 1, CLIENT)
    journal.closed(2.0, 1)
    assert len(journal) == 1
    assert packets(export(journal)) == []


def test_one_session_and_what_is_new() -> None:
    journal = connected()
    journal.connected(1.0, 2, "192.0.2.1:40001", local=SERVER)
    for number in (1, 2, 1):
        journal.record(2.0, number, Direction.IN, b"x%d" % number)
    assert {frozenset(each.ports) for each in packets(export(journal, session=2))} == {frozenset({40001, 2775})}
    assert brief(export(journal, after=4)) == [*SHAKE, (PSH | ACK, b"x1")]


@pytest.mark.parametrize(
    ("peer", "local", "port", "ports"),
    [
        ("unix", "unix", None, (49153, 2775)),
        ("[::ffff:192.0.2.1]:40000", "192.0.2.9:3550", None, (40000, 3550)),
        (CLIENT, "", None, (40000, 2775)),
        (CLIENT, "192.0.2.9:8080", 2775, (40000, 2775)),
    ],
)
def test_ends_that_are_not_known(peer: str, local: str, port: int | None, ports: tuple[int, int]) -> None:
    journal = connected(peer, local)
    assert packets(export(journal, port=port))[0].ports == ports


def test_passwords_are_masked_even_where_the_journal_has_them() -> None:
    journal = connected()
    journal.record(2.0, 1, Direction.IN, bind_octets(password="hunter22"))
    capture = b"".join(export(journal))
    assert b"hunter22" not in capture
    assert b"alpha\0********\0" in capture


def test_hostile_octets_arrive_unharmed() -> None:
    journal = hostile_journal()
    sent = b"".join(each.octets for each in packets(export(journal)) if each.ports[0] == 50001)
    held = b"".join(reversed([record[3] for record in journal.newest_first() if record[2] is Direction.IN]))
    assert sent == held
    assert b"=secret" not in sent
