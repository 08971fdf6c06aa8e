"""Refusals: the error that a request is answered with, as the provider that answers has it, and where it is kept."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from typing import TYPE_CHECKING

from smsc_sim.scenario.profile import Profile
from smsc_sim.scenario.rule import SUBMISSIONS
from smsc_sim.sim.responses import refusal_of
from smsc_sim.sim.sessions.account import BINDS
from smsc_sim.sim.sessions.session import Session
from smsc_sim.smpp.errors import WireError
from smsc_sim.smpp.framing import HEADER
from smsc_sim.smpp.pdu import Pdu
from smsc_sim.smpp.status import CommandStatus

if TYPE_CHECKING:
    from smsc_sim.sim.smsc import Smsc


def refuse(smsc: Smsc, session: Session, request: Pdu, command_status: int, now: float) -> None:
    """Answer ``request`` with an error; a CommandStatus is a status by name, another integer stays that number."""
    if request.name in SUBMISSIONS:
        smsc.counters.messages_refused += 1
    by_name = isinstance(command_status, CommandStatus)
    refusal = smsc.refusal(session, request, command_status, by_name=by_name)
    if request.name in SUBMISSIONS:
        status = HEADER.unpack_from(refusal)[2]
        smsc.ledger.submitted(session, request, smsc.ledger.take_ids(1), status, "", (), smsc.journal.next_seq, now)
    smsc.send(session, refusal)


def refusal(
    smsc: Smsc,
    session: Session,
    request: Pdu,
    command_status: int,
    *,
    by_name: bool = True,
    body: bool | None = None,
    tlvs: Iterable[tuple[str | int, object]] = (),
) -> bytes:
    """The PDU that refuses ``request``; see :func:`~.responses.refusal_of`.

    ``by_name``: the number is the one that the provider has for this status of the specification.
    """
    profile = smsc.profile_for(session, request)
    status = profile.status(command_status) if by_name else command_status
    return refusal_of(request, status, profile, smsc.settings, body=body, tlvs=tlvs)


def profile_for(smsc: Smsc, session: Session, request: Pdu) -> Profile:
    """The provider that answers a request: that of the account, also of the one that a bind asks for."""
    account = session.account
    if account is None and request.command_id in BINDS:
        with suppress(WireError):
            account = smsc.accounts.find(str(request.fields["system_id"]))
    return smsc.profile if account is None else account.profile
