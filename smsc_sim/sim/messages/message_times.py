"""The times of a message: its schedule_delivery_time and its validity_period, checked (SMPP 3.4 section 7.1.1)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from smsc_sim.smpp.errors import WireError
from smsc_sim.smpp.status import CommandStatus
from smsc_sim.smpp.times import TimeError, parse_time

SLACK: Final = 1.0
"""Seconds that a time may lie in the past: it has no more than tenths, and the clock of the ESME is not ours."""


@dataclass(frozen=True, slots=True)
class MessageTimes:
    """Seconds since the epoch; None where the PDU leaves it open."""

    scheduled_at: float | None
    expires_at: float | None


def times_of(
    fields: Mapping[str, object],
    now: float,
    longest: float,
    *,
    scheduled_at: float | None = None,
    expires_at: float | None = None,
) -> MessageTimes:
    """The times that the fields of a PDU have at ``now``, at most ``longest`` seconds ahead.

    ``scheduled_at`` and ``expires_at``: those that the message has already, where the PDU leaves it open.  Raises
    WireError, ESME_RINVSCHED or ESME_RINVEXPIRY.
    """
    scheduled = _time(fields, "schedule_delivery_time", CommandStatus.ESME_RINVSCHED, now, longest)
    expires = _time(fields, "validity_period", CommandStatus.ESME_RINVEXPIRY, now, longest)
    begins_at = scheduled_at if scheduled is None else scheduled
    ends_at = expires_at if expires is None else expires
    if begins_at is not None and ends_at is not None and begins_at > ends_at:
        # What the PDU itself says is what is wrong; when it says both, that it ends before it begins.
        name, status = ("validity_period", CommandStatus.ESME_RINVEXPIRY)
        if expires is None:
            name, status = ("schedule_delivery_time", CommandStatus.ESME_RINVSCHED)
        raise WireError(status, name, 16, "the message would expire before its schedule_delivery_time")
    return MessageTimes(scheduled, expires)


def _time(fields: Mapping[str, object], name: str, status: int, now: float, longest: float) -> float | None:
    text = str(fields.get(name, ""))
    try:
        instant = parse_time(text, now)
    except (TimeError, OverflowError, ValueError) as error:
        raise WireError(status, name, 16, str(error)) from None
    if instant is None:
        return None
    if instant < now - SLACK:
        raise WireError(status, name, 16, f"{text} is in the past")
    if instant > now + longest:
        raise WireError(status, name, 16, f"{text} is further ahead than {longest / 86400:g} days")
    return instant
