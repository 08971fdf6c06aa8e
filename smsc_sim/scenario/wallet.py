"""What an account may spend."""

from typing import Annotated, Literal

from msgspec import Meta, Struct

from smsc_sim.scenario.values import StatusValue
from smsc_sim.smpp.status import CommandStatus

MOST_MONEY = 1_000_000_000_000

Money = Annotated[float, Meta(ge=0, le=MOST_MONEY)]
"""In whatever currency."""


class Wallet(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A balance that messages use up, and what happens when it does not cover the next one."""

    balance: Money
    """At the start, and after a reset."""
    price: Money = 1.0
    """Of one part of a message."""
    status: StatusValue = CommandStatus.ESME_RINVBALANCE
    """The answer to what the balance does not cover."""
    at: Literal["submit", "bind"] = "submit"
    """Whether a message that is too expensive is refused, or the next bind with an empty balance, too."""
    then: Literal["keep", "close"] = "keep"
    """What happens to the session after the refusal."""
