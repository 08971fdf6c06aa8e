"""The settings of the SMSC itself, with their defaults."""

from typing import Annotated

from msgspec import Meta, Struct

from smsc_sim.scenario.values import Duration, InterfaceVersion, Octets, Pace, QueueFull, ReceiptsVia, SystemId

MIB = 1024 * 1024
"""Octets."""


class Timers(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The session timers of SMPP 3.4 section 7.2, in seconds; 0 switches a timer off."""

    session_init: Duration = 30.0
    """From the connection to its bind; then the connection is closed."""
    enquire_link: Duration = 30.0
    """Of silence from the ESME; then an enquire_link is sent."""
    inactivity: Duration = 300.0
    """Without any PDU of the ESME, enquire_link_resp included; then an unbind is sent and the session ended."""
    response: Duration = 30.0
    """From a request of ours to its response; then the request counts as unanswered."""


class ReceiptSettings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How receipts go to the ESME."""

    via: ReceiptsVia = "same"
    """Which session of the account a receipt takes."""
    after: Duration = 1.0
    """Seconds from the response to the receipt."""
    window: Annotated[int, Meta(ge=1, le=1_000_000)] = 1000
    """deliver_sm of one session that wait for their response; the next ones queue."""
    retry: Annotated[tuple[Duration, ...], Meta(min_length=1)] = (5.0, 15.0, 60.0, 300.0)
    """Seconds to wait before each further attempt of a receipt that was not taken; the last one repeats.

    After a temporary error the account's whole queue waits so long, and goes on in order."""
    attempts: Annotated[int, Meta(ge=0)] = 0
    """Attempts of a receipt after which it is given up; 0: no bound."""
    keep: Duration = 86400.0
    """Seconds that a receipt waits for a session that can take it, or for its next attempt."""
    queue: Annotated[int, Meta(ge=0)] = 1_000_000
    """Receipts that one account may have pending."""
    queue_full: QueueFull = "refuse"
    """What happens when there are so many; ``oldest``, ``newest``: so many may wait, as many more be on their way."""
    flush: Pace | None = None
    """How fast what waited while nobody was bound leaves after a bind; None: at once."""


class SmscSettings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the SMSC does when no rule says otherwise."""

    system_id: SystemId = "smsc_sim"
    """The system_id in bind responses."""
    timers: Timers = Timers()
    receipts: ReceiptSettings = ReceiptSettings()
    frame_limit: Annotated[Octets, Meta(ge=1024, le=64 * MIB)] = 131072
    """Octets: the largest command_length that is read."""
    error_bodies: bool = False
    """Whether a response that refuses has a body; SMPP 3.4 (section 4.4.2 and others) leaves it out."""
    versions: Annotated[tuple[InterfaceVersion, ...], Meta(min_length=1)] = ("3.3", "3.4", "5.0")
    """Versions that an ESME may bind with."""
    interface_version: InterfaceVersion = "3.4"
    """The highest version offered: sc_interface_version in bind responses."""
    longest_validity: Duration = 63 * 7 * 86400.0
    """Seconds from now that schedule_delivery_time and validity_period may be away: 63 weeks, as GSM 03.40 has it."""
    max_sessions: Annotated[int, Meta(ge=1, le=1_000_000)] = 20_000
    """Connections at the same time, bound or not."""
    journal_octets: Annotated[Octets, Meta(ge=0)] = 16 * MIB
    """Octets that the journal in memory may take."""
    journal_entries: Annotated[int, Meta(ge=0, le=10_000_000)] = 100_000
    """Reads, writes and other events that the journal in memory may hold."""
    record_secrets: bool = False
    """Whether the journal has the passwords of binds."""
