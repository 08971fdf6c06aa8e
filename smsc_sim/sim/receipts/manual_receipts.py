"""Receipts that wait for somebody to send them, and to say in which state."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from smsc_sim.scenario.receipt_action import TRANSIENT_STATES, ReceiptAction
from smsc_sim.sim.messages.submitted import Submitted
from smsc_sim.sim.receipts.planned_receipt import PlannedReceipt, error_code, message_key, receipt_key
from smsc_sim.sim.rules.decision import receipt_wanted
from smsc_sim.sim.sessions.account import Account
from smsc_sim.smpp.receipt_text import MessageState

if TYPE_CHECKING:
    from smsc_sim.sim.smsc import Smsc


_WAITS = -1
"""Which time a receipt is that nobody has sent yet, in its key."""


@dataclass(slots=True, eq=False)
class ManualReceipt:
    """One receipt of one message that somebody has to send."""

    message: Submitted
    index: int
    """Its place among the receipts of the message."""
    action: ReceiptAction
    sent: int = 0
    """How often it was sent so far, in states after which another one comes."""

    @property
    def key(self) -> bytes:
        """What it is called while it waits."""
        return receipt_key(self.message, self.index, _WAITS)


class ManualReceipts:
    """Keeps and releases them; each counts as pending, and is given up after ``receipts.keep``."""

    __slots__ = ("_smsc",)

    def __init__(self, smsc: Smsc) -> None:
        self._smsc = smsc

    def keep(self, receipt: ManualReceipt, now: float) -> bool:
        """Let a receipt wait, if registered_delivery asks for any outcome or it is forced; returns whether it does."""
        message = receipt.message
        account = message.account
        self._give_up_old(account, now)
        wanted = any(receipt_wanted(message.registered_delivery, state) for state in MessageState)
        if receipt.action.force or wanted:
            account.manual.setdefault(message.key, []).append(receipt)
            account.pending += 1
            return True
        return False

    def withdraw(self, account: Account, key: bytes) -> None:
        """Let the receipt of this key wait no more; nothing when it does not."""
        message = message_key(key)
        kept = account.manual.pop(message, [])
        left = [receipt for receipt in kept if receipt.key != key]
        account.pending -= len(kept) - len(left)
        if left:
            account.manual[message] = left

    def release(
        self, account: Account, message_id: str, now: float, state: MessageState | None = None, err: str | None = None
    ) -> int:
        """Send the receipts that wait for the messages of this id, in this state (None: delivered).

        ``message_id``: as the response had it, or the key by which the account keeps the message; ``err``: instead of
        the error code that the receipt would have.  After an intermediate state a receipt goes on waiting for the next
        one.  Returns how many were sent: none for a state
        that registered_delivery does not ask for, unless the rule forces it.
        """
        self._give_up_old(account, now)
        keys = [message_id.encode("utf-8", "replace")]
        if keys[0] not in account.manual:
            keys = [key for key, kept in account.manual.items() if kept[0].message.message_id == message_id]
        wanted = MessageState.DELIVERED if state is None else state
        return sum(self._release(account, key, wanted, err, now) for key in keys)

    def _release(self, account: Account, key: bytes, state: MessageState, own: str | None, now: float) -> int:
        kept = account.manual[key]
        if state not in TRANSIENT_STATES:
            del account.manual[key]
            account.pending -= len(kept)
        sent = 0
        for receipt in kept:
            message, action = receipt.message, receipt.action
            if action.force or receipt_wanted(message.registered_delivery, state):
                err = error_code(action, account.profile.receipt, state) if own is None else own
                first, last = receipt.sent, receipt.sent + action.times - 1
                receipt.sent = last + 1
                planned = PlannedReceipt(
                    self._smsc,
                    message.with_receipt_id(action.id),
                    action,
                    receipt.index,
                    state,
                    err,
                    repeat=first,
                    last=last,
                )
                self._smsc.ledger.added(message.id, planned.stored(now), now, instead_of=receipt.key)
                planned.send(now)
                sent += 1
            elif state not in TRANSIENT_STATES:
                self._smsc.ledger.failed(receipt.key, None, "discarded", now)
        if kept:
            self._smsc.ledger.changed(kept[0].message.id, {"state": state.name, "state_at": now}, now)
        return sent

    def _give_up_old(self, account: Account, now: float) -> None:
        oldest = now - account.receipts.keep
        while account.manual:
            key, kept = next(iter(account.manual.items()))
            if kept[0].message.accepted_at >= oldest:
                return
            del account.manual[key]
            account.pending -= len(kept)
            self._smsc.counters.receipts_discarded += len(kept)
            for receipt in kept:
                self._smsc.ledger.failed(receipt.key, None, "discarded", now)
