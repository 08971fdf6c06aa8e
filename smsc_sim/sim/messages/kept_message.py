"""A message that is kept, as it stands at an instant: its state then, and the receipts that are still to come."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from smsc_sim.sim.messages.submitted import DEFAULT_VALIDITY, Submitted, address_octets
from smsc_sim.sim.receipts.quoting import quoted_text
from smsc_sim.sim.store.standing import standing
from smsc_sim.sim.store.stored import StoredMessage, StoredReceipt
from smsc_sim.smpp.pdu import Pdu
from smsc_sim.smpp.receipt_text import MessageState

if TYPE_CHECKING:
    from smsc_sim.sim.sessions.account import Account
    from smsc_sim.sim.sessions.session import Session
    from smsc_sim.sim.smsc import Smsc

_TO_COME = frozenset({"scheduled", "waiting", "sent", "manual"})
"""Receipts that may be sent, or sent again: those not yet answered are."""

_SOURCE = ("source_addr_ton", "source_addr_npi", "source_addr")
_DESTINATION = ("dest_addr_ton", "dest_addr_npi", "destination_addr")

_MOST_OF_AN_OCTET = 255


class Unable(Exception):
    """What was asked cannot be done; ``status`` is the answer, and ``str()`` says why."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status


@dataclass(frozen=True, slots=True)
class KeptMessage:
    """One message to one destination, at one instant."""

    stored: StoredMessage
    fields: Mapping[str, object]
    """Of the PDU that brought it, with the address of this destination."""
    state: MessageState
    is_final: bool
    final_at: float
    """Seconds since the epoch; 0 when it is not final."""
    error_code: str
    """As a receipt has it."""

    @classmethod
    def at(cls, stored: StoredMessage, now: float) -> KeptMessage:
        """The message at ``now``; see :func:`~smsc_sim.sim.store.standing.standing`."""
        state, since, error_code = standing(stored, now)
        known = MessageState[state] if state else MessageState.ENROUTE
        return cls(stored, _fields_of(stored), known, bool(since), since, error_code)

    @property
    def to_come(self) -> list[StoredReceipt]:
        """The receipts that may still be sent."""
        return [receipt for receipt in self.stored.receipts if receipt.status in _TO_COME]

    @property
    def error_octet(self) -> int:
        """The error code as query_sm_resp has it: 0 when it is no number or does not fit."""
        number = int(self.error_code) if self.error_code.isdecimal() and self.error_code.isascii() else 0
        return number if number <= _MOST_OF_AN_OCTET else 0

    def is_from(self, fields: Mapping[str, object]) -> bool:
        """Whether the source address of a request is that of the message; an empty one is that of every message."""
        return _same(self.fields, fields, _SOURCE)

    def is_to(self, fields: Mapping[str, object]) -> bool:
        """Whether the destination address of a request is that of the message, likewise."""
        return _same(self.fields, fields, _DESTINATION)

    def submitted(self, account: Account, revision: int | None = None) -> Submitted:
        """The message for receipts with keys of this revision; None: of one that none had yet."""
        stored = self.stored
        ids = {stored.message_id, stored.receipt_id, stored.tlv_id}
        return Submitted(
            account=account,
            session=stored.session,
            id=stored.id,
            place=stored.place,
            message_id=stored.message_id,
            receipt_id=stored.receipt_id,
            tlv_id=stored.tlv_id,
            serial=stored.serial,
            has_usual_id=revision == 0 and ids == {f"{stored.serial:010d}"},
            source=address_octets(*(self.fields[name] for name in _SOURCE)),
            destination=address_octets(*(self.fields[name] for name in _DESTINATION)),
            text=stored.text,
            quoted=quoted_text(stored.text),
            registered_delivery=stored.registered_delivery,
            accepted_at=stored.at,
            scheduled_at=stored.scheduled_at,
            expires_at=stored.expires_at or stored.at + DEFAULT_VALIDITY,
            has_validity=bool(stored.expires_at),
            number=stored.nth,
            revision=len(stored.receipts) + 1 if revision is None else revision,
        )


def messages_of(smsc: Smsc, session: Session, pdu: Pdu, status: int, now: float) -> list[KeptMessage]:
    """The messages that the message_id of a request names and its source address confirms, the oldest first.

    Several destinations of a submit_multi share one id.  Raises Unable with ``status`` when there is none.
    """
    message_id = str(pdu.fields["message_id"])
    found = _kept(smsc, session, message_id, now)
    if not found:
        raise Unable(status, "there is no message of this message_id")
    matching = [message for message in found if message.is_from(pdu.fields)]
    if not matching:
        raise Unable(status, "source_addr is not that of the message")
    return matching


def _kept(smsc: Smsc, session: Session, message_id: str, now: float) -> list[KeptMessage]:
    account = session.account
    if smsc.lookup is None or account is None or not message_id:
        return []
    return [KeptMessage.at(stored, now) for stored in smsc.lookup.find(account.system_id, message_id)]


def unfinished_between(smsc: Smsc, session: Session, fields: Mapping[str, object], now: float) -> list[KeptMessage]:
    """The messages of the account between these two addresses that are not final, the oldest first."""
    account = session.account
    if smsc.lookup is None or account is None:
        return []
    found = smsc.lookup.unfinished(
        account.system_id, str(fields["source_addr"]), str(fields["destination_addr"]), "", now
    )
    kept = [KeptMessage.at(stored, now) for stored in found]
    return [message for message in kept if not message.is_final and message.is_from(fields) and message.is_to(fields)]


def _same(own: Mapping[str, object], asked: Mapping[str, object], names: tuple[str, str, str]) -> bool:
    """Whether an address is the one asked for; of that, what is empty or 0 says nothing."""
    ton, npi, address = names
    if not asked[address]:
        return True
    return own[address] == asked[address] and all(not asked[kind] or own[kind] == asked[kind] for kind in (ton, npi))


def _fields_of(stored: StoredMessage) -> dict[str, object]:
    fields: dict[str, object] = dict(Pdu(stored.octets).fields)
    destinations = fields.pop("dest_addresses", None)
    if isinstance(destinations, list):
        ours = [one for one in destinations if one.get("destination_addr") == stored.destination]
        kind = ours[0] if ours else {"dest_addr_ton": 0, "dest_addr_npi": 0, "destination_addr": stored.destination}
        fields.update(kind)
    return fields
