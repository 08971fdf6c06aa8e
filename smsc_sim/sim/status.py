"""The SMSC's status, taken from its state and its journal when somebody looks."""

from __future__ import annotations

from collections import defaultdict

from smsc_sim.sim.journal import Direction
from smsc_sim.sim.sessions.binding import VERSION_NAMES
from smsc_sim.sim.smsc import Smsc
from smsc_sim.sim.view import BindView, MessageView, StatusView
from smsc_sim.smpp.commands import CommandId
from smsc_sim.smpp.errors import WireError
from smsc_sim.smpp.framing import whole_frames
from smsc_sim.smpp.pdu import Pdu
from smsc_sim.smpp.segments import user_text

_SUBMITS = frozenset({CommandId.SUBMIT_SM, CommandId.DATA_SM, CommandId.SUBMIT_MULTI})
_SUBMIT_RESPONSES = frozenset({CommandId.SUBMIT_SM_RESP, CommandId.DATA_SM_RESP, CommandId.SUBMIT_MULTI_RESP})

_RECORDS_READ = 5_000
"""Records of the journal that are looked through for the latest messages, so that a page stays quick."""


def binds(smsc: Smsc, now: float) -> list[BindView]:
    """Every bound session, the longest bound first."""
    return [
        BindView(
            session=session.name,
            account=session.account.system_id,
            bind_type=session.bind_type,
            peer=session.peer,
            tls=session.tls,
            interface_version=VERSION_NAMES[session.interface_version],
            bound_at=session.bound_at,
            idle=max(0.0, smsc.timers.instant(now) - session.last_received_at),
            received=session.received,
            sent=session.sent,
            outstanding=len(session.outstanding),
        )
        for session in smsc.sessions.values()
        if session.bound and session.account is not None
    ]


def latest_messages(smsc: Smsc, limit: int) -> list[MessageView]:
    """The latest submitted messages that the journal still holds, the newest first."""
    found: list[MessageView] = []
    responses: defaultdict[tuple[int, int], list[Pdu]] = defaultdict(list)
    accounts = {number: session.account for number, session in smsc.sessions.items()}
    for looked_at, (instant, number, direction, octets) in enumerate(smsc.journal.newest_first()):
        if looked_at >= _RECORDS_READ:
            break
        pdus = [Pdu(frame) for frame in whole_frames(octets)]
        if direction is Direction.OUT:
            for pdu in pdus:
                if pdu.command_id in _SUBMIT_RESPONSES:
                    responses[number, pdu.sequence_number].append(pdu)
            continue
        account = accounts.get(number)
        for pdu in reversed(pdus):
            if pdu.command_id in _SUBMITS:
                answers = responses[number, pdu.sequence_number]
                response = answers.pop() if answers else None
                view = _message(pdu, response, instant, number, account.system_id if account is not None else "")
                found.append(view)
                if len(found) == limit:
                    return found
    return found


def status_view(
    smsc: Smsc, now: float, *, version: str, started_at: float, endpoints: list[str], messages: int
) -> StatusView:
    """All that the status page shows, with the latest ``messages`` messages."""
    return StatusView(
        version=version,
        started_at=started_at,
        now=now,
        endpoints=endpoints,
        binds=binds(smsc, now),
        messages=latest_messages(smsc, messages),
        accepted=smsc.counters.messages_accepted,
        refused=smsc.counters.messages_refused,
        receipts_pending=sum(account.pending for account in smsc.accounts),
        receipts_waiting=sum(account.waiting_count for account in smsc.accounts),
    )


def _message(pdu: Pdu, response: Pdu | None, instant: float, number: int, account: str) -> MessageView:
    """A message as far as its octets can be read."""
    fields: dict[str, object] = {}
    text = message_id = ""
    try:
        fields = dict(pdu.fields)
        text = user_text(fields, pdu.tlvs)
        if response is not None:
            message_id = str(response.fields.get("message_id", ""))
    except WireError as error:
        text = f"[{error}]"
    destinations = fields.get("dest_addresses")
    destination = fields.get("destination_addr", "")
    if isinstance(destinations, list):
        destination = ", ".join(str(each.get("destination_addr", each.get("dl_name"))) for each in destinations)
    data_coding = fields.get("data_coding", 0)
    return MessageView(
        instant=instant,
        session=f"s{number}",
        account=account,
        source_addr=str(fields.get("source_addr", "")),
        destination_addr=str(destination),
        text=text,
        data_coding=data_coding if isinstance(data_coding, int) else 0,
        message_id=message_id,
        command_status=response.command_status if response is not None else None,
    )
