"""Receipts that wait for somebody to send them, and to say in which state."""

from __future__ import annotations

from typing import TYPE_CHECKING

from smsc_sim.scenario.receipt_action import TRANSIENT_STATES, ReceiptAction
from smsc_sim.sim.account import Account
from smsc_sim.sim.decision import receipt_wanted
from smsc_sim.sim.planned_receipt import PlannedReceipt, error_code
from smsc_sim.sim.submitted import Submitted
from smsc_sim.smpp.receipt_text import MessageState

if TYPE_CHECKING:
    from smsc_sim.sim.smsc import Smsc


class ManualReceipts:
    """Keeps and releases them; each counts as pending, and is given up after ``receipts.keep``."""

    __slots__ = ("_smsc",)

    def __init__(self, smsc: Smsc) -> None:
        self._smsc = smsc

    def keep(self, message: Submitted, action: ReceiptAction, now: float) -> None:
        """Let a receipt wait, if registered_delivery asks for any outcome or it is forced."""
        account = message.account
        self._give_up_old(account, now)
        if action.force or any(receipt_wanted(message.registered_delivery, state) for state in MessageState):
            account.manual.setdefault(message.key, []).append((message, action))
            account.pending += 1

    def release(self, account: Account, message_id: str, now: float, state: MessageState | None = None) -> int:
        """Send the receipts that wait for the messages of this id, in this state (None: delivered).

        ``message_id``: as the response had it, or the key by which the account keeps the message.  After an
        intermediate state a receipt goes on waiting for the next one.  Returns how many were sent: none for a state
        that registered_delivery does not ask for, unless the rule forces it.
        """
        self._give_up_old(account, now)
        keys = [message_id.encode("utf-8", "replace")]
        if keys[0] not in account.manual:
            keys = [key for key, kept in account.manual.items() if kept[0][0].message_id == message_id]
        wanted = MessageState.DELIVERED if state is None else state
        return sum(self._release(account, key, wanted, now) for key in keys)

    def _release(self, account: Account, key: bytes, state: MessageState, now: float) -> int:
        kept = account.manual[key]
        if state not in TRANSIENT_STATES:
            del account.manual[key]
            account.pending -= len(kept)
        sent = 0
        for message, action in kept:
            if action.force or receipt_wanted(message.registered_delivery, state):
                err = error_code(action, account.profile.receipt, state)
                PlannedReceipt(self._smsc, message.with_receipt_id(action.id), action, state, err).send(now)
                sent += 1
        return sent

    def _give_up_old(self, account: Account, now: float) -> None:
        oldest = now - self._smsc.settings.receipts.keep
        while account.manual:
            key, kept = next(iter(account.manual.items()))
            if kept[0][0].accepted_at >= oldest:
                return
            del account.manual[key]
            account.pending -= len(kept)
            self._smsc.counters.receipts_discarded += len(kept)
