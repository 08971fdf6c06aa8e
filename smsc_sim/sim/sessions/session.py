"""A session: one connection of an ESME, from accept to close, as plain state."""

from __future__ import annotations

from enum import IntEnum
from struct import Struct
from typing import TYPE_CHECKING, Protocol

from smsc_sim.sim.sessions.throughput import SlidingWindow
from smsc_sim.smpp.framing import Partial
from smsc_sim.smpp.legality import State

if TYPE_CHECKING:
    from smsc_sim.sim.answer import DribbledAnswer
    from smsc_sim.sim.receipts.receipt import ReceiptRecord
    from smsc_sim.sim.rules.decision import Decision
    from smsc_sim.sim.rules.selection import View
    from smsc_sim.sim.sessions.account import Account

SEQUENCE_NUMBER = Struct(">I")
LAST_SEQUENCE_NUMBER = 0x7FFFFFFF
"""The highest sequence_number; the next one is 1 again (SMPP 3.4 section 5.1.4)."""

BIND_TYPES = {State.BOUND_TX: "transmitter", State.BOUND_RX: "receiver", State.BOUND_TRX: "transceiver"}
RECEIVING = frozenset({State.BOUND_RX, State.BOUND_TRX})


class Ending(IntEnum):
    """What the driver is to do with the connection once the outbox has been written."""

    NONE = 0
    CLOSE = 1
    """Close in an orderly way: what was written arrives."""
    ABORT = 2
    """Close at once with a TCP reset; what is not yet written is lost."""


class Link(Protocol):
    """The connection below a session; the driver's, carried here so that it is found without a search."""

    def carry_out(self, octets: bytes, ending: Ending) -> None:
        """Write ``octets`` (maybe none), then end the connection as ``ending`` says."""

    def freeze(self) -> None:
        """Read nothing any more."""

    def hold(self, waits: bool) -> None:
        """Read nothing for a while (True), or go on (False)."""

    def drop(self) -> None:
        """Close at once, whatever is still to be written or read."""


class Session:
    """State of one session.  :class:`~smsc_sim.sim.smsc.Smsc` and the operations change it; nothing else does."""

    __slots__ = (
        "account",
        "answered_in_read",
        "bound_at",
        "cipher",
        "complaints",
        "deadline",
        "decision",
        "dribbled",
        "ending",
        "enquire_link_answered_at",
        "enquire_link_received_at",
        "enquire_link_sent_at",
        "expiries",
        "frozen",
        "held",
        "host",
        "interface_version",
        "last_received_at",
        "link",
        "muted",
        "next_check",
        "number",
        "octets_in",
        "octets_out",
        "opened_at",
        "originator",
        "outbox",
        "outstanding",
        "peer",
        "prefix",
        "receipt_window",
        "received",
        "replies_pending",
        "rule_view",
        "sent",
        "sequence_number",
        "stalled_since",
        "state",
        "throughput",
        "tls",
        "touched",
        "trickle",
        "unbinding",
        "watched",
        "writable",
    )

    def __init__(self, number: int, peer: str, host: str, now: float, *, tls: str = "") -> None:  # noqa: PLR0915 - plain state
        """``peer``: address and port as shown; ``host``: the address alone; ``tls``: protocol version or empty."""
        self.number = number
        self.peer = peer
        self.host = host
        self.tls = tls
        self.cipher = ""
        """Of its TLS, by the name that OpenSSL has for it; empty in plaintext."""
        self.link: Link | None = None
        self.opened_at = now

        self.state = State.OPEN
        self.account: Account | None = None
        self.interface_version = 0x34
        """What the session settled on at bind: 0x33, 0x34 or 0x50."""
        self.bound_at = 0.0

        self.held: Partial | None = None
        """The beginning of a PDU whose rest has not come yet."""

        self.outbox: list[bytes] = []
        """Pieces to be written, joined by the driver's one write."""
        self.trickle: list[bytes] | None = None
        """Pieces of a dribbled answer, or last words, that may leave now; the outbox waits."""
        self.dribbled: DribbledAnswer | None = None
        """The answer that leaves in small pieces now."""
        self.muted = False
        """Whether nothing new is written any more, as after an answer that hangs."""
        self.frozen = False
        """Whether nothing is read any more either, and the socket kept."""
        self.ending = Ending.NONE
        self.touched = False
        """Whether the driver has been told to look at this session."""

        self.sequence_number = 0
        """Of the last request of ours."""
        self.outstanding: dict[bytes, ReceiptRecord] = {}
        """Receipts sent and not answered, by sequence_number as it stands on the wire, in the order sent."""
        self.expiries: list[list[float]] | None = None
        """Deadlines of the above, coarse: pairs of instant and last sequence_number covered."""
        self.receipt_window = 0
        """The most entries that ``outstanding`` may have."""
        self.writable = True
        """False while the ESME does not read and the connection's buffer is full."""
        self.watched: tuple[bytes, float] | None = None
        """The sequence_number of a deliver_sm whose response is timed, and when it was written, by the clock of the
        sockets."""
        self.unbinding = False
        """Whether our unbind is on its way: no new work in either direction."""

        self.throughput: SlidingWindow | None = None
        self.replies_pending = 0
        """Messages whose response is delayed."""
        self.answered_in_read = 0
        """Messages out of one read that have been answered: the ESME sent them all without seeing a response."""

        self.received = 0
        self.sent = 0
        self.octets_in = 0
        self.octets_out = 0
        self.last_received_at = now
        self.enquire_link_sent_at = 0.0
        """When our unanswered enquire_link left; 0 when none is."""
        self.enquire_link_answered_at = 0.0
        """When the ESME last answered one of ours; 0 when it never has."""
        self.enquire_link_received_at = 0.0
        """When the ESME last sent one; 0 when it never has."""
        self.next_check = 0.0
        """When the timers are looked at next; 0 when that is not planned."""
        self.deadline = 0.0
        """When the connection is closed whatever happens; 0 for never."""
        self.stalled_since = 0.0
        """Since when ``writable`` is False; 0 when it is not."""
        self.complaints = 0
        """Errors of this session, its own and ours over its PDUs."""

        self.prefix = b""
        """The octets from service_type to dest_addr_npi of the last submit_sm: they rarely change within a session."""
        self.originator = b""
        """source_addr_ton, source_addr_npi and source_addr with its NUL, out of ``prefix``."""
        self.rule_view: View | None = None
        """What is left of the rules for messages of this session; found at its first message."""
        self.decision: Decision | Exception | None = None
        """What the fast lane was told about the PDU that it now leaves to the full decoder, or how asking failed."""

    @property
    def name(self) -> str:
        """As it is called on pages and in the log: ``s7``."""
        return f"s{self.number}"

    @property
    def bind_type(self) -> str:
        """``transmitter``, ``receiver``, ``transceiver``, or empty when not bound."""
        return BIND_TYPES.get(self.state, "")

    @property
    def bound(self) -> bool:
        """Whether a bind was accepted and neither side has ended it."""
        return self.state in BIND_TYPES

    @property
    def receives(self) -> bool:
        """Whether deliver_sm may be sent on it."""
        return self.state in RECEIVING and not self.unbinding

    def mute(self) -> None:
        """Let what has been said leave, and then nothing more."""
        if self.trickle is None:
            self.trickle, self.outbox = self.outbox, []
        self.muted = True

    def room(self) -> int:
        """How many deliver_sm may be sent now."""
        if not self.writable or self.unbinding or self.state not in RECEIVING:
            return 0
        return self.receipt_window - len(self.outstanding)

    def next_sequence_number(self) -> int:
        """The sequence_number for the next request of ours."""
        self.sequence_number = 1 if self.sequence_number == LAST_SEQUENCE_NUMBER else self.sequence_number + 1
        return self.sequence_number

    def __repr__(self) -> str:
        account = f" {self.account.system_id}" if self.account is not None else ""
        return f"<Session {self.name} {self.peer}{account} {self.state.name}>"
