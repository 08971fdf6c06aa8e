"""Plain counters: an integer addition on the message path, read when somebody asks."""

from __future__ import annotations

from dataclasses import dataclass, fields


@dataclass(slots=True)
class Counters:
    """What has happened since start, each in events."""

    sessions_opened: int = 0
    sessions_refused: int = 0
    """Connections closed at once because max_sessions was reached."""
    pdus_received: int = 0
    pdus_sent: int = 0
    """Of sessions that are gone; those that are there count their own."""
    binds_accepted: int = 0
    binds_refused: int = 0
    messages_accepted: int = 0
    messages_refused: int = 0
    receipts_sent: int = 0
    """Attempts: a receipt sent twice counts twice."""
    receipts_acknowledged: int = 0
    receipts_refused: int = 0
    """Answered with a status that forbids another attempt."""
    receipts_expired: int = 0
    """Not answered within the response timer."""
    receipts_discarded: int = 0
    """Given up: kept longer than receipts.keep, without a further attempt, or dropped."""
    receipts_dropped: int = 0
    """Of the discarded ones, those that receipts.queue had no room for."""
    responses_unmatched: int = 0
    protocol_errors: int = 0
    internal_errors: int = 0

    def clear(self) -> None:
        """Begin anew."""
        for field in fields(self):
            setattr(self, field.name, 0)
