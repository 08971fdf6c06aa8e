"""Which entries are of which session, found out when somebody asks."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from itertools import islice

from smsc_sim.sim.journal.event import Entry
from smsc_sim.sim.journal.notes import JournalNote


class SessionIndex:
    """Numbers of entries by session.  A look costs what has been written since the last one."""

    __slots__ = ("_by_session", "_looked_at", "_pruned")

    def __init__(self) -> None:
        self._by_session: dict[int, list[int]] = {}
        self._looked_at = 0
        """The last entry that is in the index."""
        self._pruned = 0
        """The last entry that was taken out of it."""

    def of(self, number: int, entries: Sequence[Entry], evicted: int) -> list[int]:
        """The numbers of the entries of one session among ``entries``, before which ``evicted`` others were."""
        start = max(0, self._looked_at - evicted)
        for seq, entry in enumerate(islice(entries, start, None), evicted + start + 1):
            session = entry.session if isinstance(entry, JournalNote) else entry[1]
            if session:
                self._by_session.setdefault(session, []).append(seq)
        self._looked_at = evicted + len(entries)
        if evicted - self._pruned > len(entries):
            # Most of what the index has is gone, so that looking through all of it is worth the while.
            self._prune(evicted)
        found = self._by_session.get(number, [])
        return found[bisect_right(found, evicted) :]

    def _prune(self, evicted: int) -> None:
        self._pruned = evicted
        for number, found in list(self._by_session.items()):
            kept = found[bisect_right(found, evicted) :]
            if kept:
                self._by_session[number] = kept
            else:
                del self._by_session[number]
