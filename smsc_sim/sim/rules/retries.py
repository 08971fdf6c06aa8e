"""Further attempts: after which answers there is one, when it is, and what is remembered of those that were made."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf

from smsc_sim.scenario.settings import ReceiptSettings
from smsc_sim.smpp.status import CommandStatus

RETRY_LATER = frozenset(
    {
        CommandStatus.ESME_RMSGQFUL,
        CommandStatus.ESME_RX_T_APPN,
        CommandStatus.ESME_RTHROTTLED,
        CommandStatus.ESME_RSYSERR,
    }
)
"""Statuses of a deliver_sm_resp that are temporary (SMPP 3.4 section 5.1.3): the receipt is sent again, and until then
nothing else is sent to an account that has just said that it cannot take anything."""


@dataclass(frozen=True, slots=True)
class Attempts:
    """The attempts that were made of one receipt, none of which was taken."""

    count: int
    """1 or more."""
    command_status: int | None
    """Of the last answer; None: there was none within the response timer."""
    due: float
    """When the next one is, at the earliest; seconds since the epoch."""


def next_attempt(
    settings: ReceiptSettings, ladder: Sequence[float], made: int, accepted_at: float, now: float
) -> float:
    """When an attempt follows the ``made`` (1 or more) that failed; infinite: there is none.

    ``ladder``: seconds before each further attempt, of which the last repeats; empty: there is none.  The bounds are
    those of the settings, on the number of attempts and on the age.
    """
    if not ladder or (settings.attempts and made >= settings.attempts):
        return inf
    due = now + ladder[min(made, len(ladder)) - 1]
    return due if due - accepted_at <= settings.keep else inf
