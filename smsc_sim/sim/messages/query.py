"""query_sm: what has become of a message (SMPP 3.4 section 4.8)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from smsc_sim.sim.messages.kept_message import KeptMessage, messages_of
from smsc_sim.smpp.legality import SMPP_5_0
from smsc_sim.smpp.receipt_text import MessageState
from smsc_sim.smpp.status import CommandStatus
from smsc_sim.smpp.times import format_absolute

if TYPE_CHECKING:
    from smsc_sim.sim.sessions.session import Session
    from smsc_sim.sim.smsc import Smsc
    from smsc_sim.smpp.pdu import Pdu


def query_sm(smsc: Smsc, session: Session, pdu: Pdu, now: float) -> bytes:
    """The response to a query_sm.

    Where several messages share the id, one that is not final speaks for all, and otherwise the last that became so.
    A scheduled one is ENROUTE to sessions before SMPP 5.0, which have no word for it.  Raises Unable.
    """
    message = _speaker(messages_of(smsc, session, pdu, CommandStatus.ESME_RQUERYFAIL, now))
    state = message.state
    if state is MessageState.SCHEDULED and session.interface_version < SMPP_5_0:
        state = MessageState.ENROUTE
    return smsc.response(
        pdu,
        {
            "message_id": pdu.fields["message_id"],
            "final_date": format_absolute(message.final_at) if message.is_final else "",
            "message_state": state.value,
            "error_code": message.error_octet,
        },
    )


def _speaker(messages: list[KeptMessage]) -> KeptMessage:
    return max(messages, key=lambda message: (not message.is_final, message.final_at))
