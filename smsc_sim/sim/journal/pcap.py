"""The journal as a capture file that Wireshark opens without settings.

Octets are as they were read and written above TCP (and TLS); the packets around them are made up: one for each read
and write, with the handshake and the end of each connection as the journal has them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from smsc_sim.sim.journal.chunks import gathered
from smsc_sim.sim.journal.directory import SessionDirectory, SessionEntry
from smsc_sim.sim.journal.event import Entry, expand
from smsc_sim.sim.journal.notes import SessionNote
from smsc_sim.sim.journal.packets import ACK, FILE_HEADER, FIN, PSH, RST, SEGMENT, SYN, Address, packet, record
from smsc_sim.sim.journal.record import Direction
from smsc_sim.sim.journal.ring import Journal, Search
from smsc_sim.sim.sessions.secrets import without_passwords

SMPP_PORT: Final = 2775
"""The port that is registered for SMPP; ours where the real one is not known."""

_LOOPBACK: Final = {4: bytes([127, 0, 0, 1]), 16: bytes(15) + b"\x01"}
_FIRST_PORT: Final = 49152
"""Of the ports that nobody registers (RFC 6335 section 6), for a peer that has none."""


def export(
    journal: Journal,
    *,
    after: int | None = None,
    session: int | None = None,
    port: int | None = None,
    account: str | None = None,
    search: Search | None = None,
    now: float = 0.0,
) -> Iterator[bytes]:
    """Reads and writes that the journal holds as a pcap file, in chunks; passwords of binds are masked in it.

    ``after``: those behind this cursor; None: from the oldest; ``session``: those of one session number.  A session
    whose beginning is not among them begins with a handshake all the same.  ``account``: those of one system_id's
    sessions; ``search``: only reads and writes with a
    PDU that it finds when it is ``now``, and the sessions that have any.  Raises Evicted, at once.

    ``port``: shown for ours instead of the real one.  Wireshark finds SMPP by what it looks like on every port but
    those that it knows for something else, such as 8080; :data:`SMPP_PORT` it takes for SMPP in any case.
    """
    if session is not None and after is None:
        entries = journal.session_entries(session)
    else:
        entries = journal.entries(journal.evicted if after is None else after)
    if search is None and account is None:
        return gathered(capture(entries, journal.sessions, session, port))

    def wanted(seq: int, entry: Entry) -> bool:
        if account is not None and isinstance(entry, tuple) and journal.sessions.get(entry[1]).account != account:
            return False
        if search is None:
            return True
        events = expand(seq, entry, journal.sessions)
        return search.may_find(entry) and any(search.finds(event, now) for event in events)

    return gathered(capture(entries, journal.sessions, session, port, wanted))


def capture(
    entries: Iterable[tuple[int, Entry]],
    sessions: SessionDirectory,
    session: int | None = None,
    port: int | None = None,
    wanted: Callable[[int, Entry], bool] | None = None,
) -> Iterator[bytes]:
    """The file's header and the packets of these numbered entries, of one session or of all; ``port`` as above.

    ``wanted``: which reads and writes are in it; None: all.  Nothing is yielded for what is not.
    """
    yield FILE_HEADER
    connections: dict[int, _Connection] = {}
    for seq, entry in entries:
        number = entry[1] if isinstance(entry, tuple) else entry.session
        if not number or session not in (None, number):
            continue
        if wanted is not None and isinstance(entry, tuple) and not wanted(seq, entry):
            yield b""
            continue
        connection = connections.get(number)
        if connection is None:
            begins = isinstance(entry, SessionNote) and entry.what == "connected" and wanted is None
            if not (begins or isinstance(entry, tuple)):
                continue
            connection = connections[number] = _Connection(sessions.get(number), port)
            yield from connection.open(entry[0] if isinstance(entry, tuple) else entry.at)
        if isinstance(entry, tuple):
            yield from connection.data(entry[0], entry[2], without_passwords(entry[3]))
        elif isinstance(entry, SessionNote) and entry.what == "ending":
            connection.ending = "reset" if entry.reset else "close"
        elif isinstance(entry, SessionNote) and entry.what == "closed":
            yield from connections.pop(number).close(entry.at, entry.reason)


@dataclass(slots=True)
class _End:
    address: Address
    sequence: int
    """The sequence number of its next octet."""


class _Connection:
    """One session as TCP would have carried it."""

    __slots__ = ("_esme", "_smsc", "ending")

    def __init__(self, session: SessionEntry, port: int | None) -> None:
        number = session.number
        unknown = Address(_LOOPBACK[4], _FIRST_PORT + number % (0x10000 - _FIRST_PORT))
        esme = Address.of(session.peer) or unknown
        smsc = Address.of(session.local) or Address(_LOOPBACK[len(esme.ip)], SMPP_PORT)
        if len(smsc.ip) != len(esme.ip):
            # An IPv4 peer of a socket for IPv6, or the other way round.
            smsc = Address(_LOOPBACK[len(esme.ip)], smsc.port)
        if port is not None:
            smsc = Address(smsc.ip, port)
        # Any numbers will do; different ones show that a port was used again.
        self._esme = _End(esme, number * 0x1_0001)
        self._smsc = _End(smsc, number * 0x1_0001 + 0x4000_0000)
        self.ending = ""
        """``close`` or ``reset``, when the SMSC has begun to end it."""

    def open(self, at: float) -> Iterator[bytes]:
        """The handshake."""
        yield self._packet(at, self._esme, SYN)
        yield self._packet(at, self._smsc, SYN | ACK)
        yield self._packet(at, self._esme, ACK)

    def data(self, at: float, direction: Direction, octets: bytes) -> Iterator[bytes]:
        """What was read or written at once."""
        sender = self._esme if direction is Direction.IN else self._smsc
        for start in range(0, len(octets), SEGMENT):
            yield self._packet(at, sender, PSH | ACK, octets[start : start + SEGMENT])

    def close(self, at: float, reason: str) -> Iterator[bytes]:
        """The end, as far as it is known who ended it and how; ``reason``: empty for an orderly one."""
        if self.ending == "reset":
            yield self._packet(at, self._smsc, RST | ACK)
            return
        first, second = (self._smsc, self._esme) if self.ending else (self._esme, self._smsc)
        if not reason:
            yield self._packet(at, first, FIN | ACK)
            yield self._packet(at, second, FIN | ACK)
            yield self._packet(at, first, ACK)
        elif self.ending:
            yield self._packet(at, self._smsc, FIN | ACK)
            yield self._packet(at, self._esme, RST | ACK)
        else:
            yield self._packet(at, self._esme, RST | ACK)

    def _packet(self, at: float, sender: _End, flags: int, octets: bytes = b"") -> bytes:
        receiver = self._smsc if sender is self._esme else self._esme
        acknowledged = receiver.sequence if flags & ACK else 0
        made = packet(sender.address, receiver.address, sender.sequence, acknowledged, flags, octets)
        sender.sequence += len(octets) + (1 if flags & (SYN | FIN) else 0)
        return record(at, made)
