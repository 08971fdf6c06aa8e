"""Searches of the journal, in the language of those of messages: ``pdu:submit_sm_resp status:ESME_RTHROTTLED``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final, NamedTuple

from smsc_sim.scenario.matching import Clause, OneOf, Test, Value
from smsc_sim.scenario.needle import needles_of
from smsc_sim.scenario.patterns import read_address, read_coding, read_number, read_status_test, read_text
from smsc_sim.scenario.value_kind import BadValue
from smsc_sim.sim.journal.event import Entry, JournalEvent, NoteEvent, PduEvent
from smsc_sim.sim.journal.notes import KINDS
from smsc_sim.sim.search.grammar import parse
from smsc_sim.sim.search.keys import Key, Vocabulary, read_session
from smsc_sim.sim.search.query import FieldFilter, Query, Term

_DIRECTIONS: Final = ("in", "out")


def _read_kind(text: str) -> Clause:
    if text not in KINDS:
        raise BadValue(text, choices=tuple(sorted(KINDS)))
    return OneOf(frozenset({text}))


def _read_direction(text: str) -> Clause:
    if text not in _DIRECTIONS:
        raise BadValue(text, choices=_DIRECTIONS)
    return OneOf(frozenset({text}))


def _of_note(name: str) -> Any:
    """A property that some kinds of notes have."""
    return lambda event: getattr(event.note, name, None) or None if isinstance(event, NoteEvent) else None


def _from_pdu(name: str, other: str = "") -> Any:
    """A property that PDUs have by this name, and some notes by the same or ``other``."""

    def value(event: JournalEvent) -> Value:
        found: Value = getattr(event, name) if isinstance(event, PduEvent) else getattr(event.note, other or name, None)
        return found if found != "" else None

    return value


def _session(event: JournalEvent) -> Value:
    return int(event.session[1:]) if event.session else None


KEYS: Final[Mapping[str, Key]] = {
    name: Key(name, "", read, value, meaning)
    for name, read, value, meaning in (
        ("kind", _read_kind, lambda event: event.kind, "pdu, session, decision, protocol_error ..."),
        ("pdu", read_text, _from_pdu("pdu", "event"), "name of the PDU: submit_sm, *_resp"),
        ("dir", _read_direction, _from_pdu("direction"), "in: from the ESME; out: to it"),
        ("session", read_session, _session, "session by its number: s7"),
        ("account", read_text, lambda event: event.account, "system_id of the account"),
        ("bind", read_text, lambda event: event.bind, "transmitter, receiver or transceiver"),
        ("to", read_address, _from_pdu("destination"), "destination_addr: 4477*, +447700900123"),
        ("from", read_address, _from_pdu("source"), "source_addr: Acme, 12?45"),
        ("text", read_text, _from_pdu("text"), "the whole text of a message: STOP, *code*"),
        ("status", read_status_test, _from_pdu("command_status"), "command_status of a response"),
        ("sequence_number", read_number, _from_pdu("sequence_number"), "sequence_number of the PDU"),
        ("message_id", read_text, _from_pdu("message_id"), "message_id in a response, or of a receipt"),
        ("message", read_text, _of_note("message"), "m-31"),
        ("rule", read_text, _of_note("rule"), "rule that decided"),
        ("coding", read_coding, _from_pdu("data_coding"), "data_coding: 8, ucs-2"),
        ("parts", read_number, _from_pdu("parts"), "parts of the long message: >1"),
        ("part", read_number, _from_pdu("part"), "which part of it, from 1"),
        ("seq", read_number, lambda event: event.seq, "number of the entry: >1042"),
    )
}  # fmt: skip

ALIASES: Final = {
    "destination": "to",
    "destination_addr": "to",
    "source": "from",
    "source_addr": "from",
    "system_id": "account",
    "command_status": "status",
    "data_coding": "coding",
    "command": "pdu",
    "event": "pdu",
    "direction": "dir",
    "id": "message_id",
}
"""Other names of keys."""

EVENTS: Final = Vocabulary(KEYS, ALIASES)


class _Line(NamedTuple):
    """An event as moments and words are asked about it."""

    at: float
    text: str
    """In one line."""


class EventSearch:
    """One search."""

    def __init__(self, text: str) -> None:
        """Raises FindingsError with every mistake, as :func:`~smsc_sim.sim.search.grammar.parse` does."""
        self.text = text
        self.query = parse(text, vocabulary=EVENTS)
        self._needles = _needles(self.query)

    def may_find(self, entry: Entry) -> bool:
        """Whether an event of this entry could be found; looking at the octets costs little."""
        if not self._needles or not isinstance(entry, tuple):
            return True
        octets = entry[3]
        return any(needle in octets for needle in self._needles)

    def finds(self, event: JournalEvent, now: float) -> bool:
        """Whether an event is found when it is ``now``, seconds since the epoch."""
        groups = self.query.groups
        return not groups or any(all(_holds(term, event, now) for term in group) for group in groups)


def _holds(term: Term, event: JournalEvent, now: float) -> bool:
    if isinstance(term.filter, FieldFilter):
        return term.filter.clause.holds(term.filter.key.value(event)) is not term.negated
    return term.holds(_Line(event.at, event.words()), now)


def _needles(query: Query) -> frozenset[bytes]:
    """Octets of which every PDU that is found has some in it; none when one may be found without."""
    found: set[bytes] = set()
    for group in query.groups:
        needle = max(_of_terms(group), key=len, default=b"")
        if not needle:
            return frozenset()
        found.add(needle)
    return frozenset(found)


def _of_terms(terms: Iterable[Term]) -> Iterable[bytes]:
    """What addresses and ids in the octets must have; they stand there as they are."""
    for term in terms:
        asked = term.filter
        if not term.negated and isinstance(asked, FieldFilter) and asked.key.name in ("to", "from", "message_id"):
            needles = needles_of(Test((asked.clause,))) or ()
            if len(needles) == 1:
                yield next(iter(needles)).encode("latin-1", "ignore")
