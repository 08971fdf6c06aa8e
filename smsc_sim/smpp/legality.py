"""Which side may send which PDU in which session state, and what a PDU does to the state.

SMPP 3.4 section 2.3 (table 2-1) and SMPP 5.0 section 2.4 (table 2-1), with what message centres customarily
allow beside the letter of 3.4.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Final

from smsc_sim.smpp.commands import CommandId

SMPP_5_0: Final = 0x50
"""interface_version from which the 5.0 table is used."""


class Side(Enum):
    """The two ends of a session; 5.0 calls the SMSC a message centre, MC."""

    ESME = "ESME"
    SMSC = "SMSC"


class State(Enum):
    """Session states. 3.4 does not name OUTBOUND (an outbind was sent) and UNBOUND; they are 5.0's."""

    OPEN = "OPEN"
    OUTBOUND = "OUTBOUND"
    BOUND_TX = "BOUND_TX"
    BOUND_RX = "BOUND_RX"
    BOUND_TRX = "BOUND_TRX"
    UNBOUND = "UNBOUND"
    CLOSED = "CLOSED"


_States = frozenset[State]

_NONE: Final[_States] = frozenset()
_OPEN: Final = frozenset({State.OPEN})
_OUTBOUND: Final = frozenset({State.OUTBOUND})
_TX: Final = frozenset({State.BOUND_TX})
_TRX: Final = frozenset({State.BOUND_TRX})
_SENDING: Final = frozenset({State.BOUND_TX, State.BOUND_TRX})
_RECEIVING: Final = frozenset({State.BOUND_RX, State.BOUND_TRX})
_BOUND: Final = frozenset({State.BOUND_TX, State.BOUND_RX, State.BOUND_TRX})
_UNBOUND: Final = frozenset({State.UNBOUND})
_BEFORE: Final = _OPEN | _OUTBOUND
_ALIVE: Final = _BEFORE | _BOUND | _UNBOUND


@dataclass(frozen=True, slots=True)
class Rule:
    """Where one side may send one PDU: by the letter of 3.4, by that of 5.0, and by custom before 5.0."""

    smpp_3_4: frozenset[State]
    smpp_5_0: frozenset[State]
    custom: frozenset[State] = _NONE


_ESME = Side.ESME
_SMSC = Side.SMSC

_BIND: Final = Rule(_OPEN, _BEFORE, custom=_OUTBOUND)
_SENDER: Final = Rule(_SENDING, _SENDING)
_RECEIVER: Final = Rule(_RECEIVING, _RECEIVING)
_EITHER: Final = Rule(_BOUND, _BOUND)
_BROADCAST: Final = Rule(_NONE, _SENDING)
# 3.4 has enquire_link and generic_nack in bound sessions only, yet a peer that asks, or sends what is no PDU,
# before its bind is answered everywhere, as 5.0 then wrote down.
_ALWAYS: Final = Rule(_BOUND, _ALIVE, custom=_ALIVE)
# 3.4 gives replace_sm to BOUND_TX alone, though its section 2.2 has a transceiver do what a transmitter does.
_REPLACE: Final = Rule(_TX, _SENDING, custom=_TRX)

LEGALITY: Final[dict[tuple[Side, int], Rule]] = {
    (_ESME, CommandId.BIND_RECEIVER): _BIND,
    (_SMSC, CommandId.BIND_RECEIVER_RESP): _BIND,
    (_ESME, CommandId.BIND_TRANSMITTER): _BIND,
    (_SMSC, CommandId.BIND_TRANSMITTER_RESP): _BIND,
    (_ESME, CommandId.BIND_TRANSCEIVER): _BIND,
    (_SMSC, CommandId.BIND_TRANSCEIVER_RESP): _BIND,
    (_SMSC, CommandId.OUTBIND): Rule(_OPEN, _OPEN),
    (_ESME, CommandId.UNBIND): _EITHER,
    (_SMSC, CommandId.UNBIND): _EITHER,
    (_ESME, CommandId.UNBIND_RESP): _EITHER,
    (_SMSC, CommandId.UNBIND_RESP): _EITHER,
    (_ESME, CommandId.SUBMIT_SM): _SENDER,
    (_SMSC, CommandId.SUBMIT_SM_RESP): _SENDER,
    (_ESME, CommandId.SUBMIT_MULTI): _SENDER,
    (_SMSC, CommandId.SUBMIT_MULTI_RESP): _SENDER,
    (_SMSC, CommandId.DELIVER_SM): _RECEIVER,
    (_ESME, CommandId.DELIVER_SM_RESP): _RECEIVER,
    (_ESME, CommandId.DATA_SM): Rule(_BOUND, _SENDING),
    (_SMSC, CommandId.DATA_SM_RESP): Rule(_BOUND, _SENDING),
    (_SMSC, CommandId.DATA_SM): Rule(_BOUND, _RECEIVING),
    (_ESME, CommandId.DATA_SM_RESP): Rule(_BOUND, _RECEIVING),
    (_ESME, CommandId.QUERY_SM): _SENDER,
    (_SMSC, CommandId.QUERY_SM_RESP): _SENDER,
    (_ESME, CommandId.CANCEL_SM): _SENDER,
    (_SMSC, CommandId.CANCEL_SM_RESP): _SENDER,
    (_ESME, CommandId.REPLACE_SM): _REPLACE,
    (_SMSC, CommandId.REPLACE_SM_RESP): _REPLACE,
    (_ESME, CommandId.ENQUIRE_LINK): _ALWAYS,
    (_SMSC, CommandId.ENQUIRE_LINK): _ALWAYS,
    (_ESME, CommandId.ENQUIRE_LINK_RESP): _ALWAYS,
    (_SMSC, CommandId.ENQUIRE_LINK_RESP): _ALWAYS,
    (_SMSC, CommandId.ALERT_NOTIFICATION): _RECEIVER,
    (_ESME, CommandId.GENERIC_NACK): _ALWAYS,
    (_SMSC, CommandId.GENERIC_NACK): _ALWAYS,
    (_ESME, CommandId.BROADCAST_SM): _BROADCAST,
    (_SMSC, CommandId.BROADCAST_SM_RESP): _BROADCAST,
    (_ESME, CommandId.QUERY_BROADCAST_SM): _BROADCAST,
    (_SMSC, CommandId.QUERY_BROADCAST_SM_RESP): _BROADCAST,
    (_ESME, CommandId.CANCEL_BROADCAST_SM): _BROADCAST,
    (_SMSC, CommandId.CANCEL_BROADCAST_SM_RESP): _BROADCAST,
}
"""Every PDU that a side may send at all; what is not here that side never sends."""

TRANSITIONS: Final[dict[tuple[State, int], State]] = {
    (State.OPEN, CommandId.OUTBIND): State.OUTBOUND,
    **{
        (before, resp): after
        for before in (State.OPEN, State.OUTBOUND)
        for resp, after in (
            (CommandId.BIND_TRANSMITTER_RESP, State.BOUND_TX),
            (CommandId.BIND_RECEIVER_RESP, State.BOUND_RX),
            (CommandId.BIND_TRANSCEIVER_RESP, State.BOUND_TRX),
        )
    },
    **{(bound, CommandId.UNBIND_RESP): State.UNBOUND for bound in (State.BOUND_TX, State.BOUND_RX, State.BOUND_TRX)},
}
"""The state after a PDU with command_status 0, by the state before it and its command_id.

No other PDU changes the state, a refused bind among them. CLOSED is the end of the connection itself.
"""


def may_send(side: Side, command_id: int, state: State, version: int = 0x34, *, strict: bool = False) -> bool:
    """Whether `side` may send this PDU in this state of a session of interface_version `version`.

    `strict` leaves out what is only custom before 5.0. False for every unknown command_id.
    """
    rule = LEGALITY.get((side, command_id))
    if rule is None:
        return False
    if version >= SMPP_5_0:
        return state in rule.smpp_5_0
    return state in rule.smpp_3_4 or (not strict and state in rule.custom)


def next_state(state: State, command_id: int, command_status: int = 0) -> State:
    """The state after a PDU, sent by either side, with this command_status."""
    if command_status:
        return state
    return TRANSITIONS.get((state, command_id), state)
