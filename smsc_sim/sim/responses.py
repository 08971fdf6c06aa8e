"""Responses and refusals as octets: what an SMSC of some provider says to a request."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress

from smsc_sim.scenario.profile import Profile
from smsc_sim.scenario.settings import SmscSettings
from smsc_sim.smpp.commands import COMMANDS_BY_NAME, CommandId
from smsc_sim.smpp.errors import WireError
from smsc_sim.smpp.fields import CString, Integer
from smsc_sim.smpp.pdu import Pdu, encode, encode_header_only
from smsc_sim.smpp.receipt_text import MessageState
from smsc_sim.smpp.status import CommandStatus

_NO_FIELDS: Mapping[str, object] = {}


def response_to(
    request: Pdu,
    fields: Mapping[str, object] = _NO_FIELDS,
    tlvs: Iterable[tuple[str | int, object]] = (),
    command_status: int = CommandStatus.ESME_ROK,
) -> bytes:
    """The response PDU to ``request``, which must be one that has a response."""
    command = request.command
    assert command is not None, "the caller knows the command"
    assert command.response is not None, "the caller knows that there is a response"
    return encode(
        command.response,
        sequence_number=request.sequence_number,
        command_status=command_status,
        fields=fields,
        tlvs=tlvs,
    )


def refusal_of(
    request: Pdu,
    command_status: int,
    profile: Profile,
    settings: SmscSettings,
    *,
    body: bool | None = None,
    tlvs: Iterable[tuple[str | int, object]] = (),
) -> bytes:
    """The PDU that refuses ``request``: its own response, or a generic_nack where it has none.

    ``command_status``: as it goes out.  Without a body, unless ``error_bodies`` or ``body`` asks for one (SMPP 3.4
    section 4.1.2: "not returned if the command_status field contains a non-zero value").
    """
    bodies = settings.error_bodies if profile.error_bodies is None else profile.error_bodies
    command = request.command
    if command is None or command.response is None:
        return encode_header_only(CommandId.GENERIC_NACK, command_status, request.sequence_number)
    response = COMMANDS_BY_NAME[command.response]
    if not (bodies if body is None else body) and not tlvs:
        return encode_header_only(response.command_id, command_status, request.sequence_number)
    values: dict[str, int | str] = {"system_id": settings.system_id, "message_state": MessageState.UNKNOWN.value}
    if request.name == "query_sm":
        with suppress(WireError):
            values["message_id"] = str(request.fields["message_id"])
    fields = {
        field.name: values.get(field.name, 0 if isinstance(field, Integer) else "")
        for field in response.fields
        if isinstance(field, Integer | CString)
    }
    return encode(
        response.name,
        sequence_number=request.sequence_number,
        command_status=command_status,
        fields=fields,
        tlvs=tlvs,
    )
