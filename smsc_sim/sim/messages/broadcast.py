"""Cell broadcast: broadcast_sm and what asks for it or ends it (SMPP 5.0 sections 4.4 and 4.6)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from smsc_sim.sim.messages.kept_message import Unable
from smsc_sim.sim.messages.message_times import times_of
from smsc_sim.smpp.errors import WireError
from smsc_sim.smpp.receipt_text import MessageState
from smsc_sim.smpp.status import CommandStatus
from smsc_sim.smpp.times import format_absolute

if TYPE_CHECKING:
    from collections.abc import Iterator

    from smsc_sim.sim.sessions.session import Session
    from smsc_sim.sim.smsc import Smsc
    from smsc_sim.smpp.pdu import Pdu
    from smsc_sim.smpp.tlv import TlvValue

MOST: Final = 10_000
"""Broadcasts that are remembered; then the oldest is forgotten."""

_AREA: Final = "broadcast_area_identifier"
_CONTENT_TYPE: Final = "broadcast_content_type"
_EVERYWHERE, _NOT_KNOWN = 100, 255
"""broadcast_area_success (SMPP 5.0 section 4.8.4.2): per cent of the area, or that nothing is known."""

_ADDRESS: Final = ("source_addr_ton", "source_addr_npi", "source_addr")


@dataclass(slots=True)
class Broadcast:
    """One broadcast of one account."""

    account: str
    message_id: str
    service_type: object
    source: tuple[object, ...]
    content_type: TlvValue | None
    areas: tuple[TlvValue, ...]
    scheduled_at: float
    """Seconds since the epoch."""
    state: MessageState
    """The one it ends in."""
    state_at: float
    """When it ends, seconds since the epoch."""

    def state_now(self, now: float) -> MessageState:
        """What is told of it at ``now``."""
        if now >= self.state_at:
            return self.state
        return MessageState.SCHEDULED if now < self.scheduled_at else MessageState.ENROUTE


class Broadcasts:
    """All broadcasts, by account and message_id, in memory."""

    def __init__(self) -> None:
        self._broadcasts: dict[tuple[str, str], Broadcast] = {}

    def broadcast_sm(self, smsc: Smsc, session: Session, pdu: Pdu, now: float) -> bytes:
        """Take a broadcast, which is over when a receipt would come.

        With replace_if_present_flag it takes the place of the one whose message_id it has, and keeps it.  Raises
        Unable, and WireError for a TLV that is missing or a time.
        """
        account = session.account
        assert account is not None, "only a bound session broadcasts"
        assert pdu.command is not None, "a known command"
        for name in pdu.command.mandatory_tlvs:
            if pdu.tlv(name) is None:
                status = CommandStatus.ESME_RMISSINGOPTPARAM
                raise WireError(status, f"tlv.{name}", pdu.command_length, "is needed in broadcast_sm")
        times = times_of(pdu.fields, now, smsc.settings.longest_validity)
        message_id = str(pdu.fields["message_id"])
        if pdu.fields["replace_if_present_flag"] and message_id:
            former = self._pending(account.system_id, message_id, pdu, now)
            if former is None:
                raise Unable(CommandStatus.ESME_RBCASTFAIL, "no broadcast of this message_id can be replaced")
        else:
            message_id = account.ids.reply.format(smsc.message_ids.take())
        begins_at = max(now, times.scheduled_at or 0.0)
        ends_at = begins_at + smsc.settings.receipts.after
        expires = times.expires_at is not None and times.expires_at < ends_at
        self._broadcasts[account.system_id, message_id] = Broadcast(
            account=account.system_id,
            message_id=message_id,
            service_type=pdu.fields["service_type"],
            source=_source(pdu),
            content_type=pdu.tlv(_CONTENT_TYPE),
            areas=tuple(tlv.value for tlv in pdu.tlvs if tlv.name == _AREA),
            scheduled_at=times.scheduled_at or 0.0,
            state=MessageState.EXPIRED if expires else MessageState.DELIVERED,
            state_at=times.expires_at if expires and times.expires_at is not None else ends_at,
        )
        if len(self._broadcasts) > MOST:
            del self._broadcasts[next(iter(self._broadcasts))]
        return smsc.response(pdu, {"message_id": message_id})

    def query_broadcast_sm(self, smsc: Smsc, session: Session, pdu: Pdu, now: float) -> bytes:
        """What has become of a broadcast, and in which of its areas.  Raises Unable."""
        account = session.account
        assert account is not None, "only a bound session asks"
        message_id = str(pdu.fields["message_id"])
        found = self._broadcasts.get((account.system_id, message_id))
        if found is None or not _is_from(found, pdu):
            raise Unable(CommandStatus.ESME_RBCASTQUERYFAIL, "there is no such broadcast from this source_addr")
        state = found.state_now(now)
        success = _EVERYWHERE if state is MessageState.DELIVERED else _NOT_KNOWN
        tlvs: list[tuple[str | int, object]] = [("message_state", state.value)]
        for area in found.areas:
            tlvs += [(_AREA, area), ("broadcast_area_success", success)]
        if now >= found.state_at:
            tlvs.append(("broadcast_end_time", format_absolute(found.state_at)))
        reference = pdu.tlv("user_message_reference")
        if reference is not None:
            tlvs.append(("user_message_reference", reference))
        return smsc.response(pdu, {"message_id": message_id}, tlvs)

    def cancel_broadcast_sm(self, smsc: Smsc, session: Session, pdu: Pdu, now: float) -> bytes:
        """End a broadcast by its message_id or, without one, all of a source, service_type and content type.

        Raises Unable.
        """
        account = session.account
        assert account is not None, "only a bound session cancels"
        message_id = str(pdu.fields["message_id"])
        if message_id:
            one = self._pending(account.system_id, message_id, pdu, now)
            ended = [one] if one is not None else []
        else:
            ended = list(self._alike(account.system_id, pdu, now))
        if not ended:
            raise Unable(CommandStatus.ESME_RBCASTCANCELFAIL, "no such broadcast is under way")
        for broadcast in ended:
            broadcast.state, broadcast.state_at = MessageState.DELETED, now
        return smsc.response(pdu)

    def _pending(self, account: str, message_id: str, pdu: Pdu, now: float) -> Broadcast | None:
        found = self._broadcasts.get((account, message_id))
        return found if found is not None and now < found.state_at and _is_from(found, pdu) else None

    def _alike(self, account: str, pdu: Pdu, now: float) -> Iterator[Broadcast]:
        content_type = pdu.tlv(_CONTENT_TYPE)
        for found in self._broadcasts.values():
            if found.account != account or now >= found.state_at or not _is_from(found, pdu):
                continue
            if content_type in (None, found.content_type) and found.service_type == pdu.fields["service_type"]:
                yield found


def _source(pdu: Pdu) -> tuple[object, ...]:
    return tuple(pdu.fields[name] for name in _ADDRESS)


def _is_from(broadcast: Broadcast, pdu: Pdu) -> bool:
    """Whether the source address is that of the broadcast; an empty one is that of every broadcast."""
    return not pdu.fields["source_addr"] or _source(pdu) == broadcast.source
