"""Alerts: the word to an ESME that a subscriber can be reached again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Final

from msgspec import Meta, Struct, field

from smsc_sim.sim.mo.injection import BadInjection, Octet
from smsc_sim.sim.mo.mo_record import kind_of
from smsc_sim.smpp.commands import CommandId
from smsc_sim.smpp.errors import EncodeError
from smsc_sim.smpp.pdu import encode

_WRITTEN: Final = {"source_addr": "from", "esme_addr": "to"}
"""Fields of an alert_notification that an alert calls otherwise."""


class Alert(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """An alert_notification: a subscriber can be reached again (SMPP 3.4 section 4.12).  It has no response."""

    account: str = ""
    """The system_id; its longest bound receiver or transceiver gets it."""
    session: int | str | None = None
    """Or the session of this number (7, s7)."""
    from_: str = field(name="from", default="")
    """source_addr: the subscriber."""
    to: str = ""
    """esme_addr: who wanted to know."""
    source_addr_ton: Octet | None = None
    source_addr_npi: Octet | None = None
    esme_addr_ton: Octet | None = None
    esme_addr_npi: Octet | None = None
    ms_availability_status: Annotated[int, Meta(ge=0, le=255)] | None = None
    """0 available, 1 denied, 2 unavailable (SMPP 3.4 section 5.3.2.30); None: left out."""


@dataclass(frozen=True, slots=True)
class AlertSent:
    """Where an alert went."""

    session: int
    sequence_number: int
    sent_at: float


def alert_octets(alert: Alert, sequence_number: int) -> bytes:
    """The PDU.  Raises BadInjection for a value that it cannot have."""
    source_ton, source_npi = kind_of(alert.from_)
    esme_ton, esme_npi = kind_of(alert.to)
    fields: dict[str, object] = {
        "source_addr_ton": source_ton if alert.source_addr_ton is None else alert.source_addr_ton,
        "source_addr_npi": source_npi if alert.source_addr_npi is None else alert.source_addr_npi,
        "source_addr": alert.from_,
        "esme_addr_ton": esme_ton if alert.esme_addr_ton is None else alert.esme_addr_ton,
        "esme_addr_npi": esme_npi if alert.esme_addr_npi is None else alert.esme_addr_npi,
        "esme_addr": alert.to,
    }
    status = alert.ms_availability_status
    tlvs = () if status is None else (("ms_availability_status", status),)
    try:
        return encode(CommandId.ALERT_NOTIFICATION, sequence_number=sequence_number, fields=fields, tlvs=tlvs)
    except EncodeError as error:
        raise BadInjection.because(_WRITTEN.get(error.field, error.field.removeprefix("tlv.")), error.reason) from None
