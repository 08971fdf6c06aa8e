"""The journal: a ring of the latest entries, what went over each session and what happened beside it."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Collection, Iterable, Iterator
from itertools import islice
from typing import Final, Protocol, TypeAlias

from smsc_sim.sim.journal.directory import SessionDirectory, SessionEntry
from smsc_sim.sim.journal.event import Entry, EventPage, JournalEvent, expand
from smsc_sim.sim.journal.notes import KINDS, JournalNote, MarkNote, SessionNote, cut, kind_of
from smsc_sim.sim.journal.record import Direction, Record
from smsc_sim.sim.journal.session_index import SessionIndex

_OVERHEAD = 200
"""Octets of memory that an entry takes beside its payload, roughly; so that tiny entries are bounded too."""

MOST_ENTRIES = 100_000

LOOKED_AT: Final = 3_000
"""Events that one page of a search decodes."""
PASSED: Final = 200_000
"""Entries that it passes over."""

Listener: TypeAlias = Callable[[Entry], None]
"""Called with each new entry, in the middle of the message path: it must be quick and not raise.  The entry's number is
the journal's ``last_seq``."""


class Evicted(LookupError):
    """Entries behind a cursor are not there to be read."""

    def __init__(self, after: int, first_seq: int, last_seq: int) -> None:
        if after > last_seq:
            super().__init__(f"there is no entry {after} yet, the last one is {last_seq}: a cursor of another run?")
        else:
            super().__init__(f"entries {after + 1} to {first_seq - 1} are no longer held")
        self.after = after
        self.first_seq = first_seq
        self.last_seq = last_seq


class Search(Protocol):
    """What tells which events are wanted."""

    def may_find(self, entry: Entry) -> bool:
        """Whether an event of this entry could be wanted, without decoding it."""

    def finds(self, event: JournalEvent, now: float) -> bool:
        """Whether an event is wanted when it is ``now``."""


class Journal:
    """A ring of the latest entries, bounded in octets of memory and in entries; the oldest go first and are counted.

    Entries are numbered from 1 on.  A cursor is such a number and stands for what comes behind that entry: 0 is the
    beginning, ``last_seq`` is now.
    """

    __slots__ = ("_entries", "_held_back", "_index", "_listeners", "_overhead", "_room", "evicted", "sessions")

    def __init__(self, limit: int, entries: int = MOST_ENTRIES) -> None:
        """``limit``: the most octets to hold, ``entries``: the most entries; 0 or more.

        Each entry is charged at least its share of ``limit`` beside its octets, so that one check keeps both bounds.
        """
        self._entries: deque[Entry] = deque()
        self._room = limit if entries else 0
        self._overhead = max(_OVERHEAD, -(-limit // max(entries, 1)))
        self._listeners: tuple[Listener, ...] = ()
        self._held_back: list[JournalNote] | None = None
        self._index = SessionIndex()
        self.evicted = 0
        """Entries that are no longer held."""
        self.sessions = SessionDirectory()
        """Who was on which session."""

    # Writing

    def record(self, now: float, session: int, direction: Direction, octets: bytes) -> None:
        """Keep ``octets`` that session number ``session`` received or sent at ``now``."""
        entry = (now, session, direction, octets)
        entries = self._entries
        entries.append(entry)
        room = self._room - len(octets) - self._overhead
        while room < 0 and entries:
            oldest = entries.popleft()
            room += self._overhead + (len(oldest[3]) if isinstance(oldest, tuple) else _payload(oldest))
            self.evicted += 1
        self._room = room
        if self._listeners:
            self._tell(entry)

    def note(self, note: JournalNote) -> None:
        """Keep a rare event."""
        if self._held_back is not None:
            self._held_back.append(note)
            return
        entries = self._entries
        entries.append(note)
        self._room -= self._overhead + _payload(note)
        while self._room < 0 and entries:
            oldest = entries.popleft()
            self._room += self._overhead + (len(oldest[3]) if isinstance(oldest, tuple) else _payload(oldest))
            self.evicted += 1
        if self._listeners:
            self._tell(note)

    def hold_notes(self) -> None:
        """Keep notes back until :meth:`release_notes`: what a read causes stands behind the read."""
        if self._held_back is None:
            self._held_back = []

    def release_notes(self) -> None:
        """Let the notes that were kept back follow."""
        held_back, self._held_back = self._held_back, None
        for note in held_back or ():
            self.note(note)

    def mark(self, now: float, name: str = "") -> int:
        """Put a mark; returns its seq, the cursor for all that comes behind it."""
        self.note(MarkNote(at=now, name=cut(name)))
        return self.last_seq

    def connected(self, now: float, number: int, peer: str, *, local: str = "", tls: str = "") -> None:
        """A session begins."""
        self.sessions.opened(SessionEntry(number, peer, local, tls, now))
        self.note(SessionNote(at=now, session=number, what="connected", peer=peer))

    def bound(self, now: float, number: int, account: str, bind: str, *, alphabet: str = "gsm7") -> None:
        """A session was bound; the entry that comes next is the read of its bind."""
        entry = self.sessions.get(number)
        entry.account, entry.bind, entry.alphabet = account, bind, alphabet
        entry.bound_at, entry.bound_seq = now, self.next_seq
        self.note(SessionNote(at=now, session=number, what="bound", bind=bind))

    def closed(self, now: float, number: int, reason: str = "") -> None:
        """The connection of a session is gone."""
        self.sessions.closed(number, now, cut(reason))
        self.note(SessionNote(at=now, session=number, what="closed", reason=cut(reason)))

    # Listening

    def subscribe(self, listener: Listener) -> None:
        """Tell ``listener`` of each new entry from now on."""
        self._listeners = (*self._listeners, listener)

    def unsubscribe(self, listener: Listener) -> None:
        """Tell it no more; one that was not told is let be."""
        self._listeners = tuple(each for each in self._listeners if each != listener)

    def _tell(self, entry: Entry) -> None:
        for listener in self._listeners:
            listener(entry)

    # Reading

    def __len__(self) -> int:
        return len(self._entries)

    @property
    def first_seq(self) -> int:
        """The number of the oldest entry that is held; of the next one when none is."""
        return self.evicted + 1

    @property
    def last_seq(self) -> int:
        """The number of the latest entry; 0 before the first."""
        return self.evicted + len(self._entries)

    @property
    def next_seq(self) -> int:
        """The number that the next entry gets; while a read is handled, the number of that read."""
        return self.last_seq + 1

    def newest_first(self) -> Iterator[Record]:
        """The records held, the latest first, without the notes."""
        return (entry for entry in reversed(self._entries) if isinstance(entry, tuple))

    def entries(self, after: int, limit: int | None = None) -> list[tuple[int, Entry]]:
        """Entries behind the cursor ``after`` with their numbers, at most ``limit``.  Raises Evicted."""
        return list(islice(self._from(after), limit))

    def session_entries(self, number: int) -> list[tuple[int, Entry]]:
        """The entries of one session that are held, with their numbers."""
        held = self._entries
        evicted = self.evicted
        return [(seq, held[seq - evicted - 1]) for seq in self._index.of(number, held, evicted)]

    def events(
        self,
        after: int,
        *,
        limit: int = 500,
        kinds: Collection[str] | None = None,
        session: int | None = None,
        account: str | None = None,
    ) -> EventPage:
        """Events behind the cursor ``after``: those of the first entries that have ``limit`` of them, or more by the
        last entry's PDUs.

        ``kinds``: only these of :data:`~smsc_sim.sim.journal.notes.KINDS`; ``session``: only of this number;
        ``account``: only of this system_id.  Raises Evicted when entries behind the cursor are no longer held, and
        ValueError for an unknown kind.
        """
        matches = self._matcher(kinds, session, account)
        found: list[JournalEvent] = []
        cursor = after
        for cursor, entry in self._from(after):
            if matches(entry):
                found += expand(cursor, entry, self.sessions)
                if len(found) >= limit:
                    break
        return EventPage(found, cursor, cursor < self.last_seq)

    def latest(
        self,
        limit: int = 500,
        *,
        before: int | None = None,
        kinds: Collection[str] | None = None,
        session: int | None = None,
        account: str | None = None,
        search: Search | None = None,
        now: float = 0.0,
    ) -> EventPage:
        """The latest events, in the order of their seq; ``before``: those of entries before that number.

        ``cursor`` of the page is the ``before`` of the page before it, ``more`` whether there is one that is held.

        ``search``: only what it finds when it is ``now``.  Since events have to be decoded for it, it looks at
        :data:`LOOKED_AT` of them, and then the page ends, with fewer events or none.
        """
        matches = self._matcher(kinds, session, account)
        stop = self.next_seq if before is None else min(before, self.next_seq)
        pieces: list[list[JournalEvent]] = []
        seq, count, looked, passed = stop, 0, 0, 0
        skipped = self.next_seq - stop
        for entry in islice(reversed(self._entries), skipped, None):
            seq -= 1
            if matches(entry) and (search is None or search.may_find(entry)):
                events = list(expand(seq, entry, self.sessions))
                if search is not None:
                    looked += len(events)
                    events = [event for event in events if search.finds(event, now)]
                pieces.append(events)
                count += len(events)
                if count >= limit or looked >= LOOKED_AT:
                    break
            elif search is not None:
                passed += 1
                if passed >= PASSED:
                    break
        return EventPage([event for piece in reversed(pieces) for event in piece], seq, seq > self.first_seq)

    def snapshot(
        self,
        *,
        after: int | None = None,
        kinds: Collection[str] | None = None,
        session: int | None = None,
        account: str | None = None,
    ) -> Iterator[JournalEvent]:
        """All events held now, decoded one by one while they are taken; what comes later is not among them.

        ``after`` None: from the oldest that is held.  Raises Evicted and ValueError as :meth:`events` does, at once.
        The entries stay in memory until the iterator is done with.
        """
        matches = self._matcher(kinds, session, account)
        entries: Iterable[tuple[int, Entry]]
        if session is not None and after is None:
            entries = self.session_entries(session)
        else:
            behind = self.evicted if after is None else after
            # The entries alone: with a number beside each, the copy would take ten times as much.
            entries = enumerate([entry for _, entry in self._from(behind)], behind + 1)
        return self.expanded(each for each in entries if matches(each[1]))

    def expanded(self, entries: Iterable[tuple[int, Entry]]) -> Iterator[JournalEvent]:
        """The events of these numbered entries."""
        for seq, entry in entries:
            yield from expand(seq, entry, self.sessions)

    def _matcher(
        self, kinds: Collection[str] | None, session: int | None, account: str | None
    ) -> Callable[[Entry], bool]:
        """What tells the entries that are wanted.  Raises ValueError for an unknown kind."""
        for kind in kinds or ():
            if kind not in KINDS:
                raise ValueError(f"'{kind}' is no kind of event: {', '.join(sorted(KINDS))}")
        sessions = self.sessions

        def matches(entry: Entry) -> bool:
            if isinstance(entry, JournalNote):
                kind, number, own = kind_of(entry), entry.session, entry.account
            else:
                kind, number, own = "pdu", entry[1], ""
            if (kinds is not None and kind not in kinds) or (session is not None and number != session):
                return False
            return account is None or account == (sessions.get(number).account if number else own)

        return matches

    def _from(self, after: int) -> Iterator[tuple[int, Entry]]:
        """Entries behind a cursor.  Raises Evicted."""
        if after < self.evicted or after > self.last_seq:
            raise Evicted(after, self.first_seq, self.last_seq)
        behind = self.last_seq - after
        if behind > len(self._entries) // 2:
            return enumerate(islice(self._entries, after - self.evicted, None), after + 1)
        # Who follows the journal asks for its end all the time: not past everything else.
        newest_first = list(islice(reversed(self._entries), behind))
        return enumerate(reversed(newest_first), after + 1)


def _payload(note: JournalNote) -> int:
    return len(repr(note))
