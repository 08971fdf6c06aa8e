"""Who wants to know what becomes of one PDU that was given to delivery."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal, Protocol, TypeAlias

from smsc_sim.sim.sessions.session import LAST_SEQUENCE_NUMBER

if TYPE_CHECKING:
    from smsc_sim.sim.receipts.receipt import ReceiptRecord
    from smsc_sim.sim.sessions.session import Session

Unanswered: TypeAlias = Literal["timed_out", "session_lost"]
"""Nothing came within the response timer; the session ended before anything came."""


class DeliveryWatcher(Protocol):
    """Is told in the order in which things happen; ``now`` is their instant, seconds since the epoch."""

    def sent(self, session: int, sequence_number: int, now: float) -> None:
        """It was written on the session of this number."""

    def answered(self, command_status: int, nacked: bool, now: float) -> None:
        """Its response came; ``nacked``: a generic_nack in place of it."""

    def unanswered(self, why: Unanswered, now: float) -> None:
        """No response comes any more on the session that it was written on."""

    def again(self, due: float) -> None:
        """It will be sent again, at ``due`` at the earliest."""

    def session_gone(self) -> None:
        """It was for one session and no other, and that is no longer there; so it is given up next."""

    def given_up(self, now: float) -> None:
        """Nothing more is done about it: it was taken, refused for good, or has waited too long."""


class Watchers(dict[bytes, DeliveryWatcher]):
    """By the key of a record with a negative form; each until its record is given up."""

    __slots__ = ()

    def of(self, record: ReceiptRecord) -> DeliveryWatcher | None:
        """Who watches this record."""
        return self.get(record[0]) if self and record[5] < 0 else None

    def tell_sent(self, session: Session, records: Sequence[ReceiptRecord], now: float) -> None:
        """Tell that the records have been written with the session's last sequence_numbers."""
        first = session.sequence_number - len(records)
        for place, record in enumerate(records):
            if (watcher := self.of(record)) is not None:
                watcher.sent(session.number, (first + place) % LAST_SEQUENCE_NUMBER + 1, now)
