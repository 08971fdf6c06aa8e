"""Batches: entries of the ledger as one value of a table, and back."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from operator import itemgetter
from typing import Any, Final

from msgspec.msgpack import Decoder, Encoder

from smsc_sim.sim.messages.ledger import (
    ADDED,
    BALANCE,
    CHANGED,
    COUNTED,
    ENDED,
    FAILED,
    INBOUND,
    RUN,
    SENT,
    SUBMISSION,
    Entry,
)

_key_of = itemgetter(0)
_encoder: Final = Encoder()
_decoder: Final = Decoder()


@dataclass(frozen=True, slots=True)
class Numbers:
    """Where ids, message ids and sessions go on."""

    next_id: int = 1
    next_number: int = 1
    last_session: int = 0


@dataclass(slots=True)
class Batch:
    """Entries that are written together."""

    first_number: int
    """The number of the first message_id in it."""
    messages: int = 0
    """How many messages are among the entries."""
    unusual: int = 0
    """How many of them have a message_id that is not written as the message path does."""
    changes: int = 0
    """How many entries change a message or what it is to get."""
    counts: int = 0
    """How many entries are what rules have counted, and wallets."""
    written: list[Entry] = field(default_factory=list)
    """The entries, with keys in place of records."""

    @property
    def entries(self) -> bytes:
        """The entries as one value."""
        return _encoder.encode(self.written)


def portions(entries: Sequence[Entry], size: int) -> Iterator[Sequence[Entry]]:
    """The entries in portions of about ``size`` messages and receipts; one, empty, if there are none.

    What gathers while nothing waits for it may be a hundred thousand messages.
    """
    begin = work = 0
    for index, entry in enumerate(entries):
        if work >= size:
            yield entries[begin:index]
            begin, work = index, 0
        work += _work(entry)
    yield entries[begin:]


def _work(entry: Entry) -> int:
    """Messages and receipts that an entry is about."""
    kind = entry[0]
    if kind == RUN:
        return int(entry[7]) + len(entry[8])
    return len(entry[3]) if kind == SENT else len(entry[2]) if kind == ENDED else 1


_CHANGES: Final = frozenset({ADDED, CHANGED, FAILED})
_COUNTS: Final = frozenset({COUNTED, BALANCE})


def pack(entries: Iterable[Entry], numbers: Numbers) -> Batch:
    """One batch of these entries; ``numbers``: where they go on after it."""
    batch = Batch(0)
    written = batch.written
    for entry in entries:
        kind = entry[0]
        if kind == SENT:
            written.append((*entry[:3], b" ".join(map(_key_of, entry[3]))))
        elif kind == ENDED:
            written.append((*entry[:2], b" ".join(entry[2])))
        else:
            _count(batch, entry)
            written.append(entry)
    batch.first_number = batch.first_number or numbers.next_number
    return batch


def _count(batch: Batch, entry: Entry) -> None:
    kind = entry[0]
    if kind == RUN:
        batch.messages += entry[7] + len(entry[8])
        batch.first_number = batch.first_number or entry[6]
    elif kind == SUBMISSION:
        destinations = entry[9]
        batch.messages += len(destinations) or 1
        if destinations:
            batch.first_number = batch.first_number or destinations[0][0]
            batch.unusual += any(message_id != f"{number:010d}" for number, message_id, *_ in destinations)
    elif kind == INBOUND:
        batch.messages += 1
    elif kind in _CHANGES:
        batch.changes += 1
    elif kind in _COUNTS:
        batch.counts += 1


def unpack(entries: bytes) -> Sequence[Any]:
    """The entries of a batch; keys are joined by spaces, and tuples have become lists."""
    unpacked: Sequence[Any] = _decoder.decode(entries)
    return unpacked
