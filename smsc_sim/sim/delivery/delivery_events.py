"""What delivery has on the timeline: receipts that fall due, and looks at what waits."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from smsc_sim.sim.receipts.receipt import MO_KEY, ReceiptRecord, ReceiptWriter
from smsc_sim.sim.sessions.account import Account
from smsc_sim.sim.timeline import Pending

if TYPE_CHECKING:
    from smsc_sim.sim.delivery.delivery import Delivery


class DueReceipts:
    """Receipts that fall due together: an event of the timeline."""

    __slots__ = ("account", "delivery", "records")

    def __init__(self, delivery: Delivery, account: Account, records: Sequence[ReceiptRecord]) -> None:
        self.delivery = delivery
        self.account = account
        self.records = records

    def fire(self, now: float) -> None:
        """Send them, or let them wait for a bind."""
        records = self.delivery.standing(self.account, self.records, now)
        if records:
            self.delivery.deliver(self.account, records, now)

    def describe(self, due: float) -> Iterator[Pending]:
        """Each of them."""
        for record in self.records:
            yield pending_record(self.delivery.writer, self.account, record, due)


class Sweep:
    """A look for receipts of one account that have waited too long: an event of the timeline."""

    __slots__ = ("account", "delivery")

    def __init__(self, delivery: Delivery, account: Account) -> None:
        self.delivery = delivery
        self.account = account

    def fire(self, now: float) -> None:
        """Give them up."""
        self.delivery.sweep(self.account, now)

    def describe(self, due: float) -> Iterator[Pending]:
        """The look itself: what is given up is known when it comes."""
        yield Pending(due, "discard", self.account.system_id, text="what has waited too long")


class Wake:
    """A look at what of one account may leave now, after a pause: an event of the timeline."""

    __slots__ = ("account", "delivery", "due")

    def __init__(self, delivery: Delivery, account: Account, due: float) -> None:
        self.delivery = delivery
        self.account = account
        self.due = due

    def fire(self, now: float) -> None:
        """Look, unless an earlier look has been planned since."""
        if self.account.wake_at == self.due:
            self.account.wake_at = 0.0
            self.delivery.drain(self.account, now)

    def describe(self, due: float) -> Iterator[Pending]:
        """The look itself: what leaves is known when it comes."""
        yield Pending(due, "deliver", self.account.system_id, text="what waits")


def pending_record(writer: ReceiptWriter, account: Account, record: ReceiptRecord, due: float) -> Pending:
    """What a record is that waits on the timeline."""
    message_id, form = record[0], record[5]
    is_mo = message_id.startswith(MO_KEY)
    text = writer.form(form).state.name if form >= 0 else ""
    key = "" if is_mo else message_id.decode("latin-1")
    return Pending(due, "mo" if is_mo else "receipt", account.system_id, record[6], key, text)
