"""Going on after a restart: receipts that an earlier run planned are planned again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from smsc_sim.scenario.receipt_action import ReceiptAction
from smsc_sim.sim.messages.kept_message import KeptMessage
from smsc_sim.sim.messages.submitted import Submitted
from smsc_sim.sim.receipts.manual_receipts import ManualReceipt
from smsc_sim.sim.receipts.planned_receipt import PlannedReceipt
from smsc_sim.sim.receipts.receipt import ReceiptForm
from smsc_sim.sim.rules.retries import Attempts
from smsc_sim.sim.store.unended import Portion
from smsc_sim.smpp.framing import HEADER_LENGTH
from smsc_sim.smpp.pdu import Pdu
from smsc_sim.smpp.receipt_text import MessageState

if TYPE_CHECKING:
    from smsc_sim.sim.sessions.account import Account
    from smsc_sim.sim.smsc import Smsc
    from smsc_sim.sim.store.stored import StoredMessage, StoredReceipt

_OPEN = frozenset({"scheduled", "waiting", "sent"})


class Resumption:
    """Plans again what an earlier run had planned.

    What was due in the meantime, or was sent and not answered, is due now; the rest is due when it was.
    """

    __slots__ = ("_smsc", "resumed", "without_account")

    def __init__(self, smsc: Smsc) -> None:
        self._smsc = smsc
        self.resumed = 0
        """Receipts and messages of subscribers that go on."""
        self.without_account = 0
        """Those that cannot, for nobody has their account now; they stay in the store."""

    def plan(self, portion: Portion, now: float) -> None:
        """Plan what this portion has."""
        for message in portion.messages:
            account = self._smsc.accounts.find(message.account)
            if account is None:
                self.without_account += 1
            elif message.direction == "mo":
                self._plan_inbound(account, message, portion, now)
            else:
                self._plan_receipts(account, message, portion, now)

    def _plan_inbound(self, account: Account, message: StoredMessage, portion: Portion, now: float) -> None:
        pdu = Pdu(message.octets)
        (receipt,) = message.receipts
        body, tlvs = message.octets[HEADER_LENGTH : pdu.tlvs_offset], message.octets[pdu.tlvs_offset :]
        via = portion.vias[message.id].encode()
        self._note_attempts(account, receipt, portion)
        record = (receipt.key, tlvs, via, body, message.at, -pdu.command_id, message.session)
        self._smsc.delivery.schedule(account, (record,), max(now, receipt.due))
        self.resumed += 1

    def _plan_receipts(self, account: Account, message: StoredMessage, portion: Portion, now: float) -> None:
        smsc = self._smsc
        kept = KeptMessage.at(message, now)
        actions = self._actions(message.rule)
        for receipt in message.receipts:
            repeat = portion.repeats.get(receipt.key, 0)
            submitted = kept.submitted(account, Submitted.revision_in(receipt.key))
            action = actions[receipt.index] if receipt.index < len(actions) else ReceiptAction()
            if receipt.status == "manual":
                smsc.manual.keep(ManualReceipt(submitted, receipt.index, action), now)
            elif receipt.status in _OPEN:
                self._note_attempts(account, receipt, portion)
                due = now if receipt.status == "sent" else max(now, receipt.due)
                state = MessageState[receipt.state]
                if receipt.key.isdigit():
                    # The key of a usual receipt is the message_id.
                    form = smsc.delivery.writer.number_of(ReceiptForm(state, receipt.error_code))
                    smsc.delivery.schedule(account, (submitted.record(form),), due)
                else:
                    PlannedReceipt(
                        smsc,
                        submitted.with_receipt_id(action.id),
                        action,
                        receipt.index,
                        state,
                        receipt.error_code,
                        repeat=repeat,
                        last=repeat,
                    ).plan(due)
            else:
                continue
            self.resumed += 1

    def _actions(self, rule: str) -> tuple[ReceiptAction, ...]:
        """The receipts that a rule of this name says now; the usual one where there is no such rule any more."""
        rules = self._smsc.rules
        written = rules.named(rule) if rules is not None and rule else None
        if written is None or written.receipts is None:
            return (ReceiptAction(),)
        return written.receipts

    @staticmethod
    def _note_attempts(account: Account, receipt: StoredReceipt, portion: Portion) -> None:
        attempts = portion.attempts.get(receipt.key, 0)
        if attempts:
            account.attempts[receipt.key] = Attempts(attempts, receipt.command_status, receipt.due)
