"""What has happened by kind: PDUs by command and status, binds by account, errors, faults, and how long things took.

The message path adds to it once for each read, not for each message; the rest is counted where the full decoder works.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Hashable
from dataclasses import dataclass, field, fields
from typing import Final, Generic, Literal, TypeAlias, TypeVar

from smsc_sim.smpp.commands import COMMANDS, RESPONSE_BIT, CommandId
from smsc_sim.smpp.framing import HEADER, HEADER_LENGTH

MOST_KINDS: Final = 500
"""Kinds that are counted one by one; ESMEs may send any status."""

BOUNDS: Final = (0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0, 60.0)
"""Seconds: the upper ends of a histogram's buckets."""

UNKNOWN: Final = -1
"""A command_id or status that there is no room, or no name, for."""

ErrorKind: TypeAlias = Literal["framing", "refused", "not_offered", "unmatched_response", "bad_response"]
"""What an ESME has done wrong."""

ERROR_KINDS: Final[tuple[ErrorKind, ...]] = (
    "framing", "refused", "not_offered", "unmatched_response", "bad_response",
)  # fmt: skip

FaultKind: TypeAlias = Literal[
    "lost", "nack", "late", "cut", "dribbled", "corrupted", "repeated", "renumbered", "closed", "reset", "hung",
    "unbound", "frozen",
]  # fmt: skip
"""What a rule has done to an answer or to its session."""

FAULT_KINDS: Final[tuple[FaultKind, ...]] = (
    "lost", "nack", "late", "cut", "dribbled", "corrupted", "repeated", "renumbered", "closed", "reset", "hung",
    "unbound", "frozen",
)  # fmt: skip

_ANSWERS: Final = frozenset({CommandId.SUBMIT_SM_RESP, CommandId.DATA_SM_RESP, CommandId.SUBMIT_MULTI_RESP})

Kind = TypeVar("Kind", bound=Hashable)


class Counts(dict[Kind, int], Generic[Kind]):
    """Counts of a bounded number of kinds."""

    def __init__(self, rest: Kind, most: int = MOST_KINDS) -> None:
        """``rest``: what all kinds beyond the first ``most`` are counted as."""
        super().__init__()
        self._rest = rest
        self._most = most

    def copy(self) -> Counts[Kind]:
        """The same counts, to go on from."""
        copied = Counts(self._rest, self._most)
        copied.update(self)
        return copied

    def add(self, kind: Kind, count: int = 1) -> None:
        """So many more of a kind."""
        if not count:
            return
        if kind not in self and len(self) >= self._most:
            kind = self._rest
        self[kind] = self.get(kind, 0) + count


class Histogram:
    """How long things took: how many up to each of :data:`BOUNDS`, and beyond."""

    __slots__ = ("counts", "total")

    def __init__(self) -> None:
        self.counts = [0] * (len(BOUNDS) + 1)
        """By bucket; the last has no upper end."""
        self.total = 0.0
        """Seconds in all."""

    def add(self, seconds: float) -> None:
        """One more that took so long."""
        self.counts[bisect_left(BOUNDS, seconds)] += 1
        self.total += seconds


def _by_command() -> Counts[tuple[int, int]]:
    return Counts((UNKNOWN, UNKNOWN))


@dataclass(slots=True)
class Breakdown:
    """What has happened by kind since start, or since counters were reset."""

    received: Counts[tuple[int, int]] = field(default_factory=_by_command)
    """PDUs from ESMEs by command_id and, of responses, command_status."""
    sent: Counts[tuple[int, int]] = field(default_factory=_by_command)
    """The same to ESMEs."""
    binds: Counts[tuple[str, int]] = field(default_factory=lambda: Counts(("", UNKNOWN)))
    """By the account asked for, empty where there is none such, and command_status of the response."""
    errors: Counts[ErrorKind] = field(default_factory=lambda: Counts("refused"))
    faults: Counts[FaultKind] = field(default_factory=lambda: Counts("lost"))
    reply_delays: Histogram = field(default_factory=Histogram)
    """Seconds that rules have asked answers to wait."""
    client_responses: Histogram = field(default_factory=Histogram)
    """Seconds from a deliver_sm to its response; of each session one at a time is watched."""
    lane_accepted: int = 0
    """submit_sm that the fast lane has answered ESME_ROK; they are in no other count here."""
    lane_refused: Counts[int] = field(default_factory=lambda: Counts(UNKNOWN))
    """Those that it has refused, by command_status."""
    lane_acknowledged: int = 0
    """deliver_sm_resp with ESME_ROK that it has taken, likewise."""

    def clear(self) -> None:
        """Begin anew."""
        fresh = Breakdown()
        for each in fields(self):
            setattr(self, each.name, getattr(fresh, each.name))

    def came(self, octets: bytes) -> None:
        """A PDU came from an ESME."""
        self.received.add(kind_of(octets))

    def left(self, octets: bytes) -> None:
        """A PDU is written to an ESME; what a rule has cut or bent counts as what it looks like."""
        self.sent.add(kind_of(octets))

    def all_received(self) -> Counts[tuple[int, int]]:
        """What came, also through the fast lane."""
        refused = sum(self.lane_refused.values())
        found = self.received.copy()
        found.add((CommandId.SUBMIT_SM, 0), self.lane_accepted + refused)
        found.add((CommandId.DELIVER_SM_RESP, 0), self.lane_acknowledged)
        return found

    def answers(self) -> dict[int, int]:
        """Messages by the command_status that they were answered with."""
        found = dict(self.lane_refused)
        if self.lane_accepted:
            found[0] = self.lane_accepted
        for (command_id, status), count in self.sent.items():
            if command_id in _ANSWERS:
                found[status] = found.get(status, 0) + count
        return found

    def all_sent(self, receipts: int, in_data_sm: int) -> Counts[tuple[int, int]]:
        """What was written; ``receipts``: PDUs to ESMEs that delivery has written, ``in_data_sm``: those in data_sm."""
        found = self.sent.copy()
        found.add((CommandId.SUBMIT_SM_RESP, 0), self.lane_accepted)
        for status, count in self.lane_refused.items():
            found.add((CommandId.SUBMIT_SM_RESP, status), count)
        found.add((CommandId.DELIVER_SM, 0), receipts - in_data_sm)
        found.add((CommandId.DATA_SM, 0), in_data_sm)
        return found


def kind_of(octets: bytes) -> tuple[int, int]:
    """command_id and command_status of a PDU, as they are counted: requests have no status."""
    if len(octets) < HEADER_LENGTH:
        return UNKNOWN, UNKNOWN
    _, command_id, command_status, _ = HEADER.unpack_from(octets)
    if command_id not in COMMANDS:
        return UNKNOWN, UNKNOWN
    return command_id, command_status if command_id & RESPONSE_BIT else 0
