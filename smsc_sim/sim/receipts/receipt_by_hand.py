"""Receipts that somebody sends by hand, whatever the message was to get."""

from __future__ import annotations

from typing import TYPE_CHECKING

from smsc_sim.scenario.receipt_action import TRANSIENT_STATES, ReceiptAction
from smsc_sim.sim.messages.kept_message import KeptMessage
from smsc_sim.sim.receipts.planned_receipt import PlannedReceipt, error_code, message_key
from smsc_sim.sim.store.stored import StoredMessage
from smsc_sim.smpp.receipt_text import MessageState

if TYPE_CHECKING:
    from smsc_sim.sim.smsc import Smsc


class NoReceipt(Exception):
    """The message cannot have one; ``str()`` says why."""


def send_receipt(smsc: Smsc, stored: StoredMessage, state: MessageState, err: str | None, now: float) -> bool:
    """Send a receipt for a message now, in this state; ``err``: None for the usual error code.

    If receipts of the message wait for somebody to send them, these are sent, in this state; else it is one more.
    What else is planned for the message stays planned.  Returns whether it was one that waited.

    ``stored``: as the message stands now, for its receipts are numbered.  Raises NoReceipt.
    """
    if stored.direction != "mt" or not stored.state:
        raise NoReceipt("only messages that were accepted from an ESME have receipts")
    account = smsc.accounts.find(stored.account)
    if account is None:
        raise NoReceipt(f"there is no account '{stored.account}' any more")
    for key in {
        message_key(receipt.key).decode("latin-1") for receipt in stored.receipts if receipt.status == "manual"
    }:
        if key.encode("latin-1") in account.manual:
            return smsc.manual.release(account, key, now, state, err) > 0
    message = KeptMessage.at(stored, now).submitted(account)
    action = ReceiptAction(states=((state, 1.0),), err=err, force=True)
    index = 1 + max((receipt.index for receipt in stored.receipts), default=-1)
    written = error_code(action, account.profile.receipt, state)
    receipt = PlannedReceipt(smsc, message, action, index, state, written)
    smsc.ledger.added(stored.id, receipt.stored(now), now)
    if state not in TRANSIENT_STATES:
        smsc.ledger.changed(stored.id, {"state": state.name, "state_at": now, "error_code": written}, now)
    receipt.send(now)
    return False
