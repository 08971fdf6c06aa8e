"""Planning: the receipts of a fate put on the timeline."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from smsc_sim.sim.messages.fate import Fate
from smsc_sim.sim.messages.submitted import Submitted
from smsc_sim.sim.receipts.manual_receipts import ManualReceipt
from smsc_sim.sim.receipts.planned_receipt import PlannedReceipt
from smsc_sim.sim.receipts.receipt import ReceiptForm, ReceiptRecord

if TYPE_CHECKING:
    from smsc_sim.sim.sessions.account import Account
    from smsc_sim.sim.smsc import Smsc

_SOON = 60.0


@dataclass(slots=True)
class Plan:
    """What was planned for one message."""

    kept: list[tuple[object, ...]]
    """What the ledger keeps of each receipt: key, place among the receipts of the decision, which time it is sent (-1:
    somebody has to say), name of the state, error code, and when it is due."""
    at_once: list[Callable[[float], None]]
    """Sends, at an instant, what is to be written before the answer; to be called when the ledger has the message."""


def prepared_until(account: Account) -> float:
    """Seconds from now: a receipt that is due later is made when it is due, and may wait from then on."""
    return min(_SOON, account.receipts.keep / 2)


def plan_receipts(smsc: Smsc, message: Submitted, fate: Fate, now: float) -> Plan:
    """Put the receipts of one message on the timeline, but for those that are due at once."""
    plan = Plan([], [])
    receipts = plan.kept
    latest = prepared_until(message.account)
    usual = message.has_usual_id and message.account.usual_receipts and len(fate.receipts) == 1
    for due in fate.receipts:
        action = due.action
        if usual and due.at - now <= latest and action.is_usual:
            form = smsc.delivery.writer.number_of(ReceiptForm(due.state, due.error_code))
            record = message.record(form)
            receipts.append((record[0], due.index, 0, due.state.name, due.error_code, due.at))
            if due.at_once:
                plan.at_once.append(partial(_deliver, smsc, message, record))
            else:
                smsc.delivery.schedule(message.account, (record,), due.at)
            continue
        planned = PlannedReceipt(smsc, message.with_receipt_id(action.id), action, due.index, due.state, due.error_code)
        receipts += planned.stored(due.at)
        if due.at_once:
            plan.at_once.append(planned.send)
        else:
            planned.plan(due.at)
    for index, action in fate.manual:
        waiting = ManualReceipt(message, index, action)
        if smsc.manual.keep(waiting, now):
            receipts.append((waiting.key, index, -1, "", "", 0.0))
    return plan


def _deliver(smsc: Smsc, message: Submitted, record: ReceiptRecord, now: float) -> None:
    message.account.pending += 1
    smsc.delivery.deliver(message.account, (record,), now)
