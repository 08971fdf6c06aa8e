"""Numbers: what has happened since the start, and what there is now."""

from __future__ import annotations

import msgspec
from msgspec import Struct

from smsc_sim.sim.counters import Counters
from smsc_sim.web.console import Console
from smsc_sim.web.endpoint import endpoint


class Counted(Struct, frozen=True, kw_only=True):
    """What has happened since the start, or since counters were reset."""

    sessions_opened: int
    sessions_refused: int
    binds_accepted: int
    binds_refused: int
    messages_accepted: int
    messages_refused: int
    receipts_sent: int
    """Attempts."""
    receipts_acknowledged: int
    receipts_refused: int
    receipts_expired: int
    """Not answered within the response timer."""
    receipts_discarded: int
    responses_unmatched: int
    protocol_errors: int
    internal_errors: int


class Present(Struct, frozen=True, kw_only=True):
    """What there is now."""

    sessions: int
    bound: int
    receipts_pending: int
    receipts_waiting: int
    """Of these, those that are due and have no bind or no room in a window."""
    requests_unanswered: int
    """Requests of ESMEs whose answer is delayed."""
    delivers_unanswered: int
    """deliver_sm that ESMEs have not answered."""
    events_to_come: int
    verifications_waiting: int


class JournalHolds(Struct, frozen=True, kw_only=True):
    """What the journal holds."""

    first_seq: int
    last_seq: int
    entries: int
    evicted: int


class StoreHolds(Struct, frozen=True, kw_only=True):
    """How the message store is."""

    failing: str
    """Why nothing can be written now; empty when all is well."""
    lost: int
    """Entries that never got into it."""


class Stats(Struct, frozen=True, kw_only=True):
    """Numbers."""

    counters: Counted
    now: Present
    mo: dict[str, int]
    """Injected PDUs that are through, by what they came to."""
    journal: JournalHolds
    store: StoreHolds | None
    """Null where no messages are kept."""


@endpoint("GET", "/stats")
def stats(console: Console) -> Stats:
    """Counters and gauges."""
    smsc, journal = console.smsc, console.smsc.journal
    sessions, accounts = smsc.sessions.values(), list(smsc.accounts)
    verifier, kept = console.verifier(), console.kept()
    return Stats(
        counters=counted(smsc.counters),
        now=Present(
            sessions=len(smsc.sessions),
            bound=sum(1 for session in sessions if session.bound),
            receipts_pending=sum(account.pending for account in accounts),
            receipts_waiting=sum(account.waiting_count for account in accounts),
            requests_unanswered=sum(session.replies_pending for session in sessions),
            delivers_unanswered=sum(len(session.outstanding) for session in sessions),
            events_to_come=len(smsc.timeline),
            verifications_waiting=len(verifier) if verifier is not None else 0,
        ),
        mo={str(name): count for name, count in smsc.injector.counts.items()},
        journal=JournalHolds(
            first_seq=journal.first_seq,
            last_seq=journal.last_seq,
            entries=len(journal),
            evicted=journal.evicted,
        ),
        store=None if kept is None else StoreHolds(failing=kept.failing, lost=kept.lost),
    )


def counted(counters: Counters) -> Counted:
    """The counters as the API shows them."""
    return msgspec.convert(counters, Counted, from_attributes=True)
