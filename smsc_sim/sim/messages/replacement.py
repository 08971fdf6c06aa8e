"""Replacement: another text, other times, or another message in place of one that is pending."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from smsc_sim.sim.messages.cancellation import cancel, withdraw
from smsc_sim.sim.messages.fate import fate_of
from smsc_sim.sim.messages.kept_message import KeptMessage, Unable, messages_of, unfinished_between
from smsc_sim.sim.messages.message_times import times_of
from smsc_sim.sim.receipts.planning import plan_receipts
from smsc_sim.sim.receipts.quoting import quoted_text
from smsc_sim.smpp.segments import user_text
from smsc_sim.smpp.status import CommandStatus

if TYPE_CHECKING:
    from smsc_sim.sim.sessions.account import Account
    from smsc_sim.sim.sessions.session import Session
    from smsc_sim.sim.smsc import Smsc
    from smsc_sim.smpp.pdu import Pdu

_OF_A_MESSAGE = ("service_type", "source_addr_ton", "source_addr_npi", "source_addr")
_OF_A_DESTINATION = ("dest_addr_ton", "dest_addr_npi", "destination_addr")


def replace_sm(smsc: Smsc, session: Session, pdu: Pdu, now: float) -> bytes:
    """Give a message another text (SMPP 3.4 section 4.10); times that are empty stay as they were.

    It keeps its message_id, its data_coding, and what the rule that decided about it does to messages, which begins
    anew.  Raises Unable, and WireError for its times.
    """
    account = session.account
    assert account is not None, "only a bound session replaces"
    status = CommandStatus.ESME_RREPLACEFAIL
    messages = [message for message in messages_of(smsc, session, pdu, status, now) if not message.is_final]
    if not messages:
        raise Unable(status, "the message is final")
    if not smsc.delivery.has_room(account, len(messages)):
        raise Unable(CommandStatus.ESME_RMSGQFUL, "the account has as many receipts pending as it may have")
    for message in messages:
        # Before the first is replaced, so that none is when one of them cannot be.
        _times(smsc, message, pdu, now)
    for message in messages:
        _replace(smsc, account, message, pdu, now)
    return smsc.response(pdu)


def replace_former(
    smsc: Smsc, session: Session, fields: Mapping[str, object], destination: Mapping[str, object], now: float
) -> None:
    """Let a new message take the place of the last one that is pending with the same source, destination and
    service_type (SMPP 3.4 section 5.2.18).

    The new one has a message_id of its own; the former one ends as if it had been cancelled.
    """
    account = session.account
    assert account is not None, "only a bound session submits"
    wanted = [*(fields[name] for name in _OF_A_MESSAGE), *(destination[name] for name in _OF_A_DESTINATION)]
    asked = {**fields, **destination}
    former = [
        message
        for message in unfinished_between(smsc, session, asked, now)
        if [message.fields[name] for name in (*_OF_A_MESSAGE, *_OF_A_DESTINATION)] == wanted
    ]
    if former:
        cancel(smsc, account, former[-1], now)


def _times(smsc: Smsc, message: KeptMessage, pdu: Pdu, now: float) -> tuple[float, float]:
    """scheduled_at and expires_at of the message from now on; 0 for none."""
    stored = message.stored
    times = times_of(
        pdu.fields,
        now,
        smsc.settings.longest_validity,
        scheduled_at=stored.scheduled_at or None,
        expires_at=stored.expires_at or None,
    )
    return times.scheduled_at or stored.scheduled_at, times.expires_at or stored.expires_at


def _replace(smsc: Smsc, account: Account, message: KeptMessage, pdu: Pdu, now: float) -> None:
    stored = message.stored
    scheduled_at, expires_at = _times(smsc, message, pdu, now)
    registered_delivery = pdu.fields["registered_delivery"]
    assert isinstance(registered_delivery, int), "a decoded field"
    content = {**message.fields, "short_message": pdu.fields["short_message"]}
    text = user_text(content, pdu.tlvs, account.profile.alphabet)
    withdraw(smsc, account, message, now)
    former = message.submitted(account)
    submitted = replace(
        former,
        text=text,
        quoted=quoted_text(text),
        registered_delivery=registered_delivery,
        scheduled_at=scheduled_at,
        expires_at=expires_at or former.expires_at,
        has_validity=bool(expires_at),
    )
    decision = smsc.decision_again(stored.rule, b"%d" % stored.id, stored.nth)
    fate = fate_of(submitted, decision, now, smsc.settings.receipts.after, now)
    smsc.ledger.changed(
        stored.id,
        {
            "text": text,
            "registered_delivery": registered_delivery,
            "scheduled_at": scheduled_at,
            "expires_at": expires_at,
            "state": fate.state.name if fate.state is not None else "ENROUTE",
            "state_at": fate.at,
            "error_code": fate.error_code,
        },
        now,
    )
    plan = plan_receipts(smsc, submitted, fate, now)
    smsc.ledger.added(stored.id, plan.kept, now)
    for send in plan.at_once:
        send(now)
