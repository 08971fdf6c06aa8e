"""Messages as the API shows them: a line of a list, and everything that is known of one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from msgspec import Struct, field

from smsc_sim.sim.messages.long_message import LongMessage
from smsc_sim.sim.messages.pdu_view import PduField, view_of
from smsc_sim.sim.rules.rulebook import Verdict
from smsc_sim.sim.store.standing import standing
from smsc_sim.sim.store.stored import StoredAttempt, StoredMessage, StoredReceipt
from smsc_sim.smpp import coding
from smsc_sim.smpp.status import meaning_of, name_of
from smsc_sim.web.instants import text_of, text_or_none


class ReceiptLine(Struct, frozen=True, kw_only=True):
    """One receipt of a message in a list."""

    state: str
    """``DELIVERED``, ``UNDELIVERABLE`` ..."""
    status: str
    """``scheduled``, ``waiting``, ``sent``, ``acknowledged``, ``refused``, ``discarded``, ``cancelled``, ``manual``."""


class MessageLine(Struct, frozen=True, kw_only=True):
    """One message to one destination."""

    id: str
    """Such as ``m-31``."""
    direction: str
    """``mt``: from an ESME; ``mo``: to one."""
    seq: int
    """Of the journal's entry that it came with: what ``since`` compares."""
    at: str
    session: str
    account: str
    command: str
    source: str = field(name="from")
    destination: str = field(name="to")
    text: str
    coding: str
    """What data_coding says."""
    data_coding: int
    part: int
    """Which part of a long message, from 1."""
    parts: int
    message_id: str
    """As the response has it; empty when the message was refused."""
    command_status: int | None
    """Of the response; null when none was sent."""
    status: str
    """The name of that."""
    rule: str
    """The rule that decided; empty for none."""
    state: str
    """Now; empty when the message was refused, and for messages to ESMEs."""
    final_state: str
    """The one that it is to end in, or has; ENROUTE when nobody has said yet."""
    final_at: str | None
    receipts: list[ReceiptLine]


class FieldShown(Struct, frozen=True, kw_only=True):
    """One field or TLV of the PDU."""

    name: str
    value: int | str
    """Octets in hexadecimal."""
    meaning: str
    """Empty when the value says it all."""
    start: int
    """Its first octet in ``octets``."""
    length: int
    """Octets."""
    tag: int | None = None
    """Of a TLV."""


class PartShown(Struct, frozen=True, kw_only=True):
    """One part of a long message."""

    id: str
    part: int
    text: str
    odd: list[str]
    """``duplicate``, ``conflict``, ``out_of_order``, ``malformed``."""


class Whole(Struct, frozen=True, kw_only=True):
    """The long message that it is a part of."""

    style: str
    """``udh8``, ``udh16`` or ``sar``."""
    reference: int
    total: int
    complete: bool
    missing: list[int]
    text: str
    """Of the parts that are there, joined."""
    parts: list[PartShown]


class AttemptShown(Struct, frozen=True, kw_only=True):
    """An attempt at a receipt that another one followed."""

    at: str
    """When its answer came, or was no longer waited for."""
    command_status: int | None
    status: str
    """The name of that; empty: no answer came."""
    next_at: str


class ReceiptShown(Struct, frozen=True, kw_only=True):
    """One receipt."""

    index: int
    state: str
    error_code: str
    status: str
    due: str | None
    sent_at: str | None
    """The last time."""
    attempts: int
    answered_at: str | None
    command_status: int | None
    status_name: str
    """The name of that."""
    resent: bool
    """Whether it was sent again because the simulator had stopped before it was answered."""
    earlier: list[AttemptShown]


class Step(Struct, frozen=True, kw_only=True):
    """Something that happened to the message, or is to happen."""

    at: str
    what: str
    """``accepted``, ``refused``, ``scheduled``, a state, ``receipt due``, ``receipt sent``, ``receipt answered``."""
    about: str = ""


class TriedRule(Struct, frozen=True, kw_only=True):
    """A rule that did not decide."""

    rule: str
    at: str
    because: str


class Trace(Struct, frozen=True, kw_only=True):
    """Why it came out as it did, by the rules in force now."""

    rule: str | None
    """The rule that decides; null for the defaults."""
    at: str | None
    """Where it is written."""
    tried: list[TriedRule]


class MessageShown(MessageLine, frozen=True, kw_only=True):
    """Everything that is known of one message."""

    pdu: list[FieldShown]
    """The header's fields, then the mandatory ones."""
    tlvs: list[FieldShown]
    broken: str
    """What of the PDU cannot be read; empty when all can."""
    octets: str
    """The PDU in hexadecimal."""
    error_code: str
    scheduled_at: str | None
    expires_at: str | None
    whole: Whole | None
    """Null for a message by itself."""
    receipt_details: list[ReceiptShown]
    timeline: list[Step]
    why: Trace | None
    """Null for messages to ESMEs, and without rules."""


def line_of(stored: StoredMessage, now: float) -> MessageLine:
    """A message in a list, as it stands at ``now``."""
    return MessageLine(**_line(stored, now))


def shown(
    stored: StoredMessage,
    now: float,
    *,
    attempts: Sequence[StoredAttempt],
    whole: LongMessage | None,
    verdict: Verdict | None,
    default: str,
) -> MessageShown:
    """Everything that is known of a message; ``default``: the alphabet of data_coding 0."""
    view = view_of(stored.octets, default)
    return MessageShown(
        **_line(stored, now),
        pdu=[_field(one) for one in view.fields],
        tlvs=[_field(one) for one in view.tlvs],
        broken=view.broken,
        octets=stored.octets.hex(),
        error_code=stored.error_code,
        scheduled_at=text_or_none(stored.scheduled_at),
        expires_at=text_or_none(stored.expires_at),
        whole=_whole(whole),
        receipt_details=[_receipt(receipt, attempts) for receipt in stored.receipts],
        timeline=_timeline(stored),
        why=_trace(verdict),
    )


def state_now(stored: StoredMessage, now: float) -> str:
    """The state of a message at ``now``; empty when it was refused, or is one to an ESME."""
    return standing(stored, now).state


def _line(stored: StoredMessage, now: float) -> dict[str, Any]:
    status = stored.command_status
    return {
        "id": f"m-{stored.id}",
        "direction": stored.direction,
        "seq": stored.seq,
        "at": text_of(stored.at),
        "session": f"s{stored.session}",
        "account": stored.account,
        "command": stored.command,
        "source": stored.source,
        "destination": stored.destination,
        "text": stored.text,
        "coding": coding.name_of(stored.data_coding),
        "data_coding": stored.data_coding,
        "part": stored.part,
        "parts": stored.parts,
        "message_id": stored.message_id,
        "command_status": status,
        "status": "" if status is None else name_of(status),
        "rule": stored.rule,
        "state": state_now(stored, now),
        "final_state": stored.state,
        "final_at": text_or_none(stored.state_at),
        "receipts": [ReceiptLine(state=receipt.state, status=receipt.status) for receipt in stored.receipts],
    }


def _field(one: PduField) -> FieldShown:
    return FieldShown(
        name=one.name, value=one.value, meaning=one.meaning, start=one.start, length=one.length, tag=one.tag
    )


def _whole(whole: LongMessage | None) -> Whole | None:
    if whole is None or whole.reference is None:
        return None
    return Whole(
        style=whole.style,
        reference=whole.reference,
        total=whole.total,
        complete=whole.complete,
        missing=list(whole.missing),
        text=whole.text,
        parts=[
            PartShown(id=f"m-{part.stored.id}", part=part.sequence, text=part.text, odd=list(part.oddities))
            for part in whole.parts
        ],
    )


def _receipt(receipt: StoredReceipt, attempts: Sequence[StoredAttempt]) -> ReceiptShown:
    status = receipt.command_status
    return ReceiptShown(
        index=receipt.index,
        state=receipt.state,
        error_code=receipt.error_code,
        status=receipt.status,
        due=text_or_none(receipt.due),
        sent_at=text_or_none(receipt.sent_at),
        attempts=receipt.attempts,
        answered_at=text_or_none(receipt.answered_at),
        command_status=status,
        status_name="" if status is None else name_of(status),
        resent=receipt.resent,
        earlier=[
            AttemptShown(
                at=text_of(one.at),
                command_status=one.command_status,
                status="" if one.command_status is None else name_of(one.command_status),
                next_at=text_of(one.next_at),
            )
            for one in attempts
            if one.key == receipt.key
        ],
    )


def _timeline(stored: StoredMessage) -> list[Step]:
    """What happened and is to happen, by instant."""
    steps: list[tuple[float, str, str]] = []
    status = stored.command_status
    if stored.direction == "mt":
        answer = "no response" if status is None else f"{name_of(status)}: {meaning_of(status)}"
        steps.append((stored.at, "accepted" if stored.state else "refused", answer))
    if stored.scheduled_at:
        steps.append((stored.scheduled_at, "scheduled", "schedule_delivery_time"))
    if stored.state and stored.state_at:
        steps.append((stored.state_at, stored.state, f"error code {stored.error_code}" if stored.error_code else ""))
    subject = "receipt" if stored.direction == "mt" else "PDU"
    for receipt in stored.receipts:
        if receipt.due and not receipt.sent_at:
            steps.append((receipt.due, f"{subject} due", f"{receipt.state} {receipt.status}".strip()))
        if receipt.sent_at:
            steps.append((receipt.sent_at, f"{subject} sent", receipt.state))
        if receipt.answered_at:
            answer = "" if receipt.command_status is None else name_of(receipt.command_status)
            steps.append((receipt.answered_at, f"{subject} {receipt.status}", answer))
    return [Step(at=text_of(at), what=what, about=about) for at, what, about in sorted(steps, key=lambda one: one[0])]


def _trace(verdict: Verdict | None) -> Trace | None:
    if verdict is None:
        return None
    rule = verdict.rule
    return Trace(
        rule=rule.name if rule is not None else None,
        at=rule.at if rule is not None else None,
        tried=[TriedRule(rule=one.rule.name, at=one.rule.at, because=one.because) for one in verdict.passed],
    )
