"""How receipts and messages get to the ESMEs of one account or provider, as it is written."""

from typing import Annotated

from msgspec import Meta, Struct, structs

from smsc_sim.scenario.retry_values import Retry
from smsc_sim.scenario.settings import ReceiptSettings
from smsc_sim.scenario.values import Duration, Pace, QueueFull


class WrittenDelivery(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What becomes of receipts and messages that an ESME does not take; what is not written is as the server has it."""

    retry: Retry | None = None
    """How long to wait before each further attempt (the last one repeats), or none."""
    attempts: Annotated[int, Meta(ge=0)] | None = None
    """Attempts after which one is given up; 0: no bound."""
    keep: Duration | None = None
    """How long one is kept for a session that can take it, or for its next attempt."""
    queue: Annotated[int, Meta(ge=0)] | None = None
    """How many may be pending."""
    queue_full: QueueFull | None = None
    """What happens when so many are: the message is refused, or the receipt that is oldest or newest is given up."""
    flush: Pace | None = None
    """How fast those that waited while nobody was bound leave after a bind."""

    def applied_to(self, settings: ReceiptSettings) -> ReceiptSettings:
        """Return the settings with what is written here in place of theirs."""
        written = {name: value for name, value in structs.asdict(self).items() if value is not None}
        return structs.replace(settings, **written)

    def below(self, settings: ReceiptSettings) -> ReceiptSettings:
        """Return the settings with what is written here where they have been left at their defaults."""
        usual = ReceiptSettings()
        written = {
            name: value
            for name, value in structs.asdict(self).items()
            if value is not None and getattr(settings, name) == getattr(usual, name)
        }
        return structs.replace(settings, **written)
