"""What pages and reports show of the SMSC: plain values, taken at one instant."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class BindView:
    """One bound session."""

    session: str
    """Its name, such as ``s7``."""
    account: str
    """The system_id it bound with."""
    bind_type: str
    """``transmitter``, ``receiver`` or ``transceiver``."""
    peer: str
    """Address and port of the ESME, such as ``127.0.0.1:51234``."""
    tls: str
    """Protocol version such as ``TLSv1.3``, empty on a plaintext session."""
    interface_version: str
    """``3.3``, ``3.4`` or ``5.0``: what the session settled on."""
    bound_at: float
    """Seconds since the epoch."""
    idle: float
    """Seconds since the last PDU from the ESME."""
    received: int
    """PDUs from the ESME."""
    sent: int
    """PDUs to the ESME."""
    outstanding: int
    """deliver_sm that the ESME has not answered yet."""


@dataclass(frozen=True, slots=True)
class MessageView:
    """One message that an ESME submitted."""

    instant: float
    """When it came, seconds since the epoch."""
    session: str
    account: str
    source_addr: str
    destination_addr: str
    text: str
    data_coding: int
    message_id: str
    """Empty when it was refused or is not answered yet."""
    command_status: int | None
    """Of the response; None while there is none."""


@dataclass(frozen=True, slots=True)
class StatusView:
    """The simulator at one instant."""

    version: str
    started_at: float
    now: float
    endpoints: list[str]
    """The addresses on which it speaks SMPP, plaintext ones first."""
    binds: list[BindView]
    messages: list[MessageView]
    """The newest first."""
    accepted: int
    refused: int
    receipts_pending: int
    """Receipts not yet acknowledged: scheduled, waiting for a bind, or sent and unanswered."""
    receipts_waiting: int
    """Of these, those that are due but have no bind or no room in a window."""
