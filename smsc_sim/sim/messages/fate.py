"""The fate of a message: when it sets out, which state it ends in and when, and the receipts that tell of it."""

from __future__ import annotations

from dataclasses import dataclass

from smsc_sim.scenario.receipt_action import TRANSIENT_STATES, ReceiptAction
from smsc_sim.sim.messages.submitted import Submitted
from smsc_sim.sim.receipts.planned_receipt import error_code
from smsc_sim.sim.rules.decision import Decision, receipt_wanted
from smsc_sim.smpp.receipt_text import MessageState


@dataclass(frozen=True, slots=True)
class DueReceipt:
    """One receipt that a message is to get."""

    index: int
    """Its place among the receipts of the decision."""
    action: ReceiptAction
    state: MessageState
    error_code: str
    at: float
    """Seconds since the epoch."""
    at_once: bool = False
    """Whether it is written before the answer to the message, which leaves now."""


@dataclass(frozen=True, slots=True)
class Fate:
    """What becomes of one message."""

    state: MessageState | None
    """The one it ends in; None: somebody has to say."""
    error_code: str
    at: float
    """When it ends, seconds since the epoch; 0 when somebody has to say."""
    receipts: tuple[DueReceipt, ...] = ()
    manual: tuple[tuple[int, ReceiptAction], ...] = ()
    """Receipts that somebody has to send, each with its place."""


def fate_of(message: Submitted, decision: Decision, answered_at: float, after: float, now: float) -> Fate:
    """The fate that a decision gives to an accepted message.

    ``answered_at``: when its answer leaves; ``after``: seconds from then, or from its schedule_delivery_time, to a
    receipt of which nobody said when.

    What would happen after its validity_period does not happen: the message expires (SMPP 3.4 section 5.2.16), once,
    unless the rule forces the receipt.
    """
    layout = message.account.profile.receipt
    usually = after if layout.after is None else layout.after
    begins_at = max(answered_at, message.scheduled_at)
    expires_at = max(message.expires_at, answered_at)
    of_place = f" {message.place}" if message.place else ""
    receipts: list[DueReceipt] = []
    final: DueReceipt | None = None
    lapsed = False
    manual = tuple((index, action) for index, action in enumerate(decision.receipts) if action.manual)
    for index, action in enumerate(decision.receipts):
        if action.manual:
            continue
        state = action.pick(decision.draw(f"state {index}{of_place}"))
        if action.before_reply:
            at = answered_at
        elif action.after == "validity":
            at = expires_at
        else:
            drawn = decision.draw(f"after {index}{of_place}")
            at = begins_at + (usually if action.after is None else action.after.draw(drawn))
        if message.has_validity and at > expires_at and not action.force:
            if lapsed:
                continue
            state, at, lapsed = MessageState.EXPIRED, expires_at, True
        due = DueReceipt(
            index, action, state, error_code(action, layout, state), at, action.before_reply and answered_at <= now
        )
        if final is None and state not in TRANSIENT_STATES:
            final = due
        if action.force or receipt_wanted(message.registered_delivery, state):
            receipts.append(due)
    if final is not None:
        return Fate(final.state, final.error_code, final.at, tuple(receipts), manual)
    if manual:
        return Fate(None, "", 0.0, tuple(receipts), manual)
    # Nobody is to tell of its end, and it comes all the same.
    expires = message.has_validity and begins_at + usually > expires_at
    state = MessageState.EXPIRED if expires else MessageState.DELIVERED
    at = expires_at if expires else begins_at + usually
    return Fate(state, error_code(ReceiptAction(), layout, state), at, tuple(receipts))
