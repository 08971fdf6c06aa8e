"""A message from a subscriber (mobile originated) that a rule sends to the ESME."""

from dataclasses import dataclass
from typing import Literal

from smsc_sim.scenario.amount import Amount
from smsc_sim.scenario.template import Template, parse_template

_FROM_DESTINATION = parse_template("{to}")
_TO_SOURCE = parse_template("{from}")
_SOON = Amount.fixed(1.0)

Split = Literal["udh8", "udh16", "sar", "payload"]


@dataclass(frozen=True, slots=True)
class MoAction:
    """A deliver_sm with a text, to a session of the account that sent the message."""

    text: Template
    source: Template = _FROM_DESTINATION
    destination: Template = _TO_SOURCE
    after: Amount = _SOON
    """From the moment the reply is written."""
    via: str | None = None
    """A ReceiptsVia, or ``account:NAME``; None: as the account's receipts go."""
    coding: int | None = None
    """data_coding; None: what the text needs."""
    split: Split | None = None
    """How a text is split that one message does not hold; None: ``udh8``."""
