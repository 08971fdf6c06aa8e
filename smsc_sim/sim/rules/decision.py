"""The decision point: what the SMSC does with a message, asked in one call."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from smsc_sim.scenario.ids import IdChange
from smsc_sim.scenario.mo import MoAction
from smsc_sim.scenario.receipt_action import TRANSIENT_STATES, ReceiptAction
from smsc_sim.scenario.reply import ACCEPTED, Reply
from smsc_sim.scenario.rule import Rule, SessionAction
from smsc_sim.sim.rules.draw import draw
from smsc_sim.smpp.receipt_text import MessageState

if TYPE_CHECKING:
    from smsc_sim.sim.sessions.session import Session


@dataclass(frozen=True, slots=True)
class Dice:
    """Chance for one event under one rule; see :func:`~smsc_sim.sim.rules.draw.draw`."""

    seed: int
    rule: str
    fingerprint: bytes
    seen: int
    """How often the rule has decided this event before."""

    def draw(self, purpose: str) -> float:
        """A number from 0 up to but not including 1, for one purpose."""
        return draw(self.seed, self.rule.encode(), purpose.encode(), self.fingerprint, self.seen)


@dataclass(frozen=True, slots=True)
class Decision:
    """What happens to one event.  The default is what an SMSC without rules does to a message."""

    reply: Reply = ACCEPTED
    """A refused message gets no receipt; one whose answer is lost on purpose gets it all the same."""
    receipts: tuple[ReceiptAction, ...] = (ReceiptAction(),)
    """Each is made only if registered_delivery asks for its outcome, or if it is forced."""
    mo: tuple[MoAction, ...] = ()
    session: SessionAction | None = None
    ids: IdChange | None = None
    retry: tuple[float, ...] | None = None
    """Of a deliver_sm_resp: seconds to wait before each further attempt, none when empty; None: as always."""
    set: tuple[tuple[str, bool], ...] = ()
    rule: str = ""
    """The name of the rule that decided; empty for the defaults."""
    says_reply: bool = False
    """Whether the rule itself says what the answer is."""
    dice: Dice | None = None
    number: int = 0
    """How many events the rule has decided, this one included."""

    def draw(self, purpose: str) -> float:
        """A draw for one purpose; in the middle where no rule brought dice."""
        return self.dice.draw(purpose) if self.dice is not None else 0.5

    @property
    def delay(self) -> float:
        """Seconds from the request to the answer."""
        return 0.0 if self.reply.delay is None else self.reply.delay.draw(self.draw("delay"))

    refusal: int = 0
    """The status, when it is the answer at once, is not ESME_ROK, and nothing else happens; else 0."""
    is_usual: bool = False
    """Whether the message is accepted at once, and one receipt at most comes, of the usual kind, in a final state."""

    def with_dice(self, dice: Dice, number: int) -> Decision:
        """The same for one event."""
        return Decision(
            self.reply,
            self.receipts,
            self.mo,
            self.session,
            self.ids,
            self.retry,
            self.set,
            self.rule,
            self.says_reply,
            dice,
            number,
            self.refusal,
            self.is_usual,
        )


ACCEPT = Decision()
"""Accepted, and DELIVRD after ``receipts.after`` if the message asked for a receipt."""


def needs_dice(rule: Rule, default: Decision) -> bool:
    """Whether something that happens under this rule differs from message to message."""
    reply = rule.reply or default.reply
    receipts = default.receipts if rule.receipts is None else rule.receipts
    amounts = [reply.delay, *(receipt.after for receipt in receipts), *(action.after for action in rule.mo)]
    templates = [reply.message_id, *(receipt.text for receipt in receipts)]
    for action in rule.mo:
        templates += [action.text, action.source, action.destination]
    return (
        any(amount is not None and amount != "validity" and amount.shape != "fixed" for amount in amounts)
        or any(len(receipt.states) > 1 for receipt in receipts)
        or reply.corrupt == "garbage"
        or any(template is not None and "n" in template.names for template in templates)
    )


def decision_of(rule: Rule, default: Decision) -> Decision:
    """What ``rule`` says, with ``default`` where it says nothing."""
    reply = rule.reply or default.reply
    receipts = default.receipts if rule.receipts is None else rule.receipts
    ids = rule.ids or default.ids
    plain = reply.is_plain and not (rule.mo or rule.session or rule.set)
    return Decision(
        refusal=reply.status if plain else 0,
        is_usual=plain and reply.is_accepted and ids is None and _are_usual(receipts),
        reply=reply,
        receipts=receipts,
        mo=rule.mo,
        session=rule.session,
        ids=ids,
        retry=rule.retry,
        set=rule.set,
        rule=rule.name,
        says_reply=rule.reply is not None,
    )


def _are_usual(receipts: tuple[ReceiptAction, ...]) -> bool:
    """Whether there is one receipt at most, of the usual kind, some time after the answer, in a final state."""
    if len(receipts) != 1:
        return not receipts
    (receipt,) = receipts
    return (
        receipt.is_usual
        and not (receipt.manual or receipt.before_reply or receipt.force or receipt.after == "validity")
        and TRANSIENT_STATES.isdisjoint(state for state, _ in receipt.states)
    )


Decide: TypeAlias = "Callable[[Session, bytes, int, int, int, int, float], Decision | None]"
"""``decide(session, octets, start, stop, to_start, to_end, now)``: the one call in which rules come in.

The PDU is ``octets[start:stop]``, already checked; its destination_addr, without the NUL, ``octets[to_start:to_end]``.
None stands for :data:`ACCEPT` and is the cheapest answer.  Plain arguments, because this is asked for every message.
"""


def receipt_wanted(registered_delivery: int, state: MessageState) -> bool:
    """Whether ``registered_delivery`` asks for a receipt of this state.

    Bits 1-0 (SMPP 3.4 section 5.2.17): 1 any final outcome, 2 failure only, 3 success only (reserved in 3.4, so named
    in SMPP 5.0 section 4.7.21); bit 4: intermediate notifications.  DELIVERED and ACCEPTED count as success.
    """
    if state in (MessageState.SCHEDULED, MessageState.ENROUTE):
        return bool(registered_delivery & 0x10)
    wanted = registered_delivery & 0x03
    if state in (MessageState.DELIVERED, MessageState.ACCEPTED):
        return wanted in (1, 3)
    return wanted in (1, 2)
