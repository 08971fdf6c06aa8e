"""What waits for a session that can take it, in the order in which it leaves."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from heapq import heappop, heappush

from smsc_sim.sim.receipts.receipt import ReceiptRecord


class WaitingQueue:
    """Records of one account and routing policy: what was sent before first, in the order sent, then the others.

    What a session has not taken may come back in any order, for an ESME may answer in any order; it leaves again in
    the order in which it left.
    """

    __slots__ = ("_again", "_fresh")

    def __init__(self) -> None:
        self._again: list[tuple[int, int, ReceiptRecord]] = []
        """A heap: number of the session, its sequence_number, record."""
        self._fresh: deque[ReceiptRecord] = deque()

    def __eq__(self, other: object) -> bool:
        """Return whether the same would leave both in the same order."""
        return isinstance(other, WaitingQueue) and list(self) == list(other)

    __hash__ = None  # type: ignore[assignment]  # It changes.

    def __len__(self) -> int:
        return len(self._again) + len(self._fresh)

    def __iter__(self) -> Iterator[ReceiptRecord]:
        """All of them, the next one to leave first."""
        for _, _, record in sorted(self._again):
            yield record
        yield from self._fresh

    @property
    def first(self) -> ReceiptRecord:
        """The next one to leave; there must be one."""
        return self._again[0][2] if self._again else self._fresh[0]

    @property
    def last(self) -> ReceiptRecord | None:
        """The one that came last and has never been sent; None: all have been."""
        return self._fresh[-1] if self._fresh else None

    def append(self, record: ReceiptRecord) -> None:
        """Let it leave after all others."""
        self._fresh.append(record)

    def put_back(self, record: ReceiptRecord, session: int, place: int) -> None:
        """Let it leave before all that were not sent; among those that were by session number and ``place``."""
        heappush(self._again, (session, place, record))

    def take(self, count: int) -> list[ReceiptRecord]:
        """Take the next ``count``, of which there must be so many."""
        taken = [heappop(self._again)[2] for _ in range(min(count, len(self._again)))]
        taken += [self._fresh.popleft() for _ in range(count - len(taken))]
        return taken

    def take_last(self) -> ReceiptRecord:
        """Take what :attr:`last` is."""
        return self._fresh.pop()
