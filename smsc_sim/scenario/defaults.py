"""What happens when no rule decides."""

from dataclasses import dataclass

from msgspec import Struct

from smsc_sim.scenario.id_values import IdsValue
from smsc_sim.scenario.ids import IdChange
from smsc_sim.scenario.reading import Reading
from smsc_sim.scenario.receipt_action import ReceiptAction
from smsc_sim.scenario.reply import Reply
from smsc_sim.scenario.values import ReceiptsVia
from smsc_sim.scenario.written_receipt import ReceiptItem, receipts_of
from smsc_sim.scenario.written_reply import ReplyWord, WrittenReply, reply_of


class WrittenDefaults(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``defaults`` as it is written."""

    reply: ReplyWord | WrittenReply | None = None
    """The answer to a message."""
    receipt: ReceiptItem | tuple[ReceiptItem, ...] | None = None
    """What happens to a message afterwards."""
    receipts: ReceiptItem | tuple[ReceiptItem, ...] | None = None
    """The same for several."""
    ids: IdsValue | None = None
    """The form of message ids."""
    receipts_via: ReceiptsVia | None = None
    """Which session receipts take."""


@dataclass(frozen=True, slots=True)
class Defaults:
    """What a rule does not say, for every account that does not say it either; None: as the profile or server does."""

    reply: Reply | None = None
    receipts: tuple[ReceiptAction, ...] | None = None
    ids: IdChange | None = None
    receipts_via: ReceiptsVia | None = None


def defaults_of(written: WrittenDefaults, reading: Reading) -> Defaults:
    """Return the defaults in their normalised form; reports what does not go together."""
    reading.not_together(written, "receipts", "receipt", "write one of them")
    receipts = written.receipt if written.receipt is not None else written.receipts
    return Defaults(
        reply=None if written.reply is None else reply_of(written.reply, reading),
        receipts=None if receipts is None else receipts_of(receipts, reading),
        ids=written.ids,
        receipts_via=written.receipts_via,
    )
