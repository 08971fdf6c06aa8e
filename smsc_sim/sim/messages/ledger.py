"""The ledger: what must be remembered beyond a session, in the order it happened, until a message store takes it."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from smsc_sim.sim.receipts.receipt import MO_KEY, ReceiptRecord

if TYPE_CHECKING:
    from smsc_sim.sim.sessions.session import Session
    from smsc_sim.smpp.pdu import Pdu

Entry: TypeAlias = "tuple[Any, ...]"
"""One of the kinds below: its letter, then plain values, so that it is written without being looked into."""

RUN: Final = "r"
"""Messages that the fast lane took out of one read: journal seq, instant, session number, system_id, id of the first
message, number of the first message_id, how many were accepted, those refused as (place among all, command_status,
rule), the PDUs as octets (responses between them do not count), when the accepted ones are delivered, how many of them
get a receipt, and those accepted whose end a rule has decided as (place among all, rule, how many it has decided, name
of the state, error code, when they end, whether they get a receipt)."""

SUBMISSION: Final = "s"
"""One PDU with a message, through the full decoder: journal seq, instant, session number, system_id, id of the first
message, octets, command_status of the response or None, rule, and for each destination a tuple as :mod:`.outcome` has
it; none when it was refused."""

SENT: Final = "t"
"""Receipts and messages that were sent: instant, session number, records (read back: keys)."""

ENDED: Final = "a"
"""They were answered ESME_ROK: instant, keys."""

FAILED: Final = "x"
"""One will not be sent again: instant, key, command_status of the answer or None, what became of it."""

RETRY: Final = "n"
"""One will be sent again: instant, key, command_status of the answer or None, attempts so far, when."""

ADDED: Final = "p"
"""Receipts that a message gets beside those it was to get: instant, id, the receipts as :mod:`.outcome` has them, and
the key of the one in whose place they come, or empty."""

CHANGED: Final = "c"
"""A message is another from now on: instant, id, and what changed by name, as columns of the store."""

INBOUND: Final = "m"
"""A PDU with a message of a subscriber: journal seq, instant, session number that policies look at, system_id, id, key,
command_id, body, TLVs, routing policy."""

COUNTED: Final = "g"
"""A gate of a rule has counted: identity of the rule, gate, key as :func:`written_key` has it, count.  Without a rule:
all that was counted is forgotten."""

BALANCE: Final = "b"
"""What is left in a wallet: system_id, balance."""


def written_key(key: Hashable) -> str:
    """What a gate counts by, as text: an address, a fingerprint, or nothing."""
    if isinstance(key, bytes):
        return f"b{key.decode('latin-1')}"
    return "" if key is None else f"t{key}"


def read_key(written: str) -> Hashable:
    """What :func:`written_key` has written."""
    if not written:
        return None
    return written[1:].encode("latin-1") if written[0] == "b" else written[1:]


def inbound_key(message: int) -> bytes:
    """The key of the PDU with a subscriber's message, by its id."""
    return b"%b%d" % (MO_KEY, message)


def message_of(key: bytes) -> int:
    """The id of the message whose PDU has this key; 0 where it is none of a subscriber."""
    return int(key.removeprefix(MO_KEY)) if key.startswith(MO_KEY) else 0


class Ledger:
    """Entries that no store has taken yet, and the ids that messages get.

    A ledger that nobody reads keeps nothing: :attr:`kept` is False until a store is there.
    """

    __slots__ = ("entries", "kept", "next_id")

    def __init__(self) -> None:
        self.entries: list[Entry] = []
        self.kept = False
        self.next_id = 1
        """Of the next message; consecutive, whether it is accepted or not."""

    def take(self) -> list[Entry]:
        """The entries since the last call."""
        entries, self.entries = self.entries, []
        return entries

    def take_ids(self, count: int) -> int:
        """The first of so many ids, which are then used up."""
        first = self.next_id
        self.next_id = first + count
        return first

    def submitted(
        self,
        session: Session,
        pdu: Pdu,
        first: int,
        command_status: int | None,
        rule: str,
        destinations: Sequence[tuple[object, ...]],
        seq: int,
        now: float,
    ) -> None:
        """A PDU with a message was handled by the full decoder."""
        if self.kept:
            name = session.account.system_id if session.account is not None else ""
            self.entries.append(
                (SUBMISSION, seq, now, session.number, name, first, pdu.octets, command_status, rule, destinations)
            )

    def inbound(self, system_id: str, records: Sequence[ReceiptRecord], seq: int, now: float) -> None:
        """A message of a subscriber, in so many PDUs, is to go to an ESME of this account."""
        if self.kept:
            for key, tlvs, via, body, _, form, origin in records:
                told = (message_of(key), key, -form, body, tlvs, via.decode("latin-1"))
                self.entries.append((INBOUND, seq, now, origin, system_id, *told))

    def sent(self, session: int, records: Sequence[ReceiptRecord], now: float) -> None:
        """These records were written on this session."""
        if self.kept:
            self.entries.append((SENT, now, session, records))

    def ended(self, keys: Sequence[bytes], now: float) -> None:
        """The records of these keys were answered ESME_ROK."""
        if self.kept:
            self.entries.append((ENDED, now, keys))

    def failed(self, key: bytes, command_status: int | None, outcome: str, now: float) -> None:
        """The record of this key is given up: ``refused``, ``discarded`` or ``cancelled``."""
        if self.kept:
            self.entries.append((FAILED, now, key, command_status, outcome))

    def added(
        self, message: int, receipts: Sequence[tuple[object, ...]], now: float, *, instead_of: bytes = b""
    ) -> None:
        """The message of this id gets these receipts, too."""
        if self.kept:
            self.entries.append((ADDED, now, message, receipts, instead_of))

    def changed(self, message: int, values: Mapping[str, object], now: float) -> None:
        """The message of this id is another from now on."""
        if self.kept:
            self.entries.append((CHANGED, now, message, values))

    def counted(self, rule: str, gate: str, key: Hashable, count: int) -> None:
        """A rule has counted a key."""
        if self.kept:
            self.entries.append((COUNTED, rule, gate, written_key(key), count))

    def forgotten(self) -> None:
        """All that rules have counted is forgotten."""
        if self.kept:
            self.entries.append((COUNTED, "", "", "", 0))

    def paid(self, system_id: str, balance: float) -> None:
        """The wallet of an account holds so much now."""
        if self.kept:
            self.entries.append((BALANCE, system_id, balance))

    def retry(self, key: bytes, command_status: int | None, attempts: int, due: float, now: float) -> None:
        """The record of this key is to be sent again at ``due``."""
        if self.kept:
            self.entries.append((RETRY, now, key, command_status, attempts, due))
