"""The usual course of a message that a rule accepts: its end and its one receipt, without all that is not needed then.

:func:`~smsc_sim.sim.messages.fate.fate_of` and :mod:`smsc_sim.sim.receipts.planning` say the same of every message.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from smsc_sim.scenario.receipt_action import ReceiptAction
from smsc_sim.sim.receipts.planned_receipt import error_code
from smsc_sim.sim.receipts.planning import prepared_until
from smsc_sim.sim.receipts.receipt import ReceiptForm, ReceiptWriter
from smsc_sim.sim.rules.decision import Decision, receipt_wanted
from smsc_sim.smpp.receipt_text import MessageState

if TYPE_CHECKING:
    from smsc_sim.sim.sessions.account import Account

_DELIVERED = ReceiptAction()


class Course(NamedTuple):
    """What becomes of one message."""

    state: str
    """The name of the MessageState it ends in."""
    error_code: str
    after: float
    """Seconds from now until then."""
    form: int
    """Of its receipt, as records name it; -1 when it gets none."""


class UsualCourses:
    """Finds the course of messages under usual decisions, for accounts whose receipts look as the message path's do."""

    __slots__ = ("_ends", "_writer")

    def __init__(self, writer: ReceiptWriter) -> None:
        self._writer = writer
        self._ends: dict[tuple[MessageState, str | None, int], tuple[str, str, int]] = {}
        """By state, err of the rule and registered_delivery; there are few of each."""

    def find(self, account: Account, decision: Decision, registered_delivery: int, usually: float) -> Course | None:
        """The course of a message without times; None when its receipt is due so late that it is made only then.

        ``decision``: a usual one; ``usually``: seconds to a receipt of which the rule does not say when.
        """
        action = decision.receipts[0] if decision.receipts else _DELIVERED
        states = action.states
        state = states[0][0] if len(states) == 1 else action.pick(decision.draw("state 0"))
        end = self._ends.get((state, action.err, registered_delivery))
        if end is None:
            end = self._end(account, action, state, registered_delivery)
        name, code, form = end
        amount = action.after
        if amount is None or amount == "validity":
            after = usually
        else:
            after = amount.low if amount.shape == "fixed" else amount.draw(decision.draw("after 0"))
        if not decision.receipts:
            form = -1
        elif form >= 0 and after > prepared_until(account):
            return None
        return Course(name, code, after, form)

    def _end(
        self, account: Account, action: ReceiptAction, state: MessageState, registered_delivery: int
    ) -> tuple[str, str, int]:
        code = error_code(action, account.profile.receipt, state)
        form = self._writer.number_of(ReceiptForm(state, code)) if receipt_wanted(registered_delivery, state) else -1
        self._ends[state, action.err, registered_delivery] = end = state.name, code, form
        return end
