"""The journal: what went over each session and what happened beside it, decoded only when someone looks."""

from smsc_sim.sim.journal.event import Entry, EventPage, JournalEvent, NoteEvent, PduEvent
from smsc_sim.sim.journal.record import Direction, Record
from smsc_sim.sim.journal.ring import Evicted, Journal, Listener

__all__ = [
    "Direction",
    "Entry",
    "EventPage",
    "Evicted",
    "Journal",
    "JournalEvent",
    "Listener",
    "NoteEvent",
    "PduEvent",
    "Record",
]
