"""cancel_sm: a message that is not to be delivered any more (SMPP 3.4 section 4.9)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from smsc_sim.scenario.receipt_action import ReceiptAction
from smsc_sim.sim.messages.kept_message import KeptMessage, Unable, messages_of, unfinished_between
from smsc_sim.sim.receipts.planned_receipt import PlannedReceipt, error_code
from smsc_sim.sim.rules.decision import receipt_wanted
from smsc_sim.smpp.receipt_text import MessageState
from smsc_sim.smpp.status import CommandStatus

if TYPE_CHECKING:
    from smsc_sim.sim.sessions.account import Account
    from smsc_sim.sim.sessions.session import Session
    from smsc_sim.sim.smsc import Smsc
    from smsc_sim.smpp.pdu import Pdu


def cancel_sm(smsc: Smsc, session: Session, pdu: Pdu, now: float) -> bytes:
    """Cancel what a cancel_sm names: by message_id, or, without one, all between two addresses.

    Raises Unable.
    """
    account = session.account
    assert account is not None, "only a bound session cancels"
    messages = _named(smsc, session, pdu, now)
    if not smsc.delivery.has_room(account, len(messages)):
        raise Unable(CommandStatus.ESME_RMSGQFUL, "the account has as many receipts pending as it may have")
    for message in messages:
        cancel(smsc, account, message, now)
    return smsc.response(pdu)


def cancel(smsc: Smsc, account: Account, message: KeptMessage, now: float) -> None:
    """Let a message that is not final be DELETED; the receipt of that is the only one that is still to come."""
    withdraw(smsc, account, message, now)
    stored = message.stored
    decision = smsc.decision_again(stored.rule, b"%d" % stored.id, stored.nth)
    layout = account.profile.receipt
    action = decision.receipts[0] if decision.receipts else None
    state = MessageState.DELETED
    if action is not None:
        # It looks as the receipts of this message do; what differs from one state to the next is not theirs.
        action = replace(
            action, states=((state, 1.0),), manual=False, err=None, after=None, before_reply=False, times=1
        )
    error = error_code(action or ReceiptAction(), layout, state)
    smsc.ledger.changed(stored.id, {"state": state.name, "state_at": now, "error_code": error}, now)
    if action is not None and (action.force or receipt_wanted(stored.registered_delivery, state)):
        submitted = message.submitted(account).with_receipt_id(action.id)
        planned = PlannedReceipt(smsc, submitted, action, 0, state, error)
        smsc.ledger.added(stored.id, planned.stored(now), now)
        planned.plan(now)


def withdraw(smsc: Smsc, account: Account, message: KeptMessage, now: float) -> None:
    """Take back every receipt of a message that may still be sent."""
    for receipt in message.to_come:
        if receipt.status == "manual":
            smsc.manual.withdraw(account, receipt.key)
        else:
            smsc.delivery.withdrawn.add(receipt.key)
        smsc.ledger.failed(receipt.key, None, "cancelled", now)


def _named(smsc: Smsc, session: Session, pdu: Pdu, now: float) -> list[KeptMessage]:
    status = CommandStatus.ESME_RCANCELFAIL
    fields = pdu.fields
    if fields["message_id"]:
        found = messages_of(smsc, session, pdu, status, now)
        messages = [message for message in found if not message.is_final and message.is_to(fields)]
        if not messages:
            raise Unable(status, "the message is final, or its destination is another")
        return messages
    if not fields["destination_addr"]:
        raise Unable(status, "neither message_id nor destination_addr says which message")
    service_type = fields["service_type"]
    messages = [
        message
        for message in unfinished_between(smsc, session, fields, now)
        if not service_type or message.fields["service_type"] == service_type
    ]
    if not messages:
        raise Unable(status, "no message between these addresses is pending")
    return messages
